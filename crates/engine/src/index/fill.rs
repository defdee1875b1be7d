//! Fills the index in the background, one version after the other, oldest first.

use super::broken;
use crate::api::versions::VersionSummary;
use crate::api::{ApiError, Code, Result, Topic};
use crate::library::all_versions;
use crate::{Engine, browse};
use kinds::IndexCard;
use rusqlite::{Connection, Transaction, params};
use std::collections::BTreeSet;

/// Starts the worker that indexes new versions.
pub fn start(engine: &Engine) {
    let engine = engine.clone();
    tokio::spawn(async move {
        while !engine.0.stopping.is_cancelled() {
            let own = engine.clone();
            match tokio::task::spawn_blocking(move || index_all(&own)).await {
                Ok(Ok(0)) => {}
                Ok(Ok(_)) => engine.changed(Topic::Versions),
                Ok(Err(error)) => tracing::warn!(%error, "indexing stopped"),
                Err(failed) => tracing::error!(%failed, "indexing panicked"),
            }
            engine.0.index.bell.notified().await;
        }
    });
}

/// There may be something to index.
pub fn new_version(engine: &Engine) {
    engine.0.index.bell.notify_one();
}

/// What is not in the index.
pub(super) struct Standing {
    /// To be indexed, oldest first per device.
    pub pending: Vec<VersionSummary>,
    /// Encrypted: indexed only while they are unlocked, and only when the person asked for it.
    pub locked: u64,
}

pub(super) fn standing(engine: &Engine, connection: &Connection) -> Result<Standing> {
    let (mut versions, _) = all_versions(engine, None)?;
    let mut query = connection.prepare("SELECT store, udid, seq FROM versions").map_err(broken)?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, i64>(2)?))).map_err(broken)?;
    let known: BTreeSet<(String, String, i64)> = rows.flatten().collect();
    let failed = engine.0.index.failed().clone();
    let encrypted = engine.0.settings.get().index_encrypted;
    versions.retain(|version| {
        !failed.contains(&version.id)
            && !known.contains(&(version.store.clone(), version.udid.clone(), version.number as i64))
    });
    let readable = |version: &VersionSummary| !version.encrypted || (encrypted && version.unlocked);
    let (mut pending, locked): (Vec<_>, Vec<_>) = versions.into_iter().partition(readable);
    pending.sort_by_key(|version| (version.udid.clone(), version.number));
    Ok(Standing { pending, locked: locked.len() as u64 })
}

fn index_all(engine: &Engine) -> Result<usize> {
    let versions = standing(engine, &engine.0.index.reader().map_err(broken)?)?.pending;
    let mut done = 0;
    for version in versions {
        match index_one(engine, &version) {
            Ok(()) => done += 1,
            // One version that cannot be read does not stop the others; one that will never be is not tried again.
            Err(error) => {
                tracing::warn!(%error, version = %version.id, "a version could not be indexed");
                if !passing(error.code) {
                    engine.0.index.failed().insert(version.id);
                }
            }
        }
    }
    Ok(done)
}

fn index_one(engine: &Engine, version: &VersionSummary) -> Result<()> {
    let opened = browse::opened(engine, &version.id, Some(std::path::Path::new(&version.location)))?;
    let mut writer = engine.0.index.writer();
    let work = writer.transaction().map_err(broken)?;
    for kind in kinds::all() {
        if engine.0.stopping.is_cancelled() {
            return Err(ApiError::cancelled());
        }
        let mut reader = match opened.fresh_reader(kind.id()) {
            Ok(reader) => reader,
            // A disk that went away says nothing about what is in the version: it is indexed when it is back.
            Err(error) if passing(error.code) => return Err(error),
            Err(_) => continue,
        };
        let mut failed = None;
        let read = reader.index(&mut |card| {
            if failed.is_none() {
                failed = put(&work, version, kind.id(), &card).err();
            }
        });
        if let Some(error) = failed {
            return Err(broken(error));
        }
        if let Err(error) = read.map_err(ApiError::from) {
            if passing(error.code) {
                return Err(error);
            }
            tracing::warn!(%error, kind = kind.id(), "a kind could not be indexed whole");
        }
    }
    work.execute(
        "INSERT OR REPLACE INTO versions (store, udid, seq, made) VALUES (?1, ?2, ?3, ?4)",
        params![version.store, version.udid, version.number as i64, version.made],
    )
    .and_then(|_| work.commit())
    .map_err(broken)
}

/// Whether an error may be gone the next time.
fn passing(code: Code) -> bool {
    matches!(
        code,
        Code::Io | Code::LocationMissing | Code::FileMissing | Code::DiskFull | Code::Cancelled | Code::PasswordNeeded
    )
}

/// Takes what is of encrypted versions out again, and overwrites where it was.
///
/// Cards are shared by the versions they are in, so the plain versions of the same devices are indexed anew.
pub fn forget_encrypted(engine: &Engine) -> Result<()> {
    let (versions, _) = all_versions(engine, None)?;
    let devices: BTreeSet<(String, String)> =
        versions.into_iter().filter(|version| version.encrypted).map(|version| (version.store, version.udid)).collect();
    let writer = engine.0.index.writer();
    let work = || -> rusqlite::Result<()> {
        writer.execute_batch("PRAGMA secure_delete = ON")?;
        for (store, udid) in &devices {
            writer.execute("DELETE FROM cards WHERE store = ?1 AND udid = ?2", params![store, udid])?;
            writer.execute("DELETE FROM versions WHERE store = ?1 AND udid = ?2", params![store, udid])?;
        }
        writer.execute_batch(
            "INSERT INTO words (words) VALUES ('rebuild'); PRAGMA secure_delete = OFF; VACUUM; PRAGMA wal_checkpoint(TRUNCATE);",
        )
    };
    work().map_err(broken)
}

fn put(work: &Transaction<'_>, version: &VersionSummary, kind: &str, card: &IndexCard) -> rusqlite::Result<()> {
    work.prepare_cached(
        "INSERT INTO cards (store, udid, kind, key, digest, opens, title, text, at, first, last)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?10)
         ON CONFLICT (store, udid, kind, key, digest) DO UPDATE SET
             first = min(first, excluded.first),
             opens = CASE WHEN excluded.last >= last THEN excluded.opens ELSE opens END,
             last = max(last, excluded.last)",
    )?
    .execute(params![
        version.store,
        version.udid,
        kind,
        card.key,
        card.digest as i64,
        card.opens,
        card.title,
        card.text,
        card.when,
        version.number as i64,
    ])?;
    Ok(())
}
