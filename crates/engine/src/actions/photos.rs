//! Exporting photos as files.

use super::export::{ended, result};
use crate::Engine;
use crate::api::devices::JobStarted;
use crate::api::jobs::{Action, JobResult, Phase};
use crate::api::photos::PhotosExportRequest;
use crate::api::{ApiError, Code, Result, blocking, whole_path};
use crate::browse;
use crate::jobs::Run;
use crate::library::location_of;
use crate::locations::unless_silent;
use kinds::photos::{Export, Wishes};
use kinds::{Progress, Query};
use std::path::{Path, PathBuf};

const KIND: &str = "photos";

pub async fn start(engine: &Engine, asked: PhotosExportRequest) -> Result<JobStarted> {
    if asked.jpeg.is_some_and(|quality| !(1..=100).contains(&quality)) {
        return Err(ApiError::new(Code::BadRequest, "The quality of JPEGs is a number from 1 to 100."));
    }
    let to = match &asked.again {
        Some(again) => whole_path(again, "The folder of the earlier export")?,
        None => whole_path(&asked.to, "The folder to export to")?,
    };
    // A list may be closed while its photos are exported.
    let ids = match asked.view {
        Some(view) => Some(browse::views::ids_of(engine, view)?),
        None => asked.ids.clone(),
    };
    let own = engine.clone();
    let job = engine.0.jobs.start(Action::Export, "Export Photos", None, |run| async move {
        let location = location_of(&own, &asked.version, &asked.location).await?;
        let (writing, telling, folder) = (own.clone(), run.clone(), to.clone());
        let work = blocking(move || export(&writing, asked, ids, &folder, &telling));
        unless_silent(&own, &[&location, &to], &run, work).await
    })?;
    Ok(JobStarted { job })
}

fn export(
    engine: &Engine,
    asked: PhotosExportRequest,
    ids: Option<Vec<i64>>,
    to: &Path,
    run: &Run,
) -> Result<JobResult> {
    run.phase(Phase::Reading, "Reading");
    let opened = browse::opened(engine, &asked.version, asked.location.as_deref().map(Path::new))?;
    // A reader of its own: a long export does not hold up the grid.
    let mut reader = opened.fresh_reader(KIND)?;
    let ids = match ids {
        Some(ids) => ids,
        None => reader.ids(&Query::default())?,
    };
    if asked.again.is_none() {
        std::fs::create_dir_all(to).map_err(|error| ApiError::io(to, &error))?;
    }
    let mut export = Export::begin(to, wishes(asked))?;
    run.phase(Phase::Writing, "Writing");
    let photos = reader.as_photos().ok_or_else(|| ApiError::new(Code::KindUnreadable, "These are no photos."))?;
    let outcome = export.write(photos, &ids, &mut Told(run));
    match export.there() {
        0 => {}
        1 => run.warn("1 photo was there already."),
        there => run.warn(format!("{there} photos were there already.")),
    }
    if let Err(error) = outcome {
        run.so_far(result(&export.so_far()));
        run.warn(format!(
            "What was exported so far is in {}. Export again into that folder to go on.",
            export.path().display()
        ));
        return Err(error.into());
    }
    Ok(ended(export.finish()?, reader.as_ref(), run))
}

fn wishes(asked: PhotosExportRequest) -> Wishes {
    Wishes {
        content: asked.content,
        jpeg: asked.jpeg,
        sidecars: asked.sidecars,
        folders: asked.folders,
        names: asked.names,
        again: asked.again.map(PathBuf::from),
    }
}

/// Tells a job how far it is.
struct Told<'a>(&'a Run);

impl Progress for Told<'_> {
    fn step(&mut self, done: u64, total: u64) -> bool {
        self.0.done(done);
        self.0.progress(done as f64 / total.max(1) as f64);
        !self.0.cancelled()
    }

    fn wrote(&mut self, bytes: u64) {
        self.0.wrote(bytes);
    }
}
