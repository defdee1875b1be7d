use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;

/// Why a row of the manifest was not used as it stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reason {
    /// `fileID` is not a text of 40 lowercase hex digits. Listed, never opened.
    BadFileId,
    /// `domain` or `relativePath` is NULL or not text. Belongs nowhere, so it is not listed.
    NoPlace,
    /// `relativePath` is absolute, has empty parts or leads upwards. It is a name only: nothing follows it.
    WildPath,
    /// `flags` is none of file, folder, link. Listed as a file.
    UnknownFlags,
    /// Text that is not UTF-8.
    BadText,
    /// The record with size and dates cannot be decoded. Listed without them.
    DamagedRecord,
}

impl std::fmt::Display for Reason {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Reason::BadFileId => "no valid file identifier",
            Reason::NoPlace => "no domain or path",
            Reason::WildPath => "a path that leads elsewhere",
            Reason::UnknownFlags => "neither a file, a folder nor a link",
            Reason::BadText => "a name that is not text",
            Reason::DamagedRecord => "details that cannot be read",
        })
    }
}

/// A claim of the plists that the bytes of the backup, or the device's own word, disprove. Those win.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Contradiction {
    /// It says "encrypted", yet the list of files is readable without a password.
    ClaimsEncrypted,
    /// It says "not encrypted", yet a password is needed.
    ClaimsPlain,
    /// Info.plist, which the computer writes, names another device than Manifest.plist, which the device writes.
    TwoDevices,
}

impl std::fmt::Display for Contradiction {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Contradiction::ClaimsEncrypted => {
                "It says that it is encrypted, but its list of files is not. It is read as it is."
            }
            Contradiction::ClaimsPlain => "It says that it is not encrypted, but it is. Its password opens it.",
            Contradiction::TwoDevices => {
                "Its Info.plist names another device than the device itself did. It is kept with what the device said."
            }
        })
    }
}

/// Rows that were not used as they stand, counted by reason, and claims that are not true.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    pub rows: Vec<(Reason, u64)>,
    pub contradictions: Vec<Contradiction>,
}

/// Bad rows met while reading, each counted once however often it is met.
#[derive(Default)]
pub(crate) struct Met {
    rows: Mutex<BTreeMap<Reason, BTreeSet<i64>>>,
}

impl Met {
    /// Beyond this many rows of one reason the count is "at least".
    const MOST: usize = 100_000;

    pub(crate) fn note(&self, reason: Reason, row: i64) {
        let mut rows = self.rows.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        let rows = rows.entry(reason).or_default();
        if rows.len() < Met::MOST {
            rows.insert(row);
        }
    }

    pub(crate) fn counts(&self) -> Vec<(Reason, u64)> {
        let rows = self.rows.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        rows.iter().map(|(reason, rows)| (*reason, rows.len() as u64)).collect()
    }
}
