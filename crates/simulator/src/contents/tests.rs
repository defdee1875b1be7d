//! The phone as others see it: databases through SQLite and `imessage-database`, files by their bytes, days by their stamps.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::OnceLock;

use imessage_database::message_types::edited::EditStatus;
use imessage_database::tables::messages::Message;
use rusqlite::Connection;

use super::messages::stream::{What, woven};
use super::*;

const SCALE: f64 = 0.05;
/// What the other reader of messages wants to know of each.
const BODIES: &str = "SELECT *, 0 AS num_attachments, 0 AS num_replies FROM message";

/// One phone for all tests that only look.
fn phone() -> &'static Contents {
    static PHONE: OnceLock<(tempfile::TempDir, Contents)> = OnceLock::new();
    let (_, contents) = PHONE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let contents = Contents::build(1, SCALE, folder.path()).unwrap();
        (folder, contents)
    });
    contents
}

/// A database of the phone, copied with its log as a reader of a backup would.
fn database(contents: &Contents, path: &str) -> (tempfile::TempDir, Connection) {
    let folder = tempfile::tempdir().unwrap();
    for file in contents.all_files().unwrap().filter(|file| file.path.starts_with(path) && file.kind == FileKind::File)
    {
        std::fs::write(folder.path().join(format!("db{}", &file.path[path.len()..])), read(contents, &file)).unwrap();
    }
    let db = Connection::open(folder.path().join("db")).unwrap();
    (folder, db)
}

fn read(contents: &Contents, file: &PhoneFile) -> Vec<u8> {
    let mut bytes = Vec::new();
    contents.open(file).unwrap().read_to_end(&mut bytes).unwrap();
    bytes
}

fn number(db: &Connection, sql: &str) -> u64 {
    db.query_row(sql, [], |row| row.get::<_, i64>(0)).unwrap() as u64
}

#[test]
fn databases_are_whole() {
    for (_, path, _, _) in listing::DATABASES {
        let (_folder, db) = database(phone(), path);
        let verdict: String = db.query_row("PRAGMA integrity_check", [], |row| row.get(0)).unwrap();
        assert_eq!(verdict, "ok", "{path}");
    }
}

#[test]
fn health_is_only_for_encrypted_backups() {
    let private: Vec<String> = phone().all_files().unwrap().filter(|file| file.private).map(|file| file.path).collect();
    assert_eq!(private, ["Health/healthdb_secure.sqlite"]);
    assert!(phone().files().unwrap().all(|file| !file.private));
    let (_folder, db) = database(phone(), "Health/healthdb_secure.sqlite");
    let samples = "SELECT count(*) FROM samples JOIN objects USING (data_id) WHERE data_type = ";
    assert_eq!(number(&db, &format!("{samples} 7")), 31 * 12);
    assert_eq!(number(&db, &format!("{samples} 63")), 31);
}

#[test]
fn some_rows_are_only_in_the_log() {
    let contents = phone();
    let (folder, db) = database(contents, "Library/SMS/sms.db");
    let all = number(&db, "SELECT count(*) FROM message");
    drop(db);
    let (alone, _db) = database(contents, "Library/SMS/sms.db");
    drop(_db);
    let file = contents.files().unwrap().find(|file| file.path == "Library/SMS/sms.db").unwrap();
    std::fs::write(alone.path().join("alone"), read(contents, &file)).unwrap();
    let without = number(&Connection::open(alone.path().join("alone")).unwrap(), "SELECT count(*) FROM message");
    assert_eq!(all - without, 40);
    assert!(
        contents
            .files()
            .unwrap()
            .any(|file| file.path == "Library/AddressBook/AddressBook.sqlitedb-wal" && file.size > 0)
    );
    drop(folder);
}

