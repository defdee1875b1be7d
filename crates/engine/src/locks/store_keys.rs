//! The keys of sealed locations: from the system's keychain, or from the person.

use super::keyring;
use crate::Engine;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::{KeyId, Store, StoreKey};

/// What is known of keys since the start. They stay through a locking: backups by themselves need them.
#[derive(Default)]
pub struct StoreKeys(Mutex<State>);

#[derive(Default)]
struct State {
    /// `None` where the keychain was asked and had none: it may show a question each time.
    known: BTreeMap<KeyId, Option<StoreKey>>,
    /// Shown to be written down, not in use yet; by location.
    drafts: BTreeMap<PathBuf, StoreKey>,
}

impl StoreKeys {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A key that is in use.
    pub fn know(&self, key: &StoreKey) {
        self.state().known.insert(key.id(), Some(key.clone()));
    }

    pub fn draft(&self, location: &Path) -> Option<StoreKey> {
        self.state().drafts.get(location).cloned()
    }

    pub fn set_draft(&self, location: &Path, key: Option<StoreKey>) {
        let drafts = &mut self.state().drafts;
        match key {
            Some(key) => drafts.insert(location.to_path_buf(), key),
            None => drafts.remove(location),
        };
    }
}

/// Gives a store the keys it needs, as far as they are known here. Blocking; asks the keychain once for each.
pub fn learn_keys(engine: &Engine, store: &Store) {
    let Ok(sealing) = store.sealing() else { return };
    for id in sealing.keys.iter().filter(|id| store.key(id).is_none()) {
        let known = engine.0.store_keys.state().known.get(id).cloned();
        let key = known.unwrap_or_else(|| {
            let kept = keyring::load_key(id).unwrap_or_else(|error| {
                tracing::warn!(%error, key = %id, "the keychain could not be asked for the key of a location");
                None
            });
            engine.0.store_keys.state().known.insert(*id, kept.clone());
            kept
        });
        if let Some(key) = key
            && let Err(error) = store.unlock(key)
        {
            tracing::warn!(%error, key = %id, "a key could not be used");
        }
    }
}
