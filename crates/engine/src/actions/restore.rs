//! Putting a version onto a device: served from the store, which is never written to.

use super::serve::Files;
use super::{
    again::{self, Again},
    preflight, progress,
};
use crate::api::devices::JobStarted;
use crate::api::jobs::{Action, JobResult, Phase};
use crate::api::restore::{Finding, FindingState, RestoreCheck, RestoreCheckRequest, RestoreRequest};
use crate::api::{ApiError, Code, Doing, Result, blocking, failed};
use crate::jobs::Run;
use crate::library::{self, Found, VersionFiles};
use crate::locations::unless_silent;
use crate::{Engine, browse, devices, locks};
use backup::{Locked, Password};
use device::{Attached, Facts, Outcome, RestoreOptions, Usbmux};
use std::path::Path;
use std::time::Duration;
use store::{Overlay, Version};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// How long a device takes at most to go away for its restart.
const LEAVES_WITHIN: Duration = Duration::from_secs(15);
/// The longest Info.plist that is looked at for the list of apps.
const INFO_AT_MOST: u64 = 256 << 20;
const BROKE_OFF_TWICE: &str = "The device broke off twice at the beginning of the restore, before any content was sent. Unlock it, finish its setup, connect it to power, and try again.";

pub async fn check(engine: &Engine, mut asked: RestoreCheckRequest) -> Result<RestoreCheck> {
    let (mux, who) = engine.0.devices.reach(&asked.udid)?;
    asked.version = meant(engine, &asked.version, &asked.location, &asked.udid).await?;
    let facts = device::facts(&mux, &who).await?;
    look(engine, &asked, (&mux, &who), &facts, CancellationToken::new()).await
}

/// Looks at the device and the version.
async fn look(
    engine: &Engine,
    asked: &RestoreCheckRequest,
    (mux, who): (&Usbmux, &Attached),
    facts: &Facts,
    cancel: CancellationToken,
) -> Result<RestoreCheck> {
    let readiness = device::readiness(mux, who).await?;
    let (own, asked) = (engine.clone(), asked.clone());
    let (found, opened, content) = blocking(move || {
        let location = asked.location.as_deref().map(Path::new);
        let found = library::find(&own, &asked.version, location)?;
        let version = found.store.version(&found.summary.udid, found.summary.number)?;
        let opened = browse::opened(&own, &found.summary.id, Some(Path::new(&found.summary.location)));
        let mut content = vec![preflight::content(&version, &|| cancel.is_cancelled())?];
        content.extend(preflight::password(&opened));
        content.extend(opened.as_ref().ok().map(|opened| preflight::list(opened)));
        Ok((found, opened.err(), content))
    })
    .await?;
    let mut findings = preflight::of_device(&readiness, facts, who.connection == device::Connection::Usb);
    findings.extend(preflight::fits(&found.summary, &readiness, facts));
    findings.extend(content);
    Ok(RestoreCheck {
        needs_password: opened.is_some_and(|error| error.code == Code::PasswordNeeded),
        ready: findings.iter().all(|finding| finding.state != FindingState::Stop),
        device_name: facts.name.clone(),
        afterwards: afterwards(&found.summary.udid, &who.udid),
        findings,
    })
}

/// The id of the version that is meant. `latest` is the newest of the very device: that of another one is never restored
/// unless it is named.
async fn meant(engine: &Engine, version: &str, location: &Option<String>, udid: &str) -> Result<String> {
    let (own, version) = (engine.clone(), version.to_string());
    let (location, udid) = (location.clone(), udid.to_string());
    blocking(move || {
        let location = location.as_deref().map(Path::new);
        if version != "latest" {
            return Ok(library::find(&own, &version, location)?.summary.id);
        }
        let newest = library::all_versions(&own, location)?.0.into_iter().find(|version| version.udid == udid);
        newest.map(|version| version.id).ok_or_else(|| {
            let message = "There is no version of this device. To restore one of another device, name it.";
            ApiError::new(Code::VersionNotFound, message)
        })
    })
    .await
}

/// What to expect, in sentences.
fn afterwards(from: &str, to: &str) -> Vec<String> {
    let mut sentences = vec![
        "The device restarts and puts everything in place; that takes some minutes, and longer for a lot of photos.",
        "Apps are downloaded from the App Store again, over Wi-Fi; each shows its data once it is there.",
        "The passcode, Face ID and Apple Pay cards stay as they are on the device or have to be set up again.",
        "Photos and messages kept in iCloud come back from there, not from this version.",
    ];
    if from != to {
        sentences.push("As the version is of another device, sign in again where apps and accounts ask for it.");
    }
    sentences.into_iter().map(str::to_string).collect()
}

