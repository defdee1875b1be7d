//! lockdownd: what a host may know, whom the phone trusts, which services it starts (`protocol.md` 2.2).

mod pairing;
mod values;

use crate::device::Device;
use crate::identity::Host;
use crate::services::Kind;
use crate::stream::{Raw, dictionary, read_request, text, write_xml};
use crate::tls;
use plist::{Dictionary, Value};
use rustls::ServerConfig;
use std::io;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
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
    StopTls,
    Close,
}

struct Session {
    id: String,
    host: Arc<Host>,
}

pub(crate) async fn serve(device: Arc<Device>, raw: Raw) -> io::Result<()> {
    let mut line = Line::Plain(raw);
    let mut session = None;
    loop {
        let request = match &mut line {
            Line::Plain(stream) => read_request(stream).await?,
            Line::Tls(stream) => read_request(stream).await?,
        };
        let Some(request) = request else { return Ok(()) };
        let (reply, then) = answer(&device, &mut session, &request);
        let reply = Value::Dictionary(reply);
        match &mut line {
            Line::Plain(stream) => write_xml(stream, &reply).await?,
            Line::Tls(stream) => write_xml(stream, &reply).await?,
        }
        line = match (then, line) {
            (Then::StartTls(config), Line::Plain(raw)) => Line::Tls(Box::new(tls::accept(config, raw).await?)),
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

/// The reply to one request: it echoes the request's name and holds a payload or an `Error`.
fn answer(device: &Device, session: &mut Option<Session>, request: &Dictionary) -> (Dictionary, Then) {
    let name = text(request, "Request").unwrap_or_default();
    let mut reply = dictionary([("Request", name.into())]);
    let result = match name {
        "QueryType" => Ok((dictionary([("Type", "com.apple.mobile.lockdown".into())]), Then::Stay)),
        "GetValue" => values::get(device, session.is_some(), request).map(stay),
        "SetValue" | "RemoveValue" => values::set(device, session.is_some(), request).map(stay),
        "Pair" => pairing::pair(device, request).map(stay),
        "ValidatePair" => pairing::validate(device, request).map(stay),
        "Unpair" => pairing::unpair(device, request).map(stay),
        "StartSession" => start_session(device, session, request),
        "StopSession" => stop_session(session, request),
        "StartService" => start_service(device, session.as_ref(), request).map(stay),
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

fn stay(payload: Dictionary) -> (Dictionary, Then) {
    (payload, Then::Stay)
}

fn start_session(
    device: &Device,
    session: &mut Option<Session>,
    request: &Dictionary,
) -> Result<(Dictionary, Then), Failure> {
    if session.is_some() {
        return Err(Failure::SessionActive);
    }
    let id = text(request, "HostID").ok_or(Failure::MissingHostID)?;
    let host = device.hosts.get(id).ok_or(Failure::InvalidHostID)?;
    let id = uuid::Uuid::new_v4().to_string().to_uppercase();
    let payload = dictionary([("SessionID", id.as_str().into()), ("EnableSessionSSL", true.into())]);
    let tls = host.tls.clone();
    *session = Some(Session { id, host });
    Ok((payload, Then::StartTls(tls)))
}

fn stop_session(session: &mut Option<Session>, request: &Dictionary) -> Result<(Dictionary, Then), Failure> {
    let active = session.as_ref().ok_or(Failure::SessionInactive)?;
    if text(request, "SessionID").ok_or(Failure::MissingSessionID)? != active.id {
        return Err(Failure::InvalidSessionID);
    }
    *session = None;
    Ok((Dictionary::new(), Then::StopTls))
}

fn start_service(device: &Device, session: Option<&Session>, request: &Dictionary) -> Result<Dictionary, Failure> {
    let name = text(request, "Service").ok_or(Failure::MissingService)?;
    let kind = Kind::named(name).ok_or(Failure::InvalidService)?;
    if kind == Kind::InsecureNotifications {
        return Ok(started(name, device.open_port(kind, None), false));
    }
    let session = session.ok_or(Failure::SessionInactive)?;
    match request.get("EscrowBag").and_then(Value::as_data) {
        Some(bag) if bag != session.host.escrow_bag => return Err(Failure::EscrowLocked),
        None if device.is_locked() && kind.wants_unlocked() => return Err(Failure::PasswordProtected),
        _ => {}
    }
    Ok(started(name, device.open_port(kind, Some(session.host.clone())), true))
}

fn started(name: &str, port: u16, tls: bool) -> Dictionary {
    dictionary([("Service", name.into()), ("Port", u64::from(port).into()), ("EnableServiceSSL", tls.into())])
}
