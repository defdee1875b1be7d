use std::fs;

use serde_json::Value;

use super::*;
use crate::testing::{TestBackup, empty_reason, reader, realdata};

const HOME: &str = "HomeDomain";
const HISTORY: &str = PLACES[0].path;
const TEMP: &str = PLACES[1].path;

/// The columns of iOS 9: no provider, no category.
const OLD: &str = "CREATE TABLE ZCALLRECORD (Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, Z_OPT INTEGER, ZANSWERED INTEGER,
    ZCALLTYPE INTEGER, ZORIGINATED INTEGER, ZREAD INTEGER, ZDATE TIMESTAMP, ZDURATION FLOAT,
    ZISO_COUNTRY_CODE VARCHAR, ZLOCATION VARCHAR, ZNAME VARCHAR, ZUNIQUE_ID VARCHAR UNIQUE, ZADDRESS BLOB);";

/// The columns of today that matter, and the tables of group calls.
const NEW: &str =
    "CREATE TABLE ZCALLRECORD (Z_PK INTEGER PRIMARY KEY, ZUNIQUE_ID, ZDATE, ZDURATION, ZORIGINATED, ZANSWERED,
        ZCALLTYPE, ZCALL_CATEGORY, ZSERVICE_PROVIDER, ZADDRESS, ZNAME, ZLOCATION, ZISO_COUNTRY_CODE,
        ZFILTERED_OUT_REASON, ZWASEMERGENCYCALL);
    CREATE TABLE ZHANDLE (Z_PK INTEGER PRIMARY KEY, ZTYPE INTEGER, ZNORMALIZEDVALUE VARCHAR, ZVALUE VARCHAR);
    CREATE TABLE Z_3REMOTEPARTICIPANTHANDLES (Z_3REMOTEPARTICIPANTCALLS INTEGER, Z_5REMOTEPARTICIPANTHANDLES INTEGER);";

fn opened(sql: &str) -> Box<dyn Reader> {
    reader(KIND, &TestBackup::new().database(HOME, HISTORY, sql).open())
}

fn titles(reader: &mut dyn Reader, query: &Query) -> Vec<String> {
    let ids = reader.ids(query).unwrap();
    reader.cards(&ids).unwrap().into_iter().map(|card| card.title).collect()
}

#[test]
fn an_unencrypted_backup_says_why_it_is_empty() {
    let backup = TestBackup::new().file(HOME, "other", b"x").open();
    assert_eq!(empty_reason(KIND, &backup), "Only encrypted backups hold the call history.");
}

#[test]
fn an_old_history_with_blob_addresses_is_read() {
    let mut reader = opened(&format!(
        "{OLD} INSERT INTO ZCALLRECORD VALUES
         (1, 2, 1, 1, 1, 0, 1, 474000000.25, 65.4, 'us', 'Boston, MA', NULL, 'A', CAST('+16175550100' AS BLOB)),
         (2, 2, 1, 0, 8, 1, 1, 474000060, 0, NULL, NULL, 'Ann', 'B', 'ann@example.com'),
         (3, 2, 1, 0, 1, 0, 0, 474000120, 0, NULL, NULL, NULL, 'C', NULL)"
    ));
    let ids = reader.ids(&Query::default()).unwrap();
    assert_eq!((ids.as_slice(), reader.count().unwrap()), ([3, 2, 1].as_slice(), 3));
    let cards = reader.cards(&ids).unwrap();
    assert_eq!(cards[0].title, "No caller ID");
    assert_eq!(cards[0].badges, ["missed"]);
    assert_eq!((cards[1].title.as_str(), cards[1].subtitle.as_deref()), ("Ann", Some("FaceTime video")));
    assert_eq!(cards[1].badges, ["outgoing"]);
    assert_eq!(
        cards[2],
        Card {
            id: 1,
            title: "+16175550100".into(),
            subtitle: Some("Phone · Boston, MA".into()),
            text: Some("1 min 5 s".into()),
            when: Some(1_452_307_200_250),
            picture: None,
            badges: vec!["incoming".into()],
        }
    );
}

