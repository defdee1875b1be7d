//! What a contact looks like in lists, opened, and as a row.

use export::{Block, Document};
use serde_json::Value;

use super::*;
use crate::{Media, MediaSize, Query};

fn fields(document: &Document) -> Vec<(String, String)> {
    let blocks = document.blocks.iter().filter_map(|block| match block {
        Block::Fields(fields) => Some(fields),
        _ => None,
    });
    blocks.flatten().map(|field| (field.label.clone(), field.value.clone())).collect()
}

fn titles(reader: &mut dyn Reader, query: Query) -> Vec<String> {
    let ids = reader.ids(&query).unwrap();
    reader.cards(&ids).unwrap().into_iter().map(|card| card.title).collect()
}

fn text(text: &str) -> Query {
    Query { text: Some(text.to_owned()), ..Query::default() }
}

#[test]
fn a_contact_shows_all_it_has() {
    let accounts = "CREATE TABLE ZACCOUNT (Z_PK INTEGER PRIMARY KEY, ZPARENTACCOUNT INTEGER, ZIDENTIFIER, ZACCOUNTDESCRIPTION, ZUSERNAME);
                    INSERT INTO ZACCOUNT VALUES (1, NULL, 'P', 'iCloud', 'me@icloud.com'), (2, 1, 'C-1', NULL, NULL);";
    let backup = TestBackup::new()
        .database(HOME, BOOK, &format!("{TABLES}{ADA}"))
        .database(HOME, "Library/Accounts/Accounts3.sqlite", accounts)
        .open();
    let mut reader = reader(crate::contacts::KIND, &backup);
    let document = reader.document(1).unwrap().unwrap();
    assert_eq!(document.title, "Dr. Ada King Lovelace Jr.");
    assert_eq!(document.subtitle.as_deref(), Some("Countess, Programs, Analytical; Engines, Ltd"));
    let expected = [
        ("Mobile", "+44 20 7946 0001"),
        ("the boat", "+44 20 7946 0002"),
        ("Home fax", "+44 20 7946 0003"),
        ("Home", "ada@example.com"),
        ("the boat", "boat@example.com"),
        ("Home", "12 St James's Sq\nFloor 2\nSt James\nSW1Y 4LB London\nUnited Kingdom"),
        ("Home page", "https://ada.example/?a=1,2"),
        ("Work", "ada.l (Jabber)"),
        ("twitter", "ada"),
        ("Birthday", "1984-06-01"),
        ("Anniversary", "--02-29"),
        ("Spouse", "William King"),
        ("Nickname", "Addie"),
        ("Previous last name", "Byron"),
        ("Spoken as", "Ay-da Luv-lace"),
        ("Company", "Analytical; Engines, Ltd"),
        ("Company spoken as", "Ana-litical"),
        ("Department", "Programs"),
        ("Job", "Countess"),
        ("Tone: Other", "sound: Opening"),
        ("Groups", "Pioneers"),
        ("Account", "iCloud"),
        ("Created", "2023-03-08T20:26:40Z"),
        ("Changed", "2023-03-09T20:26:40Z"),
    ];
    assert_eq!(fields(&document), expected.map(|(label, value)| (label.to_owned(), value.to_owned())));
    assert!(document.blocks.contains(&Block::Text("First line\nZweite Zeile: \\ ; , äöü".to_owned())));
    assert_eq!(reader.report().skipped, [("a value of the unknown property 99".to_owned(), 1)]);
}

#[test]
fn every_contact_has_a_title() {
    let mut reader = opened(
        "INSERT INTO ABPerson (ROWID, First, Organization, Kind) VALUES (1, 'Ann', 'Acme', 1), (2, NULL, 'Bolt', 0);
         INSERT INTO ABPerson (ROWID, Nickname) VALUES (3, 'Cy'); INSERT INTO ABPerson (ROWID) VALUES (4), (5);
         INSERT INTO ABPerson (ROWID, First, Last) VALUES (6, '小明', '王'), (7, 'さくら', '山田');
         INSERT INTO ABMultiValue VALUES (1, 4, 3, 0, 999, '+1 555 0100');",
    );
    let cards = reader.cards(&[1, 2, 3, 4, 5, 6, 7]).unwrap();
    let titles: Vec<&str> = cards.iter().map(|card| card.title.as_str()).collect();
    assert_eq!(titles, ["Acme", "Bolt", "Cy", "+1 555 0100", "No name", "王小明", "山田 さくら"]);
    assert_eq!(cards[3].subtitle, None);
}

