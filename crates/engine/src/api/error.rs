//! What a person or a script is told when something fails.

use serde::Serialize;
use ts_rs::TS;

/// One situation a caller acts on; the window keeps title, advice and button for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Code {
    // The computer's side of the cable.
    NoUsbmuxd,
    DeviceNotFound,
    DeviceDisconnected,
    DeviceTimeout,
    DeviceProtocol,
    /// It keeps coming and going.
    DeviceUnsteady,
    // The phone's answers.
    DeviceLocked,
    TrustDenied,
    NotTrusted,
    TrustStale,
    PairingOverWifi,
    DeviceBusy,
    PasscodeNotGiven,
    DeviceFull,
    FindMyOn,
    SetupNotFinished,
    CancelledOnDevice,
    RestartDevice,
    DeviceRefused,
    BackupInconsistent,
    /// The device runs an older system than the version to be restored.
    SystemTooOld,
    /// The device's backups are encrypted already, with a password of their own.
    EncryptionOn,
    /// The device's backups are not encrypted.
    EncryptionOff,
    /// Whoever manages the device forbids to turn encryption off.
    EncryptionForced,
    // Passwords.
    PasswordNeeded,
    PasswordWrong,
    /// This computer has no keychain that could keep a password, or it is locked.
    KeyringUnavailable,
    /// A location is sealed, and its key is not on this computer.
    KeyNeeded,
    /// Not a recovery key, or that of another location.
    KeyWrong,
    // Restore.
    NotConfirmed,
    RestoreNotReady,
    // The store.
    /// The folder is gone from a disk that is there, or never was.
    LocationMissing,
    /// The disk is not connected.
    DiskOffline,
    /// The share is not connected, or its server does not answer.
    ShareOffline,
    /// Other versions are where these were.
    LocationReplaced,
    /// The versions were moved to another place.
    LocationMoved,
    /// A move to this place has not ended.
    MoveUnfinished,
    LocationReadOnly,
    NoStore,
    StoreNewer,
    StoreDamaged,
    StoreBusy,
    DiskFull,
    VersionNotFound,
    VersionDamaged,
    /// The version is one that is not given up: pinned, the newest, or the last.
    VersionKept,
    // A backup.
    NotABackup,
    BackupUnfinished,
    BackupInfoEmpty,
    /// Finished, but files that its list names are missing.
    BackupIncomplete,
    BackupOldFormat,
    BackupDamaged,
    AlreadyImported,
    FileMissing,
    KindUnreadable,
    ItemNotFound,
    PictureUnreadable,
    // The app.
    ViewClosed,
    FileExists,
    /// The system does not let this program look into a folder.
    FolderForbidden,
    Io,
    Cancelled,
    BadRequest,
    UnknownCommand,
    Bug,
}

/// An error as it crosses the door.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct ApiError {
    pub code: Code,
    /// What happened and what to do, for people.
    pub message: String,
    /// Apple's error number, a path, a cause: for a report, never needed to understand `message`.
    pub detail: Option<String>,
}

pub type Result<T> = std::result::Result<T, ApiError>;

impl ApiError {
    pub fn new(code: Code, message: impl Into<String>) -> ApiError {
        ApiError { code, message: message.into(), detail: None }
    }

    pub fn detail(mut self, detail: impl Into<String>) -> ApiError {
        self.detail = Some(detail.into());
        self
    }

    pub fn cancelled() -> ApiError {
        ApiError::new(Code::Cancelled, "Cancelled.")
    }
}

impl std::fmt::Display for ApiError {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.message)
    }
}
