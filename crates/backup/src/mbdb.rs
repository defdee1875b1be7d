//! Manifest.mbdb, the list of files of iOS 5 to 9 (`formats.md` 1.3).
//!
//! `mbdb\x05\0`, then one record per file, folder and link up to the end. Integers are big-endian; a text or blob has its
//! length before it (u16, `FFFF` for none). It is never encrypted itself.

use std::io::{self, BufReader, Read};
use std::path::Path;

use plist::{Dictionary, Value};
use rusqlite::{Connection, params};

use crate::archive::ArchiveError;
use crate::error::{Error, Result};
use crate::files::FileSet;
use crate::record::{Record, Stat};

pub(crate) const NAME: &str = "Manifest.mbdb";
pub(crate) const MAGIC: &[u8] = b"mbdb";
const HEADER: &[u8] = b"mbdb\x05\0";

/// The same table as Manifest.db has. `file` holds the record as it stands in the mbdb, behind [`MAGIC`]. A hostile list can
/// name a file twice, so the identifier is no primary key.
const TABLES: &str = "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN;
    CREATE TABLE Files (fileID TEXT, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB);
    CREATE TABLE Properties (key TEXT PRIMARY KEY, value BLOB)";
const INDEXES: &str = "CREATE INDEX FilesIdIdx ON Files(fileID); CREATE INDEX FilesDomainIdx ON Files(domain);
    CREATE INDEX FilesRelativePathIdx ON Files(relativePath); CREATE INDEX FilesFlagsIdx ON Files(flags); COMMIT";

