//! The passwords known of devices: trying one, listing, remembering, forgetting.

use super::{Known, keyring, put_first};
use crate::Engine;
use crate::api::devices::{DeviceRequest, Nothing};
use crate::api::locks::{KnownPassword, PasswordCheck, PasswordRequest};
use crate::api::versions::VersionSummary;
use crate::api::{ApiError, Result, Topic, blocking};
use crate::library::{VersionFiles, all_versions, open_store};
use backup::{Locked, Password};
use std::collections::BTreeSet;
use std::path::Path;

/// Key bags a password is tried on; each try takes seconds.
const BAGS_TRIED: usize = 4;

/// Tries a password on a device's encrypted versions, the newest first; one per key bag.
pub async fn check_password(engine: &Engine, asked: PasswordRequest) -> Result<PasswordCheck> {
    let (own, stop) = (engine.clone(), engine.0.locks.stop_token());
    blocking(move || {
        let password = Password::new(asked.password.as_str());
        let (mut versions, _) = all_versions(&own, None)?;
        versions.retain(|version| version.udid == asked.udid && version.encrypted);
        let (mut seen, mut newest) = (BTreeSet::new(), None);
        for version in &versions {
            let Some(locked) = look(&own, version) else { continue };
            newest.get_or_insert_with(|| version.id.clone());
            if !seen.insert(locked.keybag_id().to_string()) || seen.len() > BAGS_TRIED {
                continue;
            }
            match locked.unlock(&password, &|| stop.is_cancelled()) {
                Ok(_) => {
                    let is_newest = newest.as_ref() == Some(&version.id);
                    return Ok(PasswordCheck {
                        matches: Some(true),
                        version: Some(version.id.clone()),
                        newest: is_newest,
                    });
                }
                Err(backup::Error::WrongPassword) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(PasswordCheck { matches: newest.as_ref().map(|_| false), newest: newest.is_some(), version: newest })
    })
    .await
}

/// A version as it looks without its password; one that cannot be read is passed over here.
fn look(engine: &Engine, version: &VersionSummary) -> Option<Locked> {
    let store = open_store(engine, Path::new(&version.location), false).ok()?;
    let files = VersionFiles(store.version(&version.udid, version.number).ok()?);
    Locked::look(&files).ok().flatten()
}

pub async fn list_passwords(engine: &Engine, _: Nothing) -> Result<Vec<KnownPassword>> {
    let own = engine.clone();
    blocking(move || {
        let (versions, _) = all_versions(&own, None)?;
        let attached = own.0.devices.list();
        let kept = own.0.settings.get().remembered;
        let known: BTreeSet<String> = own.0.locks.devices().into_iter().chain(kept.iter().cloned()).collect();
        let name = |udid: &str| {
            let here = attached.iter().find(|device| device.udid == udid).map(|device| device.name.clone());
            let away =
                || versions.iter().find(|version| version.udid == udid).map(|version| version.device_name.clone());
            here.filter(|name| !name.is_empty()).or_else(away).unwrap_or_default()
        };
        let known = known.into_iter();
        Ok(known.map(|udid| KnownPassword { device_name: name(&udid), keychain: kept.contains(&udid), udid }).collect())
    })
    .await
}

pub async fn forget_password(engine: &Engine, asked: DeviceRequest) -> Result<Nothing> {
    let own = engine.clone();
    blocking(move || {
        own.0.locks.forget(&asked.udid);
        if own.0.settings.get().remembered.contains(&asked.udid) {
            keyring::forget(&asked.udid)?;
            own.0.settings.change(|settings| settings.remembered.retain(|udid| *udid != asked.udid))?;
        }
        own.changed(Topic::Locks);
        Ok(Nothing {})
    })
    .await
}

/// Keeps a password in the system's keychain, before those kept of that device already. Blocking.
pub fn remember(engine: &Engine, udid: &str, password: &Password) -> Result<()> {
    let mut passwords = kept(engine, udid)?;
    put_first(&mut passwords, password);
    keyring::save(udid, &passwords)?;
    if !engine.0.settings.get().remembered.iter().any(|known| known == udid) {
        engine.0.settings.change(|settings| settings.remembered.push(udid.to_string()))?;
    }
    engine.changed(Topic::Locks);
    Ok(())
}

/// What the system's keychain keeps of a device; it is only asked where something was put there. Blocking.
fn kept(engine: &Engine, udid: &str) -> Result<Vec<Password>> {
    let asked = engine.0.settings.get().remembered.iter().any(|known| known == udid);
    if asked { keyring::load(udid) } else { Ok(Vec::new()) }
}

impl Known {
    /// The passwords entered, then those in the system's keychain, each once. Blocking.
    pub(super) fn gather(engine: &Engine, udid: &str) -> Known {
        let mut passwords = engine.0.locks.passwords(udid);
        let unavailable = match kept(engine, udid) {
            Ok(kept) => {
                let known = passwords.clone();
                let new = |password: &Password| known.iter().all(|other| other.as_str() != password.as_str());
                passwords.extend(kept.into_iter().filter(new));
                None
            }
            Err(error) => Some(error),
        };
        Known { passwords, unavailable }
    }

    /// Why there is no password that opens it.
    pub(super) fn needed(self) -> ApiError {
        use crate::api::Code::PasswordNeeded;
        match (self.unavailable, self.passwords.is_empty()) {
            (Some(error), _) => ApiError::new(PasswordNeeded, format!("Enter the password. {}", error.message)),
            (None, true) => ApiError::new(
                PasswordNeeded,
                "This version is encrypted. Enter the password that was set on the device for its backups.",
            ),
            (None, false) => ApiError::new(
                PasswordNeeded,
                "None of the passwords known here opens this version. Enter the one that was set when it was made.",
            ),
        }
    }
}
