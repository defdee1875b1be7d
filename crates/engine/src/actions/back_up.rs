//! Back Up Now: a new version of a device.

use super::check::{self, Doubts, PLISTS};
use super::icons::Icons;
use super::receive::Receiver;
use crate::api::devices::{BackUpRequest, JobStarted};
use crate::api::events::PromptKind;
use crate::api::jobs::{Action, JobResult, Phase};
use crate::api::{ApiError, Code, Result, Topic, blocking};
use crate::jobs::Run;
use crate::library::{DeviceNotes, location_for, open_store, version_id};
use crate::{Engine, devices, index};
use device::{BackupEvent, BackupOptions, Facts, Outcome, Phase as Step};
use std::path::{Path, PathBuf};
use store::{Base, Commit, Session, VersionHead};
use tokio::sync::mpsc;

/// Plists up to this size go into the version's record.
const INLINE_MAX: u64 = 1 << 20;
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
    JobResult::Version { version, files: head.files, bytes: head.bytes, new_bytes: head.new_bytes }
}

/// A version that was just made, and the id of its store.
pub struct Made {
    pub head: VersionHead,
    pub store: String,
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
    let (session, store) = blocking(move || {
        let store = open_store(&own, &location, true)?;
        Ok((store.begin(&name, own.0.library.sessions(), Base::Newest)?, store.id().to_string()))
    })
    .await?;

    let (events, heard) = mpsc::unbounded_channel();
    let telling = tokio::spawn(tell(heard, run.clone()));
    let icons: Box<dyn device::IconCache> = Box::new(Icons::new(&engine.0.config.cache));
    let options = BackupOptions { full, guid: guid(udid), icons: Some(icons) };
    let (outcome, receiver) = device::back_up(&mux, &who, Receiver::new(session), options, events, run.token()).await;
    let _ = telling.await;
    let session = receiver.into_session();
    match outcome {
        Ok(outcome) => Ok(Made { head: keep(engine, session, facts, outcome, run).await?, store }),
        Err(error) => {
            set_aside(session).await;
            if run.cancelled() { Err(ApiError::cancelled()) } else { Err(error.into()) }
        }
    }
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

/// Passes the session's events on to the job.
async fn tell(mut heard: mpsc::UnboundedReceiver<BackupEvent>, run: Run) {
    while let Some(event) = heard.recv().await {
        match event {
            BackupEvent::Phase(step) => show(step, &run),
            BackupEvent::Progress { percent } => run.progress(percent / 100.0),
            BackupEvent::Bytes { received, files } => run.amounts(files, received, None),
            BackupEvent::Unreadable(file) => {
                run.skip(file.device_path, format!("The device could not read it: {}", file.text))
            }
        }
    }
}

fn show(step: Step, run: &Run) {
    match step {
        Step::Connecting => run.phase(Phase::Preparing, "Connecting to the device"),
        Step::Preparing => run.phase(Phase::Preparing, "The device is getting ready"),
        Step::WaitingForPasscode => {
            run.prompt(Phase::WaitingForPasscode, PromptKind::EnterPasscode, "Enter the passcode on the iPhone");
        }
        Step::Receiving => run.phase(Phase::Receiving, "Receiving files"),
        Step::Finishing => run.phase(Phase::Finishing, "The device is putting its files in order"),
        Step::Verifying => run.phase(Phase::Finishing, "The device is checking the backup"),
    }
}

/// Checks what arrived and makes a version of it.
async fn keep(engine: &Engine, session: Session, facts: Facts, outcome: Outcome, run: &Run) -> Result<VersionHead> {
    let doubts = Doubts {
        unreadable: outcome.unreadable.iter().map(|file| file.path.clone()).collect(),
        suspect: outcome.suspect.iter().map(|file| file.path.clone()).collect(),
    };
    let (scratch, run) = (engine.0.opened.scratch(), run.clone());
    blocking(move || {
        let (session, checked) = check::whole(session, &doubts, &scratch, &run);
        let checked = match checked {
            Ok(checked) => checked,
            Err(error) => {
                put_by(session);
                return Err(error);
            }
        };
        run.phase(Phase::Keeping, "Making it safe on the disk");
        let notes = DeviceNotes {
            name: facts.name,
            product_type: facts.product_type,
            system: facts.version,
            build: facts.build,
            serial: facts.serial,
            imported: false,
            encrypted: checked.encrypted,
            checked: !checked.encrypted,
            unreadable: outcome.unreadable_count + checked.short,
            unconfirmed: outcome.unconfirmed,
        };
        session.commit(commit(crate::now(), &notes)).map_err(lost_or_other)
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
    }
}
