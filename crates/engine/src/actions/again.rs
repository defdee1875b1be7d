//! What is tried once more without asking (`protocol.md` 3, rows 11 and 15, and client rule 7).

use crate::Engine;
use crate::api::events::PromptKind;
use crate::api::jobs::Phase;
use crate::jobs::Run;
use device::BackupFailure;
use std::time::{Duration, Instant};

/// A phone needs a moment to notice that its connection is gone, and lets go of its lock then.
const PAUSE: Duration = Duration::from_millis(500);
/// How often a locked device is asked whether it still is, and for how long: whoever began the backup comes back to it or not.
const LOOK: Duration = Duration::from_secs(2);
const UNLOCKED_WITHIN: Duration = Duration::from_secs(30 * 60);

/// How a backup that ended early is made once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// The connection gave way: it goes on with what arrived.
    GoOn,
    /// The device was locked: once it is unlocked (row 11).
    Unlocked,
    /// The device cannot build on the last version: it is asked for everything, over a fresh view (row 4).
    Everything,
}

impl Again {
    /// Whether and how a backup that ended so is made once more: whatever a person would have to do something about is not.
    pub fn after(error: &device::Error, full: bool) -> Option<Again> {
        match error {
            device::Error::Backup { failure: BackupFailure::Inconsistent, .. } => (!full).then_some(Again::Everything),
            device::Error::Locked | device::Error::Backup { failure: BackupFailure::LockedOrNoPasscode, .. } => {
                Some(Again::Unlocked)
            }
            error => error.is_of_connection().then_some(Again::GoOn),
        }
    }

    /// What the person is told of it.
    pub fn told(self) -> &'static str {
        match self {
            Again::GoOn => "The connection to the device broke off once. The backup went on with what had arrived.",
            Again::Unlocked => "The device was locked when the backup began. It went on once it was unlocked.",
            Again::Everything => {
                "The device could not build on the last version, so it was asked for everything again. Nothing is stored twice."
            }
        }
    }
}

/// Waits for what the device needs first; whether it can be begun then.
pub async fn may_begin(again: Again, engine: &Engine, udid: &str, run: &Run) -> bool {
    let ready = async {
        match again {
            Again::Unlocked => unlocked(engine, udid, run).await,
            Again::GoOn | Again::Everything => {
                tokio::time::sleep(PAUSE).await;
                engine.0.devices.reach(udid).is_ok()
            }
        }
    };
    tokio::select! {
        () = run.token().cancelled_owned() => false,
        ready = ready => ready,
    }
}

/// Waits until a locked device is unlocked. `false` at once where it is not locked: then its passcode was not entered, and the
/// person is asked before it is asked for again.
async fn unlocked(engine: &Engine, udid: &str, run: &Run) -> bool {
    let since = Instant::now();
    let mut was_locked = false;
    while since.elapsed() < UNLOCKED_WITHIN {
        let Ok((mux, who)) = engine.0.devices.reach(udid) else { return false };
        match device::readiness(&mux, &who).await.map(|told| told.locked) {
            Ok(Some(true)) if !was_locked => {
                was_locked = true;
                run.prompt(Phase::WaitingForUnlock, PromptKind::Unlock, "Unlock the iPhone, then the backup goes on");
            }
            Ok(Some(true)) => {}
            Ok(_) => return was_locked,
            Err(_) => return false,
        }
        tokio::time::sleep(LOOK).await;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(failure: BackupFailure, code: i64) -> device::Error {
        device::Error::Backup { failure, code, text: String::new() }
    }

    #[test]
    fn only_what_may_pass_by_itself_is_tried_again() {
        let connection = device::Error::Connection { doing: "x", source: std::io::ErrorKind::Other.into() };
        for error in [device::Error::Disconnected, connection] {
            assert_eq!(Again::after(&error, false), Some(Again::GoOn));
            assert_eq!(Again::after(&error, true), Some(Again::GoOn));
        }
        let inconsistent = ended(BackupFailure::Inconsistent, 205);
        assert_eq!(Again::after(&inconsistent, false), Some(Again::Everything));
        assert_eq!(Again::after(&inconsistent, true), None, "it was asked for everything already");
        for locked in [device::Error::Locked, ended(BackupFailure::LockedOrNoPasscode, 208)] {
            assert_eq!(Again::after(&locked, false), Some(Again::Unlocked), "{locked}");
        }
        let full = device::Error::DiskFull { needed: None, free: None };
        let source = std::io::ErrorKind::Other.into();
        let here = device::Error::Files { path: "x".into(), source };
        for error in [full, here, device::Error::Cancelled, device::Error::CancelledOnDevice] {
            assert_eq!(Again::after(&error, false), None, "{error}");
        }
        for (failure, code) in [
            (BackupFailure::WrongPassword, 207),
            (BackupFailure::FindMyOn, 211),
            (BackupFailure::SnapshotExists, 3),
            (BackupFailure::DeviceFull, 106),
        ] {
            assert_eq!(Again::after(&ended(failure, code), false), None, "{code}");
        }
    }
}
