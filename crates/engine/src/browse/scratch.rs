//! The folder of private copies: only this user's, emptied at the start and at the end.

use crate::api::{ApiError, Result};
use std::fs::{File, TryLockError};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const PREFIX: &str = "open-";
/// Locked by the engine that owns the folder, for as long as it runs: its process number may be another's by tomorrow,
/// and in a sandbox it is the same each time.
const LOCK: &str = "in-use";

/// Databases of opened versions are copied here; the folder goes away with the engine.
pub struct Scratch {
    /// Declared before the folder: it is closed first.
    _in_use: Option<File>,
    folder: TempDir,
}

impl Scratch {
    /// Makes a fresh folder below `cache` and removes what engines that are no longer running left there.
    pub fn open(cache: &Path) -> Result<Scratch> {
        let parent = cache.join("scratch");
        let failed = |error: std::io::Error| ApiError::io(&parent, &error);
        std::fs::create_dir_all(&parent).map_err(failed)?;
        // One engine at a time: a folder just made is not locked yet. Where no file can be locked, all that helps is hope.
        let turn = File::create(parent.join("turn")).map_err(failed)?;
        let _ = turn.lock();
        remove_left_behind(&parent);
        // tempfile makes the folder for this user only (0700).
        let folder = tempfile::Builder::new()
            .prefix(&format!("{PREFIX}{}-", std::process::id()))
            .tempdir_in(&parent)
            .map_err(failed)?;
        let in_use = File::create(folder.path().join(LOCK)).map_err(failed)?;
        let in_use = in_use.lock().is_ok().then_some(in_use);
        Ok(Scratch { _in_use: in_use, folder })
    }

    /// Removes the copies; readers that are still open keep reading theirs until they are dropped.
    pub fn remove(&self) {
        let _ = std::fs::remove_dir_all(self.folder.path());
    }

    pub fn folder(&self) -> PathBuf {
        self.folder.path().to_path_buf()
    }
}

fn remove_left_behind(parent: &Path) {
    for entry in std::fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.starts_with(PREFIX) && !is_in_use(&entry.path().join(LOCK)) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

/// Whether a running engine holds the lock.
fn is_in_use(lock: &Path) -> bool {
    File::open(lock).is_ok_and(|file| matches!(file.try_lock(), Err(TryLockError::WouldBlock)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_of_a_dead_engine_go_and_those_of_a_living_one_stay() {
        let cache = tempfile::tempdir().unwrap();
        let parent = cache.path().join("scratch");
        // A process number says nothing: init's, our own, one nobody has.
        let dead = ["open-1-x".to_string(), format!("open-{}-x", std::process::id()), "open-999999999-x".to_string()];
        let dead = dead.map(|name| parent.join(name));
        let other = parent.join("notes");
        for folder in dead.iter().chain([&other]) {
            std::fs::create_dir_all(folder).unwrap();
            std::fs::write(folder.join(LOCK), b"").unwrap();
        }
        let alive = Scratch::open(cache.path()).unwrap();
        std::fs::write(alive.folder().join("copy"), b"x").unwrap();
        let scratch = Scratch::open(cache.path()).unwrap();
        assert!(dead.iter().all(|folder| !folder.exists()) && other.exists());
        assert!(alive.folder().join("copy").exists());
        let own = scratch.folder();
        assert!(own.exists());
        drop(scratch);
        assert!(!own.exists());
    }
}
