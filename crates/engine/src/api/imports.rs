//! Keeping backup folders of other programs; what they left in the folders that are watched.

use super::error::ApiError;
use super::secret::Secret;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Debug, Deserialize, TS)]
pub struct ImportLookRequest {
    /// A backup, or a folder that holds backups, such as the one Finder or iTunes keeps.
    pub folder: String,
}

/// The backups in a folder, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct ImportLook {
    pub folder: String,
    pub backups: Vec<FoundBackup>,
    /// There are more folders in it than are looked at.
    pub more: bool,
}

/// A backup folder, before it is imported. What is not known is empty.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct FoundBackup {
    pub folder: String,
    pub udid: String,
    pub device_name: String,
    pub model: String,
    pub system: String,
    /// When it was made, Unix ms.
    pub made: Option<i64>,
    pub encrypted: bool,
    /// The version it was imported as.
    pub imported: Option<String>,
    /// Why it cannot be kept as a whole version.
    pub problem: Option<ApiError>,
    /// What there is of it can be kept all the same.
    pub incomplete: bool,
    /// What it says of itself and is not true, in sentences.
    pub contradictions: Vec<String>,
}

/// The size of a folder.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct FolderSize {
    pub files: u64,
    pub bytes: u64,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct ImportRequest {
    /// Backups, or folders that hold some: then all of these that are whole and not imported yet.
    pub folders: Vec<String>,
    pub location: Option<String>,
    /// Of encrypted ones, to check it with; they are kept whole without.
    pub password: Option<Secret>,
    /// Keep what there is of backups that are not whole: cut while they were made, or with files missing.
    #[serde(default)]
    pub incomplete: bool,
}

/// What became of one backup.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct ImportedBackup {
    pub folder: String,
    pub udid: String,
    pub device_name: String,
    pub made: Option<i64>,
    /// The version it became.
    pub version: Option<String>,
    pub files: u64,
    pub bytes: u64,
    pub new_bytes: u64,
    /// Of those, bytes that share their place on the disk with the folder and took none.
    pub shared_bytes: u64,
    /// Files that were in the folder and known from an earlier try.
    pub earlier_files: u64,
    /// Files its list names and that were not there.
    pub missing: u64,
    /// Why it did not become one.
    pub problem: Option<ApiError>,
}

/// Backups that other programs made and that are not kept here.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Offers {
    /// Newest first.
    pub offers: Vec<FoundBackup>,
    pub folders: Vec<WatchedFolder>,
}

/// A folder that is watched for backups of other programs.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct WatchedFolder {
    pub path: String,
    /// Apple's own, not one the person added.
    pub apples: bool,
    pub exists: bool,
    /// Why it cannot be looked into.
    pub problem: Option<ApiError>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct DismissRequest {
    /// The folders of offers that are not wanted; a newer backup in the same folder is offered again.
    pub folders: Vec<String>,
}
