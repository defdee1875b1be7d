//! WhatsApp: a made-up database in the app's own tables, and the real ones that are at hand.

use std::sync::Arc;

use backup::Backup;

use super::{BUSINESS, KIND, marks};
use crate::conversation::{Bubble, BubbleKind, Part, Shows, State, summary};
use crate::testing::{TestBackup, empty_reason, reader, realdata};
use crate::{Query, Reader};

const DOMAIN: &str = "AppDomainGroup-group.net.whatsapp.WhatsApp.shared";

/// The tables as the app has them, with the columns that are read.
const SCHEMA: &str = "
    CREATE TABLE ZWACHATSESSION (Z_PK INTEGER PRIMARY KEY, ZARCHIVED INTEGER, ZSESSIONTYPE INTEGER, ZCONTACTJID VARCHAR,
        ZPARTNERNAME VARCHAR);
    CREATE TABLE ZWAGROUPMEMBER (Z_PK INTEGER PRIMARY KEY, ZISACTIVE INTEGER, ZCHATSESSION INTEGER, ZMEMBERJID VARCHAR);
    CREATE TABLE ZWAPROFILEPUSHNAME (Z_PK INTEGER PRIMARY KEY, ZJID VARCHAR, ZPUSHNAME VARCHAR);
    CREATE TABLE ZWAMEDIAITEM (Z_PK INTEGER PRIMARY KEY, ZFILESIZE INTEGER, ZLATITUDE FLOAT, ZLONGITUDE FLOAT,
        ZMEDIALOCALPATH VARCHAR, ZTITLE VARCHAR, ZVCARDNAME VARCHAR, ZVCARDSTRING VARCHAR, ZMETADATA BLOB);
    CREATE TABLE ZWAMESSAGE (Z_PK INTEGER PRIMARY KEY, ZGROUPEVENTTYPE INTEGER, ZISFROMME INTEGER, ZMESSAGESTATUS INTEGER,
        ZMESSAGETYPE INTEGER, ZSORT INTEGER, ZSTARRED INTEGER, ZCHATSESSION INTEGER, ZGROUPMEMBER INTEGER, ZMEDIAITEM INTEGER,
        ZMESSAGEINFO INTEGER, ZPARENTMESSAGE INTEGER, ZMESSAGEDATE TIMESTAMP, ZSENTDATE TIMESTAMP, ZFROMJID VARCHAR,
        ZSTANZAID VARCHAR, ZTEXT VARCHAR);
    CREATE TABLE ZWAMESSAGEINFO (Z_PK INTEGER PRIMARY KEY, ZMESSAGE INTEGER, ZRECEIPTINFO BLOB);";

/// Ada by number (chat 1), a group (2) with her, Ben who hides his number and a stranger.
const ROWS: &str = "
    INSERT INTO ZWACHATSESSION VALUES (1, 0, 0, '491715550100@s.whatsapp.net', '\u{200E}Ada L.'), (2, 1, 1, '1203@g.us', 'Hikers'),
        (3, 0, 0, '4915000000@s.whatsapp.net', '+49 1500 0000');
    INSERT INTO ZWAGROUPMEMBER VALUES (1, 1, 2, '491715550100@s.whatsapp.net'), (2, 1, 2, '777@lid'), (3, 0, 2, '888@lid');
    INSERT INTO ZWAPROFILEPUSHNAME VALUES (1, '888@lid', 'Zed');
    INSERT INTO ZWAMEDIAITEM VALUES (1, 4, NULL, NULL, 'Media/g/photo.jpg', 'The peak', NULL, 'image/jpeg', NULL),
        (2, 9, NULL, NULL, NULL, NULL, NULL, 'audio/ogg; codecs=opus', NULL),
        (3, NULL, 46.5, 7.9, NULL, 'Hut', NULL, NULL, NULL),
        (4, NULL, NULL, NULL, NULL, NULL, 'Cyd', 'BEGIN:VCARD\nitem1.TEL;waid=1:+1 555\nEND:VCARD', NULL),
        (5, 7, NULL, NULL, 'Media/g/plan.bin', 'Plan.pdf', NULL, 'application/pdf', NULL),
        (6, NULL, NULL, NULL, NULL, NULL, NULL, NULL, x'2a0653544e5a2d31');
    INSERT INTO ZWAMESSAGEINFO VALUES (1, 2, x'3a150a130a0152120737373740 6c69641a04f09f918d2009');";

