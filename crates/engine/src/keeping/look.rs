//! Looking whether everything in a location is still what was stored, and telling what is not by name.

use super::health::Seen;
use super::{repair, store_at};
use crate::api::devices::JobStarted;
use crate::api::jobs::{Action, JobResult, Phase};
use crate::api::keeping::{DamagedContent, TouchedFile, Verified, VerifyDepth, VerifyRequest};
use crate::api::versions::DamagedRecord;
use crate::api::{Result, Topic, blocking};
use crate::jobs::Run;
use crate::library::version_id;
use crate::locations::unless_silent;
use crate::{Engine, browse};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::{DamagedObject, Depth, ObjectDamage, Part, Scrubbed, Store, Touched};

/// Damaged contents told in a result; all of them are counted.
const TOLD: usize = 100;
/// Files told for one damaged content.
const FILES_TOLD: usize = 100;

pub async fn verify(engine: &Engine, asked: VerifyRequest) -> Result<JobStarted> {
    let depth = match asked.depth {
        VerifyDepth::Presence => Depth::Presence,
        VerifyDepth::Bytes => Depth::Bytes,
    };
    let own = engine.clone();
    let job = engine.0.jobs.start(Action::Verify, "Verify", None, |run| async move {
        let (looking, telling, path) = (own.clone(), run.clone(), PathBuf::from(&asked.path));
        let work = blocking(move || {
            telling.phase(Phase::Checking, "Reading what is kept");
            let store = store_at(&looking, &asked.path)?;
            let mut progress = |done: u64, all: u64| tell(&telling, done, all);
            let verified = look(&looking, &store, (Part::ALL, None), depth, &mut progress)?;
            telling.check()?;
            Ok(JobResult::Verified(verified))
        });
        unless_silent(&own, &[&path], &run, work).await
    })?;
    Ok(JobStarted { job })
}

fn tell(run: &Run, done: u64, all: u64) -> bool {
    run.amounts(0, done, Some(all));
    run.progress(done as f64 / all.max(1) as f64);
    !run.cancelled()
}

/// Looks at a part of a store, `daily` its number where it is that day's; repairs what can be, names what is damaged, and
/// notes it down. Blocking.
pub(super) fn look(
    engine: &Engine,
    store: &Store,
    (part, daily): (Part, Option<u16>),
    depth: Depth,
    progress: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<Verified> {
    let scrubbed = store.verify(depth, part, progress)?;
    let Scrubbed { objects, bytes, records, sealed, damaged, rest } = scrubbed;
    let mut names = Names::new(engine, store);
    let damaged: Vec<DamagedContent> = damaged
        .into_iter()
        .map(|object| {
            let repaired = repair::from_elsewhere(engine, store, &object.hash);
            describe(object, repaired, &mut names)
        })
        .collect();
    // What could not be read for want of a key was not looked at: the part does not count as seen.
    let bytes_read = depth == Depth::Bytes && sealed == 0;
    let damaged_count = damaged.len() as u64;
    let seen = Seen { part, rest, bytes: bytes_read, daily, damaged };
    engine.0.records.looked(store.id(), &seen)?;
    if damaged_count > 0 {
        engine.0.opened.close_of(store.id(), None);
    }
    engine.changed(Topic::Locations);
    let location = store.location().to_string_lossy();
    let record = |(udid, found): (String, store::DamagedRecord)| DamagedRecord {
        udid,
        location: location.to_string(),
        file: found.file,
        reason: found.reason.to_string(),
    };
    let mut told = seen.damaged;
    told.truncate(TOLD);
    let records = records.into_iter().map(record).collect();
    Ok(Verified { objects, bytes, damaged: told, damaged_count, records, sealed })
}

fn describe(object: DamagedObject, repaired: bool, names: &mut Names<'_>) -> DamagedContent {
    let versions: BTreeSet<String> = object.touches.iter().map(|touched| names.id(touched)).collect();
    let files = object.touches.iter().take(FILES_TOLD);
    DamagedContent {
        hash: hex::encode(object.hash),
        reason: object.damage.to_string(),
        versions: versions.into_iter().collect(),
        files: files.map(|touched| TouchedFile { version: names.id(touched), path: names.of(touched) }).collect(),
        files_count: object.touched,
        repaired,
        in_place: !object.put_aside && object.damage != ObjectDamage::Missing,
    }
}

/// The names of files as a person knows them, from the lists of their versions.
struct Names<'a> {
    engine: &'a Engine,
    store: &'a Store,
    /// `None` for a version whose list cannot be read: locked, expired, or damaged itself.
    opened: BTreeMap<String, Option<Arc<browse::Opened>>>,
}

impl<'a> Names<'a> {
    fn new(engine: &'a Engine, store: &'a Store) -> Names<'a> {
        Names { engine, store, opened: BTreeMap::new() }
    }

    fn id(&self, touched: &Touched) -> String {
        version_id(&touched.udid, touched.seq, self.store.id())
    }

    /// `domain: path`, or the file's name in the backup.
    fn of(&mut self, touched: &Touched) -> String {
        let id = self.id(touched);
        let (engine, location) = (self.engine, self.store.location());
        let opened = self.opened.entry(id.clone()).or_insert_with(|| open(engine, &id, location));
        let entry = opened.as_ref().and_then(|opened| opened.backup.find_id(file_id(&touched.path)).ok().flatten());
        entry.map_or_else(|| touched.path.clone(), |entry| format!("{}: {}", entry.domain, entry.path))
    }
}

/// A look at what is kept is no use of it: what is locked stays locked, and nothing is kept open longer for it.
fn open(engine: &Engine, id: &str, location: &Path) -> Option<Arc<browse::Opened>> {
    browse::opened_quietly(engine, id, location).ok()
}

/// The last part of a path in a backup, which names a file there.
fn file_id(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}
