//! What is shown, where, and in which order.

use super::*;
use crate::photos::{TileKind, query};

fn mixed() -> Box<dyn crate::Reader> {
    let rows = [
        asset(
            1,
            "IMG_0001.HEIC",
            &[("ZFAVORITE", "1"), ("ZKINDSUBTYPE", "2"), ("ZPLAYBACKSTYLE", "3"), ("ZDURATION", "2.5")],
        ),
        asset(2, "IMG_0002.MOV", &[("ZDURATION", "12.5"), ("ZKINDSUBTYPE", "101")]),
        asset(3, "IMG_0003.PNG", &[("ZKINDSUBTYPE", "10"), ("ZHIDDEN", "1")]),
        asset(4, "IMG_0004.JPG", &[("ZTRASHEDSTATE", "1"), ("ZTRASHEDDATE", "817000000"), ("ZFAVORITE", "1")]),
        asset(5, "IMG_0005.JPG", &[("ZAVALANCHEUUID", "'B'")]),
        asset(6, "IMG_0006.JPG", &[("ZAVALANCHEUUID", "'B'"), ("ZVISIBILITYSTATE", "2")]),
        asset(7, "UUID.JPG", &[("ZBUNDLESCOPE", "2"), ("ZVISIBILITYSTATE", "2"), ("ZSAVEDASSETTYPE", "4")]),
        // Taken at 23:59 in New York, which is the next day in UTC.
        asset(8, "IMG_0008.DNG", &[("ZTIMEZONEOFFSET", "-18000"), ("ZDATECREATED", &(DAY + 17_999).to_string())]),
        asset(9, "IMG_0009.JPG", &[("ZDATECREATED", "123456789012345"), ("ZORIGINALFILENAME", "'Été à Zürich.jpg'")]),
        "INSERT INTO ZGENERICALBUM VALUES (1, 3999, NULL, NULL, 0), (2, 4000, 'Trips', 1, 0), (3, 2, 'Paris', 2, 0),
            (4, 2, NULL, 1, 0), (5, 1505, 'Family', NULL, 0), (6, 2, 'Gone', NULL, 1), (7, 4000, 'Loop', 7, 0),
            (8, 2, 'In a loop', 7, 0);
         INSERT INTO Z_33ASSETS VALUES (3, 1, 1), (3, 2, 2), (3, 3, 3), (3, 4, 4), (5, 7, 1), (6, 1, 1);
         INSERT INTO Z_3ASSETS VALUES (3, 9);"
            .to_owned(),
    ];
    open(with_library(&rows).open())
}

#[test]
fn the_grid_leaves_out_what_the_phone_leaves_out() {
    let mut reader = mixed();
    assert_eq!(reader.count().unwrap(), 5);
    let photos = reader.as_photos().unwrap();
    assert_eq!(found(photos, &[]), [5, 2, 1, 8, 9], "newest local day first, without a date last");
    assert_eq!(found(photos, &[("hidden", "1")]), [3]);
    assert_eq!(found(photos, &[("deleted", "1")]), [4]);
    assert_eq!(found(photos, &[("shared", "1")]), [7]);
    assert_eq!(found(photos, &[("favourites", "1")]), [1]);
    assert_eq!(found(photos, &[("favourites", "1"), ("deleted", "1")]), [4]);
    assert_eq!(found(photos, &[("type", "burst")]), [6, 5]);
    assert_eq!(found(photos, &[("type", "live")]), [1]);
    assert_eq!(found(photos, &[("type", "video")]), [2]);
    assert_eq!(found(photos, &[("type", "raw")]), [8]);
    assert!(found(photos, &[("type", "nonsense")]).is_empty());

    let counts = photos.counts().unwrap();
    assert_eq!((counts.shown, counts.favourites, counts.hidden, counts.deleted, counts.shared), (5, 1, 1, 1, 1));
    assert_eq!(counts.missing, 7, "no file is in this backup");
    let types: Vec<(&str, u32)> = counts.types.iter().map(|kind| (kind.id, kind.count)).collect();
    assert_eq!(types, [("photo", 4), ("video", 1), ("live", 1), ("burst", 2), ("slow-motion", 1), ("raw", 1)]);
}

#[test]
fn orders_and_days() {
    let mut reader = mixed();
    let photos = reader.as_photos().unwrap();
    let oldest = photos.ids(&Query { sort: Some(query::SORTS[1].into()), ..Query::default() }).unwrap();
    assert_eq!(oldest, [8, 1, 2, 5, 9]);
    let newest = found(photos, &[]);
    let days: Vec<(String, u32, u32)> =
        photos.days(&newest).unwrap().into_iter().map(|day| (day.day, day.from, day.count)).collect();
    assert_eq!(days, [("2026-11-22".into(), 0, 3), ("2026-11-21".into(), 3, 1), (String::new(), 4, 1)]);
    assert_eq!(photos.days(&[]).unwrap(), []);
}

