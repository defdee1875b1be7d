//! Answers about what is in one version.

pub mod conversations;
pub mod files;
mod opened;
pub mod photos;
mod previews;
mod scratch;
pub mod search;
pub mod unreadable;
pub mod views;

pub use opened::{Opened, OpenedVersions, Part};
pub use previews::{Keep, Previews};
pub use scratch::Scratch;
pub use views::Views;

use crate::api::versions::{Completeness, FormatSummary, KindSummary, LeftOut, OpenedVersion, VersionRequest};
use crate::api::{ApiError, Code, Result, blocking};
use crate::{Engine, library};
use std::path::Path;
use std::sync::Arc;

/// The opened version of that id; opens it when it is not. Blocking.
pub fn opened(engine: &Engine, version: &str, location: Option<&Path>) -> Result<Arc<Opened>> {
    let known = match engine.0.opened.get(version) {
        Some(opened) => opened,
        None => {
            let found = library::find(engine, version, location)?;
            match engine.0.opened.get(&found.summary.id) {
                Some(opened) => opened,
                None => engine.0.opened.insert(Opened::open(found, &engine.0.opened.scratch(), &engine.0.locks)?),
            }
        }
    };
    still_open(engine, &known)?;
    if known.summary.encrypted {
        engine.0.locks.touch();
    }
    Ok(known)
}

/// Refuses a version that was locked while something of it was being opened, and closes what was left open by that.
fn still_open(engine: &Engine, opened: &Opened) -> Result<()> {
    if !opened.summary.encrypted || engine.0.locks.opens(&opened.summary.id, None) {
        return Ok(());
    }
    engine.0.views.close_encrypted();
    engine.0.opened.close_encrypted();
    engine.0.previews.forget_private();
    Err(backup::Error::Encrypted.into())
}

/// As [`opened`], for a look that is no use of it: an unlocked version is locked no later for it. Blocking.
pub fn opened_quietly(engine: &Engine, version: &str, location: &Path) -> Result<Arc<Opened>> {
    match engine.0.opened.get(version) {
        Some(opened) => Ok(opened),
        None => {
            let found = library::find(engine, version, Some(location))?;
            Ok(Arc::new(Opened::open(found, &engine.0.opened.scratch(), &engine.0.locks)?))
        }
    }
}

pub async fn open(engine: &Engine, asked: VersionRequest) -> Result<OpenedVersion> {
    let engine = engine.clone();
    blocking(move || {
        let opened = opened(&engine, &asked.version, asked.location.as_deref().map(Path::new))?;
        Ok(describe(&opened))
    })
    .await
}

/// What an opened version holds, not yet counted.
pub fn describe(opened: &Opened) -> OpenedVersion {
    let facts = opened.backup.facts();
    OpenedVersion {
        version: opened.summary.clone(),
        kinds: offered(opened).map(|kind| summarise(kind, None, None, None)).collect(),
        apps: facts.apps.clone(),
        contradictions: facts.contradictions().iter().map(ToString::to_string).collect(),
        unreadable_files: unreadable::read(opened),
    }
}

/// What a version does not hold, and why. Not told when it is opened: all its entries are looked through for it.
pub async fn completeness(engine: &Engine, asked: VersionRequest) -> Result<Completeness> {
    let engine = engine.clone();
    blocking(move || {
        let opened = opened(&engine, &asked.version, asked.location.as_deref().map(Path::new))?;
        let left_out = opened.backup.left_out().into_iter();
        let left_out = left_out.map(|left| LeftOut { what: left.what.to_string(), why: left.why, count: left.count });
        let skipped = opened.backup.report().rows.into_iter().map(|(why, count)| format!("{count} entries: {why}"));
        Ok(Completeness { left_out: left_out.collect(), skipped: skipped.collect() })
    })
    .await
}

/// Opens every kind and counts it; one that cannot be read says so and does not stop the others.
pub async fn count(engine: &Engine, asked: VersionRequest) -> Result<Vec<KindSummary>> {
    let engine = engine.clone();
    blocking(move || {
        let opened = opened(&engine, &asked.version, asked.location.as_deref().map(Path::new))?;
        Ok(offered(&opened).map(|kind| count_one(kind, &opened)).collect())
    })
    .await
}

/// The kinds to look at in a version: what an app keeps only where that app was.
fn offered(opened: &Opened) -> impl Iterator<Item = &'static dyn kinds::Kind> {
    kinds::all().iter().copied().filter(|kind| {
        let places = kind.places();
        let of_app = places.iter().all(|place| place.domain.starts_with("AppDomain"));
        // Where looking fails, opening says why.
        !of_app || places.iter().any(|place| !matches!(opened.backup.find(place.domain, place.path), Ok(None)))
    })
}

fn count_one(kind: &'static dyn kinds::Kind, opened: &Opened) -> KindSummary {
    let counted = opened.with(kind.id(), |part| match part {
        Part::Here(reader) => Ok((Some(reader.count()?), None)),
        Part::Empty(reason) => Ok((Some(0), Some(reason.clone()))),
    });
    match counted {
        Ok((count, empty)) => summarise(kind, count, empty, None),
        Err(problem) => summarise(kind, None, None, Some(problem)),
    }
}

fn summarise(
    kind: &dyn kinds::Kind,
    count: Option<u64>,
    empty: Option<String>,
    problem: Option<ApiError>,
) -> KindSummary {
    let formats = kind.formats().iter().map(|format| FormatSummary {
        id: format.id.to_string(),
        title: format.title.to_string(),
        extension: format.extension.map(str::to_string),
    });
    KindSummary {
        id: kind.id().to_string(),
        title: kind.title().to_string(),
        count,
        empty,
        problem,
        formats: formats.collect(),
    }
}

/// The sentences of a reader's report.
pub(crate) fn sentences(report: kinds::Report) -> Vec<String> {
    let rows = report.skipped.into_iter().map(|(why, count)| format!("{count} rows could not be read: {why}"));
    rows.chain(report.notes).collect()
}

pub(crate) fn nothing_here(reason: &str) -> ApiError {
    ApiError::new(Code::ItemNotFound, reason)
}
