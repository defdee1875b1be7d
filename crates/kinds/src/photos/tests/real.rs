//! Real libraries of macOS 10.15 to 26, whose database has the schema of iOS 13 to 26, against an independent reader.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use unicode_normalization::UnicodeNormalization;

use super::*;
use crate::photos::{Details, TileKind};
use crate::testing::realdata;

/// Name of a library and what the independent reader found in it; everything but "Recently Deleted".
fn libraries() -> Vec<(String, Vec<Value>)> {
    let Some(expected) = realdata("_expected/osxphotos") else {
        return Vec::new();
    };
    let files = std::fs::read_dir(expected).unwrap().map(|file| file.unwrap().path());
    let read = |path: std::path::PathBuf| {
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let found: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        (name, found["photos"].as_array().unwrap().clone())
    };
    files.map(read).collect()
}

fn opened(name: &str) -> Option<Box<dyn crate::Reader>> {
    let database = realdata(&format!("tkanarsky+osxphotos/tests/{name}.photoslibrary/database/Photos.sqlite"))?;
    Some(open(TestBackup::new().copied(DOMAIN, crate::photos::DATABASE, &database).open()))
}

fn texts(value: &Value) -> BTreeSet<String> {
    value.as_array().into_iter().flatten().map(|text| text.as_str().unwrap().nfc().collect()).collect()
}

fn named(names: &[String]) -> BTreeSet<String> {
    names.iter().map(|name| name.nfc().collect()).collect()
}

fn compare(details: &Details, expected: &Value) {
    let uuid = details.uuid.as_deref().unwrap();
    // It composes accents; we keep the name as the phone wrote it.
    assert_eq!(details.name.nfc().collect::<String>(), expected["original_filename"].as_str().unwrap(), "{uuid}");
    assert_eq!(details.favourite, expected["favorite"].as_bool().unwrap(), "{uuid}");
    assert_eq!(details.hidden, expected["hidden"].as_bool().unwrap(), "{uuid}");
    assert_eq!(details.kind == TileKind::Video, expected["ismovie"].as_bool().unwrap(), "{uuid}");
    assert_eq!(details.kind == TileKind::Live, expected["live_photo"].as_bool().unwrap(), "{uuid}");
    assert_eq!(details.width.map(u64::from), expected["width"].as_u64(), "{uuid}");
    assert_eq!(details.height.map(u64::from), expected["height"].as_u64(), "{uuid}");
    assert_eq!(details.caption.as_deref(), expected["description"].as_str(), "{uuid}");
    assert_eq!(details.title.as_deref(), expected["title"].as_str(), "{uuid}");
    assert_eq!(named(&details.albums), texts(&expected["albums"]), "{uuid}");
    let mut people = texts(&expected["persons"]);
    people.remove("_UNKNOWN_");
    assert_eq!(named(&details.people), people, "{uuid}");
    assert_eq!(named(&details.keywords), texts(&expected["keywords"]), "{uuid}");
    assert_eq!(details.burst.is_some(), expected["burst"].as_bool().unwrap(), "{uuid}");
    // Imported from a library of another Mac, one has no size: it says 0.
    assert_eq!(details.size.unwrap_or(0), expected["original_filesize"].as_u64().unwrap(), "{uuid}");
    let place = [details.place.map(|place| place.latitude), details.place.map(|place| place.longitude)];
    for (ours, theirs) in place.into_iter().zip(["latitude", "longitude"]) {
        assert_eq!(ours.is_some(), expected[theirs].is_f64(), "{uuid}");
        assert!((ours.unwrap_or(0.0) - expected[theirs].as_f64().unwrap_or(0.0)).abs() < 1e-6, "{uuid}");
    }
    // It turns a date out of all calendars into 1970; we say that there is none.
    let date = chrono::DateTime::parse_from_rfc3339(expected["date"].as_str().unwrap()).unwrap();
    if date.timestamp() == 0 {
        assert_eq!((details.when, &details.local_time), (None, &None));
        return;
    }
    assert!((details.when.unwrap() - date.timestamp_millis()).abs() <= 1, "{uuid}: {:?} is not {date}", details.when);
    // Where no zone was written we take the one that the phone inferred; it does not.
    if !expected["tzoffset"].is_null() {
        let local = date.format("%Y-%m-%d %H:%M:%S %:z").to_string();
        assert_eq!(details.local_time, Some(local), "{uuid}");
    }
}

#[test]
fn every_photo_is_told_like_the_independent_reader_tells_it() {
    for (name, expected) in libraries() {
        let Some(mut reader) = opened(&name) else { continue };
        let photos = reader.as_photos().unwrap();
        let mut unseen: BTreeMap<&str, &Value> =
            expected.iter().map(|photo| (photo["uuid"].as_str().unwrap(), photo)).collect();
        let mut deleted = 0;
        for id in photos.all_ids().unwrap() {
            let details = photos.details(id).unwrap().unwrap();
            assert!(details.missing.is_some(), "no media in these backups");
            match unseen.remove(details.uuid.as_deref().unwrap()) {
                Some(expected) => compare(&details, expected),
                None => deleted += 1,
            }
        }
        assert!(unseen.is_empty(), "{name}: {unseen:?}");
        let counts = photos.counts().unwrap();
        assert_eq!(u64::from(counts.deleted), deleted, "{name}");
        let own = expected.iter().filter(|photo| !photo["shared"].as_bool().unwrap());
        assert_eq!(photos.missing().unwrap(), own.count() as u64, "{name}");
        println!("{name}: {} photos, {deleted} deleted, {} hidden", expected.len(), counts.hidden);
    }
}

