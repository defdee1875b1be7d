//! Every error of the crates below, as a code with words: what happened, and what to do.

use super::{ApiError, Code};
use device::BackupFailure;
use std::io;
use std::path::Path;

impl ApiError {
    /// An I/O error with the path it happened at.
    pub fn io(path: &Path, error: &io::Error) -> ApiError {
        let shown = path.display();
        let (code, message) = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                (Code::DiskFull, format!("The disk that holds {shown} is full. Free some space and try again."))
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => (
                Code::LocationReadOnly,
                format!("Heirloom may not write to {shown}. Choose another folder, or change its permissions."),
            ),
            io::ErrorKind::NotFound => (Code::FileMissing, format!("{shown} is not there any more.")),
            io::ErrorKind::AlreadyExists => (Code::FileExists, format!("{shown} exists already.")),
            _ => (Code::Io, format!("{shown} could not be read or written.")),
        };
        ApiError::new(code, message).detail(error.to_string())
    }
}

/// The whole chain of causes, for `detail`.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

impl From<store::Error> for ApiError {
    fn from(error: store::Error) -> ApiError {
        use store::Error as E;
        let (code, message) = match &error {
            E::NoStore { location } if location.exists() => {
                (Code::NoStore, format!("There are no Heirloom backups in {} yet.", location.display()))
            }
            E::NoStore { location } => (
                Code::LocationMissing,
                format!("{} cannot be reached. Is the disk plugged in, or the share connected?", location.display()),
            ),
            E::NewerFormat { location, .. } => (
                Code::StoreNewer,
                format!(
                    "The backups in {} were written by a newer release of Heirloom. Update Heirloom to open them.",
                    location.display()
                ),
            ),
            E::StoreFileDamaged { path } => (
                Code::StoreDamaged,
                format!(
                    "{} is damaged. The versions beside it are not touched by that; README.txt there says how to read them.",
                    path.display()
                ),
            ),
            E::NoVersion { .. } => (Code::VersionNotFound, "This version is not in the store any more.".into()),
            E::RecordDamaged { .. } | E::UnknownCodec { .. } => (
                Code::VersionDamaged,
                "The record of this version is damaged. The other versions are not touched by that.".into(),
            ),
            E::ObjectDamaged { path, .. } => {
                (Code::FileMissing, format!("The kept content of {path} is damaged or missing."))
            }
            E::DeviceBusy { holder, .. } => (
                Code::StoreBusy,
                format!("Another backup of this device is being written here by {holder}. Wait until it has ended."),
            ),
            E::DiskFull { needed, free } => {
                return disk_full((*needed > 0).then_some(*needed), Some(*free)).detail(chain(&error));
            }
            E::Io { path, source } => return ApiError::io(path, source),
            E::BadDevice { .. }
            | E::BadPath { .. }
            | E::NotAFolder { .. }
            | E::IsAFolder { .. }
            | E::NotFound { .. }
            | E::InsideItself { .. } => (
                Code::DeviceProtocol,
                "The device asked for something impossible. The backup was stopped; earlier versions are untouched."
                    .into(),
            ),
            E::SessionFailed => (
                Code::Io,
                "Writing to the location failed earlier in this backup. Earlier versions are untouched; try again."
                    .into(),
            ),
            E::TooLarge => (Code::Io, "This backup has more files than a version can hold.".into()),
        };
        ApiError::new(code, message).detail(chain(&error))
    }
}

fn disk_full(needed: Option<u64>, free: Option<u64>) -> ApiError {
    let gigabytes = |bytes: u64| format!("{:.1} GB", bytes as f64 / 1e9);
    let message = match (needed, free) {
        (Some(needed), Some(free)) if needed > free => format!(
            "The disk for the backups is full: {} more are needed, {} are free. Free some space or choose another location, then try again.",
            gigabytes(needed - free),
            gigabytes(free)
        ),
        _ => {
            "The disk for the backups is full. Free some space or choose another location, then try again.".to_string()
        }
    };
    ApiError::new(Code::DiskFull, format!("{message} Earlier versions are untouched."))
}

