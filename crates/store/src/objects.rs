//! Stored content: whole files named by their BLAKE3-256, written once, read-only, in 4,096 folders.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::Result;
use crate::barrier::{flush_file, forget_cached};
use crate::clone::clone;
use crate::error::{ObjectDamage, writing};
use crate::fault::{failing, point};
use crate::layout::{Hash, Layout, group};
use crate::volume::Flush;

/// Whether an object is there with the right size. A link or a pipe somebody put there is none.
pub(crate) fn look(object: &Path, size: u64) -> std::result::Result<(), ObjectDamage> {
    let about = fs::symlink_metadata(object).map_err(unreadable)?;
    match about.len() {
        _ if !about.is_file() => Err(ObjectDamage::Missing),
        found if found != size => Err(ObjectDamage::WrongLength { expected: size, found }),
        _ => Ok(()),
    }
}

/// Opens an object for reading, after a look at it.
pub(crate) fn open(object: &Path, size: u64) -> std::result::Result<File, ObjectDamage> {
    look(object, size)?;
    File::open(object).map_err(unreadable)
}

fn unreadable(error: io::Error) -> ObjectDamage {
    match error.kind() {
        io::ErrorKind::NotFound => ObjectDamage::Missing,
        kind => ObjectDamage::Unreadable(kind),
    }
}

/// Reads all of an object and compares it with its name.
pub(crate) fn verify(object: &Path, hash: &Hash, size: u64) -> std::result::Result<(), ObjectDamage> {
    let mut file = open(object, size)?;
    forget_cached(&file);
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; (size.clamp(1, 256 << 10)) as usize];
    loop {
        match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => hasher.update(&buffer[..count]),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(ObjectDamage::Unreadable(error.kind())),
        };
    }
    if hasher.finalize() == *hash { Ok(()) } else { Err(ObjectDamage::WrongBytes) }
}

/// Where one session puts content.
pub(crate) struct Objects {
    layout: Layout,
    flush: Flush,
    session: String,
    parts: AtomicU64,
    /// One bit for each folder that is known to exist, and so may have got new names.
    folders: Vec<AtomicU64>,
}

/// A file on its way in. Removed again unless it became an object.
pub(crate) struct Part {
    pub file: File,
    pub path: PathBuf,
    renamed: bool,
}

impl Drop for Part {
    fn drop(&mut self) {
        if !self.renamed {
            let _ = fs::remove_file(&self.path);
        }
    }
}

impl Objects {
    pub fn new(layout: Layout, flush: Flush, session: String) -> Objects {
        let folders = (0..64).map(|_| AtomicU64::new(0)).collect();
        Objects { layout, flush, session, parts: AtomicU64::new(0), folders }
    }

    /// Whether the object is there with the right size. Its bytes are not read.
    pub fn present(&self, hash: &Hash, size: u64) -> bool {
        look(&self.layout.object(hash), size).is_ok()
    }

