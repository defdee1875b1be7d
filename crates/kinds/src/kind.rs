//! What every kind offers.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use export::{Card, Document, RowSource, Written};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

use crate::conversation::Messenger;
use crate::photos::Photos;
use crate::{Media, MediaSize, Report, Result};

/// A sort of thing on a phone: contacts, calls, messages, photos.
pub trait Kind: Sync {
    /// A short lasting name, used in paths, settings and commands.
    fn id(&self) -> &'static str;
    /// The name people see.
    fn title(&self) -> &'static str;
    /// Where its files are, newest system first.
    fn places(&self) -> &'static [Place];
    /// What it can be exported as; the first is the usual choice.
    fn formats(&self) -> &'static [Format];
    /// Opens the kind in one backup.
    ///
    /// A backup without it is no error but [`Opened::Empty`] with a reason for people.
    fn open(&self, backup: Arc<backup::Backup>) -> Result<Opened>;
}

/// A file or folder of a kind inside a backup.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    pub domain: &'static str,
    pub path: &'static str,
}

/// Something a kind can be exported as.
#[derive(Serialize, TS, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    pub id: &'static str,
    pub title: &'static str,
    /// Without the dot; `None` when the export is a folder.
    pub extension: Option<&'static str>,
}

/// What opening a kind gives.
pub enum Opened {
    Here(Box<dyn Reader>),
    /// Nothing of this kind in the backup; the reason is a sentence for people.
    Empty {
        reason: String,
    },
}

/// The items of one kind in one backup.
///
/// Ids number the items of this backup only; [`IndexCard::key`] is what stays the same from version to version.
pub trait Reader: Send {
    /// How many items there are.
    fn count(&mut self) -> Result<u64>;
    /// The items that match, in order.
    fn ids(&mut self, query: &Query) -> Result<Vec<i64>>;
    /// How the items look in a list: same order, unknown ids left out.
    fn cards(&mut self, ids: &[i64]) -> Result<Vec<Card>>;
    /// One item opened for reading.
    fn document(&mut self, id: i64) -> Result<Option<Document>>;
    /// The items as a table: same order, unknown ids left out.
    fn rows<'a>(&'a mut self, ids: &'a [i64]) -> Result<Box<dyn RowSource + 'a>>;
    /// Writes the items into the folder `to`, in one of [`Kind::formats`]; the kind names the file.
    ///
    /// Stops with [`crate::Error::Cancelled`], leaving no half-written file, when `run` says so.
    fn export(&mut self, ids: &[i64], format: &str, to: &Path, run: &mut dyn Progress) -> Result<Written>;
    /// The bytes behind a media path, as found in cards and documents; `None` when there are none.
    fn media(&mut self, path: &str, want: MediaSize) -> Result<Option<Media>>;
    /// Hands out every card worth finding.
    fn index(&mut self, sink: &mut dyn FnMut(IndexCard)) -> Result<()>;
    /// What was read so far, and what could not be.
    fn report(&self) -> Report;

    /// The reader as conversations, when its items are that.
    fn as_messenger(&mut self) -> Option<&mut dyn Messenger> {
        None
    }
    /// The reader as photos, when it is that.
    fn as_photos(&mut self) -> Option<&mut Photos> {
        None
    }
}

/// Which items, in which order.
#[derive(Serialize, Deserialize, TS, Clone, Debug, Default, PartialEq, Eq)]
#[serde(default)]
pub struct Query {
    /// Every word must be found in the item, regardless of case and accents.
    pub text: Option<String>,
    /// One of the kind's orders; its usual one when absent or unknown.
    pub sort: Option<String>,
    pub filter: BTreeMap<String, String>,
}

/// A card for the index that spans all versions of a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexCard {
    /// What makes it the same item in every version, for example a message's guid.
    pub key: String,
    /// The id to open it by in this version.
    pub opens: i64,
    pub title: String,
    pub text: String,
    /// Unix milliseconds UTC.
    pub when: Option<i64>,
    /// Changes when the content does; see [`digest`].
    pub digest: u64,
}

/// Told how far a long action is.
pub trait Progress {
    /// `done` of `total` items; `false` means stop.
    fn step(&mut self, done: u64, total: u64) -> bool;
    /// How many bytes were written so far; told by what takes long for its bytes.
    fn wrote(&mut self, _bytes: u64) {}
}

impl<F: FnMut(u64, u64) -> bool> Progress for F {
    fn step(&mut self, done: u64, total: u64) -> bool {
        self(done, total)
    }
}

/// A number for some texts that is the same on every computer and in every release (FNV-1a, 64 bits).
pub fn digest<'a>(texts: impl IntoIterator<Item = &'a str>) -> u64 {
    let bytes = texts.into_iter().flat_map(|text| text.bytes().chain([0xff]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::digest;

    #[test]
    fn digests_tell_texts_and_their_borders_apart() {
        assert_eq!(digest([]), 0xcbf2_9ce4_8422_2325);
        assert_ne!(digest(["ab", "c"]), digest(["a", "bc"]));
        assert_eq!(digest(["a"]), digest(["a"]));
    }
}
