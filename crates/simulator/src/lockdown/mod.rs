//! lockdownd: what a host may know, whom the phone trusts, which services it starts (`protocol.md` 2.2).

mod pairing;
mod values;

use crate::device::Device;
use crate::doors::Security;
use crate::identity::Host;
use crate::network::Link;
use crate::services::Kind;
use crate::stream::{Raw, dictionary, invalid, read_request, text};
use crate::{FaultyTls, LockdownFaults, faults, tls};
use plist::{Dictionary, Value};
use rustls::ServerConfig;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio_rustls::server::TlsStream;
use wire::lockdown::Failure;

/// Lockdown's connection: plain until a session starts, TLS until it stops.
enum Line {
    Plain(Raw),
    Tls(Box<TlsStream<Raw>>),
}

/// What follows an answer.
enum Then {
    Stay,
    StartTls(Arc<ServerConfig>),
    /// A faulty line where TLS should be.
    Deceive(FaultyTls, Arc<Host>),
    StopTls,
    Close,
}

struct Session {
    id: String,
    host: Arc<Host>,
}

/// One connection and what it remembers.
struct Visit {
    link: Link,
    session: Option<Session>,
    faults: LockdownFaults,
    /// Replies sent, and `StartService` refused on purpose.
    replies: u64,
    refused: u32,
}

pub(crate) async fn serve(device: Arc<Device>, raw: Raw, link: Link) -> io::Result<()> {
    let mut line = Line::Plain(raw);
    let faults = device.faults().lockdown;
    let mut visit = Visit { link, session: None, faults, replies: 0, refused: 0 };
    loop {
        let request = match &mut line {
            Line::Plain(stream) => read_request(stream).await?,
            Line::Tls(stream) => read_request(stream).await?,
        };
        let Some(request) = request else { return Ok(()) };
        let (reply, then) = visit.answer(&device, &request);
        let reply = visit.spoil(Value::Dictionary(reply))?;
        match &mut line {
            Line::Plain(stream) => send(stream, &reply).await?,
            Line::Tls(stream) => send(stream, &reply).await?,
        }
        line = match (then, line) {
            (Then::StartTls(config), Line::Plain(raw)) => Line::Tls(Box::new(tls::accept(config, raw).await?)),
            (Then::Deceive(fault, host), Line::Plain(raw)) => {
                Line::Plain(device.impostor_line(fault, &host, raw).await?)
            }
            (Then::StopTls, Line::Tls(tls)) => Line::Plain(stop_tls(*tls).await?),
            (Then::Close, _) => return Ok(()),
            (_, line) => line,
        };
    }
}

/// Both sides say goodbye to TLS, then go on in the clear.
async fn stop_tls(mut tls: TlsStream<Raw>) -> io::Result<Raw> {
    tls.read_to_end(&mut Vec::new()).await?;
    // A shutdown would also close the connection underneath.
    tls.get_mut().1.send_close_notify();
    tls.flush().await?;
    Ok(tls.into_inner().0)
}

async fn send(stream: &mut (impl AsyncWrite + Unpin), bytes: &[u8]) -> io::Result<()> {
    stream.write_all(bytes).await?;
    stream.flush().await
}

impl Visit {
    /// The reply to one request: it echoes the request's name and holds a payload or an `Error`.
    fn answer(&mut self, device: &Arc<Device>, request: &Dictionary) -> (Dictionary, Then) {
        let name = text(request, "Request").unwrap_or_default();
        let mut reply = dictionary([("Request", name.into())]);
        let trusted = self.session.is_some();
        let wireless = matches!(self.link, Link::Network(_));
        let result = match name {
            "QueryType" => Ok((dictionary([("Type", "com.apple.mobile.lockdown".into())]), Then::Stay)),
            "GetValue" => values::get(device, trusted, request).map(stay),
            "SetValue" | "RemoveValue" => values::set(device, trusted, request).map(stay),
            "Pair" if wireless => Err(Failure::PairingProhibitedOverThisConnection),
            "Pair" => pairing::pair(device, request).map(stay),
            "ValidatePair" => pairing::validate(device, request).map(stay),
            "Unpair" => pairing::unpair(device, request).map(stay),
            "StartSession" => self.start_session(device, request),
            "StopSession" => self.stop_session(request),
            "StartService" => self.start_service(device, request).map(stay),
            "Goodbye" => Ok((dictionary([("Result", "Success".into())]), Then::Close)),
            _ => Err(Failure::InvalidResponse),
        };
        match result {
            Ok((payload, then)) => {
                reply.extend(payload);
                (reply, then)
            }
            Err(failure) => {
                reply.insert("Error".into(), failure.name().into());
                (reply, Then::Stay)
            }
        }
    }

