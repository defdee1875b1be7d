//! What is tried once more without asking (`protocol.md` 3, row 15 and client rule 7).

use crate::Engine;
use crate::jobs::Run;
use device::BackupFailure;
use std::time::Duration;

/// A phone needs a moment to notice that its connection is gone, and lets go of its lock then.
const PAUSE: Duration = Duration::from_millis(500);

/// How a backup that ended early is made once more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// The connection gave way: it goes on with what arrived.
    GoOn,
    /// The device cannot build on the last version: it is asked for everything, over a fresh view (row 4).
    Everything,
}

impl Again {
    /// Whether and how a backup that ended so is made once more: whatever a person would have to do something about is not.
    pub fn after(error: &device::Error, full: bool) -> Option<Again> {
        match error {
            device::Error::Backup { failure: BackupFailure::Inconsistent, .. } => (!full).then_some(Again::Everything),
            error => error.is_of_connection().then_some(Again::GoOn),
        }
    }

    /// What the person is told of it.
    pub fn told(self) -> &'static str {
        match self {
            Again::GoOn => "The connection to the device broke off once. The backup went on with what had arrived.",
            Again::Everything => {
                "The device could not build on the last version, so it was asked for everything again. Nothing is stored twice."
            }
        }
    }
}

/// Waits a moment; whether the device is still there, and nobody has cancelled.
pub async fn still_there(engine: &Engine, udid: &str, run: &Run) -> bool {
    tokio::select! {
        () = run.token().cancelled_owned() => false,
        () = tokio::time::sleep(PAUSE) => engine.0.devices.reach(udid).is_ok(),
    }
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
        let full = device::Error::DiskFull { needed: None, free: None };
        let source = std::io::ErrorKind::Other.into();
        let here = device::Error::Files { path: "x".into(), source };
        for error in [full, here, device::Error::Cancelled, device::Error::CancelledOnDevice, device::Error::Locked] {
            assert_eq!(Again::after(&error, false), None, "{error}");
        }
        for (failure, code) in [
            (BackupFailure::WrongPassword, 207),
            (BackupFailure::LockedOrNoPasscode, 208),
            (BackupFailure::FindMyOn, 211),
            (BackupFailure::SnapshotExists, 3),
            (BackupFailure::DeviceFull, 106),
        ] {
            assert_eq!(Again::after(&ended(failure, code), false), None, "{code}");
        }
    }
}
