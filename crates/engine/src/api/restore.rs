//! Putting a version onto a device.

use super::secret::Secret;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Debug, Deserialize, TS)]
pub struct RestoreCheckRequest {
    pub version: String,
    pub location: Option<String>,
    /// The device to restore to; it need not be the one the version is of.
    pub udid: String,
}

/// What stands in the way of a restore, or does not.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RestoreCheck {
    pub findings: Vec<Finding>,
    /// The version is encrypted and its password is not known here.
    pub needs_password: bool,
    /// No finding says stop.
    pub ready: bool,
    /// The name the person has to confirm.
    pub device_name: String,
    /// What to expect after it, in sentences.
    pub afterwards: Vec<String>,
}

/// One thing that was looked at, in words.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Finding {
    pub id: String,
    pub state: FindingState,
    pub title: String,
    /// What to do; empty when nothing is to be done.
    pub advice: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum FindingState {
    Good,
    Warn,
    Stop,
    Unknown,
}

#[derive(Clone, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RestoreRequest {
    pub version: String,
    pub location: Option<String>,
    pub udid: String,
    /// Keep the device's own settings (Wi-Fi networks, wallpaper and the like).
    #[serde(default)]
    pub keep_settings: bool,
    /// Remove what is on the device and not in the version.
    #[serde(default)]
    pub remove_others: bool,
    /// Restart the device at the end; without it the restore is not complete.
    pub reboot: bool,
    /// Have the device download the apps of the version again.
    pub apps: bool,
    pub password: Option<Secret>,
    /// The device's name, as the person typed it: what is on that device gets replaced.
    pub confirmed_name: String,
}

/// A version to be written out as the folder Apple's own programs take.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct NativeRequest {
    pub version: String,
    pub location: Option<String>,
    /// A folder; the backup becomes `<UDID>` in it.
    pub to: String,
}