#[test]
fn messages_are_what_was_promised() {
    let expected = phone().expected();
    let (_folder, db) = database(phone(), "Library/SMS/sms.db");
    let count = |what: &str| number(&db, &format!("SELECT count(*) FROM message WHERE {what}"));
    let real = "associated_message_type = 0 AND item_type = 0 AND ROWID IN (SELECT message_id FROM chat_message_join)";
    let found = ExpectedMessages {
        rows: count("1"),
        messages: count(real),
        recently_deleted: number(&db, "SELECT count(*) FROM chat_recoverable_message_join"),
        tapbacks: count("associated_message_type BETWEEN 2000 AND 2999"),
        emoji_tapbacks: count("associated_message_type = 2006 AND associated_message_emoji IS NOT NULL"),
        removed_tapbacks: count("associated_message_type >= 3000"),
        replies: count(&format!("thread_originator_guid IS NOT NULL AND {real}")),
        edited: count(&format!("date_edited > 0 AND attributedBody IS NOT NULL AND {real}")),
        unsent: count(&format!("date_edited > 0 AND attributedBody IS NULL AND {real}")),
        group_events: count("item_type > 0"),
        attachments: number(&db, "SELECT count(*) FROM attachment"),
        attachments_missing: number(&db, "SELECT count(*) FROM attachment WHERE transfer_state = 0"),
    };
    assert_eq!(found, expected.messages);
    assert!(
        found.messages >= 600 && found.tapbacks > 20 && found.edited > 0 && found.unsent > 0 && found.replies > 0,
        "{found:?}"
    );
    let mut in_chat = db.prepare("SELECT count(*) FROM chat c JOIN chat_message_join j ON j.chat_id = c.ROWID JOIN message m ON m.ROWID = j.message_id WHERE c.guid = ? AND m.associated_message_type = 0 AND m.item_type = 0").unwrap();
    for conversation in &expected.conversations {
        let counts =
            conversation.chats.iter().map(|guid| in_chat.query_row([guid], |row| row.get::<_, i64>(0)).unwrap() as u64);
        assert_eq!(counts.sum::<u64>(), conversation.messages, "{:?}", conversation.chats);
    }
    assert!(expected.conversations.iter().any(|one| one.chats.len() == 2 && one.participants.len() == 1));
    let early = number(
        &db,
        "SELECT count(*) FROM (SELECT date, lag(date) OVER (ORDER BY ROWID) AS before FROM message) WHERE date < before",
    );
    assert_eq!(early, 0, "rows are in the order of time");
    let late = format!("SELECT count(*) FROM message WHERE date > {}", clock::nanoseconds(clock::now(0) * 1000));
    assert_eq!(number(&db, &late), 0, "nothing is from the future");
}

#[test]
fn another_reader_understands_every_body() {
    let options = phone().options();
    let plan = plan(options);
    let said: BTreeMap<String, What> = woven(options, &plan).map(|said| (said.guid, said.what)).collect();
    let (_folder, db) = database(phone(), "Library/SMS/sms.db");
    let mut statement = db.prepare(BODIES).unwrap();
    let (mut texts, mut edits, mut unsent) = (0, 0, 0);
    for message in Message::rows(&mut statement, []).unwrap() {
        let message = message.unwrap();
        let What::Message(meant) = &said[&message.guid] else { continue };
        if meant.unsent {
            assert!(message.is_fully_unsent(), "{}", message.guid);
            unsent += 1;
            continue;
        }
        assert_eq!(message.text.as_deref(), Some(meant.body.text.as_str()), "{}", message.guid);
        texts += 1;
        if let Some(before) = &meant.before {
            let parts = message.edited_parts.as_ref().unwrap();
            assert_eq!(parts.parts[0].status, EditStatus::Edited);
            let history: Vec<&str> = parts.parts[0].edit_history.iter().map(|edit| edit.text.as_str()).collect();
            assert_eq!(history, [before.text.as_str(), meant.body.text.as_str()]);
            edits += 1;
        }
    }
    assert!(texts > 500 && edits > 0 && unsent > 0, "{texts} {edits} {unsent}");
}