fn rows() -> String {
    let messages = "
        (1, 0, 0, 8, 0, 1, 1, 1, NULL, NULL, NULL, NULL, 600000000, NULL, '491715550100@s.whatsapp.net', 'STNZ-0', 'hello'),
        (2, 0, 1, 9, 0, 2, 0, 2, NULL, NULL, 1, NULL, 600000001, NULL, NULL, 'STNZ-1', 'who walks?'),
        (3, 0, 0, 8, 1, 3, 0, 2, 1, 1, NULL, NULL, 600000002, NULL, '1203@g.us', 'STNZ-2', NULL),
        (4, 0, 0, 8, 3, 4, 0, 2, 2, 2, NULL, NULL, 600000003, NULL, '1203@g.us', 'STNZ-3', NULL),
        (5, 0, 0, 8, 5, 5, 0, 2, 3, 3, NULL, NULL, 600000004, NULL, '1203@g.us', 'STNZ-4', NULL),
        (6, 0, 0, 8, 4, 6, 0, 2, 1, 4, NULL, NULL, 600000005, NULL, '1203@g.us', 'STNZ-5', NULL),
        (7, 0, 0, 8, 8, 7, 0, 2, 1, 5, NULL, NULL, 600000006, NULL, '1203@g.us', 'STNZ-6', 'see page 2'),
        (8, 0, 0, 8, 0, 8, 0, 2, 1, 6, NULL, NULL, 600000007, NULL, '1203@g.us', 'STNZ-7', 'me'),
        (9, 0, 0, 8, 14, 9, 0, 2, 1, NULL, NULL, NULL, 600000008, NULL, '1203@g.us', 'STNZ-8', NULL),
        (10, 2, 0, 0, 6, 10, 0, 2, NULL, NULL, NULL, NULL, 600000009, NULL, '777@lid', NULL, '777@lid,888@lid'),
        (11, 0, 0, 8, 61, 11, 0, 2, 3, NULL, NULL, NULL, 600000010, NULL, '1203@g.us', 'STNZ-9', 'odd'),
        (12, 99, 0, 0, 10, 12, 0, 1, NULL, NULL, NULL, NULL, 599999999, NULL, NULL, NULL, NULL),
        (13, 0, 0, 8, 0, 13, 0, 2, 1, NULL, NULL, 3, 600000011, NULL, '1203@g.us', 'STNZ-10', 'what a peak')";
    format!("{SCHEMA}{}INSERT INTO ZWAMESSAGE VALUES {messages};", ROWS.replace("3740 6c", "37406c"))
}

fn made() -> Arc<Backup> {
    let book = "CREATE TABLE ABPerson (ROWID INTEGER PRIMARY KEY, First TEXT, Last TEXT);
        CREATE TABLE ABMultiValue (UID INTEGER PRIMARY KEY, record_id INTEGER, property INTEGER, label INTEGER, value TEXT);
        INSERT INTO ABPerson VALUES (1, 'Ada', 'Lovelace'), (2, 'Ben', NULL);
        INSERT INTO ABMultiValue VALUES (1, 1, 3, NULL, '0171 5550100'), (2, 2, 3, NULL, '+1 555 010 0142');";
    let ids = "CREATE TABLE ZWAZACCOUNT (Z_PK INTEGER PRIMARY KEY, ZIDENTIFIER VARCHAR, ZPHONENUMBER VARCHAR);
        INSERT INTO ZWAZACCOUNT VALUES (1, '777@lid', '15550100142');";
    TestBackup::new()
        .database(DOMAIN, "ChatStorage.sqlite", &rows())
        .database(DOMAIN, "LID.sqlite", ids)
        .database("HomeDomain", "Library/AddressBook/AddressBook.sqlitedb", book)
        .face(1)
        .file(DOMAIN, "Message/Media/g/photo.jpg", b"jpeg")
        .open()
}

fn thread(reader: &mut Box<dyn Reader>, chat: i64) -> Vec<Bubble> {
    let messenger = reader.as_messenger().unwrap();
    let ids = messenger.thread(chat).unwrap();
    messenger.bubbles(&ids).unwrap()
}

