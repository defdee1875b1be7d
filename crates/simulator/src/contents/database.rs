//! How the phone's databases are written: fast while they are made, as a phone leaves them when done.

use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::config::DbConfig;
use rusqlite::functions::FunctionFlags;

use super::error::{At, Result};
use super::random::Random;
use super::wal;

/// What is left beside a database when it is closed.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Wal {
    /// Nothing: every row is in the database.
    Empty,
    /// The rows of the last transactions are only in `-wal`, as on a phone that is in use.
    Kept,
}

/// Makes a database with a schema; `fill` writes its first rows, `later` those that may stay in the write-ahead log.
pub(crate) fn create(
    path: &Path,
    schema: &str,
    wal: Wal,
    seed: u64,
    fill: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    later: impl FnOnce(&Connection) -> rusqlite::Result<()>,
) -> Result<()> {
    let work = || -> rusqlite::Result<()> {
        let db = open(path, seed)?;
        // A day counts only once its record is written, so nothing is lost by not waiting for the disk.
        db.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN")?;
        db.execute_batch(schema)?;
        fill(&db)?;
        db.execute_batch("COMMIT; PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0; BEGIN")?;
        later(&db)?;
        db.execute_batch("COMMIT")?;
        close(db, wal)
    };
    work().at(path)?;
    wal::settle(&beside(path, "-wal"), seed).at(path)?;
    forget_index(path)
}

/// Opens a database of an earlier day, moves what its write-ahead log holds into it, and writes more.
pub(crate) fn change(
    path: &Path,
    wal: Wal,
    seed: u64,
    write: impl FnOnce(&Connection) -> rusqlite::Result<()>,
) -> Result<()> {
    let work = || -> rusqlite::Result<()> {
        let db = open(path, seed)?;
        db.execute_batch("PRAGMA synchronous = OFF; PRAGMA wal_autocheckpoint = 0")?;
        db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        db.execute_batch("BEGIN")?;
        write(&db)?;
        db.execute_batch("COMMIT")?;
        close(db, wal)
    };
    work().at(path)?;
    wal::settle(&beside(path, "-wal"), seed).at(path)?;
    forget_index(path)
}

fn open(path: &Path, seed: u64) -> rusqlite::Result<Connection> {
    let db = Connection::open(path)?;
    db.set_prepared_statement_cache_capacity(64);
    // Functions Apple's frameworks bring along, which defaults and triggers call.
    let random = std::sync::Mutex::new(Random::of(seed, &[10]));
    db.create_scalar_function("ab_generate_guid", 0, FunctionFlags::SQLITE_UTF8, move |_| {
        let mut random = random.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        Ok(random.guid())
    })?;
    db.create_scalar_function("ab_update_value_from_trigger", 3, FunctionFlags::SQLITE_UTF8, |call| {
        call.get::<bool>(0)
    })?;
    Ok(db)
}

fn close(db: Connection, wal: Wal) -> rusqlite::Result<()> {
    if wal == Wal::Kept {
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    }
    db.flush_prepared_statement_cache();
    db.close().map_err(|(_, error)| error)
}

/// A backup holds no `-shm`.
fn forget_index(path: &Path) -> Result<()> {
    let index = beside(path, "-shm");
    match std::fs::remove_file(&index) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error).at(&index),
        _ => Ok(()),
    }
}

/// What SQLite keeps beside a database.
fn beside(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}
