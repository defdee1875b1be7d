//! The same with the `backup` crate.

use backup::{Backup, Entry, FileSet, Folder, Keys, Locked, Password};
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub const PASSWORD: &str = "correct horse";
const PIECE: usize = 256 << 10;

pub struct Listed {
    pub opening: Duration,
    pub listing: Duration,
    pub rows: u64,
}

pub fn unlock(folder: &Path) -> io::Result<(Duration, Keys)> {
    let started = Instant::now();
    let locked = Locked::look(&Folder::new(folder.to_path_buf())).map_err(io::Error::other)?;
    let locked = locked.ok_or_else(|| io::Error::other("the backup is not encrypted"))?;
    let keys = locked.unlock(&Password::new(PASSWORD), &|| false).map_err(io::Error::other)?;
    Ok((started.elapsed(), keys))
}

pub fn open(folder: &Path, keys: &Keys) -> io::Result<Backup> {
    let files: Arc<dyn FileSet> = Arc::new(Folder::new(folder.to_path_buf()));
    Backup::open_unlocked(files, &folder.with_extension("scratch"), keys).map_err(io::Error::other)
}

/// Every file of every domain.
pub fn list(folder: &Path, keys: &Keys) -> io::Result<Listed> {
    let started = Instant::now();
    let opened = open(folder, keys)?;
    let opening = started.elapsed();
    let started = Instant::now();
    let mut rows = 0;
    for domain in opened.domains().map_err(io::Error::other)? {
        let files = opened.walk(&domain.domain, "").map_err(io::Error::other)?;
        rows += files.len() as u64;
    }
    Ok(Listed { opening, listing: started.elapsed(), rows })
}

/// The big file of this size.
fn big(opened: &Backup, size: u64) -> io::Result<Entry> {
    for domain in opened.domains().map_err(io::Error::other)? {
        for entry in opened.walk(&domain.domain, "Documents/Films").map_err(io::Error::other)? {
            if opened.length(&entry).map_err(io::Error::other)? == size {
                return Ok(entry);
            }
        }
    }
    Err(io::Error::other(format!("no file of {size} bytes")))
}

/// The domain and path of the big file of this size.
pub fn place(opened: &Backup, size: u64) -> io::Result<(String, String)> {
    let entry = big(opened, size)?;
    Ok((entry.domain, entry.path))
}

/// Where the encrypted bytes of the big file of this size lie.
pub fn content(opened: &Backup, folder: &Path, size: u64) -> io::Result<PathBuf> {
    Ok(folder.join(opened.content_path(&big(opened, size)?.file_id)))
}

/// What it takes to read all of a big file.
pub fn decrypt(opened: &Backup, size: u64) -> io::Result<Duration> {
    let entry = big(opened, size)?;
    let started = Instant::now();
    let mut content = opened.read(&entry).map_err(io::Error::other)?;
    let (mut piece, mut sum) = (vec![0; PIECE], 0);
    loop {
        match content.read(&mut piece)? {
            0 => break,
            read => sum += read as u64,
        }
    }
    match sum == size {
        true => Ok(started.elapsed()),
        false => Err(io::Error::other(format!("{sum} bytes instead of {size}"))),
    }
}

/// From nothing but the password.
pub fn decrypt_all(folder: &Path, size: u64) -> io::Result<()> {
    decrypt(&open(folder, &unlock(folder)?.1)?, size).map(drop)
}

/// From asking for a big file to a byte in its midst.
pub fn first_byte(opened: &Backup, size: u64, at: u64) -> io::Result<Duration> {
    let entry = big(opened, size)?;
    let started = Instant::now();
    let mut content = opened.read(&entry).map_err(io::Error::other)?;
    content.seek(SeekFrom::Start(at))?;
    content.read_exact(&mut [0])?;
    Ok(started.elapsed())
}