#[test]
fn chats_and_who_is_in_them() {
    let mut reader = reader(KIND, &made());
    assert_eq!(reader.ids(&Query::default()).unwrap(), [2, 1], "newest first, empty ones left out");
    let cards = reader.cards(&[2, 1]).unwrap();
    let seen: Vec<_> =
        cards.iter().map(|card| (card.title.as_str(), card.subtitle.as_deref(), card.text.as_deref())).collect();
    let expected = [
        ("Hikers", Some("3 people"), Some("Ada Lovelace: what a peak")),
        ("Ada Lovelace", Some("+491715550100"), Some("hello")),
    ];
    assert_eq!(seen, expected);
    assert_eq!(
        (cards[1].picture.as_deref(), cards[0].badges.as_slice()),
        (Some("contact/1"), &["Archived".to_owned()][..])
    );
    let header = reader.as_messenger().unwrap().header(2).unwrap();
    let people: Vec<&str> = header.people.iter().map(|one| one.name.as_str()).collect();
    assert_eq!((people, header.group), (vec!["Ada Lovelace", "Ben"], true), "who left is no member");
    for (name, value, ids) in [("person", "ben", vec![2]), ("files", "1", vec![2]), ("group", "0", vec![1])] {
        let filter = [(name.to_owned(), value.to_owned())].into();
        assert_eq!(reader.ids(&Query { filter, ..Query::default() }).unwrap(), ids, "{name}");
    }
}

#[test]
fn every_kind_of_message() {
    let mut reader = reader(KIND, &made());
    let shown = thread(&mut reader, 2);
    let seen: Vec<(Option<&str>, String)> = shown.iter().map(|one| (one.sender.as_deref(), summary(one))).collect();
    let ada = Some("Ada Lovelace");
    let expected = [
        (None, "who walks?"),
        (ada, "[photo.jpg]\nThe peak"),
        (Some("Ben"), "[Attachment]"),
        (Some("~Zed"), "Hut (46.50000, 7.90000)"),
        (ada, "Cyd: +1 555"),
        (ada, "[Plan.pdf]\nsee page 2"),
        (ada, "me"),
        (ada, "(unsent)"),
        (Some("Ben"), "Ben, ~Zed joined the group"),
        (Some("~Zed"), "Unsupported kind 61: odd"),
        (ada, "what a peak"),
    ];
    assert_eq!(seen, expected.map(|(sender, text)| (sender, text.to_owned())));
    assert_eq!(shown[8].kind, BubbleKind::Event);
    let (Part::Attachment(here), Part::Attachment(gone)) = (&shown[1].parts[0], &shown[2].parts[0]) else { panic!() };
    assert_eq!((here.state, here.media.as_deref(), here.shows), (State::Here, Some("attachment/1"), Shows::Image));
    assert_eq!((gone.state, gone.shows, gone.mime.as_deref()), (State::Missing, Shows::Audio, Some("audio/ogg")));
    assert_eq!(shown[0].marks, ["Not delivered"]);
    assert_eq!(
        (shown[0].reactions[0].emoji.as_str(), shown[0].reactions[0].by.as_slice()),
        ("👍", &["Ben".to_owned()][..])
    );
    let answers: Vec<_> =
        shown.iter().filter_map(|one| one.reply_to.as_ref()).map(|to| (to.id, to.text.as_str())).collect();
    assert_eq!(answers, [(Some(2), "who walks?"), (Some(3), "The peak")], "by the server's name, and by row");
    let first = thread(&mut reader, 1);
    assert_eq!(summary(&first[0]), "Something happened that is not known yet (kind 10, event 99)");
    assert_eq!((first[1].marks.as_slice(), first[1].when), (&["Starred".to_owned()][..], Some(1_578_307_200_000)));
    let messenger = reader.as_messenger().unwrap();
    assert_eq!(messenger.locate(&shown[1].guid).unwrap(), Some((2, 3)));
    assert_eq!(messenger.locate("1203@g.us/none").unwrap(), None);
    assert_eq!(messenger.carrying(2).unwrap(), [3, 4, 7]);
}