impl From<backup::Error> for ApiError {
    fn from(error: backup::Error) -> ApiError {
        use backup::Error as E;
        let (code, message) = match &error {
            E::NotABackup => (Code::NotABackup, "This folder is not an iPhone backup: choose the folder with Manifest.db in it.".to_string()),
            E::Encrypted => (
                Code::BackupEncrypted,
                "This backup is encrypted with the password that was set on the device. It is kept whole; this release cannot look inside yet.".into(),
            ),
            E::OldFormat(format) => (Code::BackupOldFormat, format!("This backup was {format}. This release cannot read that yet.")),
            E::Unfinished { state } => (
                Code::BackupUnfinished,
                format!("This backup is not finished (its state is \"{state}\"): it is still being written, or its making was cut short. Wait until it has ended, then try again."),
            ),
            E::InfoEmpty => (
                Code::BackupInfoEmpty,
                "This backup is still being written: its Info.plist is empty. Wait a few minutes, then try again.".into(),
            ),
            E::ManifestDamaged { .. } => (Code::BackupDamaged, "The list of files of this backup (Manifest.db) is damaged.".into()),
            E::PlistDamaged { name, .. } => (Code::BackupDamaged, format!("{name} of this backup is damaged.")),
            E::ContentMissing { path, .. } => (Code::FileMissing, format!("The content of {path} is not in this backup.")),
            E::BadFileId { path, .. } | E::RecordDamaged { path, .. } => (Code::FileMissing, format!("The entry of {path} in this backup is damaged.")),
            E::DatabaseDamaged { path, .. } => (Code::KindUnreadable, format!("The database {path} in this backup is damaged.")),
            E::Read { path, .. } => (Code::Io, format!("{path} of the backup could not be read.")),
            E::Scratch { path, source } => return ApiError::io(path, source),
        };
        ApiError::new(code, message).detail(chain(&error))
    }
}

impl From<kinds::Error> for ApiError {
    fn from(error: kinds::Error) -> ApiError {
        use kinds::Error as E;
        match error {
            E::Backup(error) => error.into(),
            E::Export(error) => error.into(),
            E::Io { path, source } => ApiError::io(&path, &source),
            E::Cancelled => ApiError::cancelled(),
            E::Picture(why) => ApiError::new(Code::PictureUnreadable, format!("This picture cannot be shown: {why}.")),
            E::UnknownFormat { .. } => ApiError::new(Code::BadRequest, error.to_string()),
            E::Database { .. } => {
                let detail = chain(&error);
                ApiError::new(Code::KindUnreadable, "This part of the backup could not be read.").detail(detail)
            }
        }
    }
}

impl From<export::Error> for ApiError {
    fn from(error: export::Error) -> ApiError {
        use export::Error as E;
        match &error {
            E::Write { path, source } => ApiError::io(path, source),
            E::Read { path, .. } => {
                ApiError::new(Code::FileMissing, format!("What belongs into {} could not be read.", path.display()))
                    .detail(chain(&error))
            }
            E::Output(_) => ApiError::new(Code::Io, "The export could not be written.").detail(chain(&error)),
            E::NoFreeName { path } => {
                ApiError::new(Code::FileExists, format!("There are too many files like {} already.", path.display()))
            }
        }
    }
}

impl From<simulator::Error> for ApiError {
    fn from(error: simulator::Error) -> ApiError {
        match &error {
            simulator::Error::BackingUp => {
                ApiError::new(Code::DeviceBusy, "Wait until the backup of the pretend iPhone has ended.")
            }
            simulator::Error::Io { path, source } => ApiError::io(path, source),
            _ => ApiError::new(Code::Io, "The pretend iPhone could not start.").detail(chain(&error)),
        }
    }
}