#[test]
fn filters_agree_with_the_independent_reader() {
    for (name, expected) in libraries() {
        let Some(mut reader) = opened(&name) else { continue };
        let photos = reader.as_photos().unwrap();
        let mut uuids = |filter: &[(&str, &str)]| -> BTreeSet<String> {
            let ids = found(photos, filter);
            ids.into_iter().map(|id| photos.details(id).unwrap().unwrap().uuid.unwrap()).collect()
        };
        let wanted = |condition: &dyn Fn(&Value) -> bool| -> BTreeSet<String> {
            let all = expected.iter().filter(|photo| condition(photo));
            all.map(|photo| photo["uuid"].as_str().unwrap().to_owned()).collect()
        };
        let is = |photo: &Value, key: &str| photo[key].as_bool().unwrap();
        let shown = |photo: &Value| !is(photo, "hidden") && !is(photo, "shared");
        assert_eq!(uuids(&[]), wanted(&shown), "{name}");
        assert_eq!(uuids(&[("shared", "1")]), wanted(&|photo| is(photo, "shared")), "{name}");
        assert_eq!(uuids(&[("hidden", "1")]), wanted(&|photo| is(photo, "hidden")), "{name}");
        let types = [
            ("live", "live_photo"),
            ("selfie", "selfie"),
            ("screenshot", "screenshot"),
            ("time-lapse", "time_lapse"),
            ("slow-motion", "slow_mo"),
            ("panorama", "panorama"),
            ("portrait", "portrait"),
            ("recording", "screen_recording"),
            ("edited", "hasadjustments"),
        ];
        for (kind, theirs) in types {
            let theirs = wanted(&|photo| shown(photo) && is(photo, theirs));
            assert_eq!(uuids(&[("type", kind)]), theirs, "{name}: {kind}");
        }
    }
}

#[test]
fn people_and_keywords_agree_with_the_independent_reader() {
    for (name, expected) in libraries() {
        let Some(mut reader) = opened(&name) else { continue };
        let photos = reader.as_photos().unwrap();
        let shown = |photo: &&Value| !photo["hidden"].as_bool().unwrap() && !photo["shared"].as_bool().unwrap();
        let mut theirs: [BTreeMap<String, BTreeSet<String>>; 2] = Default::default();
        for photo in expected.iter().filter(shown) {
            for (list, key) in ["persons", "keywords"].into_iter().enumerate() {
                for text in texts(&photo[key]).into_iter().filter(|text| text != "_UNKNOWN_") {
                    theirs[list].entry(text).or_default().insert(photo["uuid"].as_str().unwrap().to_owned());
                }
            }
        }
        let mut ours: [BTreeMap<String, BTreeSet<String>>; 2] = Default::default();
        let uuids = |photos: &mut Photos, key: &str, value: &str, count: u32| -> BTreeSet<String> {
            let ids = found(photos, &[(key, value)]);
            assert_eq!(ids.len(), count as usize, "{name}: {key} {value}");
            ids.into_iter().map(|id| photos.details(id).unwrap().unwrap().uuid.unwrap()).collect()
        };
        for person in photos.people().unwrap() {
            let pictures = uuids(photos, "person", &person.id.to_string(), person.count);
            assert!(person.cover.is_some());
            if let Some(called) = person.name {
                ours[0].entry(called.nfc().collect()).or_default().extend(pictures);
            }
        }
        for keyword in photos.keywords().unwrap() {
            let pictures = uuids(photos, "keyword", &keyword.title, keyword.count);
            ours[1].insert(keyword.title.nfc().collect(), pictures);
        }
        assert_eq!(ours, theirs, "{name}");
        println!("{name}: {} people, {} keywords", theirs[0].len(), theirs[1].len());
    }
}

#[test]
fn places_are_those_the_phone_looked_up() {
    for (name, _) in libraries() {
        let Some(mut reader) = opened(&name) else { continue };
        let photos = reader.as_photos().unwrap();
        let places = photos.places().unwrap();
        for place in &places {
            assert_eq!(found(photos, &[("place", &place.id)]).len(), place.count as usize, "{name}: {}", place.id);
        }
        println!("{name}: {places:?}");
    }
}

#[test]
fn albums_and_their_folders_agree_with_the_independent_reader() {
    for (name, expected) in libraries() {
        let Some(mut reader) = opened(&name) else { continue };
        let mut theirs: BTreeMap<String, (Vec<String>, u32)> = BTreeMap::new();
        for photo in expected.iter().filter(|photo| !photo["hidden"].as_bool().unwrap()) {
            for album in texts(&photo["albums"]) {
                let folders = photo["folders"][&album].as_array().into_iter().flatten();
                let folders = folders.map(|folder| folder.as_str().unwrap().to_owned()).collect();
                theirs.entry(album).or_insert((folders, 0)).1 += 1;
            }
        }
        let albums = reader.as_photos().unwrap().albums().unwrap();
        let ours = albums.into_iter().filter(|album| album.count > 0);
        // Two albums may have one title, which the other reader does not tell apart.
        let mut by_title: BTreeMap<String, (Vec<String>, u32)> = BTreeMap::new();
        for album in ours {
            by_title.entry(album.title).or_insert((album.folders, 0)).1 += album.count;
        }
        assert_eq!(by_title, theirs, "{name}");
    }
}
