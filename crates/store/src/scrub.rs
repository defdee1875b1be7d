//! Looks after a whole store: every record, and the content of all versions, a part at a time.

use std::collections::HashMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::at;
use crate::holdings::{Place, RecordFile, objects_of};
use crate::layout::{Hash, group, hex};
use crate::list::{EntryKind, OBJECT};
use crate::sealing::Keys;
use crate::{Damage, DamagedRecord, Depth, ObjectDamage, Result, Store, objects, record, verify};

/// The most files told by name for one damaged object.
const MOST_TOLD: usize = 1000;

/// A part of the objects: groups by the first three hex digits of their names, `from..to` of 4,096.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    pub from: u16,
    pub to: u16,
}

/// An object that is not what was stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DamagedObject {
    pub hash: [u8; 32],
    pub damage: ObjectDamage,
    /// Whether it was moved away, so that the same content can be stored again.
    pub put_aside: bool,
    /// The files that have it, at most 1,000, by device, version and path.
    pub touches: Vec<Touched>,
    /// How many files have it.
    pub touched: u64,
}

/// A file of a version.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Touched {
    pub udid: String,
    pub seq: u64,
    pub path: String,
}

/// What a look at a store found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scrubbed {
    /// Objects looked at.
    pub objects: u64,
    /// Their size, in bytes.
    pub bytes: u64,
    /// Damaged records, by device; expired ones with `expired/` before their name.
    pub records: Vec<(String, DamagedRecord)>,
    /// Sealed records whose key is not at hand, expired ones too: what they alone name was not looked at.
    pub sealed: u64,
    /// By hash.
    pub damaged: Vec<DamagedObject>,
    /// What is left of the part, when it was told to stop.
    pub rest: Option<Part>,
}

impl Part {
    /// Everything.
    pub const ALL: Part = Part { from: 0, to: 4096 };

    /// One of `of` parts of much the same size; over `of` days in a row each is looked at once.
    pub fn slice(day: u64, of: u16) -> Part {
        let of = u64::from(of.clamp(1, 4096));
        let at = |number: u64| (number * 4096 / of) as u16;
        Part { from: at(day % of), to: at(day % of + 1) }
    }

    fn holds(self, hash: &Hash) -> bool {
        (self.from..self.to).contains(&group(hash))
    }
}

impl Store {
    /// Checks every record whole, and the objects of `part` that any version names: their presence and size, or with
    /// [`Depth::Bytes`] every byte. An object that is damaged twice in a row is put aside, so that the next backup
    /// with the same content, or [`Store::repair`], can store it anew.
    ///
    /// `progress` gets bytes done and bytes in all, and ends the look with `false`; go on with [`Scrubbed::rest`].
    pub fn verify(&self, depth: Depth, part: Part, progress: &mut dyn FnMut(u64, u64) -> bool) -> Result<Scrubbed> {
        let records = self.all_records()?.0;
        let (damaged_records, sealed) = self.damaged_records(&records)?;
        let mut scrubbed = Scrubbed { records: damaged_records, sealed, ..Scrubbed::default() };
        self.restore_doomed()?;
        let named = named(&records, &self.0.keys, part);
        let all = named.iter().map(|(_, size)| size).sum();
        let mut damaged = HashMap::new();
        for (hash, size) in &named {
            if let Err(damage) = self.look_after(hash, *size, depth) {
                damaged.insert(*hash, damage);
            }
            scrubbed.objects += 1;
            scrubbed.bytes += size;
            if !progress(scrubbed.bytes, all) {
                scrubbed.rest = Some(Part { from: group(hash), to: part.to });
                break;
            }
        }
        let mut touched = self.touched(&damaged)?;
        for (hash, (damage, put_aside)) in damaged {
            // Named by nobody any more: a clean-up took it meanwhile.
            let Some((touched, mut touches)) = touched.remove(&hash) else { continue };
            touches.sort();
            scrubbed.damaged.push(DamagedObject { hash, damage, put_aside, touches, touched });
        }
        scrubbed.damaged.sort_by_key(|damaged| damaged.hash);
        Ok(scrubbed)
    }

