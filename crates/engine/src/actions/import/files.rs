//! The files of a backup folder.

use crate::actions::back_up::SNAPSHOT;
use crate::api::imports::FolderSize;
use crate::api::{ApiError, Result};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Files deeper than this are not part of a backup.
const DEPTH: usize = 8;

/// A file to be taken in.
#[derive(PartialEq)]
pub struct Found {
    /// Where it belongs in the backup.
    pub path: String,
    /// Where it lies.
    pub source: PathBuf,
    pub size: u64,
    modified: Option<SystemTime>,
}

/// What a look through a folder tells of what it leaves.
pub type Left<'a> = &'a mut dyn FnMut(String, &str);

/// Every plain file of a backup folder, by path; links and oddities are named and left.
///
/// Of a backup that was cut, what lies in `Snapshot/` counts as if it had been moved to its place. Otherwise it is what
/// a later run left, and no part of the backup.
pub fn list(folder: &Path, cut: bool, left: Left<'_>, cancelled: &dyn Fn() -> bool) -> Result<Vec<Found>> {
    let mut files = walk(folder, "", left, cancelled)?;
    if cut && folder.join(SNAPSHOT).is_dir() {
        let newer = walk(&folder.join(SNAPSHOT), "", left, cancelled)?;
        files.extend(newer);
        // The sort is stable: of two of the same path the one of `Snapshot` comes last.
        files.sort_by(|a, b| a.path.cmp(&b.path));
        files.reverse();
        files.dedup_by(|older, newer| older.path == newer.path);
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn walk(folder: &Path, from: &str, left: Left<'_>, cancelled: &dyn Fn() -> bool) -> Result<Vec<Found>> {
    let (mut files, mut todo) = (Vec::new(), vec![(from.to_string(), 0)]);
    while let Some((prefix, depth)) = todo.pop() {
        if cancelled() {
            return Err(ApiError::cancelled());
        }
        let here = folder.join(&prefix);
        for entry in std::fs::read_dir(&here).map_err(|error| ApiError::reading(&here, &error))? {
            let entry = entry.map_err(|error| ApiError::reading(&here, &error))?;
            let Some(name) = entry.file_name().to_str().map(str::to_string) else {
                left(entry.path().to_string_lossy().into_owned(), "its name is not text");
                continue;
            };
            let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
            // Not followed: a link in a backup folder leads nowhere a backup keeps anything.
            let meta = entry.metadata().map_err(|error| ApiError::reading(&entry.path(), &error))?;
            if meta.is_dir() && depth >= DEPTH {
                left(path, "it lies too deep to be part of a backup");
            } else if meta.is_dir() {
                if path != SNAPSHOT {
                    todo.push((path, depth + 1));
                }
            } else if meta.is_file() {
                let (source, modified) = (entry.path(), meta.modified().ok());
                files.push(Found { path, source, size: meta.len(), modified });
            } else if meta.is_symlink() {
                left(path, "it is a link, not a file");
            }
        }
    }
    Ok(files)
}

/// How much a folder holds, all below it.
pub fn measure(folder: &Path, cancelled: &dyn Fn() -> bool) -> Result<FolderSize> {
    let files = list(folder, true, &mut |_, _| {}, cancelled)?;
    Ok(FolderSize { files: files.len() as u64, bytes: files.iter().map(|file| file.size).sum() })
}
