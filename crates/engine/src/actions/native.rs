//! Writing a version out as the folder Apple's own programs take.

use crate::Engine;
use crate::api::devices::JobStarted;
use crate::api::jobs::{Action, JobResult, Phase};
use crate::api::restore::NativeRequest;
use crate::api::{ApiError, Code, Result, blocking, whole_path};
use crate::jobs::Run;
use crate::library;
use crate::locations::unless_silent;
use std::path::Path;

pub async fn start(engine: &Engine, asked: NativeRequest) -> Result<JobStarted> {
    let to = whole_path(&asked.to, "The folder to write to")?;
    let own = engine.clone();
    let job = engine.0.jobs.start(Action::Export, "Write an Apple backup folder", None, |run| async move {
        let location = library::location_of(&own, &asked.version, &asked.location).await?;
        let (writing, telling, folder) = (own.clone(), run.clone(), to.clone());
        let work = blocking(move || write(&writing, &asked, &folder, &telling));
        unless_silent(&own, &[&location, &to], &run, work).await
    })?;
    Ok(JobStarted { job })
}

/// Writes `<to>/<udid>`, the name by which Finder, iTunes and idevicebackup2 find a device's backup.
fn write(engine: &Engine, asked: &NativeRequest, to: &Path, run: &Run) -> Result<JobResult> {
    run.phase(Phase::Writing, "Writing");
    let found = library::find(engine, &asked.version, asked.location.as_deref().map(Path::new))?;
    let version = found.store.version(&found.summary.udid, found.summary.number)?;
    let folder = to.join(&found.summary.udid);
    std::fs::create_dir_all(to).map_err(|error| ApiError::io(to, &error))?;
    // Made here and empty, so that all that is ever removed again is our own.
    if let Err(error) = std::fs::create_dir(&folder) {
        if error.kind() != std::io::ErrorKind::AlreadyExists {
            return Err(ApiError::io(&folder, &error));
        }
        let message =
            "There is a backup of this device in that folder already. Choose another folder: nothing is ever replaced.";
        return Err(ApiError::new(Code::FileExists, message).detail(folder.to_string_lossy()));
    }
    let exported = found.store.export_native(&version, &folder, &mut |done, total| {
        run.amounts(0, done, Some(total));
        run.progress(done as f64 / total.max(1) as f64);
        !run.cancelled()
    });
    let written = match exported.map_err(ApiError::from).and_then(|written| run.check().map(|()| written)) {
        Ok(written) => written,
        Err(error) => {
            // Half of it would be taken for a whole backup.
            let _ = std::fs::remove_dir_all(&folder);
            return Err(error);
        }
    };
    for file in &written.damaged {
        run.skip(&file.path, format!("Its stored content is damaged: {}.", file.damage));
    }
    let path = folder.to_string_lossy().into_owned();
    Ok(JobResult::Export { path, items: 1, files: written.files, bytes: written.bytes })
}