#[test]
fn contacts_are_what_was_promised() {
    let expected = phone().expected();
    let (_folder, db) = database(phone(), "Library/AddressBook/AddressBook.sqlitedb");
    assert_eq!(number(&db, "SELECT count(*) FROM ABPerson"), expected.contacts.len() as u64);
    let values = |id: i64, property: i64| -> Vec<Labelled> {
        let sql = "SELECT l.value, v.value FROM ABMultiValue v LEFT JOIN ABMultiValueLabel l ON l.ROWID = v.label WHERE v.record_id = ? AND v.property = ? ORDER BY v.identifier";
        let mut rows = db.prepare_cached(sql).unwrap();
        rows.query_map([id, property], |row| Ok(Labelled { label: row.get(0)?, value: row.get(1)? }))
            .unwrap()
            .map(|row| row.unwrap())
            .collect()
    };
    for card in &expected.contacts {
        let names =
            db.query_row("SELECT First, Last, Organization, Note FROM ABPerson WHERE ROWID = ?", [card.id], |row| {
                Ok((
                    row.get::<_, Option<String>>(0)?,
                    row.get::<_, Option<String>>(1)?,
                    row.get::<_, Option<String>>(2)?,
                    row.get::<_, Option<String>>(3)?,
                ))
            });
        assert_eq!(
            names.unwrap(),
            (card.first.clone(), card.last.clone(), card.organization.clone(), card.note.clone())
        );
        assert_eq!(values(card.id, 3), card.phones);
        assert_eq!(values(card.id, 4), card.emails);
    }
    let yearless = expected
        .contacts
        .iter()
        .find(|card| card.birthday.as_deref().is_some_and(|day| day.starts_with("--")))
        .unwrap();
    let text: String =
        db.query_row("SELECT Birthday FROM ABPerson WHERE ROWID = ?", [yearless.id], |row| row.get(0)).unwrap();
    let days = (text.parse::<f64>().unwrap() as i64 + clock::COCOA).div_euclid(clock::DAY);
    let (year, month, day) = clock::civil(days);
    assert_eq!((year, format!("--{month:02}-{day:02}")), (1604, yearless.birthday.clone().unwrap()));
    let (_images, db) = database(phone(), "Library/AddressBook/AddressBookImages.sqlitedb");
    let with_photo = expected.contacts.iter().filter(|card| card.has_photo).count() as u64;
    assert_eq!(number(&db, "SELECT count(*) FROM ABThumbnailImage"), with_photo);
    let face: Vec<u8> = db.query_row("SELECT data FROM ABFullSizeImage LIMIT 1", [], |row| row.get(0)).unwrap();
    assert_eq!(image::load_from_memory(&face).unwrap().to_rgb8().dimensions(), (320, 320));
    let phones: BTreeSet<&str> =
        expected.contacts.iter().flat_map(|card| &card.phones).map(|phone| phone.value.as_str()).collect();
    assert_eq!(
        phones.len(),
        expected.contacts.iter().map(|card| card.phones.len()).sum::<usize>(),
        "no two cards share a number"
    );
}

#[test]
fn photos_and_calls_are_what_was_promised() {
    let expected = phone().expected();
    let (_folder, db) = database(phone(), "Media/PhotoData/Photos.sqlite");
    let count = |what: &str| number(&db, &format!("SELECT count(*) FROM ZASSET WHERE {what}"));
    let photos = &expected.photos;
    assert_eq!(count("1"), photos.assets);
    assert_eq!(count("ZTRASHEDSTATE = 0 AND ZHIDDEN = 0"), photos.visible);
    assert_eq!(count("ZKIND = 1"), photos.videos);
    assert_eq!(count("ZPLAYBACKSTYLE = 3 AND ZKINDSUBTYPE = 2"), photos.live);
    assert_eq!(count("ZFAVORITE = 1"), photos.favourites);
    assert_eq!(count("ZUNIFORMTYPEIDENTIFIER = 'public.heic'"), photos.heic);
    assert_eq!(count("ZKINDSUBTYPE = 10"), photos.png);
    assert_eq!(count("ZAVALANCHEUUID IS NOT NULL"), photos.burst);
    assert_eq!(count("ZHASADJUSTMENTS = 1"), photos.edited);
    assert!(photos.missing > 0 && photos.live > 0 && photos.trashed > 0, "{photos:?}");
    for album in &photos.albums {
        let sql = "SELECT count(*) FROM ZGENERICALBUM a JOIN Z_29ASSETS j ON j.Z_29ALBUMS = a.Z_PK WHERE a.ZTITLE = ? AND a.ZKIND = 2";
        assert_eq!(
            db.query_row(sql, [&album.title], |row| row.get::<_, i64>(0)).unwrap() as u64,
            album.count,
            "{}",
            album.title
        );
    }
    let (_folder, db) = database(phone(), "Library/CallHistoryDB/CallHistory.storedata");
    let count = |what: &str| number(&db, &format!("SELECT count(*) FROM ZCALLRECORD WHERE {what}"));
    let found = ExpectedCalls {
        count: count("1"),
        missed: count("ZORIGINATED = 0 AND ZANSWERED = 0"),
        outgoing: count("ZORIGINATED = 1"),
        facetime: count("ZCALLTYPE <> 1"),
    };
    assert_eq!(found, expected.calls);
}

