use super::aim::Aim;
use super::report::Report;
use super::session::Session;
use super::side::Side;
use super::start::{Ready, unless};
use super::stop::Stop;
use super::worker::Worker;
use super::{BackupEvent, BackupFiles, Outcome, Phase};
use crate::info::Gathered;
use crate::{About, Attached, Error, Result, Usbmux};
use plist::{Dictionary, Value};
use std::io;
use std::time::SystemTime;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use wire::devicelink;

const INFO: &str = "Info.plist";

/// How to back up.
pub struct BackupOptions {
    /// Ask the phone for everything instead of what changed.
    pub full: bool,
    /// 32 upper-case hex digits that stay the same across a device's backups.
    pub guid: String,
    /// App icons kept from earlier backups: asking the phone for each takes tens of seconds (`protocol.md` 2.7.9).
    pub icons: Option<Box<dyn IconCache>>,
    /// What the phone told just before; `None` asks it.
    pub about: Option<About>,
}

/// App icons (PNG) by bundle identifier and app version.
pub trait IconCache: Send {
    fn get(&mut self, bundle: &str, version: &str) -> Option<Vec<u8>>;
    fn put(&mut self, bundle: &str, version: &str, png: &[u8]);
}

/// Backs up a phone into `files`, which come back whatever happens.
///
/// Paths given to `files` are relative to the device's own folder. `Info.plist` is written there too, before and
/// after. `Ok` is the phone's word only: check what arrived before calling it a version. On an error the files hold
/// an unfinished backup, which the next try may resume from. Ends within about two seconds of `cancel`.
///
/// A panic in the code of `files` ends the backup with [`Error::FilesStopped`].
pub async fn back_up<F: BackupFiles + 'static>(
    mux: &Usbmux,
    who: &Attached,
    files: F,
    options: BackupOptions,
    events: mpsc::UnboundedSender<BackupEvent>,
    cancel: CancellationToken,
) -> (Result<Outcome>, F) {
    let mut side = Side::open(files, &cancel);
    let stop = side.stop.clone();
    let result = run(mux, who, &mut side.worker, Report::new(events), options, &stop).await;
    side.close(result).await
}

async fn run(
    mux: &Usbmux,
    who: &Attached,
    worker: &mut Worker,
    report: Report,
    options: BackupOptions,
    stop: &Stop,
) -> Result<Outcome> {
    let mut ready = Ready::make(mux, who, stop).await?;
    let result = with(&mut ready, &who.udid, worker, report, options, stop).await;
    ready.end(result).await
}

async fn with(
    ready: &mut Ready,
    udid: &str,
    worker: &mut Worker,
    mut report: Report,
    mut options: BackupOptions,
    stop: &Stop,
) -> Result<Outcome> {
    report.phase(Phase::Preparing);
    let icons = options.icons.as_deref_mut().map(|cache| cache as &mut dyn IconCache);
    let told = options.about.take().map(|about| about.told).filter(|told| !told.is_empty());
    let gathered = unless(stop, Gathered::ask(told, &mut ready.lockdown, &mut ready.sync.afc, icons)).await?;
    ready.lockdown.close().await;
    write_info(worker, gathered.to_plist(udid, &options.guid, SystemTime::now())?).await?;

    let mut session = Session::new(&mut ready.link, worker, report, Aim::BackUp, vec![udid.to_string()]);
    session.run(request(udid, options.full), ready.passcode.clone()).await?;
    write_info(session.worker, gathered.to_plist(udid, &options.guid, SystemTime::now())?).await?;
    Ok(session.report.outcome)
}

/// What asks for a backup (`protocol.md` 2.7.2).
pub(super) fn request(udid: &str, full: bool) -> Dictionary {
    let mut request = Dictionary::new();
    request.insert("MessageName".into(), "Backup".into());
    request.insert("TargetIdentifier".into(), udid.into());
    if full {
        let options = [("ForceFullBackup".to_string(), Value::Boolean(true))].into_iter().collect();
        request.insert("Options".into(), Value::Dictionary(options));
    }
    request
}

async fn write_info(worker: &mut Worker, content: Vec<u8>) -> Result<()> {
    let written = worker.run(move |files| write(files, INFO, &content)).await?;
    written.map_err(|error| match super::errno::code(&error) {
        devicelink::status::NO_SPACE => Error::DiskFull { needed: None, free: None },
        _ => Error::Files { path: INFO.into(), source: error },
    })
}

fn write(files: &mut dyn BackupFiles, path: &str, content: &[u8]) -> io::Result<()> {
    files.begin("", path)?;
    let written = files.write(content).and_then(|()| files.commit());
    if let Err(error) = &written {
        files.abort("", path, 0, &error.to_string());
    }
    written
}
