//! The call history: the smallest kind, and the one to read first.
//!
//! A kind is three files. This one says *where* its data is and answers the questions every kind is asked
//! ([`Reader`]); [`read`](self::read) turns rows of Apple's database into [`Call`]s; [`show`](self::show) turns a call
//! into a card, a table row or a document. Facts about the database: `docs/formats/calls.md`.

mod read;
mod show;
#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use backup::Backup;
use export::{Card, Document, RowSource, Written};

use crate::contacts::Pictures;
use crate::{CSV, Format, IndexCard, JSON, Kind, Media, MediaSize, Opened, Place, Progress, Query, Reader};
use crate::{Report, Result, export_table, fold, matches};

pub use read::{Call, Direction, Service};

pub const KIND: &dyn Kind = &CallsKind;

/// The second holds what was not yet merged into the first: calls before the phone was unlocked after a start.
const PLACES: [Place; 2] = [
    Place { domain: "HomeDomain", path: "Library/CallHistoryDB/CallHistory.storedata" },
    Place { domain: "HomeDomain", path: "Library/CallHistoryDB/CallHistoryTemp.storedata" },
];

struct CallsKind;

impl Kind for CallsKind {
    fn id(&self) -> &'static str {
        "calls"
    }

    fn title(&self) -> &'static str {
        "Calls"
    }

    fn places(&self) -> &'static [Place] {
        &PLACES
    }

    fn formats(&self) -> &'static [Format] {
        &[CSV, JSON]
    }

    fn open(&self, backup: Arc<Backup>) -> Result<Opened> {
        let mut report = Report::default();
        let Some(calls) = read::read(&backup, &mut report)? else {
            let reason = match report.notes.first() {
                Some(unknown) => unknown,
                None if backup.facts().encrypted => "This backup holds no call history.",
                None => "Only encrypted backups hold the call history.",
            };
            return Ok(Opened::Empty { reason: reason.to_owned() });
        };
        let places = calls.iter().enumerate().map(|(place, call)| (call.id, place)).collect();
        let pictures = Pictures::open(&backup, &mut report)?;
        Ok(Opened::Here(Box::new(Calls { calls, places, pictures, report })))
    }
}

/// All calls of one backup, newest first. A phone keeps few enough to hold them in memory.
struct Calls {
    calls: Vec<Call>,
    /// Where each call is in `calls`, by its id.
    places: HashMap<i64, usize>,
    /// The faces of the callers.
    pictures: Option<Pictures>,
    report: Report,
}

impl Calls {
    fn get(&self, id: i64) -> Option<&Call> {
        self.calls.get(*self.places.get(&id)?)
    }

    /// The face of the one person on the other side.
    fn picture(&self, call: &Call) -> Option<String> {
        let [other] = call.others.as_slice() else { return None };
        self.pictures.as_ref()?.path(other.contact?)
    }

    fn wanted(&self, call: &Call, query: &Query, text: &str) -> bool {
        let is = |key: &str, value: &str| query.filter.get(key).is_none_or(|wanted| wanted == value);
        is("direction", call.direction.id()) && is("service", call.service.id()) && matches(&fold(&call.text()), text)
    }
}

impl Reader for Calls {
    fn count(&mut self) -> Result<u64> {
        Ok(self.calls.len() as u64)
    }

    /// Orders: `newest` (the usual) and `oldest`. Filters: `direction` and `service`, by their ids.
    fn ids(&mut self, query: &Query) -> Result<Vec<i64>> {
        let text = fold(query.text.as_deref().unwrap_or_default());
        let found = self.calls.iter().filter(|call| self.wanted(call, query, &text)).map(|call| call.id);
        Ok(match query.sort.as_deref() {
            Some("oldest") => found.rev().collect(),
            _ => found.collect(),
        })
    }

    fn cards(&mut self, ids: &[i64]) -> Result<Vec<Card>> {
        Ok(ids.iter().filter_map(|id| self.get(*id)).map(|call| show::card(call, self.picture(call))).collect())
    }

    fn document(&mut self, id: i64) -> Result<Option<Document>> {
        Ok(self.get(id).map(|call| show::document(call, self.picture(call))))
    }

    fn rows<'a>(&'a mut self, ids: &'a [i64]) -> Result<Box<dyn RowSource + 'a>> {
        Ok(show::rows(ids.iter().filter_map(|id| self.get(*id))))
    }

    fn export(&mut self, ids: &[i64], format: &str, to: &Path, run: &mut dyn Progress) -> Result<Written> {
        export_table(self, ids, format, to, "Calls", run)
    }

    fn media(&mut self, path: &str, want: MediaSize) -> Result<Option<Media>> {
        Ok(self.pictures.as_ref().and_then(|pictures| pictures.media(path, want)))
    }

    fn index(&mut self, sink: &mut dyn FnMut(IndexCard)) -> Result<()> {
        self.calls.iter().map(show::index_card).for_each(sink);
        Ok(())
    }

    fn report(&self) -> Report {
        self.report.clone()
    }
}
