//! The records of a device: which versions there are, which records are damaged.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, MutexGuard, PoisonError, Weak};
use std::time::SystemTime;

use crate::barrier::flush_folder;
use crate::error::{Damage, at};
use crate::layout::{check_udid, claim_name, claim_seq, former_seq, given_up_name, record_seq, record_time, torn_name};
use crate::seal::KeyId;
use crate::store::names_in;
use crate::tree::Tree;
use crate::version::{Loaded, Version, VersionHead};
use crate::{Error, Result, Store, record};

/// The versions of a device.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VersionList {
    /// Oldest first.
    pub versions: Vec<VersionHead>,
    /// Records that are no versions. They are kept, never deleted.
    pub damaged: Vec<DamagedRecord>,
    /// Versions whose key is not at hand, oldest first. Nothing is wrong with them.
    pub sealed: Vec<SealedRecord>,
}

/// What can be known of a sealed version without its key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedRecord {
    pub seq: u64,
    /// The name of its record.
    pub file: String,
    /// The minute in that name, Unix milliseconds.
    pub made: i64,
    /// What opens it.
    pub key: KeyId,
}

/// A record that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedRecord {
    /// Its name, below `versions` or with `quarantine/` before it.
    pub file: String,
    pub reason: Damage,
}

/// What is known of a record file since the store was opened.
#[derive(Default)]
pub(crate) struct Memory {
    /// Length and time of the file when all of it was checked, and what came of it.
    checked: Option<(u64, Option<SystemTime>, std::result::Result<(), Damage>)>,
    loaded: Weak<Loaded>,
}

fn stamp(path: &Path) -> Option<(u64, Option<SystemTime>)> {
    let about = fs::symlink_metadata(path).ok()?;
    Some((about.len(), about.modified().ok()))
}

impl Store {
    /// The versions of a device, and its damaged records.
    ///
    /// Heads are read and checked, not file lists: the cost does not grow with the number of files. Only the newest
    /// record, the one a cut may have torn, is checked whole.
    pub fn versions(&self, udid: &str) -> Result<VersionList> {
        self.list(udid, false)
    }

    /// As [`Store::versions`], with every record read and checked to its last byte.
    pub fn verify_records(&self, udid: &str) -> Result<VersionList> {
        self.list(udid, true)
    }

    fn list(&self, udid: &str, whole: bool) -> Result<VersionList> {
        check_udid(udid)?;
        let mut list = VersionList::default();
        let mut damaged = |file: String, reason| list.damaged.push(DamagedRecord { file, reason });
        let mut newest_is_whole = false;
        for (seq, name) in self.records(udid)?.into_iter().rev() {
            let path = self.0.layout.versions(udid).join(&name);
            let check = if whole || !newest_is_whole { self.check(&path, udid) } else { self.remembered(&path) };
            match check.and_then(|()| record::read_head(&path, udid, &self.0.keys)) {
                Ok(_) if list.versions.last().is_some_and(|newer| newer.seq == seq) => {
                    damaged(name, Damage::DuplicateNumber);
                }
                Ok(head) => {
                    list.versions.push(head.version);
                    newest_is_whole = true;
                }
                Err(Damage::KeyNeeded(key)) => {
                    newest_is_whole = true;
                    let made = record_time(&name).unwrap_or_default();
                    list.sealed.push(SealedRecord { seq, file: name, made, key });
                }
                Err(reason) => damaged(name, reason),
            }
        }
        let quarantine = self.0.layout.quarantine(udid);
        for name in names_in(&quarantine)?.into_iter().filter(|name| record_seq(name).is_some()) {
            let reason = self.check(&quarantine.join(&name), udid).err().unwrap_or(Damage::PutAside);
            damaged(format!("quarantine/{name}"), reason);
        }
        list.versions.reverse();
        list.sealed.reverse();
        Ok(list)
    }

