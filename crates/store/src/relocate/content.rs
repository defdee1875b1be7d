//! The content of a store at its new place: each object read once, compared with its name, and written by several hands.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::sync::Arc;

use uuid::Uuid;

use super::{Moved, Moving, write_moving};
use crate::barrier::{Barrier, forget_cached};
use crate::error::{ObjectDamage, at, writing};
use crate::fault::point;
use crate::layout::{Hash, Layout, hex, object_hash};
use crate::lease::Lease;
use crate::objects::Objects;
use crate::pool::Pool;
use crate::store::names_in;
use crate::writer::LARGEST_HELD;
use crate::{Depth, Error, Part, Result, Store, delta, objects, space};

/// After so many bytes what is there is made durable, and that is noted down: a cut move starts again from there.
const BATCH: u64 = if cfg!(test) { 64 << 10 } else { 1 << 30 };
/// The groups of objects.
const GROUPS: u16 = 4096;
/// Beside the objects: records and what else a store has, in bytes.
const BESIDES: u64 = 1 << 20;

pub(super) struct Content<'a> {
    store: &'a Store,
    to: &'a Layout,
    lease: &'a Lease,
    moving: Moving,
    objects: Arc<Objects>,
    pool: Pool,
    barrier: Barrier,
    /// Bytes since the last that are durable for sure.
    unsettled: u64,
    damaged: HashMap<Hash, ObjectDamage>,
    moved: Moved,
    /// The size of all there is to move, in bytes.
    all: u64,
}

impl<'a> Content<'a> {
    /// Fails with [`Error::DiskFull`] where it would not fit.
    pub fn begin(store: &'a Store, to: &'a Layout, moving: Moving, lease: &'a Lease) -> Result<Content<'a>> {
        for name in names_in(&to.parts())?.iter().filter(|name| name.ends_with(".part")) {
            objects::remove(&to.parts().join(name)).map_err(at(&to.parts()))?;
        }
        let barrier = Barrier::open(to.root(), &to.moving())?;
        let objects = Arc::new(Objects::new(to.clone(), barrier.flush, Uuid::new_v4().to_string()));
        let (all, there) = sizes(store, to)?;
        let records = store.all_records()?.0;
        let record = |path: &Path| fs::symlink_metadata(path).map_or(0, |about| about.len());
        let records: u64 = records.iter().map(|file| record(&file.path)).sum();
        let (needed, free) = (all - there + records + BESIDES, space::free(to.root())?);
        if needed > free {
            return Err(Error::DiskFull { needed, free });
        }
        let pool = Pool::new(Arc::clone(&objects));
        let (damaged, moved) = (HashMap::new(), Moved::default());
        Ok(Content { store, to, lease, moving, objects, pool, barrier, unsettled: 0, damaged, moved, all })
    }

    /// Copies all objects; false when it was told to stop.
    pub fn copy(&mut self, progress: &mut dyn FnMut(u64, u64) -> bool) -> Result<bool> {
        for group in 0..GROUPS {
            let folder = self.store.0.layout.object_folder(group);
            for name in names_in(&folder)? {
                let Some(hash) = object_hash(&name) else { continue };
                let path = folder.join(&name);
                // A link or a pipe is no object; one that went meanwhile is noticed when all is checked.
                let Some(about) = fs::symlink_metadata(&path).ok().filter(|about| about.is_file()) else { continue };
                let target = self.to.object_folder(group).join(&name);
                let settled = group < self.moving.group && objects::look(&target, about.len()).is_ok();
                if settled || self.copy_one(&path, &hash, about.len())? {
                    self.moved.objects += 1;
                    self.moved.bytes += about.len();
                }
                if !progress(self.moved.bytes.min(self.all), self.all) {
                    self.pool.drain()?;
                    return Ok(false);
                }
            }
            if self.unsettled >= BATCH {
                self.settle(group + 1)?;
            }
        }
        self.settle(GROUPS)?;
        Ok(true)
    }

    /// Makes all that was copied durable, and notes that down.
    fn settle(&mut self, group: u16) -> Result<()> {
        self.pool.drain()?;
        self.barrier.wait(self.objects.folders())?;
        if !self.lease.held() {
            return Err(Error::StoreBusy { holder: "another computer".into() });
        }
        point("moved objects durable");
        self.moving.group = self.moving.group.max(group);
        self.unsettled = 0;
        write_moving(self.to, &self.moving)
    }

    /// Whether it is whole; what is not is noted down.
    fn copy_one(&mut self, path: &Path, hash: &Hash, size: u64) -> Result<bool> {
        self.unsettled += size;
        let is_delta = path.extension().is_some();
        let turn = || match (is_delta, size <= LARGEST_HELD as u64) {
            (true, _) => self.copy_delta(path, hash),
            (false, true) => self.copy_small(path, hash),
            (false, false) => self.copy_large(path, hash, size),
        };
        // Once more before it counts as damaged: the cable may be what is bad.
        let damage = match turn()? {
            Ok(()) => return Ok(true),
            Err(_) => match turn()? {
                Ok(()) => return Ok(true),
                Err(damage) => damage,
            },
        };
        self.damaged.insert(*hash, damage);
        Ok(false)
    }

    fn copy_small(&self, path: &Path, hash: &Hash) -> Result<std::result::Result<(), ObjectDamage>> {
        let bytes = match File::open(path).and_then(|mut file| {
            forget_cached(&file);
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).map(|_| bytes)
        }) {
            Ok(bytes) => bytes,
            Err(error) => return Ok(Err(unreadable(error))),
        };
        if blake3::hash(&bytes) != *hash {
            return Ok(Err(ObjectDamage::WrongBytes));
        }
        self.pool.put(*hash, bytes).map(Ok)
    }

