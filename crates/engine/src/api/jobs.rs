//! Running and finished jobs.

use super::error::ApiError;
use super::imports::ImportedBackup;
use super::keeping::{Reclaimed, Verified};
use super::locations::MovedLocation;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A running action, sent whole each time it changes, at most ten times a second.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Job {
    pub id: u64,
    pub action: Action,
    pub title: String,
    pub udid: Option<String>,
    pub state: JobState,
    pub phase: Phase,
    /// The phase in words, such as "Waiting for the passcode on the iPhone".
    pub phase_text: String,
    /// 0 to 1; never falls. `None` while unknown.
    pub progress: Option<f64>,
    pub files: u64,
    pub bytes: u64,
    pub bytes_total: Option<u64>,
    /// Bytes a second over the last seconds.
    pub rate: Option<u64>,
    /// Unix ms.
    pub started: i64,
    pub ended: Option<i64>,
    /// What was left out, with reasons; the first few hundred.
    pub skipped: Vec<Skip>,
    pub skipped_count: u64,
    /// What the person should know although the job goes on, such as that the disk may turn out too small.
    pub warnings: Vec<String>,
    pub error: Option<ApiError>,
    pub result: Option<JobResult>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Action {
    Pair,
    BackUp,
    Import,
    Export,
    Pretend,
    ChangePassword,
    Restore,
    Copy,
    Verify,
    /// Giving versions up, and taking away what nobody needs any more.
    Reclaim,
    /// Moving a location.
    Move,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum JobState {
    Running,
    Cancelling,
    Done,
    Failed,
    Cancelled,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Phase {
    Starting,
    WaitingForTrust,
    WaitingForUnlock,
    Preparing,
    WaitingForPasscode,
    Receiving,
    Finishing,
    Checking,
    Keeping,
    /// Giving versions up, and taking away what nobody needs any more.
    Cleaning,
    Indexing,
    Reading,
    Writing,
    Restoring,
    Restarting,
    Moving,
    Done,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Skip {
    pub what: String,
    pub why: String,
}

/// What a job left behind.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum JobResult {
    Version {
        version: String,
        files: u64,
        bytes: u64,
        new_bytes: u64,
        /// Files the device could not read; the first thousand.
        unreadable: Vec<UnreadableFile>,
        unreadable_count: u64,
    },
    Imported {
        /// In the order they were made.
        backups: Vec<ImportedBackup>,
    },
    NativeCopy {
        /// The folder that holds them.
        path: String,
        files: u64,
        bytes: u64,
    },
    Export {
        path: String,
        items: u64,
        files: u64,
        bytes: u64,
    },
    Device {
        udid: String,
    },
    Restored {
        files: u64,
        bytes: u64,
    },
    PasswordChanged {
        encrypts: bool,
    },
    Copied {
        files: u64,
        bytes: u64,
        folder: String,
    },
    Verified(Verified),
    Reclaimed(Reclaimed),
    Moved(MovedLocation),
    /// What a move had left at the old place is gone.
    OldCopyDeleted {
        bytes: u64,
    },
}

/// A file that is on the device and not in the version; older versions may hold it.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct UnreadableFile {
    /// Empty where the manifest does not name the file; `path` is the device's own then.
    pub domain: String,
    pub path: String,
    pub reason: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct JobRequest {
    pub job: u64,
}
