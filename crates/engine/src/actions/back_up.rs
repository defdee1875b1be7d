//! Back Up Now: a new version of a device.

use super::check::{self, Doubts, PLISTS};
use super::icons::Icons;
use super::progress;
use super::serve::Files;
use super::space;
use crate::api::devices::{BackUpRequest, JobStarted};
use crate::api::jobs::{Action, JobResult, Phase, UnreadableFile};
use crate::api::{ApiError, Code, Doing, Result, Topic, blocking};
use crate::jobs::Run;
use crate::library::{DeviceNotes, location_for, open_store, version_id};
use crate::{Engine, devices, index};
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
    let udid = asked.udid.clone();
    let job = engine.0.jobs.start(Action::BackUp, title, Some(udid), |run| async move {
        let made = back_up(&own, &asked.udid, asked.full, location.clone(), &run).await;
        devices::refresh(&own, &asked.udid);
        Ok(made_version(&own, made?, &location))
    })?;
    Ok(JobStarted { job })
}

/// A new version is there: tell everyone, and index it in the background. Nothing here can undo that it was made.
pub fn made_version(engine: &Engine, made: Made, location: &Path) -> JobResult {
    remember_location(engine, location);
    index::new_version(engine);
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
    let facts = device::facts(&mux, &who).await?;
    run.check()?;

    let (own, name) = (engine.clone(), udid.to_string());
    let (telling, used) = (run.clone(), facts.storage.map(|storage| storage.total.saturating_sub(storage.free)));
    let (session, store) = blocking(move || {
        let store = open_store(&own, &location, true)?;
        let session = store.begin(&name, own.0.library.sessions(), latest(&store, &name)?)?;
        space::foresee(&session, used, full, &telling)?;
        Ok((session, store.id().to_string()))
    })
    .await?;

    let (events, heard) = mpsc::unbounded_channel();
    let telling = tokio::spawn(progress::tell(heard, run.clone(), Doing::BackUp));
    let icons: Box<dyn device::IconCache> = Box::new(Icons::new(&engine.0.config.cache));
    let options = BackupOptions { full, guid: guid(udid), icons: Some(icons) };
    let (outcome, receiver) = device::back_up(&mux, &who, Files::new(session), options, events, run.token()).await;
    let _ = telling.await;
    let session = receiver.into_tree();
    match outcome {
        Ok(outcome) => keep(engine, udid, (session, store), facts, outcome, run).await,
        Err(error) => {
            set_aside(session).await;
            if run.cancelled() { Err(ApiError::cancelled()) } else { Err(error.into()) }
        }
    }
}

/// The base of the next version: the state that was taken last, which is what the device remembers.
///
/// An older backup that was imported later has a higher number; over that, the device would send everything again.
fn latest(store: &Store, udid: &str) -> Result<Base> {
    let versions = store.versions(udid)?.versions;
    let taken_last = versions.iter().max_by_key(|head| (head.made, head.seq));
    Ok(taken_last.map_or(Base::Newest, |head| Base::Version(head.seq)))
}

/// Keeps what an unfinished backup received, so that the next one does not store it again.
async fn set_aside(session: Session) {
    let done = tokio::task::spawn_blocking(move || put_by(session)).await;
    if let Err(failed) = done {
        tracing::error!(%failed, "what arrived could not be kept");
    }
}

/// As [`set_aside`], where blocking is allowed. A failure must not hide why there was no version.
pub fn put_by(session: Session) {
    if let Err(error) = session.keep() {
        tracing::warn!(%error, "what arrived could not be kept");
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
        let (session, checked) = check::whole(&engine, &udid, session, &doubts, &run);
        let checked = match checked {
            Ok(checked) => checked,
            Err(error) => {
                put_by(session);
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
        delta: vec![MANIFEST.to_string()],
    }
}
