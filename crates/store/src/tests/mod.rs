//! Whole-store tests: what a session does, what damage does, what a kill does.

mod damage;
mod delta;
#[cfg(target_os = "linux")]
mod disk;
#[cfg(target_os = "linux")]
mod exfat;
#[cfg(target_os = "linux")]
mod failing_share;
#[cfg(target_os = "linux")]
mod full_disk;
mod history;
mod hostile;
mod journey;
mod kill;
mod kill_clean_up;
mod kill_move;
mod native;
mod native_copy;
mod overlay;
#[cfg(target_os = "linux")]
mod power;
mod random;
mod reclaim;
mod relocate;
mod retention;
mod rot;
mod scrub;
mod sealed;
mod sealed_damage;
mod sessions;
#[cfg(target_os = "linux")]
mod share;
#[cfg(target_os = "linux")]
mod shares;
mod take_in;
#[cfg(target_os = "linux")]
mod volume;

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::*;

/// Whether this is a run that may take its time (`cargo xtask faults`).
pub fn full() -> bool {
    std::env::var_os("HEIRLOOM_FAULTS").is_some()
}

pub const UDID: &str = "00008110-001A2B3C4D5E6F70";

/// A temporary folder, in memory where possible: what these tests prove does not need a slow disk.
pub fn quick_folder() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() }.unwrap()
}

/// The same key in every process.
pub fn key(byte: u8) -> StoreKey {
    StoreKey::known([byte; 32])
}

/// A store and a sessions folder in a temporary place.
pub struct Place {
    pub folder: tempfile::TempDir,
    pub store: Store,
    pub sessions: PathBuf,
}

impl Place {
    pub fn new() -> Place {
        let folder = quick_folder();
        let store = Store::create_or_open(folder.path()).unwrap();
        let sessions = folder.path().join("sessions");
        Place { folder, store, sessions }
    }

    pub fn begin(&self, base: Base) -> Session {
        self.store.begin(UDID, &self.sessions, base).unwrap()
    }

    /// The same store, with nothing remembered.
    pub fn reopen(&self) -> Store {
        Store::open(self.folder.path()).unwrap()
    }

    /// Commits a version that holds exactly these files.
    pub fn version(&self, files: &[(&str, &[u8])]) -> VersionHead {
        let mut session = self.begin(Base::Empty);
        for (path, bytes) in files {
            put(&mut session, path, bytes);
        }
        session.commit(commit()).unwrap()
    }

    pub fn record(&self, head: &VersionHead) -> PathBuf {
        self.store.0.layout.versions(UDID).join(&head.file)
    }

    pub fn object(&self, bytes: &[u8]) -> PathBuf {
        self.store.0.layout.object(blake3::hash(bytes).as_bytes())
    }
}

pub fn commit() -> Commit {
    Commit { made: 1_795_384_175_000, ..Commit::default() }
}

pub fn put(session: &mut Session, path: &str, bytes: &[u8]) -> Entry {
    let mut writer = session.create(path).unwrap();
    writer.write_all(bytes).unwrap();
    session.finish_file(writer).unwrap()
}

pub fn read_all(content: Option<Box<dyn ReadSeek>>) -> Option<Vec<u8>> {
    content.map(|mut content| {
        let mut bytes = Vec::new();
        content.read_to_end(&mut bytes).unwrap();
        bytes
    })
}

/// Every file with its bytes, as a reader sees them.
pub fn contents(version: &Version) -> BTreeMap<String, Vec<u8>> {
    let files = version.entries().filter(|entry| entry.kind == EntryKind::File);
    files.map(|entry| (entry.path.clone(), read_all(version.open(&entry.path).unwrap()).unwrap())).collect()
}

pub fn verify(version: &Version) -> Verified {
    version.verify(Depth::Bytes, &mut |_, _| ControlFlow::Continue(()))
}
