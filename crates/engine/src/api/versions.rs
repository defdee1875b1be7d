//! Versions.

use super::error::ApiError;
use super::jobs::UnreadableFile;
use super::sealing::SealedVersion;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Debug, Default, Deserialize, TS)]
pub struct VersionsRequest {
    pub udid: Option<String>,
    /// Only this location; all known ones when absent.
    pub location: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Versions {
    /// Newest first.
    pub versions: Vec<VersionSummary>,
    /// What could not be read; the other versions are not touched by it.
    pub damaged: Vec<DamagedRecord>,
    /// What is whole and cannot be read here, for want of a key.
    pub sealed: Vec<SealedVersion>,
}

/// A record, or a device's folder of them, that cannot be read.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct DamagedRecord {
    pub udid: String,
    pub location: String,
    /// Empty for the whole folder.
    pub file: String,
    pub reason: String,
}

/// One kept state of a device.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct VersionSummary {
    /// Names this version among all stores: `<udid>@<number>.<store>`.
    pub id: String,
    /// The id of the store that holds it; the same wherever the disk is mounted.
    pub store: String,
    pub udid: String,
    pub location: String,
    pub number: u64,
    /// When the state was taken, Unix ms.
    pub made: i64,
    pub device_name: String,
    pub product_type: String,
    pub model: String,
    pub system: String,
    pub files: u64,
    pub bytes: u64,
    /// Bytes this version added to the store.
    pub new_bytes: u64,
    pub origin: Origin,
    pub encrypted: bool,
    /// Encrypted and open: its keys are known until it is locked.
    pub unlocked: bool,
    /// Whether every file its manifest names was looked for; an encrypted one is kept whole without.
    pub checked: bool,
    /// Files the phone could not read, or that came shorter than they should be.
    pub unreadable: u64,
    /// The phone never confirmed the end.
    pub unconfirmed: bool,
    /// What was there of a backup that was cut or lacked files; `unreadable` counts those. Never to be restored from.
    pub incomplete: bool,
    /// A person wants to keep it, whatever the rule.
    pub pinned: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Origin {
    BackedUp,
    Imported,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct VersionRequest {
    /// A version's id, or `latest`.
    pub version: String,
    pub location: Option<String>,
}

/// A version opened for browsing.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct OpenedVersion {
    pub version: VersionSummary,
    pub kinds: Vec<KindSummary>,
    pub apps: Vec<String>,
    /// What the backup says of itself and is not true, in sentences.
    pub contradictions: Vec<String>,
    /// Files the device could not read when this version was made: the first of `version.unreadable`.
    #[serde(rename = "unreadableFiles")]
    pub unreadable_files: Vec<UnreadableFile>,
}

/// What a version does not hold. Found by looking through all its entries.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Completeness {
    /// What the device does not put into such a backup, and why.
    pub left_out: Vec<LeftOut>,
    /// Rows of the manifest that were left out, with reasons.
    pub skipped: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct LeftOut {
    /// Such as `health`, `callHistory`, `photosInICloud`.
    pub what: String,
    /// A sentence.
    pub why: String,
    pub count: Option<u64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct KindSummary {
    pub id: String,
    pub title: String,
    /// `None` until counted, see `version.count`.
    pub count: Option<u64>,
    /// Why there is nothing, such as "only encrypted backups hold the call history".
    pub empty: Option<String>,
    pub problem: Option<ApiError>,
    pub formats: Vec<FormatSummary>,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct FormatSummary {
    pub id: String,
    pub title: String,
    /// `None`: the export is a folder.
    pub extension: Option<String>,
}
