use std::io::{Read, Seek};
use std::path::Path;
use std::sync::{Mutex, MutexGuard};

use rusqlite::types::ValueRef;
use rusqlite::{OptionalExtension, Row};

use crate::database::{Database, copy_out, open_in_place, private_folder, write_out};
use crate::decrypt::Decrypted;
use crate::entry::{Entry, EntryKind, is_file_id};
use crate::error::{Error, Result};
use crate::files::FileSet;
use crate::form::SQLITE;
use crate::keys::Key;
use crate::mbdb;
use crate::report::{Met, Reason};

pub(crate) const DB: &str = "Manifest.db";
const WAL: &str = "Manifest.db-wal";
/// The name of a private copy in its folder.
const COPY: &str = "manifest";

/// Manifest.db: one row per file, folder and link.
///
/// `Files(fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB)` with an index each on domain,
/// path and flags, as seen from iOS 10 to 26. SQLite does not enforce the types. A Manifest.mbdb is turned into the same table.
pub(crate) struct Manifest {
    database: Mutex<Database>,
    /// The quoted names of the indexes on domain and path, where there are both.
    pub(crate) indexes: Option<(String, String)>,
    pub(crate) met: Met,
}

/// The columns every row is read from, in the order [`Manifest::entry`] expects.
pub(crate) const COLUMNS: &str = "rowid, fileID, domain, relativePath, flags";

/// A row that has a place; its entry is missing where the identifier must not be followed.
pub(crate) struct Placed {
    pub kind: EntryKind,
    pub entry: Option<Entry>,
}

impl Manifest {
    /// Opens it in place where it is a plain local file (it can have 500 MB), else from a private copy.
    pub(crate) fn open(files: &dyn FileSet, scratch: &Path) -> Result<Manifest> {
        let log = files.size(WAL).map_err(|source| Error::Read { path: WAL.into(), source })?;
        match files.local_path(DB) {
            Some(path) if log.unwrap_or(0) == 0 => Manifest::of(open_in_place(&path).map_err(damaged)?),
            _ => {
                let folder = private_folder(scratch)?;
                let copy = folder.path().join(COPY);
                copy_out(files, DB, &copy)?;
                copy_out(files, WAL, &folder.path().join("manifest-wal"))?;
                Manifest::of(Database::open(&copy, folder).map_err(damaged)?)
            }
        }
    }

    /// Opens an encrypted one from a private copy in plain.
    pub(crate) fn open_encrypted(files: &dyn FileSet, scratch: &Path, key: &Key) -> Result<Manifest> {
        let failed = |source| Error::Read { path: DB.to_owned(), source };
        let missing = || Error::ManifestDamaged { source: None };
        let source = || files.open(DB).map_err(failed)?.ok_or_else(missing);
        let encrypted = files.size(DB).map_err(failed)?;
        let mut plain = Decrypted::new(source()?, key, encrypted).map_err(failed)?;
        let mut start = [0; 18];
        plain.read_exact(&mut start).map_err(failed)?;
        if !start.starts_with(SQLITE) {
            return Err(missing());
        }
        // Some are padded, some are not (both seen). A database is a whole number of pages; 1 stands for 65,536.
        let page = match u16::from_be_bytes([start[16], start[17]]) {
            1 => 65_536,
            page => u64::from(page.max(512)),
        };
        if encrypted.is_none_or(|encrypted| encrypted % page != 0) {
            plain = Decrypted::new(source()?, key, None).map_err(failed)?;
        }
        plain.rewind().map_err(failed)?;
        let folder = private_folder(scratch)?;
        let copy = folder.path().join(COPY);
        write_out(DB, &mut plain, &copy)?;
        Manifest::of(Database::open(&copy, folder).map_err(damaged)?)
    }

    /// Opens Manifest.mbdb as a private database with the same table.
    pub(crate) fn open_mbdb(files: &dyn FileSet, scratch: &Path) -> Result<Manifest> {
        let folder = private_folder(scratch)?;
        let copy = folder.path().join(COPY);
        mbdb::into_database(files, &copy)?;
        Manifest::of(Database::open(&copy, folder).map_err(damaged)?)
    }

    fn of(database: Database) -> Result<Manifest> {
        let indexes = index_on(&database, "domain").zip(index_on(&database, "relativePath"));
        let manifest = Manifest { database: Mutex::new(database), indexes, met: Met::default() };
        manifest.verify()?;
        Ok(manifest)
    }

