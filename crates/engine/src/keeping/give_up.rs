//! Pins, versions that are given up, and those that come back.

use super::{store_at, summary, tell};
use crate::Engine;
use crate::api::devices::Nothing;
use crate::api::keeping::{BringBackRequest, ExpiredVersion, PinRequest};
use crate::api::locations::LocationRequest;
use crate::api::versions::{VersionRequest, VersionSummary};
use crate::api::{ApiError, Code, Result, blocking};
use crate::library::{self, Found};
use std::path::Path;
use store::{Expired, Facts, Store};

/// How long an expired version can be brought back, in milliseconds (`docs/store-format.md`, "Giving versions up").
const GRACE: i64 = 7 * 24 * 60 * 60 * 1000;

pub async fn pin(engine: &Engine, asked: PinRequest) -> Result<Nothing> {
    let engine = engine.clone();
    blocking(move || {
        let found = library::find(&engine, &asked.version, asked.location.as_deref().map(Path::new))?;
        found.store.pin(&found.summary.udid, found.summary.number, asked.pinned)?;
        tell(&engine);
        Ok(Nothing {})
    })
    .await
}

pub async fn expire(engine: &Engine, asked: VersionRequest) -> Result<ExpiredVersion> {
    let engine = engine.clone();
    blocking(move || {
        let Found { store, summary } =
            library::find(&engine, &asked.version, asked.location.as_deref().map(Path::new))?;
        may_go(&store, &summary)?;
        store.expire(&summary.udid, summary.number)?;
        tell(&engine);
        let gone = store.expired(&summary.udid)?.into_iter().find(|gone| gone.head.seq == summary.number);
        // Brought back by somebody else in this very moment: given up a moment ago is what was asked.
        let since = gone.map_or_else(crate::now, |gone| gone.since);
        Ok(ExpiredVersion { version: summary, since, until: since.saturating_add(GRACE) })
    })
    .await
}

/// Refuses what no person should lose by one click.
fn may_go(store: &Store, version: &VersionSummary) -> Result<()> {
    let heads = store.versions(&version.udid)?.versions;
    let kept = |why: &str| Err(ApiError::new(Code::VersionKept, why));
    if version.pinned {
        return kept("This version is pinned. Take the pin away first.");
    }
    if heads.len() < 2 {
        return kept("This is the last version of this device. Without it there would be none.");
    }
    let complete = |head: &&store::VersionHead| Facts::of(head, false).complete;
    let newest = heads.iter().rfind(complete).or(heads.last());
    if newest.is_some_and(|newest| newest.seq == version.number) {
        return kept("This is the newest complete version of this device. Make a newer one first.");
    }
    Ok(())
}

pub async fn bring_back(engine: &Engine, asked: BringBackRequest) -> Result<VersionSummary> {
    let engine = engine.clone();
    blocking(move || {
        let store = store_at(&engine, &asked.path)?;
        store.bring_back(&asked.udid, asked.number)?;
        tell(&engine);
        let back = store.versions(&asked.udid)?.versions.into_iter().find(|head| head.seq == asked.number);
        let back = back.ok_or_else(|| store::Error::NoVersion { udid: asked.udid.clone(), seq: asked.number })?;
        let pinned = store.pinned(&asked.udid)?.contains(&asked.number);
        Ok(summary(&engine, &store, &back, pinned))
    })
    .await
}

pub async fn expired(engine: &Engine, asked: LocationRequest) -> Result<Vec<ExpiredVersion>> {
    let engine = engine.clone();
    blocking(move || {
        let store = store_at(&engine, &asked.path)?;
        let mut all = Vec::new();
        for udid in store.devices()? {
            all.extend(store.expired(&udid)?.iter().map(|gone| describe(&engine, &store, gone)));
        }
        Ok(all)
    })
    .await
}

fn describe(engine: &Engine, store: &Store, gone: &Expired) -> ExpiredVersion {
    let version = summary(engine, store, &gone.head, false);
    ExpiredVersion { version, since: gone.since, until: gone.since.saturating_add(GRACE) }
}
