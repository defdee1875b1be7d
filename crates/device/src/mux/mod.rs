//! usbmuxd: who is attached, sockets to them, and where pair records are kept (`protocol.md` 2.1).

mod address;
mod client;
pub(crate) mod direct;
mod records;
#[cfg(test)]
pub(crate) mod tests;
mod watch;

use crate::stream::{Socket, dictionary};
use crate::{Error, Result};
pub use address::Address;
pub(crate) use client::Reply;
use client::request;
use plist::{Dictionary, Value};
use std::net::IpAddr;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use wire::usbmux::{self, result};
use zeroize::Zeroizing;

/// A way to usbmuxd, which hands out connections to phones. Cheap to clone; holds no connection.
#[derive(Clone, Debug)]
pub struct Usbmux {
    /// Or the unreadable text of `USBMUXD_SOCKET_ADDRESS`.
    address: std::result::Result<Address, String>,
}

/// A phone usbmuxd can reach now. Plugging it in again gives it another `device_id`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attached {
    pub device_id: u32,
    /// The dashed form, see [`wire::usbmux::normalise_udid`].
    pub udid: String,
    pub connection: Connection,
    /// Where it is reached directly over the network, not through usbmuxd.
    pub address: Option<IpAddr>,
    /// The interface a link-local `address` (`fe80::`) belongs to; 0 for every other.
    pub scope: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Connection {
    Usb,
    Network,
}

/// What [`Usbmux::watch`] tells.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Event {
    /// Connected to usbmuxd; an `Attached` follows for each phone already there.
    Ready,
    /// A phone came, or moved from network to cable or back (a `Detached` of the other comes first).
    Attached(Attached),
    Detached {
        device_id: u32,
    },
    /// Some program on this computer paired the phone: its facts are worth asking again.
    Paired {
        device_id: u32,
    },
    /// usbmuxd is not there or went away; every phone is gone until `Ready`. Sent once per loss.
    Lost {
        reason: String,
    },
    /// From [`crate::wireless`] alone: this phone calls itself `mac` on the network, which its pair record does not say.
    /// Whoever remembers it in [`crate::KnownDevice::mac`] spares the next search a trial.
    Learnt {
        udid: String,
        mac: String,
    },
}

impl Usbmux {
    /// The usbmuxd of this computer, or the one `USBMUXD_SOCKET_ADDRESS` names.
    pub fn from_env() -> Usbmux {
        Usbmux { address: Address::from_env() }
    }

    pub fn at(address: Address) -> Usbmux {
        Usbmux { address: Ok(address) }
    }

    /// Attached phones, each once: over USB when it is there both ways.
    pub async fn list(&self) -> Result<Vec<Attached>> {
        let mut reply = self.ask("ListDevices", Dictionary::new()).await?;
        let listed = reply.remove("DeviceList").and_then(Value::into_array).unwrap_or_default();
        let mut found: Vec<Attached> =
            listed.iter().filter_map(Value::as_dictionary).filter_map(Attached::read).collect();
        found.sort_by(|a, b| (&a.udid, a.connection).cmp(&(&b.udid, b.connection)));
        found.dedup_by(|later, kept| later.udid == kept.udid);
        Ok(found)
    }

    /// Tells of phones coming and going until `cancel` or the receiver is dropped; reconnects by itself.
    /// A phone that is there over USB and network is told of once, over USB.
    pub fn watch(&self, cancel: CancellationToken) -> mpsc::Receiver<Event> {
        let (events, receiver) = mpsc::channel(64);
        let mux = self.clone();
        tokio::spawn(async move {
            tokio::select! {
                () = cancel.cancelled() => {}
                () = watch::run(mux, events) => {}
            }
        });
        receiver
    }

    /// This computer's own identifier, which goes into pair records.
    pub(crate) async fn read_buid(&self) -> Result<String> {
        let mut reply = self.ask("ReadBUID", Dictionary::new()).await?;
        reply.remove("BUID").and_then(Value::into_string).ok_or(Error::Unexpected { doing: "reading the host's id" })
    }

