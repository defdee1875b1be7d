//! The call history and CallHistory.storedata.

use std::path::Path;

use plist::{Dictionary, Value};
use rusqlite::{Connection, params};

use super::clock::{DAY, cocoa, now};
use super::database::{self, Wal};
use super::error::Result;
use super::messages::conversations::{Conversation, plan};
use super::random::Random;
use super::{ContentsOptions, ExpectedCalls};

const SCHEMA: &str = include_str!("schemas/calls.sql");
/// Calls a day adds.
pub(crate) const A_DAY: u64 = 3;
const PHONE: i64 = 1;
const FACETIME_VIDEO: i64 = 8;
const FACETIME_AUDIO: i64 = 16;
/// The call's entity in `Z_PRIMARYKEY`.
const CALL: i64 = 2;
const HANDLE: i64 = 4;

/// One call, a pure function of its place in the history.
struct Call {
    /// Unix seconds.
    at: i64,
    address: Vec<String>,
    outgoing: bool,
    answered: bool,
    /// Seconds.
    duration: i64,
    sort: i64,
    id: String,
}

fn count(options: &ContentsOptions) -> u64 {
    ((420.0 * options.scale) as u64).max(30)
}

fn call(options: &ContentsOptions, plan: &[Conversation], index: u64) -> Call {
    let random = &mut Random::of(options.seed, &[70, index]);
    let first = count(options);
    let at = if index < first {
        let part = (index as f64 + random.fraction() * 0.9) / first as f64;
        now(0) - ((1.0 - part) * 500.0 * DAY as f64) as i64 - 1800
    } else {
        now(((index - first) / A_DAY + 1) as u32) - (A_DAY - (index - first) % A_DAY) as i64 * 7000
    };
    let reachable = |conversation: &&Conversation| {
        conversation.company.is_none() && conversation.participants.iter().all(|address| address.starts_with('+'))
    };
    let people: Vec<&Conversation> = plan.iter().take(40).filter(reachable).collect();
    // Closer people are called more often.
    let near =
        random.below(people.len() as u64 + 1) * random.below(people.len() as u64 + 1) / (people.len() as u64 + 1);
    let who = people[near as usize % people.len()];
    let sort = if who.group {
        FACETIME_VIDEO
    } else {
        *random.pick(&[PHONE, PHONE, PHONE, PHONE, FACETIME_AUDIO, FACETIME_VIDEO])
    };
    let (outgoing, picked_up) = (random.percent(48), random.percent(78));
    let duration = if picked_up { random.between(12, 240) * random.between(1, 14) } else { 0 };
    Call {
        at,
        address: who.participants.clone(),
        outgoing,
        answered: !outgoing && picked_up,
        duration,
        sort,
        id: random.guid(),
    }
}

/// Makes the call history of day 0.
pub(crate) fn calls(options: &ContentsOptions, path: &Path) -> Result<()> {
    let plan = plan(options);
    let fill = |db: &Connection| {
        for (number, name) in ["CallDBProperties", "CallRecord", "EmergencyMediaItem", "Handle"].iter().enumerate() {
            db.execute(
                "INSERT INTO Z_PRIMARYKEY (Z_ENT, Z_NAME, Z_SUPER, Z_MAX) VALUES (?, ?, 0, 0)",
                params![number as i64 + 1, name],
            )?;
        }
        let mut info = Vec::new();
        let plist = Dictionary::from_iter([
            ("NSStoreType", Value::from("SQLite")),
            ("NSPersistenceFrameworkVersion", Value::from(1347)),
        ]);
        plist::to_writer_binary(&mut info, &Value::Dictionary(plist)).expect("a plain property list");
        db.execute(
            "INSERT INTO Z_METADATA (Z_VERSION, Z_UUID, Z_PLIST) VALUES (1, ?, ?)",
            params![Random::of(options.seed, &[71]).guid(), info],
        )?;
        db.execute("INSERT INTO ZCALLDBPROPERTIES (Z_PK, Z_ENT, Z_OPT, ZTIMER_ALL, ZTIMER_INCOMING, ZTIMER_LAST, ZTIMER_LIFETIME, ZTIMER_OUTGOING) VALUES (1, 1, 1, 0, 0, 0, 0, 0)", [])?;
        for index in 0..count(options) {
            insert(db, index, &call(options, &plan, index))?;
        }
        maxima(db)
    };
    database::create(path, SCHEMA, Wal::Empty, options.seed, fill, |_| Ok(()))
}

