//! The passwords inside an encrypted version: listed masked, shown one at a time, each time for the backup's password.

use crate::api::locks::{KeychainEntry, KeychainKind, KeychainList, KeychainRequest, RevealRequest, Revealed};
use crate::api::{ApiError, Code, Result, Secret, blocking};
use crate::library::{self, VersionFiles};
use crate::{Engine, browse};
use backup::{Keychain, Locked, Password};

pub async fn open(engine: &Engine, asked: KeychainRequest) -> Result<KeychainList> {
    let engine = engine.clone();
    blocking(move || {
        let keychain = unlocked(&engine, &asked.version, &asked.password)?;
        let items = keychain.items.iter().zip(0..).map(|(item, id)| KeychainEntry {
            id,
            kind: match item.kind {
                backup::KeychainKind::Wifi => KeychainKind::Wifi,
                backup::KeychainKind::Website => KeychainKind::Website,
                backup::KeychainKind::Other => KeychainKind::Other,
            },
            title: item.title.clone(),
            account: Some(item.account.clone()).filter(|account| !account.is_empty()),
            created: item.created,
        });
        Ok(KeychainList {
            items: items.collect(),
            this_device_only: keychain.this_device_only,
            unreadable: keychain.unreadable,
        })
    })
    .await
}

pub async fn reveal(engine: &Engine, asked: RevealRequest) -> Result<Revealed> {
    let engine = engine.clone();
    blocking(move || {
        let keychain = unlocked(&engine, &asked.version, &asked.password)?;
        let item = usize::try_from(asked.id).ok().and_then(|at| keychain.items.get(at));
        let item = item.ok_or_else(|| browse::nothing_here("There is no such password in this version."))?;
        Ok(Revealed { secret: item.secret().as_str().to_string() })
    })
    .await
}

/// The keychain of a version, for its password: derived anew each time, whatever is unlocked.
fn unlocked(engine: &Engine, version: &str, password: &Secret) -> Result<Keychain> {
    let found = library::find(engine, version, None)?;
    let files = VersionFiles(found.store.version(&found.summary.udid, found.summary.number)?);
    let none = || ApiError::new(Code::ItemNotFound, "Only encrypted versions hold passwords, and this one holds none.");
    let locked = Locked::look(&files)?.ok_or_else(none)?;
    super::opener_of(engine, &found.summary.udid, &locked, Some(&Password::new(password.as_str())), &|| false)?;
    browse::opened(engine, &found.summary.id, None)?.backup.keychain()?.ok_or_else(none)
}
