//! Sealed locations: whether new versions are sealed, the key for that, and versions whose key is missing here.

use super::error::ApiError;
use super::locations::Location;
use super::secret::Secret;
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// How a location is sealed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, TS)]
pub struct Sealing {
    /// Whether new versions are sealed.
    pub on: bool,
    /// The key they are, or last were, sealed with: the begin of its name, which tells nothing of it.
    pub key: Option<String>,
    /// The keys that are missing on this computer, by the begin of their names.
    pub needs: Vec<String>,
    /// How many versions cannot be read for that.
    pub unreadable: u64,
}

/// A version whose key is missing here; nothing is wrong with it.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct SealedVersion {
    pub udid: String,
    pub location: String,
    pub number: u64,
    /// When the state was taken, to the minute, Unix ms.
    pub made: i64,
    /// The begin of the name of its key.
    pub key: String,
}

/// The key of a location, to be written down before it is used.
#[derive(Clone, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct SealDraft {
    /// 14 groups of 4 letters and digits.
    pub recovery_key: String,
    /// The begin of its name.
    pub key: String,
    /// Whether it is the one that older versions here are sealed with.
    pub again: bool,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct SealRequest {
    pub path: String,
    /// The last group of the recovery key, from what was written down.
    pub typed: Secret,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct KeySheetRequest {
    pub path: String,
    /// The file to write; an existing one is not replaced.
    pub to: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct KeyRequest {
    pub path: String,
    /// The recovery key, however it is spaced.
    pub key: Secret,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct KeyTaken {
    pub location: Location,
    /// Why it is only known until the end of the app: this computer's keychain did not take it.
    pub forgotten: Option<ApiError>,
}
