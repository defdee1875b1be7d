//! Looking at what is in a version.

use super::keeping::RetentionRule;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use ts_rs::TS;

#[derive(Clone, Debug, Default, Deserialize, TS)]
pub struct ViewRequest {
    pub version: String,
    pub kind: String,
    pub text: Option<String>,
    pub sort: Option<String>,
    /// Such as `album` = an album's id, for photos.
    #[serde(default)]
    pub filter: BTreeMap<String, String>,
}

/// An ordered list of items kept by the engine; the window asks for windows of it.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct View {
    pub view: u64,
    pub count: u64,
    /// Rows the reader had to leave out, with reasons.
    pub skipped: Vec<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct RowsRequest {
    pub view: u64,
    pub from: u64,
    /// At most 1,000.
    pub count: u64,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct ViewOnly {
    pub view: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Position {
    pub at: Option<u64>,
}

/// Where an item stands in a view, e.g. to scroll to it.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct PositionRequest {
    pub view: u64,
    pub id: i64,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct IdsRequest {
    pub view: u64,
    pub from: u64,
    pub count: u64,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct ItemRequest {
    pub version: String,
    pub kind: String,
    pub id: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct ConversationView {
    pub view: u64,
    pub count: u64,
    pub header: kinds::conversation::Header,
    /// How many of its messages wait in "Recently Deleted".
    pub deleted: u64,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct ConversationRequest {
    pub version: String,
    /// `messages`, `whatsapp` …
    pub kind: String,
    pub conversation: i64,
    #[serde(default)]
    pub show: Shown,
}

/// Which messages of a conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Shown {
    #[default]
    Thread,
    /// Those in "Recently Deleted".
    Deleted,
    /// Those with files.
    Files,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct FindRequest {
    /// Of an open conversation.
    pub view: u64,
    pub text: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct DayRequest {
    /// Of an open conversation.
    pub view: u64,
    /// Unix milliseconds UTC.
    pub when: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct PhotosView {
    pub view: u64,
    pub count: u64,
    pub days: Vec<kinds::photos::Day>,
    pub skipped: Vec<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct PhotoRequest {
    pub version: String,
    pub id: i64,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct FolderRequest {
    pub version: String,
    pub domain: String,
    /// Empty for the domain itself.
    #[serde(default)]
    pub folder: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct FileRequest {
    pub version: String,
    pub domain: String,
    pub path: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Domain {
    pub domain: String,
    /// In words: "Camera roll", an app's name.
    pub title: String,
    pub files: u64,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct FileNode {
    pub name: String,
    pub path: String,
    pub kind: FileNodeKind,
    pub size: Option<u64>,
    pub modified: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum FileNodeKind {
    File,
    Folder,
    Link,
}

/// What a file looks like, without saving it.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum Preview {
    /// Shown from `media`.
    Picture {
        media: String,
    },
    /// Played from the stream base plus `media`.
    Video {
        media: String,
    },
    Audio {
        media: String,
    },
    /// The first 256 KiB; `truncated` when there is more.
    Text {
        text: String,
        truncated: bool,
    },
    /// A property list written out.
    Plist {
        text: String,
        truncated: bool,
    },
    /// The first 4 KiB as a hex dump.
    Bytes {
        text: String,
        size: u64,
    },
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct SaveRequest {
    pub version: String,
    pub domain: String,
    pub path: String,
    /// A folder for `file.save`, the file itself for `file.saveAs`.
    pub to: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Saved {
    pub path: String,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct ExportRequest {
    pub version: String,
    pub kind: String,
    pub format: String,
    /// A folder; not looked at with `again`.
    pub to: String,
    /// These items; all of them when absent.
    pub ids: Option<Vec<i64>>,
    pub location: Option<String>,
    /// Of conversations, only messages not before this time, Unix ms.
    pub from: Option<i64>,
    /// Of conversations, only messages not after this time, Unix ms.
    pub until: Option<i64>,
    /// Of conversations, only these messages.
    pub messages: Option<Vec<i64>>,
    /// Puts the files of messages beside them.
    #[serde(default = "yes")]
    pub attachments: bool,
    /// Ends with a list of the SHA-256 of every file, and a page about the version.
    #[serde(default)]
    pub hashes: bool,
    /// The folder of an earlier export of conversations, to be extended by what is new; nothing in it is changed.
    pub again: Option<String>,
}

#[derive(Clone, Debug, Deserialize, TS)]
pub struct SearchRequest {
    pub text: String,
    pub udid: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct SearchResults {
    pub hits: Vec<Hit>,
    /// Versions not yet in the index.
    pub pending: u64,
    /// Encrypted versions, which are searched only when the person asked for that.
    pub locked: u64,
}

/// Something found in one or more versions.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Hit {
    pub kind: String,
    pub udid: String,
    pub title: String,
    pub text: String,
    pub when: Option<i64>,
    /// The item to open: a conversation for a message.
    pub opens: i64,
    /// The newest version that holds it.
    pub version: String,
    /// The first and last version number it was seen in.
    pub first: u64,
    pub last: u64,
    /// Not in the device's newest version any more.
    pub vanished: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Settings {
    /// The location new versions go to unless the device has its own.
    pub location: String,
    /// Further locations whose versions are shown.
    #[serde(default)]
    pub locations: Vec<String>,
    /// Device UDID to location.
    #[serde(default)]
    pub device_locations: BTreeMap<String, String>,
    /// Location to the id of the store that was seen there: another disk at the same path, or none, is not mistaken for it.
    #[serde(default)]
    pub stores: BTreeMap<String, String>,
    #[serde(default)]
    pub theme: Theme,
    /// Unlocked versions are locked again after so many minutes without use; 0: never.
    #[serde(default = "lock_after")]
    pub lock_after_minutes: u32,
    /// Put what is in unlocked versions into the search index, which is not encrypted.
    #[serde(default)]
    pub index_encrypted: bool,
    /// Devices whose backup password is in this computer's keychain.
    #[serde(default)]
    pub remembered: Vec<String>,
    /// Location to which of its versions stay; all of them where there is none.
    #[serde(default)]
    pub retention: BTreeMap<String, RetentionRule>,
    /// Offer to keep backups that Finder, iTunes or Apple Devices made.
    #[serde(default = "yes")]
    pub watch_apple: bool,
    /// Further folders with backups of other programs, watched as Apple's own is.
    #[serde(default)]
    pub watched: Vec<String>,
    /// Locations that also keep the newest version of each device as a folder other programs can open.
    #[serde(default)]
    pub native_copies: BTreeSet<String>,
}

fn yes() -> bool {
    true
}

/// Minutes until unlocked versions are locked again, unless the person chose otherwise.
pub(crate) fn lock_after() -> u32 {
    15
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}