#[test]
fn contacts_are_sorted_like_on_the_phone() {
    let mut reader = opened(
        "INSERT INTO ABPerson (ROWID, First, Last, Organization, Kind) VALUES (1, 'Zoe', 'Adams', NULL, 0),
         (2, 'Bob', 'zimmer', NULL, 0), (3, 'Émile', 'Öster', NULL, 0), (4, NULL, NULL, 'Meyer AG', 1), (5, '911', NULL, NULL, 0),
         (6, 'Cher', NULL, NULL, 0);",
    );
    let sorted = |sort: &str| Query { sort: Some(sort.to_owned()), ..Query::default() };
    assert_eq!(
        titles(&mut *reader, sorted("last")),
        ["Zoe Adams", "Cher", "Meyer AG", "Émile Öster", "Bob zimmer", "911"]
    );
    assert_eq!(
        titles(&mut *reader, sorted("first")),
        ["Bob zimmer", "Cher", "Émile Öster", "Meyer AG", "Zoe Adams", "911"]
    );
    assert_eq!(titles(&mut *reader, Query::default()), titles(&mut *reader, sorted("last")));
}

#[test]
fn contacts_are_found_by_name_number_mail_and_company() {
    let mut reader = opened(ADA);
    for found in
        ["lovelace ADA", "analyt", "ada@ex", "+44 20 7946", "02079460002", "countess", "zweite", "addie", "london"]
    {
        assert_eq!(titles(&mut *reader, text(found)).len(), 1, "{found}");
    }
    for missing in ["babbage", "ada babbage", "7947", "0099"] {
        assert!(titles(&mut *reader, text(missing)).is_empty(), "{missing}");
    }
    let filter = |key: &str, value: &str| Query { filter: [(key.into(), value.into())].into(), ..Query::default() };
    assert_eq!(titles(&mut *reader, filter("group", "Pioneers")).len(), 1);
    assert_eq!(titles(&mut *reader, filter("account", "elsewhere")).len(), 0);
}

#[test]
fn linked_cards_are_one_contact_and_stay_apart_in_exports() {
    let mut reader = opened(
        "INSERT INTO ABPerson (ROWID, First, Last, StoreID, PersonLink, guid) VALUES (1, 'Bobby', 'Berg', 1, 7, 'g1'),
         (2, 'Robert', 'Berg', 2, 7, 'g2'), (3, 'Carl', NULL, 1, -1, 'g3');
         INSERT INTO ABPersonLink VALUES (7, -1, 2);
         INSERT INTO ABMultiValue VALUES (1, 1, 3, 0, 3, '+1 555 0100'), (2, 2, 3, 0, 1, '+15550100'), (3, 1, 4, 0, 1, 'b@x.org');",
    );
    assert_eq!(reader.count().unwrap(), 2);
    let ids = reader.ids(&Query::default()).unwrap();
    assert_eq!(ids, [2, 3]);
    let document = reader.document(2).unwrap().unwrap();
    assert_eq!(document.title, "Robert Berg");
    let shown: Vec<String> = fields(&document).into_iter().map(|(_, value)| value).collect();
    assert_eq!(shown, ["+15550100", "b@x.org", "Online account, On My iPhone"]);
    let linked = Block::List(vec!["Robert Berg (Online account)".into(), "Bobby Berg (On My iPhone)".into()]);
    assert!(document.blocks.contains(&linked), "{document:?}");
    assert_eq!(reader.document(1).unwrap(), Some(document), "either card opens the contact");
    let to = tempfile::tempdir().unwrap();
    let written = reader.export(&ids, "json", to.path(), &mut |_, _| true).unwrap();
    let rows: Vec<Value> = serde_json::from_slice(&std::fs::read(written.main).unwrap()).unwrap();
    let names: Vec<&str> = rows.iter().map(|row| row["name"].as_str().unwrap()).collect();
    assert_eq!(names, ["Robert Berg", "Bobby Berg", "Carl"]);
    assert_eq!(
        (rows[1]["phone_mobile"].as_str(), rows[1]["account"].as_str()),
        (Some("+1 555 0100"), Some("On My iPhone"))
    );
}

