//! People, places, keywords, folders.

use super::*;

/// What the phone looked up in London.
pub(super) const LONDON: &[u8] = include_bytes!("../../../../../fuzz/corpus/place/london");

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Seven pictures: 4 is hidden, 5 deleted. The columns of faces are called as up to iOS 16.
fn library() -> Box<dyn crate::Reader> {
    let mut rows: Vec<String> = (1..=7)
        .map(|id| {
            let facts: &[(&str, &str)] = match id {
                4 => &[("ZHIDDEN", "1")],
                5 => &[("ZTRASHEDSTATE", "1")],
                6 => &[("ZAVALANCHEUUID", "'B'"), ("ZDEPTHTYPE", "1")],
                7 => &[("ZAVALANCHEUUID", "'B'"), ("ZVISIBILITYSTATE", "2")],
                _ => &[],
            };
            asset(id, &format!("IMG_000{id}.JPG"), facts)
        })
        .collect();
    rows.push(format!(
        "UPDATE ZADDITIONALASSETATTRIBUTES SET ZASSET = Z_PK - 1000;
         UPDATE ZADDITIONALASSETATTRIBUTES SET ZREVERSELOCATIONDATA = x'{}' WHERE ZASSET IN (1, 4);
         UPDATE ZADDITIONALASSETATTRIBUTES SET ZREVERSELOCATIONDATA = x'00ff' WHERE ZASSET = 2;
         CREATE TABLE ZPERSON (Z_PK INTEGER PRIMARY KEY, ZFULLNAME, ZDISPLAYNAME, ZKEYFACE, ZMERGETARGETPERSON);
         CREATE TABLE ZDETECTEDFACE (Z_PK INTEGER PRIMARY KEY, ZASSET, ZPERSON);
         INSERT INTO ZPERSON VALUES (1, '', NULL, NULL, NULL), (2, 'Zoë Ray', 'Zoë', 21, NULL), (3, 'Zoë R.', NULL, NULL, 2),
            (4, NULL, 'Bob', 99, NULL), (5, 'Nobody', NULL, NULL, NULL), (6, x'ff', NULL, 'x', NULL);
         INSERT INTO ZDETECTEDFACE VALUES (20, 2, 2), (21, 1, 2), (22, 1, 2), (23, 3, 3), (24, 3, 1), (25, 2, 1), (26, 1, 4),
            (27, 4, 4), (28, 5, 5), (29, NULL, 2), (30, 3, 77);
         CREATE TABLE ZKEYWORD (Z_PK INTEGER PRIMARY KEY, ZTITLE);
         CREATE TABLE Z_1KEYWORDS (Z_1ASSETATTRIBUTES, Z_41KEYWORDS);
         INSERT INTO ZKEYWORD VALUES (1, 'foo/bar'), (2, 'Été'), (3, 'unused'), (4, 'Été');
         INSERT INTO Z_1KEYWORDS VALUES (1001, 1), (1002, 2), (1003, 4), (1004, 3);
         INSERT INTO ZGENERICALBUM VALUES (1, 3999, NULL, NULL, 0), (2, 4000, 'Trips', 1, 0), (3, 4000, 'North', 2, 0),
            (4, 2, 'Oslo', 3, 0), (5, 2, 'Paris', 2, 0), (6, 2, 'Else', 1, 0);
         INSERT INTO Z_33ASSETS VALUES (4, 1, 1), (5, 2, 2), (5, 4, 3), (6, 3, 4);",
        hex(LONDON)
    ));
    open(with_library(&rows).open())
}

