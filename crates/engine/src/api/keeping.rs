//! Looking after what is kept: space, which versions stay, whether what was stored is still that.

use super::restore::Finding;
use super::versions::{DamagedRecord, VersionSummary};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ts_rs::TS;

/// What a location takes on its volume, in bytes.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LocationSpace {
    /// Of the whole volume.
    pub total: u64,
    /// Of the volume, for this user.
    pub free: u64,
    /// What all versions hold together, each content once.
    pub objects_bytes: u64,
    /// Content that no version names any more; a clean-up takes it away when it is 7 days old.
    pub unnamed_bytes: u64,
    /// Expired versions too, as long as they can be brought back.
    pub versions: Vec<VersionSpace>,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct VersionSpace {
    /// The version's id.
    pub version: String,
    /// What only this version holds: what giving it up frees.
    pub alone: u64,
}

/// Which versions of a location stay.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct RetentionRule {
    pub rule: RetentionKind,
    /// At most that many versions of a device.
    pub max_count: Option<u64>,
    /// At most that many bytes that only one device's versions hold.
    pub max_bytes: Option<u64>,
    /// The bytes that shall stay free on the volume.
    pub free_floor: Option<u64>,
    /// Device to the number of its newest version whose shrinking a person found to be right.
    pub shrink_accepted: BTreeMap<String, u64>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum RetentionKind {
    /// Nothing is ever given up; limits count for nothing.
    #[default]
    KeepAll,
    /// All for 24 hours, one a day for 30 days, one a week for a year, later one a month; then the limits.
    Thin,
    /// All until a limit is reached.
    Limits,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct RetentionRequest {
    pub path: String,
    pub rule: RetentionRule,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct PreviewRequest {
    pub path: String,
    /// To try; the location's own when absent.
    pub rule: Option<RetentionRule>,
}

/// What a rule comes to for one device.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct RetentionPlan {
    pub udid: String,
    pub device_name: String,
    /// Oldest first. Empty while paused.
    pub remove: Vec<VersionSummary>,
    /// Oldest first.
    pub keep: Vec<KeptVersion>,
    /// What giving up all of `remove` frees, in bytes, 7 days later.
    pub frees: u64,
    /// Why nothing is removed for now.
    pub paused: Option<Shrink>,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct KeptVersion {
    pub version: VersionSummary,
    pub because: KeptBecause,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum KeptBecause {
    /// The rule keeps every version, or no limit is reached.
    Every,
    /// The newest that is complete.
    Newest,
    Pinned,
    Imported,
    /// The last before the device was another one.
    BeforeDeviceChange,
    /// The last before a major update of the system.
    BeforeSystemUpdate,
    LastThree,
    /// Younger than the time for which all are kept.
    Recent,
    /// The last of its day.
    Daily,
    /// The last of its week.
    Weekly,
    /// The last of its month.
    Monthly,
    /// It would go, but many files vanished lately.
    Paused,
}

/// More than a fifth of the files went from one version to the next, and did not come back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Shrink {
    /// The numbers of the two versions.
    pub from: u64,
    pub to: u64,
    pub files_before: u64,
    pub files_after: u64,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct PinRequest {
    pub version: String,
    pub location: Option<String>,
    pub pinned: bool,
}

/// An expired version, to be made one of the versions again.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct BringBackRequest {
    pub udid: String,
    pub number: u64,
    /// The location.
    pub path: String,
}

/// A version that was given up and can be brought back.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct ExpiredVersion {
    pub version: VersionSummary,
    /// When it was given up, Unix ms.
    pub since: i64,
    /// A clean-up may take it away for good from then on, Unix ms.
    pub until: i64,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct VerifyRequest {
    pub path: String,
    pub depth: VerifyDepth,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum VerifyDepth {
    /// Everything is there and has the right size.
    Presence,
    /// Every byte is the one that was stored.
    Bytes,
}

/// What a look at a location found.
#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Verified {
    /// Contents looked at, each once.
    pub objects: u64,
    pub bytes: u64,
    /// The first 100.
    pub damaged: Vec<DamagedContent>,
    pub damaged_count: u64,
    /// Versions whose record cannot be used.
    pub records: Vec<DamagedRecord>,
    /// Sealed versions whose key is not on this computer: what they alone hold was not looked at.
    pub sealed: u64,
}

/// Content that is missing or not what was stored, and what it touches.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct DamagedContent {
    /// The name of the content in the store.
    pub hash: String,
    /// What is wrong with it, as half a sentence.
    pub reason: String,
    /// The ids of the versions that have it.
    pub versions: Vec<String>,
    /// The first of `files_count`.
    pub files: Vec<TouchedFile>,
    pub files_count: u64,
    /// Whether it was brought back, from another location of this computer.
    pub repaired: bool,
    /// It could not be moved out of the way, as on a disk that fails to read it; else the next full backup can bring it back.
    pub in_place: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct TouchedFile {
    pub version: String,
    /// `domain: path`; its name in the backup where the version's list cannot be read.
    pub path: String,
}

/// What a clean-up did.
#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Reclaimed {
    /// Versions given up just now, by the rule; they can be brought back for 7 days.
    pub expired: u64,
    /// Versions whose 7 days were over: gone for good.
    pub versions: u64,
    /// Contents taken away.
    pub objects: u64,
    /// What was freed.
    pub bytes: u64,
    /// Contents nobody needs that are not 7 days old yet.
    pub kept_young: u64,
    /// It ended early, because of a backup or because it was told to; the rest is for the next time.
    pub stopped: bool,
}

/// How well a location is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LocationHealth {
    /// When its content was last looked at byte by byte, a part or all of it, Unix ms.
    pub last_verified: Option<i64>,
    /// How much was looked at byte by byte in the last 60 days, 0 to 1.
    pub covered: f64,
    /// What was found damaged and is not back yet.
    pub damaged: Vec<DamagedContent>,
    /// Devices of which nothing is given up for now, although there is a rule.
    pub paused: Vec<PausedDevice>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct PausedDevice {
    pub udid: String,
    pub device_name: String,
    pub shrink: Shrink,
}

/// Whether a version could be restored.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct Readiness {
    /// No finding says stop, and none is unknown.
    pub ready: bool,
    pub findings: Vec<Finding>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct NativeCopyRequest {
    /// The location.
    pub path: String,
    pub on: bool,
}

/// The copies of newest versions that a location keeps for other programs.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct NativeCopies {
    pub on: bool,
    /// The folder that holds them.
    pub path: String,
    pub devices: Vec<KeptCopy>,
}

/// The copy of one device.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct KeptCopy {
    pub udid: String,
    pub device_name: String,
    pub path: String,
    /// The version it holds.
    pub version: Option<String>,
    /// Whether that is the newest one.
    pub current: bool,
}
