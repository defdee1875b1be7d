//! The session a backup goes into: over what it lies, and what becomes of it when no version can be made.

use super::check::PLISTS;
use super::space;
use crate::Engine;
use crate::api::jobs::Phase;
use crate::api::{Code, Result, blocking};
use crate::jobs::Run;
use crate::library::open_store;
use crate::locations::try_out;
use std::path::Path;
use store::{Base, Session, Store};

/// A session for the next version, in the store of that id; `used` are the bytes in use on the device.
pub async fn opened(
    engine: &Engine,
    udid: &str,
    full: bool,
    location: &Path,
    used: Option<u64>,
    run: &Run,
) -> Result<(Session, String)> {
    let (own, name) = (engine.clone(), udid.to_string());
    let (location, telling) = (location.to_path_buf(), run.clone());
    blocking(move || {
        let store = open_store(&own, &location, true)?;
        try_out(&own, &store);
        let mut session = begin(&own, &store, &name, full, &telling)?;
        session.keep_inside(&PLISTS);
        space::foresee(&session, used, full, &telling)?;
        Ok((session, store.id().to_string()))
    })
    .await
}

/// Whether the next backup may go on with what this one left: not where the device found fault with it, nor where going
/// on led nowhere.
pub fn may_go_on(session: &Session, ended: Code) -> bool {
    let stuck = session.resumed() && session.received().files == 0;
    match ended {
        Code::BackupInconsistent => false,
        Code::DeviceRefused | Code::RestartDevice => !session.resumed(),
        Code::DeviceProtocol => !stuck,
        _ => true,
    }
}

/// Starts a session: over what a cut backup left, where that can be gone on with, or over the last version.
///
/// A device that is asked for everything starts from the last version: it sends everything anyway.
fn begin(engine: &Engine, store: &Store, udid: &str, full: bool, run: &Run) -> Result<Session> {
    let sessions = engine.0.library.sessions();
    let base = latest(store, udid)?;
    if full {
        return Ok(store.begin(udid, sessions, base)?);
    }
    run.phase(Phase::Preparing, "Looking at what arrived earlier");
    let session = store.begin(udid, sessions, Base::Resume)?;
    if session.resumed() || base == newest(&session) {
        return Ok(session);
    }
    session.discard()?;
    Ok(store.begin(udid, sessions, base)?)
}

/// What a session that goes on with nothing lies over.
fn newest(session: &Session) -> Base {
    session.newest().map_or(Base::Newest, |head| Base::Version(head.seq))
}

/// The base of the next version: the state that was taken last, which is what the device remembers.
///
/// An older backup that was imported later has a higher number; over that, the device would send everything again. What
/// was kept of a cut one no device remembers.
fn latest(store: &Store, udid: &str) -> Result<Base> {
    let versions = store.versions(udid)?.versions;
    let whole = versions.iter().filter(|head| !crate::library::is_incomplete(head));
    let taken_last = whole.max_by_key(|head| (head.made, head.seq));
    Ok(match taken_last {
        Some(head) => Base::Version(head.seq),
        None if versions.is_empty() => Base::Newest,
        None => Base::Empty,
    })
}

/// Keeps what an unfinished backup received, so that the next one goes on with it. A failure must not hide why there was
/// no version. Blocking.
pub fn put_by(session: Session) {
    if let Err(error) = session.keep() {
        tracing::warn!(%error, "what arrived could not be kept");
    }
}

/// Ends a backup that nothing can be made of; what arrived is stored, and known again when it comes again. Blocking.
pub fn give_up(session: Session) {
    if let Err(error) = session.discard() {
        tracing::warn!(%error, "an unfinished backup could not be given up");
    }
}
