//! A version as a plain folder, for other programs.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::clone::clone;
use crate::error::{ObjectDamage, at, writing};
use crate::version::Entry;
use crate::{DamagedFile, EntryKind, Error, Result, Store, Version};

/// What a database in one file begins with (SQLite's file format, 1.3.1).
const DATABASE: &[u8] = b"SQLite format 3\0";

/// What an export wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NativeExport {
    pub files: u64,
    /// The sum of their sizes.
    pub bytes: u64,
    /// Files that share their blocks with the store until either is changed, and so took no space.
    pub cloned: u64,
    /// Files that are not there, because their stored content is damaged.
    pub damaged: Vec<DamagedFile>,
    /// Whether it was told to stop before the end.
    pub stopped: bool,
}

impl Store {
    /// Writes all files of a version to the folder `to`, which is missing or empty. Nothing there is shared with the
    /// store in a way that a change could reach it: files are cloned where the volume can, databases always copied.
    /// All of it is compared with its hash, what is cloned as well: to hand on damaged content as whole would be worse
    /// than the time it takes to read it.
    ///
    /// `progress` gets bytes done and bytes in all, and ends the export with `false`. Fails with [`Error::NotEmpty`],
    /// and with [`Error::BadPath`] for a path that cannot be a file's on this computer.
    pub fn export_native(
        &self,
        version: &Version,
        to: &Path,
        progress: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<NativeExport> {
        fs::create_dir_all(to).map_err(at(to))?;
        if fs::read_dir(to).map_err(at(to))?.next().is_some() {
            return Err(Error::NotEmpty { path: to.to_path_buf() });
        }
        let mut export = Exporting::new(version, to, progress);
        for entry in version.entries() {
            let path = place(to, &entry.path)?;
            match entry.kind {
                EntryKind::Folder => fs::create_dir_all(&path).map_err(at(&path))?,
                EntryKind::File => export.file(&entry, &path)?,
            }
            if export.done.stopped {
                break;
            }
        }
        Ok(export.done)
    }
}

/// Where a path of a version lies below `to`. It has no `..` in it; Windows knows further ways out of a folder.
pub(crate) fn place(to: &Path, path: &str) -> Result<PathBuf> {
    if cfg!(windows) && !path.split('/').all(fits_windows) {
        return Err(Error::BadPath { path: path.chars().take(200).collect() });
    }
    Ok(to.join(path))
}

fn fits_windows(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_uppercase();
    let numbered = |start: &str| stem.strip_prefix(start).is_some_and(|rest| rest.len() == 1);
    let device = ["CON", "PRN", "AUX", "NUL"].contains(&&*stem) || numbered("COM") || numbered("LPT");
    !device && !name.ends_with(['.', ' ']) && !name.chars().any(|c| c < ' ' || r#"\:<>"|?*"#.contains(c))
}

/// One export at work.
pub(crate) struct Exporting<'a> {
    version: &'a Version,
    to: &'a Path,
    progress: &'a mut dyn FnMut(u64, u64) -> bool,
    /// Whether cloning is worth another try.
    clones: bool,
    /// Bytes written or passed over.
    seen: u64,
    pub done: NativeExport,
}

impl<'a> Exporting<'a> {
    pub fn new(version: &'a Version, to: &'a Path, progress: &'a mut dyn FnMut(u64, u64) -> bool) -> Exporting<'a> {
        Exporting { version, to, progress, clones: true, seen: 0, done: NativeExport::default() }
    }

    /// Writes a file that is not there yet; one that is damaged is told and left out.
    pub fn file(&mut self, entry: &Entry, path: &Path) -> Result<()> {
        let folder = path.parent().unwrap_or(self.to);
        fs::create_dir_all(folder).map_err(at(folder))?;
        match self.write(entry, path) {
            Ok(()) if self.done.stopped => {}
            Ok(()) => {
                self.done.files += 1;
                self.done.bytes += entry.size;
            }
            Err(Error::ObjectDamaged { path: of, damage }) => {
                let _ = fs::remove_file(path);
                self.done.damaged.push(DamagedFile { path: of, damage });
            }
            Err(error) => return Err(error),
        }
        if self.done.stopped {
            let _ = fs::remove_file(path);
        }
        Ok(())
    }

    fn write(&mut self, entry: &Entry, path: &Path) -> Result<()> {
        let damaged = |damage| Error::ObjectDamaged { path: entry.path.clone(), damage };
        let mut content = self.version.open(&entry.path)?.ok_or_else(|| damaged(ObjectDamage::Missing))?;
        let mut start = [0; DATABASE.len()];
        let unreadable = |error: io::Error| damaged(ObjectDamage::Unreadable(error.kind()));
        let count = read_up_to(&mut content, &mut start).map_err(unreadable)?;
        if start != *DATABASE && self.cloned(entry, path) {
            return self.check_clone(entry, path);
        }
        let mut file = OpenOptions::new().write(true).create_new(true).open(path).map_err(writing(path, entry.size))?;
        let mut hasher = blake3::Hasher::new();
        let mut buffer = vec![0; 256 << 10];
        buffer[..count].copy_from_slice(&start[..count]);
        let mut filled = count;
        while filled > 0 {
            hasher.update(&buffer[..filled]);
            file.write_all(&buffer[..filled]).map_err(writing(path, entry.size))?;
            if !self.step(filled as u64) {
                return Ok(());
            }
            filled = read_up_to(&mut content, &mut buffer).map_err(unreadable)?;
        }
        drop(file);
        if Some(*hasher.finalize().as_bytes()) != entry.hash {
            return Err(damaged(ObjectDamage::WrongBytes));
        }
        set_modified(path, entry.modified)
    }

    /// Whether `path` is a clone of the entry's content now.
    fn cloned(&mut self, entry: &Entry, path: &Path) -> bool {
        let object = self.version.local_path(&entry.path).filter(|_| self.clones);
        let Some(object) = object.and_then(|object| File::open(object).ok()) else { return false };
        // This volume cannot, or lies apart from the store's: the others will fail alike.
        self.clones = clone(&object, path).is_ok();
        if !self.clones {
            let _ = fs::remove_file(path);
        }
        self.clones
    }

    /// Reads a clone to its end and compares it with its hash.
    fn check_clone(&mut self, entry: &Entry, path: &Path) -> Result<()> {
        let damaged = |damage| Error::ObjectDamaged { path: entry.path.clone(), damage };
        let unreadable = |error: io::Error| damaged(ObjectDamage::Unreadable(error.kind()));
        let mut file = File::open(path).map_err(at(path))?;
        let (mut hasher, mut buffer) = (blake3::Hasher::new(), vec![0; 256 << 10]);
        loop {
            let filled = read_up_to(&mut file, &mut buffer).map_err(unreadable)?;
            if filled == 0 {
                break;
            }
            hasher.update(&buffer[..filled]);
            if !self.step(filled as u64) {
                return Ok(());
            }
        }
        if Some(*hasher.finalize().as_bytes()) != entry.hash {
            return Err(damaged(ObjectDamage::WrongBytes));
        }
        self.done.cloned += 1;
        set_modified(path, entry.modified)
    }

    /// Counts bytes and tells; false when the export shall end.
    pub fn step(&mut self, bytes: u64) -> bool {
        self.seen += bytes;
        self.done.stopped = !(self.progress)(self.seen, self.version.head().bytes);
        !self.done.stopped
    }
}

/// Fills the buffer as far as there is content.
fn read_up_to(content: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match content.read(&mut buffer[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// A time the volume cannot keep is no reason to fail.
pub(crate) fn set_modified(path: &Path, modified: i64) -> Result<()> {
    let time = match u64::try_from(modified) {
        Ok(after) => UNIX_EPOCH.checked_add(Duration::from_millis(after)),
        Err(_) => UNIX_EPOCH.checked_sub(Duration::from_millis(modified.unsigned_abs())),
    };
    let file = File::options().write(true).open(path).map_err(at(path))?;
    let _ = file.set_modified(time.unwrap_or(SystemTime::UNIX_EPOCH));
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_windows_takes_for_something_else() {
        for bad in ["C:", "a\\b", "NUL", "nul.txt", "COM1", "lpt9.x", "a.", "a ", "a?b", "a\u{1}"] {
            assert!(!fits_windows(bad), "{bad:?}");
        }
        for good in ["Manifest.db", "ab", "COM", "COMMON", "ä ö", ".x"] {
            assert!(fits_windows(good), "{good:?}");
        }
    }
}