    /// The folders this session may have put new names into.
    pub fn folders(&self) -> impl Iterator<Item = PathBuf> + '_ {
        let known = (0..4096u16)
            .filter(|group| self.folders[usize::from(group / 64)].load(Ordering::SeqCst) & 1 << (group % 64) != 0);
        known.map(|group| self.layout.object_folder(group)).chain([self.layout.objects()])
    }

    fn ensure_folder(&self, hash: &Hash) -> Result<()> {
        let group = group(hash);
        let (word, bit) = (&self.folders[usize::from(group / 64)], 1 << (group % 64));
        if word.load(Ordering::SeqCst) & bit == 0 {
            let folder = self.layout.object_folder(group);
            match fs::create_dir(&folder) {
                Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
                    return Err(writing(&folder, 4096)(error));
                }
                _ => word.fetch_or(bit, Ordering::SeqCst),
            };
        }
        Ok(())
    }

    /// Stores `bytes` unless an object with exactly these bytes is there; returns whether it wrote.
    pub fn put(&self, hash: &Hash, bytes: &[u8]) -> Result<bool> {
        self.ensure_folder(hash)?;
        let path = self.layout.object(hash);
        match create(&path) {
            Ok(file) => {
                point("object created");
                self.fill(&file, &path, bytes)?;
                Ok(true)
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if self.reuse(hash, bytes) {
                    return Ok(false);
                }
                let part = self.part()?;
                self.fill(&part.file, &part.path, bytes)?;
                self.take_part(part, hash, bytes.len() as u64)?;
                Ok(true)
            }
            Err(error) => Err(writing(&path, bytes.len() as u64)(error)),
        }
    }

    /// Writes a new file through. One that cannot be written whole is left empty, so that it takes no space; an object
    /// that is not whole is never reused.
    fn fill(&self, mut file: &File, path: &Path, bytes: &[u8]) -> Result<()> {
        let (first, second) = bytes.split_at(if cfg!(test) { bytes.len() / 2 } else { bytes.len() });
        let written = file.write_all(first).and_then(|()| {
            point("object half written");
            failing("write")?;
            file.write_all(second)
        });
        if written.is_err() {
            let _ = file.set_len(0);
        }
        // Once all is written another session may rely on it: a failed flush must not take it away.
        let settled = written.and_then(|()| self.settle(file));
        point("object written");
        settled.map_err(writing(path, bytes.len() as u64))
    }

    /// Flushes where the barrier will not, and takes away the right to write where creating it could not.
    fn settle(&self, file: &File) -> io::Result<()> {
        failing("flush")?;
        if self.flush == Flush::EachFile {
            flush_file(file)?;
        }
        if cfg!(not(unix)) {
            let mut rights = file.metadata()?.permissions();
            rights.set_readonly(true);
            file.set_permissions(rights)?;
        }
        Ok(())
    }

    /// Whether the object holds exactly `bytes`; then it is as good as a new one.
    fn reuse(&self, hash: &Hash, bytes: &[u8]) -> bool {
        let Ok(mut file) = open(&self.layout.object(hash), bytes.len() as u64) else { return false };
        // After a failed flush, memory may hold what the disk does not.
        forget_cached(&file);
        let mut buffer = [0; 16 << 10];
        let same = bytes.chunks(buffer.len()).all(|chunk| {
            let place = &mut buffer[..chunk.len()];
            file.read_exact(place).is_ok() && place == chunk
        });
        same && self.adopt(hash).is_ok()
    }

    /// Makes an object that some unfinished session left behind as good as a new one: durable with this session's
    /// barrier, and new for a later clean-up. The caller has compared its bytes.
    pub fn adopt(&self, hash: &Hash) -> Result<()> {
        self.ensure_folder(hash)?;
        let path = self.layout.object(hash);
        renew(&path, self.flush).map_err(writing(&path, 0))
    }

    /// A new file for content that is too large for memory.
    pub fn part(&self) -> Result<Part> {
        let number = self.parts.fetch_add(1, Ordering::Relaxed);
        let path = self.layout.parts().join(format!("{}-{number}.part", self.session));
        let file = create(&path).map_err(writing(&path, 0))?;
        Ok(Part { file, path, renamed: false })
    }

    /// A part with the blocks of `source`; `None` where they cannot be shared. What is in it stays as it is when the
    /// source is changed afterwards.
    pub fn shared_part(&self, source: &File) -> Result<Option<Part>> {
        let number = self.parts.fetch_add(1, Ordering::Relaxed);
        let path = self.layout.parts().join(format!("{}-{number}.part", self.session));
        if clone(source, &path).is_err() {
            let _ = remove(&path);
            return Ok(None);
        }
        let file = OpenOptions::new().read(true).write(true).open(&path).map_err(writing(&path, 0))?;
        let part = Part { file, path, renamed: false };
        // Some systems clone the time as well, and only what is old is cleaned up.
        part.file.set_modified(std::time::SystemTime::now()).map_err(writing(&part.path, 0))?;
        let mut rights = part.file.metadata().map_err(writing(&part.path, 0))?.permissions();
        rights.set_readonly(true);
        part.file.set_permissions(rights).map_err(writing(&part.path, 0))?;
        Ok(Some(part))
    }

    /// Gives a finished part, flushed by the caller, the name of the delta for the object `hash`.
    pub fn take_delta(&self, mut part: Part, hash: &Hash) -> Result<()> {
        self.ensure_folder(hash)?;
        self.settle(&part.file).map_err(writing(&part.path, 0))?;
        let path = self.layout.delta(hash);
        replace(&part.path, &path).map_err(writing(&path, 0))?;
        part.renamed = true;
        point("delta renamed");
        Ok(())
    }

    /// Turns a finished part into the object `hash`, over whatever has that name.
    pub fn take_part(&self, mut part: Part, hash: &Hash, size: u64) -> Result<()> {
        self.ensure_folder(hash)?;
        let path = self.layout.object(hash);
        self.settle(&part.file).map_err(writing(&part.path, size))?;
        point("part written");
        replace(&part.path, &path).map_err(writing(&path, size))?;
        part.renamed = true;
        point("part renamed");
        Ok(())
    }
}

