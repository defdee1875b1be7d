//! Which versions hold which content, summed up: what would be free if some of them were not there.

use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::{fs, iter};

use crate::layout::{Hash, check_udid, object_hash, record_seq};
use crate::list::{EntryKind, OBJECT};
use crate::sealing::Keys;
use crate::store::names_in;
use crate::{Damage, Result, Store, delta, record};

/// A record that holds content: that of a version, an expired one or a damaged one put aside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RecordFile {
    pub udid: String,
    pub seq: u64,
    pub path: PathBuf,
    pub place: Place,
}

impl RecordFile {
    /// The name of the file.
    pub fn name(&self) -> &str {
        self.path.file_name().and_then(|name| name.to_str()).unwrap_or_default()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Versions,
    Expired,
    Quarantine,
}

impl Store {
    /// Every record of every device, wherever it lies. A folder that holds records but is no device's is told.
    pub(crate) fn all_records(&self) -> Result<(Vec<RecordFile>, Vec<PathBuf>)> {
        let layout = &self.0.layout;
        let (mut records, mut strange) = (Vec::new(), Vec::new());
        for udid in names_in(&layout.devices())? {
            if check_udid(&udid).is_err() {
                strange.extend(Some(layout.versions(&udid)).filter(|folder| folder.is_dir()));
                continue;
            }
            records.extend(self.all_records_of(&udid)?);
        }
        Ok((records, strange))
    }

    /// Every record of a device, wherever it lies. `udid` has passed the check of the layout.
    pub(crate) fn all_records_of(&self, udid: &str) -> Result<Vec<RecordFile>> {
        let layout = &self.0.layout;
        let places = [
            (Place::Versions, layout.versions(udid)),
            (Place::Expired, layout.expired(udid)),
            (Place::Quarantine, layout.quarantine(udid)),
        ];
        let mut records = Vec::new();
        for (place, folder) in places {
            let names = names_in(&folder)?.into_iter();
            let numbered = names.filter_map(|name| Some((record_seq(&name)?, folder.join(name))));
            records.extend(numbered.map(|(seq, path)| RecordFile { udid: udid.to_owned(), seq, path, place }));
        }
        Ok(records)
    }
}

/// Hands every object a record names, with its size, to `each`; one that is named twice comes twice.
pub(crate) fn objects_of(
    file: &RecordFile,
    keys: &Keys,
    each: &mut dyn FnMut(Hash, u64),
) -> std::result::Result<(), Damage> {
    record::read(&file.path, &file.udid, keys, &mut |(_, row, _)| {
        if row.kind == EntryKind::File && row.codec == OBJECT {
            each(row.hash, row.size);
        }
        Ok(())
    })
    .map(drop)
}

/// What lies in the folders of objects.
#[derive(Default)]
struct OnDisk {
    /// What each content takes, whole or as a delta, in bytes.
    bytes: HashMap<Hash, u64>,
    /// What each delta leans on.
    bases: HashMap<Hash, Hash>,
    objects: u64,
}

impl OnDisk {
    fn of(store: &Store) -> Result<OnDisk> {
        let mut found = OnDisk::default();
        for folder in store.object_folders()? {
            for name in names_in(&folder)? {
                let Some(hash) = object_hash(&name) else { continue };
                let path = folder.join(&name);
                // One that went meanwhile takes no space.
                *found.bytes.entry(hash).or_default() += fs::symlink_metadata(&path).map_or(0, |about| about.len());
                found.objects += 1;
                if name.ends_with(".delta")
                    && let Ok(header) = delta::header(&path)
                {
                    found.bases.insert(hash, header.base);
                }
            }
        }
        Ok(found)
    }

    /// A content and all that it leans on: whoever holds the one holds the others.
    fn leaning(&self, hash: Hash) -> impl Iterator<Item = Hash> {
        // No chain is longer than what is there; one that was forged into a ring ends, too.
        iter::successors(Some(hash), |hash| self.bases.get(hash).copied()).take(1 + delta::MOST_READ as usize)
    }
}

/// Content grouped by the very set of records that hold it. There are few such sets: content comes once and goes once.
pub(crate) struct Holdings {
    pub records: Vec<RecordFile>,
    /// All objects, and what they take in bytes, whether any record holds them or not.
    pub objects: u64,
    pub objects_bytes: u64,
    /// A set is an earlier set and one more record. The first is the empty one.
    sets: Vec<(u32, u32)>,
    bytes: Vec<u64>,
}

impl Holdings {
    /// Lists every object and reads every record of the store; of one that cannot be read, what can. Content counts with
    /// what it takes on the disk. A sealed record whose key is not at hand is an error: it is whole, and what it holds
    /// would be taken for free.
    pub fn of(store: &Store) -> Result<Holdings> {
        let on_disk = OnDisk::of(store)?;
        let (objects, objects_bytes) = (on_disk.objects, on_disk.bytes.values().sum());
        let (sets, bytes) = (vec![(0, u32::MAX)], vec![0]);
        let mut holdings = Holdings { records: Vec::new(), objects, objects_bytes, sets, bytes };
        let mut set_of: HashMap<Hash, u32> = HashMap::new();
        let mut grown: HashMap<(u32, u32), u32> = HashMap::new();
        for record in store.all_records()?.0 {
            let index = holdings.records.len() as u32;
            let sets = &mut holdings.sets;
            let read = objects_of(&record, &store.0.keys, &mut |hash, _| {
                for hash in on_disk.leaning(hash) {
                    let set = set_of.entry(hash).or_insert(0);
                    if sets[*set as usize].1 != index {
                        *set = *grown.entry((*set, index)).or_insert_with(|| {
                            sets.push((*set, index));
                            sets.len() as u32 - 1
                        });
                    }
                }
            });
            if let Err(damage @ Damage::KeyNeeded(_)) = read {
                return Err(damage.of(record.path));
            }
            holdings.records.push(record);
        }
        holdings.bytes.resize(holdings.sets.len(), 0);
        for (hash, set) in set_of {
            holdings.bytes[set as usize] += on_disk.bytes.get(&hash).copied().unwrap_or(0);
        }
        Ok(holdings)
    }

    /// The bytes that only records among `gone` hold; indices of [`Holdings::records`].
    pub fn only(&self, gone: &BTreeSet<usize>) -> u64 {
        let inside = |mut set: u32| {
            while set != 0 {
                let (rest, record) = self.sets[set as usize];
                if !gone.contains(&(record as usize)) {
                    return false;
                }
                set = rest;
            }
            true
        };
        (1..self.sets.len()).filter(|set| inside(*set as u32)).map(|set| self.bytes[set]).sum()
    }

    /// The bytes any record holds.
    pub fn named(&self) -> u64 {
        self.bytes.iter().sum()
    }
}
