//! lockdownd: values, pairing requests, and the door to every other service (`protocol.md` 2.2).

use crate::mux::{Attached, Connection, Usbmux};
use crate::record::{PairRecord, wipe};
use crate::stream::{Plists, Socket, within};
use crate::tls::Tls;
use crate::{Error, Result};
use plist::{Dictionary, Value};
use std::sync::Arc;
use std::time::Duration;
use wire::lockdown::Failure;
use wire::usbmux::LOCKDOWN_PORT;

/// lockdown answers at once; a phone that is busy or just waking takes some seconds.
const PATIENCE: Duration = Duration::from_secs(30);
const ATTEMPTS: u32 = 3;
/// Pauses before a service is asked for again that the phone has no room for.
const SERVICE_WAITS: [Duration; 3] = [Duration::from_millis(500), Duration::from_secs(1), Duration::from_secs(2)];

/// A connection to lockdownd, trusted once a session runs.
pub(crate) struct Lockdown {
    plists: Plists,
    mux: Usbmux,
    who: Attached,
    session: Option<Session>,
}

struct Session {
    id: String,
    tls: Tls,
    record: Arc<PairRecord>,
}

impl Lockdown {
    /// Connects without a session: a few values and pairing work.
    pub(crate) async fn open(mux: &Usbmux, who: &Attached) -> Result<Lockdown> {
        let socket = mux.connect(who, LOCKDOWN_PORT).await?;
        Ok(Lockdown { plists: Plists { socket }, mux: mux.clone(), who: who.clone(), session: None })
    }

    /// Connects and starts a session with the stored pair record; tries again when the connection itself fails.
    ///
    /// [`Error::NotTrusted`] without a record, [`Error::TrustForgotten`] when the phone does not know it any more,
    /// [`Error::Locked`] before the first unlock, [`Error::NotEncrypted`] when it wants no TLS.
    pub(crate) async fn trusted(mux: &Usbmux, who: &Attached) -> Result<Lockdown> {
        let mut who = who.clone();
        let mut attempt = 1;
        loop {
            match Lockdown::trusted_once(mux, &who).await {
                // Plugged in anew, it has another id (`protocol.md` 3, row 24).
                Err(Error::NotAttached { udid }) if attempt < ATTEMPTS => {
                    let listed = mux.list().await?.into_iter().find(|found| found.udid == udid);
                    who = listed.ok_or(Error::NotAttached { udid })?;
                    attempt += 1;
                }
                Err(
                    Error::Disconnected | Error::TimedOut { .. } | Error::Usbmuxd { .. } | Error::Connection { .. },
                ) if attempt < ATTEMPTS => {
                    tokio::time::sleep(Duration::from_millis(500) * attempt).await;
                    attempt += 1;
                }
                result => return result,
            }
        }
    }

    async fn trusted_once(mux: &Usbmux, who: &Attached) -> Result<Lockdown> {
        let stored = mux.read_pair_record(&who.udid).await?.ok_or(Error::NotTrusted)?;
        let record = Arc::new(PairRecord::read(&stored)?);
        let mut lockdown = Lockdown::open(mux, who).await?;
        lockdown.start_session(record).await?;
        Ok(lockdown)
    }

    pub(crate) async fn start_session(&mut self, record: Arc<PairRecord>) -> Result<()> {
        let tls = Tls::new(&record)?;
        let mut fields = Dictionary::new();
        fields.insert("HostID".into(), record.host_id.as_str().into());
        fields.insert("SystemBUID".into(), record.system_buid.as_str().into());
        let mut reply = self.ask("StartSession", fields).await?;
        let id = reply.remove("SessionID").and_then(Value::into_string).unwrap_or_default();
        // In the clear nobody has shown to be the paired phone, and the escrow bag would be there to read.
        if reply.get("EnableSessionSSL").and_then(Value::as_boolean) == Some(false) {
            return Err(Error::NotEncrypted { doing: "starting a session" });
        }
        // After a failed handshake the connection is of no use: the closed end stays in its place.
        let plain = std::mem::replace(&mut self.plists.socket, Box::new(tokio::io::duplex(1).0));
        self.plists.socket = within(PATIENCE, "starting TLS", tls.connect(plain)).await?;
        self.session = Some(Session { id, tls, record });
        Ok(())
    }

