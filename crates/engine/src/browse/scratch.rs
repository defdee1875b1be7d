//! The folder of private copies: only this user's, emptied at the start and at the end.

use crate::api::{ApiError, Result};
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const PREFIX: &str = "open-";

/// Databases of opened versions are copied here; the folder goes away with the engine.
pub struct Scratch {
    folder: TempDir,
}

impl Scratch {
    /// Makes a fresh folder below `cache` and removes what engines that are no longer running left there.
    pub fn open(cache: &Path) -> Result<Scratch> {
        let parent = cache.join("scratch");
        std::fs::create_dir_all(&parent).map_err(|error| ApiError::io(&parent, &error))?;
        remove_left_behind(&parent);
        // tempfile makes the folder for this user only (0700).
        let folder = tempfile::Builder::new()
            .prefix(&format!("{PREFIX}{}-", std::process::id()))
            .tempdir_in(&parent)
            .map_err(|error| ApiError::io(&parent, &error))?;
        Ok(Scratch { folder })
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
        let process =
            name.strip_prefix(PREFIX).and_then(|rest| rest.split('-').next()).and_then(|text| text.parse::<u32>().ok());
        if process.is_some_and(|process| process != std::process::id() && !is_running(process)) {
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

#[cfg(unix)]
fn is_running(process: u32) -> bool {
    // Signal 0 only asks; EPERM means there is one, of another user.
    let Ok(process) = libc::pid_t::try_from(process) else { return false };
    let asked = unsafe { libc::kill(process, 0) };
    asked == 0 || std::io::Error::last_os_error().raw_os_error() == Some(libc::EPERM)
}

/// There, a file that a running engine holds open cannot be removed anyway.
#[cfg(not(unix))]
fn is_running(_process: u32) -> bool {
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn copies_of_a_dead_engine_go_and_those_of_a_living_one_stay() {
        let cache = tempfile::tempdir().unwrap();
        let parent = cache.path().join("scratch");
        let (dead, alive, other) = (parent.join("open-999999999-x"), parent.join("open-1-x"), parent.join("notes"));
        for folder in [&dead, &alive, &other] {
            std::fs::create_dir_all(folder).unwrap();
        }
        let scratch = Scratch::open(cache.path()).unwrap();
        assert!(!dead.exists() && alive.exists() && other.exists());
        let own = scratch.folder();
        assert!(own.exists());
        drop(scratch);
        assert!(!own.exists());
    }
}
