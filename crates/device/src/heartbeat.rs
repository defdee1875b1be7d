use crate::lockdown::Lockdown;
use crate::stream::{Plists, dictionary, within};
use crate::{Error, Result};
use plist::Value;
use std::time::Duration;
use tokio_util::task::AbortOnDropHandle;
use wire::lockdown::service;

/// Phones send the first one at once and then every ten seconds or so.
const FIRST: Duration = Duration::from_secs(20);
const DOING: &str = "waiting for a heartbeat";

/// Keeps a connection over the network alive for as long as it lives (`protocol.md` 2.9): the phone sends "Marco" and
/// drops every connection of a computer that does not say "Polo".
pub(crate) struct Heartbeat {
    _beating: AbortOnDropHandle<()>,
}

impl Heartbeat {
    /// `None` over a cable, which needs none.
    pub(crate) async fn over_network(lockdown: &mut Lockdown) -> Result<Option<Heartbeat>> {
        if !lockdown.over_network() {
            return Ok(None);
        }
        let mut plists = Plists { socket: lockdown.start_service(service::HEARTBEAT, false).await? };
        let beating = tokio::spawn(async move {
            loop {
                if let Err(error) = beat(&mut plists).await {
                    tracing::debug!(%error, "the heartbeat ends");
                    return;
                }
            }
        });
        Ok(Some(Heartbeat { _beating: AbortOnDropHandle::new(beating) }))
    }

    /// Waits for one heartbeat and answers it: for finding out whether the phone sends any.
    pub(crate) async fn once(lockdown: &mut Lockdown) -> Result<()> {
        let mut plists = Plists { socket: lockdown.start_service(service::HEARTBEAT, false).await? };
        within(FIRST, DOING, async {
            while !beat(&mut plists).await? {}
            Ok(())
        })
        .await
    }
}

/// Hears one message and answers it; whether it was a heartbeat.
async fn beat(plists: &mut Plists) -> Result<bool> {
    let message = plists.receive(DOING).await?.into_dictionary().ok_or(Error::Unexpected { doing: DOING })?;
    match message.get("Command").and_then(Value::as_string) {
        Some("Marco") => {
            let polo = Value::Dictionary(dictionary([("Command", "Polo".into())]));
            plists.send(&polo, "answering a heartbeat").await?;
            Ok(true)
        }
        Some("SleepyTime") => {
            tracing::info!("the device is about to sleep");
            Ok(false)
        }
        _ => Ok(false),
    }
}
