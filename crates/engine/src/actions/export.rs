//! Exporting items of one kind.

use crate::Engine;
use crate::api::browse::ExportRequest;
use crate::api::devices::JobStarted;
use crate::api::jobs::{Action, JobResult, Phase};
use crate::api::{ApiError, Code, Result, blocking, whole_path};
use crate::browse::{self, Opened};
use crate::jobs::Run;
use crate::library::location_of;
use crate::locations::unless_silent;
use export::Written;
use kinds::conversation::Messenger;
use kinds::conversation::export::{Scope, Source, Wishes};
use kinds::{Progress, Query, Reader};
use std::path::{Path, PathBuf};

pub async fn start(engine: &Engine, asked: ExportRequest) -> Result<JobStarted> {
    let kind = kinds::by_id(&asked.kind)
        .ok_or_else(|| ApiError::new(Code::BadRequest, format!("There is no kind \"{}\".", asked.kind)))?;
    let to = match &asked.again {
        Some(again) => whole_path(again, "The folder of the earlier export")?,
        None => whole_path(&asked.to, "The folder to export to")?,
    };
    let own = engine.clone();
    let title = format!("Export {}", kind.title());
    let job = engine.0.jobs.start(Action::Export, title, None, |run| async move {
        let location = location_of(&own, &asked.version, &asked.location).await?;
        let (writing, telling, folder) = (own.clone(), run.clone(), to.clone());
        let work = blocking(move || export(&writing, &asked, kind.title(), &folder, &telling));
        unless_silent(&own, &[&location, &to], &run, work).await
    })?;
    Ok(JobStarted { job })
}

fn export(engine: &Engine, asked: &ExportRequest, title: &str, to: &Path, run: &Run) -> Result<JobResult> {
    run.phase(Phase::Reading, "Reading");
    let opened = browse::opened(engine, &asked.version, asked.location.as_deref().map(Path::new))?;
    if asked.again.is_none() {
        std::fs::create_dir_all(to).map_err(|error| ApiError::io(to, &error))?;
    }
    // A reader of its own: a long export does not hold up the lists on screen.
    let mut reader = opened.fresh_reader(&asked.kind)?;
    let ids = wanted(asked, reader.as_mut())?;
    run.phase(Phase::Writing, "Writing");
    let mut step = |done: u64, total: u64| {
        run.amounts(done, 0, None);
        run.progress(done as f64 / total.max(1) as f64);
        !run.cancelled()
    };
    let written = match reader.as_messenger() {
        Some(messenger) => conversations(messenger, &opened, asked, ids, title, to, &mut step)?,
        None => {
            plain(asked, title)?;
            reader.export(&ids, &asked.format, to, &mut step)?
        }
    };
    Ok(ended(written, reader.as_ref(), run))
}

/// Tells what an export left out, and how much it wrote.
pub fn ended(written: Written, reader: &dyn Reader, run: &Run) -> JobResult {
    let result = result(&written);
    for skipped in written.skipped {
        run.skip(skipped.what, skipped.why);
    }
    for (why, count) in reader.report().skipped {
        run.skip(format!("{count} rows"), why);
    }
    run.amounts(written.files, written.bytes, Some(written.bytes));
    result
}

pub fn result(written: &Written) -> JobResult {
    let path = written.main.to_string_lossy().into_owned();
    JobResult::Export { path, items: written.items, files: written.files, bytes: written.bytes }
}

/// The items asked for. Of conversations, all are also those of which everything was deleted lately.
fn wanted(asked: &ExportRequest, reader: &mut dyn Reader) -> Result<Vec<i64>> {
    if let Some(ids) = &asked.ids {
        return Ok(ids.clone());
    }
    let mut ids = reader.ids(&Query::default())?;
    if reader.as_messenger().is_some() {
        let deleted = Query { filter: [("deleted".to_owned(), "1".to_owned())].into(), ..Query::default() };
        let known: std::collections::HashSet<i64> = ids.iter().copied().collect();
        ids.extend(reader.ids(&deleted)?.into_iter().filter(|id| !known.contains(id)));
    }
    Ok(ids)
}

fn conversations(
    messenger: &mut dyn Messenger,
    opened: &Opened,
    asked: &ExportRequest,
    conversations: Vec<i64>,
    title: &str,
    to: &Path,
    run: &mut dyn Progress,
) -> Result<Written> {
    let scope = Scope { conversations, from: asked.from, until: asked.until, messages: asked.messages.clone() };
    let wishes = Wishes {
        format: asked.format.clone(),
        attachments: asked.attachments,
        source: Some(source(opened)?),
        hashes: asked.hashes,
        again: asked.again.as_ref().map(PathBuf::from),
    };
    Ok(kinds::conversation::export::export(messenger, &opened.backup, &scope, &wishes, title, to, run)?)
}

fn source(opened: &Opened) -> Result<Source> {
    let digest = format!("BLAKE3 {}", hex::encode(opened.version.digest()?));
    let summary = &opened.summary;
    Ok(Source { id: summary.id.clone(), digest, device: summary.device_name.clone(), made: summary.made })
}

/// What only conversations can be asked for.
fn plain(asked: &ExportRequest, title: &str) -> Result<()> {
    let ExportRequest { from, until, messages, attachments, hashes, again, .. } = asked;
    let wish = match () {
        () if from.is_some() || until.is_some() => "a range of dates",
        () if messages.is_some() => "chosen messages",
        () if !attachments => "leaving out attachments",
        () if *hashes => "a list of hashes",
        () if again.is_some() => "adding to an earlier export",
        () => return Ok(()),
    };
    let message = format!("{title} cannot be exported with {wish}: only conversations can. Export without it.");
    Err(ApiError::new(Code::BadRequest, message))
}
