//! Turning the sealing of a location on and off, and giving it the key it needs.

use super::keyring;
use crate::api::browse::Saved;
use crate::api::locations::{Location, LocationRequest};
use crate::api::sealing::{KeyRequest, KeySheetRequest, KeyTaken, SealDraft, SealRequest};
use crate::api::{ApiError, Code, Result, Topic, blocking, whole_path};
use crate::library::{describe_location, open_store};
use crate::{Engine, actions, index};
use std::path::Path;
use store::{Store, StoreKey};

/// Makes the key a location is to be sealed with, or tells the one it was sealed with before. Nothing is changed by that.
pub async fn prepare(engine: &Engine, asked: LocationRequest) -> Result<SealDraft> {
    let engine = engine.clone();
    blocking(move || {
        let path = whole_path(&asked.path, "A location")?;
        let earlier = match open_store(&engine, &path, false) {
            Ok(store) => known_key(&store)?,
            // The first backup makes the store.
            Err(error) if error.code == Code::NoStore => None,
            Err(error) => return Err(error),
        };
        let again = earlier.is_some();
        let key = match earlier.or_else(|| engine.0.store_keys.draft(&path)) {
            Some(key) => key,
            None => StoreKey::generate()?,
        };
        engine.0.store_keys.set_draft(&path, Some(key.clone()));
        Ok(SealDraft { recovery_key: key.written().to_string(), key: key.id().to_string(), again })
    })
    .await
}

/// The key that is in use, else any that once was and is at hand.
fn known_key(store: &Store) -> Result<Option<StoreKey>> {
    let sealing = store.sealing()?;
    let all = sealing.on.iter().chain(&sealing.keys);
    Ok(all.filter_map(|id| store.key(id)).next())
}

/// Seals new versions from now on, once the person has shown to hold the key.
pub async fn turn_on(engine: &Engine, asked: SealRequest) -> Result<Location> {
    let engine = engine.clone();
    blocking(move || {
        let path = whole_path(&asked.path, "A location")?;
        let none = || ApiError::new(Code::BadRequest, "There is no key for this location yet. Write one down first.");
        let key = engine.0.store_keys.draft(&path).ok_or_else(none)?;
        if !ends_with(&key, asked.typed.as_str()) {
            let message = "This is not the last group of the recovery key. Look at the sheet again.";
            return Err(ApiError::new(Code::KeyWrong, message));
        }
        let store = open_store(&engine, &path, true)?;
        // Before anything is sealed: without it the next start could not make a backup.
        keyring::save_key(&key)?;
        engine.0.store_keys.know(&key);
        store.seal(&key)?;
        engine.0.store_keys.set_draft(&path, None);
        engine.changed(Topic::Locations);
        Ok(describe_location(&engine, &path))
    })
    .await
}

/// Whether that is the last group of the written key, as a person types it.
fn ends_with(key: &StoreKey, typed: &str) -> bool {
    let letters =
        typed.chars().filter(|letter| letter.is_ascii_alphanumeric()).map(|letter| match letter.to_ascii_uppercase() {
            'O' => '0',
            'I' | 'L' => '1',
            letter => letter,
        });
    key.written().rsplit('-').next().is_some_and(|group| letters.eq(group.chars()))
}

/// New versions are not sealed from now on.
pub async fn turn_off(engine: &Engine, asked: LocationRequest) -> Result<Location> {
    let engine = engine.clone();
    blocking(move || {
        let path = whole_path(&asked.path, "A location")?;
        open_store(&engine, &path, false)?.stop_sealing()?;
        engine.changed(Topic::Locations);
        Ok(describe_location(&engine, &path))
    })
    .await
}

/// Opens a sealed location with its recovery key, and keeps that in the keychain.
pub async fn unlock_location(engine: &Engine, asked: KeyRequest) -> Result<KeyTaken> {
    let engine = engine.clone();
    blocking(move || {
        let path = whole_path(&asked.path, "A location")?;
        let store = open_store(&engine, &path, false)?;
        let key = StoreKey::parse(asked.key.as_str())?;
        store.unlock(key.clone())?;
        engine.0.store_keys.know(&key);
        let forgotten = keyring::save_key(&key).err();
        index::new_version(&engine);
        for topic in [Topic::Locations, Topic::Versions, Topic::Devices] {
            engine.changed(topic);
        }
        Ok(KeyTaken { location: describe_location(&engine, &path), forgotten })
    })
    .await
}

/// Writes the sheet with the recovery key: of the one that was prepared, else of the one in use.
pub async fn save_sheet(engine: &Engine, asked: KeySheetRequest) -> Result<Saved> {
    let engine = engine.clone();
    blocking(move || {
        let path = whole_path(&asked.path, "A location")?;
        let to = whole_path(&asked.to, "A file to write")?;
        let key = match engine.0.store_keys.draft(&path) {
            Some(key) => Some(key),
            None => known_key(&open_store(&engine, &path, false)?)?,
        };
        let none = || ApiError::new(Code::KeyNeeded, "The key of this location is not on this computer.");
        let written = actions::key_sheet::write(&key.ok_or_else(none)?, &path, Path::new(&to))?;
        Ok(Saved { path: written.to_string_lossy().into_owned() })
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_group_is_known_however_it_is_typed() {
        let key = StoreKey::generate().unwrap();
        let written = key.written();
        let last = written.rsplit('-').next().unwrap();
        assert!(ends_with(&key, last) && ends_with(&key, &format!(" {} ", last.to_lowercase())));
        assert!(ends_with(&key, &last.replace('0', "o").replace('1', "l")));
        assert!(!ends_with(&key, "") && !ends_with(&key, &last[1..]) && !ends_with(&key, &written));
    }
}
