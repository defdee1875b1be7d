//! Moving a location to another folder, with all that is known of it.

use super::Patience;
use crate::Engine;
use crate::api::devices::JobStarted;
use crate::api::jobs::{Action, JobResult, Phase};
use crate::api::locations::{LocationRequest, MoveRequest, MovedLocation};
use crate::api::{ApiError, Code, Result, Topic, blocking, size, whole_path};
use crate::jobs::Run;
use crate::library::{known_locations, open_store};
use std::path::{Path, PathBuf};
use std::sync::PoisonError;
use store::{Moved, Store};

pub async fn start(engine: &Engine, asked: MoveRequest) -> Result<JobStarted> {
    let from = whole_path(&asked.from, "A location")?;
    let to = whole_path(&asked.to, "The new place")?;
    if !known_locations(engine).contains(&from) {
        let message = "This location is not among yours. Add it first.";
        return Err(ApiError::new(Code::BadRequest, message).detail(asked.from));
    }
    if engine.0.jobs.list().iter().any(|job| job.ended.is_none()) {
        let message = "Something else is still running. Wait until it has ended, then move the location.";
        return Err(ApiError::new(Code::StoreBusy, message));
    }
    let name = from.file_name().unwrap_or(from.as_os_str()).to_string_lossy().into_owned();
    let own = engine.clone();
    let job = engine.0.jobs.start(Action::Move, format!("Move {name}"), None, |run| async move {
        let (moved, places, telling) = (own.clone(), (from.clone(), to.clone()), run.clone());
        let work = blocking(move || {
            let _moving = Moving::begin(&moved, &from);
            relocate(&moved, &from, &to, &telling)
        });
        super::unless_silent(&own, &[&places.0, &places.1], &run, work).await
    })?;
    Ok(JobStarted { job })
}

/// Nothing new is begun at a location while this lives.
struct Moving<'a> {
    engine: &'a Engine,
    location: PathBuf,
}

impl Moving<'_> {
    fn begin<'a>(engine: &'a Engine, location: &Path) -> Moving<'a> {
        engine.0.seen.moving.lock().unwrap_or_else(PoisonError::into_inner).insert(location.to_path_buf());
        Moving { engine, location: location.to_path_buf() }
    }
}

impl Drop for Moving<'_> {
    fn drop(&mut self) {
        self.engine.0.seen.moving.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.location);
    }
}

fn relocate(engine: &Engine, from: &Path, to: &Path, run: &Run) -> Result<JobResult> {
    run.phase(Phase::Moving, "Looking at what there is to move");
    let mut keys = Vec::new();
    match open_store(engine, from, false) {
        Ok(store) => keys.extend(store.sealing()?.keys.iter().filter_map(|id| store.key(id))),
        // What an earlier move, cut at its very end, leaves: only the settings are to follow.
        Err(error) if [Code::LocationMoved, Code::LocationMissing].contains(&error.code) => {}
        Err(error) => return Err(error),
    }
    let sessions = engine.0.library.sessions();
    let mut begun = false;
    let moved = store::move_store(from, to, sessions, &keys, &mut |done, all| {
        if !std::mem::replace(&mut begun, true) {
            run.phase(Phase::Moving, "Copying, and comparing each content");
        }
        run.amounts(0, done, Some(all));
        run.progress(done as f64 / all.max(1) as f64);
        !run.cancelled()
    });
    let moved = moved.map_err(|error| in_words(error, to))?.ok_or_else(ApiError::cancelled)?;
    let store = Store::open(to)?;
    switch(engine, from, &store, !moved.renamed)?;
    Ok(JobResult::Moved(result(from, to, &moved)))
}

/// What stands in the way of a move is not what stands in the way of a backup.
fn in_words(error: store::Error, to: &Path) -> ApiError {
    use store::Error as E;
    let shown = to.display();
    let (code, message) = match &error {
        E::NotEmpty { path } => (
            Code::FileExists,
            format!(
                "There is something at {} already, and nothing is ever replaced. Choose another folder.",
                path.display()
            ),
        ),
        E::InsideItself { .. } => {
            (Code::BadRequest, format!("{shown} lies inside what is to be moved. Choose another folder."))
        }
        E::DiskFull { needed, free } => (
            Code::DiskFull,
            format!(
                "There is too little room at {shown}: {} are needed, {} are free. Nothing was changed at the old place. Free some space, then go on with the move.",
                size(*needed),
                size(*free)
            ),
        ),
        _ => return error.into(),
    };
    ApiError::new(code, message).detail(error.to_string())
}

