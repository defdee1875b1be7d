//! What a manifest names.

use super::super::encryption::WrappedKey;
use super::super::memory::Snapshot;
use super::super::source::{ContentDigest, UNKNOWN};
use super::super::{Ended, FileId, INCONSISTENT, Step, broken};
use plist::{Dictionary, Value};
use rusqlite::{Connection, OpenFlags};
use std::cmp::Ordering;
use std::path::Path;

/// A content file the manifest names.
#[derive(Debug)]
pub(in crate::backup) struct Wanted {
    pub id: FileId,
    pub domain: String,
    pub path: String,
    /// Bytes as the record says; `None` where it does not.
    pub size: Option<u64>,
    pub key: Option<WrappedKey>,
    /// SHA-1 as the record says, of few files.
    pub sha1: Option<Vec<u8>>,
    /// What the phone knows of it: it has sent it itself.
    pub known: ContentDigest,
}

impl Wanted {
    pub fn place(&self) -> String {
        format!("{}: {}", self.domain, self.path)
    }
}

/// Bytes of all content files.
pub(super) fn bytes(db: &Path) -> Step<u64> {
    let mut total = 0u64;
    rows(db, &mut |wanted| {
        total = total.saturating_add(wanted.size.unwrap_or(0));
        true
    })?;
    Ok(total)
}

/// Hands over the content files in the order of domain and path, until `hand` says no. A row that makes no sense ends with 205.
pub(in crate::backup) fn rows(db: &Path, hand: &mut dyn FnMut(Wanted) -> bool) -> Step<()> {
    let refused = |error: rusqlite::Error| Ended::failed(INCONSISTENT, format!("Manifest.db: {error}"));
    let db = Connection::open_with_flags(db, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(refused)?;
    let query = "SELECT fileID, domain, relativePath, file FROM Files WHERE flags = 1 ORDER BY domain, relativePath";
    let mut select = db.prepare(query).map_err(refused)?;
    let mut rows = select.query([]).map_err(refused)?;
    while let Some(row) = rows.next().map_err(refused)? {
        let name: String = row.get(0).map_err(refused)?;
        let mut id = FileId::default();
        hex::decode_to_slice(&name, &mut id)
            .map_err(|_| Ended::failed(INCONSISTENT, format!("{name:?} is no name of a file")))?;
        let record: Vec<u8> = row.get(3).map_err(refused)?;
        let record = Record::read(&record);
        let wanted = Wanted {
            id,
            domain: row.get(1).map_err(refused)?,
            path: row.get(2).map_err(refused)?,
            size: record.as_ref().and_then(|record| record.field("Size")?.as_unsigned_integer()),
            key: record.as_ref().and_then(|record| record.data("EncryptionKey")?.try_into().ok()),
            sha1: record.as_ref().and_then(|record| record.data("Digest")).map(<[u8]>::to_vec),
            known: UNKNOWN,
        };
        if !hand(wanted) {
            break;
        }
    }
    Ok(())
}

/// Like [`rows`], with what the phone knows of its own backup, and without what it could not read then.
pub(super) fn known_rows(db: &Path, own: &Snapshot, hand: &mut dyn FnMut(Wanted) -> bool) -> Step<()> {
    let mut list = own.files().map_err(broken)?;
    let mut next = list.next().map_err(broken)?;
    let mut failed = None;
    rows(db, &mut |mut wanted| {
        while let Some(sent) = &next {
            let order = (sent.domain.as_str(), sent.path.as_str()).cmp(&(wanted.domain.as_str(), wanted.path.as_str()));
            if order == Ordering::Equal {
                wanted.known = sent.digest;
            }
            if order != Ordering::Less {
                break;
            }
            match list.next() {
                Ok(sent) => next = sent,
                Err(error) => {
                    failed = Some(error);
                    return false;
                }
            }
        }
        wanted.known == UNKNOWN || hand(wanted)
    })?;
    failed.map_or(Ok(()), |error| Err(broken(error)))
}

/// An archived `MBFile`, with its values where they are (`formats.md` 1.2).
struct Record {
    objects: Vec<Value>,
    file: Dictionary,
}

impl Record {
    fn read(bytes: &[u8]) -> Option<Record> {
        let mut archive = wire::frame::decode(bytes).ok()?.into_dictionary()?;
        let root = archive.get("$top")?.as_dictionary()?.get("root")?.as_uid()?.get();
        let objects = archive.remove("$objects")?.into_array()?;
        let file = objects.get(usize::try_from(root).ok()?)?.as_dictionary()?.clone();
        Some(Record { objects, file })
    }

    fn field(&self, name: &str) -> Option<&Value> {
        self.resolve(self.file.get(name)?)
    }

    /// Raw data, or the data in an `NSData`.
    fn data(&self, name: &str) -> Option<&[u8]> {
        match self.field(name)? {
            Value::Data(data) => Some(data),
            Value::Dictionary(object) => self.resolve(object.get("NS.data")?)?.as_data(),
            _ => None,
        }
    }

    fn resolve<'a>(&'a self, value: &'a Value) -> Option<&'a Value> {
        match value {
            Value::Uid(uid) => self.objects.get(usize::try_from(uid.get()).ok()?),
            plain => Some(plain),
        }
    }
}