/// Sets the time of a whole object to now and flushes it, where the barrier will not.
fn renew(path: &Path, flush: Flush) -> io::Result<()> {
    if cfg!(windows) {
        // Only a handle that may write can flush there, and none may be had of a read-only file.
        set_read_only(path, false)?;
        let file = OpenOptions::new().write(true).open(path)?;
        file.set_modified(std::time::SystemTime::now())?;
        file.sync_all()?;
        return set_read_only(path, true);
    }
    let file = File::open(path)?;
    // On a volume that refuses, the content is written again: a clean-up may just now be about to take the old object.
    file.set_modified(std::time::SystemTime::now())?;
    if flush == Flush::EachFile { flush_file(&file) } else { Ok(()) }
}

/// Takes away a file that may be read-only; one that is gone is fine. Returns whether it was there.
pub(crate) fn remove(path: &Path) -> io::Result<bool> {
    if cfg!(windows) {
        let _ = set_read_only(path, false);
    }
    match retry(|| fs::remove_file(path)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        result => result.map(|()| true),
    }
}

fn set_read_only(path: &Path, read_only: bool) -> io::Result<()> {
    let mut rights = fs::metadata(path)?.permissions();
    rights.set_readonly(read_only);
    fs::set_permissions(path, rights)
}

/// A new file that only this handle may write to.
pub(crate) fn create(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.mode(0o444);
    }
    retry(|| options.open(path))
}

/// Renames over `to`, also where it is read-only.
fn replace(from: &Path, to: &Path) -> io::Result<()> {
    retry(|| match fs::rename(from, to) {
        Err(error) if cfg!(windows) && error.kind() == io::ErrorKind::PermissionDenied => {
            set_read_only(to, false)?;
            fs::rename(from, to)
        }
        result => result,
    })
}

/// On Windows a scanner may hold a file for a moment (errors 5 and 32): tries again for about a second.
fn retry<T>(mut action: impl FnMut() -> io::Result<T>) -> io::Result<T> {
    let mut pause = 10;
    loop {
        match action() {
            Err(error) if cfg!(windows) && matches!(error.raw_os_error(), Some(5 | 32)) && pause < 1000 => {
                std::thread::sleep(std::time::Duration::from_millis(pause));
                pause *= 2;
            }
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::for_tests::FAIL;

    /// What is left of an object whose storing fails at this step.
    fn left_after(step: &'static str) -> Vec<u8> {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(folder.path());
        fs::create_dir_all(layout.parts()).unwrap();
        let objects = Objects::new(layout.clone(), Flush::EachFile, "s".into());
        let hash = *blake3::hash(b"content").as_bytes();
        FAIL.set(Some(step));
        let result = objects.put(&hash, b"content");
        FAIL.set(None);
        assert!(matches!(result, Err(crate::Error::Io { path, .. }) if path == layout.object(&hash)));
        let left = fs::read(layout.object(&hash)).unwrap();
        objects.put(&hash, b"content").unwrap();
        assert_eq!(verify(&layout.object(&hash), &hash, 7), Ok(()));
        left
    }

    #[test]
    fn an_object_half_written_is_emptied() {
        assert_eq!(left_after("write"), b"");
    }

    /// Another session may have compared its bytes, flushed it and relied on it by then.
    #[test]
    fn an_object_written_whole_stays_when_its_flush_fails() {
        assert_eq!(left_after("flush"), b"content");
    }
}