#[test]
fn tables_folders_and_the_search() {
    let mut reader = reader(KIND, &made());
    let to = tempfile::tempdir().unwrap();
    let json = reader.export(&[1, 2], "json", to.path(), &mut |_, _| true).unwrap();
    assert_eq!((json.items, json.main), (13, to.path().join("WhatsApp")));
    let written = reader.export(&[2], "csv", to.path(), &mut |_, _| true).unwrap();
    assert_eq!((written.items, written.skipped.len()), (11, 2));
    assert!(written.main.join("Attachments/Hikers/photo.jpg").exists() && written.main.join("WhatsApp.csv").exists());
    let messenger = reader.as_messenger().unwrap();
    let at = |second: i64| (978_307_200 + second) * 1000;
    let between = Some((at(600_000_002), at(600_000_004)));
    assert_eq!(messenger.whole(2, between).unwrap(), [3, 4, 5], "both ends are included");
    assert_eq!(messenger.whole(2, None).unwrap().len(), 11);
    let mut cards = Vec::new();
    reader.index(&mut |card| cards.push((card.key, card.text))).unwrap();
    assert!(cards.iter().all(|(key, _)| key != "1203@g.us/STNZ-8"), "what was deleted says nothing");
    assert!(cards.contains(&("1203@g.us/STNZ-2".to_owned(), "Ada Lovelace: The peak".to_owned())), "{cards:?}");
    assert_eq!(reader.document(2).unwrap().unwrap().title, "Hikers");
    assert!(reader.document(9).unwrap().is_none());
}

#[test]
fn damaged_marks_say_nothing() {
    let whole = b"\x3a\x15\x0a\x13\x0a\x01\x52\x12\x07777@lid\x1a\x04\xf0\x9f\x91\x8d\x20\x09";
    for length in 0..whole.len() {
        let cut = marks::reactions(&whole[..length], |_| "x".to_owned());
        assert!(cut.len() <= 1);
    }
    let taken_back = b"\x3a\x06\x12\x04\x12\x00\x18\x05";
    assert_eq!(marks::reactions(taken_back, |_| "x".to_owned()), []);
    assert_eq!(marks::answered(b"\x2a\x03abc"), None);
}

#[test]
fn a_backup_without_it_says_why() {
    let none = TestBackup::new().open();
    assert_eq!(empty_reason(KIND, &none), "This backup holds nothing of WhatsApp.");
    assert_eq!(empty_reason(BUSINESS, &none), "This backup holds nothing of WhatsApp Business.");
    let odd = TestBackup::new().database(DOMAIN, "ChatStorage.sqlite", "CREATE TABLE other (a)").open();
    assert!(empty_reason(KIND, &odd).contains("not known yet"));
}

/// Of the real databases only the tables and one without rows are at hand: both must open.
#[test]
fn the_real_tables_open() {
    let schema = "_schemas/abrignoni+iLEAPP__unpacked__josh_ios15_ffs__filesystem2__mobile__Containers__Shared__AppGroup__\
        694FBBC5-2E69-480A-A25B-FF8CC038BEF8__ChatStorage.sqlite.sql";
    let contacts = "abrignoni+iLEAPP/unpacked/mvs_ios_2023/private/var/mobile/Containers/Shared/AppGroup/\
        B651B3B1-8FA4-4FD9-B0E4-C6F8F8EBC5FD/ContactsV2.sqlite";
    let (Some(schema), Some(contacts)) = (realdata(schema), realdata(contacts)) else { return };
    let row = "INSERT INTO ZWACHATSESSION (Z_PK, ZSESSIONTYPE, ZCONTACTJID, ZPARTNERNAME) VALUES (1, 0, '1@s.whatsapp.net', 'Eve');
        INSERT INTO ZWAMESSAGE (Z_PK, ZCHATSESSION, ZMESSAGETYPE, ZMESSAGEDATE, ZTEXT) VALUES (1, 1, 0, 600000000, 'hi');";
    let sql = format!("{}\n{row}", std::fs::read_to_string(schema).unwrap());
    let backup = TestBackup::new()
        .database(DOMAIN, "ChatStorage.sqlite", &sql)
        .copied(DOMAIN, "ContactsV2.sqlite", &contacts)
        .open();
    let mut reader = reader(KIND, &backup);
    let shown = thread(&mut reader, 1);
    assert_eq!((shown[0].sender.as_deref(), summary(&shown[0])), (Some("Eve"), "hi".to_owned()));
    assert!(reader.report().notes.is_empty(), "{:?}", reader.report().notes);
}