    /// The bytes of a reply, as far as the faults leave it whole.
    fn spoil(&mut self, reply: Value) -> io::Result<Vec<u8>> {
        self.replies += 1;
        let is_this = |number| number == Some(self.replies);
        let reply = if is_this(self.faults.wrong_types_at_reply) { faults::of_other_types(reply) } else { reply };
        let mut bytes = wire::frame::encode_xml(&reply).map_err(invalid)?;
        if is_this(self.faults.huge_length_at_reply) {
            bytes[..4].copy_from_slice(&faults::HUGE_LENGTH);
        }
        Ok(bytes)
    }

    fn start_session(&mut self, device: &Device, request: &Dictionary) -> Result<(Dictionary, Then), Failure> {
        if self.session.is_some() {
            return Err(Failure::SessionActive);
        }
        let id = text(request, "HostID").ok_or(Failure::MissingHostID)?;
        let host = device.hosts.get(id).ok_or(Failure::InvalidHostID)?;
        let id = uuid::Uuid::new_v4().to_string().to_uppercase();
        let secure = self.faults.session_tls != Some(FaultyTls::None);
        let payload = dictionary([("SessionID", id.as_str().into()), ("EnableSessionSSL", secure.into())]);
        let then = match self.faults.session_tls {
            None => Then::StartTls(host.tls.clone()),
            Some(fault) => Then::Deceive(fault, host.clone()),
        };
        self.session = Some(Session { id, host });
        Ok((payload, then))
    }

    fn stop_session(&mut self, request: &Dictionary) -> Result<(Dictionary, Then), Failure> {
        let active = self.session.as_ref().ok_or(Failure::SessionInactive)?;
        if text(request, "SessionID").ok_or(Failure::MissingSessionID)? != active.id {
            return Err(Failure::InvalidSessionID);
        }
        self.session = None;
        Ok((Dictionary::new(), Then::StopTls))
    }

    fn start_service(&mut self, device: &Arc<Device>, request: &Dictionary) -> Result<Dictionary, Failure> {
        let name = text(request, "Service").ok_or(Failure::MissingService)?;
        let kind = Kind::named(name).ok_or(Failure::InvalidService)?;
        if self.refused < self.faults.service_limit {
            self.refused += 1;
            return Err(Failure::ServiceLimit);
        }
        if kind == Kind::InsecureNotifications {
            return Ok(started(name, self.open(device, kind, Security::Open)?, false));
        }
        let host = self.session.as_ref().ok_or(Failure::SessionInactive)?.host.clone();
        match request.get("EscrowBag").and_then(Value::as_data) {
            Some(bag) if bag != host.escrow_bag => return Err(Failure::EscrowLocked),
            None if device.is_locked() && kind.wants_unlocked() => return Err(Failure::PasswordProtected),
            _ => {}
        }
        let secure = self.faults.service_tls != Some(FaultyTls::None);
        let security = match self.faults.service_tls {
            None => Security::Tls(host),
            Some(fault) => Security::Faulty(fault, host),
        };
        Ok(started(name, self.open(device, kind, security)?, secure))
    }

    /// Opens a port where the host came from.
    fn open(&self, device: &Arc<Device>, kind: Kind, security: Security) -> Result<u16, Failure> {
        let open = || device.doors.open(kind, security.clone());
        match &self.link {
            Link::Usb => Ok(open()),
            Link::Network(air) => air.offer(device, open).map_err(|_| Failure::ServiceLimit),
        }
    }
}

fn stay(payload: Dictionary) -> (Dictionary, Then) {
    (payload, Then::Stay)
}

fn started(name: &str, port: u16, tls: bool) -> Dictionary {
    dictionary([("Service", name.into()), ("Port", u64::from(port).into()), ("EnableServiceSSL", tls.into())])
}
