//! Exporting items of one kind.

use crate::api::browse::ExportRequest;
use crate::api::devices::JobStarted;
use crate::api::jobs::{Action, JobResult, Phase};
use crate::api::{ApiError, Code, Result, blocking, whole_path};
use crate::jobs::Run;
use crate::library::location_of;
use crate::locations::unless_silent;
use crate::{Engine, browse};
use kinds::Query;
use std::path::Path;

pub async fn start(engine: &Engine, asked: ExportRequest) -> Result<JobStarted> {
    let kind = kinds::by_id(&asked.kind)
        .ok_or_else(|| ApiError::new(Code::BadRequest, format!("There is no kind \"{}\".", asked.kind)))?;
    let to = whole_path(&asked.to, "The folder to export to")?;
    let own = engine.clone();
    let title = format!("Export {}", kind.title());
    let job = engine.0.jobs.start(Action::Export, title, None, |run| async move {
        let location = location_of(&own, &asked.version, &asked.location).await?;
        let (writing, telling, folder) = (own.clone(), run.clone(), to.clone());
        let work = blocking(move || export(&writing, &asked, &folder, &telling));
        unless_silent(&own, &[&location, &to], &run, work).await
    })?;
    Ok(JobStarted { job })
}

fn export(engine: &Engine, asked: &ExportRequest, to: &Path, run: &Run) -> Result<JobResult> {
    run.phase(Phase::Reading, "Reading");
    let opened = browse::opened(engine, &asked.version, asked.location.as_deref().map(Path::new))?;
    std::fs::create_dir_all(to).map_err(|error| ApiError::io(to, &error))?;
    // A reader of its own: a long export does not hold up the lists on screen.
    let mut reader = opened.fresh_reader(&asked.kind)?;
    let ids = match &asked.ids {
        Some(ids) => ids.clone(),
        None => reader.ids(&Query::default())?,
    };
    run.phase(Phase::Writing, "Writing");
    let mut step = |done: u64, total: u64| {
        run.amounts(done, 0, None);
        run.progress(done as f64 / total.max(1) as f64);
        !run.cancelled()
    };
    let written = reader.export(&ids, &asked.format, to, &mut step)?;
    for skipped in written.skipped {
        run.skip(skipped.what, skipped.why);
    }
    for (why, count) in reader.report().skipped {
        run.skip(format!("{count} rows"), why);
    }
    run.amounts(written.files, written.bytes, Some(written.bytes));
    let path = written.main.to_string_lossy().into_owned();
    Ok(JobResult::Export { path, items: written.items, files: written.files, bytes: written.bytes })
}
