use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Read, Write};
use std::ops::Deref;
use std::path::Path;

use rusqlite::config::DbConfig;
use rusqlite::limits::Limit;
use rusqlite::{Connection, OpenFlags};
use tempfile::TempDir;

use crate::error::{Error, Result};
use crate::files::FileSet;

/// A database of the backup: read in place where nothing can write to it, else a private copy that goes when this is dropped.
///
/// Temporary tables may be made in it; the backup never changes (`docs/decisions/0001-databases-in-place.md`).
pub struct Database {
    connection: Connection,
    // Declared after the connection: files are closed before their folder is removed.
    _folder: Option<TempDir>,
}

impl Deref for Database {
    type Target = Connection;
    fn deref(&self) -> &Connection {
        &self.connection
    }
}

impl From<Connection> for Database {
    /// Wraps a connection that is already open: databases that are no private copies.
    fn from(connection: Connection) -> Database {
        Database { connection, _folder: None }
    }
}

impl Database {
    /// Opens a copy of a device's own database, which lies with its log as `name` inside `folder`; both go when it is
    /// dropped. [`Error::DatabaseDamaged`] when it is none.
    pub fn of_copy(folder: TempDir, name: &str) -> Result<Database> {
        let damaged = |source| Error::DatabaseDamaged { domain: String::new(), path: name.to_owned(), source };
        let path = folder.path().join(name);
        Database::open(&path, folder).map_err(damaged)
    }

    /// Opens a private copy that lies at `path` inside `folder`. SQLite applies a log beside it by itself.
    pub(crate) fn open(path: &Path, folder: TempDir) -> rusqlite::Result<Database> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        harden(&connection)?;
        // The first statement reads the header, so a file that is no database fails here.
        connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
        Ok(Database { connection, _folder: Some(folder) })
    }

    /// Whether there is a table (not a view) of that name.
    pub fn has_table(&self, table: &str) -> bool {
        let found = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1";
        self.connection.prepare_cached(found).and_then(|mut statement| statement.exists([table])).unwrap_or(false)
    }

    /// The names of a table's columns; empty where there is no such table.
    pub fn columns(&self, table: &str) -> BTreeSet<String> {
        columns(&self.connection, table).unwrap_or_default()
    }

    /// `"name"` as a column expression where the table has it, else `NULL`. Systems differ in their columns.
    pub fn column(&self, table: &str, name: &str) -> String {
        match self.columns(table).contains(name) {
            true => format!("\"{}\"", name.replace('"', "\"\"")),
            false => "NULL".to_owned(),
        }
    }
}

/// `immutable`: no locks and no log are looked for, so even a read-only share works and nothing is ever written.
pub(crate) fn open_in_place(path: &Path) -> rusqlite::Result<Database> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_URI | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let uri = format!("file:{}?immutable=1", uri_path(path));
    let connection = Connection::open_with_flags(uri, flags)?;
    harden(&connection)?;
    // The first statement reads the header, so a file that is no database fails here.
    connection.query_row("SELECT count(*) FROM sqlite_master", [], |_| Ok(()))?;
    Ok(Database::from(connection))
}

fn uri_path(path: &Path) -> String {
    #[cfg(unix)]
    let bytes = std::os::unix::ffi::OsStrExt::as_bytes(path.as_os_str()).to_vec();
    #[cfg(not(unix))]
    let bytes = {
        let text = path.to_string_lossy().replace('\\', "/");
        let text = text.trim_start_matches("//?/");
        let slash = if text.starts_with("//") { "//" } else { "/" };
        format!("{slash}{text}").into_bytes()
    };
    let mut uri = String::new();
    for byte in bytes {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' | b'~' => {
                uri.push(char::from(byte));
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    uri
}

fn columns(connection: &Connection, table: &str) -> rusqlite::Result<BTreeSet<String>> {
    let mut statement = connection.prepare_cached("SELECT name FROM pragma_table_info(?1)")?;
    let names = statement.query_map([table], |row| row.get(0))?;
    names.collect()
}

/// Nothing in a database of a phone may do more than hold rows: no triggers, no functions called from its schema, no
/// attached files, no values larger than 256 MiB.
pub(crate) fn harden(connection: &Connection) -> rusqlite::Result<()> {
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false)?;
    connection.set_limit(Limit::SQLITE_LIMIT_LENGTH, 256 << 20)?;
    connection.set_limit(Limit::SQLITE_LIMIT_SQL_LENGTH, 1 << 20)?;
    connection.set_limit(Limit::SQLITE_LIMIT_ATTACHED, 0)?;
    connection.set_limit(Limit::SQLITE_LIMIT_EXPR_DEPTH, 200)?;
    connection.set_limit(Limit::SQLITE_LIMIT_WORKER_THREADS, 0)?;
    connection.set_prepared_statement_cache_capacity(64);
    // The indexes of a big manifest (500,000 rows) have 30 MB.
    connection.pragma_update(None, "cache_size", -32_768)?;
    Ok(())
}

/// A folder that only this user can look into.
pub(crate) fn private_folder(scratch: &Path) -> Result<TempDir> {
    let failed = |source| Error::Scratch { path: scratch.to_owned(), source };
    std::fs::create_dir_all(scratch).map_err(failed)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix("db-");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o700));
    }
    builder.tempdir_in(scratch).map_err(failed)
}

/// Copies one file of the backup as it stands to a new, writable file; `false` where the backup has none.
pub(crate) fn copy_out(files: &dyn FileSet, from: &str, to: &Path) -> Result<bool> {
    let unreadable = |source| Error::Read { path: from.to_owned(), source };
    // A plain local file is copied by the file system where it can (clones cost nothing).
    if let Some(mut local) = files.local_path(from).and_then(|path| File::open(path).ok()) {
        let failed = |source| Error::Scratch { path: to.to_owned(), source };
        std::io::copy(&mut local, &mut File::create_new(to).map_err(failed)?).map_err(failed)?;
        return Ok(true);
    }
    match files.open(from).map_err(unreadable)? {
        Some(mut source) => write_out(from, &mut source, to).map(|()| true),
        None => Ok(false),
    }
}

/// Writes a content to a new, writable file. `from` is its name in errors.
pub(crate) fn write_out(from: &str, source: &mut dyn Read, to: &Path) -> Result<()> {
    let failed = |source| Error::Scratch { path: to.to_owned(), source };
    let mut target = File::create_new(to).map_err(failed)?;
    let mut block = vec![0; 256 << 10];
    loop {
        match source.read(&mut block) {
            Ok(0) => return Ok(()),
            Ok(count) => target.write_all(&block[..count]).map_err(failed)?,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(source) => return Err(Error::Read { path: from.to_owned(), source }),
        }
    }
}
