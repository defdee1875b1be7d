//! From rows of `CallHistory.storedata` to calls.

use std::collections::{HashMap, HashSet};

use backup::{Backup, Database, time};
use rusqlite::Row;

use super::PLACES;
use crate::people::People;
use crate::{Report, Result, sql};

/// More rows than any phone keeps; the rest is left unread and said so.
const MOST: usize = 500_000;

/// One call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Its number in the database; negative in the second one.
    pub id: i64,
    /// Apple's lasting identifier, or date and number where it has none.
    pub key: String,
    /// Unix milliseconds UTC.
    pub when: Option<i64>,
    /// How long they spoke.
    pub seconds: u64,
    pub direction: Direction,
    pub service: Service,
    /// The others in the call; empty when the number was withheld.
    pub others: Vec<Other>,
    /// The place or carrier the phone showed for the number.
    pub location: Option<String>,
    /// Two-letter country code of the network.
    pub country: Option<String>,
    /// Kept from ringing by a filter of the phone.
    pub filtered: bool,
    /// Taken for an unwanted call by the carrier or an app.
    pub junk: bool,
    pub emergency: bool,
}

/// Someone in a call.
#[derive(Clone, Debug, PartialEq)]
pub struct Other {
    /// The phone number or e-mail address; empty when only a name is known.
    pub address: String,
    pub name: Option<String>,
    pub contact: Option<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    Incoming,
    Outgoing,
    Missed,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Service {
    Phone,
    FaceTimeVideo,
    FaceTimeAudio,
    /// Another app, by its bundle identifier.
    App(String),
}

impl Call {
    /// Everything a search should find.
    pub fn text(&self) -> String {
        let others = self.others.iter().flat_map(|other| [other.name.as_deref(), Some(other.address.as_str())]);
        let words = others.chain([Some(self.direction.title()), self.location.as_deref()]).flatten();
        let mut text = words.collect::<Vec<_>>().join(" ");
        text.push(' ');
        text.push_str(self.service.title());
        text
    }
}

/// All calls of a backup, newest first; `None` when it has no call history.
pub(super) fn read(backup: &Backup, report: &mut Report) -> Result<Option<Vec<Call>>> {
    let mut calls = Vec::new();
    let mut found = false;
    for (place, sign) in PLACES.iter().zip([1, -1]) {
        let Some(db) = sql::spare(backup, *place, report)? else { continue };
        if !db.has_table("ZCALLRECORD") {
            report.note(format!("{} has no table of calls; its rows were not read.", place.path));
            continue;
        }
        found = true;
        read_one(&db, sign, &mut calls, report)?;
    }
    if !found {
        return Ok(None);
    }
    // A call may be in both databases for a while.
    let merged: HashSet<String> = calls.iter().filter(|call| call.id > 0).map(|call| call.key.clone()).collect();
    calls.retain(|call| call.id > 0 || !merged.contains(&call.key));
    add_names(&mut calls, &People::open(backup, report));
    calls.sort_by_key(|call| std::cmp::Reverse((call.when, call.id)));
    report.read = calls.len() as u64;
    Ok(Some(calls))
}

fn read_one(db: &Database, sign: i64, calls: &mut Vec<Call>, report: &mut Report) -> Result<()> {
    let columns = [
        "Z_PK",
        "ZUNIQUE_ID",
        "ZDATE",
        "ZDURATION",
        "ZORIGINATED",
        "ZANSWERED",
        "ZCALLTYPE",
        "ZCALL_CATEGORY",
        "ZSERVICE_PROVIDER",
        "ZADDRESS",
        "ZNAME",
        "ZLOCATION",
        "ZISO_COUNTRY_CODE",
        "ZFILTERED_OUT_REASON",
        "ZWASEMERGENCYCALL",
        "ZJUNKCONFIDENCE",
    ]
    .map(|name| db.column("ZCALLRECORD", name).to_string());
    let mut groups = read_groups(db, report)?;
    let query = format!("SELECT {} FROM ZCALLRECORD", columns.join(", "));
    sql::each(db, "calls", &query, [], report, |row, report| {
        if calls.len() >= MOST {
            return report.skip("more calls than any phone keeps");
        }
        let Some(number) = sql::integer(row, 0) else {
            return report.skip("a call without a number of its own");
        };
        calls.push(call(row, number * sign, groups.remove(&number).unwrap_or_default()));
    })
}

/// One row, in the order of the columns above.
fn call(row: &Row, id: i64, group: Vec<String>) -> Call {
    let when = sql::real(row, 2).and_then(time::cocoa_to_unix_ms);
    let seconds = sql::real(row, 3).unwrap_or_default().max(0.0).round() as u64;
    let [originated, answered] = [4, 5].map(|column| sql::integer(row, column).unwrap_or_default() != 0);
    let address = sql::text(row, 9);
    let key = sql::text(row, 1)
        .unwrap_or_else(|| format!("{} {}", when.unwrap_or_default(), address.as_deref().unwrap_or_default()));
    let name = sql::text(row, 10);
    let mut addresses = if group.len() > 1 { group } else { Vec::from_iter(address) };
    if addresses.is_empty() && name.is_some() {
        addresses.push(String::new());
    }
    // The stored name is that of the only other one; in a group it would be anyone's.
    let name = name.filter(|_| addresses.len() == 1);
    Call {
        id,
        key,
        when,
        seconds,
        direction: direction(originated, answered, seconds),
        service: service(sql::integer(row, 6), sql::integer(row, 7), sql::text(row, 8)),
        others: addresses.into_iter().map(|address| Other { address, name: name.clone(), contact: None }).collect(),
        location: sql::text(row, 11),
        country: sql::text(row, 12),
        filtered: sql::integer(row, 13).unwrap_or_default() > 0,
        // 2 is the only value seen on a call known to be junk.
        junk: sql::integer(row, 15).unwrap_or_default() >= 2,
        emergency: sql::integer(row, 14).unwrap_or_default() > 0,
    }
}

fn direction(originated: bool, answered: bool, seconds: u64) -> Direction {
    match (originated, answered || seconds > 0) {
        (true, _) => Direction::Outgoing,
        (false, true) => Direction::Incoming,
        (false, false) => Direction::Missed,
    }
}

/// `ZCALLTYPE` is 1 for the phone, 8 for FaceTime video and 16 for FaceTime audio; 0 (another app) and anything new are
/// told by the provider, and FaceTime's two sorts by the category (2 is video).
fn service(kind: Option<i64>, category: Option<i64>, provider: Option<String>) -> Service {
    match (kind, provider.as_deref()) {
        (Some(1), _) => Service::Phone,
        (Some(8), _) => Service::FaceTimeVideo,
        (Some(16), _) => Service::FaceTimeAudio,
        (_, None | Some("com.apple.Telephony")) => Service::Phone,
        (_, Some("com.apple.FaceTime")) if category == Some(2) => Service::FaceTimeVideo,
        (_, Some("com.apple.FaceTime")) => Service::FaceTimeAudio,
        (_, Some(app)) => Service::App(app.to_owned()),
    }
}

/// Who took part, for each call: Core Data's join table, whose name and columns carry numbers that change.
fn read_groups(db: &Database, report: &mut Report) -> Result<HashMap<i64, Vec<String>>> {
    let mut groups: HashMap<i64, Vec<String>> = HashMap::new();
    let mut join = None;
    let tables = "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'Z_[0-9]*REMOTEPARTICIPANTHANDLES'";
    sql::each(db, "calls", tables, [], report, |row, _| join = sql::text(row, 0))?;
    let Some(join) = join.filter(|_| db.columns("ZHANDLE").contains("Z_PK")) else { return Ok(groups) };
    let columns = db.columns(&join);
    let ending = |end: &str| columns.iter().find(|column| column.ends_with(end));
    let (Some(call), Some(handle)) = (ending("REMOTEPARTICIPANTCALLS"), ending("REMOTEPARTICIPANTHANDLES")) else {
        return Ok(groups);
    };
    let quoted = |name: &str| format!("\"{}\"", name.replace('"', "\"\""));
    let query = format!(
        "SELECT j.{call}, {value} FROM {join} j JOIN ZHANDLE ON ZHANDLE.Z_PK = j.{handle} ORDER BY 1, ZHANDLE.Z_PK LIMIT {MOST}",
        call = quoted(call),
        handle = quoted(handle),
        join = quoted(&join),
        value = db.column("ZHANDLE", "ZVALUE"),
    );
    sql::each(db, "calls", &query, [], report, |row, _| {
        if let (Some(call), Some(address)) = (sql::integer(row, 0), sql::text(row, 1)) {
            groups.entry(call).or_default().push(address);
        }
    })?;
    Ok(groups)
}

/// The name in the address book wins over the one the phone stored with the call.
fn add_names(calls: &mut [Call], people: &People) {
    for other in calls.iter_mut().flat_map(|call| &mut call.others) {
        if let Some(person) = people.find(&other.address) {
            other.name = Some(person.name.clone());
            other.contact = person.contact;
        }
    }
}
