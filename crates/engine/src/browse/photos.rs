//! The photo grid, albums and details.

use super::views::{Kept, keep, kept, query};
use super::{nothing_here, opened};
use crate::Engine;
use crate::api::browse::{PhotoRequest, PhotosView, RowsRequest, ViewRequest};
use crate::api::versions::VersionRequest;
use crate::api::{Result, blocking};
use kinds::Reader;
use kinds::photos::{Album, Counts, Details, KeywordCount, Person, Photos, PlaceCount, Tile};
use std::path::Path;

const KIND: &str = "photos";

fn photos(reader: &mut dyn Reader) -> Result<&mut Photos> {
    reader.as_photos().ok_or_else(|| nothing_here("There are no photos in this version."))
}

pub async fn open(engine: &Engine, mut asked: ViewRequest) -> Result<PhotosView> {
    let engine = engine.clone();
    blocking(move || {
        asked.kind = KIND.to_string();
        let (opened, ids, skipped) = query(&engine, &asked)?;
        let days = opened.read(KIND, |reader| Ok(photos(reader)?.days(&ids)?))?;
        let count = ids.len() as u64;
        let view = keep(&engine, Kept { opened, kind: asked.kind, ids })?;
        Ok(PhotosView { view, count, days, skipped })
    })
    .await
}

pub async fn rows(engine: &Engine, asked: RowsRequest) -> Result<Vec<Tile>> {
    let kept = kept(engine, asked.view)?;
    blocking(move || kept.opened.read(KIND, |reader| Ok(photos(reader)?.tiles(kept.window(asked.from, asked.count))?)))
        .await
}

/// What `look` finds in the photos of a version.
async fn of_version<T: Send + 'static>(
    engine: &Engine,
    asked: VersionRequest,
    look: fn(&mut Photos) -> kinds::Result<T>,
) -> Result<T> {
    let engine = engine.clone();
    blocking(move || {
        opened(&engine, &asked.version, asked.location.as_deref().map(Path::new))?
            .read(KIND, |reader| Ok(look(photos(reader)?)?))
    })
    .await
}

pub async fn albums(engine: &Engine, asked: VersionRequest) -> Result<Vec<Album>> {
    of_version(engine, asked, Photos::albums).await
}

/// With a reader of its own: to look for every original takes seconds in a long library, and the grid goes on meanwhile.
pub async fn counts(engine: &Engine, asked: VersionRequest) -> Result<Counts> {
    let engine = engine.clone();
    blocking(move || {
        let opened = opened(&engine, &asked.version, asked.location.as_deref().map(Path::new))?;
        let counted = opened.fresh_reader(KIND).and_then(|mut reader| Ok(photos(reader.as_mut())?.counts()?));
        opened.watched(counted)
    })
    .await
}

pub async fn people(engine: &Engine, asked: VersionRequest) -> Result<Vec<Person>> {
    of_version(engine, asked, Photos::people).await
}

pub async fn places(engine: &Engine, asked: VersionRequest) -> Result<Vec<PlaceCount>> {
    of_version(engine, asked, Photos::places).await
}

pub async fn keywords(engine: &Engine, asked: VersionRequest) -> Result<Vec<KeywordCount>> {
    of_version(engine, asked, Photos::keywords).await
}

pub async fn details(engine: &Engine, asked: PhotoRequest) -> Result<Option<Details>> {
    let engine = engine.clone();
    blocking(move || opened(&engine, &asked.version, None)?.read(KIND, |reader| Ok(photos(reader)?.details(asked.id)?)))
        .await
}
