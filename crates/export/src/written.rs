use std::path::PathBuf;

use serde::Serialize;
use ts_rs::TS;

/// What an export put on disk.
#[derive(Serialize, TS, Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// Items exported (contacts, messages, photos …).
    #[ts(type = "number")]
    pub items: u64,
    #[ts(type = "number")]
    pub files: u64,
    #[ts(type = "number")]
    pub bytes: u64,
    pub skipped: Vec<Skipped>,
    /// The file or folder to show the person.
    #[ts(type = "string")]
    pub main: PathBuf,
}

/// Something that was left out, and why.
#[derive(Serialize, TS, Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    pub what: String,
    pub why: String,
}
