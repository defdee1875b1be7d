//! A device's errors. The same number of Apple's means another thing to do in a backup than in a restore.

use super::{chain, disk_full, no_usbmuxd};
use crate::api::{ApiError, Code};
use device::BackupFailure as Failure;
use std::path::Path;

/// What a device was asked to do when it failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doing {
    BackUp,
    Restore,
    ChangePassword,
}

impl From<device::Error> for ApiError {
    fn from(error: device::Error) -> ApiError {
        failed(error, Doing::BackUp)
    }
}

/// A device's error in the words of what was being done.
pub fn failed(error: device::Error, doing: Doing) -> ApiError {
    use device::Error as E;
    match &error {
        E::Cancelled => ApiError::cancelled(),
        E::DiskFull { needed, free } => disk_full(*needed, *free),
        E::Files { path, source } => ApiError::io(Path::new(path), source),
        E::CancelledOnDevice => ApiError::new(Code::CancelledOnDevice, cancelled_on_device(doing)),
        E::Backup { failure, code, text } => {
            let (own, message) = verdict(*failure, doing);
            ApiError::new(own, message).detail(format!("MBErrorDomain/{code}: {text}"))
        }
        _ => {
            let (code, message) = situation(&error);
            ApiError::new(code, message).detail(chain(&error))
        }
    }
}

fn situation(error: &device::Error) -> (Code, &'static str) {
    use device::Error as E;
    match error {
        E::NoUsbmuxd { .. } | E::BadAddress { .. } => (Code::NoUsbmuxd, no_usbmuxd()),
        E::Usbmuxd { .. } => (Code::DeviceNotFound, "The device is not attached any more. Check the cable."),
        E::NotTrusted => (
            Code::NotTrusted,
            "This device does not trust this computer yet. Click Trust, then tap Trust on the device.",
        ),
        E::TrustForgotten => {
            (Code::TrustStale, "The device has forgotten this computer. Click Trust, then tap Trust on the device.")
        }
        E::TrustExpired => (
            Code::TrustStale,
            "The trust between this device and this computer has expired. Click Trust, then tap Trust on the device.",
        ),
        E::TrustRefused => (Code::TrustDenied, "\"Don't Trust\" was tapped on the device. Try again and tap Trust."),
        E::Locked => (Code::DeviceLocked, "The device is locked. Unlock it and try again."),
        E::PairingNeedsCable => {
            (Code::PairingOverWifi, "A device can be trusted over a cable only. Connect it by USB once.")
        }
        E::Managed => {
            (Code::DeviceRefused, "This device is managed by an organisation that forbids backups on this computer.")
        }
        E::WrongDevice => (
            Code::TrustStale,
            "What answered is not the device that was trusted. If you erased or restored it, trust it again; otherwise do not go on.",
        ),
        E::NotEncrypted { .. } => (
            Code::DeviceProtocol,
            "The device wants to go on without encryption, which no trusted device does. Connect it by USB, restart it and try again.",
        ),
        E::PairRecord { .. } => {
            (Code::TrustStale, "The stored trust for this device is damaged. Click Trust to make a new one.")
        }
        // It was attached when this began.
        E::Disconnected | E::NotAttached { .. } => {
            (Code::DeviceDisconnected, "The device was disconnected. Plug it in and try again.")
        }
        E::TimedOut { .. } => {
            (Code::DeviceTimeout, "The device did not answer in time. Unlock it, check the cable and try again.")
        }
        E::SyncBusy => {
            (Code::DeviceBusy, "The device is syncing with another program. Wait until that has ended, then try again.")
        }
        E::FilesStopped => (
            Code::Bug,
            "Heirloom made a mistake while storing files. Earlier versions are untouched; please report it.",
        ),
        E::BadPath { .. } | E::BadName | E::PasswordEmpty => (Code::BadRequest, bad(error)),
        E::FileChanged { .. } => {
            (Code::FileMissing, "A file changed on the device while it was copied. Copy it again.")
        }
        E::Afc { number: 8, .. } => (Code::FileMissing, "It is not on the device any more."),
        E::Afc { number: 18, .. } => (Code::DeviceFull, "The device is full. Free some space on it."),
        E::Afc { .. } | E::Service { .. } => {
            (Code::DeviceRefused, "The device did not allow it. Unlock it and try again.")
        }
        E::NoDocuments { .. } => (Code::ItemNotFound, "This app shares no documents with computers."),
        E::PasswordUnchanged => {
            (Code::DeviceRefused, "The device said yes and changed nothing. Restart it and try again.")
        }
        E::PasswordUncertain => (
            Code::DeviceDisconnected,
            "The device was disconnected before it confirmed: either password may be in force now. Plug it in, and try the change again with each of them as the old one.",
        ),
        E::Certificate(_) | E::Key(_) => (Code::Bug, "The keys for trusting the device could not be made."),
        _ => (Code::DeviceProtocol, "The device did not answer as expected. Unlock it, plug it in again and retry."),
    }
}