    fn copy_large(&self, path: &Path, hash: &Hash, size: u64) -> Result<std::result::Result<(), ObjectDamage>> {
        let mut file = match File::open(path) {
            Ok(file) => file,
            Err(error) => return Ok(Err(unreadable(error))),
        };
        forget_cached(&file);
        let part = self.objects.part()?;
        let (mut hasher, mut buffer) = (blake3::Hasher::new(), vec![0; 1 << 20]);
        loop {
            let count = match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                Err(error) => return Ok(Err(unreadable(error))),
            };
            hasher.update(&buffer[..count]);
            (&part.file).write_all(&buffer[..count]).map_err(writing(&part.path, size))?;
        }
        if hasher.finalize() != *hash {
            return Ok(Err(ObjectDamage::WrongBytes));
        }
        self.objects.take_part(part, hash, size).map(Ok)
    }

    /// A delta is compared with what it makes when all it leans on is there.
    fn copy_delta(&self, path: &Path, hash: &Hash) -> Result<std::result::Result<(), ObjectDamage>> {
        if let Err(damage) = delta::header(path) {
            return Ok(Err(damage));
        }
        let mut file = File::open(path).map_err(at(path))?;
        let part = self.objects.part()?;
        io::copy(&mut file, &mut &part.file).map_err(writing(&part.path, 0))?;
        self.objects.take_delta(part, hash).map(Ok)
    }

    /// Tells damage that matters from what sessions left torn, and takes damaged content along as such.
    pub fn sort_out_damage(self) -> Result<Moved> {
        let Content { store, to, damaged, mut moved, .. } = self;
        let named = store.touched(&damaged)?;
        moved.left = damaged.keys().filter(|hash| !named.contains_key(*hash)).count() as u64;
        moved.damaged = named.keys().copied().collect();
        moved.damaged.sort_unstable();
        let aside = to.damaged_objects();
        let from = store.0.layout.damaged_objects();
        let earlier = names_in(&from)?.into_iter().map(|name| (from.join(&name), name));
        let now = moved.damaged.iter().map(|hash| (store.0.layout.object(hash), format!("{}-1", hex(hash))));
        let all: BTreeMap<_, _> = now.chain(earlier).map(|(path, name)| (name, path)).collect();
        for (name, path) in all {
            fs::create_dir_all(&aside).map_err(at(&aside))?;
            // As far as it can be read.
            if fs::copy(&path, aside.join(&name)).is_err() {
                let _ = fs::remove_file(aside.join(&name));
            }
        }
        Ok(moved)
    }
}

fn unreadable(error: io::Error) -> ObjectDamage {
    match error.kind() {
        io::ErrorKind::NotFound => ObjectDamage::Missing,
        kind => ObjectDamage::Unreadable(kind),
    }
}

/// The size of all objects, and of those that are at the new place already, in bytes.
fn sizes(store: &Store, to: &Layout) -> Result<(u64, u64)> {
    let (mut all, mut there) = (0, 0);
    for folder in store.object_folders()? {
        for name in names_in(&folder)? {
            let Some(target) = to.object_named(&name) else { continue };
            let size = fs::symlink_metadata(folder.join(&name)).map_or(0, |about| about.len());
            all += size;
            there += if objects::look(&target, size).is_ok() { size } else { 0 };
        }
    }
    Ok((all, there))
}

/// Compares the new place with the old: every object is there, every version's content too, every delta makes what it
/// should. `damaged` is known to be not whole; what was missing already comes to it.
pub(super) fn check(old: &Store, new: &Store, damaged: &mut Vec<Hash>) -> Result<()> {
    let (known, lost) = (damaged.iter().copied().collect::<HashSet<_>>(), |hash: &Hash, damage| Error::ObjectDamaged {
        path: hex(hash),
        damage,
    });
    for folder in old.object_folders()? {
        for name in names_in(&folder)?.iter().filter(|name| name.ends_with(".delta")) {
            let Some(hash) = object_hash(name).filter(|hash| !known.contains(hash)) else { continue };
            let Ok(header) = delta::header(&folder.join(name)) else { continue };
            let makes = |store: &Store| delta::verify(&store.0.layout, &hash, header.size);
            if let Err(damage) = makes(new)
                && makes(old).is_ok()
            {
                return Err(lost(&hash, damage));
            }
        }
    }
    let seen = new.verify(Depth::Presence, Part::ALL, &mut |_, _| true)?;
    for found in seen.damaged.iter().filter(|found| !known.contains(&found.hash)) {
        if delta::look(&old.0.layout, &found.hash, 0) != Err(ObjectDamage::Missing) {
            return Err(lost(&found.hash, found.damage));
        }
        damaged.push(found.hash);
    }
    Ok(())
}