#[test]
fn services_groups_and_filters_are_told_apart() {
    let mut reader = opened(&format!(
        "{NEW} INSERT INTO ZCALLRECORD VALUES
         (1, 'a', 1, 9, 0, 1, 0, 2, 'com.apple.FaceTime', '+1', 'Team', NULL, NULL, 0, 0),
         (2, 'b', 2, 9, 0, 1, 0, 1, 'net.whatsapp.WhatsApp', '+3', NULL, NULL, NULL, 0, 0),
         (3, 'c', 3, 0, 0, 0, 1, 1, 'com.apple.Telephony', '+4', NULL, NULL, NULL, 2, 0),
         (4, 'd', 4, 3, 1, 1, 16, 1, NULL, '112', NULL, NULL, NULL, 0, 1);
         INSERT INTO ZHANDLE VALUES (7, 2, NULL, '+1'), (8, 2, NULL, '+2');
         INSERT INTO Z_3REMOTEPARTICIPANTHANDLES VALUES (1, 7), (1, 8), (2, 7);"
    ));
    let cards = reader.cards(&[1, 2, 3, 4, 99]).unwrap();
    assert_eq!(cards.len(), 4);
    assert_eq!((cards[0].title.as_str(), cards[0].subtitle.as_deref()), ("+1, +2", Some("FaceTime video")));
    assert_eq!((cards[1].title.as_str(), cards[1].subtitle.as_deref()), ("+3", Some("WhatsApp")));
    assert_eq!(cards[2].badges, ["missed", "filtered"]);
    assert_eq!(cards[3].badges, ["outgoing", "emergency"]);
    let filter = |key: &str, value: &str| Query { filter: [(key.into(), value.into())].into(), ..Query::default() };
    assert_eq!(titles(&mut *reader, &filter("direction", "missed")), ["+4"]);
    assert_eq!(titles(&mut *reader, &filter("service", "facetime-audio")), ["112"]);
    assert!(titles(&mut *reader, &filter("service", "fax")).is_empty());
    let search = Query { text: Some("TEAM".into()), ..Query::default() };
    assert!(titles(&mut *reader, &search).is_empty(), "a group has no single name");
    let oldest = Query { sort: Some("oldest".into()), text: Some("outgoing 112".into()), ..Query::default() };
    assert_eq!(titles(&mut *reader, &oldest), ["112"]);
}

#[test]
fn both_databases_make_one_history_with_names_from_the_address_book() {
    let row = |id: i64, key: &str, when: i64, address: &str| {
        format!(
            "INSERT INTO ZCALLRECORD (Z_PK, ZUNIQUE_ID, ZDATE, ZADDRESS) VALUES ({id}, '{key}', {when}, '{address}');"
        )
    };
    let backup = TestBackup::new()
        .database(HOME, HISTORY, &format!("{NEW}{}{}", row(1, "a", 10, "0171 5550100"), row(2, "b", 20, "ann@x.org")))
        .database(HOME, TEMP, &format!("{NEW}{}{}", row(1, "b", 20, "ann@x.org"), row(2, "c", 30, "+49 171 5550100")))
        .database(
            HOME,
            crate::contacts::KIND.places()[0].path,
            "CREATE TABLE ABPerson (ROWID INTEGER PRIMARY KEY, First TEXT, Last TEXT);
             CREATE TABLE ABMultiValue (UID INTEGER PRIMARY KEY, record_id INTEGER, property INTEGER, label INTEGER, value TEXT);
             INSERT INTO ABPerson VALUES (5, 'Ben', 'Berg'); INSERT INTO ABMultiValue VALUES (1, 5, 3, NULL, '+491715550100')",
        )
        .face(5)
        .open();
    let mut reader = reader(KIND, &backup);
    let ids = reader.ids(&Query::default()).unwrap();
    assert_eq!(ids, [-2, 2, 1]);
    let cards = reader.cards(&ids).unwrap();
    assert_eq!(cards.iter().map(|card| card.title.as_str()).collect::<Vec<_>>(), ["Ben Berg", "ann@x.org", "Ben Berg"]);
    assert_eq!(cards[0].picture.as_deref(), Some("contact/5"));
    let mut keys = Vec::new();
    reader.index(&mut |card| keys.push((card.key, card.opens, card.title))).unwrap();
    assert_eq!(keys[0], ("c".to_owned(), -2, "Ben Berg".to_owned()));
}

#[test]
fn an_unknown_schema_is_said_not_guessed() {
    let backup = TestBackup::new().database(HOME, HISTORY, "CREATE TABLE ZSOMETHING (x)").open();
    assert!(empty_reason(KIND, &backup).contains("its rows were not read"));
    let mut reader = opened("CREATE TABLE ZCALLRECORD (ZDATE); INSERT INTO ZCALLRECORD VALUES (5)");
    assert_eq!(reader.count().unwrap(), 0);
    assert_eq!(reader.report().skipped, [("a call without a number of its own".to_owned(), 1)]);
}