pub async fn start(engine: &Engine, mut asked: RestoreRequest) -> Result<JobStarted> {
    let (mux, who) = engine.0.devices.reach(&asked.udid)?;
    asked.version = meant(engine, &asked.version, &asked.location, &asked.udid).await?;
    let facts = match engine.0.devices.facts(&asked.udid) {
        Some(facts) => facts,
        None => device::facts(&mux, &who).await?,
    };
    confirmed(&asked, &facts)?;
    let own = engine.clone();
    let title = format!("Restore {}", facts.name);
    let job = engine.0.jobs.start(Action::Restore, title, Some(asked.udid.clone()), |run| async move {
        let location = library::location_of(&own, &asked.version, &asked.location).await?;
        let (serving, telling) = (own.clone(), run.clone());
        let work = async move {
            let restored = restore(&serving, &asked, &telling).await;
            devices::refresh(&serving, &asked.udid);
            restored
        };
        unless_silent(&own, &[&location], &run, work).await
    })?;
    Ok(JobStarted { job })
}

/// Whether the person named the very device.
fn confirmed(asked: &RestoreRequest, facts: &Facts) -> Result<()> {
    if facts.name.trim() == asked.confirmed_name.trim() {
        return Ok(());
    }
    let message = format!("To confirm, type the name of the device: {}. What is on it gets replaced.", facts.name);
    Err(ApiError::new(Code::NotConfirmed, message))
}

async fn restore(engine: &Engine, asked: &RestoreRequest, run: &Run) -> Result<JobResult> {
    let (mux, who) = engine.0.devices.reach(&asked.udid)?;
    super::pair::trust(&mux, &who, run).await?;
    run.phase(Phase::Checking, "Looking whether the device can take this version");
    let facts = device::facts(&mux, &who).await?;
    confirmed(asked, &facts)?;
    let served = prepare(engine, asked, run).await?;
    let looked = RestoreCheckRequest {
        version: asked.version.clone(),
        location: asked.location.clone(),
        udid: asked.udid.clone(),
    };
    ready(&look(engine, &looked, (&mux, &who), &facts, run.token()).await?.findings)?;
    run.check()?;
    let mut ended = serve(engine, &asked.udid, served, run).await?;
    if ended.began_only() && again::may_begin(Again::GoOn, engine, &asked.udid, run).await {
        ended = once_more(engine, asked, &facts, run).await?;
    }
    let outcome = ended.outcome;
    match outcome {
        Ok(outcome) => {
            for file in &outcome.unreadable {
                run.skip(&file.path, "The device asked for it, and it could not be read from the version.");
            }
            if asked.reboot {
                left(engine, &asked.udid, run).await;
            }
            Ok(JobResult::Restored { files: outcome.files, bytes: outcome.bytes })
        }
        Err(_) if run.cancelled() => Err(ApiError::cancelled()),
        Err(error) => Err(failed(error, Doing::Restore)),
    }
}

/// How serving a version to the device ended.
struct Ended {
    outcome: device::Result<Outcome>,
    /// Whether the device came to ask for what is in the version.
    asked_for_content: bool,
}

impl Ended {
    /// Whether the connection gave way right after the beginning, as it does with a device that is busy with its passcode
    /// or setup (`protocol.md` 3, row 15). No content was sent then.
    fn began_only(&self) -> bool {
        !self.asked_for_content && self.outcome.as_ref().is_err_and(device::Error::is_of_connection)
    }
}

async fn serve(engine: &Engine, udid: &str, (overlay, options): (Overlay, RestoreOptions), run: &Run) -> Result<Ended> {
    let (mux, who) = engine.0.devices.reach(udid)?;
    run.phase(Phase::Preparing, "The device is getting ready");
    let (events, heard) = mpsc::unbounded_channel();
    let telling = tokio::spawn(progress::tell(heard, run.clone(), Doing::Restore));
    let (outcome, files) = device::restore(&mux, &who, Files::new(overlay), options, events, run.token()).await;
    let _ = telling.await;
    let asked_for_content = files.asked_for_content();
    drop(tokio::task::spawn_blocking(move || drop(files)).await);
    Ok(Ended { outcome, asked_for_content })
}

