//! mobilebackup2: the phone drives, this computer serves files (`protocol.md` 2.7).

mod download;
mod errno;
mod files;
mod link;
mod outcome;
mod report;
mod session;
mod start;
mod stop;
#[cfg(test)]
mod tests;
mod tree;
mod upload;
mod worker;

use crate::{Attached, Error, Result, Usbmux};
pub use files::{BackupFiles, Listed};
pub use outcome::{BackupEvent, BackupFailure, Outcome, Phase, Refused, Unreadable};
use report::Report;
use stop::Stop;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use worker::Worker;

/// How to back up.
pub struct BackupOptions {
    /// Ask the phone for everything instead of what changed.
    pub full: bool,
    /// 32 upper-case hex digits that stay the same across a device's backups.
    pub guid: String,
    /// App icons kept from earlier backups: asking the phone for each takes tens of seconds (`protocol.md` 2.7.9).
    pub icons: Option<Box<dyn IconCache>>,
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
    let (mut worker, finished) = Worker::start(files);
    let (stop, _follower) = Stop::following(&cancel);
    let result = start::run(mux, who, &mut worker, Report::new(events), options, stop.clone()).await;
    worker.close().await;
    let (files, panicked) = finished.files().await;
    let result = match result {
        _ if panicked => Err(Error::FilesStopped),
        // Whatever broke while stopping, the wish to stop is why.
        Err(Error::Cancelled | Error::Disconnected | Error::TimedOut { .. }) if stop.is_wanted() => Err(stop.error()),
        result => result,
    };
    (result, files)
}
