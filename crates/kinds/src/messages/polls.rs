//! Polls: the options in the bubble's own payload, the votes in rows that point at it.
//!
//! Both are JSON inside a `data:` address. A row of votes names what one person has chosen now: the newest one counts.

use std::collections::{BTreeMap, HashMap};

use backup::Database;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE};
use plist::{Dictionary, Value};

use super::apps::{text, unarchived};
use super::read::KIND_NAME;
use crate::conversation::{Part, PollOption};
use crate::{Report, Result, sql};

/// What people chose: their names, and the identifiers of the options.
pub(super) type Votes = Vec<(String, Vec<String>)>;

/// More options and votes than any poll has.
const MOST: usize = 500;

/// The poll of a bubble, nobody having voted.
pub(super) fn poll(fields: &Dictionary) -> Part {
    let item = item(fields).unwrap_or_default();
    let title = item["title"].as_str().filter(|title| !title.is_empty()).unwrap_or("Poll").to_owned();
    let texts = options(&item).map(|(_, text)| PollOption { text, by: Vec::new() });
    Part::Poll { title, options: texts.collect() }
}

/// Writes down in the options of a poll who chose them: `votes` are names and the options' identifiers.
pub(super) fn count(poll: &mut Part, payload: Option<&[u8]>, votes: &[(String, Vec<String>)]) {
    let Part::Poll { options: shown, .. } = poll else { return };
    let tree = unarchived(payload);
    let item = tree.as_ref().and_then(Value::as_dictionary).and_then(item).unwrap_or_default();
    for ((identifier, _), shown) in options(&item).zip(shown) {
        let chosen = votes.iter().filter(|(_, chosen)| chosen.contains(&identifier));
        shown.by = chosen.map(|(name, _)| name.clone()).collect();
    }
}

fn item(fields: &Dictionary) -> Option<serde_json::Value> {
    let url = text(fields, "URL")?;
    let encoded = url.strip_prefix("data:")?.split_once(',')?.1.split('?').next()?;
    let bytes = [&STANDARD, &STANDARD_NO_PAD, &URL_SAFE].iter().find_map(|form| form.decode(encoded).ok())?;
    let mut json = serde_json::from_slice::<serde_json::Value>(&bytes).ok()?;
    Some(json["item"].take())
}

fn options(item: &serde_json::Value) -> impl Iterator<Item = (String, String)> {
    let options = item["orderedPollOptions"].as_array().into_iter().flatten().take(MOST);
    let options = options.filter_map(|option| {
        Some((option["optionIdentifier"].as_str().unwrap_or_default().to_owned(), option["text"].as_str()?.to_owned()))
    });
    options.collect::<Vec<_>>().into_iter()
}

/// What a row of votes chooses.
pub(super) fn votes(payload: &[u8]) -> Vec<String> {
    let tree = unarchived(Some(payload));
    let item = tree.as_ref().and_then(Value::as_dictionary).and_then(item).unwrap_or_default();
    let votes = item["votes"].as_array().into_iter().flatten().take(MOST);
    votes.filter_map(|vote| vote["voteOptionIdentifier"].as_str().map(str::to_owned)).collect()
}

/// Who chose what in the polls with these guids. `name` says who a handle is (`None`: the owner).
pub(super) fn of_messages(
    db: &Database,
    guids: &[&str],
    report: &mut Report,
    name: impl Fn(Option<i64>) -> String,
) -> Result<HashMap<String, Votes>> {
    let columns = db.columns("message");
    if guids.is_empty() || !columns.contains("payload_data") || !columns.contains("associated_message_type") {
        return Ok(HashMap::new());
    }
    let marks = vec!["?"; guids.len()].join(",");
    let query = format!(
        "SELECT t.target, m.is_from_me, m.handle_id, m.payload_data FROM temp.tapback t JOIN message m ON m.ROWID = t.row
         WHERE t.target IN ({marks}) AND m.associated_message_type = 4000 ORDER BY t.row"
    );
    let mut all: HashMap<String, BTreeMap<i64, Vec<String>>> = HashMap::new();
    sql::each(db, KIND_NAME, &query, rusqlite::params_from_iter(guids), report, |row, _| {
        let (Some(poll), Some(payload)) = (sql::text(row, 0), sql::bytes(row, 3)) else { return };
        let sender = if sql::integer(row, 1) == Some(1) { -1 } else { sql::integer(row, 2).unwrap_or_default() };
        all.entry(poll).or_default().insert(sender, votes(&payload));
    })?;
    let named = |votes: BTreeMap<i64, Vec<String>>| {
        votes.into_iter().map(|(sender, chosen)| (name((sender != -1).then_some(sender)), chosen)).collect()
    };
    Ok(all.into_iter().map(|(poll, votes)| (poll, named(votes))).collect())
}
