//! Looks whether the content of a version is still what was stored.

use std::ops::ControlFlow;

use crate::Version;
use crate::error::ObjectDamage;
use crate::layout::{Hash, Layout};
use crate::list::{EntryKind, INLINE, OBJECT};
use crate::{delta, objects};

/// How thoroughly to look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// Every object is there and has the right size.
    Presence,
    /// Every byte is the one that was stored.
    Bytes,
}

/// A file of a version whose content is damaged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedFile {
    pub path: String,
    pub damage: ObjectDamage,
}

/// What a look at a version found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Verified {
    /// Files looked at.
    pub files: u64,
    /// The bytes of the distinct contents looked at.
    pub bytes: u64,
    /// Files stored in a way only a newer release knows; not looked at.
    pub unknown: u64,
    /// Sorted by path.
    pub damaged: Vec<DamagedFile>,
    /// Whether it was told to stop before the end.
    pub stopped: bool,
}

/// Looks at one content, whole or put together from a delta.
pub(crate) fn look(layout: &Layout, hash: &Hash, size: u64, depth: Depth) -> Result<(), ObjectDamage> {
    match depth {
        Depth::Presence => delta::look(layout, hash, size),
        Depth::Bytes => match objects::verify(&layout.whole(hash), hash, size) {
            Err(ObjectDamage::Missing) => delta::verify(layout, hash, size),
            result => result,
        },
    }
}

impl Version {
    /// Looks at all content, each object once. `progress` gets bytes done and bytes in all, and may stop it.
    pub fn verify(&self, depth: Depth, progress: &mut dyn FnMut(u64, u64) -> ControlFlow<()>) -> Verified {
        let list = self.files();
        let mut verified = Verified::default();
        for index in 0..list.len() {
            let row = list.row(index);
            match (row.kind, row.codec) {
                (EntryKind::Folder, _) | (EntryKind::File, OBJECT) => {}
                (EntryKind::File, INLINE) => {
                    verified.files += 1;
                    verified.bytes += row.size;
                    if blake3::hash(list.carried(index)) != row.hash {
                        verified.add(list.path(index), ObjectDamage::WrongBytes);
                    }
                }
                (EntryKind::File, _) => verified.unknown += 1,
            }
        }
        let all = self.head().bytes;
        let mut done = verified.bytes;
        let mut last: Option<(Hash, Result<(), ObjectDamage>)> = None;
        for index in list.by_hash().iter().map(|index| *index as usize) {
            let row = list.row(index);
            let result = match &last {
                Some((hash, result)) if *hash == row.hash => *result,
                _ => {
                    verified.bytes += row.size;
                    look(&self.0.layout, &row.hash, row.size, depth)
                }
            };
            verified.files += 1;
            if let Err(damage) = result {
                verified.add(list.path(index), damage);
            }
            last = Some((row.hash, result));
            done = done.saturating_add(row.size);
            if progress(done, all).is_break() {
                verified.stopped = true;
                break;
            }
        }
        verified.damaged.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        verified
    }
}

impl Verified {
    fn add(&mut self, path: &str, damage: ObjectDamage) {
        self.damaged.push(DamagedFile { path: path.to_owned(), damage });
    }
}
