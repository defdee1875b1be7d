//! From rows of `message` to what they hold, for any system: columns that a phone does not have read as empty.

use std::collections::HashMap;

use backup::{Database, time};
use rusqlite::Row;

use crate::conversation::PAGE;
use crate::{Error, Report, Result, sql};

pub(super) const KIND_NAME: &str = "messages";

/// One row of `message`.
#[derive(Clone, Debug, Default)]
pub(super) struct Raw {
    pub id: i64,
    pub guid: String,
    pub text: Option<String>,
    pub body: Option<Vec<u8>>,
    pub handle: i64,
    pub mine: bool,
    pub when: Option<i64>,
    pub read: Option<i64>,
    pub service: Option<String>,
    pub subject: Option<String>,
    pub item_type: i64,
    pub other_handle: i64,
    pub group_title: Option<String>,
    pub group_action: i64,
    pub share_status: i64,
    pub app: Option<String>,
    pub payload: Option<Vec<u8>>,
    pub effect: Option<String>,
    pub summary: Option<Vec<u8>>,
    pub reply_to: Option<String>,
    pub edited: bool,
    pub delivered: Option<i64>,
    pub error: i64,
    pub sent: bool,
    pub scheduled: bool,
    pub satellite: bool,
    pub emergency: bool,
}

const FIELDS: [&str; 28] = [
    "ROWID",
    "guid",
    "text",
    "attributedBody",
    "handle_id",
    "is_from_me",
    "date",
    "date_read",
    "service",
    "subject",
    "item_type",
    "other_handle",
    "group_title",
    "group_action_type",
    "share_status",
    "balloon_bundle_id",
    "payload_data",
    "expressive_send_style_id",
    "message_summary_info",
    "thread_originator_guid",
    "date_edited",
    "date_retracted",
    "date_delivered",
    "error",
    "is_sent",
    "schedule_type",
    "sent_or_received_off_grid",
    "is_sos",
];

/// The columns to read, made once per database.
pub(super) fn fields(db: &Database) -> String {
    let columns = db.columns("message");
    let known = |name: &&str| columns.contains(*name) || *name == "ROWID";
    FIELDS.iter().map(|name| if known(name) { *name } else { "NULL" }).collect::<Vec<_>>().join(", ")
}

/// Reads some messages by number; unknown ones are left out.
pub(super) fn by_ids(db: &Database, fields: &str, ids: &[i64], report: &mut Report) -> Result<HashMap<i64, Raw>> {
    let mut found = HashMap::new();
    for page in ids.chunks(PAGE) {
        let query = format!("SELECT {fields} FROM message WHERE ROWID IN ({})", list(page));
        sql::each(db, KIND_NAME, &query, [], report, |row, _| {
            found.extend(raw(row).map(|raw| (raw.id, raw)));
        })?;
    }
    Ok(found)
}

/// Reads some messages by guid.
pub(super) fn by_guids(
    db: &Database,
    fields: &str,
    guids: &[&str],
    report: &mut Report,
) -> Result<HashMap<String, Raw>> {
    let mut found = HashMap::new();
    for page in guids.chunks(PAGE) {
        let marks = vec!["?"; page.len()].join(",");
        let query = format!("SELECT {fields} FROM message WHERE guid IN ({marks})");
        sql::each(db, KIND_NAME, &query, rusqlite::params_from_iter(page), report, |row, _| {
            found.extend(raw(row).map(|raw| (raw.guid.clone(), raw)));
        })?;
    }
    Ok(found)
}

/// A row of [`fields`].
pub(super) fn raw(row: &Row) -> Option<Raw> {
    let integer = |column| sql::integer(row, column).unwrap_or_default();
    let when = |column| sql::integer(row, column).and_then(time::messages_to_unix_ms);
    Some(Raw {
        id: sql::integer(row, 0)?,
        guid: sql::text(row, 1).unwrap_or_default(),
        text: sql::text(row, 2),
        body: sql::bytes(row, 3),
        handle: integer(4),
        mine: integer(5) == 1,
        when: when(6),
        read: when(7),
        service: sql::text(row, 8),
        subject: sql::text(row, 9),
        item_type: integer(10),
        other_handle: integer(11),
        group_title: sql::text(row, 12),
        group_action: integer(13),
        share_status: integer(14),
        app: sql::text(row, 15),
        payload: sql::bytes(row, 16),
        effect: sql::text(row, 17),
        summary: sql::bytes(row, 18),
        reply_to: sql::text(row, 19),
        edited: integer(20) != 0 || integer(21) != 0,
        delivered: when(22),
        error: integer(23),
        sent: integer(24) == 1,
        scheduled: integer(25) == 2,
        satellite: integer(26) == 1,
        emergency: integer(27) == 1,
    })
}

/// Numbers as SQL takes them in `IN (…)`.
pub(super) fn list(ids: &[i64]) -> String {
    ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
}

pub(super) fn failed(source: rusqlite::Error) -> Error {
    Error::Database { kind: KIND_NAME, source }
}