/// One record, as far as it is used.
#[derive(Debug, Default)]
pub(crate) struct Row {
    domain: Option<Vec<u8>>,
    path: Option<Vec<u8>>,
    target: Option<Vec<u8>>,
    key: Option<Vec<u8>>,
    mode: u16,
    /// Unix seconds. The record has modified, status changed, born.
    modified: u32,
    birth: u32,
    size: u64,
    class: u8,
    properties: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Row {
    /// As Manifest.db has it: 1 file, 2 folder, 4 link; 0 for anything else.
    fn flags(&self) -> i64 {
        match self.mode & 0xF000 {
            0x8000 => 1,
            0x4000 => 2,
            0xA000 => 4,
            _ => 0,
        }
    }
}

/// Whether any file is encrypted: has a key.
pub(crate) fn has_keys(files: &dyn FileSet) -> Result<bool> {
    let mut records = open(files)?;
    while let Some(row) = records.next().map_err(failed)? {
        if row.key.is_some() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Writes the list as a database at `to`, which must not exist yet.
pub(crate) fn into_database(files: &dyn FileSet, to: &Path) -> Result<()> {
    let damaged = crate::manifest::damaged;
    let database = Connection::open(to).map_err(damaged)?;
    database.execute_batch(TABLES).map_err(damaged)?;
    let mut records = open(files)?;
    // Names are bytes; SQLite keeps them as text and the reader of rows counts those that are none.
    let sql = "INSERT INTO Files VALUES (?1, CAST(?2 AS TEXT), CAST(?3 AS TEXT), ?4, ?5)";
    let mut insert = database.prepare(sql).map_err(damaged)?;
    while let Some(row) = records.next().map_err(failed)? {
        let id = row.domain.as_ref().zip(row.path.as_ref()).map(|(domain, path)| crate::entry::id_of(domain, path));
        let record = [MAGIC, &records.raw].concat();
        insert.execute(params![id, row.domain, row.path, row.flags(), record]).map_err(damaged)?;
    }
    drop(insert);
    database.execute_batch(INDEXES).map_err(damaged)
}

/// Decodes the record of a row of [`into_database`].
pub(crate) fn decode(bytes: &[u8]) -> std::result::Result<Record, ArchiveError> {
    let bytes = bytes.strip_prefix(MAGIC).ok_or(ArchiveError::NotAnArchive)?;
    let row = Records { source: bytes, raw: Vec::new() }.next().ok().flatten().ok_or(ArchiveError::NotAnArchive)?;
    let seconds = |seconds: u32| (seconds != 0).then(|| i64::from(seconds) * 1000);
    let stat = Stat {
        size: row.size,
        mode: row.mode.into(),
        modified: seconds(row.modified),
        birth: seconds(row.birth),
        protection_class: row.class,
        target: row.target.map(|target| String::from_utf8_lossy(&target).into_owned()),
        extended_attributes: attributes(row.properties),
        has_key: row.key.is_some(),
    };
    Ok(Record { stat, size: Some(row.size), key: row.key })
}

/// The properties as the property list later systems have in their place.
fn attributes(properties: Vec<(Vec<u8>, Vec<u8>)>) -> Option<Vec<u8>> {
    let named = properties.into_iter();
    let fields: Dictionary =
        named.map(|(name, value)| (String::from_utf8_lossy(&name).into_owned(), Value::Data(value))).collect();
    let mut bytes = Vec::new();
    let written = (!fields.is_empty()).then(|| Value::Dictionary(fields).to_writer_binary(&mut bytes));
    matches!(written, Some(Ok(()))).then_some(bytes)
}

fn open(files: &dyn FileSet) -> Result<Records<impl Read>> {
    let file = files.open(NAME).map_err(failed)?.ok_or(Error::ManifestDamaged { source: None })?;
    let mut source = BufReader::with_capacity(256 << 10, file);
    let mut header = [0; HEADER.len()];
    source.read_exact(&mut header).map_err(failed)?;
    match header == *HEADER {
        true => Ok(Records { source, raw: Vec::new() }),
        false => Err(Error::ManifestDamaged { source: None }),
    }
}

/// A list that ends inside a record is damaged: what should follow is not known.
fn failed(source: io::Error) -> Error {
    match source.kind() {
        io::ErrorKind::UnexpectedEof => Error::ManifestDamaged { source: None },
        _ => Error::Read { path: NAME.to_owned(), source },
    }
}

/// Reads record after record.
pub(crate) struct Records<R> {
    pub(crate) source: R,
    /// The bytes of the last record.
    pub(crate) raw: Vec<u8>,
}

impl<R: Read> Records<R> {
    pub(crate) fn next(&mut self) -> io::Result<Option<Row>> {
        self.raw.clear();
        if self.source.by_ref().take(1).read_to_end(&mut self.raw)? == 0 {
            return Ok(None);
        }
        let first = self.raw[0];
        let mut row = Row { domain: self.rest_of_blob(first)?, path: self.blob()?, ..Row::default() };
        row.target = self.blob()?;
        let _digest = self.blob()?;
        row.key = self.blob()?.filter(|key| !key.is_empty());
        row.mode = u16::from_be_bytes(self.take()?);
        let _inode_and_owner: [u8; 16] = self.take()?;
        row.modified = u32::from_be_bytes(self.take()?);
        let _status_changed: [u8; 4] = self.take()?;
        row.birth = u32::from_be_bytes(self.take()?);
        row.size = u64::from_be_bytes(self.take()?);
        let [class, properties] = self.take()?;
        row.class = class;
        for _ in 0..properties {
            let (name, value) = (self.blob()?, self.blob()?);
            row.properties.push((name.unwrap_or_default(), value.unwrap_or_default()));
        }
        Ok(Some(row))
    }

    fn blob(&mut self) -> io::Result<Option<Vec<u8>>> {
        let [first] = self.take()?;
        self.rest_of_blob(first)
    }

    fn rest_of_blob(&mut self, first: u8) -> io::Result<Option<Vec<u8>>> {
        let [second] = self.take()?;
        match u16::from_be_bytes([first, second]) {
            u16::MAX => Ok(None),
            length => {
                let start = self.raw.len();
                self.read(length.into())?;
                Ok(Some(self.raw[start..].to_vec()))
            }
        }
    }

    fn take<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let start = self.raw.len();
        self.read(N)?;
        let mut taken = [0; N];
        taken.copy_from_slice(&self.raw[start..]);
        Ok(taken)
    }

    fn read(&mut self, count: usize) -> io::Result<()> {
        match self.source.by_ref().take(count as u64).read_to_end(&mut self.raw)? {
            read if read == count => Ok(()),
            _ => Err(io::ErrorKind::UnexpectedEof.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A link, then a file with a binary property and no digest.
    fn sample() -> Vec<u8> {
        let mut list = HEADER.to_vec();
        for (path, target, mode, properties) in [("l", Some("/x"), 0xA1EDu16, 0u8), ("f", None, 0x81A4, 1)] {
            for text in [Some("D"), Some(path), target] {
                list.extend(text.map_or(u16::MAX, |text| text.len() as u16).to_be_bytes());
                list.extend(text.unwrap_or_default().as_bytes());
            }
            list.extend([0xFF; 4]);
            list.extend(mode.to_be_bytes());
            list.extend([0; 16]);
            list.extend([[0, 0, 0, 9], [0, 0, 0, 8], [0, 0, 0, 7]].concat());
            list.extend(77u64.to_be_bytes());
            list.extend([3, properties]);
        }
        list.extend(b"\0\x01n\0\x03\xff\0\xfe");
        list
    }

    #[test]
    fn records_are_read_to_the_last_byte() {
        let list = sample();
        let mut records = Records { source: &list[HEADER.len()..], raw: Vec::new() };
        let link = records.next().unwrap().unwrap();
        assert_eq!((link.flags(), link.target.as_deref()), (4, Some(&b"/x"[..])));
        let file = records.next().unwrap().unwrap();
        assert_eq!((file.flags(), file.size, file.key), (1, 77, None));
        let record = decode(&[MAGIC, &records.raw].concat()).unwrap();
        assert!(records.next().unwrap().is_none());
        assert_eq!((record.stat.modified, record.stat.birth), (Some(9000), Some(7000)));
        let attributes = crate::plists::parse(&record.stat.extended_attributes.unwrap()).unwrap();
        assert_eq!(attributes.as_dictionary().unwrap()["n"], Value::Data(vec![0xFF, 0, 0xFE]));
    }

    #[test]
    fn a_cut_is_noticed_wherever_it_is() {
        let list = sample();
        let count = |end: usize| {
            let mut records = Records { source: &list[HEADER.len()..end], raw: Vec::new() };
            let mut count = 0;
            while records.next()?.is_some() {
                count += 1;
            }
            Ok::<_, io::Error>(count)
        };
        let whole: Vec<_> = (HEADER.len()..=list.len()).filter_map(|end| count(end).ok()).collect();
        assert_eq!(whole, [0, 1, 2], "only between records");
    }
}
