//! The person's settings: one JSON file, written whole and renamed, read again when another program changes it.

use crate::api::browse::{Settings, Theme};
use crate::api::{ApiError, Result, Topic};
use crate::{Config, Engine, json_file};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Makes a folder that other users of this computer cannot look into: the index and the previews show what is on a phone.
fn private(folder: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(folder)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        // A volume without rights has nothing to set.
        let _ = std::fs::set_permissions(folder, std::fs::Permissions::from_mode(0o700));
    }
    Ok(())
}

pub struct SettingsFile {
    path: PathBuf,
    now: Mutex<Settings>,
    watcher: Mutex<Option<RecommendedWatcher>>,
}

impl SettingsFile {
    pub fn open(config: &Config) -> Result<SettingsFile> {
        for folder in [&config.data, &config.cache] {
            private(folder).map_err(|error| ApiError::io(folder, &error))?;
        }
        let path = config.data.join("settings.json");
        let fresh = Settings {
            location: config.default_location.to_string_lossy().into_owned(),
            locations: Vec::new(),
            device_locations: BTreeMap::new(),
            stores: BTreeMap::new(),
            theme: Theme::System,
            lock_after_minutes: crate::api::browse::lock_after(),
            index_encrypted: false,
            remembered: Vec::new(),
            retention: BTreeMap::new(),
            watch_apple: true,
            watched: Vec::new(),
            native_copies: BTreeSet::new(),
        };
        let now = match std::fs::read(&path) {
            Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|wrong| {
                // A damaged file is put aside, not lost: the locations in it may matter to someone.
                tracing::warn!(%wrong, "settings.json could not be read; starting with fresh settings");
                let _ = std::fs::rename(&path, path.with_extension("damaged.json"));
                fresh
            }),
            Err(_) => fresh,
        };
        Ok(SettingsFile { path, now: Mutex::new(now), watcher: Mutex::new(None) })
    }

    pub fn get(&self) -> Settings {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes the settings and writes them; nothing is changed when they cannot be written.
    pub fn change(&self, change: impl FnOnce(&mut Settings)) -> Result<Settings> {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let mut next = now.clone();
        change(&mut next);
        json_file::write(&self.path, &next)?;
        *now = next.clone();
        Ok(next)
    }

    /// Takes over what another program (a second window, an editor) writes.
    pub fn watch(&self, engine: &Engine) {
        let (engine, path) = (engine.clone(), self.path.clone());
        let heard = move |event: notify::Result<notify::Event>| {
            // Reading the file is an event as well: taking that for a change would read it for ever.
            if !event.is_ok_and(|event| !event.kind.is_access() && event.paths.contains(&path)) {
                return;
            }
            if let Some(read) = json_file::read::<Settings>(&path) {
                let mut now = engine.0.settings.now.lock().unwrap_or_else(PoisonError::into_inner);
                if *now != read {
                    *now = read;
                    drop(now);
                    engine.changed(Topic::Settings);
                    engine.changed(Topic::Locations);
                }
            }
        };
        let folder = self.path.parent().map(PathBuf::from).unwrap_or_default();
        let watcher = notify::recommended_watcher(heard).and_then(|mut watcher| {
            watcher.watch(&folder, RecursiveMode::NonRecursive)?;
            Ok(watcher)
        });
        match watcher {
            Ok(watcher) => *self.watcher.lock().unwrap_or_else(PoisonError::into_inner) = Some(watcher),
            Err(wrong) => tracing::info!(%wrong, "settings.json is not watched"),
        }
    }
}
