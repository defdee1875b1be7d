//! Versions opened for browsing, with the readers of their kinds.

use super::Keep;
use crate::api::versions::VersionSummary;
use crate::api::{ApiError, Code, Result};
use crate::library::{Found, VersionFiles};
use crate::locks::Locks;
use backup::{Backup, FileSet, Locked};
use kinds::{Media, Reader};
use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Versions kept open at once; each costs a few megabytes and its private copies.
const KEPT_OPEN: usize = 6;

/// A kind in an opened version.
pub enum Part {
    Here(Box<dyn Reader>),
    /// Nothing of it in this version, and why.
    Empty(String),
}

/// A version opened for browsing.
pub struct Opened {
    pub summary: VersionSummary,
    pub version: store::Version,
    pub backup: Arc<Backup>,
    parts: Mutex<BTreeMap<&'static str, Arc<Mutex<Option<Part>>>>>,
    /// Its disk failed to answer: what is open of it may belong to a disk that is not there any more.
    stale: AtomicBool,
}

impl Opened {
    /// Opens a version; `Code::PasswordNeeded` for an encrypted one that is locked. Blocking.
    pub fn open(mut found: Found, scratch: &Path, locks: &Locks) -> Result<Opened> {
        let version = found.store.version(&found.summary.udid, found.summary.number)?;
        let files: Arc<dyn FileSet> = Arc::new(VersionFiles(version.clone()));
        let backup = match Backup::open(files.clone(), scratch) {
            Err(backup::Error::Encrypted) => {
                let locked = Locked::look(&*files)?.ok_or(backup::Error::Encrypted)?;
                locks.belongs(&found.summary.id, locked.keybag_id());
                let opener = locks.opener(locked.keybag_id()).ok_or(backup::Error::Encrypted)?;
                (found.summary.encrypted, found.summary.unlocked) = (true, true);
                Backup::open_unlocked(files, scratch, &opener.keys)?
            }
            opened => opened?,
        };
        Ok(Opened {
            summary: found.summary,
            version,
            backup: Arc::new(backup),
            parts: Mutex::default(),
            stale: AtomicBool::new(false),
        })
    }

    /// Where previews of what is in it may be kept.
    pub fn keep(&self) -> Keep {
        if self.summary.encrypted { Keep::InMemory } else { Keep::OnDisk }
    }

    /// Looks at how reading went: after a failure of the disk the version is opened anew the next time.
    pub fn watched<T>(&self, read: Result<T>) -> Result<T> {
        // A single file may be missing in a version; that its disk is away is another matter.
        let away = || !Path::new(&self.summary.location).exists();
        let failed = |error: &ApiError| error.code == Code::Io || (error.code == Code::FileMissing && away());
        if read.as_ref().is_err_and(failed) {
            self.stale.store(true, Ordering::Relaxed);
        }
        read
    }

    pub fn is_stale(&self) -> bool {
        self.stale.load(Ordering::Relaxed)
    }

    /// Lends the reader of a kind; it is opened at the first use. One at a time per kind.
    pub fn with<T>(&self, kind: &str, work: impl FnOnce(&mut Part) -> Result<T>) -> Result<T> {
        let kind = known(kind)?;
        let slot = lock(&self.parts).entry(kind.id()).or_default().clone();
        let mut part = lock(&slot);
        let part = match &mut *part {
            Some(part) => part,
            empty => empty.insert(self.watched(self.part(kind))?),
        };
        self.watched(work(part))
    }

    /// As [`Opened::with`], for a kind that has something in it.
    pub fn read<T>(&self, kind: &str, work: impl FnOnce(&mut dyn Reader) -> Result<T>) -> Result<T> {
        self.with(kind, |part| match part {
            Part::Here(reader) => work(reader.as_mut()),
            Part::Empty(reason) => Err(super::nothing_here(reason)),
        })
    }

    /// A reader nobody else uses, for long work.
    pub fn fresh_reader(&self, kind: &str) -> Result<Box<dyn Reader>> {
        match self.part(known(kind)?)? {
            Part::Here(reader) => Ok(reader),
            Part::Empty(reason) => Err(super::nothing_here(&reason)),
        }
    }

    fn part(&self, kind: &'static dyn kinds::Kind) -> Result<Part> {
        Ok(match kind.open(self.backup.clone())? {
            kinds::Opened::Here(reader) => Part::Here(reader),
            kinds::Opened::Empty { reason } => Part::Empty(reason),
        })
    }

    /// What stays the same for a file's bytes over all versions: the hash it is kept under.
    pub fn content_key(&self, entry: &backup::Entry) -> Option<String> {
        self.version.get(&self.backup.content_path(&entry.file_id))?.hash.map(hex::encode)
    }

    /// The bytes behind a kind's media path.
    pub fn media(&self, kind: &str, path: &str, want: kinds::MediaSize) -> Result<Option<Media>> {
        self.read(kind, |reader| Ok(reader.media(path, want)?))
    }
}

fn known(kind: &str) -> Result<&'static dyn kinds::Kind> {
    kinds::by_id(kind).ok_or_else(|| ApiError::new(Code::BadRequest, format!("There is no kind \"{kind}\".")))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A reader that panicked is used again: it holds caches and a read-only database, nothing half-changed.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The versions opened last.
pub struct OpenedVersions {
    scratch: PathBuf,
    recent: Mutex<VecDeque<Arc<Opened>>>,
}

impl OpenedVersions {
    pub fn new(scratch: PathBuf) -> OpenedVersions {
        OpenedVersions { scratch, recent: Mutex::default() }
    }

    /// The folder for private copies.
    pub fn scratch(&self) -> PathBuf {
        self.scratch.clone()
    }

    pub fn get(&self, id: &str) -> Option<Arc<Opened>> {
        let mut recent = lock(&self.recent);
        let at = recent.iter().position(|opened| opened.summary.id == id)?;
        let opened = recent.remove(at).filter(|opened| !opened.is_stale())?;
        recent.push_back(opened.clone());
        Some(opened)
    }

    /// Keeps a version open; one that was opened meanwhile by another request wins.
    pub fn insert(&self, opened: Opened) -> Arc<Opened> {
        if let Some(known) = self.get(&opened.summary.id) {
            return known;
        }
        let opened = Arc::new(opened);
        let mut recent = lock(&self.recent);
        recent.push_back(opened.clone());
        while recent.len() > KEPT_OPEN {
            recent.pop_front();
        }
        opened
    }

    pub fn clear(&self) {
        lock(&self.recent).clear();
    }

    /// Lets go of the versions of a store, or of one device in it: their content may lie elsewhere by now.
    pub fn close_of(&self, store: &str, udid: Option<&str>) {
        let of = |opened: &Opened| opened.summary.store == store && udid.is_none_or(|udid| opened.summary.udid == udid);
        lock(&self.recent).retain(|opened| !of(opened));
    }

    /// Lets go of encrypted versions; the private copies of each go with the last who reads it.
    pub fn close_encrypted(&self) {
        lock(&self.recent).retain(|opened| !opened.summary.encrypted);
    }
}