#[test]
fn every_file_has_the_promised_length_and_originals_are_pictures() {
    let contents = phone();
    let mut last = (String::new(), String::new());
    let mut folders = BTreeSet::new();
    let mut pictures = 0;
    for file in contents.files().unwrap() {
        let key = (file.domain.clone(), file.path.clone());
        assert!(last < key, "{key:?} after {last:?}");
        if let Some((folder, _)) = file.path.rsplit_once('/') {
            assert!(folders.contains(&(file.domain.clone(), folder.to_string())), "{key:?} has no folder");
        }
        if file.kind == FileKind::Folder {
            folders.insert(key.clone());
        }
        last = key;
        let bytes = read(contents, &file);
        assert_eq!(bytes.len() as u64, file.size, "{} {}", file.domain, file.path);
        let is_picture =
            file.kind == FileKind::File && [".JPG", ".jpeg", ".PNG"].iter().any(|ending| file.path.ends_with(ending));
        if is_picture && (file.stamp % 7 == 0 || file.path.ends_with("PNG")) {
            image::load_from_memory(&bytes).unwrap_or_else(|error| panic!("{}: {error}", file.path));
            pictures += 1;
        }
    }
    assert!(pictures > 10);
    let expected = contents.expected();
    let (_folder, db) = database(contents, "Media/PhotoData/Photos.sqlite");
    let mut names = db.prepare("SELECT 'Media/' || ZDIRECTORY || '/' || ZFILENAME FROM ZASSET").unwrap();
    let named: BTreeSet<String> = names.query_map([], |row| row.get(0)).unwrap().map(|row| row.unwrap()).collect();
    let here: BTreeSet<String> =
        contents.files().unwrap().filter(|file| file.domain == "CameraRollDomain").map(|file| file.path).collect();
    assert_eq!(named.difference(&here).count() as u64, expected.photos.missing);
}

/// Domain and path to stamp, files only.
fn stamps(contents: &Contents) -> BTreeMap<(String, String), u64> {
    let files = contents.all_files().unwrap().filter(|file| file.kind == FileKind::File);
    files.map(|file| ((file.domain, file.path), file.stamp)).collect()
}

#[test]
fn a_day_changes_what_it_says_and_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let mut contents = Contents::build(3, SCALE, folder.path()).unwrap();
    let (before, old) = (stamps(&contents), contents.expected());
    contents.day_passes().unwrap();
    let (after, new) = (stamps(&contents), contents.expected());
    let changed: Vec<&str> = after
        .iter()
        .filter(|(key, stamp)| before.get(*key).is_some_and(|old| old != *stamp))
        .map(|(key, _)| key.1.as_str())
        .collect();
    let databases = listing::DATABASES.iter().map(|(.., log)| 1 + usize::from(*log)).sum::<usize>();
    assert_eq!(changed.len(), databases + 3, "{changed:?}");
    assert!(before.keys().all(|key| after.contains_key(key)), "nothing vanished");
    let changes = new.changes.clone().unwrap();
    assert!((40..60).contains(&changes.new_messages), "{}", changes.new_messages);
    assert_eq!(new.messages.messages, old.messages.messages + changes.new_messages);
    assert_eq!((new.photos.assets, new.photos.trashed), (old.photos.assets + 6, old.photos.trashed + 1));
    assert_eq!((changes.new_photos.len(), new.calls.count), (6, old.calls.count + 3));
    let (deleted, added) = (changes.deleted_contact.unwrap(), changes.added_contact.unwrap());
    assert!(old.contacts.iter().any(|card| card.id == deleted) && !new.contacts.iter().any(|card| card.id == deleted));
    assert!(new.contacts.iter().any(|card| card.id == added));

    let (_sms, db) = database(&contents, "Library/SMS/sms.db");
    assert_eq!(number(&db, "SELECT count(*) FROM message"), new.messages.rows);
    let (guid, text) = changes.edited_message.clone().unwrap();
    let mut statement = db.prepare(&format!("{BODIES} WHERE guid = ?")).unwrap();
    let mut rows = Message::rows(&mut statement, [&guid]).unwrap();
    let edited = rows.next().unwrap().unwrap();
    assert_eq!(
        (edited.text.as_deref(), edited.edited_parts.unwrap().parts[0].edit_history.len()),
        (Some(text.as_str()), 2)
    );
    let (_book, db) = database(&contents, "Library/AddressBook/AddressBook.sqlitedb");
    assert_eq!(number(&db, "SELECT count(*) FROM ABPerson"), new.contacts.len() as u64);
    let linked = new.contacts.iter().filter(|card| card.link.is_some()).count() as u64;
    assert_eq!(number(&db, "SELECT count(*) FROM ABPerson WHERE PersonLink > 0"), linked);
    let (_photos, db) = database(&contents, "Media/PhotoData/Photos.sqlite");
    assert_eq!(number(&db, "SELECT count(*) FROM ZASSET WHERE ZTRASHEDSTATE = 1"), new.photos.trashed);

    contents.day_passes().unwrap();
    let reopened = Contents::build(3, SCALE, folder.path()).unwrap();
    assert_eq!(reopened.day(), 2);
    assert_eq!(stamps(&reopened), stamps(&contents));
    assert_eq!(reopened.expected(), contents.expected());
    for (_, path, _, _) in listing::DATABASES {
        let (_folder, db) = database(&reopened, path);
        assert_eq!(db.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0)).unwrap(), "ok", "{path}");
    }
}