/// Serves the version again to a device whose connection gave way at the beginning, once it says that it is ready.
async fn once_more(engine: &Engine, asked: &RestoreRequest, facts: &Facts, run: &Run) -> Result<Ended> {
    tracing::info!("the restore is begun once more");
    let (mux, who) = engine.0.devices.reach(&asked.udid)?;
    let readiness = device::readiness(&mux, &who).await?;
    ready(&preflight::of_device(&readiness, facts, who.connection == device::Connection::Usb))?;
    let ended = serve(engine, &asked.udid, prepare(engine, asked, run).await?, run).await?;
    if ended.began_only() && !run.cancelled() {
        return Err(ApiError::new(Code::DeviceDisconnected, BROKE_OFF_TWICE));
    }
    run.warn("The connection to the device broke off once at the beginning. The restore was begun again.");
    Ok(ended)
}

/// Waits until a device that restarts is gone, so that nothing new is begun on it just before.
async fn left(engine: &Engine, udid: &str, run: &Run) {
    run.phase(Phase::Restarting, "The device restarts");
    let gone = async {
        while engine.0.devices.reach(udid).is_ok() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    let _ = tokio::time::timeout(LEAVES_WITHIN, gone).await;
}

fn ready(findings: &[Finding]) -> Result<()> {
    let stops = findings.iter().filter(|finding| finding.state == FindingState::Stop);
    let stops: Vec<String> = stops.map(|finding| format!("{} {}", finding.title, finding.advice)).collect();
    if stops.is_empty() {
        return Ok(());
    }
    Err(ApiError::new(Code::RestoreNotReady, format!("The restore was not started. {}", stops.join(" "))))
}

/// The version as the device will see it, and how it is to be restored.
async fn prepare(engine: &Engine, asked: &RestoreRequest, run: &Run) -> Result<(Overlay, RestoreOptions)> {
    let (own, asked, run) = (engine.clone(), asked.clone(), run.clone());
    blocking(move || {
        let found = library::find(&own, &asked.version, asked.location.as_deref().map(Path::new))?;
        let version = found.store.version(&found.summary.udid, found.summary.number)?;
        let password = password(&own, &found, &version, &asked, &run)?;
        let options = RestoreOptions {
            keep_settings: asked.keep_settings,
            remove_others: asked.remove_others,
            reboot: asked.reboot,
            password: password.map(|password| device::Secret::new(password.as_str())),
            source: Some(found.summary.udid.clone()).filter(|source| *source != asked.udid),
            apps: if asked.apps { apps(&version)? } else { None },
        };
        // The device may write beside the version: into this computer's scratch folder, never into the store.
        Ok((found.store.overlay(&version, &own.0.opened.scratch())?, options))
    })
    .await
}

/// The password of an encrypted version, proven right before the device is asked for anything.
fn password(
    engine: &Engine,
    found: &Found,
    version: &Version,
    asked: &RestoreRequest,
    run: &Run,
) -> Result<Option<Password>> {
    let Some(locked) = Locked::look(&VersionFiles(version.clone()))? else { return Ok(None) };
    run.phase(Phase::Checking, "Checking the password");
    let given = asked.password.as_ref().map(|secret| Password::new(secret.as_str()));
    let opener = locks::opener_of(engine, &found.summary.udid, &locked, given.as_ref(), &|| run.cancelled())?;
    engine.changed(crate::api::Topic::Locks);
    Ok(Some(opener.password))
}

/// The apps of the version as the device wants them listed; `None` when it lists none.
fn apps(version: &Version) -> Result<Option<Vec<u8>>> {
    use std::io::Read;
    let Some(file) = version.open("Info.plist")? else { return Ok(None) };
    let mut bytes = Vec::new();
    let read = file.take(INFO_AT_MOST).read_to_end(&mut bytes);
    read.map_err(|error| ApiError::io(Path::new("Info.plist"), &error))?;
    let listed = backup::plists::parse(&bytes).ok();
    let apps = listed.as_ref().and_then(|info| info.as_dictionary()?.get("Applications"));
    let apps = apps.filter(|apps| apps.as_dictionary().is_some_and(|apps| !apps.is_empty()));
    let mut xml = Vec::new();
    Ok(apps.and_then(|apps| apps.to_writer_xml(&mut xml).ok()).map(|()| xml))
}
