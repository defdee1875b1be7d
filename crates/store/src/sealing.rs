//! Whether new versions are sealed, and the keys that are at hand to open those that are.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::sync::{PoisonError, RwLock};

use crate::barrier::{flush_file, flush_folder};
use crate::error::at;
use crate::fault::point;
use crate::layout::{check_udid, switch_name, switch_parts};
use crate::seal::{KeyId, StoreKey};
use crate::store::names_in;
use crate::{Error, Result, Store, objects, record};

/// The keys at hand for one store; wiped with its last handle.
#[derive(Default)]
pub(crate) struct Keys(RwLock<Vec<StoreKey>>);

impl Keys {
    pub fn find(&self, id: &KeyId) -> Option<StoreKey> {
        let keys = self.0.read().unwrap_or_else(PoisonError::into_inner);
        keys.iter().find(|key| key.id() == *id).cloned()
    }

    pub fn add(&self, key: StoreKey) {
        if self.find(&key.id()).is_none() {
            self.0.write().unwrap_or_else(PoisonError::into_inner).push(key);
        }
    }
}

/// How a store is sealed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sealing {
    /// The key that new versions are sealed with; `None` when they are not.
    pub on: Option<KeyId>,
    /// Every key that was ever turned on here.
    pub keys: BTreeSet<KeyId>,
}

impl Store {
    /// Whether new versions are sealed.
    pub fn sealing(&self) -> Result<Sealing> {
        let mut sealing = Sealing::default();
        // Sorted by name, so by number: of two with one number, made at the same time, the last one counts.
        for name in names_in(&self.0.layout.sealing())? {
            let Some((_, key, on)) = switch_parts(&name) else { continue };
            sealing.on = on.then_some(key);
            sealing.keys.insert(key);
        }
        Ok(sealing)
    }

    /// From now on new versions are sealed with `key`; those that are there stay as they are. A session that runs ends
    /// as it began.
    pub fn seal(&self, key: &StoreKey) -> Result<()> {
        self.0.keys.add(key.clone());
        match self.sealing()?.on == Some(key.id()) {
            true => Ok(()),
            false => self.switch(&key.id(), true),
        }
    }

    /// From now on new versions are not sealed; those that are stay so.
    pub fn stop_sealing(&self) -> Result<()> {
        match self.sealing()?.on {
            Some(key) => self.switch(&key, false),
            None => Ok(()),
        }
    }

    /// Notes it down under the next number: like all of a store it is never changed.
    fn switch(&self, key: &KeyId, on: bool) -> Result<()> {
        let folder = self.0.layout.sealing();
        fs::create_dir_all(&folder).map_err(at(&folder))?;
        flush_folder(self.0.layout.root())?;
        point("sealing folder made");
        let last = names_in(&folder)?.iter().filter_map(|name| switch_parts(name)).map(|(number, ..)| number).max();
        let path = folder.join(switch_name(last.unwrap_or(0) + 1, key, on));
        match objects::create(&path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            made => made.and_then(|file| flush_file(&file)).map_err(at(&path))?,
        }
        point("sealing switched");
        flush_folder(&folder)
    }

    /// Takes a key to open the sealed versions with, as long as this store is open here.
    ///
    /// Fails with [`Error::OtherKey`] when nothing here was sealed with it.
    pub fn unlock(&self, key: StoreKey) -> Result<()> {
        let id = key.id();
        if !self.sealing()?.keys.contains(&id) && !self.is_sealed_with(&id)? {
            return Err(Error::OtherKey { key: id });
        }
        self.0.keys.add(key);
        // What could not be opened before can be now.
        self.memory().clear();
        Ok(())
    }

    /// The key of that name, if it is at hand.
    pub fn key(&self, id: &KeyId) -> Option<StoreKey> {
        self.0.keys.find(id)
    }

    /// Whether any record says that it was: the folder with the switches may be lost.
    fn is_sealed_with(&self, id: &KeyId) -> Result<bool> {
        let records = self.all_records()?.0;
        Ok(records.iter().any(|file| record::key_id(&file.path).as_ref() == Some(id)))
    }

    /// What a new session seals with. `udid` has passed the check of the layout.
    ///
    /// Fails with [`Error::KeyNeeded`] when the key is not at hand.
    pub(crate) fn sealing_key(&self) -> Result<Option<StoreKey>> {
        match self.sealing()?.on {
            None => Ok(None),
            Some(key) => {
                let path = self.0.layout.sealing();
                self.key(&key).map(Some).ok_or(Error::KeyNeeded { path, key })
            }
        }
    }

    /// Fails with [`Error::KeyNeeded`] where a version of any device is sealed with a key that is not at hand.
    pub fn check_keys(&self) -> Result<()> {
        self.devices()?.iter().try_for_each(|udid| self.check_opened(udid))
    }

    /// Refuses where a sealed version of the device cannot be opened: what it says may matter.
    pub(crate) fn check_opened(&self, udid: &str) -> Result<()> {
        check_udid(udid)?;
        match self.versions(udid)?.sealed.first() {
            Some(sealed) => {
                Err(Error::KeyNeeded { path: self.0.layout.versions(udid).join(&sealed.file), key: sealed.key })
            }
            None => Ok(()),
        }
    }
}
