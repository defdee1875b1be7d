//! Versions that were given up: their records wait in a folder of their own, and can be brought back for a while.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use crate::barrier::flush_folder;
use crate::error::{at, writing};
use crate::fault::point;
use crate::layout::{check_udid, record_seq, since_name};
use crate::lease::now;
use crate::store::names_in;
use crate::{Error, Result, Store, VersionHead, objects, record, space};

/// How long an expired version can be brought back, and an object nobody names stays, in milliseconds.
pub(crate) const GRACE: i64 = 7 * 24 * 60 * 60 * 1000;

/// A version that was given up and is still whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expired {
    pub head: VersionHead,
    /// When it was given up, Unix milliseconds. A clean-up may take it away for good 7 days after.
    pub since: i64,
}

impl Store {
    /// Gives up a version: its record moves aside, its content stays until a clean-up 7 days later.
    ///
    /// Fails with [`Error::NoVersion`], and with [`Error::Pinned`] while it is pinned.
    pub fn expire(&self, udid: &str, seq: u64) -> Result<()> {
        check_udid(udid)?;
        let missing = || Error::NoVersion { udid: udid.to_owned(), seq };
        let name = self.record_of(udid, seq)?.ok_or_else(missing)?;
        if self.pinned(udid)?.contains(&seq) {
            return Err(Error::Pinned { udid: udid.to_owned(), seq });
        }
        let (versions, expired) = (self.0.layout.versions(udid), self.0.layout.expired(udid));
        // Making room must work on a full disk.
        space::with_reserve(&self.0.layout.ballast(), || {
            if !expired.is_dir() {
                fs::create_dir_all(&expired).map_err(at(&expired))?;
                expired.parent().map_or(Ok(()), flush_folder)?;
            }
            point("expired folder made");
            write_since(&expired.join(since_name(&name)), now())?;
            point("expired time written");
            transfer(&versions, &expired, &name)
        })
    }

    /// Makes an expired version one of the versions again.
    ///
    /// Fails with [`Error::NoVersion`] when it is not there any more.
    pub fn bring_back(&self, udid: &str, seq: u64) -> Result<()> {
        check_udid(udid)?;
        let (versions, expired) = (self.0.layout.versions(udid), self.0.layout.expired(udid));
        let name = names_in(&expired)?.into_iter().rfind(|name| record_seq(name) == Some(seq));
        let name = name.ok_or_else(|| Error::NoVersion { udid: udid.to_owned(), seq })?;
        let path = expired.join(&name);
        if !self.has_record(udid, seq)? {
            transfer(&expired, &versions, &name)?;
        } else if is_in_both(&versions, &expired, &name) {
            objects::remove(&path).map_err(at(&path))?;
            flush_folder(&expired)?;
        } else {
            return Err(Error::RecordDamaged { path, damage: crate::Damage::DuplicateNumber });
        }
        // The time of a version that is none of the expired is of no meaning; it is written anew.
        let _ = fs::remove_file(expired.join(since_name(&name)));
        Ok(())
    }

    /// The expired versions of a device that can be brought back, oldest first.
    pub fn expired(&self, udid: &str) -> Result<Vec<Expired>> {
        check_udid(udid)?;
        let (versions, folder) = (self.0.layout.versions(udid), self.0.layout.expired(udid));
        let mut all = Vec::new();
        let names = names_in(&folder)?.into_iter().filter(|name| record_seq(name).is_some());
        for name in names.filter(|name| !is_in_both(&versions, &folder, name)) {
            if let Ok(head) = record::read_head(&folder.join(&name), udid, &self.0.keys) {
                let since = read_since(&folder.join(since_name(&name))).unwrap_or_else(now);
                all.push(Expired { head: head.version, since });
            }
        }
        all.sort_by_key(|expired| expired.head.seq);
        Ok(all)
    }
}

/// Moves a record between two folders of one device, durably. Whatever cuts it, the record is in one of them.
fn transfer(from: &Path, to: &Path, name: &str) -> Result<()> {
    let (source, target) = (from.join(name), to.join(name));
    fs::rename(&source, &target).map_err(at(&source))?;
    point("record moved");
    // The new place first: a record in both is harmless, one in neither would be lost.
    flush_folder(to)?;
    flush_folder(from)?;
    point("move durable");
    Ok(())
}

/// Whether the same record is in both folders, as a power cut during a move between them leaves it on btrfs. Such a
/// version is a version.
fn is_in_both(versions: &Path, expired: &Path, name: &str) -> bool {
    let read = |folder: &Path| fs::read(folder.join(name)).ok();
    versions.join(name).is_file() && read(versions).is_some_and(|bytes| read(expired) == Some(bytes))
}

/// Notes down since when a version is expired, over what an earlier, cut attempt left.
fn write_since(path: &Path, since: i64) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(at(path)(error)),
        _ => {}
    }
    let mut file = objects::create(path).map_err(at(path))?;
    file.write_all(format!("{since}\n").as_bytes()).and_then(|()| file.sync_all()).map_err(writing(path, 16))
}

/// Since when a version is expired; `None` when that cannot be told, or lies in the future by this computer's clock.
pub(crate) fn read_since(path: &Path) -> Option<i64> {
    let since = fs::read_to_string(path).ok()?.trim().parse().ok()?;
    (since <= now()).then_some(since)
}

/// As [`read_since`]; notes down now when there is nothing to read, so that the grace ends one day.
pub(crate) fn since_or_now(path: &Path, now: i64) -> Result<i64> {
    match read_since(path) {
        Some(since) => Ok(since),
        None => write_since(path, now).map(|()| now),
    }
}
