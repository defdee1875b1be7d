//! Chats: rows of `ZWACHATSESSION`, with who is in them and what they hold.

use std::collections::{BTreeSet, HashMap};

use backup::{Database, time};

use super::KIND_NAME;
use super::names::{Names, cleaned};
use crate::conversation::{Header, Person};
use crate::{Query, Report, Result, fold, matches, sql};

/// `ZSESSIONTYPE`.
const GROUP: i64 = 1;
const STATUS: i64 = 3;

#[derive(Clone, Debug, Default)]
pub(super) struct Chat {
    pub id: i64,
    pub jid: String,
    pub title: String,
    pub group: bool,
    pub archived: bool,
    /// Everyone but the owner of the phone.
    pub people: Vec<Person>,
    pub messages: u64,
    /// Cocoa seconds of the newest message.
    last: f64,
}

impl Chat {
    pub fn header(&self, service: &str) -> Header {
        Header {
            title: self.title.clone(),
            people: self.people.clone(),
            service: Some(service.to_owned()),
            group: self.group,
            picture: self.picture(),
        }
    }

    /// The face of the one person on the other side.
    pub fn picture(&self) -> Option<String> {
        let [one] = self.people.as_slice() else { return None };
        one.picture.clone().filter(|_| !self.group)
    }
}

/// Chats with at least one message, newest first.
pub(super) struct Chats {
    pub all: Vec<Chat>,
    places: HashMap<i64, usize>,
}

impl Chats {
    pub fn read(db: &Database, names: &Names, report: &mut Report) -> Result<Chats> {
        let column = |name| db.column("ZWACHATSESSION", name);
        let query = format!(
            "SELECT Z_PK, {}, {}, {}, {} FROM ZWACHATSESSION ORDER BY Z_PK",
            column("ZCONTACTJID"),
            column("ZPARTNERNAME"),
            column("ZSESSIONTYPE"),
            column("ZARCHIVED")
        );
        let mut all: Vec<Chat> = Vec::new();
        sql::each(db, KIND_NAME, &query, [], report, |row, _| {
            let Some(id) = sql::integer(row, 0) else { return };
            let jid = sql::text(row, 1).unwrap_or_default();
            let kind = sql::integer(row, 3).unwrap_or_default();
            let name = sql::text(row, 2).map(|name| cleaned(&name)).filter(|name| !name.is_empty());
            let group = kind == GROUP || jid.ends_with("@g.us") || jid.ends_with("@broadcast");
            let status = kind == STATUS || jid.ends_with("@status");
            let person = names.person(jid.trim_end_matches("@status"));
            let title = match (status, group) {
                (true, _) => format!("Status: {}", name.unwrap_or_else(|| person.name.clone())),
                (false, true) => name.unwrap_or_else(|| "Group".to_owned()),
                (false, false) => person.name.clone(),
            };
            let people = if group { Vec::new() } else { vec![person] };
            let archived = sql::integer(row, 4) == Some(1);
            all.push(Chat { id, jid, title, group, archived, people, ..Chat::default() });
        })?;
        let places: HashMap<i64, usize> = all.iter().enumerate().map(|(place, chat)| (chat.id, place)).collect();
        add_members(db, names, &mut all, &places, report)?;
        let query = "SELECT ZCHATSESSION, count(*), max(ZMESSAGEDATE) FROM ZWAMESSAGE GROUP BY ZCHATSESSION";
        sql::each(db, KIND_NAME, query, [], report, |row, _| {
            let chat = sql::integer(row, 0).and_then(|chat| places.get(&chat));
            if let Some(place) = chat {
                all[*place].messages = sql::integer(row, 1).unwrap_or_default().max(0) as u64;
                all[*place].last = sql::real(row, 2).unwrap_or_default();
            }
        })?;
        all.retain(|chat| chat.messages > 0);
        all.sort_by(|one, other| other.last.total_cmp(&one.last).then(one.id.cmp(&other.id)));
        let places = all.iter().enumerate().map(|(place, chat)| (chat.id, place)).collect();
        Ok(Chats { all, places })
    }

    pub fn get(&self, id: i64) -> Option<&Chat> {
        self.all.get(*self.places.get(&id)?)
    }

    /// Orders: `newest` (the usual) and `name`. The text is looked for in names and numbers.
    ///
    /// Filters: `group` (`1` or `0`), `files` (`1`), `person` (words of a name or number), `from` and `until` (Unix
    /// milliseconds).
    pub fn wanted(&self, db: &Database, query: &Query, report: &mut Report) -> Result<Vec<i64>> {
        let text = fold(query.text.as_deref().unwrap_or_default());
        let person = fold(query.filter.get("person").map(String::as_str).unwrap_or_default());
        let narrowed = narrowed(db, query, report)?;
        let wanted = |chat: &&Chat| {
            let people: String = chat.people.iter().map(|one| format!("{}\n{}\n", one.name, one.address)).collect();
            query.filter.get("group").is_none_or(|wanted| (wanted == "1") == chat.group)
                && query.filter.get("deleted").is_none_or(|wanted| wanted != "1")
                && narrowed.as_ref().is_none_or(|some| some.contains(&chat.id))
                && matches(&fold(&people), &person)
                && matches(&fold(&format!("{}\n{people}", chat.title)), &text)
        };
        let mut found: Vec<&Chat> = self.all.iter().filter(wanted).collect();
        if query.sort.as_deref() == Some("name") {
            found.sort_by_cached_key(|chat| (fold(&chat.title), chat.id));
        }
        Ok(found.into_iter().map(|chat| chat.id).collect())
    }

