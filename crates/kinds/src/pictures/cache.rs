//! Pictures kept on disk, so that a grid scrolls without decoding everything again.

use std::fs::{self, File, FileTimes};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, SystemTime};

use super::Format;

/// A folder of pictures made earlier, limited in size: what was not used for longest goes first.
///
/// Safe for use from many threads and for several processes on one folder. Losing it costs time, nothing else. A
/// picture is one file, named by the hash of its key.
pub struct Cache {
    folder: PathBuf,
    max_bytes: u64,
    // Bytes in the folder, counted once and kept up; other processes make it inexact until the next eviction.
    used: OnceLock<AtomicU64>,
    evicting: Mutex<()>,
    written: AtomicU64,
}

/// A file's time is not renewed more often than this.
const RENEW: Duration = Duration::from_secs(3600);
/// Room made by an eviction, in parts of `max_bytes`.
const MAKE_ROOM: u64 = 10;

impl Cache {
    /// Nothing is read or made until the first use.
    pub fn new(folder: impl Into<PathBuf>, max_bytes: u64) -> Cache {
        Cache {
            folder: folder.into(),
            max_bytes,
            used: OnceLock::new(),
            evicting: Mutex::new(()),
            written: AtomicU64::new(0),
        }
    }

    /// Type and bytes of the picture of that key.
    ///
    /// The key names the content and the size that was wanted, so a picture never goes stale.
    pub fn get(&self, key: &str) -> Option<(&'static str, Vec<u8>)> {
        let path = self.path(key);
        let bytes = fs::read(&path).ok()?;
        let Some(mime) = whole(&bytes) else {
            let _ = fs::remove_file(&path);
            return None;
        };
        renew(&path);
        Some((mime, bytes))
    }

    /// Keeps a picture. What is larger than a tenth of the cache, or not a whole picture, is not kept.
    pub fn put(&self, key: &str, bytes: &[u8]) -> io::Result<()> {
        let size = bytes.len() as u64;
        if size > self.max_bytes / MAKE_ROOM || whole(bytes).is_none() {
            return Ok(());
        }
        let path = self.path(key);
        let folder = path.parent().unwrap_or(&self.folder);
        fs::create_dir_all(folder)?;
        let turn = self.written.fetch_add(1, Ordering::Relaxed);
        let part = folder.join(format!("{}-{turn}.part", std::process::id()));
        let used = self.used();
        let replaced = path.metadata().map_or(0, |old| old.len());
        fs::write(&part, bytes).and_then(|()| fs::rename(&part, &path)).inspect_err(|_| {
            let _ = fs::remove_file(&part);
        })?;
        let used = used.fetch_add(size, Ordering::Relaxed) + size;
        if replaced > 0 {
            self.used().fetch_sub(replaced.min(used), Ordering::Relaxed);
        }
        if used > self.max_bytes {
            self.evict();
        }
        Ok(())
    }

    fn path(&self, key: &str) -> PathBuf {
        let name = blake3::hash(key.as_bytes()).to_hex();
        self.folder.join(&name[..2]).join(&name[..40])
    }

    fn used(&self) -> &AtomicU64 {
        self.used.get_or_init(|| AtomicU64::new(files(&self.folder).iter().map(|file| file.size).sum()))
    }

    /// Removes what was not used for longest, until a tenth of the cache is free. One thread does it, others go on.
    fn evict(&self) {
        let Ok(_one) = self.evicting.try_lock().or_else(|held| match held {
            std::sync::TryLockError::Poisoned(poisoned) => Ok(PoisonError::into_inner(poisoned)),
            std::sync::TryLockError::WouldBlock => Err(()),
        }) else {
            return;
        };
        let mut files = files(&self.folder);
        files.retain(|file| !file.is_being_written());
        files.sort_by_key(|file| file.used);
        let mut total: u64 = files.iter().map(|file| file.size).sum();
        for file in &files {
            if total <= self.max_bytes - self.max_bytes / MAKE_ROOM {
                break;
            }
            if fs::remove_file(&file.path).is_ok() {
                total -= file.size;
            }
        }
        self.used().store(total, Ordering::Relaxed);
    }
}

/// The type of a picture that is there to its last byte; a power cut can leave a file half written.
fn whole(bytes: &[u8]) -> Option<&'static str> {
    let format = Format::of(bytes)?;
    let ends = match format {
        Format::Jpeg => bytes.ends_with(b"\xff\xd9"),
        Format::Png => bytes.ends_with(b"IEND\xaeB`\x82"),
        Format::Gif => bytes.ends_with(b";"),
        Format::WebP => bytes.get(4..8).is_some_and(|size| {
            let size = u32::from_le_bytes([size[0], size[1], size[2], size[3]]) as usize;
            size.checked_add(8).is_some_and(|end| bytes.len() >= end)
        }),
        Format::Heif | Format::Tiff => false,
    };
    ends.then(|| format.mime())
}

/// Notes that a picture was used, by its file's time.
fn renew(path: &Path) {
    let now = SystemTime::now();
    let used = path.metadata().and_then(|file| file.modified());
    if used.is_ok_and(|used| now.duration_since(used).is_ok_and(|age| age > RENEW))
        && let Ok(file) = File::options().append(true).open(path)
    {
        let _ = file.set_times(FileTimes::new().set_modified(now));
    }
}

struct Kept {
    path: PathBuf,
    size: u64,
    used: SystemTime,
}

impl Kept {
    /// Whether another thread or process has just begun it; one that is old was left by a power cut.
    fn is_being_written(&self) -> bool {
        let new = SystemTime::now().duration_since(self.used).is_ok_and(|age| age < RENEW);
        new && self.path.extension().is_some_and(|end| end == "part")
    }
}

fn files(folder: &Path) -> Vec<Kept> {
    let entries = |folder: &Path| fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = entries(folder).filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    let files = folders.flat_map(|folder| entries(&folder.path()));
    let kept = files.filter_map(|entry| {
        let data = entry.metadata().ok().filter(|data| data.is_file())?;
        Some(Kept { path: entry.path(), size: data.len(), used: data.modified().unwrap_or(SystemTime::UNIX_EPOCH) })
    });
    kept.collect()
}
