//! Tapbacks: messages of their own that point at another one.
//!
//! `associated_message_type` 2000 to 2007 adds one, 3000 to 3007 takes it back; 1000 is a sticker put on a bubble, 4000 a
//! vote in a poll. `associated_message_guid` is the target's guid after `p:<part>/` or `bp:`.

use std::collections::{BTreeMap, HashMap};

use backup::Database;

use super::attachments;
use super::read::{KIND_NAME, failed};
use crate::conversation::Reaction;
use crate::{Report, Result, sql};

/// A sticker put on a bubble.
const STICKER: i64 = 1000;

/// Writes down who points at whom, in a table of the private copy that lives in memory. Rows of it are not shown as messages
/// of their own.
pub(super) fn collect(db: &Database) -> Result<()> {
    let table = "PRAGMA temp_store = MEMORY;
        CREATE TEMP TABLE tapback (row INTEGER PRIMARY KEY, target TEXT, part INTEGER);";
    db.execute_batch(table).map_err(failed)?;
    if let Some(is_one) = condition(db) {
        let rows = format!(
            "INSERT OR IGNORE INTO temp.tapback
            SELECT ROWID,
                CASE WHEN g GLOB 'p:*/*' THEN substr(g, instr(g, '/') + 1) WHEN g GLOB 'bp:*' THEN substr(g, 4) ELSE g END,
                CASE WHEN g GLOB 'p:*' THEN CAST(substr(g, 3) AS INTEGER) ELSE 0 END
            FROM (SELECT ROWID, associated_message_guid AS g FROM message WHERE {is_one})"
        );
        db.execute(&rows, []).map_err(failed)?;
    }
    db.execute_batch("CREATE INDEX temp.tapback_target ON tapback(target)").map_err(failed)?;
    Ok(())
}

/// What is true of a row of `message` that is no message of its own; `None` where the system knew nothing of the sort.
pub(super) fn condition(db: &Database) -> Option<&'static str> {
    let columns = db.columns("message");
    let known = columns.contains("associated_message_guid") && columns.contains("associated_message_type");
    // `> ''` lets SQLite find the few rows through the index that newer systems have.
    known.then_some(
        "associated_message_guid > '' AND (associated_message_type BETWEEN 2000 AND 3999
            OR associated_message_type IN (1000, 4000))",
    )
}

/// The last state per part, sender and sticker (0: a tapback); `None` once it was taken back.
type States = BTreeMap<(i64, i64, i64), Option<Shown>>;

struct Shown {
    emoji: String,
    /// The row, when it carries a sticker.
    sticker: Option<i64>,
}

/// The reactions to some messages by their guid, as they stand now, with the number of the part they are about. `name` says
/// who a handle is (`None`: the owner).
pub(super) fn to_messages(
    db: &Database,
    guids: &[&str],
    report: &mut Report,
    name: impl Fn(Option<i64>) -> String,
) -> Result<HashMap<String, Vec<(i64, Reaction)>>> {
    let mut states: HashMap<String, States> = HashMap::new();
    let columns = db.columns("message");
    if !columns.contains("associated_message_type") {
        return Ok(HashMap::new());
    }
    let emoji = match columns.contains("associated_message_emoji") {
        true => "m.associated_message_emoji",
        false => "NULL",
    };
    let marks = vec!["?"; guids.len()].join(",");
    let query = format!(
        "SELECT t.target, t.part, m.is_from_me, m.handle_id, m.associated_message_type, {emoji}, t.row
         FROM temp.tapback t JOIN message m ON m.ROWID = t.row WHERE t.target IN ({marks}) ORDER BY t.row"
    );
    sql::each(db, KIND_NAME, &query, rusqlite::params_from_iter(guids), report, |row, _| {
        let integer = |column| sql::integer(row, column).unwrap_or_default();
        let (Some(target), kind) = (sql::text(row, 0), integer(4)) else { return };
        let sender = if integer(2) == 1 { -1 } else { integer(3) };
        // Stickers pile up; a tapback replaces the one before.
        let place = if kind == STICKER { integer(6) } else { 0 };
        let shown = (kind < 3000).then(|| Shown {
            emoji: sql::text(row, 5).unwrap_or_else(|| symbol(kind).to_owned()),
            sticker: matches!(kind, STICKER | 2007).then(|| integer(6)),
        });
        if kind != 4000 {
            states.entry(target).or_default().insert((integer(1), sender, place), shown);
        }
    })?;
    let stickers = stickers(db, &states, report)?;
    let reactions = states.into_iter().map(|(target, states)| {
        let mut all: Vec<(i64, Reaction)> = Vec::new();
        for ((part, sender, _), shown) in states {
            let Some(Shown { emoji, sticker }) = shown else { continue };
            let by = name((sender != -1).then_some(sender));
            let sticker = sticker.and_then(|row| stickers.get(&row).cloned());
            let same =
                |(known, one): &&mut (i64, Reaction)| *known == part && one.emoji == emoji && one.sticker == sticker;
            match all.iter_mut().find(same) {
                Some((_, reaction)) if reaction.by.contains(&by) => {}
                Some((_, reaction)) => reaction.by.push(by),
                None => all.push((part, Reaction { emoji, by: vec![by], sticker, part: None })),
            }
        }
        (target, all)
    });
    Ok(reactions.filter(|(_, reactions)| !reactions.is_empty()).collect())
}

/// The pictures of stickers by the row that put them there, as media paths.
fn stickers(db: &Database, states: &HashMap<String, States>, report: &mut Report) -> Result<HashMap<i64, String>> {
    let rows: Vec<i64> =
        states.values().flat_map(BTreeMap::values).flatten().filter_map(|shown| shown.sticker).collect();
    if rows.is_empty() {
        return Ok(HashMap::new());
    }
    let files = attachments::of_messages(db, &rows, report)?;
    Ok(files.into_iter().filter_map(|(row, files)| Some((row, files.first()?.media()))).collect())
}

fn symbol(kind: i64) -> &'static str {
    match kind {
        2000 => "❤️",
        2001 => "👍",
        2002 => "👎",
        2003 => "😂",
        2004 => "‼️",
        2005 => "❓",
        STICKER | 2007 => "🏷️",
        _ => "🙂",
    }
}