#[test]
fn a_seed_is_a_phone() {
    let (one, two, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let build = |seed, folder: &Path| Contents::build(seed, 0.01, folder).unwrap();
    let (first, again, different) = (build(5, one.path()), build(5, two.path()), build(6, other.path()));
    assert_eq!(first.persona(), again.persona());
    assert_ne!(first.persona().udid, different.persona().udid);
    assert_eq!(first.expected(), again.expected());
    assert_eq!(stamps(&first), stamps(&again));
    for (a, b) in first
        .files()
        .unwrap()
        .zip(again.files().unwrap())
        .filter(|(a, _)| !a.path.contains("-wal") && !a.path.contains("sms.db"))
    {
        assert!(read(&first, &a) == read(&again, &b), "{} {}", a.domain, a.path);
    }
    assert!(!first.wallpaper_png().is_empty() && first.apps().len() == 40);
    assert_eq!(image::load_from_memory(&first.apps()[0].icon_png()).unwrap().to_rgb8().dimensions(), (120, 120));
}

#[test]
fn media_is_the_camera_roll() {
    let contents = phone();
    assert_eq!(contents.media_list("/").unwrap(), ["DCIM", "PhotoData"]);
    assert_eq!(contents.media_list("/DCIM/").unwrap(), ["100APPLE"]);
    assert!(contents.media_stat("/DCIM/100APPLE").unwrap().is_folder);
    let names = contents.media_list("DCIM/100APPLE").unwrap();
    let path = format!("/DCIM/100APPLE/{}", names[0]);
    let file = contents.files().unwrap().find(|file| file.path == format!("Media{path}")).unwrap();
    let mut bytes = Vec::new();
    contents.media_open(&path).unwrap().read_to_end(&mut bytes).unwrap();
    assert!(bytes == read(contents, &file));
    assert_eq!(contents.media_stat(&path).unwrap().size, bytes.len() as u64);
    assert!(contents.media_list("/nothing").is_none() && contents.media_open("/DCIM").is_none());
}

#[test]
fn many_and_big_files_are_listed_without_being_kept() {
    let folder = tempfile::tempdir().unwrap();
    let options =
        ContentsOptions { seed: 2, scale: 0.01, extra_files: 5000, extra_big: vec![6 << 30], ..Default::default() };
    let contents = Contents::build_with(options, folder.path()).unwrap();
    let filler: Vec<PhoneFile> = contents
        .files()
        .unwrap()
        .filter(|file| file.path.contains("Documents/Archive/") && file.kind == FileKind::File)
        .collect();
    assert_eq!(filler.len(), 5000);
    assert_eq!(filler.iter().map(|file| &file.domain).collect::<BTreeSet<_>>().len(), 40);
    assert_eq!(read(&contents, &filler[17]).len() as u64, filler[17].size);
    let big = contents.files().unwrap().find(|file| file.size == 6 << 30).unwrap();
    let mut start = vec![0; 1 << 20];
    contents.open(&big).unwrap().read_exact(&mut start).unwrap();
    assert!(start.iter().any(|byte| *byte != start[0]));
}
