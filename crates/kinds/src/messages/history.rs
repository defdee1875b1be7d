//! What became of a message after it was sent: the plist in `message_summary_info`.
//!
//! `otr` has one entry per part of the message, `ec` the wordings of each edited part from first to last (`d` Cocoa
//! seconds, `t` an archived body), `rp` the numbers of the parts that were unsent, `tmp` a keyed archive with the
//! translation of each part.

use backup::{archive, plists, time};
use plist::{Dictionary, Value};

use super::body::{self, Piece};
use crate::conversation::{Edit, Translation};

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
    pub translation: Option<Translation>,
}

/// Reads the plist; what is damaged reads as "never changed".
pub(super) fn read(bytes: &[u8]) -> History {
    let Ok(Value::Dictionary(fields)) = plists::parse(bytes) else { return History::default() };
    let mut history = History {
        unsent: fields.get("rp").and_then(Value::as_array).map_or(0, Vec::len),
        parts: fields.get("otr").and_then(Value::as_dictionary).map_or(0, Dictionary::len),
        translation: fields.get("tmp").and_then(Value::as_data).and_then(translation),
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

/// A dictionary from the number of a part to the translations of it, the wanted one first.
fn translation(bytes: &[u8]) -> Option<Translation> {
    let tree = archive::unarchive(bytes).ok()?;
    let mut parts: Vec<(i64, &Value)> =
        tree.as_dictionary()?.iter().map(|(part, value)| (part.parse().unwrap_or(i64::MAX), value)).collect();
    parts.sort_by_key(|(part, _)| *part);
    let (mut texts, mut language) = (Vec::new(), None);
    for (_, value) in parts {
        let Some(first) = value.as_array().map_or(Some(value), |all| all.first()).and_then(Value::as_dictionary) else {
            continue;
        };
        let words = first.get("translatedText");
        let words =
            words.and_then(|words| words.as_string().or_else(|| words.as_dictionary()?.get("NSString")?.as_string()));
        texts.extend(words.map(str::to_owned));
        language = language.or(first.get("translationLanguage").and_then(Value::as_string).map(str::to_owned));
    }
    let text = texts.join("\n");
    (!text.is_empty()).then_some(Translation { text, language })
}
