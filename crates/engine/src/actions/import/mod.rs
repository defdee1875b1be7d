//! Keeping existing backup folders as versions. The folders are only ever read.

mod files;
mod look;
mod take;

pub use look::{find, look_at};

use super::back_up::made_version;
use crate::api::devices::JobStarted;
use crate::api::imports::{FolderSize, FoundBackup, ImportLook, ImportLookRequest, ImportRequest, ImportedBackup};
use crate::api::jobs::{Action, JobResult, Phase};
use crate::api::{ApiError, Code, Result, blocking};
use crate::jobs::Run;
use crate::library::location_for;
use crate::locations::unless_silent;
use crate::{Engine, keeping};
use std::path::{Path, PathBuf};
use take::Take;

pub async fn check(engine: &Engine, asked: ImportLookRequest) -> Result<ImportLook> {
    let engine = engine.clone();
    blocking(move || look::look(&engine, Path::new(&asked.folder))).await
}

pub async fn measure(engine: &Engine, asked: ImportLookRequest) -> Result<FolderSize> {
    let stopping = engine.0.stopping.clone();
    blocking(move || files::measure(Path::new(&asked.folder), &|| stopping.is_cancelled())).await
}

pub async fn start(engine: &Engine, asked: ImportRequest) -> Result<JobStarted> {
    let (looked, folders) = (engine.clone(), asked.folders.clone());
    let mut found = blocking(move || look_at_all(&looked, &folders)).await?;
    let several = found.len() > 1;
    if several {
        found.retain(|backup| backup.imported.is_none() && (backup.problem.is_none() || asked.incomplete));
    }
    let [first, rest @ ..] = found.as_slice() else {
        return Err(nothing_to_import(&asked.folders));
    };
    if let Some(problem) = first.problem.clone().filter(|_| !(several || asked.incomplete && first.incomplete)) {
        return Err(problem);
    }
    let one_device = rest.iter().all(|backup| backup.udid == first.udid);
    let title = match rest.len() {
        0 => format!("Import {}", first.device_name),
        more if one_device => format!("Import {} backups of {}", more + 1, first.device_name),
        more => format!("Import {} backups", more + 1),
    };
    let udid = one_device.then(|| first.udid.clone());
    let location = asked.location.as_ref().map_or_else(|| location_for(engine, &first.udid), PathBuf::from);
    let own = engine.clone();
    let job = engine.0.jobs.start(Action::Import, title, udid, |run| async move {
        let (taking, telling) = (own.clone(), run.clone());
        let work = blocking(move || import_all(&taking, &found, &asked, &telling));
        unless_silent(&own, &[&location], &run, work).await
    })?;
    Ok(JobStarted { job })
}

/// The backups in all these folders, oldest first, each once.
fn look_at_all(engine: &Engine, folders: &[String]) -> Result<Vec<FoundBackup>> {
    let mut all: Vec<FoundBackup> = Vec::new();
    for folder in folders {
        for found in look::look(engine, Path::new(folder))?.backups {
            if !all.iter().any(|known| known.folder == found.folder) {
                all.push(found);
            }
        }
    }
    look::by_date(&mut all);
    Ok(all)
}

fn nothing_to_import(folders: &[String]) -> ApiError {
    let message = "All the backups in there are imported already, or cannot be kept whole.";
    ApiError::new(Code::AlreadyImported, message).detail(folders.join(", "))
}

/// Imports one after the other, oldest first. One that fails does not stop the others, unless they would fail alike.
fn import_all(engine: &Engine, found: &[FoundBackup], asked: &ImportRequest, run: &Run) -> Result<JobResult> {
    run.phase(Phase::Reading, "Looking at the folders");
    let sizes = found.iter().map(|backup| files::measure(Path::new(&backup.folder), &|| run.cancelled()).ok());
    let sizes: Vec<Option<FolderSize>> = sizes.collect();
    run.check()?;
    let mut amounts = Amounts::of(&sizes);
    let (mut done, mut failed): (Vec<ImportedBackup>, Option<ApiError>) = (Vec::new(), None);
    for (number, (backup, size)) in found.iter().zip(&sizes).enumerate() {
        let location = asked.location.as_ref().map_or_else(|| location_for(engine, &backup.udid), PathBuf::from);
        if let Some(fatal) = failed.clone().filter(|error| would_fail_alike(error.code)) {
            done.push(outcome(backup, Err(fatal)));
            continue;
        }
        let take = Take { engine, backup, asked, location: &location, run };
        let of = (found.len() > 1).then_some((number + 1, found.len()));
        let taken = take.one(of, &mut amounts);
        run.check().or_else(|cancelled| if taken.is_ok() { Ok(()) } else { Err(cancelled) })?;
        amounts.finish(size.as_ref());
        failed = taken.as_ref().err().cloned().or(failed);
        let taken = taken.map(|(made, taken)| {
            made_version(engine, made, &location);
            keeping::native::after_version(engine, &location, &backup.udid, run);
            taken
        });
        done.push(outcome(backup, taken));
    }
    match failed {
        // What there is of it may be wanted: the result names the folder.
        Some(error) if error.code != Code::BackupIncomplete && done.iter().all(|backup| backup.version.is_none()) => {
            Err(error)
        }
        _ => Ok(JobResult::Imported { backups: done }),
    }
}

/// Whether what ended one import would end the next one as well.
fn would_fail_alike(code: Code) -> bool {
    matches!(code, Code::DiskFull | Code::LocationMissing | Code::LocationReadOnly | Code::NoStore | Code::StoreNewer)
}

fn outcome(backup: &FoundBackup, taken: Result<take::Taken>) -> ImportedBackup {
    let (taken, problem) = match taken {
        Ok(taken) => (taken, None),
        Err(error) => (take::Taken::default(), Some(error)),
    };
    ImportedBackup {
        folder: backup.folder.clone(),
        udid: backup.udid.clone(),
        device_name: backup.device_name.clone(),
        made: backup.made,
        version: taken.version,
        files: taken.files,
        bytes: taken.bytes,
        new_bytes: taken.new_bytes,
        shared_bytes: taken.shared_bytes,
        earlier_files: taken.earlier_files,
        missing: taken.missing,
        problem,
    }
}

/// How far all backups together are.
pub(super) struct Amounts {
    files: u64,
    bytes: u64,
    total: u64,
}

impl Amounts {
    fn of(sizes: &[Option<FolderSize>]) -> Amounts {
        Amounts { files: 0, bytes: 0, total: sizes.iter().flatten().map(|size| size.bytes).sum() }
    }

    /// Tells where the job is, `files` and `bytes` into the backup it is at.
    pub(super) fn tell(&self, files: u64, bytes: u64, run: &Run) {
        run.amounts(self.files + files, self.bytes + bytes, Some(self.total));
        run.progress((self.bytes + bytes) as f64 / self.total.max(1) as f64);
    }

    fn finish(&mut self, size: Option<&FolderSize>) {
        self.files += size.map_or(0, |size| size.files);
        self.bytes += size.map_or(0, |size| size.bytes);
    }
}
