//! Back Up Now: a new version of a device.

use super::check::{self, Doubts, Expected, PLISTS};
use super::icons::Icons;
use super::progress;
use super::serve::Files;
use super::space;
use crate::api::devices::{BackUpRequest, JobStarted};
use crate::api::jobs::{Action, JobResult, Phase, UnreadableFile};
use crate::api::{ApiError, Code, Doing, Result, Topic, blocking};
use crate::jobs::Run;
use crate::library::{DeviceNotes, location_for, open_store, version_id};
use crate::locations::try_out;
use crate::{Engine, browse, devices, index, keeping};
use device::{BackupOptions, Facts, Outcome};
use std::path::{Path, PathBuf};
use store::{Base, Commit, Session, Store, VersionHead};
use tokio::sync::mpsc;

/// Plists up to this size go into the version's record.
const INLINE_MAX: u64 = 1 << 20;
/// The list of files: hundreds of megabytes on a full phone, of which a few pages change from one version to the next.
const MANIFEST: &str = "Manifest.db";
/// Apple's working folder inside a backup; never part of a version.
pub const SNAPSHOT: &str = "Snapshot";

pub async fn start(engine: &Engine, asked: BackUpRequest) -> Result<JobStarted> {
    engine.0.devices.reach(&asked.udid)?;
    let location = asked.location.as_ref().map_or_else(|| location_for(engine, &asked.udid), PathBuf::from);
    let title = match engine.0.devices.facts(&asked.udid) {
        Some(facts) => format!("Back up {}", facts.name),
        None => "Back up".to_string(),
    };
    let own = engine.clone();
    let (udid, backed_up) = (asked.udid.clone(), asked.udid.clone());
    let job = engine.0.jobs.start(Action::BackUp, title, Some(udid), |run| async move {
        let made = back_up(&own, &asked.udid, asked.full, location.clone(), &run).await;
        devices::refresh(&own, &asked.udid);
        let result = made_version(&own, made?, &location);
        blocking(move || {
            keeping::native::after_version(&own, &location, &backed_up, &run);
            keeping::after_backup(&own, &location.to_string_lossy(), &run);
            Ok(result)
        })
        .await
    })?;
    Ok(JobStarted { job })
}

/// A new version is there: tell everyone, and index it in the background. Nothing here can undo that it was made.
pub fn made_version(engine: &Engine, made: Made, location: &Path) -> JobResult {
    remember_location(engine, location);
    // What the version before kept whole may be kept as a difference by now.
    engine.0.opened.close_of(&made.store, Some(&made.head.udid));
    index::new_version(engine);
    engine.0.offers.look_again();
    for topic in [Topic::Versions, Topic::Devices, Topic::Locations] {
        engine.changed(topic);
    }
    let head = made.head;
    let version = version_id(&head.udid, head.seq, &made.store);
    JobResult::Version {
        version,
        files: head.files,
        bytes: head.bytes,
        new_bytes: head.new_bytes,
        unreadable: made.unreadable,
        unreadable_count: made.unreadable_count,
    }
}

/// A version that was just made, and the id of its store.
pub struct Made {
    pub head: VersionHead,
    pub store: String,
    /// The first of `unreadable_count`.
    pub unreadable: Vec<UnreadableFile>,
    pub unreadable_count: u64,
}

/// A location named only for one version is still shown afterwards.
fn remember_location(engine: &Engine, location: &Path) {
    if crate::library::known_locations(engine).iter().any(|known| known == location) {
        return;
    }
    let path = location.to_string_lossy().into_owned();
    if let Err(error) = engine.0.settings.change(|settings| settings.locations.push(path)) {
        tracing::warn!(%error, "the location could not be remembered");
    }
}