    /// The newest message of a chat.
    pub fn newest(&self, db: &Database, chat: i64, report: &mut Report) -> Result<Option<i64>> {
        let query = "SELECT Z_PK FROM ZWAMESSAGE WHERE ZCHATSESSION = ? ORDER BY ZMESSAGEDATE DESC, Z_PK DESC LIMIT 1";
        let mut newest = None;
        sql::each(db, KIND_NAME, query, [chat], report, |row, _| newest = sql::integer(row, 0))?;
        Ok(newest)
    }

    /// The messages of a chat, oldest first; only those of a further condition such as [`WITH_FILE`].
    pub fn thread(&self, db: &Database, chat: i64, only: &str, report: &mut Report) -> Result<Vec<i64>> {
        let sort = db.column("ZWAMESSAGE", "ZSORT");
        let query =
            format!("SELECT Z_PK FROM ZWAMESSAGE WHERE ZCHATSESSION = ? {only} ORDER BY ZMESSAGEDATE, {sort}, Z_PK");
        let mut ids = Vec::new();
        sql::each(db, KIND_NAME, &query, [chat], report, |row, _| ids.extend(sql::integer(row, 0)))?;
        Ok(ids)
    }
}

/// The condition that a message has a file.
pub(super) const WITH_FILE: &str = "AND ZMESSAGETYPE IN (1, 2, 3, 8, 11, 15) AND ZMEDIAITEM IS NOT NULL";

/// The condition that a message was sent between two times (Unix milliseconds); those without a time were not.
pub(super) fn between(from: i64, until: i64) -> String {
    format!("AND ZMESSAGEDATE <> 0 AND ZMESSAGEDATE BETWEEN {} AND {}", cocoa(from), cocoa(until))
}

/// Unix milliseconds in seconds since 2001.
fn cocoa(ms: i64) -> f64 {
    (ms as f64) / 1000.0 - 978_307_200.0
}

fn add_members(
    db: &Database,
    names: &Names,
    chats: &mut [Chat],
    places: &HashMap<i64, usize>,
    report: &mut Report,
) -> Result<()> {
    if !db.has_table("ZWAGROUPMEMBER") {
        return Ok(());
    }
    let active = db.column("ZWAGROUPMEMBER", "ZISACTIVE");
    let query = format!("SELECT ZCHATSESSION, ZMEMBERJID, {active} FROM ZWAGROUPMEMBER ORDER BY Z_PK");
    sql::each(db, KIND_NAME, &query, [], report, |row, _| {
        let chat = sql::integer(row, 0).and_then(|chat| places.get(&chat));
        // Who left is still named by what they wrote.
        let (Some(place), Some(jid), true) = (chat, sql::text(row, 1), sql::integer(row, 2) != Some(0)) else { return };
        let person = names.person(&jid);
        if chats[*place].people.iter().all(|known| known.address != person.address) {
            chats[*place].people.push(person);
        }
    })
}

/// What the database must be asked for; `None` when nothing.
fn narrowed(db: &Database, query: &Query, report: &mut Report) -> Result<Option<BTreeSet<i64>>> {
    let number = |name| query.filter.get(name).and_then(|text| text.parse::<i64>().ok());
    let mut conditions = Vec::new();
    conditions.extend(number("from").map(|from| format!("ZMESSAGEDATE >= {}", cocoa(from))));
    conditions.extend(number("until").map(|until| format!("ZMESSAGEDATE <= {}", cocoa(until))));
    if query.filter.get("files").is_some_and(|wanted| wanted == "1") {
        conditions.push("ZMESSAGETYPE IN (1, 2, 3, 8, 11, 15)".to_owned());
    }
    if conditions.is_empty() {
        return Ok(None);
    }
    let mut found = BTreeSet::new();
    let query = format!("SELECT DISTINCT ZCHATSESSION FROM ZWAMESSAGE WHERE {}", conditions.join(" AND "));
    sql::each(db, KIND_NAME, &query, [], report, |row, _| found.extend(sql::integer(row, 0)))?;
    Ok(Some(found))
}

/// A time of the database as Unix milliseconds.
pub(super) fn when(row: &rusqlite::Row, column: usize) -> Option<i64> {
    sql::real(row, column).filter(|seconds| *seconds != 0.0).and_then(time::cocoa_to_unix_ms)
}
