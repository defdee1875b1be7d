//! Locations, versions and devices: what is kept, and where.

mod ask;
mod files;
mod summary;

pub use ask::*;
pub use files::{SessionFiles, VersionFiles};
pub use summary::{DeviceNotes, summarise, version_id};

use crate::Engine;
use crate::api::versions::VersionSummary;
use crate::api::{ApiError, Code, Result};
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

    /// The store at a location; made there when `create` and there is none. Blocking.
    pub fn store(&self, location: &Path, create: bool) -> Result<Store> {
        let known = self.stores.lock().unwrap_or_else(PoisonError::into_inner).get(location).cloned();
        if let Some(store) = known {
            // A disk that was pulled out leaves a handle to nothing.
            if location.join("Heirloom").join("STORE.json").exists() {
                return Ok(store);
            }
            self.stores.lock().unwrap_or_else(PoisonError::into_inner).remove(location);
        }
        let store = if create { Store::create_or_open(location)? } else { Store::open(location)? };
        for left in store.recover(&self.sessions)? {
            tracing::info!(udid = %left.udid, files = left.files, bytes = left.bytes, "an earlier backup did not finish; what arrived is kept");
        }
        self.stores.lock().unwrap_or_else(PoisonError::into_inner).insert(location.to_path_buf(), store.clone());
        Ok(store)
    }
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

/// Every version of the known locations (or one location), newest first; damaged records by name. Blocking.
pub fn all_versions(engine: &Engine, location: Option<&Path>) -> Result<(Vec<VersionSummary>, Vec<String>)> {
    let locations = location.map_or_else(|| known_locations(engine), |one| vec![one.to_path_buf()]);
    let (mut versions, mut damaged) = (Vec::new(), Vec::new());
    for path in locations {
        let store = match engine.0.library.store(&path, false) {
            Ok(store) => store,
            // One location that is away or not yet made does not hide the others' versions.
            Err(_) if location.is_none() => continue,
            Err(error) => return Err(error),
        };
        for udid in store.devices()? {
            let list = store.versions(&udid)?;
            versions.extend(list.versions.iter().map(|head| summarise(head, &store)));
            damaged.extend(list.damaged.iter().map(|record| format!("{}: {}", record.file, record.reason)));
        }
    }
    versions.sort_by_key(|version| std::cmp::Reverse((version.made, version.number)));
    Ok((versions, damaged))
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
    let store = engine.0.library.store(Path::new(&summary.location), false)?;
    Ok(Found { store, summary })
}