/// Adds the calls of a day.
pub(crate) fn calls_day(options: &ContentsOptions, day: u32, path: &Path) -> Result<()> {
    let plan = plan(options);
    database::change(path, Wal::Empty, options.seed, |db| {
        let end = count(options) + A_DAY * u64::from(day);
        for index in end - A_DAY..end {
            insert(db, index, &call(options, &plan, index))?;
        }
        maxima(db)
    })
}

fn insert(db: &Connection, index: u64, call: &Call) -> rusqlite::Result<()> {
    let row = index as i64 + 1;
    let country = if call.address[0].starts_with("+49") {
        "de"
    } else if call.address[0].starts_with("+44") {
        "gb"
    } else {
        "us"
    };
    db.prepare_cached(
        "INSERT INTO ZCALLRECORD (Z_PK, Z_ENT, Z_OPT, ZANSWERED, ZCALL_CATEGORY, ZCALLTYPE, ZDISCONNECTED_CAUSE, ZFACE_TIME_DATA, ZHANDLE_TYPE, ZORIGINATED, \
         ZREAD, ZDATE, ZDURATION, ZADDRESS, ZISO_COUNTRY_CODE, ZSERVICE_PROVIDER, ZUNIQUE_ID) VALUES (?, ?, 1, ?, ?, ?, 0, ?, 2, ?, 1, ?, ?, ?, ?, ?, ?)",
    )?
    .execute(params![
        row,
        CALL,
        i64::from(call.answered),
        if call.sort == FACETIME_VIDEO { 2 } else { 1 },
        call.sort,
        (call.sort != PHONE).then_some(call.duration * 21_000),
        i64::from(call.outgoing),
        cocoa(call.at),
        call.duration as f64,
        call.address[0],
        country,
        if call.sort == PHONE { "com.apple.Telephony" } else { "com.apple.FaceTime" },
        call.id
    ])?;
    for address in &call.address {
        db.prepare_cached(
            "INSERT INTO ZHANDLE (Z_ENT, Z_OPT, ZTYPE, ZNORMALIZEDVALUE, ZVALUE) VALUES (?, 1, 2, ?, ?)",
        )?
        .execute(params![HANDLE, address, address])?;
        db.prepare_cached("INSERT INTO Z_2REMOTEPARTICIPANTHANDLES (Z_2REMOTEPARTICIPANTCALLS, Z_4REMOTEPARTICIPANTHANDLES) VALUES (?, ?)")?
            .execute([row, db.last_insert_rowid()])?;
    }
    Ok(())
}

fn maxima(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch(
        "UPDATE Z_PRIMARYKEY SET Z_MAX = (SELECT max(Z_PK) FROM ZCALLRECORD) WHERE Z_NAME = 'CallRecord'; \
         UPDATE Z_PRIMARYKEY SET Z_MAX = (SELECT max(Z_PK) FROM ZHANDLE) WHERE Z_NAME = 'Handle'",
    )
}

/// What a reader must find.
pub(crate) fn expected(options: &ContentsOptions, day: u32) -> ExpectedCalls {
    let plan = plan(options);
    let mut counts = ExpectedCalls::default();
    for index in 0..count(options) + A_DAY * u64::from(day) {
        let call = call(options, &plan, index);
        counts.count += 1;
        counts.missed += u64::from(!call.outgoing && !call.answered);
        counts.outgoing += u64::from(call.outgoing);
        counts.facetime += u64::from(call.sort != PHONE);
    }
    counts
}