#[test]
fn words_are_found_without_accents() {
    let mut reader = mixed();
    let mut search = |text: &str| reader.ids(&Query { text: Some(text.into()), ..Query::default() }).unwrap();
    assert_eq!(search("zurich ETE"), [9]);
    assert_eq!(search("img_0002"), [2]);
    assert_eq!(search("pari"), [2, 1], "by an album");
    assert_eq!(search("slo-mo"), [2], "by a media type");
    assert_eq!(search("favourite img"), [1]);
    assert_eq!(search("2026-11-21"), [8], "by the day where it was taken");
    assert_eq!(search("nov 2026"), [5, 2, 1, 8]);
    assert_eq!(search("21st november"), [8]);
    assert_eq!(search("2026-11 img_0002"), [2]);
    assert!(search("2025").is_empty());
}

#[test]
fn albums_with_their_folders() {
    let mut reader = mixed();
    let photos = reader.as_photos().unwrap();
    let albums = photos.albums().unwrap();
    let seen: Vec<(&str, usize, u32, Option<&str>)> =
        albums.iter().map(|album| (&*album.title, album.folders.len(), album.count, album.cover.as_deref())).collect();
    let expected = [
        ("Family", 0, 1, Some("photo/7")),
        ("Untitled Album", 0, 0, None),
        ("In a loop", 16, 0, None),
        ("Paris", 1, 2, Some("photo/2")),
    ];
    assert_eq!(seen, expected);
    assert_eq!(albums[3].folders, ["Trips"]);
    assert!(albums[0].shared);
    assert_eq!(found(photos, &[("album", "3")]), [2, 1], "hidden and deleted ones left out");
    assert_eq!(found(photos, &[("album", "5")]), [7]);
    assert!(found(photos, &[("album", "x' OR 1")]).is_empty());
}

#[test]
fn tiles_cards_and_search_cards() {
    let mut reader = mixed();
    let photos = reader.as_photos().unwrap();
    let tiles = photos.tiles(&[2, 1, 99, 9]).unwrap();
    assert_eq!(tiles.len(), 3);
    assert_eq!((tiles[0].kind, tiles[0].duration), (TileKind::Video, Some(12.5)));
    assert_eq!((tiles[1].kind, tiles[1].duration), (TileKind::Live, None));
    assert_eq!(tiles[1].local_day, "2026-11-22");
    assert_eq!(tiles[1].when, Some((978_307_200 + DAY + 1) * 1000));
    assert_eq!((tiles[2].when, &*tiles[2].local_day), (None, ""));
    assert!(tiles.iter().all(|tile| tile.missing.is_some()));
    let card = reader.cards(&[1]).unwrap().remove(0);
    assert_eq!((&*card.title, card.picture.as_deref()), ("IMG_0001.HEIC", Some("photo/1")));
    assert_eq!(card.subtitle.as_deref(), Some("2026-11-22 01:00:01 +01:00"));
    assert_eq!(card.badges, ["live", "favourite"]);

    let mut cards = Vec::new();
    reader.index(&mut |card| cards.push(card)).unwrap();
    assert_eq!(cards.iter().map(|card| card.opens).collect::<Vec<_>>(), [1, 2, 5, 6, 7, 8, 9]);
    assert_eq!((&*cards[0].key, &*cards[0].title, &*cards[0].text), ("UUID-1", "IMG_0001.HEIC", "Paris"));
    assert_eq!(reader.report().read, 7);
}

#[test]
fn hostile_rows_are_read_all_the_same() {
    let rows = [
        asset(1, "../../etc/passwd", &[("ZDIRECTORY", "x'ff00'"), ("ZDATECREATED", "'never'"), ("ZWIDTH", "-5")]),
        asset(
            2,
            "b",
            &[("ZFILENAME", "NULL"), ("ZUUID", "NULL"), ("ZTIMEZONEOFFSET", "99999999999"), ("ZDURATION", "9e999")],
        ),
        asset(
            3,
            "c",
            &[("ZKIND", "'x'"), ("ZHEIGHT", "99999999999"), ("ZLATITUDE", "-180.0"), ("ZLONGITUDE", "-180.0")],
        ),
    ];
    let mut reader = open(with_library(&rows).open());
    let photos = reader.as_photos().unwrap();
    let tiles = photos.tiles(&[1, 2, 3]).unwrap();
    assert_eq!(tiles.len(), 3);
    assert_eq!((tiles[0].when, tiles[0].width), (None, None));
    assert_eq!(photos.details(3).unwrap().unwrap().place, None);
    assert_eq!(photos.details(4).unwrap(), None);
    for (path, want) in
        [("photo/1", crate::MediaSize::Original), ("photo/x", crate::MediaSize::Screen), ("", crate::MediaSize::Screen)]
    {
        assert!(reader.media(path, want).unwrap().is_none());
    }
}

