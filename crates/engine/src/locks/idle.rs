//! Locks again after a time without use.

use super::lock;
use crate::Engine;
use std::time::Duration;

const LOOK_EVERY: Duration = Duration::from_secs(5);

/// Starts watching for the end of use; ends with the engine.
pub fn watch(engine: &Engine) {
    no_core_files();
    let engine = engine.clone();
    tokio::spawn(async move {
        let stopping = engine.0.stopping.clone();
        while stopping.run_until_cancelled(tokio::time::sleep(LOOK_EVERY)).await.is_some() {
            let minutes = engine.0.settings.get().lock_after_minutes;
            if due(engine.0.locks.unused_for(), minutes) {
                tracing::info!("locked after {minutes} minutes without use");
                lock(&engine);
            }
        }
    });
}

/// A crash must not write the memory with keys and passwords to a disk.
fn no_core_files() {
    #[cfg(unix)]
    {
        let none = libc::rlimit { rlim_cur: 0, rlim_max: 0 };
        // SAFETY: the call only reads a struct that lives through it.
        if unsafe { libc::setrlimit(libc::RLIMIT_CORE, &none) } != 0 {
            tracing::warn!("core files could not be turned off");
        }
    }
}

/// Whether so long without use is enough; 0 minutes means never.
fn due(unused: Option<Duration>, minutes: u32) -> bool {
    minutes > 0 && unused.is_some_and(|unused| unused >= Duration::from_secs(60 * u64::from(minutes)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn locked_after_the_time_chosen_and_never_when_chosen_so() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        assert!(due(seconds(900), 15) && !due(seconds(899), 15));
        assert!(!due(seconds(1_000_000), 0) && !due(None, 15));
    }
}