fn bad(error: &device::Error) -> &'static str {
    match error {
        device::Error::BadName => "A device's name is one line of at most 255 bytes.",
        device::Error::PasswordEmpty => "The password is empty.",
        _ => "This is not the path of something on the device.",
    }
}

fn cancelled_on_device(doing: Doing) -> &'static str {
    match doing {
        Doing::BackUp => "The backup was cancelled on the device.",
        Doing::Restore => {
            "The restore was cancelled on the device. What is on it now may be half of the version: restore again, or set it up anew."
        }
        Doing::ChangePassword => "The change was cancelled on the device. The old state holds.",
    }
}

/// The device's own verdict (`protocol.md` 2.7.7), with the next step.
fn verdict(failure: Failure, doing: Doing) -> (Code, &'static str) {
    match (failure, doing) {
        (Failure::SnapshotExists | Failure::RestoreLeftover, _) => (
            Code::RestartDevice,
            "The device still holds on to an earlier backup or restore that was cut short. Restart the device, then try again.",
        ),
        (Failure::DeviceFull, Doing::Restore) => (
            Code::DeviceFull,
            "What is in this version does not fit on the device. Free some space on it, or choose a device with more storage.",
        ),
        (Failure::DeviceFull, _) => {
            (Code::DeviceFull, "The device itself is too full to make a backup. Free some space on it.")
        }
        (Failure::VersionMismatch, Doing::Restore) => (
            Code::SystemTooOld,
            "This version was made by a newer system than the one on the device. Update the device, then restore.",
        ),
        (Failure::Inconsistent | Failure::BadProperties | Failure::BadPlist, Doing::Restore) => (
            Code::BackupInconsistent,
            "The device finds this version incomplete. Check the version, or restore another one.",
        ),
        (
            Failure::Inconsistent | Failure::BadProperties | Failure::BadPlist | Failure::VersionMismatch,
            Doing::BackUp | Doing::ChangePassword,
        ) => (
            Code::BackupInconsistent,
            "The device could not build on the last version. Try again with \"Ask for everything again\"; nothing is stored twice.",
        ),
        (Failure::WrongPassword, Doing::ChangePassword) => {
            (Code::PasswordWrong, "The device did not accept the old password. Nothing was changed.")
        }
        (Failure::WrongPassword, _) => (Code::PasswordWrong, "The device did not accept the backup password."),
        (Failure::LockedOrNoPasscode, _) => (
            Code::PasscodeNotGiven,
            "The passcode was not entered on the device in time. Try again and keep it at hand.",
        ),
        (Failure::FindMyOn, _) => (
            Code::FindMyOn,
            "The device refuses because Find My is on. Turn it off on the device: Settings, your name, Find My; afterwards turn it on again.",
        ),
        (Failure::NotSetUp, _) => (Code::SetupNotFinished, "The device is not set up yet. Finish its setup first."),
        (Failure::UploadErrors | Failure::InputOutput, Doing::BackUp) => {
            (Code::DeviceRefused, "The device could not read some of its own files. Restart it and try again.")
        }
        (_, Doing::BackUp) => {
            (Code::DeviceRefused, "The device ended the backup with an error. Restart it and try again.")
        }
        (_, Doing::Restore) => {
            (Code::DeviceRefused, "The device ended the restore with an error. Restart it and try again.")
        }
        (_, Doing::ChangePassword) => {
            (Code::DeviceRefused, "The device did not change its backup password. Restart it and try again.")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(failure: Failure, code: i64, doing: Doing) -> ApiError {
        failed(device::Error::Backup { failure, code, text: "why".into() }, doing)
    }

    #[test]
    fn apples_number_is_kept_and_the_words_fit_what_was_done() {
        let restore = ended(Failure::VersionMismatch, 203, Doing::Restore);
        assert_eq!((restore.code, restore.detail.as_deref()), (Code::SystemTooOld, Some("MBErrorDomain/203: why")));
        assert_eq!(ended(Failure::VersionMismatch, 203, Doing::BackUp).code, Code::BackupInconsistent);
        assert_eq!(ended(Failure::WrongPassword, 207, Doing::ChangePassword).code, Code::PasswordWrong);
        assert!(ended(Failure::DeviceFull, 106, Doing::Restore).message.contains("does not fit"));
    }
}
