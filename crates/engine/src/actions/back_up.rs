//! Back Up Now: a new version of a device.

use super::again::{self, Again};
use super::check::{self, Doubts, Expected, PLISTS};
use super::icons::Icons;
use super::progress;
use super::serve::Files;
use super::session::{give_up, may_go_on, opened, put_by};
use crate::api::devices::{BackUpRequest, JobStarted};
use crate::api::jobs::{Action, JobResult, Phase, UnreadableFile};
use crate::api::{ApiError, Code, Doing, Result, Topic, blocking};
use crate::jobs::Run;
use crate::library::{DeviceNotes, location_for, version_id};
use crate::locations::{unless_silent, why};
use crate::{Engine, browse, devices, index, keeping};
use device::{BackupOptions, Facts, Outcome};
use std::path::{Path, PathBuf};
use store::{Commit, Session, VersionHead};
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
    let (own, udid) = (engine.clone(), asked.udid.clone());
    let job = engine.0.jobs.start(Action::BackUp, title, Some(udid), |run| async move {
        let work = version(own.clone(), asked, location.clone(), run.clone());
        unless_silent(&own, &[&location], &run, work).await
    })?;
    Ok(JobStarted { job })
}

/// Makes a version, and does what follows one.
async fn version(engine: Engine, asked: BackUpRequest, location: PathBuf, run: Run) -> Result<JobResult> {
    let made = back_up(&engine, &asked.udid, asked.full, location.clone(), &run).await;
    devices::refresh(&engine, &asked.udid);
    let made = made.map_err(|error| why(&engine, &location, &error))?;
    let result = made_version(&engine, made, &location);
    blocking(move || {
        keeping::native::after_version(&engine, &location, &asked.udid, &run);
        keeping::after_backup(&engine, &location.to_string_lossy(), &run);
        Ok(result)
    })
    .await
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

/// Backs up, and once more where that may go well by itself.
async fn back_up(engine: &Engine, udid: &str, full: bool, location: PathBuf, run: &Run) -> Result<Made> {
    let ended = match attempt(engine, udid, full, &location, run).await {
        Ok(made) => return Ok(made),
        Err(ended) => ended,
    };
    match ended.again {
        Some(again) if again::may_begin(again, engine, udid, run).await => {
            tracing::info!(error = %ended.error, ?again, "the backup is made once more");
            let made = attempt(engine, udid, full || again == Again::Everything, &location, run).await;
            let made = made.map_err(|ended| ended.error)?;
            run.warn(again.told());
            Ok(made)
        }
        _ if run.cancelled() => Err(ApiError::cancelled()),
        _ => Err(ended.error),
    }
}

/// Why there is no version, and whether to try once more.
struct Ended {
    error: ApiError,
    again: Option<Again>,
}

impl<E: Into<ApiError>> From<E> for Ended {
    fn from(error: E) -> Ended {
        Ended { error: error.into(), again: None }
    }
}

async fn attempt(
    engine: &Engine,
    udid: &str,
    full: bool,
    location: &Path,
    run: &Run,
) -> std::result::Result<Made, Ended> {
    let (mux, who) = engine.0.devices.reach(udid)?;
    super::pair::trust(&mux, &who, run).await?;
    run.phase(Phase::Preparing, "Reading about the device");
    let about = device::about(&mux, &who).await?;
    let facts = about.facts.clone();
    run.check()?;

    let used = facts.storage.map(|storage| storage.total.saturating_sub(storage.free));
    let (session, store) = opened(engine, udid, full, location, used, run).await?;
    let (events, heard) = mpsc::unbounded_channel();
    let telling = tokio::spawn(progress::tell(heard, run.clone(), Doing::BackUp));
    let icons: Box<dyn device::IconCache> = Box::new(Icons::new(&engine.0.config.cache));
    let options = BackupOptions { full, guid: guid(udid), icons: Some(icons), about: Some(about) };
    let (outcome, receiver) = device::back_up(&mux, &who, Files::new(session), options, events, run.token()).await;
    let _ = telling.await;
    let session = receiver.into_tree();
    match outcome {
        Ok(outcome) => Ok(keep(engine, udid, (session, store), facts, outcome, run).await?),
        Err(error) => {
            let again = Again::after(&error, full);
            let error = if run.cancelled() { ApiError::cancelled() } else { error.into() };
            let leave = if may_go_on(&session, error.code) { put_by } else { give_up };
            if let Err(failed) = tokio::task::spawn_blocking(move || leave(session)).await {
                tracing::error!(%failed, "what arrived could not be kept");
            }
            Err(Ended { error, again })
        }
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
