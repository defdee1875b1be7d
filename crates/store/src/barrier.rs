//! Durability: when written bytes are sure to survive a power cut, per system and kind of volume.
//!
//! Linux, local disk: one `syncfs` for everything. Linux on a network or FUSE volume (where `syncfs` does not reach the
//! server), macOS and Windows: every new file is flushed as it is written, macOS ends with one `F_FULLFSYNC`.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::Result;
use crate::error::at;
use crate::fault::left_out;
use crate::volume::{Flush, flush_of};

/// The barrier of one session. Opened before the first write, so that it is told of every failed write since.
pub(crate) struct Barrier {
    root: PathBuf,
    volume: File,
    pub flush: Flush,
}

impl Barrier {
    /// For the volume that holds `root`, a folder, and `file`, any file in it: not every system flushes through a folder.
    pub fn open(root: &Path, file: &Path) -> Result<Barrier> {
        let path = if cfg!(target_os = "linux") { root.to_path_buf() } else { file.to_path_buf() };
        let volume = File::open(&path).map_err(at(&path))?;
        let flush = flush_of(&volume);
        Ok(Barrier { root: path, volume, flush })
    }

    /// Returns when everything written so far is durable. `folders` got new names since the session began.
    pub fn wait(&self, folders: impl Iterator<Item = PathBuf>) -> Result<()> {
        if left_out("barrier") {
            return Ok(());
        }
        if self.flush == Flush::EachFile {
            for folder in folders {
                flush_folder(&folder)?;
            }
        }
        whole_volume(&self.volume, self.flush).map_err(at(&self.root))
    }
}

/// Makes the bytes of one new file durable, up to the drive's own cache.
#[cfg(target_os = "macos")]
pub(crate) fn flush_file(file: &File) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    // SAFETY: the descriptor is open for as long as `file` is borrowed. The standard library would use F_FULLFSYNC.
    if unsafe { libc::fsync(file.as_raw_fd()) } == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

/// Makes the bytes of one new file durable.
#[cfg(not(target_os = "macos"))]
pub(crate) fn flush_file(file: &File) -> io::Result<()> {
    file.sync_all()
}

/// Makes new names in a folder durable, where the system has a way to.
pub(crate) fn flush_folder(folder: &Path) -> Result<()> {
    if cfg!(windows) {
        return Ok(());
    }
    let opened = File::open(folder).map_err(at(folder))?;
    match opened.sync_all() {
        // Some network volumes know no flush of a folder.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        result => result.map_err(at(folder)),
    }
}

/// Lets the next reader of `file` see the disk rather than memory, as far as the system can be asked to.
pub(crate) fn forget_cached(file: &File) {
    #[cfg(target_os = "linux")]
    {
        use std::os::fd::AsRawFd;
        // SAFETY: only advice about an open descriptor.
        unsafe { libc::posix_fadvise(file.as_raw_fd(), 0, 0, libc::POSIX_FADV_DONTNEED) };
    }
    #[cfg(not(target_os = "linux"))]
    let _ = file;
}

#[cfg(target_os = "linux")]
fn whole_volume(volume: &File, flush: Flush) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    if flush == Flush::EachFile {
        return Ok(());
    }
    // SAFETY: the descriptor is open for as long as `volume` is borrowed.
    if unsafe { libc::syncfs(volume.as_raw_fd()) } == 0 { Ok(()) } else { Err(io::Error::last_os_error()) }
}

#[cfg(not(target_os = "linux"))]
fn whole_volume(volume: &File, _flush: Flush) -> io::Result<()> {
    // On macOS this is F_FULLFSYNC, which empties the drive's cache; Windows has flushed each file for good.
    if cfg!(target_os = "macos") { volume.sync_all() } else { Ok(()) }
}