fn result(from: &Path, to: &Path, moved: &Moved) -> MovedLocation {
    MovedLocation {
        from: from.to_string_lossy().into_owned(),
        to: to.to_string_lossy().into_owned(),
        renamed: moved.renamed,
        objects: moved.objects,
        bytes: moved.bytes,
        records: moved.records,
        damaged: moved.damaged.len() as u64,
    }
}

/// All that is set for the old place is set for the new one; the old one is none of the locations any more.
fn switch(engine: &Engine, from: &Path, store: &Store, old_copy: bool) -> Result<()> {
    let (old, new) = (from.to_string_lossy().into_owned(), store.location().to_string_lossy().into_owned());
    engine.0.settings.change(|settings| {
        if settings.location == old {
            settings.location.clone_from(&new);
        }
        settings.locations.retain(|path| *path != new);
        let listed = settings.locations.iter_mut().chain(settings.device_locations.values_mut());
        listed.filter(|path| **path == old).for_each(|path| path.clone_from(&new));
        settings.stores.remove(&old);
        settings.stores.insert(new.clone(), store.id().to_string());
        if let Some(rule) = settings.retention.remove(&old) {
            settings.retention.insert(new.clone(), rule);
        }
    })?;
    engine.0.library.forget(from);
    engine.0.opened.close_of(store.id(), None);
    engine.0.seen.forget(from)?;
    let mut known = super::volume::look(engine, store)?;
    known.old_copy = old_copy.then(|| from.to_path_buf());
    engine.0.seen.note(store.location(), known)?;
    for topic in [Topic::Settings, Topic::Locations, Topic::Versions, Topic::Devices] {
        engine.changed(topic);
    }
    Ok(())
}

/// A location was moved away by another window or computer: uses the new place it left word of.
pub async fn follow(engine: &Engine, asked: LocationRequest) -> Result<MovedLocation> {
    let engine = engine.clone();
    blocking(move || {
        let from = whole_path(&asked.path, "A location")?;
        let seen = engine.0.settings.get().stores.get(&asked.path).cloned();
        let place = from.clone();
        let to = super::within(&engine, &from, Patience::ToStart, move || match Store::open(&place) {
            Err(store::Error::Moved { to, .. }) => Ok(to),
            Err(error) => Err(error.into()),
            Ok(_) => Err(ApiError::new(Code::BadRequest, "This location was not moved away.")),
        })?;
        let store = open_store(&engine, &to, false)?;
        if seen.is_some_and(|id| id != store.id()) {
            let message = format!("What is at {} are other versions than those of this location.", to.display());
            return Err(ApiError::new(Code::LocationReplaced, message));
        }
        switch(&engine, &from, &store, false)?;
        Ok(result(&from, &to, &Moved::default()))
    })
    .await
}

/// Deletes the whole copy that a move left at the old place.
pub async fn remove_old(engine: &Engine, asked: LocationRequest) -> Result<JobStarted> {
    let path = whole_path(&asked.path, "A location")?;
    let known = engine.0.seen.of(&path);
    let old = known.as_ref().and_then(|known| known.old_copy.clone());
    let (Some(known), Some(old)) = (known, old) else {
        return Err(ApiError::new(Code::BadRequest, "No move has left an old copy of this location."));
    };
    let own = engine.clone();
    let job = engine.0.jobs.start(Action::Reclaim, "Delete the old copy", None, |run| async move {
        blocking(move || {
            run.phase(Phase::Cleaning, "Deleting the old copy");
            let bytes = store::remove_moved(&old)?;
            own.0.seen.note(&path, super::seen::Known { old_copy: None, ..known })?;
            own.changed(Topic::Locations);
            Ok(JobResult::OldCopyDeleted { bytes })
        })
        .await
    })?;
    Ok(JobStarted { job })
}
