//! Rows of `ZWAMESSAGE` with what belongs to them: columns that a database does not have read as empty.

use std::collections::HashMap;

use backup::Database;
use rusqlite::Row;

use super::KIND_NAME;
use super::chats::when;
use crate::conversation::PAGE;
use crate::{Report, Result, sql};

/// One message.
#[derive(Clone, Debug, Default)]
pub(super) struct Raw {
    pub id: i64,
    pub chat: i64,
    pub mine: bool,
    pub when: Option<i64>,
    pub text: Option<String>,
    /// What sort of message it is.
    pub kind: i64,
    pub event: i64,
    pub starred: bool,
    /// 9: it could not be sent.
    pub status: i64,
    pub stanza: Option<String>,
    pub from: Option<String>,
    pub parent: Option<i64>,
    /// Who wrote it into a group.
    pub member: Option<String>,
    pub item: Option<Item>,
    pub receipts: Option<Vec<u8>>,
}

/// Its row of `ZWAMEDIAITEM`.
#[derive(Clone, Debug, Default)]
pub(super) struct Item {
    pub id: i64,
    pub path: Option<String>,
    pub title: Option<String>,
    pub bytes: Option<u64>,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    /// A contact's name.
    pub card_name: Option<String>,
    /// A contact's vCard; for files, their type.
    pub card: Option<String>,
    pub metadata: Option<Vec<u8>>,
}

/// Table, its letter in the query, column.
const FIELDS: [(&str, &str, &str); 24] = [
    ("ZWAMESSAGE", "m", "Z_PK"),
    ("ZWAMESSAGE", "m", "ZCHATSESSION"),
    ("ZWAMESSAGE", "m", "ZISFROMME"),
    ("ZWAMESSAGE", "m", "ZMESSAGEDATE"),
    ("ZWAMESSAGE", "m", "ZTEXT"),
    ("ZWAMESSAGE", "m", "ZMESSAGETYPE"),
    ("ZWAMESSAGE", "m", "ZGROUPEVENTTYPE"),
    ("ZWAMESSAGE", "m", "ZSTARRED"),
    ("ZWAMESSAGE", "m", "ZMESSAGESTATUS"),
    ("ZWAMESSAGE", "m", "ZSTANZAID"),
    ("ZWAMESSAGE", "m", "ZFROMJID"),
    ("ZWAMESSAGE", "m", "ZPARENTMESSAGE"),
    ("ZWAGROUPMEMBER", "g", "ZMEMBERJID"),
    ("ZWAMESSAGEINFO", "i", "ZRECEIPTINFO"),
    ("ZWAMEDIAITEM", "f", "Z_PK"),
    ("ZWAMEDIAITEM", "f", "ZMEDIALOCALPATH"),
    ("ZWAMEDIAITEM", "f", "ZTITLE"),
    ("ZWAMEDIAITEM", "f", "ZFILESIZE"),
    ("ZWAMEDIAITEM", "f", "ZLATITUDE"),
    ("ZWAMEDIAITEM", "f", "ZLONGITUDE"),
    ("ZWAMEDIAITEM", "f", "ZVCARDNAME"),
    ("ZWAMEDIAITEM", "f", "ZVCARDSTRING"),
    ("ZWAMEDIAITEM", "f", "ZMETADATA"),
    ("ZWAMESSAGE", "m", "ZSENTDATE"),
];

/// The query for messages up to its condition, made once per database.
pub(super) fn source(db: &Database) -> String {
    let known = |table: &str, column: &str| db.columns(table).contains(column);
    let fields = FIELDS.iter().map(|(table, letter, column)| match known(table, column) {
        true => format!("{letter}.{column}"),
        false => "NULL".to_owned(),
    });
    let mut from = "ZWAMESSAGE m".to_owned();
    for (table, letter, link) in [
        ("ZWAGROUPMEMBER", "g", "ZGROUPMEMBER"),
        ("ZWAMEDIAITEM", "f", "ZMEDIAITEM"),
        ("ZWAMESSAGEINFO", "i", "ZMESSAGEINFO"),
    ] {
        if known(table, "Z_PK") && known("ZWAMESSAGE", link) {
            from.push_str(&format!(" LEFT JOIN {table} {letter} ON {letter}.Z_PK = m.{link}"));
        } else if db.has_table(table) {
            from.push_str(&format!(" LEFT JOIN (SELECT * FROM {table} WHERE 0) {letter} ON 0"));
        }
    }
    format!("SELECT {} FROM {from}", fields.collect::<Vec<_>>().join(", "))
}

/// Reads some messages by number; unknown ones are left out.
pub(super) fn by_ids(db: &Database, source: &str, ids: &[i64], report: &mut Report) -> Result<HashMap<i64, Raw>> {
    let mut found = HashMap::new();
    for page in ids.chunks(PAGE) {
        let list = page.iter().map(i64::to_string).collect::<Vec<_>>().join(",");
        let query = format!("{source} WHERE m.Z_PK IN ({list})");
        sql::each(db, KIND_NAME, &query, [], report, |row, _| found.extend(raw(row).map(|raw| (raw.id, raw))))?;
    }
    Ok(found)
}

/// The messages after a number, a page of them.
pub(super) fn after(db: &Database, source: &str, id: i64, report: &mut Report) -> Result<Vec<Raw>> {
    let query = format!("{source} WHERE m.Z_PK > ? ORDER BY m.Z_PK LIMIT {PAGE}");
    let mut page = Vec::new();
    sql::each(db, KIND_NAME, &query, [id], report, |row, _| page.extend(raw(row)))?;
    Ok(page)
}

/// The message of a chat that the server knows by this name.
pub(super) fn by_stanza(db: &Database, chat: i64, stanza: &str, report: &mut Report) -> Result<Option<i64>> {
    let mut found = None;
    if db.columns("ZWAMESSAGE").contains("ZSTANZAID") {
        let query = "SELECT Z_PK FROM ZWAMESSAGE WHERE ZSTANZAID = ? AND ZCHATSESSION = ? ORDER BY Z_PK LIMIT 1";
        sql::each(db, KIND_NAME, query, rusqlite::params![stanza, chat], report, |row, _| {
            found = sql::integer(row, 0)
        })?;
    }
    Ok(found)
}

fn raw(row: &Row) -> Option<Raw> {
    let integer = |column| sql::integer(row, column).unwrap_or_default();
    let item = |id| Item {
        id,
        path: sql::text(row, 15),
        title: sql::text(row, 16),
        bytes: sql::integer(row, 17).and_then(|bytes| u64::try_from(bytes).ok()).filter(|bytes| *bytes > 0),
        latitude: sql::real(row, 18),
        longitude: sql::real(row, 19),
        card_name: sql::text(row, 20),
        card: sql::text(row, 21),
        metadata: sql::bytes(row, 22),
    };
    Some(Raw {
        id: sql::integer(row, 0)?,
        chat: integer(1),
        mine: integer(2) == 1,
        when: when(row, 3).or_else(|| when(row, 23)),
        text: sql::text(row, 4),
        kind: integer(5),
        event: integer(6),
        starred: integer(7) == 1,
        status: integer(8),
        stanza: sql::text(row, 9),
        from: sql::text(row, 10),
        parent: sql::integer(row, 11),
        member: sql::text(row, 12),
        receipts: sql::bytes(row, 13),
        item: sql::integer(row, 14).map(item),
    })
}
