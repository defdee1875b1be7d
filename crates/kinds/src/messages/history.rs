//! Edits and unsent parts: the plist in `message_summary_info`.
//!
//! `otr` has one entry per part of the message, `ec` the wordings of each edited part from first to last (`d` Cocoa
//! seconds, `t` an archived body), `rp` the numbers of the parts that were unsent.

use backup::{plists, time};
use plist::{Dictionary, Value};

use super::body::{self, Piece};
use crate::conversation::Edit;

/// More wordings of one message than anybody writes; a phone allows five edits.
const MOST_EDITS: usize = 200;

/// What became of a message after it was sent.
#[derive(Default)]
pub(super) struct History {
    /// Earlier wordings, oldest first, without the one that stands.
    pub edits: Vec<Edit>,
    /// The wording that stands, of each edited part.
    pub latest: Vec<Piece>,
    /// How many of its parts were unsent.
    pub unsent: usize,
    /// How many parts it had; 0 where unknown.
    pub parts: usize,
}

/// Reads the plist; what is damaged reads as "never changed".
pub(super) fn read(bytes: &[u8]) -> History {
    let Ok(Value::Dictionary(fields)) = plists::parse(bytes) else { return History::default() };
    let mut history = History {
        unsent: fields.get("rp").and_then(Value::as_array).map_or(0, Vec::len),
        parts: fields.get("otr").and_then(Value::as_dictionary).map_or(0, Dictionary::len),
        ..History::default()
    };
    let mut edited: Vec<(u32, &Vec<Value>)> = Vec::new();
    for (part, wordings) in fields.get("ec").and_then(Value::as_dictionary).into_iter().flatten() {
        edited.extend(part.parse().ok().zip(wordings.as_array()));
    }
    edited.sort_by_key(|(part, _)| *part);
    for (_, wordings) in edited {
        let mut wordings: Vec<(Option<i64>, Vec<Piece>)> =
            wordings.iter().take(MOST_EDITS).filter_map(wording).collect();
        history.latest.extend(wordings.pop().map(|(_, pieces)| pieces).unwrap_or_default());
        history.edits.extend(wordings.into_iter().map(|(when, pieces)| Edit { when, text: body::words(&pieces) }));
    }
    history.edits.sort_by_key(|edit| edit.when);
    history
}

fn wording(event: &Value) -> Option<(Option<i64>, Vec<Piece>)> {
    let event = event.as_dictionary()?;
    let seconds = event.get("d").and_then(|when| when.as_real().or_else(|| when.as_signed_integer().map(|s| s as f64)));
    Some((seconds.and_then(time::cocoa_to_unix_ms), body::pieces(Some(event.get("t")?.as_data()?), None)))
}
