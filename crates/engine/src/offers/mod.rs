//! Backups that Finder, iTunes, Apple Devices and others leave in their folders: offered to be kept, once each.

mod watch;

pub use watch::start;

use crate::actions::import::{find, look_at};
use crate::api::devices::Nothing;
use crate::api::imports::{DismissRequest, FoundBackup, Offers, WatchedFolder};
use crate::api::{ApiError, Result, Topic, blocking};
use crate::library::all_versions;
use crate::{Engine, json_file};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};
use tokio::sync::Notify;

/// How long a finished backup must have been left alone: Apple's tools write the state before their last files.
pub const QUIET: Duration = Duration::from_secs(30);
/// Files of a backup that are written in every run.
const WRITTEN: [&str; 4] = ["Status.plist", "Manifest.db", "Manifest.plist", "Info.plist"];
/// Folders beside each other that are watched before there is a backup in them; others are looked at now and then.
const FOLDERS_WATCHED: usize = 100;
/// Dismissed offers remembered; the oldest are forgotten beyond that.
const DISMISSED: usize = 10_000;

/// Where Apple's programs keep backups, below the home of a person (`formats.md` 1.1).
pub fn apples_folders(home: &Path) -> Vec<PathBuf> {
    if cfg!(target_os = "macos") {
        return vec![home.join("Library/Application Support/MobileSync/Backup")];
    }
    if cfg!(windows) {
        let roaming = std::env::var_os("APPDATA").map_or_else(|| home.join("AppData/Roaming"), PathBuf::from);
        return vec![roaming.join("Apple Computer/MobileSync/Backup"), home.join("Apple/MobileSync/Backup")];
    }
    Vec::new()
}

/// What was found so far.
pub struct Found {
    /// The offers that are not wanted, in a file of their own.
    path: PathBuf,
    dismissed: Mutex<BTreeSet<String>>,
    now: Mutex<Offers>,
    /// What each backup folder looked like, and what was in it: a folder that did not change is not opened again.
    seen: Mutex<BTreeMap<PathBuf, (Looks, FoundBackup)>>,
    wake: Notify,
}

/// Sizes and times of the files that every run writes.
type Looks = Vec<Option<(u64, Option<SystemTime>)>>;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // Plain values, changed in whole steps.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Found {
    pub fn open(data: &Path) -> Found {
        let path = data.join("dismissed.json");
        Found {
            dismissed: Mutex::new(json_file::read(&path).unwrap_or_default()),
            path,
            now: Mutex::new(Offers { offers: Vec::new(), folders: Vec::new() }),
            seen: Mutex::default(),
            wake: Notify::new(),
        }
    }

    /// Something changed that decides what is offered.
    pub fn look_again(&self) {
        self.wake.notify_one();
    }
}

pub async fn list(engine: &Engine, _: Nothing) -> Result<Offers> {
    Ok(lock(&engine.0.offers.now).clone())
}

pub async fn dismiss(engine: &Engine, asked: DismissRequest) -> Result<Nothing> {
    let engine = engine.clone();
    blocking(move || {
        let found = &engine.0.offers;
        let unwanted: Vec<String> = {
            let now = lock(&found.now);
            now.offers.iter().filter(|offer| asked.folders.contains(&offer.folder)).map(key).collect()
        };
        let mut dismissed = lock(&found.dismissed);
        dismissed.extend(unwanted);
        while dismissed.len() > DISMISSED {
            dismissed.pop_first();
        }
        json_file::write(&found.path, &*dismissed)?;
        lock(&found.now).offers.retain(|offer| !asked.folders.contains(&offer.folder));
        engine.changed(Topic::Offers);
        Ok(Nothing {})
    })
    .await
}

/// Names one backup: the next one in the same folder is another. The time comes first, so that the oldest go first.
fn key(offer: &FoundBackup) -> String {
    format!("{:016} {}", offer.made.unwrap_or(0), offer.folder)
}

