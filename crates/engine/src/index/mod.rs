//! `index.db`: the cards of every version, each once, with the range of versions it was seen in.
//!
//! Search and "what vanished" are queries here, not scans. It is a cache: deleting it costs the time to make it again.

mod fill;
mod find;

pub use fill::{forget_encrypted, new_version, start};
pub use find::find;

use crate::api::{ApiError, Code, Result};
use rusqlite::Connection;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Raised when the tables or the kinds' cards change: the old index is thrown away.
const FORMAT: i64 = 3;

const TABLES: &str = "
CREATE TABLE versions (store TEXT NOT NULL, udid TEXT NOT NULL, seq INTEGER NOT NULL, made INTEGER NOT NULL, PRIMARY KEY (store, udid, seq));
CREATE TABLE cards (
    id INTEGER PRIMARY KEY,
    store TEXT NOT NULL, udid TEXT NOT NULL, kind TEXT NOT NULL, key TEXT NOT NULL, digest INTEGER NOT NULL,
    opens INTEGER NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, at INTEGER,
    first INTEGER NOT NULL, last INTEGER NOT NULL
);
CREATE UNIQUE INDEX cards_once ON cards (store, udid, kind, key, digest);
CREATE VIRTUAL TABLE words USING fts5 (title, text, content='cards', content_rowid='id', tokenize=\"unicode61 remove_diacritics 2\");
CREATE TRIGGER cards_added AFTER INSERT ON cards BEGIN INSERT INTO words (rowid, title, text) VALUES (new.id, new.title, new.text); END;
";

pub struct Index {
    path: PathBuf,
    /// The one writer; readers open their own connection.
    writer: Mutex<Connection>,
    /// Versions that cannot be read, by id; not tried again before the next start.
    failed: Mutex<BTreeSet<String>>,
    /// Rung when there may be a version that is not indexed yet, or the index is to be made again.
    bell: Notify,
    /// SQLite came upon damage: what is there is thrown away as soon as nobody uses it.
    damaged: AtomicBool,
}

impl Index {
    pub fn open(data: &Path) -> Result<Index> {
        let path = data.join("index.db");
        let writer = match prepare(&path) {
            Ok(writer) => writer,
            Err(wrong) => {
                tracing::warn!(%wrong, "the index is made again");
                anew(&path).map_err(in_words)?
            }
        };
        Ok(Index {
            path,
            writer: Mutex::new(writer),
            failed: Mutex::default(),
            bell: Notify::new(),
            damaged: AtomicBool::new(false),
        })
    }

    /// Throws the index away and begins an empty one. Waits for whoever writes to it; those who read it end well.
    fn make_again(&self) -> rusqlite::Result<()> {
        let mut writer = self.writer();
        // Closed before its file goes.
        *writer = Connection::open_in_memory()?;
        *writer = anew(&self.path)?;
        self.damaged.store(false, Ordering::Relaxed);
        Ok(())
    }

    fn is_damaged(&self) -> bool {
        self.damaged.load(Ordering::Relaxed)
    }

    /// What an error of the index is to the person. Where it says that the index is damaged, it is made again soon.
    fn broken(&self, error: rusqlite::Error) -> ApiError {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        if matches!(error.sqlite_error_code(), Some(DatabaseCorrupt | NotADatabase)) {
            tracing::warn!(%error, "the index is damaged");
            self.damaged.store(true, Ordering::Relaxed);
            self.wake();
        }
        in_words(error)
    }

    fn writer(&self) -> MutexGuard<'_, Connection> {
        // A panic inside a transaction rolled it back.
        self.writer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn failed(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.failed.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Wakes the worker so that it sees that it is to stop, or what there is to do.
    pub fn wake(&self) {
        self.bell.notify_one();
    }

    fn reader(&self) -> rusqlite::Result<Connection> {
        Connection::open_with_flags(&self.path, rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY)
    }
}

/// Opens the index, or makes it; an index of another format is an error, so that it is thrown away.
fn prepare(path: &Path) -> rusqlite::Result<Connection> {
    let connection = Connection::open(path)?;
    connection.execute_batch("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;")?;
    let format: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let empty: bool = connection.query_row("SELECT count(*) = 0 FROM sqlite_master", [], |row| row.get(0))?;
    match (empty, format) {
        (true, _) => connection.execute_batch(&format!("BEGIN; {TABLES} PRAGMA user_version = {FORMAT}; COMMIT;"))?,
        (false, FORMAT) => {}
        (false, _) => return Err(rusqlite::Error::InvalidQuery),
    }
    Ok(connection)
}

/// An index with nothing in it, in memory.
fn empty() -> rusqlite::Result<Connection> {
    let connection = Connection::open_in_memory()?;
    connection.execute_batch(TABLES)?;
    Ok(connection)
}

fn anew(path: &Path) -> rusqlite::Result<Connection> {
    for ending in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        let _ = std::fs::remove_file(PathBuf::from(name));
    }
    prepare(path)
}

fn in_words(error: rusqlite::Error) -> ApiError {
    ApiError::new(
        Code::Io,
        "The search index could not be used. Where it is damaged it is made again by itself; nothing else is touched.",
    )
    .detail(error.to_string())
}
