//! Views: ordered lists of ids, kept here so that the window never holds more than what is on its screen.

use super::{Opened, opened, sentences, still_open};
use crate::Engine;
use crate::api::browse::{
    IdsRequest, ItemRequest, Position, PositionRequest, RowsRequest, View, ViewOnly, ViewRequest,
};
use crate::api::devices::Nothing;
use crate::api::{ApiError, Code, Result, blocking};
use export::{Card, Document};
use kinds::Query;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Rows given out at once.
const ROWS_AT_MOST: u64 = 1000;
/// Lists kept; the oldest goes when a window forgets to close its own.
const KEPT: usize = 64;

#[derive(Default)]
pub struct Views(Mutex<Table>);

#[derive(Default)]
struct Table {
    last: u64,
    views: BTreeMap<u64, Arc<Kept>>,
}

/// One ordered list.
pub struct Kept {
    pub opened: Arc<Opened>,
    pub kind: String,
    pub ids: Vec<i64>,
}

impl Views {
    pub fn insert(&self, kept: Kept) -> u64 {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        table.last += 1;
        let id = table.last;
        table.views.insert(id, Arc::new(kept));
        while table.views.len() > KEPT {
            table.views.pop_first();
        }
        id
    }

    /// A list; one whose disk failed meanwhile is closed, so that it is opened anew.
    pub fn get(&self, view: u64) -> Result<Arc<Kept>> {
        let table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        table
            .views
            .get(&view)
            .filter(|kept| !kept.opened.is_stale())
            .cloned()
            .ok_or_else(|| ApiError::new(Code::ViewClosed, "This list was closed. Open it again."))
    }

    pub fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).views.clear();
    }

    /// Closes the lists of encrypted versions.
    pub fn close_encrypted(&self) {
        let mut table = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        table.views.retain(|_, kept| !kept.opened.summary.encrypted);
    }
}

impl Kept {
    /// The ids of a window; empty past the end.
    pub fn window(&self, from: u64, count: u64) -> &[i64] {
        let length = self.ids.len();
        let from = usize::try_from(from).unwrap_or(length).min(length);
        let count = usize::try_from(count.min(ROWS_AT_MOST)).unwrap_or(0).min(length - from);
        &self.ids[from..from + count]
    }
}

/// The ids a request asks for, and the version they are in.
pub fn query(engine: &Engine, asked: &ViewRequest) -> Result<(Arc<Opened>, Vec<i64>, Vec<String>)> {
    let opened = opened(engine, &asked.version, None)?;
    let query = Query {
        text: asked.text.clone().filter(|text| !text.trim().is_empty()),
        sort: asked.sort.clone(),
        filter: asked.filter.clone(),
    };
    let (ids, skipped) = opened.read(&asked.kind, |reader| {
        let ids = reader.ids(&query)?;
        Ok((ids, sentences(reader.report())))
    })?;
    Ok((opened, ids, skipped))
}

/// Keeps a list; refused when its version was locked meanwhile.
pub fn keep(engine: &Engine, kept: Kept) -> Result<u64> {
    let opened = kept.opened.clone();
    let view = engine.0.views.insert(kept);
    still_open(engine, &opened).map(|()| view)
}

/// A list that is being looked at.
pub fn kept(engine: &Engine, view: u64) -> Result<Arc<Kept>> {
    let kept = engine.0.views.get(view)?;
    if kept.opened.summary.encrypted {
        engine.0.locks.touch();
    }
    Ok(kept)
}

/// All ids of a list.
pub fn ids_of(engine: &Engine, view: u64) -> Result<Vec<i64>> {
    Ok(kept(engine, view)?.ids.clone())
}

pub async fn open(engine: &Engine, asked: ViewRequest) -> Result<View> {
    let engine = engine.clone();
    blocking(move || {
        let (opened, ids, skipped) = query(&engine, &asked)?;
        let count = ids.len() as u64;
        let view = keep(&engine, Kept { opened, kind: asked.kind, ids })?;
        Ok(View { view, count, skipped })
    })
    .await
}

pub async fn rows(engine: &Engine, asked: RowsRequest) -> Result<Vec<Card>> {
    let kept = kept(engine, asked.view)?;
    blocking(move || kept.opened.read(&kept.kind, |reader| Ok(reader.cards(kept.window(asked.from, asked.count))?)))
        .await
}

pub async fn ids(engine: &Engine, asked: IdsRequest) -> Result<Vec<i64>> {
    let kept = kept(engine, asked.view)?;
    let from = usize::try_from(asked.from).unwrap_or(usize::MAX);
    let count = usize::try_from(asked.count).unwrap_or(usize::MAX);
    Ok(kept.ids.iter().skip(from).take(count).copied().collect())
}

pub async fn position(engine: &Engine, asked: PositionRequest) -> Result<Position> {
    let kept = kept(engine, asked.view)?;
    Ok(Position { at: kept.ids.iter().position(|id| *id == asked.id).map(|at| at as u64) })
}

pub async fn close(engine: &Engine, asked: ViewOnly) -> Result<Nothing> {
    engine.0.views.0.lock().unwrap_or_else(PoisonError::into_inner).views.remove(&asked.view);
    Ok(Nothing {})
}

pub async fn show(engine: &Engine, asked: ItemRequest) -> Result<Option<Document>> {
    let engine = engine.clone();
    blocking(move || opened(&engine, &asked.version, None)?.read(&asked.kind, |reader| Ok(reader.document(asked.id)?)))
        .await
}
