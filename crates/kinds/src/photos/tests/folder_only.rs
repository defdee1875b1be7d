//! Camera rolls without a database.

use plist::{Date, Dictionary, Value};

use super::*;
use crate::MediaSize;
use crate::photos::TileKind;
use crate::testing::{MODIFIED, empty_reason};

fn attributes(facts: &[(&str, &[u8])]) -> Option<Vec<u8>> {
    let facts: Dictionary =
        facts.iter().map(|(name, value)| (format!("com.apple.assetsd.{name}"), Value::Data(value.to_vec()))).collect();
    let mut bytes = Vec::new();
    Value::Dictionary(facts).to_writer_binary(&mut bytes).unwrap();
    Some(bytes)
}

/// A property list that is one date, as Apple stores times in attributes.
fn date(unix: u64) -> Vec<u8> {
    let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(unix);
    let mut bytes = Vec::new();
    Value::Date(Date::from(time)).to_writer_binary(&mut bytes).unwrap();
    bytes
}

#[test]
fn facts_come_from_beside_the_files() {
    let taken = date(1_700_000_000);
    let facts = attributes(&[
        ("favorite", &[1, 0]),
        ("originalFilename", b"Beach.HEIC"),
        ("UUID", &[0x69, 0x65, 0xb7, 0xce, 0x75, 0x1c, 0x49, 0x19, 0xa7, 0xb1, 0x97, 0xb1, 0xd7, 0x6a, 0x65, 0x33]),
        ("timeZoneOffset", &(-18_000_i32).to_le_bytes()),
        ("customCreationDate", &taken),
    ]);
    let backup = TestBackup::new()
        .file_with_attributes(DOMAIN, "Media/DCIM/100APPLE/IMG_0001.HEIC", b"a", facts)
        .file(DOMAIN, "Media/DCIM/100APPLE/IMG_0001.MOV", b"b")
        .file(DOMAIN, "Media/DCIM/100APPLE/IMG_0001.AAE", b"c")
        .file(DOMAIN, "Media/DCIM/100APPLE/IMG_0002.MOV", b"d")
        .file_with_attributes(DOMAIN, "Media/DCIM/100APPLE/IMG_0003.JPG", b"e", attributes(&[("hidden", &[1, 0])]))
        .file_with_attributes(DOMAIN, "Media/DCIM/100APPLE/IMG_0004.JPG", b"f", attributes(&[("trashed", &[1, 0])]))
        .file_with_attributes(DOMAIN, "Media/DCIM/101APPLE/IMG_0005.JPG", b"g", Some(b"no property list".to_vec()))
        .file(DOMAIN, "Media/PhotoData/other.JPG", b"h")
        .open();
    let mut reader = open(backup);
    assert_eq!(reader.report().notes.len(), 1);
    assert_eq!(reader.count().unwrap(), 3);
    let photos = reader.as_photos().unwrap();
    assert_eq!(found(photos, &[("hidden", "1")]).len(), 1);
    assert_eq!(found(photos, &[("deleted", "1")]).len(), 1);
    let favourites = found(photos, &[("favourites", "1")]);
    let details = photos.details(favourites[0]).unwrap().unwrap();
    assert_eq!((&*details.name, details.kind), ("Beach.HEIC", TileKind::Live));
    assert_eq!(details.uuid.as_deref(), Some("6965B7CE-751C-4919-A7B1-97B1D76A6533"));
    assert_eq!(details.when, Some(1_700_000_000_000));
    assert_eq!(details.local_time.as_deref(), Some("2023-11-14 17:13:20 -05:00"));
    assert!(details.live.is_some() && details.missing.is_none());
    let video = found(photos, &[("type", "video")]);
    let tile = photos.tiles(&video).unwrap().remove(0);
    assert_eq!((tile.kind, tile.when), (TileKind::Video, Some(MODIFIED)));
    assert!(photos.albums().unwrap().is_empty());
    let mut keys = Vec::new();
    reader.index(&mut |card| keys.push(card.key)).unwrap();
    assert!(keys.contains(&"DCIM/101APPLE/IMG_0005.JPG".to_owned()), "{keys:?}");
    assert!(reader.media(&format!("photo/{}", video[0]), MediaSize::Original).unwrap().is_some());
}

#[test]
fn a_database_of_an_unknown_kind_is_said_and_not_lost() {
    let backup = TestBackup::new()
        .database(DOMAIN, crate::photos::DATABASE, "CREATE TABLE ZNEWTHING (Z_PK)")
        .file(DOMAIN, "Media/DCIM/100APPLE/IMG_0001.JPG", b"a")
        .open();
    let mut reader = open(backup);
    assert_eq!(reader.count().unwrap(), 1);
    assert!(reader.report().notes.iter().any(|note| note.contains("unknown kind")));
}

#[test]
fn a_damaged_database_is_said_and_not_lost() {
    let backup = TestBackup::new()
        .file(DOMAIN, crate::photos::DATABASE, &[7; 5000])
        .file(DOMAIN, "Media/DCIM/100APPLE/IMG_0001.JPG", b"a")
        .open();
    let mut reader = open(backup);
    assert_eq!(reader.count().unwrap(), 1);
    assert!(!reader.report().notes.is_empty());
}

#[test]
fn no_photos_at_all() {
    let reason = empty_reason(KIND, &TestBackup::new().open());
    assert_eq!(reason, "There are no photos or videos in this backup.");
}
