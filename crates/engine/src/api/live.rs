//! The device itself, without a backup: its photos, documents, apps, health, and the way to it over Wi-Fi.

use super::browse::FileNodeKind;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Debug, Deserialize, TS)]
pub struct WifiSetRequest {
    pub udid: String,
    pub on: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Wifi {
    /// Whether the device answers over Wi-Fi; `None` when it does not say.
    pub enabled: Option<bool>,
    pub address: Option<String>,
    pub service_name: Option<String>,
    /// Whether it is reached over the network now.
    pub seen: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct AppsRequest {
    pub udid: String,
    /// With sizes, which the device needs seconds to add up.
    #[serde(default)]
    pub sizes: bool,
}

/// An app on the device.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DeviceApp {
    pub bundle: String,
    pub name: String,
    pub version: String,
    /// Its documents can be listed, copied and added to.
    pub shares_documents: bool,
    pub app_bytes: Option<u64>,
    pub data_bytes: Option<u64>,
    /// A media path.
    pub icon: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct DeviceFolderRequest {
    pub udid: String,
    /// Empty for the top.
    #[serde(default)]
    pub path: String,
}

/// A file or folder on the device.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct DeviceFile {
    pub name: String,
    /// From the top.
    pub path: String,
    pub kind: FileNodeKind,
    pub size: u64,
    /// Unix ms.
    pub modified: Option<i64>,
}

/// Originals that are in iCloud and not on the device ("Optimise iPhone Storage").
#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
pub struct CloudOriginals {
    /// Whether the device's photo database could be read and tells.
    pub known: bool,
    pub count: u64,
    /// Of all whose size is known.
    pub bytes: u64,
    /// The first thousand, newest first.
    pub originals: Vec<CloudOriginal>,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct CloudOriginal {
    pub name: String,
    /// Where it would be on the device.
    pub path: String,
    /// When it was taken, Unix ms.
    pub when: Option<i64>,
    pub size: Option<u64>,
    pub video: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct DeviceCopyRequest {
    pub udid: String,
    /// Files and folders, as listed.
    pub paths: Vec<String>,
    /// A folder on this computer.
    pub to: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct DocumentsRequest {
    pub udid: String,
    /// The app's bundle id.
    pub bundle: String,
    #[serde(default)]
    pub path: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct DocumentsCopyRequest {
    pub udid: String,
    pub bundle: String,
    pub paths: Vec<String>,
    pub to: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct DocumentsPutRequest {
    pub udid: String,
    pub bundle: String,
    /// Files on this computer.
    pub files: Vec<String>,
    /// A folder in the app's documents.
    #[serde(default)]
    pub folder: String,
}

/// How the device is; what it does not tell is absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
pub struct DeviceHealth {
    pub battery: Option<BatteryHealth>,
    pub storage: Option<StorageUse>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct BatteryHealth {
    pub cycles: Option<u64>,
    /// What the battery held when it was new.
    pub design_mah: Option<u64>,
    /// What it holds when full now.
    pub full_mah: Option<u64>,
    pub percent: Option<u8>,
    pub charging: Option<bool>,
    /// A hundredth of a degree Celsius.
    pub temperature: Option<i64>,
}

/// Bytes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct StorageUse {
    pub total: Option<u64>,
    pub system: Option<u64>,
    pub available: Option<u64>,
    pub apps: Option<u64>,
    pub photos: Option<u64>,
    pub other: Option<u64>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct RenameRequest {
    pub udid: String,
    pub name: String,
}