    /// One version, with its file list.
    ///
    /// Fails with [`Error::NoVersion`], with [`Error::RecordDamaged`] when its record cannot be used, and with
    /// [`Error::KeyNeeded`] when it is sealed and its key is not at hand.
    pub fn version(&self, udid: &str, seq: u64) -> Result<Version> {
        check_udid(udid)?;
        let mut result = Err(Error::NoVersion { udid: udid.to_owned(), seq });
        for (_, name) in self.records(udid)?.into_iter().rev().filter(|(number, _)| *number == seq) {
            let path = self.0.layout.versions(udid).join(name);
            result = self.load(&path, udid).map_err(|damage| damage.of(path));
            if result.is_ok() {
                break;
            }
        }
        result
    }

    /// The newest version whose record is whole.
    ///
    /// With the device's lease in hand: damaged records newer than that are put into quarantine, so that they can
    /// never be taken for good later; those whose number is still claimed, as never finished. One that cannot be read, is
    /// sealed with a key that is not at hand, is from a newer release or belongs to another device is an error and left
    /// alone. A copy under a wrong number is no version and left alone.
    pub(crate) fn newest_for_writing(&self, udid: &str) -> Result<Option<Version>> {
        for (seq, name) in self.records(udid)?.into_iter().rev() {
            let path = self.0.layout.versions(udid).join(&name);
            match self.load(&path, udid) {
                Ok(version) => return Ok(Some(version)),
                Err(damage @ (Damage::Unreadable(_) | Damage::NewerFormat | Damage::KeyNeeded(_))) => {
                    return Err(damage.of(path));
                }
                Err(damage @ Damage::WrongPlace) => {
                    if record::device(&path, &self.0.keys).as_deref() != Ok(udid) {
                        return Err(Error::RecordDamaged { path, damage });
                    }
                }
                Err(_) => {
                    let never_finished = self.0.layout.versions(udid).join(claim_name(seq)).exists();
                    let name = if never_finished { torn_name(&name) } else { name };
                    let aside = self.0.layout.quarantine(udid).join(name);
                    fs::rename(&path, &aside).map_err(at(&path))?;
                }
            }
        }
        Ok(None)
    }

    /// Gives up a damaged record, so that a clean-up need not wait for it any more: content that only it named can then
    /// be taken away. `file` as [`DamagedRecord`] tells it. The record itself stays in quarantine under another name.
    ///
    /// Fails with [`Error::RecordDamaged`] when it is whole, from a newer release, or cannot be read just now; with
    /// [`Error::KeyNeeded`] when it is sealed and its key is not at hand.
    pub fn give_up_record(&self, udid: &str, file: &str) -> Result<()> {
        check_udid(udid)?;
        let quarantine = self.0.layout.quarantine(udid);
        let (folder, name) = match file.strip_prefix("quarantine/") {
            Some(name) => (quarantine.clone(), name),
            None => (self.0.layout.versions(udid), file),
        };
        let path = folder.join(name);
        let Some(seq) = record_seq(name) else { return Err(Error::NotFound { path: file.to_owned() }) };
        match record::check(&path, udid, &self.0.keys) {
            Ok(_) => return Err(Error::RecordDamaged { path, damage: Damage::PutAside }),
            Err(Damage::Unreadable(std::io::ErrorKind::NotFound)) => {
                return Err(Error::NoVersion { udid: udid.to_owned(), seq });
            }
            Err(damage @ (Damage::Unreadable(_) | Damage::NewerFormat | Damage::KeyNeeded(_))) => {
                return Err(damage.of(path));
            }
            Err(_) => {}
        }
        fs::create_dir_all(&quarantine).map_err(at(&quarantine))?;
        fs::rename(&path, quarantine.join(given_up_name(name))).map_err(at(&path))?;
        flush_folder(&quarantine)
    }

    /// Number and file name of every record of a device, by number.
    fn records(&self, udid: &str) -> Result<Vec<(u64, String)>> {
        let names = names_in(&self.0.layout.versions(udid))?.into_iter();
        let mut records: Vec<_> = names.filter_map(|name| Some((record_seq(&name)?, name))).collect();
        records.sort_unstable();
        Ok(records)
    }

