//! Which originals are only in iCloud.

use super::{LIBRARY, asset, found, open, with_library};
use crate::photos::{Away, only_in_cloud};
use crate::testing::realdata;
use backup::Database;
use rusqlite::Connection;

const RESOURCES: &str =
    "CREATE TABLE ZINTERNALRESOURCE (ZASSET, ZRESOURCETYPE, ZVERSION, ZRECIPEID, ZLOCALAVAILABILITY);";

fn away(statements: &str) -> Option<Vec<Away>> {
    let database = Connection::open_in_memory().unwrap();
    database.execute_batch(statements).unwrap();
    only_in_cloud(Database::from(database)).unwrap()
}

fn names(found: Option<Vec<Away>>) -> Vec<String> {
    found.expect("it tells").into_iter().map(|away| away.name).collect()
}

/// A row: picture, type, version, recipe, on the phone.
fn file(row: [i64; 5]) -> String {
    format!("INSERT INTO ZINTERNALRESOURCE VALUES ({});", row.map(|value| value.to_string()).join(","))
}

#[test]
fn an_original_in_icloud_and_not_on_the_phone_is_away() {
    let cloud = ("ZCLOUDLOCALSTATE", "1");
    let library = [
        LIBRARY.to_owned(),
        RESOURCES.to_owned(),
        asset(1, "IMG_0001.HEIC", &[cloud]),
        asset(2, "IMG_0002.HEIC", &[cloud]),
        asset(3, "IMG_0003.MOV", &[cloud, ("ZORIGINALFILENAME", "'Party.MOV'")]),
        asset(4, "IMG_0004.HEIC", &[]),
        asset(5, "IMG_0005.HEIC", &[cloud, ("ZTRASHEDSTATE", "1")]),
        asset(6, "IMG_0006.HEIC", &[cloud, ("ZBUNDLESCOPE", "2")]),
        asset(7, "IMG_0007.HEIC", &[cloud]),
        // Both places; only a small version here; a video with its sound track here, not its film; nothing known.
        file([1, 0, 0, 0, 1]),
        file([2, 0, 0, 0, -1]),
        file([2, 0, 0, 65_741, 1]),
        file([2, 0, 2, 0, 1]),
        file([3, 1, 0, 0, -1]),
        file([3, 13, 0, 0, 1]),
        file([4, 0, 0, 0, -1]),
        file([5, 0, 0, 0, -1]),
        file([6, 0, 0, 0, -1]),
        "INSERT INTO ZINTERNALRESOURCE VALUES (NULL, 0, 0, 0, 1);".to_owned(),
    ];
    let found = away(&library.concat());
    let film = found.as_ref().unwrap().iter().find(|away| away.video).unwrap();
    assert_eq!((film.name.as_str(), film.path.as_str()), ("Party.MOV", "DCIM/100APPLE/IMG_0003.MOV"));
    assert_eq!(names(found), ["IMG_0007.HEIC", "Party.MOV", "IMG_0002.HEIC"]);
}

#[test]
fn they_are_counted_and_can_be_filtered_for() {
    let cloud = ("ZCLOUDLOCALSTATE", "1");
    let both = [asset(1, "IMG_0001.HEIC", &[cloud]), asset(2, "IMG_0002.HEIC", &[cloud]), file([1, 0, 0, 0, 1])];
    let mut reader = open(with_library(&[&[RESOURCES.to_owned()][..], &both[..]].concat()).open());
    let photos = reader.as_photos().unwrap();
    assert_eq!(found(photos, &[("type", "cloud")]), [2]);
    let counts = photos.counts().unwrap();
    assert_eq!(counts.types.iter().find(|kind| kind.id == "cloud").map(|kind| kind.count), Some(1));

    let mut reader = open(with_library(&both[..2]).open());
    assert_eq!(found(reader.as_photos().unwrap(), &[("type", "cloud")]), [0; 0], "the database does not tell");
}

#[test]
fn a_database_that_does_not_tell_is_not_guessed_at() {
    assert_eq!(away(LIBRARY), None);
    assert_eq!(away(&format!("{LIBRARY} CREATE TABLE ZINTERNALRESOURCE (ZASSET, ZLOCALAVAILABILITY);")), None);
    assert_eq!(away("CREATE TABLE notes (id)"), None);
}

/// A real library with 23 pictures that are in iCloud and here as well; its list of files says so.
#[test]
fn a_real_library_lacks_only_what_is_taken_away() {
    let Some(path) = realdata("tkanarsky+osxphotos/tests/Test-Cloud-13.1.photoslibrary/database/Photos.sqlite") else {
        println!("skipped: no real library here");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    // Read and written: the real one may only be read, permissions and all.
    std::fs::write(folder.path().join("Photos.sqlite"), std::fs::read(path).unwrap()).unwrap();
    let database = Database::of_copy(folder, "Photos.sqlite").unwrap();
    let in_cloud: i64 =
        database.query_row("SELECT count(*) FROM ZASSET WHERE ZCLOUDLOCALSTATE = 1", [], |row| row.get(0)).unwrap();
    assert_eq!(in_cloud, 23);
    database.execute_batch("UPDATE ZINTERNALRESOURCE SET ZLOCALAVAILABILITY = -1 WHERE ZASSET IN (11, 14)").unwrap();
    let found = only_in_cloud(database).unwrap().expect("it tells");
    assert_eq!((found.len(), found.iter().filter(|away| away.video).count()), (2, 1), "{found:?}");
}
