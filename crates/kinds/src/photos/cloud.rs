//! Originals that are in iCloud and not on the phone, as the phone's own database tells them.
//!
//! A picture that iCloud knows (`ZCLOUDLOCALSTATE` 1) may well be on the phone too. Its files are rows of
//! `ZINTERNALRESOURCE`: the original is that of type 0 (picture) or 1 (video), version 0 and recipe 0; what was made from it
//! has a recipe. `ZLOCALAVAILABILITY` 1: it is on the phone.

use backup::Database;
use rusqlite::Connection;

use super::asset::Asset;
use super::failed;
use super::schema::{Library, columns};
use crate::Result;

const NEEDED: [&str; 5] = ["ZASSET", "ZRESOURCETYPE", "ZVERSION", "ZRECIPEID", "ZLOCALAVAILABILITY"];

/// A picture or video whose original is only in iCloud.
#[derive(Clone, Debug, PartialEq)]
pub struct Away {
    /// The name people know it by.
    pub name: String,
    /// Where it would be below `Media`.
    pub path: String,
    /// When it was taken, Unix milliseconds.
    pub when: Option<i64>,
    /// Bytes of the original.
    pub size: Option<u64>,
    pub video: bool,
}

/// Makes the view `away(photo)` over `photo`; answers whether the database tells.
pub(super) fn prepare(db: &Connection) -> rusqlite::Result<bool> {
    let resources = columns(db, "ZINTERNALRESOURCE")?;
    let tells = NEEDED.iter().all(|name| resources.contains(*name));
    let away = if tells {
        "SELECT id AS photo FROM photo WHERE in_cloud AND id NOT IN (
            SELECT ZASSET FROM ZINTERNALRESOURCE WHERE ZASSET IS NOT NULL AND ZRESOURCETYPE IN (0, 1)
                AND COALESCE(ZVERSION, 0) = 0 AND COALESCE(ZRECIPEID, 0) = 0 AND ZLOCALAVAILABILITY = 1)"
    } else {
        "SELECT NULL AS photo WHERE 0"
    };
    db.execute_batch(&format!("CREATE TEMP VIEW away AS {away}"))?;
    Ok(tells)
}

/// The originals of a Photos.sqlite that are only in iCloud, newest first; `None` where the database does not tell.
///
/// Those recently deleted and those of shared albums do not count.
pub fn only_in_cloud(database: Database) -> Result<Option<Vec<Away>>> {
    let Some(library) = Library::of_phone(database)? else { return Ok(None) };
    if !library.has.away {
        return Ok(None);
    }
    let sql = "SELECT * FROM photo WHERE id IN (SELECT photo FROM away) AND NOT deleted AND NOT shared
        ORDER BY day DESC, created DESC, id DESC";
    let mut statement = library.prepare(sql).map_err(failed)?;
    let assets = statement.query_map([], Asset::read).map_err(failed)?;
    let away = |asset: Asset| Away {
        name: asset.name(),
        path: asset.path(),
        when: asset.when(),
        size: asset.size,
        video: asset.video,
    };
    Ok(Some(assets.flatten().map(away).collect()))
}
