//! Real table definitions, with rows of ours.

use super::facets::{LONDON, hex};
use super::*;
use crate::testing::realdata;

/// What a schema calls what differs from system to system, as osxphotos 0.77.2 has written it down.
struct Names {
    album: u32,
    keyword: u32,
    face: &'static str,
    person: &'static str,
}

fn names(album: u32, keyword: u32, for_face: bool) -> Names {
    let [face, person] = if for_face { ["ZASSETFORFACE", "ZPERSONFORFACE"] } else { ["ZASSET", "ZPERSON"] };
    Names { album, keyword, face, person }
}

/// Where the databases are at hand they are compared as a whole in `real`; of these the definitions may be all there is.
#[test]
fn real_schemas_of_new_iphones_are_read() {
    let libraries = [
        ("10.15.7", names(26, 37, false)),
        ("10.16.0.1", names(26, 36, false)),
        ("12.0.1", names(27, 38, false)),
        ("13.0.0", names(28, 40, false)),
        ("14.6.0", names(29, 41, true)),
        ("15.4.1", names(30, 47, true)),
        ("Media-Types-15.7.2", names(30, 47, true)),
        ("26.1", names(33, 52, true)),
    ];
    for (version, names) in libraries {
        let path =
            format!("_schemas/tkanarsky+osxphotos__tests__Test-{version}.photoslibrary__database__Photos.sqlite.sql");
        let Some(schema) = realdata(&path) else { continue };
        let schema = std::fs::read_to_string(schema).unwrap();
        let tables: String =
            schema.lines().filter(|line| line.starts_with("CREATE TABLE") && !line.contains("sqlite_")).collect();
        let asset = if tables.contains("CREATE TABLE ZASSET ") { "ZASSET" } else { "ZGENERICASSET" };
        // iOS 13 has other numbers on both sides.
        let assets = if asset == "ZASSET" { 3 } else { 34 };
        let Names { album, keyword, face, person } = names;
        let rows = format!(
            "INSERT INTO {asset} (Z_PK, ZUUID, ZKIND, ZDIRECTORY, ZFILENAME, ZDATECREATED, ZADDITIONALATTRIBUTES)
             VALUES (5, 'A', 0, 'DCIM/100APPLE', 'IMG_0001.HEIC', 700000000, 9);
             INSERT INTO ZADDITIONALASSETATTRIBUTES (Z_PK, ZASSET, ZORIGINALFILENAME, ZTIMEZONEOFFSET, ZREVERSELOCATIONDATA)
             VALUES (9, 5, 'Beach.HEIC', 7200, x'{}');
             INSERT INTO ZGENERICALBUM (Z_PK, ZKIND, ZTITLE) VALUES (3, 2, 'Holiday');
             INSERT INTO Z_{album}ASSETS (Z_{album}ALBUMS, Z_{assets}ASSETS) VALUES (3, 5);
             INSERT INTO ZKEYWORD (Z_PK, ZTITLE) VALUES (4, 'Sea');
             INSERT INTO Z_1KEYWORDS (Z_1ASSETATTRIBUTES, Z_{keyword}KEYWORDS) VALUES (9, 4);
             INSERT INTO ZPERSON (Z_PK, ZFULLNAME) VALUES (6, 'Katie');
             INSERT INTO ZDETECTEDFACE (Z_PK, {face}, {person}) VALUES (7, 5, 6);",
            hex(LONDON)
        );
        let sql = format!("BEGIN; {tables} {rows} COMMIT;");
        let mut reader = open(TestBackup::new().database(DOMAIN, crate::photos::DATABASE, &sql).open());
        let photos = reader.as_photos().unwrap();
        let details = photos.details(5).unwrap().unwrap();
        assert_eq!((&*details.name, details.when), ("Beach.HEIC", Some(1_678_307_200_000)), "{version}");
        assert_eq!(details.local_time.as_deref(), Some("2023-03-08 22:26:40 +02:00"), "{version}");
        let lists = [details.albums, details.people, details.keywords];
        assert_eq!(lists.concat(), ["Holiday", "Katie", "Sea"], "{version}");
        assert_eq!(details.place_name.as_deref(), Some("St James's Park, London, United Kingdom"), "{version}");
        assert_eq!(found(photos, &[("album", "3"), ("person", "6"), ("keyword", "Sea")]), [5], "{version}");
        println!("{version}: read");
    }
}

/// The real table definitions of an iPhone with iOS 11.2 and 10.3, 9.3 and 6.1.
#[test]
fn real_schemas_of_old_iphones_are_read() {
    for version in ["11.2", "10.3.3", "9.3.5", "6.1.6"] {
        let path = format!("richinfante+iphonebackuptools/schemas/photos/photos_{version}.sql");
        let Some(schema) = realdata(&path) else { continue };
        let schema = std::fs::read_to_string(schema).unwrap();
        let tables: Vec<String> = schema
            .split(';')
            .map(str::trim)
            .filter(|statement| statement.starts_with("CREATE TABLE Z"))
            .map(|statement| format!("{statement};"))
            .collect();
        let rows =
            "INSERT INTO ZGENERICASSET (Z_PK, ZUUID, ZKIND, ZDIRECTORY, ZFILENAME, ZDATECREATED, ZADDITIONALATTRIBUTES)
             VALUES (5, 'A', 0, 'DCIM/100APPLE', 'IMG_0001.JPG', 500000000, 9);
             INSERT INTO ZADDITIONALASSETATTRIBUTES (Z_PK, ZORIGINALFILENAME) VALUES (9, 'Beach.JPG');
             INSERT INTO ZGENERICALBUM (Z_PK, ZKIND, ZTITLE) VALUES (3, 2, 'Holiday');";
        let join = schema.split_whitespace().find(|word| word.starts_with("Z_") && word.ends_with("ASSETS")).unwrap();
        assert!(join.chars().filter(char::is_ascii_digit).count() > 0);
        let sql = format!("BEGIN; {} {rows} COMMIT;", tables.concat());
        let mut reader = open(TestBackup::new().database(DOMAIN, crate::photos::DATABASE, &sql).open());
        let details = reader.as_photos().unwrap().details(5).unwrap().unwrap();
        assert_eq!((&*details.name, details.when), ("Beach.JPG", Some(1_478_307_200_000)), "{version}");
        assert_eq!(reader.as_photos().unwrap().albums().unwrap()[0].title, "Holiday");
    }
}