impl From<device::Error> for ApiError {
    fn from(error: device::Error) -> ApiError {
        use device::Error as E;
        let (code, message) = match &error {
            E::NoUsbmuxd { .. } | E::BadAddress { .. } => (Code::NoUsbmuxd, no_usbmuxd().to_string()),
            E::Usbmuxd { .. } | E::NotAttached { .. } => (Code::DeviceNotFound, "The device is not attached any more. Check the cable.".to_string()),
            E::NotTrusted => (Code::NotTrusted, "This device does not trust this computer yet. Click Trust, then tap Trust on the device.".into()),
            E::TrustForgotten => (Code::TrustStale, "The device has forgotten this computer. Click Trust, then tap Trust on the device.".into()),
            E::TrustRefused => (Code::TrustDenied, "\"Don't Trust\" was tapped on the device. Try again and tap Trust.".into()),
            E::Locked => (Code::DeviceLocked, "The device is locked. Unlock it and try again.".into()),
            E::PairingNeedsCable => (Code::PairingOverWifi, "A device can be trusted over a cable only. Connect it by USB once.".into()),
            E::Managed => (Code::DeviceRefused, "This device is managed by an organisation that forbids backups on this computer.".into()),
            E::WrongDevice => (
                Code::TrustStale,
                "What answered is not the device that was trusted. If you erased or restored it, trust it again; otherwise do not go on.".into(),
            ),
            E::NotEncrypted { .. } => (
                Code::DeviceProtocol,
                "The device wants to go on without encryption, which no trusted device does. Connect it by USB, restart it and try again.".into(),
            ),
            E::PairRecord { .. } => (Code::TrustStale, "The stored trust for this device is damaged. Click Trust to make a new one.".into()),
            E::Disconnected => (Code::DeviceDisconnected, "The device was disconnected. Plug it in and try again.".into()),
            E::TimedOut { .. } => (Code::DeviceTimeout, "The device did not answer in time. Unlock it, check the cable and try again.".into()),
            E::SyncBusy => (Code::DeviceBusy, "The device is syncing with another program. Wait until that has ended, then try again.".into()),
            E::Cancelled => return ApiError::cancelled(),
            E::CancelledOnDevice => (Code::CancelledOnDevice, "The backup was cancelled on the device.".into()),
            E::DiskFull { needed, free } => return disk_full(*needed, *free),
            E::Files { path, source } => return ApiError::io(Path::new(path), source),
            E::FilesStopped => (Code::Bug, "Heirloom made a mistake while storing files. Earlier versions are untouched; please report it.".into()),
            E::Backup { failure, code, text } => {
                let (own, message) = device_failure(*failure);
                return ApiError::new(own, message).detail(format!("MBErrorDomain/{code}: {text}"));
            }
            E::Certificate(_) | E::Key(_) => (Code::Bug, "The keys for trusting the device could not be made.".into()),
            E::Lockdown { .. } | E::LockdownUnknown { .. } | E::Tls(_) | E::Connection { .. } | E::Wire(_) | E::Unexpected { .. } | E::Afc { .. } | E::Apps(_) | E::BackupVersion => (
                Code::DeviceProtocol,
                "The device did not answer as expected. Unlock it, plug it in again and retry.".into(),
            ),
        };
        ApiError::new(code, message).detail(chain(&error))
    }
}

/// What to do when nothing answers for devices, per system.
pub fn no_usbmuxd() -> &'static str {
    if cfg!(target_os = "windows") {
        "Apple's device service is not running. Install the \"Apple Devices\" app from the Microsoft Store, and open it once."
    } else if cfg!(target_os = "macos") {
        "macOS's device service does not answer. Restarting the Mac usually helps."
    } else {
        "The usbmuxd service is not running. Install it (for example: sudo apt install usbmuxd) and plug the device in again."
    }
}

fn device_failure(failure: BackupFailure) -> (Code, &'static str) {
    match failure {
        BackupFailure::SnapshotExists | BackupFailure::RestoreLeftover => (
            Code::RestartDevice,
            "The device still holds on to an earlier backup that was cut short. Restart the device, then try again.",
        ),
        BackupFailure::DeviceFull => {
            (Code::DeviceFull, "The device itself is too full to make a backup. Free some space on it.")
        }
        BackupFailure::Inconsistent
        | BackupFailure::BadProperties
        | BackupFailure::BadPlist
        | BackupFailure::VersionMismatch => (
            Code::BackupInconsistent,
            "The device could not build on the last version. Try again with \"Ask for everything again\"; nothing is stored twice.",
        ),
        BackupFailure::WrongPassword => (Code::PasscodeWrong, "The password was not accepted by the device."),
        BackupFailure::LockedOrNoPasscode => (
            Code::PasscodeNotGiven,
            "The passcode was not entered on the device in time. Try again and keep it at hand.",
        ),
        BackupFailure::FindMyOn => (Code::FindMyOn, "The device refuses because Find My is on."),
        BackupFailure::NotSetUp => (Code::SetupNotFinished, "The device is not set up yet. Finish its setup first."),
        BackupFailure::UploadErrors | BackupFailure::InputOutput => {
            (Code::DeviceRefused, "The device could not read some of its own files. Restart it and try again.")
        }
        BackupFailure::Generic | BackupFailure::NotFound | BackupFailure::OpenFailed | BackupFailure::Other => {
            (Code::DeviceRefused, "The device ended the backup with an error. Restart it and try again.")
        }
    }
}
