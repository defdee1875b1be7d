//! Places in a conversation: of a word, of a day.

use super::{Messenger, PAGE};
use crate::{Result, fold, matches};

/// The places in `ids` of the messages that hold every word of `text`, regardless of case and accents; none for an
/// empty text.
pub fn find(messenger: &mut dyn Messenger, ids: &[i64], text: &str) -> Result<Vec<u64>> {
    let wanted = fold(text);
    let mut found = Vec::new();
    if wanted.trim().is_empty() {
        return Ok(found);
    }
    for (page, ids) in ids.chunks(PAGE).enumerate() {
        let words = messenger.words(ids)?;
        let hits = words.iter().enumerate().filter(|(_, words)| matches(&fold(words), &wanted));
        found.extend(hits.map(|(place, _)| (page * PAGE + place) as u64));
    }
    Ok(found)
}

/// The place in `ids` of the first message at or after a time (Unix milliseconds), the last one's where all are older.
///
/// `ids` is in the order of time, so few messages need be read.
pub fn position(messenger: &mut dyn Messenger, ids: &[i64], when: i64) -> Result<Option<u64>> {
    let (mut from, mut to) = (0, ids.len());
    while from < to {
        let middle = from + (to - from) / 2;
        let at = messenger.bubbles(&ids[middle..=middle])?.pop().and_then(|bubble| bubble.when);
        if at.is_some_and(|at| at < when) {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    Ok(ids.len().checked_sub(1).map(|last| from.min(last) as u64))
}