    /// The highest number any record or claim of the device has; 0 when there is none.
    pub(crate) fn last_seq(&self, udid: &str) -> Result<u64> {
        let layout = &self.0.layout;
        let mut last = 0;
        for folder in [layout.versions(udid), layout.quarantine(udid), layout.expired(udid)] {
            let seq = |name: String| record_seq(&name).or(claim_seq(&name)).or(former_seq(&name));
            let seqs = names_in(&folder)?.into_iter().filter_map(seq);
            last = seqs.max().unwrap_or(0).max(last);
        }
        Ok(last)
    }

    /// The headers of all records, by number; no key is needed. Only the newest, the one a cut may have torn, is checked
    /// whole.
    pub(crate) fn headers(&self, udid: &str) -> Result<Vec<record::Header>> {
        let folder = self.0.layout.versions(udid);
        let mut headers = Vec::new();
        for (_, name) in self.records(udid)?.into_iter().rev() {
            let path = folder.join(name);
            if !headers.is_empty() || self.check(&path, udid).is_ok() {
                headers.extend(match record::read_head(&path, udid, &self.0.keys) {
                    Err(Damage::KeyNeeded(_)) => record::header(&path).ok(),
                    read => read.ok().map(|head| head.header),
                });
            }
        }
        headers.reverse();
        Ok(headers)
    }

    /// The name of the record of that number; the last one when there are several.
    pub(crate) fn record_of(&self, udid: &str, seq: u64) -> Result<Option<String>> {
        Ok(self.records(udid)?.into_iter().rfind(|(number, _)| *number == seq).map(|(_, name)| name))
    }

    /// Whether a record of that number is there.
    pub(crate) fn has_record(&self, udid: &str, seq: u64) -> Result<bool> {
        Ok(self.record_of(udid, seq)?.is_some())
    }

    fn load(&self, path: &Path, udid: &str) -> std::result::Result<Version, Damage> {
        let stamp = stamp(path);
        if let Some(memory) = self.memory().get(path)
            && let Some(loaded) = memory.loaded.upgrade()
            && matches!(memory.checked, Some((length, time, Ok(()))) if Some((length, time)) == stamp)
        {
            return Ok(Version(loaded));
        }
        let loaded = record::load(path, udid, &self.0.keys).map(|(head, list)| {
            let layout = self.0.layout.clone();
            Arc::new(Loaded { head: head.version, header: head.header, tree: Tree::over(Arc::new(list)), layout })
        });
        self.remember(path, loaded.as_ref().map(|_| ()).map_err(|damage| *damage), |memory| {
            memory.loaded = loaded.as_ref().map(Arc::downgrade).unwrap_or_default();
        });
        loaded.map(Version)
    }

    /// Checks all of a record, unless that was done and the file looks the same. One whose key is not at hand is good
    /// when its checksums are.
    fn check(&self, path: &Path, udid: &str) -> std::result::Result<(), Damage> {
        let stamp = stamp(path);
        let known = self.memory().get(path).and_then(|memory| memory.checked);
        if let Some((length, time, result)) = known
            && Some((length, time)) == stamp
        {
            return result;
        }
        let result = match record::check(path, udid, &self.0.keys) {
            Err(Damage::KeyNeeded(_)) => Ok(()),
            checked => checked.map(drop),
        };
        self.remember(path, result, |_| ());
        result
    }

    /// What an earlier check of the whole record said; good when there was none.
    fn remembered(&self, path: &Path) -> std::result::Result<(), Damage> {
        let known = self.memory().get(path).and_then(|memory| memory.checked);
        match known {
            Some((length, time, result)) if Some((length, time)) == stamp(path) => result,
            _ => Ok(()),
        }
    }

    fn remember(&self, path: &Path, result: std::result::Result<(), Damage>, also: impl FnOnce(&mut Memory)) {
        let passing = matches!(result, Err(Damage::Unreadable(_) | Damage::KeyNeeded(_)));
        if let Some((length, time)) = stamp(path).filter(|_| !passing) {
            let mut all = self.memory();
            let memory = all.entry(path.to_path_buf()).or_default();
            memory.checked = Some((length, time, result));
            also(memory);
        }
    }

    pub(crate) fn memory(&self) -> MutexGuard<'_, std::collections::HashMap<PathBuf, Memory>> {
        // Each entry is only ever replaced whole.
        self.0.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
