use super::deadlines::GRACE;
use crate::{Error, Result};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_util::sync::CancellationToken;

/// The wish to stop, of the person at the computer or at the phone.
#[derive(Clone)]
pub(super) struct Stop {
    /// Between messages the session stops at once.
    pub(super) soon: CancellationToken,
    /// In the middle of files it stops a moment later.
    pub(super) now: CancellationToken,
    on_device: Arc<AtomicBool>,
}

impl Stop {
    /// Follows `cancel` for as long as the returned guard lives.
    pub(super) fn following(cancel: &CancellationToken) -> (Stop, tokio_util::task::AbortOnDropHandle<()>) {
        // A child: a wish from the phone must not look like the caller's own.
        let (soon, now) = (cancel.child_token(), CancellationToken::new());
        let stop = Stop { soon: soon.clone(), now: now.clone(), on_device: Arc::default() };
        let follower = tokio::spawn(async move {
            soon.cancelled().await;
            tokio::time::sleep(GRACE).await;
            now.cancel();
        });
        (stop, tokio_util::task::AbortOnDropHandle::new(follower))
    }

    /// "Cancel" was tapped on the phone.
    pub(super) fn wanted_by_device(&self) {
        if !self.soon.is_cancelled() {
            self.on_device.store(true, Ordering::Relaxed);
            self.soon.cancel();
        }
    }

    /// Waits for something of this computer, which may never come: until stopping is due even amid files.
    pub(super) async fn or_now<T>(&self, waited_for: impl Future<Output = T>) -> Result<T> {
        tokio::select! {
            biased;
            () = self.now.cancelled() => Err(self.error()),
            result = waited_for => Ok(result),
        }
    }

    pub(super) fn is_wanted(&self) -> bool {
        self.soon.is_cancelled()
    }

    pub(super) fn error(&self) -> Error {
        if self.on_device.load(Ordering::Relaxed) { Error::CancelledOnDevice } else { Error::Cancelled }
    }
}
