//! What a location's volume is and can do, tried out anew whenever it has been mounted again.

use super::seen::Known;
use super::{Patience, within, words};
use crate::Engine;
use crate::api::locations::{LocationRequest, LocationVolume, VolumeAbilities, VolumeKind};
use crate::api::{Result, Topic, blocking};
use crate::library::open_store;
use std::path::PathBuf;
use store::{Capabilities, Store};

/// What stands behind a location.
pub async fn volume(engine: &Engine, asked: LocationRequest) -> Result<LocationVolume> {
    let engine = engine.clone();
    blocking(move || {
        let path = PathBuf::from(&asked.path);
        let (own, place) = (engine.clone(), path.clone());
        let known = within(&engine, &path, Patience::ToShow, move || {
            let store = open_store(&own, &place, false)?;
            look(&own, &store)
        })?;
        Ok(describe(&known))
    })
    .await
}

/// Notes down what the volume of a store is now. Asks for little, so that it can be done at each opening.
pub fn note_mount(engine: &Engine, store: &Store) -> Result<()> {
    known(engine, store).and_then(|known| engine.0.seen.note(store.location(), known))
}

fn known(engine: &Engine, store: &Store) -> Result<Known> {
    let volume = store.volume()?;
    let seen = engine.0.seen.of(store.location());
    let old_copy = seen.as_ref().and_then(|seen| seen.old_copy.clone());
    if let Some(seen) = seen.filter(|seen| seen.volume == volume) {
        return Ok(seen);
    }
    let real = store.location().canonicalize().unwrap_or_else(|_| store.location().to_path_buf());
    Ok(Known { real, volume, can: None, tried: false, old_copy })
}

/// Tries the volume of a store out where it has been mounted since the last time; what comes of it is told where it is
/// asked for.
pub fn try_out(engine: &Engine, store: &Store) {
    if let Err(error) = look(engine, store) {
        tracing::info!(%error, "the volume could not be looked at");
    }
}

/// What the volume of a store is and can do; it is tried out where it has been mounted since the last time.
pub(super) fn look(engine: &Engine, store: &Store) -> Result<Known> {
    let mut known = known(engine, store)?;
    if !known.tried {
        known.can = store.probe().inspect_err(|error| tracing::info!(%error, "the volume could not be tried out")).ok();
        known.tried = true;
        tracing::info!(location = %store.location().display(), volume = ?known.volume, can = ?known.can, "the volume was tried out");
        engine.0.seen.note(store.location(), known.clone())?;
        engine.changed(Topic::Locations);
    }
    Ok(known)
}

fn describe(known: &Known) -> LocationVolume {
    let volume = &known.volume;
    let kind = match volume.kind {
        store::VolumeKind::Disk => VolumeKind::Disk,
        store::VolumeKind::Removable => VolumeKind::Removable,
        store::VolumeKind::Share => VolumeKind::Share,
        store::VolumeKind::Program => VolumeKind::Program,
        store::VolumeKind::Memory => VolumeKind::Memory,
        store::VolumeKind::Unknown => VolumeKind::Unknown,
    };
    LocationVolume {
        kind,
        title: words::title(volume),
        file_system: volume.file_system.clone(),
        mount: volume.mount.to_string_lossy().into_owned(),
        source: volume.source.clone(),
        notes: words::notes(volume, known.can.as_ref()),
        can: known.can.as_ref().map(abilities),
        old_copy: known.old_copy.as_ref().map(|path| path.to_string_lossy().into_owned()),
    }
}

fn abilities(can: &Capabilities) -> VolumeAbilities {
    let Capabilities { create_new, rename, hard_link, clone, flush_file, flush_folder, .. } = *can;
    let Capabilities { large_files, case_sensitive, time_step, tells_free, .. } = *can;
    VolumeAbilities {
        create_new,
        rename,
        hard_link,
        clone,
        flush_file,
        flush_folder,
        large_files,
        case_sensitive,
        time_step,
        tells_free,
    }
}
