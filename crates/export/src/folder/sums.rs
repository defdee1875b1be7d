//! The list of hashes, as `sha256sum --check` takes it.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::error::writing;
use crate::{Error, Result};

/// The list that lies in a folder of hashed files.
pub const SUMS_FILE: &str = "SHA256SUMS";

/// The SHA-256 of a file while it is written.
#[derive(Default)]
pub struct Hasher(Sha256);

impl Hasher {
    pub fn update(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    /// Of a file that is there already.
    pub fn of_file(path: &Path) -> Result<Hasher> {
        let mut hasher = Hasher::default();
        let mut buffer = vec![0; 64 * 1024];
        let failed = |source: io::Error| Error::Read { path: path.to_owned(), source };
        let mut file = File::open(path).map_err(failed)?;
        loop {
            match file.read(&mut buffer).map_err(failed)? {
                0 => return Ok(hasher),
                count => hasher.update(&buffer[..count]),
            }
        }
    }
}

/// The list while it grows: a line per file, in the order they were ended.
pub struct Sums {
    path: PathBuf,
    out: BufWriter<File>,
    bytes: u64,
}

impl Sums {
    pub fn create(folder: &Path) -> Result<Sums> {
        let path = folder.join(SUMS_FILE);
        let file = OpenOptions::new().write(true).create_new(true).open(&path).map_err(writing(&path))?;
        Ok(Sums { path, out: BufWriter::new(file), bytes: 0 })
    }

    /// Adds a file by its path relative to the list; safe names need none of `sha256sum`'s escapes.
    pub fn add(&mut self, relative: &Path, hasher: Hasher) -> Result<()> {
        let digest: String = hasher.0.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        let line = format!("{digest}  {}\n", relative.to_string_lossy().replace('\\', "/"));
        self.bytes += line.len() as u64;
        self.out.write_all(line.as_bytes()).map_err(writing(&self.path))
    }

    /// Makes the list durable; returns its bytes.
    pub fn finish(mut self) -> Result<u64> {
        self.out.flush().and_then(|()| self.out.get_ref().sync_all()).map_err(writing(&self.path))?;
        Ok(self.bytes)
    }
}