    /// Every record that cannot be used, and how many are sealed with a key that is not at hand.
    fn damaged_records(&self, records: &[RecordFile]) -> Result<(Vec<(String, DamagedRecord)>, u64)> {
        let (mut damaged, mut sealed) = (Vec::new(), 0);
        for udid in self.devices()? {
            let list = self.verify_records(&udid)?;
            damaged.extend(list.damaged.into_iter().map(|record| (udid.clone(), record)));
            sealed += list.sealed.len() as u64;
        }
        for file in records.iter().filter(|file| file.place == Place::Expired) {
            match record::check(&file.path, &file.udid, &self.0.keys) {
                Ok(_) => {}
                Err(Damage::KeyNeeded(_)) => sealed += 1,
                Err(reason) => {
                    let file = (file.udid.clone(), DamagedRecord { file: format!("expired/{}", file.name()), reason });
                    damaged.push(file);
                }
            }
        }
        Ok((damaged, sealed))
    }

    /// Looks at one object. What is wrong with it, and whether it has been put aside.
    fn look_after(&self, hash: &Hash, size: u64, depth: Depth) -> std::result::Result<(), (ObjectDamage, bool)> {
        let object = self.0.layout.object(hash);
        let look = || verify::look(&self.0.layout, hash, size, depth);
        // Once more before anything is moved: the cable may be what is bad.
        let Err(damage) = look().or_else(|_| look()) else { return Ok(()) };
        match damage {
            ObjectDamage::Missing if self.take_back(hash, size) => Ok(()),
            ObjectDamage::Missing | ObjectDamage::Unreadable(_) => Err((damage, false)),
            ObjectDamage::WrongLength { .. } | ObjectDamage::WrongBytes => {
                Err((damage, self.put_aside(&object, hash).is_ok()))
            }
        }
    }

    /// Moves a damaged object away; its name stays part of the new one.
    fn put_aside(&self, object: &Path, hash: &Hash) -> Result<()> {
        let folder = self.0.layout.damaged_objects();
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        let free = (1..1000).map(|number| aside(&folder, hash, number)).find(|path| !path.exists());
        let to = free.unwrap_or_else(|| aside(&folder, hash, 1000));
        fs::rename(object, to).map_err(at(object))?;
        tracing::warn!(object = %object.display(), "a damaged object was put aside");
        Ok(())
    }

    /// Gives an object back its name that was put aside and now turns out to be whole.
    fn take_back(&self, hash: &Hash, size: u64) -> bool {
        let aside = aside(&self.0.layout.damaged_objects(), hash, 1);
        objects::verify(&aside, hash, size).is_ok() && fs::rename(&aside, self.0.layout.object(hash)).is_ok()
    }

    /// The files that have one of these objects: how many, and the first of them.
    pub(crate) fn touched<T>(&self, damaged: &HashMap<Hash, T>) -> Result<HashMap<Hash, (u64, Vec<Touched>)>> {
        let mut touched: HashMap<Hash, (u64, Vec<Touched>)> = HashMap::new();
        if damaged.is_empty() {
            return Ok(touched);
        }
        for file in self.all_records()?.0.iter().filter(|file| file.place != Place::Quarantine) {
            let mut in_file: HashMap<Hash, (u64, Vec<Touched>)> = HashMap::new();
            let read = record::read(&file.path, &file.udid, &self.0.keys, &mut |(path, row, _)| {
                if row.kind == EntryKind::File && row.codec == OBJECT && damaged.contains_key(&row.hash) {
                    let (count, files) = in_file.entry(row.hash).or_default();
                    *count += 1;
                    if files.len() < MOST_TOLD {
                        files.push(Touched { udid: file.udid.clone(), seq: file.seq, path: path.to_owned() });
                    }
                }
                Ok(())
            });
            // What a damaged record lists may be anything. It has been told already.
            for (hash, (more, found)) in in_file.into_iter().filter(|_| read.is_ok()) {
                let (count, files) = touched.entry(hash).or_default();
                *count += more;
                files.extend(found.into_iter().take(MOST_TOLD - files.len()));
            }
        }
        Ok(touched)
    }
}

fn aside(folder: &Path, hash: &Hash, number: u32) -> PathBuf {
    folder.join(format!("{}-{number}", hex(hash)))
}

/// Every object of the part that a whole record names, once, by hash. A damaged one might name a wrong size: good content
/// would be put aside for it.
fn named(records: &[RecordFile], keys: &Keys, part: Part) -> Vec<(Hash, u64)> {
    let mut named = Vec::new();
    for record in records.iter().filter(|record| record.place != Place::Quarantine) {
        let before = named.len();
        let read = objects_of(record, keys, &mut |hash, size| {
            if part.holds(&hash) {
                named.push((hash, size));
            }
        });
        if read.is_err() {
            named.truncate(before);
        }
        named.sort_unstable();
        named.dedup_by_key(|(hash, _)| *hash);
    }
    named
}