    /// The stored pair record of a phone, as a plist; `None` when it was never paired.
    pub(crate) async fn read_pair_record(&self, udid: &str) -> Result<Option<Zeroizing<Vec<u8>>>> {
        let body = dictionary([("PairRecordID", udid.into())]);
        let mut reply = match self.call("ReadPairRecord", body).await {
            Err(error @ Error::NoUsbmuxd { .. }) if *self.address()? == Address::default() => {
                return records::stored(udid).map(Some).ok_or(error);
            }
            reply => reply?.body,
        };
        match reply.remove("PairRecordData") {
            Some(Value::Data(record)) => Ok(Some(Zeroizing::new(record))),
            // An errno: nothing is stored under this name.
            _ => match reply.get("Number").and_then(Value::as_unsigned_integer) {
                Some(result::NO_RECORD) | None => Ok(None),
                Some(number) => Err(Error::Usbmuxd { request: "ReadPairRecord", number }),
            },
        }
    }

    /// Stores a pair record. With the device's id, other programs hear of the pairing (`protocol.md` 1.3, gap 14).
    pub(crate) async fn save_pair_record(&self, who: &Attached, record: Vec<u8>) -> Result<()> {
        let body = dictionary([
            ("PairRecordID", who.udid.as_str().into()),
            ("PairRecordData", Value::Data(record)),
            ("DeviceID", who.device_id.into()),
        ]);
        self.ask("SavePairRecord", body).await.map(drop)
    }

    /// Removes a pair record; a missing one is fine.
    pub(crate) async fn delete_pair_record(&self, udid: &str) -> Result<()> {
        match self.ask("DeletePairRecord", dictionary([("PairRecordID", udid.into())])).await {
            Err(Error::Usbmuxd { number: result::NO_RECORD, .. }) => Ok(()),
            other => other.map(drop),
        }
    }

    /// Opens a connection to a port of the phone: through usbmuxd, or straight to its address when it has one.
    pub(crate) async fn connect(&self, who: &Attached, port: u16) -> Result<Socket> {
        if let Some(address) = who.address {
            return direct::connect(address, who.scope, port).await;
        }
        let body = dictionary([("DeviceID", who.device_id.into()), ("PortNumber", usbmux::port_number(port).into())]);
        match self.call("Connect", body).await?.checked("Connect") {
            Ok(reply) => Ok(reply.socket),
            Err(Error::Usbmuxd { number: result::BAD_DEVICE, .. }) => {
                Err(Error::NotAttached { udid: who.udid.clone() })
            }
            Err(error) => Err(error),
        }
    }

    async fn ask(&self, name: &'static str, body: Dictionary) -> Result<Dictionary> {
        Ok(self.call(name, body).await?.checked(name)?.body)
    }

    async fn call(&self, name: &'static str, body: Dictionary) -> Result<Reply> {
        request(self.address()?, name, body).await
    }

    fn address(&self) -> Result<&Address> {
        self.address.as_ref().map_err(|text| Error::BadAddress { address: text.clone() })
    }
}

impl Attached {
    /// Reads an `Attached` message; `None` when it lacks an id or a usable serial.
    fn read(message: &Dictionary) -> Option<Attached> {
        let properties = message.get("Properties").and_then(Value::as_dictionary)?;
        let id = message.get("DeviceID").or_else(|| properties.get("DeviceID"))?.as_unsigned_integer()?;
        let udid = usbmux::normalise_udid(properties.get("SerialNumber")?.as_string()?);
        // It becomes a folder name and a pair-record id.
        if udid.is_empty() || udid.len() > 64 || !udid.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-') {
            return None;
        }
        let connection = match properties.get("ConnectionType").and_then(Value::as_string) {
            Some("Network") => Connection::Network,
            _ => Connection::Usb,
        };
        Some(Attached { device_id: u32::try_from(id).ok()?, udid, connection, address: None, scope: 0 })
    }
}