#[test]
fn a_link_of_too_many_cards_is_taken_apart() {
    let mut reader = opened(
        "WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n WHERE i < 150)
         INSERT INTO ABPerson (ROWID, First, PersonLink) SELECT i, 'Card ' || i, 3 FROM n;",
    );
    assert_eq!(reader.count().unwrap(), 150);
    assert_eq!(reader.report().notes.len(), 1);
}

#[test]
fn pictures_come_in_the_size_that_is_wanted() {
    let (full, small) = (jpeg(300), jpeg(60));
    let backup = TestBackup::new()
        .database(HOME, BOOK, &format!("{TABLES}{ADA} INSERT INTO ABPerson (ROWID, First) VALUES (2, 'Bare')"))
        .database(HOME, IMAGES, &images(&full, &small))
        .open();
    let mut reader = reader(crate::contacts::KIND, &backup);
    let cards = reader.cards(&[1, 2]).unwrap();
    assert_eq!((cards[0].picture.as_deref(), cards[1].picture.as_deref()), (Some("contact/1"), None));
    let mut side = |want| match reader.media("contact/1", want).unwrap() {
        Some(Media::Bytes { mime: "image/jpeg", bytes }) => image::load_from_memory(&bytes).unwrap().width(),
        _ => 0,
    };
    assert_eq!((side(MediaSize::Thumb(40)), side(MediaSize::Screen), side(MediaSize::Original)), (40, 300, 300));
    for path in ["contact/2", "contact/x", "contact/", "photo/1", ""] {
        assert!(reader.media(path, MediaSize::Original).unwrap().is_none(), "{path}");
    }
}

#[test]
fn the_index_knows_a_contact_by_its_guid_and_sees_changes() {
    let card = |sql: &str| {
        let mut found = Vec::new();
        opened(&format!("{ADA}{sql}")).index(&mut |card| found.push(card)).unwrap();
        found.remove(0)
    };
    let before = card("");
    assert_eq!(
        (before.key.as_str(), before.opens, before.title.as_str()),
        ("GUID-ADA:ABPerson", 1, "Dr. Ada King Lovelace Jr.")
    );
    assert!(before.text.contains("ada@example.com"));
    assert_eq!(before.digest, card("").digest);
    assert_ne!(before.digest, card("UPDATE ABPerson SET Birthday = '0.5'").digest);
    assert_ne!(before.digest, card("UPDATE ABMultiValue SET value = 'x' WHERE UID = 13").digest);
}

#[test]
fn hostile_rows_do_no_harm() {
    let mut reader = opened(
        "INSERT INTO ABPerson (ROWID, First, Birthday, CreationDate, PersonLink, Note)
             VALUES (1, x'ff00fe', 'NaN', 'soon', 'x', zeroblob(100000)), (-5, 7, 1e999, -1e300, 9223372036854775807, NULL);
         INSERT INTO ABMultiValue VALUES (1, 77, 3, 0, 1, 'lost'), (2, 1, NULL, 0, 1, 'x'), (3, 1, 12, 0, 1, 'never'),
             (4, 1, 5, 'a', 'b', NULL), (5, 1, 3, 0, 1, NULL);
         INSERT INTO ABGroupMembers VALUES (1, 55, 0, 1); DROP TABLE ABStore;",
    );
    let ids = reader.ids(&Query::default()).unwrap();
    assert_eq!(ids.len(), 2);
    assert_eq!(reader.cards(&ids).unwrap().len(), 2);
    for id in ids {
        assert!(reader.document(id).unwrap().is_some());
    }
    let skipped: u64 = reader.report().skipped.iter().map(|(_, count)| count).sum();
    assert_eq!(skipped, 4, "{:?}", reader.report());
}
