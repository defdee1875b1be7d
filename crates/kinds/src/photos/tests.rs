mod cloud;
mod export;
mod facets;
mod folder_only;
mod going_on;
mod library;
mod pictures;
mod real;
mod schemas;

use std::collections::BTreeMap;
use std::io::Cursor;
use std::sync::Arc;

use ::backup::Backup;
use image::{DynamicImage, ImageFormat, Rgb, RgbImage};

use super::{KIND, Photos};
use crate::testing::TestBackup;
use crate::{Opened, Query};

const DOMAIN: &str = "CameraRollDomain";

/// A database like that of iOS 17, with the columns that matter, and these rows.
const LIBRARY: &str = "
    CREATE TABLE ZASSET (Z_PK INTEGER PRIMARY KEY, Z_ENT INTEGER, ZUUID, ZDIRECTORY, ZFILENAME, ZKIND, ZKINDSUBTYPE,
        ZPLAYBACKSTYLE, ZDATECREATED, ZADDEDDATE, ZFAVORITE, ZHIDDEN, ZTRASHEDSTATE, ZTRASHEDDATE, ZVISIBILITYSTATE,
        ZBUNDLESCOPE, ZSAVEDASSETTYPE, ZAVALANCHEUUID, ZCLOUDLOCALSTATE, ZADJUSTMENTSSTATE, ZDURATION, ZWIDTH, ZHEIGHT,
        ZLATITUDE, ZLONGITUDE, ZDEPTHTYPE, ZADDITIONALATTRIBUTES);
    CREATE TABLE ZADDITIONALASSETATTRIBUTES (Z_PK INTEGER PRIMARY KEY, ZORIGINALFILENAME, ZTITLE, ZTIMEZONEOFFSET,
        ZASSETDESCRIPTION, ZASSET, ZREVERSELOCATIONDATA);
    CREATE TABLE ZASSETDESCRIPTION (Z_PK INTEGER PRIMARY KEY, ZASSETATTRIBUTES, ZLONGDESCRIPTION);
    CREATE TABLE ZGENERICALBUM (Z_PK INTEGER PRIMARY KEY, ZKIND, ZTITLE, ZPARENTFOLDER, ZTRASHEDSTATE);
    CREATE TABLE Z_PRIMARYKEY (Z_ENT INTEGER PRIMARY KEY, Z_NAME);
    INSERT INTO Z_PRIMARYKEY VALUES (3, 'Asset'), (33, 'Album');
    CREATE TABLE Z_3ASSETS (Z_3MEMORIES, Z_3ASSETS);
    CREATE TABLE Z_33ASSETS (Z_33ALBUMS, Z_3ASSETS, Z_FOK_3ASSETS);";

/// Seconds since 2001 of 2026-11-22 00:00 UTC.
const DAY: i64 = 816_998_400;

/// One row of `ZASSET` and its attributes, written as column = value; the row's number is its file's number too.
fn asset(id: i64, file: &str, facts: &[(&str, &str)]) -> String {
    let mut row = BTreeMap::from([
        ("Z_PK", id.to_string()),
        ("ZADDITIONALATTRIBUTES", (id + 1000).to_string()),
        ("ZUUID", format!("'UUID-{id}'")),
        ("ZDIRECTORY", "'DCIM/100APPLE'".into()),
        ("ZFILENAME", format!("'{file}'")),
        ("ZKIND", if file.ends_with(".MOV") { "1" } else { "0" }.into()),
        ("ZDATECREATED", (DAY + id).to_string()),
    ]);
    let mut more = BTreeMap::from([("Z_PK", (id + 1000).to_string()), ("ZTIMEZONEOFFSET", "3600".into())]);
    for (column, value) in facts {
        let of_more = ["ZORIGINALFILENAME", "ZTITLE", "ZTIMEZONEOFFSET", "ZASSETDESCRIPTION"].contains(column);
        if of_more { &mut more } else { &mut row }.insert(column, (*value).to_owned());
    }
    let insert = |table: &str, row: BTreeMap<&str, String>| {
        let columns: Vec<&str> = row.keys().copied().collect();
        let values: Vec<String> = row.into_values().collect();
        format!("INSERT INTO {table} ({}) VALUES ({});", columns.join(","), values.join(","))
    };
    insert("ZASSET", row) + &insert("ZADDITIONALASSETATTRIBUTES", more)
}

fn with_library(rows: &[String]) -> TestBackup {
    TestBackup::new().database(DOMAIN, super::DATABASE, &format!("BEGIN; {LIBRARY} {} COMMIT;", rows.concat()))
}

fn open(backup: Arc<Backup>) -> Box<dyn crate::Reader> {
    match KIND.open(backup).unwrap() {
        Opened::Here(reader) => reader,
        Opened::Empty { reason } => panic!("{reason}"),
    }
}

/// The ids that match `key=value` filters.
fn found(photos: &mut Photos, filter: &[(&str, &str)]) -> Vec<i64> {
    let filter = filter.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    photos.ids(&Query { filter, ..Query::default() }).unwrap()
}

fn jpeg(width: u32, height: u32, colour: [u8; 3]) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let image = DynamicImage::from(RgbImage::from_pixel(width, height, Rgb(colour)));
    image.write_to(&mut bytes, ImageFormat::Jpeg).unwrap();
    bytes.into_inner()
}
