//! Lists of content files by name, on disk: half a million must not sit in memory.

use super::FileId;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::Path;

/// A content file to send.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Due {
    pub id: FileId,
    /// Whether the phone can read it.
    pub readable: bool,
    /// Bytes on the wire.
    pub size: u64,
}

pub(super) struct IdsWriter {
    file: BufWriter<File>,
}

impl IdsWriter {
    pub fn create(path: &Path) -> io::Result<IdsWriter> {
        Ok(IdsWriter { file: BufWriter::with_capacity(1 << 16, File::create(path)?) })
    }

    pub fn add(&mut self, due: &Due) -> io::Result<()> {
        self.file.write_all(&due.id)?;
        self.file.write_all(&[due.readable.into()])?;
        self.file.write_all(&due.size.to_le_bytes())
    }

    pub fn finish(mut self) -> io::Result<()> {
        self.file.flush()
    }
}

pub(super) struct Ids {
    file: BufReader<File>,
}

impl Ids {
    pub fn open(path: &Path) -> io::Result<Ids> {
        Ok(Ids { file: BufReader::with_capacity(1 << 16, File::open(path)?) })
    }

    pub fn next(&mut self) -> io::Result<Option<Due>> {
        let mut id = [0; 20];
        match self.file.read_exact(&mut id) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let (mut readable, mut size) = ([0], [0; 8]);
        self.file.read_exact(&mut readable)?;
        self.file.read_exact(&mut size)?;
        Ok(Some(Due { id, readable: readable[0] != 0, size: u64::from_le_bytes(size) }))
    }

    /// Up to `count` names of files that can be read; empty at the end.
    pub fn some(&mut self, count: usize) -> io::Result<Vec<FileId>> {
        let mut ids = Vec::new();
        while ids.len() < count {
            match self.next()? {
                Some(due) if due.readable => ids.push(due.id),
                Some(_) => {}
                None => break,
            }
        }
        Ok(ids)
    }
}
