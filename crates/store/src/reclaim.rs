//! The clean-up: takes away content that no version names any more. The only thing here that ever deletes content, so
//! it looks twice; `docs/store-format.md` has the argument why no version can lose an object to it.

use std::collections::HashSet;
use std::fs::{self, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use tracing::{debug, info};

use crate::barrier::flush_folder;
use crate::error::at;
use crate::expired::{GRACE, since_or_now};
use crate::fault::{left_out, point};
use crate::holdings::{Place, RecordFile, objects_of};
use crate::layout::{Hash, gone_name, object_hash, since_name};
use crate::lease::Lease;
use crate::store::names_in;
use crate::writers::Writers;
use crate::{Damage, Error, ObjectDamage, Result, Store, delta, objects, space};

/// So many objects are put aside at a time, between two looks at who else is at work.
const BATCH: usize = if cfg!(test) { 3 } else { 256 };

/// With less free than this the reserve is given up before anything else, in bytes.
const ROOM: u64 = 1 << 20;

/// What a clean-up did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reclaimed {
    /// Expired versions whose time was over.
    pub versions: u64,
    /// Objects taken away.
    pub objects: u64,
    /// What was freed, in bytes: objects, and large files that never arrived whole.
    pub bytes: u64,
    /// Objects nobody names that are not 7 days old yet.
    pub kept_young: u64,
    /// Whether it ended early, because it was told to or a backup began.
    pub stopped: bool,
}

impl Store {
    /// Takes away expired versions and content nobody names, both 7 days after.
    ///
    /// `sessions` is the folder given to [`Store::begin`]; `now` in Unix milliseconds, but never later than the clock
    /// of the volume. `progress` gets groups of objects done and groups in all, and ends the clean-up with `false`.
    /// Fails with [`Error::StoreBusy`] while a session or another clean-up is at work, with
    /// [`Error::RecordUnreadable`] when any record cannot be read, with [`Error::KeyNeeded`] when one is sealed and its key
    /// is not at hand. A backup that begins meanwhile ends it early.
    pub fn reclaim(&self, sessions: &Path, now: i64, progress: &mut dyn FnMut(u64, u64) -> bool) -> Result<Reclaimed> {
        let layout = &self.0.layout;
        // Making room must work on a full disk.
        if self.free_space()? < ROOM {
            space::release_ballast(&layout.ballast());
        }
        let (lease, writers) = self.alone(sessions)?;
        self.restore_doomed()?;
        let now = now.min(writers.volume_time()?);
        let mut sweep =
            Sweep { store: self, lease, writers, now, named: HashSet::new(), read: HashSet::new(), deltas: Vec::new() };
        sweep.find_deltas()?;
        let mut done = Reclaimed { versions: sweep.mark()?, ..Reclaimed::default() };
        sweep.mark_bases()?;
        point("content marked");
        if sweep.read.is_empty() {
            // No record at all, but perhaps content: rather a folder that somebody moved than a store to be emptied.
            return Ok(done);
        }
        let ended = sweep.run(&mut done, progress);
        // Nothing stays aside, whatever went wrong.
        let _ = self.restore_doomed();
        ended?;
        space::make_ballast(&layout.ballast());
        info!(store = self.id(), ?done, "clean-up done");
        Ok(done)
    }

    /// Gives objects back their names that a cut clean-up had put aside. Never wrong, whoever does it, whenever.
    pub(crate) fn restore_doomed(&self) -> Result<()> {
        let doomed = self.0.layout.doomed();
        for name in names_in(&doomed)? {
            restore(self, &doomed.join(&name), &name)?;
        }
        Ok(())
    }
}

/// Gives an object back its name, unless it is there again.
fn restore(store: &Store, doomed: &Path, name: &str) -> Result<()> {
    let Some(place) = store.0.layout.object_named(name) else { return Ok(()) };
    let length = |path: &Path| fs::symlink_metadata(path).ok().map(|about| about.len());
    if length(&place).is_some() && length(&place) == length(doomed) {
        return objects::remove(doomed).map(drop).map_err(at(doomed));
    }
    match fs::rename(doomed, &place) {
        // Somebody else was quicker.
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        result => result.map_err(at(doomed)),
    }
}

