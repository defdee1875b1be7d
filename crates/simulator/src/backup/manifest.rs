//! Manifest.db, in Apple's schema (`formats.md` 1.2).

use super::encryption::WrappedKey;
use super::{FileId, archive};
use crate::contents::{FileKind, PhoneFile};
use rusqlite::{Connection, OpenFlags, params};
use std::collections::HashSet;
use std::path::Path;

const SCHEMA: &str = "
    CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB);
    CREATE TABLE Properties (key TEXT PRIMARY KEY, value BLOB);";
const INDEXES: &str = "
    CREATE INDEX FilesDomainIdx ON Files(domain);
    CREATE INDEX FilesRelativePathIdx ON Files(relativePath);
    CREATE INDEX FilesFlagsIdx ON Files(flags);";

/// Writes rows one by one; half a million cost a few seconds and the page cache.
pub(super) struct Writer {
    db: Connection,
}

impl Writer {
    pub fn create(path: &Path) -> rusqlite::Result<Writer> {
        let db = Connection::open(path)?;
        db.set_prepared_statement_cache_capacity(4);
        // Nobody else sees the file before it is whole, so there is nothing to journal.
        db.execute_batch(
            "PRAGMA page_size = 4096; PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;
             PRAGMA locking_mode = EXCLUSIVE; PRAGMA cache_size = -65536; BEGIN;",
        )?;
        db.execute_batch(SCHEMA)?;
        Ok(Writer { db })
    }

    pub fn add(&mut self, file: &PhoneFile, id: &FileId, key: Option<&WrappedKey>) -> rusqlite::Result<()> {
        let flags = match file.kind {
            FileKind::File => 1,
            FileKind::Folder => 2,
            FileKind::Link => 4,
        };
        let blob =
            archive::mb_file(file, id, key).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))?;
        let mut insert = self.db.prepare_cached("INSERT INTO Files VALUES (?1, ?2, ?3, ?4, ?5)")?;
        insert.execute(params![hex::encode(id), file.domain, file.path, flags, blob])?;
        Ok(())
    }

    pub fn finish(self) -> rusqlite::Result<()> {
        self.db.execute_batch(INDEXES)?;
        self.db.execute_batch("COMMIT;")?;
        self.db.close().map_err(|(_, error)| error)
    }
}

/// The names of content files whose first two digits are `folder`.
pub(super) fn names_in(path: &Path, folder: &str) -> rusqlite::Result<HashSet<String>> {
    let db = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    let mut select = db.prepare("SELECT fileID FROM Files WHERE fileID >= ?1 AND fileID < ?1 || 'g' AND flags = 1")?;
    let rows = select.query_map([folder], |row| row.get(0))?;
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_a_folder_are_those_of_content_files() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("Manifest.db");
        let writer = Writer::create(&path).unwrap();
        let names =
            [("ab".to_string() + &"f".repeat(38), 1), ("ab00".into(), 2), ("ac00".into(), 1), ("aaff".into(), 1)];
        for (name, flags) in &names {
            writer.db.execute("INSERT INTO Files VALUES (?1, '', '', ?2, NULL)", params![name, flags]).unwrap();
        }
        writer.finish().unwrap();
        assert_eq!(names_in(&path, "ab").unwrap(), HashSet::from([names[0].0.clone()]));
    }
}
