//! Photos.sqlite, of the model of iOS 17.

use std::path::Path;

use plist::{Dictionary, Value};
use rusqlite::{Connection, params};

use super::files::{self, Part};
use super::places::located;
use super::{A_DAY, ALBUMS, Asset, Shot, albums_of, asset, count, count_on, people, thrown_away};
use crate::contents::ContentsOptions;
use crate::contents::clock::{DAY, cocoa, now};
use crate::contents::database::{self, Wal};
use crate::contents::error::Result;
use crate::contents::pictures::Pictures;
use crate::contents::random::Random;

const SCHEMA: &str = include_str!("../schemas/photos.sql");
/// `Z_PRIMARYKEY` of this model: number, name, super entity.
const ENTITIES: &str = include_str!("entities.txt");
const ASSET: i64 = 3;
const ALBUM: i64 = 29;
const FOLDER: i64 = 37;
const RESOURCE: i64 = 40;
/// Rows of `ZGENERICALBUM` that come before the albums: two roots and a folder.
const FRAME: i64 = 3;

/// Makes Photos.sqlite of day 0.
pub(crate) fn photos(options: &ContentsOptions, pictures: &Pictures, path: &Path) -> Result<()> {
    let fill = |db: &Connection| {
        frame(db, options)?;
        people::frame(db, options)?;
        for index in 0..count(options) {
            insert(db, options, &asset(options, index), pictures)?;
        }
        album_counts(db)?;
        maxima(db)
    };
    database::create(path, SCHEMA, Wal::Empty, options.seed, fill, |_| Ok(()))
}

/// Adds the pictures of a day and moves one to the trash.
pub(crate) fn photos_day(options: &ContentsOptions, pictures: &Pictures, day: u32, path: &Path) -> Result<()> {
    database::change(path, Wal::Empty, options.seed, |db| {
        let all = count_on(options, day);
        for index in all - A_DAY..all {
            insert(db, options, &asset(options, index), pictures)?;
        }
        for (index, _) in thrown_away(options, day).iter().filter(|(_, when)| *when == day) {
            db.execute(
                "UPDATE ZASSET SET ZTRASHEDSTATE = 1, ZTRASHEDDATE = ? WHERE Z_PK = ?",
                params![cocoa(now(day)), *index as i64 + 1],
            )?;
        }
        maxima(db)
    })
}

fn frame(db: &Connection, options: &ContentsOptions) -> rusqlite::Result<()> {
    for (number, line) in ENTITIES.lines().enumerate() {
        let (name, parent) = line.split_once(' ').unwrap_or((line, "0"));
        // History entities are numbered apart.
        let number = if number < 62 { number as i64 + 1 } else { 16_001 + number as i64 - 62 };
        db.execute(
            "INSERT INTO Z_PRIMARYKEY (Z_ENT, Z_NAME, Z_SUPER, Z_MAX) VALUES (?, ?, ?, 0)",
            params![number, name, parent.parse().unwrap_or(0)],
        )?;
    }
    let mut info = Vec::new();
    let plist = Dictionary::from_iter([
        ("PLModelVersion", Value::from(17_600)),
        ("NSStoreType", Value::from("SQLite")),
        ("NSPersistenceFrameworkVersion", Value::from(1347)),
        ("NSStoreModelVersionHashesVersion", Value::from(3)),
        ("_NSAutoVacuumLevel", Value::from("2")),
    ]);
    plist::to_writer_binary(&mut info, &Value::Dictionary(plist)).expect("a plain property list");
    let guid = |index: u64| Random::of(options.seed, &[55, index]).guid();
    db.execute("INSERT INTO Z_METADATA (Z_VERSION, Z_UUID, Z_PLIST) VALUES (1, ?, ?)", params![guid(0), info])?;
    let born = cocoa(now(0) - 2000 * DAY);
    let album = |row: i64, entity: i64, kind: i64, title: Option<&str>, parent: Option<i64>| {
        db.execute(
            "INSERT INTO ZGENERICALBUM (Z_PK, Z_ENT, Z_OPT, ZCACHEDCOUNT, ZCACHEDPHOTOSCOUNT, ZCACHEDVIDEOSCOUNT, ZCLOUDDELETESTATE, ZCLOUDLOCALSTATE, \
             ZCUSTOMSORTASCENDING, ZCUSTOMSORTKEY, ZISPINNED, ZISPROTOTYPE, ZKIND, ZPENDINGITEMSTYPE, ZTRASHEDSTATE, ZPARENTFOLDER, Z_FOK_PARENTFOLDER, \
             ZCREATIONDATE, ZTITLE, ZUUID, ZPRIVACYSTATE) VALUES (?, ?, 1, 0, 0, 0, 0, 0, 1, 1, 0, 0, ?, 1, 0, ?, ?, ?, ?, ?, 0)",
            params![row, entity, kind, parent, parent.map(|_| row * 1024), born + row as f64 * 86_400.0, title, guid(row as u64)],
        )
    };
    album(1, FOLDER, 3998, None, None)?;
    album(2, FOLDER, 3999, None, None)?;
    album(3, FOLDER, 4000, Some("Projects"), Some(2))?;
    for (index, title) in ALBUMS.iter().enumerate() {
        album(index as i64 + 1 + FRAME, ALBUM, 2, Some(title), Some(if index >= 5 { 3 } else { 2 }))?;
    }
    Ok(())
}

