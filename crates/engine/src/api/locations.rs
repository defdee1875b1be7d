//! Where versions are kept: what stands behind a location, moving one, choosing one for a device.

use super::error::ApiError;
use super::sealing::Sealing;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Location {
    /// The folder that holds the store.
    pub path: String,
    pub name: String,
    pub default: bool,
    /// Bytes free on its volume; `None` while it is away.
    pub free: Option<u64>,
    pub versions: u64,
    pub sealing: Sealing,
    /// Why it cannot be used now.
    pub problem: Option<ApiError>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct LocationRequest {
    pub path: String,
}

/// What a location's volume is and can do.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LocationVolume {
    pub kind: VolumeKind,
    /// In a few words, such as "Network share (cifs)".
    pub title: String,
    /// As the system calls it; empty where it does not tell.
    pub file_system: String,
    /// The folder it is mounted at.
    pub mount: String,
    /// The device or the share; empty where unknown.
    pub source: String,
    /// What follows from that for backups; the gravest first.
    pub notes: Vec<VolumeNote>,
    /// As tried out when it was mounted last; `None` where nothing can be written.
    pub can: Option<VolumeAbilities>,
    /// Where a move has left a whole copy that takes room still.
    pub old_copy: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum VolumeKind {
    Disk,
    Removable,
    Share,
    /// Served by a program of this computer.
    Program,
    Memory,
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct VolumeNote {
    pub level: NoteLevel,
    /// Whole sentences.
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum NoteLevel {
    Warning,
    Info,
    Good,
}

/// What a volume was seen to do.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct VolumeAbilities {
    pub create_new: bool,
    pub rename: bool,
    pub hard_link: bool,
    pub clone: bool,
    pub flush_file: bool,
    pub flush_folder: bool,
    /// `None` where that could not be tried.
    pub large_files: Option<bool>,
    pub case_sensitive: bool,
    /// In nanoseconds; `None` where it does not keep the time it is told.
    pub time_step: Option<u64>,
    pub tells_free: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct MoveRequest {
    /// A location.
    pub from: String,
    /// A folder; made where needed.
    pub to: String,
}

/// What moving a location came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct MovedLocation {
    pub from: String,
    pub to: String,
    /// Nothing had to be copied: both are on one volume.
    pub renamed: bool,
    pub objects: u64,
    pub bytes: u64,
    /// Versions, also those that can be brought back.
    pub records: u64,
    /// Contents that were damaged before; they are not whole at the new place either.
    pub damaged: u64,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct KeepInRequest {
    pub udid: String,
    /// A known location; the default one when absent.
    pub location: Option<String>,
}
