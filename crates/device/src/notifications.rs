//! notification_proxy: posting and hearing notifications (`protocol.md` 2.4).

use crate::Result;
use crate::stream::{Plists, Socket, dictionary, within};
use plist::Value;
use std::time::Duration;
use tokio::io::WriteHalf;
use tokio::sync::mpsc;
use tokio_util::task::AbortOnDropHandle;

const PATIENCE: Duration = Duration::from_secs(10);
/// Notifications that may wait; then the connection does.
const WAITING: usize = 64;

/// A connection to notification_proxy; what the phone posts comes over the receiver made with it.
pub(crate) struct Notifications {
    out: Plists<WriteHalf<Socket>>,
    /// Reading must not be dropped half-way through a message, so it has a task of its own.
    _hearing: AbortOnDropHandle<()>,
}

impl Notifications {
    /// The receiver ends when the connection does.
    pub(crate) fn new(socket: Socket) -> (Notifications, mpsc::Receiver<String>) {
        let (read, write) = tokio::io::split(socket);
        let (heard, receiver) = mpsc::channel(WAITING);
        let hearing = tokio::spawn(async move {
            let mut plists = Plists { socket: read };
            while let Ok(message) = plists.receive("hearing notifications").await {
                let Some(message) = message.as_dictionary() else { return };
                let text = |key: &str| message.get(key).and_then(Value::as_string);
                match (text("Command"), text("Name")) {
                    (Some("RelayNotification"), Some(name)) if heard.send(name.to_string()).await.is_err() => return,
                    (Some("ProxyDeath"), _) => return,
                    _ => {}
                }
            }
        });
        let notifications = Notifications { out: Plists { socket: write }, _hearing: AbortOnDropHandle::new(hearing) };
        (notifications, receiver)
    }

    /// Asks to be told of `name`; the phone does not acknowledge.
    pub(crate) async fn observe(&mut self, name: &str) -> Result<()> {
        self.command("ObserveNotification", name).await
    }

    /// Posts `name` on the phone; the phone does not acknowledge.
    pub(crate) async fn post(&mut self, name: &str) -> Result<()> {
        self.command("PostNotification", name).await
    }

    async fn command(&mut self, command: &str, name: &str) -> Result<()> {
        let message = Value::Dictionary(dictionary([("Command", command.into()), ("Name", name.into())]));
        within(PATIENCE, "posting a notification", self.out.send(&message, "posting a notification")).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn notifications_go_both_ways() {
        let (near, far) = tokio::io::duplex(4096);
        let (mut notifications, mut heard) = Notifications::new(Box::new(near));
        let mut phone = Plists { socket: far };
        notifications.observe("a.b").await.unwrap();
        let sent = phone.receive("testing").await.unwrap();
        assert_eq!(sent.as_dictionary().unwrap().get("Command").unwrap().as_string(), Some("ObserveNotification"));
        let relay = dictionary([("Command", "RelayNotification".into()), ("Name", "a.b".into())]);
        phone.send(&Value::Dictionary(relay), "testing").await.unwrap();
        assert_eq!(heard.recv().await.as_deref(), Some("a.b"));
        drop(phone);
        assert_eq!(heard.recv().await, None);
    }
}