fn insert(db: &Connection, options: &ContentsOptions, asset: &Asset, pictures: &Pictures) -> rusqlite::Result<()> {
    let row = asset.index as i64 + 1;
    let (stored_width, stored_height, orientation) = asset.size(pictures);
    let (width, height) = if orientation == 6 { (stored_height, stored_width) } else { (stored_width, stored_height) };
    let (uti, compact) = match asset.shot {
        Shot::Jpeg { .. } => ("public.jpeg", 1),
        Shot::Heic { .. } => ("public.heic", 3),
        Shot::Screenshot { .. } => ("public.png", 6),
        Shot::Video { .. } => ("com.apple.quicktime-movie", 23),
    };
    let film = matches!(asset.shot, Shot::Video { .. });
    let stem = asset.stem();
    let (folder, name) = stem.split_once('/').unwrap_or(("100APPLE", "IMG_0000"));
    let file = format!("{name}.{}", asset.ending());
    let (latitude, longitude) = asset.place.unwrap_or((-180.0, -180.0));
    let pick = match &asset.burst {
        Some((_, true)) => 4 | 16,
        Some((_, false)) => 2,
        None => 0,
    };
    db.prepare_cached(
        "INSERT INTO ZASSET (Z_PK, Z_ENT, Z_OPT, ZAVALANCHEPICKTYPE, ZBUNDLESCOPE, ZCLOUDDELETESTATE, ZCLOUDLOCALSTATE, ZCLOUDPLACEHOLDERKIND, ZCOMPLETE, \
         ZDEPTHTYPE, ZDUPLICATEASSETVISIBILITYSTATE, ZFAVORITE, ZHASADJUSTMENTS, ZHDRTYPE, ZHEIGHT, ZHIDDEN, ZKIND, ZKINDSUBTYPE, ZORIENTATION, ZPLAYBACKSTYLE, \
         ZPLAYBACKVARIATION, ZSAVEDASSETTYPE, ZTHUMBNAILINDEX, ZTRASHEDSTATE, ZVISIBILITYSTATE, ZWIDTH, ZADDITIONALATTRIBUTES, ZEXTENDEDATTRIBUTES, ZADDEDDATE, \
         ZDATECREATED, ZDURATION, ZLATITUDE, ZLONGITUDE, ZMODIFICATIONDATE, ZSORTTOKEN, ZTRASHEDDATE, ZAVALANCHEUUID, ZDIRECTORY, ZFILENAME, ZMEDIAGROUPUUID, \
         ZUNIFORMTYPEIDENTIFIER, ZUUID, ZADJUSTMENTTIMESTAMP) \
         VALUES (?1, ?2, 1, ?3, 0, 0, ?4, ?5, 1, ?29, 0, ?6, ?7, 0, ?8, ?9, ?10, ?11, ?12, ?13, 0, 3, ?1, ?14, 0, ?15, ?1, ?1, ?16, ?17, ?18, ?19, ?20, ?16, ?17, ?21, \
         ?22, ?23, ?24, ?25, ?26, ?27, ?28)",
    )?
    .execute(params![
        row,
        ASSET,
        pick,
        i64::from(asset.missing),
        if asset.missing { 3 } else { 0 },
        asset.favourite,
        asset.edited,
        height,
        asset.hidden,
        i64::from(film),
        files::subtype(asset),
        orientation,
        if film { 4 } else if asset.live { 3 } else { 1 },
        i64::from(asset.trashed.is_some()),
        width,
        cocoa(asset.taken) + 2.5,
        cocoa(asset.taken),
        asset.duration(),
        latitude,
        longitude,
        asset.trashed.map(cocoa),
        asset.burst.as_ref().map(|(uuid, _)| uuid),
        format!("DCIM/{folder}"),
        file,
        asset.live.then_some(&asset.uuid),
        uti,
        asset.uuid,
        asset.edited.then(|| cocoa(asset.taken + 3600)),
        people::is_portrait(options, asset)
    ])?;
    let size = files::length(asset, Part::Original, pictures) as i64;
    db.prepare_cached(
        "INSERT INTO ZADDITIONALASSETATTRIBUTES (Z_PK, Z_ENT, Z_OPT, ZASSET, ZORIGINALFILENAME, ZORIGINALFILESIZE, ZORIGINALHEIGHT, ZORIGINALORIENTATION, \
         ZORIGINALWIDTH, ZTIMEZONENAME, ZTIMEZONEOFFSET, ZEXIFTIMESTAMPSTRING, ZIMPORTEDBYBUNDLEIDENTIFIER, ZGPSHORIZONTALACCURACY, ZEDITORBUNDLEID, \
         ZREVERSELOCATIONDATAISVALID, ZREVERSELOCATIONDATA) VALUES (?1, 1, 1, ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
    )?
    .execute(params![
        row,
        file,
        size,
        stored_height,
        orientation,
        stored_width,
        asset.zone.name,
        asset.zone.offset(asset.taken),
        asset.zone.exif(asset.taken).0,
        if matches!(asset.shot, Shot::Screenshot { .. }) { "com.apple.springboard" } else { "com.apple.camera" },
        asset.place.map_or(-1.0, |_| 4.8),
        asset.edited.then_some("com.apple.mobileslideshow"),
        asset.place.is_some(),
        asset.place.map(|_| located(asset.town))
    ])?;
    db.prepare_cached(
        "INSERT INTO ZEXTENDEDATTRIBUTES (Z_PK, Z_ENT, Z_OPT, ZASSET, ZCAMERAMAKE, ZCAMERAMODEL, ZLENSMODEL, ZISO, ZAPERTURE, ZSHUTTERSPEED, ZLATITUDE, ZLONGITUDE, \
         ZDURATION) VALUES (?1, 24, 1, ?1, 'Apple', 'iPhone 14 Pro', 'iPhone 14 Pro back triple camera 6.86mm f/1.78', 80, 1.78, 0.008, ?2, ?3, ?4)",
    )?
    .execute(params![row, latitude, longitude, asset.duration()])?;
    let resource = |sort: i64, compact: i64, length: i64, here: i64| {
        db.prepare_cached(
            "INSERT INTO ZINTERNALRESOURCE (Z_ENT, Z_OPT, ZASSET, ZRESOURCETYPE, ZVERSION, ZRECIPEID, ZLOCALAVAILABILITY, ZREMOTEAVAILABILITY, ZDATALENGTH, \
             ZDATASTORECLASSID, ZDATASTORESUBTYPE, ZUNORIENTEDWIDTH, ZUNORIENTEDHEIGHT, ZCOMPACTUTI, ZTRASHEDSTATE, ZFILEID) \
             VALUES (?, 1, ?, ?, 0, 0, ?, ?, ?, 0, 1, ?, ?, ?, 0, -1)",
        )?
        .execute(params![RESOURCE, row, sort, here, i64::from(here != 1), length, stored_width, stored_height, compact])
    };
    resource(i64::from(film), compact, size, if asset.missing { -1 } else { 1 })?;
    if asset.live {
        resource(3, 23, super::LIVE_FILM.length() as i64, 1)?;
    }
    for album in albums_of(asset) {
        db.prepare_cached("INSERT INTO Z_29ASSETS (Z_29ALBUMS, Z_3ASSETS, Z_FOK_3ASSETS) VALUES (?, ?, ?)")?
            .execute(params![album as i64 + 1 + FRAME, row, row * 1024])?;
    }
    people::insert(db, options, asset)
}

