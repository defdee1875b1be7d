use super::BackupFiles;
use super::stop::Stop;
use super::worker::{Finished, Worker};
use crate::{Error, Result};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;

/// This computer's side of a session: its files on a thread of their own, and the wish to stop.
pub(super) struct Side<F> {
    pub(super) worker: Worker,
    pub(super) stop: Stop,
    finished: Finished<F>,
    _follower: AbortOnDropHandle<()>,
}

impl<F: BackupFiles + 'static> Side<F> {
    pub(super) fn open(files: F, cancel: &CancellationToken) -> Side<F> {
        let (stop, follower) = Stop::following(cancel);
        let (worker, finished) = Worker::start(files, stop.clone());
        Side { worker, stop, finished, _follower: follower }
    }

    /// Waits for the files; a panic of theirs and a wish to stop outrank what the session says.
    pub(super) async fn close<T>(self, result: Result<T>) -> (Result<T>, F) {
        self.worker.close().await;
        let (files, panicked) = self.finished.files().await;
        let result = match result {
            _ if panicked => Err(Error::FilesStopped),
            // Whatever broke while stopping, the wish to stop is why.
            Err(Error::Cancelled | Error::Disconnected | Error::TimedOut { .. }) if self.stop.is_wanted() => {
                Err(self.stop.error())
            }
            result => result,
        };
        (result, files)
    }
}
