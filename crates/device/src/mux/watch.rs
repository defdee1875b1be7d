use super::client::message;
use super::{Attached, Connection, Event, Usbmux};
use crate::stream::Socket;
use crate::{Error, Result};
use plist::{Dictionary, Value};
use std::collections::BTreeMap;
use std::time::Duration;
use tokio::sync::mpsc::Sender;

const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(5);

/// Listens for ever; returns when nobody receives any more.
pub(super) async fn run(mux: Usbmux, events: Sender<Event>) {
    let mut wait = FIRST_WAIT;
    let mut told_lost = false;
    loop {
        let error = match listen(&mux).await {
            Ok(socket) => {
                wait = FIRST_WAIT;
                told_lost = false;
                if events.send(Event::Ready).await.is_err() {
                    return;
                }
                match relay(socket, &events).await {
                    Some(error) => error,
                    None => return,
                }
            }
            Err(error) => error,
        };
        if !told_lost && events.send(Event::Lost { reason: reason(&error) }).await.is_err() {
            return;
        }
        told_lost = true;
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = events.closed() => return,
        }
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

async fn listen(mux: &Usbmux) -> Result<Socket> {
    Ok(mux.call("Listen", Dictionary::new()).await?.checked("Listen")?.socket)
}

/// Passes events on until the connection is lost (`Some`) or nobody receives (`None`).
async fn relay(mut socket: Socket, events: &Sender<Event>) -> Option<Error> {
    let mut present = Present::default();
    loop {
        let message = tokio::select! {
            message = message(&mut socket) => message,
            () = events.closed() => return None,
        };
        let told = match message {
            Ok(message) => present.hear(&message),
            Err(error) => return Some(error),
        };
        for event in told {
            if events.send(event).await.is_err() {
                return None;
            }
        }
    }
}

fn reason(error: &Error) -> String {
    match error {
        Error::NoUsbmuxd { source, .. } => format!("{error}: {source}"),
        Error::Disconnected => "usbmuxd closed the connection".into(),
        _ => error.to_string(),
    }
}

/// Every way to every phone, of which the best way to each is told.
#[derive(Default)]
struct Present {
    ways: BTreeMap<u32, Attached>,
}

impl Present {
    fn hear(&mut self, message: &Dictionary) -> Vec<Event> {
        let id = message.get("DeviceID").and_then(Value::as_unsigned_integer).and_then(|id| u32::try_from(id).ok());
        match (message.get("MessageType").and_then(Value::as_string), id) {
            (Some("Attached"), _) => Attached::read(message).map(|found| self.attach(found)).unwrap_or_default(),
            (Some("Detached"), Some(id)) => self.detach(id),
            (Some("Paired"), Some(device_id)) => vec![Event::Paired { device_id }],
            _ => Vec::new(),
        }
    }

    fn attach(&mut self, found: Attached) -> Vec<Event> {
        let before = self.best(&found.udid);
        self.ways.insert(found.device_id, found.clone());
        match before {
            None => vec![Event::Attached(found)],
            Some(old) if old.connection == Connection::Network && found.connection == Connection::Usb => {
                vec![Event::Detached { device_id: old.device_id }, Event::Attached(found)]
            }
            Some(_) => Vec::new(),
        }
    }

    fn detach(&mut self, id: u32) -> Vec<Event> {
        let Some(gone) = self.ways.get(&id).cloned() else { return Vec::new() };
        let told = self.best(&gone.udid).is_some_and(|best| best.device_id == id);
        self.ways.remove(&id);
        if !told {
            return Vec::new();
        }
        let mut events = vec![Event::Detached { device_id: id }];
        events.extend(self.best(&gone.udid).map(Event::Attached));
        events
    }

    /// The way that was told: USB first, then the oldest.
    fn best(&self, udid: &str) -> Option<Attached> {
        let ways = self.ways.values().filter(|way| way.udid == udid);
        ways.min_by_key(|way| (way.connection, way.device_id)).cloned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn phone(device_id: u32, connection: Connection) -> Attached {
        Attached { device_id, udid: "00008110-001A2B3C4D5E6F70".into(), connection, address: None, scope: 0 }
    }

    #[test]
    fn a_phone_both_ways_is_told_of_once_over_usb() {
        let mut present = Present::default();
        let (air, cable) = (phone(9, Connection::Network), phone(3, Connection::Usb));
        assert_eq!(present.attach(air.clone()), [Event::Attached(air.clone())]);
        assert_eq!(present.attach(cable.clone()), [Event::Detached { device_id: 9 }, Event::Attached(cable.clone())]);
        assert_eq!(present.detach(3), [Event::Detached { device_id: 3 }, Event::Attached(air.clone())]);
        assert_eq!(present.attach(cable.clone()).len(), 2);
        assert_eq!(present.detach(9), []);
        assert_eq!(present.detach(3), [Event::Detached { device_id: 3 }]);
        assert_eq!(present.detach(3), []);
    }
}