fn album_counts(db: &Connection) -> rusqlite::Result<()> {
    db.execute_batch(
        "UPDATE ZGENERICALBUM SET ZCACHEDCOUNT = (SELECT count(*) FROM Z_29ASSETS WHERE Z_29ALBUMS = Z_PK), \
         ZCACHEDVIDEOSCOUNT = (SELECT count(*) FROM Z_29ASSETS JOIN ZASSET a ON a.Z_PK = Z_3ASSETS WHERE Z_29ALBUMS = ZGENERICALBUM.Z_PK AND a.ZKIND = 1); \
         UPDATE ZGENERICALBUM SET ZCACHEDPHOTOSCOUNT = ZCACHEDCOUNT - ZCACHEDVIDEOSCOUNT",
    )
}

/// The highest row of each table, as Core Data keeps it.
fn maxima(db: &Connection) -> rusqlite::Result<()> {
    people::count(db)?;
    db.execute_batch(
        "UPDATE Z_PRIMARYKEY SET Z_MAX = (SELECT max(Z_PK) FROM ZASSET) WHERE Z_NAME IN ('Asset', 'AdditionalAssetAttributes', 'ExtendedAttributes'); \
         UPDATE Z_PRIMARYKEY SET Z_MAX = (SELECT max(Z_PK) FROM ZGENERICALBUM) WHERE Z_NAME = 'GenericAlbum'; \
         UPDATE Z_PRIMARYKEY SET Z_MAX = (SELECT max(Z_PK) FROM ZINTERNALRESOURCE) WHERE Z_NAME = 'InternalResource'",
    )
}