#[test]
fn damage_beside_the_history_costs_names_not_calls() {
    let book = crate::contacts::KIND.places();
    let one = format!("{NEW} INSERT INTO ZCALLRECORD (Z_PK, ZADDRESS) VALUES (1, '+1 555 0100')");
    let backup = TestBackup::new()
        .database(HOME, HISTORY, &one)
        .file(HOME, TEMP, b"not a database at all, but long enough to be looked at")
        .file(HOME, book[0].path, b"nor this")
        .file(HOME, book[1].path, b"nor that")
        .open();
    let mut reader = reader(KIND, &backup);
    assert_eq!(titles(&mut *reader, &Query::default()), ["+1 555 0100"]);
    assert_eq!(reader.report().notes.len(), 3, "{:?}", reader.report());
    let damaged = TestBackup::new().file(HOME, HISTORY, b"nothing to be read here").open();
    assert!(empty_reason(KIND, &damaged).contains("damaged"));
}

/// A history made by another project after a real iOS 18 backup; the values are its rows.
#[test]
fn a_history_after_a_real_phone() {
    let Some(file) = realdata("novkostya+ios-backup-parser/calls/testdata/calls.1.CallHistory.storedata") else {
        return;
    };
    let mut reader = reader(KIND, &TestBackup::new().copied(HOME, HISTORY, &file).open());
    let ids = reader.ids(&Query { sort: Some("oldest".into()), ..Query::default() }).unwrap();
    assert_eq!(ids, [1, 2, 3, 4, 5]);
    let to = tempfile::tempdir().unwrap();
    let written = reader.export(&ids, "json", to.path(), &mut |_, _| true).unwrap();
    assert_eq!((written.items, written.files, written.main.clone()), (5, 1, to.path().join("Calls.json")));
    let rows: Vec<Value> = serde_json::from_slice(&fs::read(&written.main).unwrap()).unwrap();
    assert_eq!(rows[0]["when"], "2023-03-08T20:26:40.500Z");
    assert_eq!(rows[0]["name"], "Alex Fixture");
    assert_eq!(rows[0]["address"], "+1 555 0100");
    assert_eq!(rows[0]["seconds"], 66);
    assert_eq!(rows[0]["direction"], "outgoing");
    assert_eq!((&rows[1]["direction"], &rows[1]["junk"]), (&Value::from("missed"), &Value::from(true)));
    assert_eq!((rows[2]["service"].as_str(), rows[2]["seconds"].as_i64()), (Some("facetime-video"), Some(120)));
    assert_eq!(rows[2]["address"], "+1 555 0300; +1 555 0301");
    assert_eq!(rows[3]["direction"], "incoming");
    let written = reader.export(&ids, "csv", to.path(), &mut |_, _| true).unwrap();
    let csv = fs::read_to_string(written.main).unwrap();
    assert_eq!(csv.lines().count(), 6);
    assert!(csv.starts_with("\u{feff}ID,Date,Direction,Service,Name,Number,Duration (seconds)"), "{csv}");
}

#[test]
fn a_cancelled_export_leaves_nothing() {
    let mut reader = opened(&format!("{NEW} INSERT INTO ZCALLRECORD (Z_PK) VALUES (1), (2), (3)"));
    let to = tempfile::tempdir().unwrap();
    let stopped = reader.export(&[1, 2, 3], "csv", to.path(), &mut |done, _| done < 1);
    assert!(matches!(stopped, Err(crate::Error::Cancelled)));
    assert_eq!(fs::read_dir(to.path()).unwrap().count(), 0);
    let unknown = reader.export(&[1], "pdf", to.path(), &mut |_, _| true);
    assert!(matches!(unknown, Err(crate::Error::UnknownFormat { .. })));
}

#[test]
fn a_call_opened_for_reading() {
    let mut reader = opened(&format!(
        "{NEW} INSERT INTO ZCALLRECORD VALUES
         (1, 'a', 700000000, 3661, 0, 1, 1, 1, 'com.apple.Telephony', '+1 555 0100', 'Ann', 'Boston', 'us', 0, 0)"
    ));
    let document = reader.document(1).unwrap().unwrap();
    assert_eq!(document.title, "Ann");
    let export::Block::Fields(fields) = &document.blocks[0] else { panic!("{document:?}") };
    let fields: Vec<(&str, &str)> = fields.iter().map(|field| (field.label.as_str(), field.value.as_str())).collect();
    assert_eq!(
        fields,
        [
            ("Call", "Incoming"),
            ("Over", "Phone"),
            ("When", "2023-03-08T20:26:40Z"),
            ("Duration", "1 h 1 min 1 s"),
            ("Ann", "+1 555 0100"),
            ("Location", "Boston"),
            ("Country", "US"),
        ]
    );
    assert!(reader.document(2).unwrap().is_none());
}
