use crate::Result;
use crate::lockdown::Lockdown;
use crate::stream::{Plists, dictionary};
use plist::Value;
use tokio_util::task::AbortOnDropHandle;
use wire::lockdown::service;

/// Keeps a connection over the network alive for as long as it lives (`protocol.md` 2.9): the phone sends "Marco" and
/// drops every connection of a computer that does not say "Polo".
pub(crate) struct Heartbeat {
    _beating: AbortOnDropHandle<()>,
}

impl Heartbeat {
    pub(crate) async fn start(lockdown: &mut Lockdown) -> Result<Heartbeat> {
        let socket = lockdown.start_service(service::HEARTBEAT, false).await?;
        let beating = tokio::spawn(async move {
            let mut plists = Plists { socket };
            while let Ok(message) = plists.receive("waiting for a heartbeat").await {
                if is(&message, "Marco") && plists.send(&polo(), "answering a heartbeat").await.is_err() {
                    return;
                }
            }
        });
        Ok(Heartbeat { _beating: AbortOnDropHandle::new(beating) })
    }
}

fn is(message: &Value, command: &str) -> bool {
    let message = message.as_dictionary().and_then(|message| message.get("Command"));
    message.and_then(Value::as_string) == Some(command)
}

fn polo() -> Value {
    Value::Dictionary(dictionary([("Command", "Polo".into())]))
}
