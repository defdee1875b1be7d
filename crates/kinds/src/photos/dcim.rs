//! The camera roll without its database: the files of `DCIM` and what their extended attributes tell.
//!
//! The phone keeps the main facts of each picture beside its file as `com.apple.assetsd.*`, to rebuild its database from
//! them; a backup holds them in the record of the file. Integers are little-endian, times are a property list with one
//! date, `UUID` is 16 bytes, texts are UTF-8 (seen on files that left an iPhone with iOS 26; older systems unverified).

use std::collections::HashSet;
use std::time::UNIX_EPOCH;

use backup::{Backup, Entry, EntryKind, Stat, plists};
use plist::{Dictionary, Value};
use rusqlite::{Connection, params};

use super::asset::split;
use super::files::{is_picture, is_video};
use super::schema::Library;
use super::{CAMERA_ROLL, DOMAIN, failed};
use crate::{Report, Result};

const COCOA_EPOCH_MS: f64 = 978_307_200_000.0;

/// Apple's tables with the columns that can be filled.
const TABLES: &str = "
    CREATE TABLE ZASSET (Z_PK INTEGER PRIMARY KEY, ZADDITIONALATTRIBUTES, ZUUID, ZDIRECTORY, ZFILENAME, ZKIND, ZKINDSUBTYPE,
        ZDATECREATED, ZADDEDDATE, ZMODIFICATIONDATE, ZFAVORITE, ZHIDDEN, ZTRASHEDSTATE, ZAVALANCHEUUID);
    CREATE TABLE ZADDITIONALASSETATTRIBUTES (Z_PK INTEGER PRIMARY KEY, ZORIGINALFILENAME, ZTITLE, ZTIMEZONEOFFSET,
        ZORIGINALFILESIZE);";

/// Makes a photo database from the files of the camera roll.
pub fn library(backup: &Backup, report: &mut Report) -> Result<Library> {
    let mut files = backup.walk(DOMAIN, CAMERA_ROLL)?;
    files.retain(|file| file.kind == EntryKind::File && is_media(&file.path));
    let (live, live_stems) = live_videos(&files);
    let connection = Connection::open_in_memory().map_err(failed)?;
    connection.execute_batch(TABLES).map_err(failed)?;
    let rows = connection.unchecked_transaction().map_err(failed)?;
    for (number, file) in files.iter().filter(|file| !live.contains(file.path.as_str())).enumerate() {
        let is_live = live_stems.contains(split(&file.path).0);
        let stat = backup.stat(file).unwrap_or_else(|_| {
            report.skip("details of a picture that could not be read");
            Stat::default()
        });
        insert(&rows, number as i64 + 1, file, &stat, is_live).map_err(failed)?;
    }
    rows.commit().map_err(failed)?;
    if !files.is_empty() {
        report.note("There is no photo database in this backup: the pictures are shown without albums.");
    }
    Library::made(connection)?.ok_or_else(|| failed(rusqlite::Error::QueryReturnedNoRows))
}

fn insert(rows: &Connection, id: i64, file: &Entry, stat: &Stat, live: bool) -> rusqlite::Result<()> {
    let path = file.path.strip_prefix("Media/").unwrap_or(&file.path);
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let facts = Attributes::of(stat);
    let modified = stat.modified.map(|ms| (ms as f64 - COCOA_EPOCH_MS) / 1000.0);
    let birth = stat.birth.map(|ms| (ms as f64 - COCOA_EPOCH_MS) / 1000.0);
    let mut asset = rows.prepare_cached("INSERT INTO ZASSET VALUES (?1, ?1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")?;
    asset.execute(params![
        id,
        facts.uuid().unwrap_or_else(|| path.to_owned()),
        folder,
        name,
        is_video(split(name).1),
        live.then_some(2),
        facts.time("customCreationDate").or(birth).or(modified),
        facts.time("addedDate"),
        modified,
        facts.number("favorite"),
        facts.number("hidden"),
        facts.number("trashed"),
        facts.text("avalanche.UUID"),
    ])?;
    let mut more = rows.prepare_cached("INSERT INTO ZADDITIONALASSETATTRIBUTES VALUES (?, ?, ?, ?, ?)")?;
    let offset = facts.number("timeZoneOffset");
    more.execute(params![id, facts.text("originalFilename"), facts.text("title"), offset, stat.size as i64])?;
    Ok(())
}

fn is_media(path: &str) -> bool {
    let extension = split(path).1;
    is_picture(extension) || is_video(extension)
}

/// The videos that belong to a picture, and their stems: a `.MOV` whose stem a picture in the same folder has.
fn live_videos(files: &[Entry]) -> (HashSet<&str>, HashSet<&str>) {
    let parts = || files.iter().map(|file| (file.path.as_str(), split(&file.path)));
    let pictures: HashSet<&str> = parts().filter(|(_, (_, end))| is_picture(end)).map(|(_, (stem, _))| stem).collect();
    let movies = parts().filter(|(_, (stem, end))| end.eq_ignore_ascii_case("mov") && pictures.contains(stem));
    movies.map(|(path, (stem, _))| (path, stem)).unzip()
}

/// The facts beside one file.
struct Attributes(Dictionary);

impl Attributes {
    fn of(stat: &Stat) -> Attributes {
        let value = plists::parse(stat.extended_attributes.as_deref().unwrap_or_default()).ok();
        Attributes(value.and_then(Value::into_dictionary).unwrap_or_default())
    }

    fn bytes(&self, name: &str) -> Option<&[u8]> {
        self.0.get(&format!("com.apple.assetsd.{name}"))?.as_data()
    }

    fn text(&self, name: &str) -> Option<String> {
        let text = String::from_utf8_lossy(self.bytes(name)?).trim_end_matches('\0').to_owned();
        (!text.is_empty()).then_some(text)
    }

    /// A signed number of 1 to 8 bytes.
    fn number(&self, name: &str) -> Option<i64> {
        let bytes = self.bytes(name).filter(|bytes| matches!(bytes.len(), 1 | 2 | 4 | 8))?;
        let negative = bytes.last().is_some_and(|byte| *byte >= 0x80);
        let mut wide = if negative { [0xff; 8] } else { [0; 8] };
        wide[..bytes.len()].copy_from_slice(bytes);
        Some(i64::from_le_bytes(wide))
    }

    /// A time in Cocoa seconds.
    fn time(&self, name: &str) -> Option<f64> {
        let value = plists::parse(self.bytes(name)?).ok()?;
        let time = std::time::SystemTime::from(value.as_date()?);
        let unix = match time.duration_since(UNIX_EPOCH) {
            Ok(after) => after.as_secs_f64(),
            Err(before) => -before.duration().as_secs_f64(),
        };
        Some(unix - COCOA_EPOCH_MS / 1000.0)
    }

    fn uuid(&self) -> Option<String> {
        let bytes: [u8; 16] = self.bytes("UUID")?.try_into().ok()?;
        let hex: String = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
        Some([&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-"))
    }
}
