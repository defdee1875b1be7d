//! Locations, versions and devices: what is kept, and where.

mod ask;
mod files;
mod summary;

pub use ask::*;
pub use files::{SessionFiles, VersionFiles};
pub use summary::{DeviceNotes, is_incomplete, summarise, version_id};

use crate::api::sealing::SealedVersion;
use crate::api::versions::{DamagedRecord, VersionSummary, Versions};
use crate::api::{ApiError, Code, Result, blocking};
use crate::locations::{Patience, note_mount, why, within};
use crate::{Engine, locks};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use store::Store;

/// The stores opened since the start.
pub struct Library {
    stores: Mutex<BTreeMap<PathBuf, Store>>,
    sessions: PathBuf,
}

/// A version that was found.
pub struct Found {
    pub store: Store,
    pub summary: VersionSummary,
}

impl Library {
    pub fn open(data: &Path) -> Result<Library> {
        let sessions = data.join("sessions");
        std::fs::create_dir_all(&sessions).map_err(|error| ApiError::io(&sessions, &error))?;
        Ok(Library { stores: Mutex::default(), sessions })
    }

    /// Where the logs of running sessions live.
    pub fn sessions(&self) -> &Path {
        &self.sessions
    }

    /// A location is used no more; what is opened there is opened anew when it is.
    pub fn forget(&self, location: &Path) {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner).remove(location);
    }

    fn known(&self, location: &Path) -> Option<Store> {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner).get(location).cloned()
    }
}

/// The store at a location; made there when `create`, there is none, and none was ever seen there. Blocking.
///
/// An empty mount point must not get a store of its own while the disk is away, and another disk at the same path is
/// not the one that is meant. A location that does not answer fails as one that is away, after some seconds.
pub fn open_store(engine: &Engine, location: &Path, create: bool) -> Result<Store> {
    if create && engine.0.seen.is_moving(location) {
        let message = "The versions of this location are being moved. Wait until that has ended.";
        return Err(ApiError::new(Code::StoreBusy, message));
    }
    let patience = if create { Patience::ToStart } else { Patience::ToShow };
    let (own, place) = (engine.clone(), location.to_path_buf());
    within(engine, location, patience, move || open_there(&own, &place, create))
}

fn open_there(engine: &Engine, location: &Path, create: bool) -> Result<Store> {
    let name = location.to_string_lossy().into_owned();
    let seen = engine.0.settings.get().stores.get(&name).cloned();
    let away = || {
        let message = format!("The disk with the backups of {name} is not there. Connect it, and try again.");
        ApiError::new(Code::LocationMissing, message)
    };
    let store = match Store::open(location) {
        Err(store::Error::NoStore { .. }) if seen.is_some() => return Err(why(engine, location, &away())),
        Err(store::Error::NoStore { .. }) if create => Store::create_or_open(location)?,
        Err(error) => return Err(why(engine, location, &error.into())),
        Ok(store) => store,
    };
    if seen.as_ref().is_some_and(|id| id != store.id()) {
        let message = format!(
            "Other versions are at {name} than those that were there: another disk is connected, or another folder has that name. Connect the right one."
        );
        return Err(ApiError::new(Code::LocationReplaced, message));
    }
    if let Err(error) = note_mount(engine, &store) {
        tracing::info!(%error, "what the location lies on could not be noted down");
    }
    if let Some(known) = engine.0.library.known(location).filter(|known| known.id() == store.id()) {
        locks::learn_keys(engine, &known);
        return Ok(known);
    }
    for left in store.recover(engine.0.library.sessions())? {
        tracing::info!(udid = %left.udid, files = left.files, "an earlier backup did not finish; what arrived is kept");
    }
    if seen.is_none() {
        engine.0.settings.change(|settings| drop(settings.stores.insert(name, store.id().to_string())))?;
    }
    locks::learn_keys(engine, &store);
    engine
        .0
        .library
        .stores
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .insert(location.to_path_buf(), store.clone());
    Ok(store)
}

/// The locations whose versions are shown, the default one first.
pub fn known_locations(engine: &Engine) -> Vec<PathBuf> {
    let settings = engine.0.settings.get();
    let mut all = vec![PathBuf::from(&settings.location)];
    for further in settings.locations.iter().chain(settings.device_locations.values()) {
        let further = PathBuf::from(further);
        if !all.contains(&further) {
            all.push(further);
        }
    }
    all
}

