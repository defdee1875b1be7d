//! Devices, the pretend one included.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Nothing {}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct AppState {
    /// The build of Heirloom.
    pub release: String,
    /// `http://127.0.0.1:PORT/SECRET/` for video and audio; `None` where pictures' scheme serves them too.
    pub stream_base: Option<String>,
    /// Whether a usbmuxd answers, and why not.
    pub usbmuxd: Usbmuxd,
    /// The pretend iPhone's UDID while it runs.
    pub pretend: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
pub struct Usbmuxd {
    pub ready: bool,
    pub reason: Option<String>,
}

/// An iPhone or iPad: attached now, or known from its versions.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Device {
    pub udid: String,
    pub name: String,
    /// Marketing name, such as "iPhone 14 Pro".
    pub model: String,
    pub product_type: String,
    /// System version, such as "17.5.1".
    pub system: String,
    pub build: Option<String>,
    pub serial: Option<String>,
    pub attached: bool,
    pub connection: Option<Connection>,
    pub pretend: bool,
    pub trust: Trust,
    /// Percent.
    pub battery: Option<u8>,
    pub charging: Option<bool>,
    /// Bytes.
    pub storage_total: Option<u64>,
    pub storage_free: Option<u64>,
    /// Whether the phone encrypts its backups.
    pub encrypts: Option<bool>,
    /// The newest version in any known location, Unix ms.
    pub last_version: Option<i64>,
    pub versions: u64,
    /// The location its versions go to.
    pub location: String,
    /// The job running on it.
    pub job: Option<u64>,
    /// Why its facts could not be read.
    pub problem: Option<super::error::ApiError>,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Connection {
    Usb,
    Network,
}

#[derive(Clone, Copy, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Trust {
    Trusted,
    Untrusted,
    Unknown,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct DeviceRequest {
    pub udid: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct BackUpRequest {
    pub udid: String,
    /// A folder; the device's or the default location when absent.
    pub location: Option<String>,
    /// Ask the phone for everything again; nothing is stored twice.
    #[serde(default)]
    pub full: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct JobStarted {
    pub job: u64,
}

/// What to do on the pretend iPhone's screen.
#[derive(Clone, Copy, Debug, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Tap {
    Trust,
    DontTrust,
    Passcode,
    Unplug,
    Plug,
    /// A day passes: new messages, photos, a changed contact.
    DayPasses,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct TapRequest {
    pub tap: Tap,
}

#[derive(Clone, Debug, Serialize, TS)]
pub struct Pretend {
    pub udid: String,
    /// How many days have passed on it.
    pub day: u32,
    pub plugged: bool,
}
