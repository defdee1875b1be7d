//! One file of a folder while it is being written.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use super::sums::Hasher;
use crate::Result;
use crate::error::writing;

/// A file of a [`FolderWriter`](super::FolderWriter), from its `begin` to its `end`.
pub struct FileWriter {
    /// Where it is.
    at: PathBuf,
    /// The same relative to the folder.
    path: PathBuf,
    out: BufWriter<File>,
    hasher: Option<Hasher>,
    bytes: u64,
}

impl FileWriter {
    pub(super) fn new(at: PathBuf, path: PathBuf, file: File, hasher: Option<Hasher>) -> FileWriter {
        FileWriter { at, path, out: BufWriter::with_capacity(256 * 1024, file), hasher, bytes: 0 }
    }

    /// Its path relative to the folder.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Bytes written so far.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Writes all of it; the error names the file.
    pub fn put(&mut self, data: &[u8]) -> Result<()> {
        self.write_all(data).map_err(writing(&self.at))
    }

    /// Where the whole file is, how many bytes it has, and its hash.
    pub(super) fn finish(mut self) -> Result<(PathBuf, u64, Option<Hasher>)> {
        self.out.flush().and_then(|()| self.out.get_ref().sync_all()).map_err(writing(&self.at))?;
        Ok((self.at, self.bytes, self.hasher))
    }
}

impl Write for FileWriter {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        let written = self.out.write(data)?;
        if let Some(hasher) = &mut self.hasher {
            hasher.update(&data[..written]);
        }
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}