async fn back_up(engine: &Engine, udid: &str, full: bool, location: PathBuf, run: &Run) -> Result<Made> {
    let (mux, who) = engine.0.devices.reach(udid)?;
    super::pair::trust(&mux, &who, run).await?;
    run.phase(Phase::Preparing, "Reading about the device");
    let about = device::about(&mux, &who).await?;
    let facts = about.facts.clone();
    run.check()?;

    let (own, name) = (engine.clone(), udid.to_string());
    let (telling, used) = (run.clone(), facts.storage.map(|storage| storage.total.saturating_sub(storage.free)));
    let (session, store) = blocking(move || {
        let store = open_store(&own, &location, true)?;
        try_out(&own, &store);
        let mut session = begin(&own, &store, &name, full, &telling)?;
        session.keep_inside(&PLISTS);
        space::foresee(&session, used, full, &telling)?;
        Ok((session, store.id().to_string()))
    })
    .await?;

    let (events, heard) = mpsc::unbounded_channel();
    let telling = tokio::spawn(progress::tell(heard, run.clone(), Doing::BackUp));
    let icons: Box<dyn device::IconCache> = Box::new(Icons::new(&engine.0.config.cache));
    let options = BackupOptions { full, guid: guid(udid), icons: Some(icons), about: Some(about) };
    let (outcome, receiver) = device::back_up(&mux, &who, Files::new(session), options, events, run.token()).await;
    let _ = telling.await;
    let session = receiver.into_tree();
    match outcome {
        Ok(outcome) => keep(engine, udid, (session, store), facts, outcome, run).await,
        Err(error) => {
            let error = if run.cancelled() { ApiError::cancelled() } else { error.into() };
            let leave = if may_go_on(&session, error.code) { put_by } else { give_up };
            if let Err(failed) = tokio::task::spawn_blocking(move || leave(session)).await {
                tracing::error!(%failed, "what arrived could not be kept");
            }
            Err(error)
        }
    }
}

/// Whether the next backup may go on with what this one left: not where the device found fault with it, nor where going
/// on led nowhere.
fn may_go_on(session: &Session, ended: Code) -> bool {
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
fn give_up(session: Session) {
    if let Err(error) = session.discard() {
        tracing::warn!(%error, "an unfinished backup could not be given up");
    }
}

/// A backup's GUID that stays the same for a device without being its UDID.
fn guid(udid: &str) -> String {
    let hash = blake3::derive_key("Heirloom 2026 Info.plist GUID", udid.as_bytes());
    hex::encode_upper(&hash[..16])
}

/// Checks what arrived and makes a version of it.
async fn keep(
    engine: &Engine,
    udid: &str,
    (session, store): (Session, String),
    facts: Facts,
    outcome: Outcome,
    run: &Run,
) -> Result<Made> {
    let (engine, udid, run) = (engine.clone(), udid.to_string(), run.clone());
    let doubts = Doubts { unreadable: outcome.unreadable, suspect: outcome.suspect };
    blocking(move || {
        let (session, checked) = check::whole(&engine, &udid, session, Expected::FromDevice, &doubts, &run);
        let checked = match checked {
            Ok(checked) => checked,
            Err(error) if run.cancelled() => {
                put_by(session);
                return Err(error);
            }
            Err(error) => {
                give_up(session);
                return Err(error);
            }
        };
        run.phase(Phase::Keeping, "Making it safe on the disk");
        let unreadable_count = outcome.unreadable_count + checked.short;
        let notes = DeviceNotes {
            name: facts.name,
            product_type: facts.product_type,
            system: facts.version,
            build: facts.build,
            serial: facts.serial,
            imported: false,
            encrypted: checked.encrypted,
            checked: checked.looked_inside,
            unreadable: unreadable_count,
            unconfirmed: outcome.unconfirmed,
            incomplete: false,
            unreadable_list: browse::unreadable::write(&checked.unreadable, checked.encrypted),
            keybag: checked.keybag,
        };
        let head = session.commit(commit(crate::now(), &notes)).map_err(lost_or_other)?;
        Ok(Made { head, store, unreadable: checked.unreadable, unreadable_count })
    })
    .await
}

/// A file that was kept earlier and is lost from the store: the phone has to send it again, and does so when asked for everything.
fn lost_or_other(error: store::Error) -> ApiError {
    match error {
        store::Error::ObjectDamaged { path, damage } => ApiError::new(
            Code::BackupInconsistent,
            "A file kept by an earlier version is lost or damaged on the disk. Ask the device for everything again: that brings it back.",
        )
        .detail(format!("{path}: {damage}")),
        other => other.into(),
    }
}

/// How a version of a backup folder is committed.
pub fn commit(made: i64, notes: &DeviceNotes) -> Commit {
    Commit {
        made,
        notes: notes.to_map(),
        inline_max: INLINE_MAX,
        inline: PLISTS.map(str::to_string).to_vec(),
        leave_out: vec![SNAPSHOT.to_string()],
        // An encrypted list differs from the one before in every byte.
        delta: if notes.encrypted { Vec::new() } else { vec![MANIFEST.to_string()] },
    }
}
