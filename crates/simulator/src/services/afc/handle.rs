use super::tree::{Refusal, Tree};
use std::io::{self, Read};
use wire::afc::status;

/// Bytes one read gives at most; a phone may give less than asked.
const READ_LIMIT: u64 = 4 << 20;

/// An open file.
pub(super) struct Handle {
    pub path: String,
    pub writes: bool,
    appends: bool,
    position: u64,
    /// A reader and where it stands; the phone's own files are made while they are read.
    reader: Option<(u64, Box<dyn Read + Send>)>,
}

impl Handle {
    /// `mode` is AFC's: 1 r, 2 r+, 3 w, 4 w+, 5 a, 6 a+.
    pub fn open(tree: &Tree, path: String, mode: u64) -> Result<Handle, Refusal> {
        let (writes, truncates, appends) = match mode {
            1 => (false, false, false),
            2 => (true, false, false),
            3 | 4 => (true, true, false),
            5 | 6 => (true, false, true),
            _ => return Err(status::INVALID_ARGUMENT),
        };
        let mut handle = Handle { path, writes, appends, position: 0, reader: None };
        if writes {
            tree.make_writable(&handle.path, truncates)?;
        } else {
            handle.reader = Some((0, tree.open(&handle.path)?));
        }
        Ok(handle)
    }

    pub fn position(&self) -> u64 {
        self.position
    }

    /// Reads up to `length` bytes, fewer only at the end of the file or past the limit.
    pub fn read(&mut self, tree: &Tree, length: u64) -> Result<Vec<u8>, Refusal> {
        let mut reader = match self.reader.take() {
            Some((at, reader)) if at <= self.position && !self.writes => (at, reader),
            _ => (0, tree.open(&self.path)?),
        };
        let skip = self.position - reader.0;
        io::copy(&mut (&mut reader.1).take(skip), &mut io::sink()).map_err(|_| status::READ)?;
        let mut bytes = Vec::new();
        (&mut reader.1).take(length.min(READ_LIMIT)).read_to_end(&mut bytes).map_err(|_| status::READ)?;
        self.position += bytes.len() as u64;
        self.reader = Some((self.position, reader.1));
        Ok(bytes)
    }

    pub fn write(&mut self, tree: &Tree, data: &[u8]) -> Result<(), Refusal> {
        if !self.writes {
            return Err(status::PERMISSION);
        }
        if self.appends {
            self.position = tree.stat(&self.path)?.size;
        }
        tree.write(&self.path, self.position, data)?;
        self.position += data.len() as u64;
        Ok(())
    }

    /// `whence` is C's: 0 start, 1 here, 2 end.
    pub fn seek(&mut self, tree: &Tree, whence: u64, offset: i64) -> Result<(), Refusal> {
        let from = match whence {
            0 => 0,
            1 => self.position,
            2 => tree.stat(&self.path)?.size,
            _ => return Err(status::INVALID_ARGUMENT),
        };
        self.position = from.checked_add_signed(offset).ok_or(status::INVALID_ARGUMENT)?;
        Ok(())
    }
}
