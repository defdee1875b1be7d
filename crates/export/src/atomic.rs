use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::error::writing;
use crate::{Error, Result, names};

/// How many numbered names are tried before giving up.
const TRIES: u64 = 10_000;

/// A file that appears under its name only when it is whole, and never in place of another.
///
/// Written as `<name>.part` beside its goal; [`AtomicFile::finish`] flushes it to the disk and renames it, to
/// `name (2).ext` when the name is taken by then. Dropped unfinished, it leaves nothing.
pub struct AtomicFile {
    out: Option<BufWriter<File>>,
    folder: PathBuf,
    name: String,
    part: PathBuf,
    bytes: u64,
}

impl AtomicFile {
    /// Begins a file in an existing folder; `name` is made safe first.
    pub fn create(folder: &Path, name: &str) -> Result<AtomicFile> {
        let name = names::safe_component(name);
        let (part, file) = create_free(folder, &format!("{name}.part"))?;
        Ok(AtomicFile { out: Some(BufWriter::new(file)), folder: folder.to_owned(), name, part, bytes: 0 })
    }

    /// Bytes written so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Makes the file durable and gives it its name; returns where it is.
    pub fn finish(mut self) -> Result<PathBuf> {
        let Some(mut out) = self.out.take() else { return Ok(self.part.clone()) };
        let flushed = out.flush().and_then(|()| out.get_ref().sync_all());
        drop(out);
        let renamed =
            flushed.map_err(writing(&self.part)).and_then(|()| give_name(&self.part, &self.folder, &self.name));
        if renamed.is_err() {
            let _ = fs::remove_file(&self.part);
        }
        renamed
    }
}

impl Write for AtomicFile {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let Some(out) = &mut self.out else { return Err(ErrorKind::BrokenPipe.into()) };
        let written = out.write(data)?;
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.as_mut().map_or(Ok(()), BufWriter::flush)
    }
}

impl Drop for AtomicFile {
    fn drop(&mut self) {
        if let Some(out) = self.out.take() {
            drop(out.into_parts());
            let _ = fs::remove_file(&self.part);
        }
    }
}

/// Gives a whole file its name, numbered until one is free; returns where it is.
pub(crate) fn give_name(part: &Path, folder: &Path, name: &str) -> Result<PathBuf> {
    // An empty file holds the name while the whole one is moved over it: nobody else's file is replaced.
    let (goal, _) = create_free(folder, name)?;
    fs::rename(part, &goal).map_err(|source| {
        let _ = fs::remove_file(&goal);
        Error::Write { path: goal.clone(), source }
    })?;
    Ok(goal)
}

/// Creates a file that did not exist, numbering the name until one is free.
pub(crate) fn create_free(folder: &Path, name: &str) -> Result<(PathBuf, File)> {
    for number in 1..TRIES {
        let path = folder.join(if number == 1 { name.to_owned() } else { names::numbered(name, number) });
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(source) => return Err(Error::Write { path, source }),
        }
    }
    Err(Error::NoFreeName { path: folder.join(name) })
}

/// Creates a folder that did not exist, numbering the name until one is free.
pub(crate) fn create_free_folder(parent: &Path, name: &str) -> Result<PathBuf> {
    for number in 1..TRIES {
        let path = parent.join(if number == 1 { name.to_owned() } else { names::numbered(name, number) });
        match fs::create_dir(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(source) => return Err(Error::Write { path, source }),
        }
    }
    Err(Error::NoFreeName { path: parent.join(name) })
}

/// A path at which nothing is, numbering the name until one is free.
pub(crate) fn free_path(parent: &Path, name: &str) -> Result<PathBuf> {
    for number in 1..TRIES {
        let path = parent.join(if number == 1 { name.to_owned() } else { names::numbered(name, number) });
        match path.symlink_metadata() {
            Ok(_) => {}
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(path),
            Err(source) => return Err(Error::Write { path, source }),
        }
    }
    Err(Error::NoFreeName { path: parent.join(name) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    #[test]
    fn appears_whole_and_replaces_nothing() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("Contacts.vcf"), "older").unwrap();
        let mut file = AtomicFile::create(folder.path(), "Contacts.vcf").unwrap();
        file.write_all(b"newer").unwrap();
        assert_eq!(listed(folder.path()), ["Contacts.vcf", "Contacts.vcf.part"]);
        assert_eq!(file.bytes(), 5);
        let path = file.finish().unwrap();
        assert_eq!(path.file_name().unwrap(), "Contacts (2).vcf");
        assert_eq!(fs::read_to_string(path).unwrap(), "newer");
        assert_eq!(fs::read_to_string(folder.path().join("Contacts.vcf")).unwrap(), "older");
        assert_eq!(listed(folder.path()), ["Contacts (2).vcf", "Contacts.vcf"]);
    }

    #[test]
    fn dropped_unfinished_it_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = AtomicFile::create(folder.path(), "a.csv").unwrap();
        file.write_all(b"half").unwrap();
        drop(file);
        assert!(listed(folder.path()).is_empty());
    }

    #[test]
    fn a_missing_folder_is_named_in_the_error() {
        let folder = tempfile::tempdir().unwrap();
        let gone = folder.path().join("gone");
        let error = AtomicFile::create(&gone, "a.csv").err().unwrap();
        assert!(matches!(&error, Error::Write { path, .. } if path.starts_with(&gone)), "{error}");
    }
}