    /// A view or a virtual table of that name could do anything; only a table with Apple's columns is read.
    fn verify(&self) -> Result<()> {
        let database = self.lock();
        let plain = "SELECT sql NOT LIKE 'CREATE VIRTUAL%' FROM sqlite_master WHERE type = 'table' AND name = 'Files'";
        let plain: Option<bool> = database.query_row(plain, [], |row| row.get(0)).optional().map_err(damaged)?;
        if plain != Some(true) {
            return Err(Error::ManifestDamaged { source: None });
        }
        let all = format!("SELECT {COLUMNS}, file FROM Files LIMIT 1");
        let mut statement = database.prepare(&all).map_err(damaged)?;
        statement.exists([]).map_err(damaged)?;
        Ok(())
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, Database> {
        // A panic elsewhere cannot leave a connection half-changed: nothing here writes.
        self.database.lock().unwrap_or_else(|poisoned| poisoned.into_inner())
    }

    /// iOS 10.0 and 10.1 kept the plain manifest in encrypted backups and a salt in `Properties`.
    pub(crate) fn has_ios10_encryption(&self) -> bool {
        let database = self.lock();
        let salted = "SELECT 1 FROM Properties WHERE key IN ('salt', 'passwordHash')";
        database.has_table("Properties")
            && database.query_row(salted, [], |_| Ok(())).optional().is_ok_and(|found| found.is_some())
    }

    /// What a row of [`COLUMNS`] stands for; `None` (and counted) where it has no place.
    pub(crate) fn placed(&self, row: &Row<'_>) -> rusqlite::Result<Option<Placed>> {
        let number: i64 = row.get(0)?;
        let domain = self.text(row.get_ref(2)?, number);
        let path = self.text(row.get_ref(3)?, number);
        let (Some(domain), Some(path)) = (domain, path) else {
            return Ok(None);
        };
        // Other flags exist by hearsay only (16); such rows are shown rather than lost.
        let kind = match row.get_ref(4)? {
            ValueRef::Integer(2) => EntryKind::Folder,
            ValueRef::Integer(4) => EntryKind::Link,
            _ => EntryKind::File,
        };
        let entry = match row.get_ref(1)? {
            ValueRef::Text(id) => std::str::from_utf8(id).ok().filter(|id| is_file_id(id)),
            _ => None,
        };
        let entry = entry.map(|file_id| Entry {
            row: number,
            file_id: file_id.to_owned(),
            domain: domain.to_owned(),
            path: path.to_owned(),
            kind,
        });
        Ok(Some(Placed { kind, entry }))
    }

    pub(crate) fn text<'a>(&self, value: ValueRef<'a>, row: i64) -> Option<&'a str> {
        let ValueRef::Text(bytes) = value else {
            return None;
        };
        let text = std::str::from_utf8(bytes).ok();
        if text.is_none() {
            self.met.note(Reason::BadText, row);
        }
        text
    }

    /// Counts, by the indexes alone, the rows whose columns are not what they should be.
    pub(crate) fn bad_rows(&self) -> Result<Vec<(Reason, u64)>> {
        let database = self.lock();
        let count = |condition: &str| -> Result<u64> {
            let sql = format!("SELECT count(*) FROM Files WHERE {condition}");
            let count: i64 = database.query_row(&sql, [], |row| row.get(0)).map_err(damaged)?;
            Ok(count.max(0) as u64)
        };
        // Text sorts below every blob, so `>= x''` finds the blobs of a text column through its index.
        let no_domain = count("domain IS NULL")? + count("domain >= x''")?;
        let no_path = count("relativePath IS NULL")? + count("relativePath >= x''")?;
        let both = count("(domain IS NULL OR domain >= x'') AND (relativePath IS NULL OR relativePath >= x'')")?;
        Ok(vec![
            (Reason::BadFileId, bad_values(&database, "fileID", &|id| id.is_some_and(is_file_id))?),
            (Reason::NoPlace, (no_domain + no_path).saturating_sub(both)),
            (Reason::WildPath, bad_values(&database, "relativePath", &|path| path.is_none_or(leads_inside))?),
            (Reason::UnknownFlags, count("flags IS NULL OR flags NOT IN (1, 2, 4)")?),
        ])
    }
}

/// How many values of a column are not good; `None` is one that is no text. SQLite's own patterns take ten times as long.
fn bad_values(database: &Database, column: &str, is_good: &dyn Fn(Option<&str>) -> bool) -> Result<u64> {
    // In order: then the index alone is read, not the table with its records.
    let mut query = database.prepare(&format!("SELECT {column} FROM Files ORDER BY {column}")).map_err(damaged)?;
    let mut rows = query.query([]).map_err(damaged)?;
    let mut bad = 0;
    while let Some(row) = rows.next().map_err(damaged)? {
        let text = match row.get_ref(0).map_err(damaged)? {
            ValueRef::Text(text) => std::str::from_utf8(text).ok(),
            _ => None,
        };
        bad += u64::from(!is_good(text));
    }
    Ok(bad)
}

/// Whether a path stays below its domain.
fn leads_inside(path: &str) -> bool {
    !path.starts_with('/') && !path.contains("//") && !path.split('/').any(|part| part == "..")
}

/// The quoted name of an index on exactly this column of `Files` (all of its rows).
fn index_on(database: &Database, column: &str) -> Option<String> {
    let sql = "SELECT l.name FROM pragma_index_list('Files') l
        WHERE l.partial = 0 AND (SELECT group_concat(i.name) FROM pragma_index_info(l.name) i) = ?1";
    let name: Option<String> = database.query_row(sql, [column], |row| row.get(0)).optional().ok()?;
    name.map(|name| format!("\"{}\"", name.replace('"', "\"\"")))
}

pub(crate) fn damaged(source: rusqlite::Error) -> Error {
    Error::ManifestDamaged { source: Some(source) }
}
