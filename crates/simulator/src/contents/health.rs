//! Steps, heart rates and sleep, and healthdb_secure.sqlite (`formats.md` 2.11). Only encrypted backups hold it.

use std::path::Path;

use rusqlite::{Connection, params};

use super::clock::{DAY, cocoa, now};
use super::database::{self, Wal};
use super::error::Result;
use super::random::Random;
use super::{ContentsOptions, Persona};

const SCHEMA: &str = include_str!("schemas/health.sql");
/// `samples.data_type`.
const HEART_RATE: i64 = 5;
const STEPS: i64 = 7;
const SLEEP: i64 = 63;
/// `category_samples.value`.
const ASLEEP: i64 = 1;
/// Days before day 0 that have samples.
const PAST: i64 = 30;

/// Makes the samples up to day 0.
pub(crate) fn health(options: &ContentsOptions, path: &Path) -> Result<()> {
    let persona = Persona::of(options);
    let fill = |db: &Connection| {
        db.execute("INSERT INTO unit_strings (ROWID, unit_string) VALUES (1, 'count/min'), (2, 'count')", [])?;
        db.execute(
            "INSERT INTO data_provenances VALUES (1, 0, ?1, ?2, ?1, ?2, 1, 1, ?3, ?4, 17, 5, 1, 0)",
            params![persona.product_type, persona.build, persona.version, persona.time_zone],
        )?;
        (-PAST..=0).try_for_each(|day| samples(options, day, db))
    };
    database::create(path, SCHEMA, Wal::Empty, options.seed, fill, |_| Ok(()))
}

/// Adds the samples of a day.
pub(crate) fn health_day(options: &ContentsOptions, day: u32, path: &Path) -> Result<()> {
    database::change(path, Wal::Empty, options.seed, |db| samples(options, day.into(), db))
}

fn samples(options: &ContentsOptions, day: i64, db: &Connection) -> rusqlite::Result<()> {
    let random = &mut Random::of(options.seed, &[95, day.unsigned_abs(), u64::from(day < 0)]);
    let evening = now(0) + day * DAY;
    let night = random.between(6 * 3600, 9 * 3600);
    let slept = sample(db, random, SLEEP, evening - 22 * 3600, night)?;
    db.execute("INSERT INTO category_samples VALUES (?, ?)", [slept, ASLEEP])?;
    for hour in 0..12 {
        let at = evening - (12 - hour) * 3600;
        let (steps, beats) = (random.between(40, 1400), random.between(58, 122));
        let walked = sample(db, random, STEPS, at, 900)?;
        let mut insert = db.prepare_cached("INSERT INTO quantity_samples VALUES (?, ?, ?, ?)")?;
        insert.execute(params![walked, steps as f64, steps as f64, 2])?;
        let felt = sample(db, random, HEART_RATE, at + 60, 0)?;
        // Kept per second, shown per minute.
        insert.execute(params![felt, beats as f64 / 60.0, beats as f64, 1])?;
    }
    Ok(())
}

/// A sample of so many seconds; its id.
fn sample(db: &Connection, random: &mut Random, sort: i64, start: i64, seconds: i64) -> rusqlite::Result<i64> {
    let uuid = [random.next().to_be_bytes(), random.next().to_be_bytes()].concat();
    db.prepare_cached("INSERT INTO objects (uuid, provenance, type, creation_date) VALUES (?, 1, 1, ?)")?
        .execute(params![uuid, cocoa(start + seconds)])?;
    let id = db.last_insert_rowid();
    db.prepare_cached("INSERT INTO samples VALUES (?, ?, ?, ?)")?.execute(params![
        id,
        cocoa(start),
        cocoa(start + seconds),
        sort
    ])?;
    Ok(id)
}
