//! Address books of other hands.

use rusqlite::Connection;
use rusqlite::config::DbConfig;

use super::*;
use crate::Query;
use crate::testing::realdata;

/// An address book made by another project after a real iOS 18 phone; the values are its rows.
#[test]
fn an_address_book_after_a_real_phone() {
    let Some(file) = realdata("novkostya+ios-backup-parser/contacts/testdata/contacts.1.AddressBook.sqlitedb") else {
        return;
    };
    let mut reader = reader(crate::contacts::KIND, &TestBackup::new().copied(HOME, BOOK, &file).open());
    let ids = reader.ids(&Query::default()).unwrap();
    let cards = reader.cards(&ids).unwrap();
    let titles: Vec<&str> = cards.iter().map(|card| card.title.as_str()).collect();
    assert_eq!(titles, ["Acme Synthetics", "Dr. Alex Quinn Fixture Jr.", "Broken Label", "Solo"]);
    let alex = serde_json::to_string(&reader.document(1).unwrap().unwrap()).unwrap();
    for value in [
        "1 Synthetic Way",
        "00001 Faketown",
        "Fixtureland",
        "1990-04-01",
        "fixture-im",
        "Fixture Friends",
        "Fixture Store",
    ] {
        assert!(alex.contains(value), "{value} in {alex}");
    }
    assert!(alex.contains(r#"{"label":"fixture custom","value":"https://alex.example.com","kind":"link"}"#), "{alex}");
}

/// A real iOS 16 phone: nobody in it, and every table only in the `-wal`.
const PHONE: &str =
    "abrignoni+iLEAPP/unpacked/mvs_ios_2023/private/var/mobile/Library/AddressBook/AddressBook.sqlitedb";

#[test]
fn a_real_empty_address_book_that_is_all_in_its_log() {
    let Some(file) = realdata(PHONE) else { return };
    assert_eq!(std::fs::metadata(&file).unwrap().len(), 4096);
    let mut reader = reader(crate::contacts::KIND, &TestBackup::new().copied(HOME, BOOK, &file).open());
    assert_eq!(reader.count().unwrap(), 0);
    assert_eq!(reader.report(), crate::Report::default());
}

/// The real schema, defaults with Apple's own functions included, filled with a contact.
#[test]
fn the_schema_of_a_real_phone_is_read_in_full() {
    let Some(file) = realdata(PHONE) else { return };
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("book");
    for end in ["", "-wal"] {
        std::fs::write(format!("{}{end}", copy.display()), std::fs::read(format!("{}{end}", file.display())).unwrap())
            .unwrap();
    }
    let db = Connection::open(&copy).unwrap();
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_TRIGGER, false).unwrap();
    db.execute_batch(
        "INSERT INTO ABMultiValueLabel (rowid, value) VALUES (1, '_$!<Work>!$_');
         INSERT INTO ABPerson (ROWID, First, Last, PreviousFamilyName, OrganizationPhonetic, StoreID, guid)
             VALUES (1, 'Ada', 'Lovelace', 'Byron', 'Ana', 0, 'G');
         INSERT INTO ABMultiValue (UID, record_id, property, label, value, guid) VALUES (1, 1, 3, 1, '+44 1', 'M')",
    )
    .unwrap();
    drop(db);
    let mut reader = reader(crate::contacts::KIND, &TestBackup::new().copied(HOME, BOOK, &copy).open());
    let json = serde_json::to_string(&reader.document(1).unwrap().unwrap()).unwrap();
    for value in ["Ada Lovelace", "Byron", "Ana", "On My iPhone", r#"{"label":"Work","value":"+44 1","kind":"phone"}"#]
    {
        assert!(json.contains(value), "{value} in {json}");
    }
}
