//! Fills the index in the background, one version after the other, oldest first.

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
    let known = indexed(connection).map_err(|error| engine.0.index.broken(error))?;
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

/// The versions in the index, by store, device and number.
fn indexed(connection: &Connection) -> rusqlite::Result<BTreeSet<(String, String, i64)>> {
    let mut query = connection.prepare("SELECT store, udid, seq FROM versions")?;
    query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?.collect()
}

fn index_all(engine: &Engine) -> Result<usize> {
    let index = &engine.0.index;
    if index.is_damaged() {
        index.make_again().map_err(super::in_words)?;
        tracing::info!("the damaged index was thrown away and is made again");
    }
    forget_expired(engine)?;
    let versions = standing(engine, &index.reader().map_err(|error| index.broken(error))?)?.pending;
    let mut done = 0;
    for version in versions {
        match index_one(engine, &version) {
            Ok(()) => done += 1,
            Err(error) if index.is_damaged() => return Err(error),
            // One version that cannot be read does not stop the others; one that will never be is not tried again.
            Err(error) => {
                tracing::warn!(%error, version = %version.id, "a version could not be indexed");
                if !passing(error.code) {
                    index.failed().insert(version.id);
                }
            }
        }
    }
    Ok(done)
}

/// Forgets versions that are not among those of their device any more; their cards stay, for they may come back.
///
/// A device always keeps a version, so one without any is on a disk that is away.
fn forget_expired(engine: &Engine) -> Result<()> {
    let (versions, _) = all_versions(engine, None)?;
    let kept: BTreeSet<(String, String, i64)> =
        versions.into_iter().map(|version| (version.store, version.udid, version.number as i64)).collect();
    let devices: BTreeSet<(&String, &String)> = kept.iter().map(|(store, udid, _)| (store, udid)).collect();
    let forget = |writer: &mut Connection| -> rusqlite::Result<()> {
        let work = writer.transaction()?;
        for (store, udid, seq) in indexed(&work)?.difference(&kept) {
            if devices.contains(&(store, udid)) {
                let gone = "DELETE FROM versions WHERE store = ?1 AND udid = ?2 AND seq = ?3";
                work.execute(gone, params![store, udid, seq])?;
            }
        }
        work.commit()
    };
    forget(&mut engine.0.index.writer()).map_err(|error| engine.0.index.broken(error))
}

fn index_one(engine: &Engine, version: &VersionSummary) -> Result<()> {
    let opened = browse::opened(engine, &version.id, Some(std::path::Path::new(&version.location)))?;
    let broken = |error| engine.0.index.broken(error);
    let mut writer = engine.0.index.writer();
    // Turned off meanwhile: whoever takes those cards out again has had the writer, or waits for it.
    if opened.summary.encrypted && !engine.0.settings.get().index_encrypted {
        return Err(ApiError::cancelled());
    }
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
        Code::Io
            | Code::LocationMissing
            | Code::DiskOffline
            | Code::ShareOffline
            | Code::FileMissing
            | Code::DiskFull
            | Code::Cancelled
            | Code::PasswordNeeded
    )
}

/// Takes what is of encrypted versions out again, and overwrites where it was.
///
/// Cards are shared by the versions they are in, so the plain versions of the same devices are indexed anew. So are those
/// of which some cannot be seen now, on a disk that is away or expired: they may be encrypted.
pub fn forget_encrypted(engine: &Engine) -> Result<()> {
    let (versions, _) = all_versions(engine, None)?;
    let plain = versions.into_iter().filter(|version| !version.encrypted);
    let plain: BTreeSet<(String, String, i64)> =
        plain.map(|version| (version.store, version.udid, version.number as i64)).collect();
    let index = &engine.0.index;
    let work = || -> rusqlite::Result<()> {
        let writer = index.writer();
        let devices = not_all_in(&writer, &plain)?;
        writer.execute_batch("PRAGMA secure_delete = ON")?;
        for (store, udid) in &devices {
            writer.execute("DELETE FROM cards WHERE store = ?1 AND udid = ?2", params![store, udid])?;
            writer.execute("DELETE FROM versions WHERE store = ?1 AND udid = ?2", params![store, udid])?;
        }
        // The file is overwritten before it gets shorter.
        writer.execute_batch(
            "INSERT INTO words (words) VALUES ('rebuild'); PRAGMA wal_checkpoint(TRUNCATE);
             PRAGMA secure_delete = OFF; VACUUM; PRAGMA wal_checkpoint(TRUNCATE);",
        )
    };
    match work().map_err(|error| index.broken(error)) {
        // Of one that is thrown away nothing is left either.
        Err(_) if index.is_damaged() => index.make_again().map_err(super::in_words),
        done => done,
    }
}

/// The devices that have an indexed version, or a card, outside of `versions`.
fn not_all_in(
    index: &Connection,
    versions: &BTreeSet<(String, String, i64)>,
) -> rusqlite::Result<BTreeSet<(String, String)>> {
    let mut query = index.prepare(
        "SELECT store, udid, seq FROM versions UNION SELECT store, udid, first FROM cards UNION SELECT store, udid, last FROM cards",
    )?;
    let rows = query.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let mut devices = BTreeSet::new();
    for row in rows {
        let row = row?;
        if !versions.contains(&row) {
            devices.insert((row.0, row.1));
        }
    }
    Ok(devices)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_counts_as_plain_only_when_all_its_versions_are_seen_to_be() {
        let index = Connection::open_in_memory().unwrap();
        index.execute_batch(crate::index::TABLES).unwrap();
        for (udid, seq) in [("A", 1), ("A", 2), ("B", 1), ("C", 1)] {
            let version = "INSERT INTO versions (store, udid, seq, made) VALUES ('s', ?1, ?2, 0)";
            index.execute(version, params![udid, seq]).unwrap();
        }
        let card = "INSERT INTO cards (store, udid, kind, key, digest, opens, title, text, first, last)
            VALUES ('s', 'C', 'calls', 'k', 0, 0, '', '', 1, 7)";
        index.execute(card, []).unwrap();
        let seen = |udid: &str, seq| ("s".to_string(), udid.to_string(), seq);
        // Of A the second is away; of C a card was last seen in a version that is no more.
        let plain = BTreeSet::from([seen("A", 1), seen("B", 1), seen("C", 1)]);
        let expected = ["A", "C"].map(|udid| ("s".to_string(), udid.to_string()));
        assert_eq!(not_all_in(&index, &plain).unwrap(), BTreeSet::from(expected));
    }
}
