//! Encryption: the password of a device's backups, unlocking, passwords kept, the keychain inside a backup.

use super::secret::Secret;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What to do with the password that a device encrypts its backups with.
#[derive(Clone, Debug, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum EncryptionChange {
    On { new: Secret },
    Change { old: Secret, new: Secret },
    Off { old: Secret },
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct EncryptionRequest {
    pub udid: String,
    pub change: EncryptionChange,
    /// Keep the new password in this computer's keychain.
    #[serde(default)]
    pub remember: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct PasswordRequest {
    pub udid: String,
    pub password: Secret,
}

/// Whether a password is the one of a device's encrypted versions.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct PasswordCheck {
    /// `None`: there is no encrypted version to try it on.
    pub matches: Option<bool>,
    /// The version it was tried on: the newest one it opens, else the newest encrypted one.
    pub version: Option<String>,
    /// Whether that is the newest encrypted version; an older one may have had another password.
    pub newest: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct RecoveryRequest {
    pub udid: String,
    pub password: Secret,
    /// The file to write; an existing one is not replaced.
    pub to: String,
}

/// A device whose backup password is known here.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KnownPassword {
    pub udid: String,
    pub device_name: String,
    /// Kept in this computer's keychain; otherwise only until the app is closed or locked.
    pub keychain: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct UnlockRequest {
    /// A version's id, or `latest`.
    pub version: String,
    pub location: Option<String>,
    /// The one kept in the computer's keychain, or one already entered, when absent.
    pub password: Option<Secret>,
    /// Keep the password in this computer's keychain once it has proven right.
    #[serde(default)]
    pub remember: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct KeychainRequest {
    pub version: String,
    pub password: Secret,
}

/// The passwords inside a backup, without the passwords.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KeychainList {
    pub items: Vec<KeychainEntry>,
    /// Items only the device itself can read.
    pub this_device_only: u64,
    pub unreadable: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct KeychainEntry {
    pub id: u64,
    pub kind: KeychainKind,
    pub title: String,
    pub account: Option<String>,
    /// Unix ms.
    pub created: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum KeychainKind {
    Wifi,
    Website,
    Other,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct RevealRequest {
    pub version: String,
    pub id: u64,
    pub password: Secret,
}

/// One password, shown because the backup's password was just entered.
#[derive(Clone, Serialize, TS)]
pub struct Revealed {
    pub secret: String,
}