    /// One value, or a domain's whole dictionary without `key`. `None` when the phone has or tells none.
    pub(crate) async fn value(&mut self, domain: Option<&str>, key: Option<&str>) -> Result<Option<Value>> {
        let mut fields = Dictionary::new();
        for (name, value) in [("Domain", domain), ("Key", key)] {
            if let Some(value) = value {
                fields.insert(name.into(), value.into());
            }
        }
        match self.ask("GetValue", fields).await {
            Ok(mut reply) => Ok(reply.remove("Value")),
            Err(Error::Lockdown { failure: Failure::MissingValue | Failure::GetProhibited, .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// A domain's whole dictionary; empty when the phone has or tells none.
    pub(crate) async fn values(&mut self, domain: Option<&str>) -> Result<Dictionary> {
        Ok(self.value(domain, None).await?.and_then(Value::into_dictionary).unwrap_or_default())
    }

    /// Sets a value.
    pub(crate) async fn set_value(&mut self, domain: Option<&str>, key: &str, value: Value) -> Result<()> {
        let mut fields = Dictionary::new();
        if let Some(domain) = domain {
            fields.insert("Domain".into(), domain.into());
        }
        fields.insert("Key".into(), key.into());
        fields.insert("Value".into(), value);
        self.ask("SetValue", fields).await.map(drop)
    }

    /// Whether the phone is reached over the network.
    pub(crate) fn over_network(&self) -> bool {
        self.who.connection == Connection::Network
    }

    /// Asks the phone to trust `record`. The reply carries the escrow bag.
    pub(crate) async fn pair(&mut self, record: &PairRecord) -> Result<Dictionary> {
        let mut options = Dictionary::new();
        options.insert("ExtendedPairingErrors".into(), true.into());
        let mut fields = Dictionary::new();
        fields.insert("PairRecord".into(), Value::Dictionary(record.for_device()));
        fields.insert("PairingOptions".into(), Value::Dictionary(options));
        self.ask("Pair", fields).await
    }

    pub(crate) async fn unpair(&mut self, record: &PairRecord) -> Result<()> {
        let mut fields = Dictionary::new();
        fields.insert("PairRecord".into(), Value::Dictionary(record.for_device()));
        self.ask("Unpair", fields).await.map(drop)
    }

    /// Starts a service and connects to it. `escrow` sends the escrow bag, so that a locked phone starts it too.
    pub(crate) async fn start_service(&mut self, name: &'static str, escrow: bool) -> Result<Socket> {
        let mut again = true;
        let mut waits = SERVICE_WAITS.into_iter();
        loop {
            match self.start_service_once(name, escrow).await {
                // The port expired or the phone slept: once more with a new one (`protocol.md` 3, row 19).
                Err(Error::Usbmuxd { .. } | Error::Connection { .. } | Error::Disconnected) if again => again = false,
                // Too many programs talk to the phone; one of them may be done soon.
                Err(error @ Error::Lockdown { failure: Failure::ServiceLimit, .. }) => match waits.next() {
                    Some(wait) => tokio::time::sleep(wait).await,
                    None => return Err(error),
                },
                result => return result,
            }
        }
    }

    async fn start_service_once(&mut self, name: &'static str, escrow: bool) -> Result<Socket> {
        let session = self.session.as_ref().ok_or(Error::NotTrusted)?;
        let mut fields = Dictionary::new();
        fields.insert("Service".into(), name.into());
        let bag = session.record.escrow_bag.as_ref().filter(|_| escrow);
        // Old systems leave some services in the clear, which is for the cable only and never for the backup.
        let clear = self.who.connection == Connection::Usb && !escrow;
        if let Some(bag) = bag {
            fields.insert("EscrowBag".into(), Value::Data(bag.to_vec()));
        }
        let reply = self.ask("StartService", fields).await?;
        let port = reply.get("Port").and_then(Value::as_unsigned_integer).and_then(|port| u16::try_from(port).ok());
        let port = port.ok_or(Error::Unexpected { doing: "starting a service" })?;
        let encrypted = reply.get("EnableServiceSSL").and_then(Value::as_boolean).unwrap_or(false);
        if !encrypted && !clear {
            return Err(Error::NotEncrypted { doing: "starting a service" });
        }
        let socket = self.mux.connect(&self.who, port).await?;
        if !encrypted {
            return Ok(socket);
        }
        let tls = self.session.as_ref().ok_or(Error::NotTrusted)?.tls.clone();
        within(PATIENCE, "starting TLS", tls.connect(socket)).await
    }

    /// Ends the session politely; nothing depends on it. The connection is of no use afterwards.
    pub(crate) async fn close(&mut self) {
        if let Some(session) = self.session.take() {
            let mut fields = Dictionary::new();
            fields.insert("SessionID".into(), session.id.into());
            let _ = within(Duration::from_secs(1), "closing", self.ask("StopSession", fields)).await;
        }
        self.plists.socket = Box::new(tokio::io::duplex(1).0);
    }

    async fn ask(&mut self, request: &'static str, mut fields: Dictionary) -> Result<Dictionary> {
        fields.insert("Label".into(), "Heirloom".into());
        fields.insert("ProtocolVersion".into(), "2".into());
        fields.insert("Request".into(), request.into());
        let mut message = Value::Dictionary(fields);
        let reply = within(PATIENCE, "asking lockdown", async {
            self.plists.send(&message, "asking lockdown").await?;
            self.plists.receive("asking lockdown").await
        })
        .await;
        wipe(&mut message);
        let reply = reply?.into_dictionary().ok_or(Error::Unexpected { doing: "asking lockdown" })?;
        match reply.get("Error").and_then(Value::as_string) {
            None => Ok(reply),
            Some(reason) => Err(refusal(request, reason)),
        }
    }
}

/// What an `Error` string means for the person (`protocol.md` 2.2.1).
fn refusal(request: &'static str, reason: &str) -> Error {
    let Some(failure) = Failure::named(reason) else {
        return Error::LockdownUnknown { request, reason: reason.chars().take(200).collect() };
    };
    match failure {
        Failure::PasswordProtected | Failure::EscrowLocked | Failure::PasscodeRequired => Error::Locked,
        Failure::UserDeniedPairing => Error::TrustRefused,
        Failure::InvalidHostID | Failure::MissingHostID | Failure::InvalidPairRecord | Failure::MissingPairRecord => {
            Error::TrustForgotten
        }
        Failure::PairingProhibitedOverThisConnection => Error::PairingNeedsCable,
        Failure::MCProtected | Failure::MCChallengeRequired => Error::Managed,
        failure => Error::Lockdown { request, failure },
    }
}

#[cfg(test)]
mod tests;