/// One clean-up at work.
struct Sweep<'a> {
    store: &'a Store,
    lease: Lease,
    writers: Writers<'a>,
    /// Unix milliseconds.
    now: i64,
    /// Every object any record names.
    named: HashSet<Hash>,
    /// The records that were read for it.
    read: HashSet<PathBuf>,
    /// What each delta makes, and what it leans on.
    deltas: Vec<(Hash, Hash)>,
}

/// An object that may go.
struct Candidate {
    name: String,
    path: PathBuf,
}

impl Sweep<'_> {
    /// Reads every record; takes away the expired ones whose time is over, and returns how many.
    fn mark(&mut self) -> Result<u64> {
        let mut over = Vec::new();
        for record in self.records()? {
            let expired_over = record.place == Place::Expired && self.is_over(&record)?;
            if expired_over {
                // Readable or not at all: also what is about to go must be understood.
                objects_of(&record, &self.store.0.keys, &mut |_, _| ()).map_err(unreadable(&record))?;
                over.push(record);
            } else {
                self.mark_one(record)?;
            }
        }
        let mut gone = 0;
        // Without any other record nothing would be left to tell a store from a moved folder: the last one stays.
        for record in over.iter().filter(|_| !self.read.is_empty()) {
            gone += u64::from(self.take_record(record)?);
        }
        Ok(gone)
    }

    /// Takes an expired record away for good. Its number stays used.
    fn take_record(&self, record: &RecordFile) -> Result<bool> {
        let path = &record.path;
        let folder = self.store.0.layout.expired(&record.udid);
        if record.seq == self.store.last_seq(&record.udid)? {
            let left = folder.join(gone_name(record.name()));
            let made = OpenOptions::new().write(true).create(true).truncate(false).open(&left);
            made.and_then(|file| file.sync_all()).map_err(at(&left))?;
            flush_folder(&folder)?;
        }
        point("expired record about to go");
        let was_there = objects::remove(path).map_err(at(path))?;
        let _ = objects::remove(&folder.join(since_name(record.name())));
        flush_folder(&folder)?;
        info!(record = %path.display(), "expired version taken away");
        Ok(was_there)
    }

    fn records(&self) -> Result<Vec<RecordFile>> {
        let (records, strange) = self.store.all_records()?;
        match strange.into_iter().next() {
            Some(path) => Err(Error::RecordUnreadable { path, damage: Damage::WrongPlace }),
            None => Ok(records),
        }
    }

    fn mark_one(&mut self, record: RecordFile) -> Result<()> {
        let named = &mut self.named;
        let mut mark = |hash, _| {
            named.insert(hash);
        };
        objects_of(&record, &self.store.0.keys, &mut mark).map_err(unreadable(&record))?;
        self.read.insert(record.path);
        Ok(())
    }

    /// Marks what the deltas of marked content lean on. A delta that cannot be read may lean on anything.
    fn mark_bases(&mut self) -> Result<()> {
        loop {
            let bases = self.deltas.iter().filter(|(hash, _)| self.named.contains(hash)).map(|(_, base)| *base);
            let new: Vec<Hash> = bases.filter(|base| !self.named.contains(base)).collect();
            if new.is_empty() {
                return Ok(());
            }
            self.named.extend(new);
        }
    }

    /// Lists all deltas: what each makes, and what it leans on.
    fn find_deltas(&mut self) -> Result<()> {
        for folder in self.store.object_folders()? {
            for name in names_in(&folder)?.iter().filter(|name| name.ends_with(".delta")) {
                let Some(hash) = object_hash(name) else { continue };
                match delta::header(&folder.join(name)) {
                    Ok(header) => self.deltas.push((hash, header.base)),
                    // Not readable just now: it may lean on anything. Damaged for good: of no use to anybody.
                    Err(ObjectDamage::Unreadable(kind)) => {
                        return Err(Error::Io { path: folder.join(name), source: kind.into() });
                    }
                    Err(_) => {}
                }
            }
        }
        Ok(())
    }

    fn is_over(&self, record: &RecordFile) -> Result<bool> {
        let since = since_or_now(&record.path.with_file_name(since_name(record.name())), self.now)?;
        Ok(since.saturating_add(GRACE) <= self.now)
    }

    fn run(&mut self, done: &mut Reclaimed, progress: &mut dyn FnMut(u64, u64) -> bool) -> Result<()> {
        let mut batch = Vec::new();
        let folders = self.store.object_folders()?;
        for (number, folder) in folders.iter().enumerate() {
            if number % 64 == 0 && !self.is_alone()? {
                done.stopped = true;
                return Ok(());
            }
            for name in names_in(folder)? {
                let Some(hash) = object_hash(&name) else { continue };
                if self.named.contains(&hash) {
                    continue;
                }
                let path = folder.join(&name);
                if self.is_young(&path) {
                    done.kept_young += 1;
                } else {
                    batch.push(Candidate { name, path });
                }
                if batch.len() == BATCH && !self.take_away(&mut batch, done)? {
                    return Ok(());
                }
            }
            if !progress(number as u64 + 1, folders.len() as u64) {
                done.stopped = true;
                break;
            }
        }
        if self.take_away(&mut batch, done)? {
            self.take_parts(done)?;
        }
        Ok(())
    }

    /// Takes away half-received large files that no session came back for.
    fn take_parts(&self, done: &mut Reclaimed) -> Result<()> {
        let folder = self.store.0.layout.parts();
        for name in names_in(&folder)?.iter().filter(|name| name.ends_with(".part")) {
            let path = folder.join(name);
            if !self.is_young(&path) {
                done.bytes += fs::symlink_metadata(&path).map_or(0, |about| about.len());
                objects::remove(&path).map_err(at(&path))?;
            }
        }
        Ok(())
    }

    /// Whether an object may still be somebody's, by its time. One that cannot be looked at is.
    fn is_young(&self, path: &Path) -> bool {
        let modified = fs::symlink_metadata(path).and_then(|about| about.modified());
        modified.map_or(true, |time| unix(time).saturating_add(GRACE) > self.now)
    }

    /// Puts the objects aside, looks again who may need them, and only then deletes. False: somebody else is at work.
    fn take_away(&mut self, batch: &mut Vec<Candidate>, done: &mut Reclaimed) -> Result<bool> {
        let batch = std::mem::take(batch);
        if batch.is_empty() {
            return Ok(true);
        }
        if !self.is_alone()? {
            done.stopped = true;
            return Ok(false);
        }
        let doomed = self.store.0.layout.doomed();
        fs::create_dir_all(&doomed).map_err(at(&doomed))?;
        for candidate in &batch {
            match fs::rename(&candidate.path, doomed.join(&candidate.name)) {
                // Somebody else was quicker.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                result => result.map_err(at(&candidate.path))?,
            }
            point("object put aside");
        }
        if !left_out("second look") && !self.look_again()? {
            done.stopped = true;
            return Ok(false);
        }
        for Candidate { name, path } in batch {
            let aside = doomed.join(&name);
            let size = fs::symlink_metadata(&aside).map_or(0, |about| about.len());
            let needed = object_hash(&name).is_none_or(|hash| self.named.contains(&hash));
            if needed || self.is_young(&aside) {
                restore(self.store, &aside, &name)?;
            } else if objects::remove(&aside).map_err(at(&aside))? {
                debug!(object = %path.display(), size, "object taken away");
                done.objects += 1;
                done.bytes += size;
            }
            point("object taken away");
        }
        info!(objects = done.objects, bytes = done.bytes, "clean-up goes on");
        Ok(true)
    }

    /// Whether no session is at work, and this clean-up is still the one that holds the lease.
    fn is_alone(&self) -> Result<bool> {
        Ok(self.lease.held() && self.writers.at_work()?.is_none())
    }

    /// The look after putting aside: who took a lease, which records came meanwhile. False: somebody is at work.
    fn look_again(&mut self) -> Result<bool> {
        if !self.is_alone()? {
            return Ok(false);
        }
        for record in self.records()? {
            if !self.read.contains(&record.path) {
                self.mark_one(record)?;
            }
        }
        self.mark_bases()?;
        Ok(true)
    }
}

fn unreadable(record: &RecordFile) -> impl Fn(Damage) -> Error + '_ {
    |damage| match damage {
        Damage::KeyNeeded(key) => Error::KeyNeeded { path: record.path.clone(), key },
        damage => Error::RecordUnreadable { path: record.path.clone(), damage },
    }
}

fn unix(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(since) => i64::try_from(since.as_millis()).unwrap_or(i64::MAX),
        Err(before) => -i64::try_from(before.duration().as_millis()).unwrap_or(i64::MAX),
    }
}