#[test]
fn people_with_names_come_first() {
    let mut reader = library();
    let photos = reader.as_photos().unwrap();
    let people = photos.people().unwrap();
    let seen: Vec<(i64, Option<&str>, u32, Option<&str>)> =
        people.iter().map(|one| (one.id, one.name.as_deref(), one.count, one.cover.as_deref())).collect();
    // Pictures of the second person merged into Zoë are hers; her face is in picture 1. Bob's other picture is hidden.
    let expected =
        [(2, Some("Zoë Ray"), 3, Some("photo/1")), (4, Some("Bob"), 1, Some("photo/1")), (1, None, 2, Some("photo/3"))];
    assert_eq!(seen, expected);
    assert_eq!(found(photos, &[("person", "2")]), [3, 2, 1]);
    assert_eq!(found(photos, &[("person", "2"), ("keyword", "Été")]), [3, 2]);
    assert_eq!(found(photos, &[("person", "4"), ("hidden", "1")]), [4]);
    assert!(found(photos, &[("person", "x' OR 1")]).is_empty());
    let details = photos.details(1).unwrap().unwrap();
    assert_eq!(details.people, ["Bob", "Zoë Ray"]);
    assert!(photos.details(6).unwrap().unwrap().people.is_empty());
}

#[test]
fn keywords_places_and_folders() {
    let mut reader = library();
    let photos = reader.as_photos().unwrap();
    let keywords: Vec<(String, u32)> =
        photos.keywords().unwrap().into_iter().map(|keyword| (keyword.title, keyword.count)).collect();
    assert_eq!(keywords, [("Été".into(), 2), ("foo/bar".into(), 1)]);
    assert_eq!(found(photos, &[("keyword", "Été")]), [3, 2]);
    assert!(found(photos, &[("keyword", "été")]).is_empty());

    let places = photos.places().unwrap();
    assert_eq!(places.len(), 1);
    assert_eq!((&*places[0].id, &*places[0].title, places[0].count), ("GB/England/London", "London", 1));
    assert_eq!((places[0].country.as_deref(), places[0].cover.as_deref()), (Some("United Kingdom"), Some("photo/1")));
    assert_eq!(found(photos, &[("place", "GB/England/London")]), [1]);
    let details = photos.details(1).unwrap().unwrap();
    assert_eq!(details.place_name.as_deref(), Some("St James's Park, London, United Kingdom"));
    assert_eq!(details.keywords, ["foo/bar"]);
    assert_eq!(photos.details(2).unwrap().unwrap().place_name, None);

    let albums = photos.albums().unwrap();
    let oslo = albums.iter().find(|album| album.title == "Oslo").unwrap();
    assert_eq!((&*oslo.folders, &*oslo.folder_ids), (&["Trips".to_owned(), "North".to_owned()][..], &[2, 3][..]));
    assert_eq!(found(photos, &[("folder", "2")]), [2, 1], "of all albums below it, without what is hidden");
    assert_eq!(found(photos, &[("folder", "3")]), [1]);
    assert!(found(photos, &[("folder", "9")]).is_empty());
}

#[test]
fn portraits_bursts_and_searches() {
    let mut reader = library();
    let photos = reader.as_photos().unwrap();
    assert_eq!(found(photos, &[("type", "portrait")]), [6]);
    let burst = photos.details(7).unwrap().unwrap();
    assert_eq!((burst.burst, burst.burst_ids), (Some(2), vec![6, 7]));
    let single = photos.details(1).unwrap().unwrap();
    assert_eq!((single.burst, single.burst_ids), (None, vec![]));
    let mut search = |text: &str| photos.ids(&Query { text: Some(text.into()), ..Query::default() }).unwrap();
    assert_eq!(search("zoe"), [3, 2, 1]);
    assert_eq!(search("zoe westminster"), [1], "a part of town too");
    assert_eq!(search("ete"), [3, 2]);
    assert_eq!(search("st james bob"), [1]);
    assert_eq!(search("oslo"), [1]);
    assert_eq!(search("portraits"), [6]);
    assert!(search("nobody").is_empty());
    let mut cards = Vec::new();
    reader.index(&mut |card| cards.push(card)).unwrap();
    assert_eq!(cards[0].text, "Oslo\nBob\nZoë Ray\nfoo/bar\nSt James's Park, London, United Kingdom");
}
