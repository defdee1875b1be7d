//! A folder of many files, for photos, conversations and attachments.

mod file;
mod staging;
mod sums;

use std::collections::HashMap;
use std::fs::{self, File, FileTimes};
use std::io::{ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use crate::atomic::{create_free, create_free_folder, give_name};
use crate::error::writing;
use crate::names::{Names, safe_relative};
use crate::{AtomicFile, Column, Error, Result, Skipped, Written, csv};

pub use file::FileWriter;
use staging::Staging;
pub use sums::SUMS_FILE;
use sums::{Hasher, Sums};

/// The table of changed names that [`FolderWriter::finish`] leaves in the folder when there are any.
pub const NAMES_FILE: &str = "Names.csv";

const NAMES_COLUMNS: [Column; 2] =
    [Column { key: "phone", title: "Name on the phone" }, Column { key: "here", title: "Name here" }];

/// Puts many files into one new folder without ever replacing one.
pub struct FolderWriter {
    root: PathBuf,
    names: Names,
    /// What each folder of the phone is called here.
    folders: HashMap<PathBuf, PathBuf>,
    /// The table of changed names, once there is one.
    renamed: Option<AtomicFile>,
    sums: Option<Sums>,
    staging: Option<Staging>,
    written: Written,
}

impl FolderWriter {
    /// Makes a new folder inside `parent`: `name`, or `name (2)` … when that exists.
    pub fn create(parent: &Path, name: &str) -> Result<FolderWriter> {
        let root = create_free_folder(parent, &crate::names::safe_component(name))?;
        Ok(FolderWriter::within(root, None))
    }

    /// As [`create`](Self::create), but the folder is called `<name>.part` until [`finish`](Self::finish); dropped
    /// before that, it is removed with all that is in it.
    pub fn staged(parent: &Path, name: &str) -> Result<FolderWriter> {
        let staging = Staging::create(parent, name)?;
        Ok(FolderWriter::within(staging.path().to_owned(), Some(staging)))
    }

    /// Goes on with a folder that is there: what is in it stays, and what is added gets names of its own.
    pub fn extend(root: &Path) -> FolderWriter {
        FolderWriter::within(root.to_owned(), None)
    }

    fn within(root: PathBuf, staging: Option<Staging>) -> FolderWriter {
        let mut names = Names::default();
        names.claim("", NAMES_FILE);
        let written = Written { main: root.clone(), ..Written::default() };
        FolderWriter { root, names, folders: HashMap::new(), renamed: None, sums: None, staging, written }
    }

    /// From now on notes the SHA-256 of every file, for the list [`SUMS_FILE`] that [`finish`](Self::finish) ends.
    pub fn hashed(mut self) -> Result<FolderWriter> {
        self.names.claim("", SUMS_FILE);
        self.sums = Some(Sums::create(&self.root)?);
        Ok(self)
    }

    /// The folder that is being filled.
    pub fn path(&self) -> &Path {
        &self.root
    }

    /// What was written so far.
    pub fn so_far(&self) -> Written {
        self.written.clone()
    }

    /// Bytes written so far.
    pub fn bytes(&self) -> u64 {
        self.written.bytes
    }

    /// Keeps a name in this folder free from files that are added.
    pub fn reserve(&mut self, name: &str) {
        self.names.claim("", name);
    }

    /// Copies one file in; returns its path relative to the folder.
    ///
    /// `name_hint` is the name the phone gave, with `/` for folders below this one; it is made safe and unique.
    /// `modified` (Unix milliseconds) becomes the file's time. A copy that fails is removed again:
    /// [`Error::Read`] when the source failed (the caller may [`skip`](Self::skip) and go on), [`Error::Write`] when
    /// the disk did.
    pub fn add(&mut self, name_hint: &str, modified: Option<i64>, from: &mut dyn Read) -> Result<PathBuf> {
        let relative = self.claim(name_hint)?;
        let (folder, name) = self.parts(&relative);
        // Under another name until it is whole, which it may never be: the power can fail.
        let (part, mut file) = create_free(&folder, &format!("{name}.part"))?;
        let mut hasher = self.hasher();
        let copied = copy(from, &mut file, hasher.as_mut(), &part);
        set_times(&file, modified);
        drop(file);
        let named = copied.and_then(|bytes| Ok((bytes, give_name(&part, &folder, &name)?)));
        match named {
            Ok((bytes, path)) => {
                self.written.items += 1;
                self.count(&path, bytes, hasher)
            }
            Err(error) => {
                let _ = fs::remove_file(&part);
                Err(error)
            }
        }
    }

    /// Begins a file that is written bit by bit and ended with [`end`](Self::end); its name is made safe and unique.
    pub fn begin(&mut self, name_hint: &str) -> Result<FileWriter> {
        let (path, file) = self.open(name_hint)?;
        let relative = self.relative(&path);
        Ok(FileWriter::new(path, relative, file, self.hasher()))
    }

    /// Makes a file of [`begin`](Self::begin) durable; returns its path relative to the folder.
    pub fn end(&mut self, file: FileWriter) -> Result<PathBuf> {
        let (path, bytes, hasher) = file.finish()?;
        self.count(&path, bytes, hasher)
    }

    /// Notes something that could not be put into the folder.
    pub fn skip(&mut self, name: impl Into<String>, reason: impl Into<String>) {
        self.written.skipped.push(Skipped { what: name.into(), why: reason.into() });
    }

    /// Ends the folder; writes `Names.csv` when a name had to change.
    ///
    /// [`Written::items`] counts the files added: a kind whose item is more than one file sets its own number.
    pub fn finish(mut self) -> Result<Written> {
        if let Some(table) = self.renamed.take() {
            let (bytes, path) = (table.bytes(), table.finish()?);
            let hasher = self.sums.is_some().then(|| Hasher::of_file(&path)).transpose()?;
            self.count(&path, bytes, hasher)?;
        }
        if let Some(sums) = self.sums.take() {
            self.written.bytes += sums.finish()?;
            self.written.files += 1;
        }
        if let Some(staging) = self.staging.take() {
            self.written.main = staging.settle()?;
        }
        Ok(self.written)
    }

    fn hasher(&self) -> Option<Hasher> {
        self.sums.is_some().then(Hasher::default)
    }

    /// Counts a whole file.
    fn count(&mut self, path: &Path, bytes: u64, hasher: Option<Hasher>) -> Result<PathBuf> {
        let relative = self.relative(path);
        if let (Some(sums), Some(hasher)) = (&mut self.sums, hasher) {
            sums.add(&relative, hasher)?;
        }
        self.written.files += 1;
        self.written.bytes += bytes;
        Ok(relative)
    }

    fn relative(&self, path: &Path) -> PathBuf {
        path.strip_prefix(&self.root).unwrap_or(path).to_owned()
    }

    /// Creates a file of a safe, free name.
    fn open(&mut self, name_hint: &str) -> Result<(PathBuf, File)> {
        let relative = self.claim(name_hint)?;
        let (folder, name) = self.parts(&relative);
        create_free(&folder, &name)
    }

    /// Where a claimed path's folder is, and its name.
    fn parts(&self, relative: &Path) -> (PathBuf, String) {
        let name = relative.file_name().and_then(|name| name.to_str()).unwrap_or("_");
        (self.root.join(relative.parent().unwrap_or(Path::new(""))), name.to_owned())
    }

    /// Chooses the safe, free path for a name and makes the folders it needs.
    fn claim(&mut self, name_hint: &str) -> Result<PathBuf> {
        let safe = safe_relative(name_hint);
        let name = safe.file_name().and_then(|name| name.to_str()).unwrap_or("_");
        let folder = self.folder(safe.parent().unwrap_or(Path::new("")))?;
        let chosen = folder.join(self.names.claim(&folder.to_string_lossy(), name));
        let shown = chosen.to_string_lossy().replace('\\', "/");
        if shown != name_hint {
            self.note_renamed(name_hint.chars().take(4096).collect(), shown)?;
        }
        Ok(chosen)
    }

    fn note_renamed(&mut self, phone: String, here: String) -> Result<()> {
        let table = match &mut self.renamed {
            Some(table) => table,
            none => {
                let table = none.insert(AtomicFile::create(&self.root, NAMES_FILE)?);
                csv::write_titles(&NAMES_COLUMNS, table)?;
                table
            }
        };
        csv::write_row(&[phone.into(), here.into()], table)
    }

    /// Where a folder of the phone is here; its name is claimed like a file's, so that the two never meet.
    fn folder(&mut self, safe: &Path) -> Result<PathBuf> {
        let (Some(parent), Some(name)) = (safe.parent(), safe.file_name().and_then(|name| name.to_str())) else {
            return Ok(PathBuf::new());
        };
        if let Some(known) = self.folders.get(safe) {
            return Ok(known.clone());
        }
        let parent = self.folder(parent)?;
        let chosen = parent.join(self.names.claim(&parent.to_string_lossy(), name));
        let path = self.root.join(&chosen);
        fs::create_dir_all(&path).map_err(writing(&path))?;
        self.folders.insert(safe.to_owned(), chosen.clone());
        Ok(chosen)
    }
}

/// Copies to the end; says which of the two sides failed.
fn copy(from: &mut dyn Read, to: &mut File, mut hasher: Option<&mut Hasher>, path: &Path) -> Result<u64> {
    let mut buffer = vec![0; 256 * 1024];
    let mut copied = 0;
    loop {
        let count = match from.read(&mut buffer) {
            Ok(0) => return Ok(copied),
            Ok(count) => count,
            Err(error) if error.kind() == ErrorKind::Interrupted => continue,
            Err(source) => return Err(Error::Read { path: path.to_owned(), source }),
        };
        to.write_all(&buffer[..count]).map_err(writing(path))?;
        if let Some(hasher) = &mut hasher {
            hasher.update(&buffer[..count]);
        }
        copied += count as u64;
    }
}

/// Sets the time of a file, as far as the disk can hold it; where a file has a time of its making, that too.
fn set_times(file: &File, modified: Option<i64>) {
    let Some(ms) = modified else { return };
    let distance = Duration::from_millis(ms.unsigned_abs());
    let at = if ms >= 0 { UNIX_EPOCH.checked_add(distance) } else { UNIX_EPOCH.checked_sub(distance) };
    if let Some(at) = at {
        let times = FileTimes::new().set_modified(at);
        #[cfg(windows)]
        let times = std::os::windows::fs::FileTimesExt::set_created(times, at);
        let _ = file.set_times(times);
    }
}

#[cfg(test)]
mod tests;
