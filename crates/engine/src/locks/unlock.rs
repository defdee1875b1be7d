//! From a password to keys.

use super::Opener;
use super::passwords::remember;
use crate::api::devices::Nothing;
use crate::api::locks::UnlockRequest;
use crate::api::versions::OpenedVersion;
use crate::api::{ApiError, Code, Result, Topic, blocking};
use crate::library::{self, VersionFiles};
use crate::{Engine, browse, index};
use backup::{Keys, Locked, Password};
use std::path::Path;

/// The passwords known of a device without asking the person.
pub struct Known {
    pub(super) passwords: Vec<Password>,
    /// Why the system's keychain could not be asked.
    pub(super) unavailable: Option<ApiError>,
}

pub async fn unlock(engine: &Engine, asked: UnlockRequest) -> Result<OpenedVersion> {
    let own = engine.clone();
    blocking(move || {
        let found = library::find(&own, &asked.version, asked.location.as_deref().map(Path::new))?;
        let (udid, id) = (found.summary.udid.clone(), found.summary.id.clone());
        let files = VersionFiles(found.store.version(&udid, found.summary.number)?);
        let password = asked.password.as_ref().map(|secret| Password::new(secret.as_str()));
        if let Some(locked) = Locked::look(&files)? {
            opener_of(&own, &udid, &locked, password.as_ref(), &|| false)?;
            own.0.locks.belongs(&id, locked.keybag_id());
            own.changed(Topic::Locks);
            own.changed(Topic::Versions);
            index::new_version(&own);
            if let Some(password) = password.filter(|_| asked.remember) {
                remember(&own, &udid, &password).map_err(not_remembered)?;
            }
        }
        Ok(browse::describe(&*browse::opened(&own, &id, Some(Path::new(&found.summary.location)))?))
    })
    .await
}

fn not_remembered(error: ApiError) -> ApiError {
    ApiError { message: format!("The version is unlocked, but its password was not kept. {}", error.message), ..error }
}

/// What opens an encrypted backup of `udid`: what is known, else from `password`, else from any password known of the device.
///
/// Takes seconds where a password has to be tried. `Code::PasswordWrong`, `Code::PasswordNeeded`, or
/// `Code::Cancelled` when `cancelled` says so or everything was locked meanwhile. Blocking.
pub fn opener_of(
    engine: &Engine,
    udid: &str,
    locked: &Locked,
    password: Option<&Password>,
    cancelled: &dyn Fn() -> bool,
) -> Result<Opener> {
    let locks = &engine.0.locks;
    let stop = locks.stop_token();
    let opener = find(engine, udid, locked, password, &|| stop.is_cancelled() || cancelled())?;
    locks.keep(&stop, locked.keybag_id(), opener.clone())?;
    locks.learn(udid, &opener.password);
    Ok(opener)
}

/// As [`opener_of`], for a look of our own: nothing is unlocked by it for the person. `None` when no password is known.
pub fn quietly(engine: &Engine, udid: &str, locked: &Locked, cancelled: &dyn Fn() -> bool) -> Result<Option<Keys>> {
    match find(engine, udid, locked, None, cancelled) {
        Ok(opener) => Ok(Some(opener.keys)),
        Err(error) if error.code == Code::PasswordNeeded => Ok(None),
        Err(error) => Err(error),
    }
}

fn find(
    engine: &Engine,
    udid: &str,
    locked: &Locked,
    password: Option<&Password>,
    cancelled: &dyn Fn() -> bool,
) -> Result<Opener> {
    let derive = |password: &Password| -> Result<Opener> {
        Ok(Opener { keys: locked.unlock(password, cancelled)?, password: password.clone() })
    };
    match (engine.0.locks.opener(locked.keybag_id()), password) {
        // A password entered is checked, also where the keys are known: it may be about to be remembered.
        (_, Some(password)) => derive(password),
        (Some(opener), None) => Ok(opener),
        (None, None) => {
            let known = Known::gather(engine, udid);
            for password in &known.passwords {
                match derive(password) {
                    Err(error) if error.code == Code::PasswordWrong => {}
                    ended => return ended,
                }
            }
            Err(known.needed())
        }
    }
}

pub async fn stop_unlocking(engine: &Engine, _: Nothing) -> Result<Nothing> {
    engine.0.locks.stop();
    Ok(Nothing {})
}