/// What a look at all folders came to.
struct Look {
    /// What to be told of changes of.
    watch: BTreeSet<PathBuf>,
    /// When a backup that was changed lately will have been left alone for long enough.
    again: Option<Duration>,
}

/// Looks at all watched folders, and tells when what is offered has changed. Blocking.
fn look(engine: &Engine) -> Look {
    let settings = engine.0.settings.get();
    let apples = engine.0.config.apples_folders.iter().map(|path| (path.clone(), true));
    let own = settings.watched.iter().map(|path| (PathBuf::from(path), false));
    let folders: Vec<(PathBuf, bool)> = apples.chain(own).collect();
    let mut look = Look { watch: BTreeSet::new(), again: None };
    let mut now = Offers { offers: Vec::new(), folders: Vec::new() };
    for (path, apples) in folders {
        let found = if settings.watch_apple { find_in(&path) } else { Ok(Vec::new()) };
        let exists = path.is_dir();
        if settings.watch_apple {
            // Where it is still to be made, what is there of the way to it.
            look.watch.extend(path.ancestors().find(|above| above.is_dir()).map(PathBuf::from));
            // One of these may be about to become a backup.
            look.watch.extend(folders_in(&path));
        }
        let (problem, found) = match found {
            Ok(found) => (None, found),
            Err(error) => (Some(error), Vec::new()),
        };
        for folder in found {
            look.watch.insert(folder.clone());
            now.offers.extend(offer(engine, &folder, &mut look.again));
        }
        now.folders.push(WatchedFolder { path: path.to_string_lossy().into_owned(), apples, exists, problem });
    }
    now.offers.sort_by_key(|offer| std::cmp::Reverse(offer.made));
    let mut known = lock(&engine.0.offers.now);
    if *known != now {
        *known = now;
        engine.changed(Topic::Offers);
    }
    look
}

/// The folders in one, as many as are watched for what they may become.
fn folders_in(folder: &Path) -> impl Iterator<Item = PathBuf> {
    let inside = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let folders = inside.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
    folders.take(FOLDERS_WATCHED).map(|entry| entry.path())
}

/// One that is not there yet is no problem: Apple's program makes it with its first backup.
fn find_in(folder: &Path) -> Result<Vec<PathBuf>> {
    match find(folder) {
        Ok((found, _)) => Ok(found),
        Err(ApiError { code: crate::api::Code::FileMissing, .. }) => Ok(Vec::new()),
        Err(error) => Err(error),
    }
}

/// The backup in a folder, when it is finished, left alone, not kept and not dismissed.
fn offer(engine: &Engine, folder: &Path, again: &mut Option<Duration>) -> Option<FoundBackup> {
    let looks = looks(folder);
    let changed = looks.iter().flatten().filter_map(|(_, time)| *time).max();
    // A time ahead of the clock says nothing.
    let left_alone = changed.and_then(|changed| changed.elapsed().ok()).unwrap_or(engine.0.config.quiet);
    if left_alone < engine.0.config.quiet {
        let wait = engine.0.config.quiet - left_alone;
        *again = Some(again.map_or(wait, |earlier| earlier.min(wait)));
        return None;
    }
    let (known, _) = all_versions(engine, None).ok()?;
    let seen =
        lock(&engine.0.offers.seen).get(folder).filter(|(then, _)| *then == looks).map(|(_, found)| found.clone());
    let found = seen.unwrap_or_else(|| {
        let found = look_at(engine, folder, &known);
        lock(&engine.0.offers.seen).insert(folder.to_path_buf(), (looks, found.clone()));
        found
    });
    let kept = known.iter().any(|version| version.udid == found.udid && Some(version.made) == found.made);
    let wanted = found.problem.is_none() && !kept && !lock(&engine.0.offers.dismissed).contains(&key(&found));
    wanted.then_some(FoundBackup { imported: None, ..found })
}

fn looks(folder: &Path) -> Looks {
    let look = |name: &&str| {
        let about = folder.join(name).symlink_metadata().ok()?;
        Some((about.len(), about.modified().ok()))
    };
    WRITTEN.iter().map(look).collect()
}