/// The location a device's next version goes to.
pub fn location_for(engine: &Engine, udid: &str) -> PathBuf {
    let settings = engine.0.settings.get();
    PathBuf::from(settings.device_locations.get(udid).unwrap_or(&settings.location))
}

/// Every version of the known locations (or one location), newest first, and what could not be read. Blocking.
///
/// One location or device folder that cannot be read does not hide the others' versions.
pub fn all_versions(engine: &Engine, location: Option<&Path>) -> Result<(Vec<VersionSummary>, Vec<DamagedRecord>)> {
    list(engine, location).map(|listed| (listed.versions, listed.damaged))
}

/// As [`all_versions`], with those whose key is not at hand. Blocking.
pub fn list(engine: &Engine, location: Option<&Path>) -> Result<Versions> {
    let locations = location.map_or_else(|| known_locations(engine), |one| vec![one.to_path_buf()]);
    let (mut versions, mut damaged, mut sealed) = (Vec::new(), Vec::new(), Vec::new());
    for path in locations {
        let (own, place) = (engine.clone(), path.clone());
        match within(engine, &path, Patience::ToShow, move || versions_at(&own, &place)) {
            Ok(here) => {
                versions.extend(here.versions);
                damaged.extend(here.damaged);
                sealed.extend(here.sealed);
            }
            // What is wrong with it is said where locations are listed.
            Err(_) if location.is_none() => continue,
            Err(error) => return Err(error),
        };
    }
    versions.sort_by_key(|version| std::cmp::Reverse((version.made, version.number)));
    sealed.sort_by_key(|version| std::cmp::Reverse((version.made, version.number)));
    Ok(Versions { versions, damaged, sealed })
}

/// What one location holds, and what could not be read there.
fn versions_at(engine: &Engine, path: &Path) -> Result<Versions> {
    let (mut versions, mut damaged, mut sealed) = (Vec::new(), Vec::new(), Vec::new());
    let store = open_store(engine, path, false)?;
    let at = path.to_string_lossy();
    let broken = |udid: &str, file: String, reason: String| DamagedRecord {
        udid: udid.to_string(),
        location: at.to_string(),
        file,
        reason,
    };
    let devices = store.devices().unwrap_or_else(|error| {
        damaged.push(broken("", String::new(), error.to_string()));
        Vec::new()
    });
    for udid in devices {
        match store.versions(&udid) {
            Ok(list) => {
                let pinned = store.pinned(&udid).unwrap_or_default();
                let one = |head| summarise(head, &store, pinned.contains(&head.seq), &engine.0.locks);
                versions.extend(list.versions.iter().map(one));
                let key_missing = |record: store::SealedRecord| SealedVersion {
                    udid: udid.clone(),
                    location: at.to_string(),
                    number: record.seq,
                    made: record.made,
                    key: record.key.to_string(),
                };
                sealed.extend(list.sealed.into_iter().map(key_missing));
                let records = list.damaged.into_iter();
                damaged.extend(records.map(|record| broken(&udid, record.file, record.reason.to_string())));
            }
            Err(error) => damaged.push(broken(&udid, String::new(), error.to_string())),
        }
    }
    Ok(Versions { versions, damaged, sealed })
}

/// Finds a version by id or `latest`; an id may leave out the store where only one version then fits. Blocking.
pub fn find(engine: &Engine, version: &str, location: Option<&Path>) -> Result<Found> {
    let (versions, _) = all_versions(engine, location)?;
    let whole = |known: &VersionSummary| version == "latest" || known.id == version;
    let short = |known: &VersionSummary| known.id.split_once('.').is_some_and(|(id, _)| id == version);
    let found = versions.iter().find(|known| whole(known)).or_else(|| {
        let mut fitting = versions.iter().filter(|known| short(known));
        fitting.next().filter(|_| fitting.next().is_none())
    });
    let summary = found.cloned().ok_or_else(|| {
        ApiError::new(Code::VersionNotFound, "This version is not in any location that can be reached now.")
            .detail(version)
    })?;
    let store = open_store(engine, Path::new(&summary.location), false)?;
    Ok(Found { store, summary })
}

/// The location a version is in.
pub async fn location_of(engine: &Engine, version: &str, location: &Option<String>) -> Result<PathBuf> {
    let (engine, version, location) = (engine.clone(), version.to_string(), location.clone());
    let found = move || find(&engine, &version, location.as_deref().map(Path::new));
    blocking(move || Ok(PathBuf::from(found()?.summary.location))).await
}