/// A database of iOS 11: other table, other join, fewer columns.
#[test]
fn old_databases_are_read() {
    let sql = "
        CREATE TABLE ZGENERICASSET (Z_PK INTEGER PRIMARY KEY, ZFILENAME, ZDIRECTORY, ZKIND, ZDATECREATED, ZFAVORITE);
        CREATE TABLE ZGENERICALBUM (Z_PK INTEGER PRIMARY KEY, ZKIND, ZTITLE);
        CREATE TABLE Z_20ASSETS (Z_20ALBUMS, Z_27ASSETS);
        INSERT INTO ZGENERICASSET VALUES (1, 'IMG_0001.JPG', 'DCIM/100APPLE', 0, 500000000, 1), (2, 'IMG_0002.MOV', 'DCIM/100APPLE', 1, 500000001, 0);
        INSERT INTO ZGENERICALBUM VALUES (7, 2, 'Holiday');
        INSERT INTO Z_20ASSETS VALUES (7, 1);";
    let mut reader = open(TestBackup::new().database(DOMAIN, crate::photos::DATABASE, sql).open());
    let photos = reader.as_photos().unwrap();
    assert_eq!(found(photos, &[]), [2, 1]);
    assert_eq!(found(photos, &[("favourites", "1")]), [1]);
    assert_eq!(photos.albums().unwrap()[0].count, 1);
    assert_eq!(found(photos, &[("album", "7")]), [1]);
}

/// Prints how long things take; memory stays flat since only numbers are read for the whole library.
#[test]
#[ignore = "slow: makes a library of 200,000 pictures"]
fn a_large_library() {
    let rows = "
        WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 200000)
        INSERT INTO ZASSET (Z_PK, ZADDITIONALATTRIBUTES, ZUUID, ZDIRECTORY, ZFILENAME, ZKIND, ZDATECREATED, ZFAVORITE)
        SELECT i, i, 'U' || i, 'DCIM/' || (100 + i / 1000) || 'APPLE', 'IMG_' || i || '.HEIC', i % 9 = 0, 5e8 + i * 1500, i % 20 = 0 FROM n;
        INSERT INTO ZADDITIONALASSETATTRIBUTES (Z_PK, ZORIGINALFILENAME, ZTIMEZONEOFFSET) SELECT Z_PK, ZFILENAME, 3600 FROM ZASSET;
        UPDATE ZADDITIONALASSETATTRIBUTES SET ZASSET = Z_PK;
        UPDATE ZADDITIONALASSETATTRIBUTES SET ZREVERSELOCATIONDATA = x'LONDON' WHERE Z_PK % 2 = 0;
        INSERT INTO ZGENERICALBUM VALUES (3, 2, 'Half', NULL, 0);
        INSERT INTO Z_33ASSETS SELECT 3, Z_PK, Z_PK FROM ZASSET WHERE Z_PK % 2 = 0;";
    let rows = rows.replace("LONDON", &super::facets::hex(super::facets::LONDON));
    let backup = with_library(&[rows]).open();
    let mut reader = open(backup);
    let photos = reader.as_photos().unwrap();
    let mut since = std::time::Instant::now();
    let mut took = |what: &str| {
        println!("{what}: {:?}", since.elapsed());
        since = std::time::Instant::now();
    };
    let ids = found(photos, &[]);
    took("ids");
    assert_eq!(ids.len(), 200_000);
    let days = photos.days(&ids).unwrap();
    took("days");
    assert_eq!(days.iter().map(|day| day.count).sum::<u32>(), 200_000);
    assert_eq!(photos.counts().unwrap().favourites, 10_000);
    took("counts");
    assert_eq!(photos.albums().unwrap()[0].count, 100_000);
    took("albums");
    assert_eq!(found(photos, &[("album", "3")]).len(), 100_000);
    took("album");
    assert_eq!(photos.tiles(&ids[..200]).unwrap().len(), 200);
    took("200 tiles");
    assert_eq!(photos.places().unwrap()[0].count, 100_000);
    took("places, read once");
    assert_eq!(photos.places().unwrap().len(), 1);
    took("places");
    let text = Some("img_12345".to_owned());
    assert_eq!(photos.ids(&crate::Query { text, ..Default::default() }).unwrap().len(), 11);
    took("search");
    assert_eq!(found(photos, &[("place", "GB/England/London")]).len(), 100_000);
    took("place");
    let text = Some("london 2021".to_owned());
    assert!(photos.ids(&crate::Query { text, ..Default::default() }).unwrap().len() > 5_000);
    took("search for a place and a year");
}
