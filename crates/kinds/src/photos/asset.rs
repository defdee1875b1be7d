//! One row of the view `photo`.

use chrono::{DateTime, NaiveDate};
use rusqlite::Row;
use rusqlite::types::ValueRef;

use super::TileKind;

/// Days from 0001-01-01 to 1970-01-01, plus one: what chrono counts from.
pub const DAYS_BEFORE_1970: i64 = 719_163;

/// One photo or video, as the database tells it.
#[derive(Clone, Debug, Default)]
pub struct Asset {
    pub id: i64,
    pub uuid: Option<String>,
    pub folder: String,
    pub file: String,
    pub original: Option<String>,
    pub title: Option<String>,
    pub caption: Option<String>,
    pub video: bool,
    pub live: bool,
    pub edited: bool,
    pub favourite: bool,
    pub hidden: bool,
    pub deleted: bool,
    pub shared: bool,
    pub in_cloud: bool,
    pub burst: Option<String>,
    pub duration: Option<f64>,
    pub width: Option<u32>,
    pub height: Option<u32>,
    pub latitude: Option<f64>,
    pub longitude: Option<f64>,
    pub size: Option<u64>,
    created: Option<f64>,
    offset: Option<i64>,
    day: Option<i64>,
    pub added: Option<i64>,
    pub modified: Option<i64>,
    pub deleted_on: Option<i64>,
    pub extended: Option<i64>,
}

impl Asset {
    pub fn read(row: &Row) -> rusqlite::Result<Asset> {
        let time = |name| Ok::<_, rusqlite::Error>(row.get::<_, Option<f64>>(name)?.and_then(unix_ms));
        let pixels = |name| Ok::<_, rusqlite::Error>(positive(row.get(name)?));
        Ok(Asset {
            id: row.get("id")?,
            uuid: text(row, "uuid")?,
            folder: text(row, "folder")?.unwrap_or_default(),
            file: text(row, "file")?.unwrap_or_default(),
            original: text(row, "original")?,
            title: text(row, "title")?,
            caption: text(row, "caption")?,
            video: row.get("video")?,
            live: row.get("live")?,
            edited: row.get("edited")?,
            favourite: row.get("favourite")?,
            hidden: row.get("hidden")?,
            deleted: row.get("deleted")?,
            shared: row.get("shared")?,
            in_cloud: row.get("in_cloud")?,
            burst: text(row, "burst")?,
            duration: row.get::<_, Option<f64>>("duration")?.filter(|seconds| seconds.is_finite() && *seconds > 0.0),
            width: pixels("width")?,
            height: pixels("height")?,
            latitude: row.get("latitude")?,
            longitude: row.get("longitude")?,
            size: row.get::<_, Option<i64>>("size")?.and_then(|size| u64::try_from(size).ok()).filter(|size| *size > 0),
            created: row.get("created")?,
            offset: row.get("offset")?,
            day: row.get("day")?,
            added: time("added")?,
            modified: time("modified")?,
            deleted_on: time("deleted_on")?,
            extended: row.get("extended")?,
        })
    }

    pub fn kind(&self) -> TileKind {
        match (self.video, self.live) {
            (true, _) => TileKind::Video,
            (_, true) => TileKind::Live,
            _ => TileKind::Photo,
        }
    }

    /// When it was taken, Unix milliseconds.
    pub fn when(&self) -> Option<i64> {
        self.created.and_then(unix_ms)
    }

    /// Seconds; videos only, since the database also gives the length of live photos' videos.
    pub fn playing_time(&self) -> Option<f64> {
        self.duration.filter(|_| self.video)
    }

    /// The day where it was taken, or nothing.
    pub fn local_day(&self) -> String {
        self.day.map(day).unwrap_or_default()
    }

    /// The clock where it was taken; without an offset when the zone is not known and UTC is meant.
    pub fn local_time(&self) -> Option<String> {
        let offset = self.offset.unwrap_or(0);
        let local = DateTime::from_timestamp_millis(self.when()?.checked_add(offset * 1000)?)?;
        let zone = match self.offset {
            Some(offset) => {
                let sign = if offset < 0 { '-' } else { '+' };
                format!("{sign}{:02}:{:02}", offset.abs() / 3600, offset.abs() % 3600 / 60)
            }
            None => "UTC".to_owned(),
        };
        Some(format!("{} {zone}", local.format("%Y-%m-%d %H:%M:%S")))
    }

    /// The same as ISO 8601 has it: `2026-11-22T14:03:59+01:00`, with `Z` when the zone is not known.
    pub fn iso_time(&self) -> Option<String> {
        let clock = self.local_time()?;
        let zone = clock.get(20..).map(|zone| if zone == "UTC" { "Z" } else { zone })?;
        Some(format!("{}T{}{zone}", clock.get(..10)?, clock.get(11..19)?))
    }

    /// Whether it is the camera's unprocessed data.
    pub fn is_raw(&self) -> bool {
        split(&self.file).1.eq_ignore_ascii_case("dng")
    }

    /// The name people know it by: as taken or imported, with the extension of what is really there.
    pub fn name(&self) -> String {
        let Some(original) = self.original.as_deref().filter(|name| !name.trim().is_empty()) else {
            return self.file.clone();
        };
        let (stem, extension) = split(original);
        let (_, kept) = split(&self.file);
        if kept.is_empty() || same_type(extension, kept) {
            return original.to_owned();
        }
        format!("{stem}.{kept}")
    }

    /// Latitude and longitude; the database writes -180 for "none".
    pub fn position(&self) -> Option<(f64, f64)> {
        let (latitude, longitude) = (self.latitude?, self.longitude?);
        let real = latitude.abs() <= 90.0 && longitude.abs() <= 180.0 && (latitude, longitude) != (0.0, 0.0);
        real.then_some((latitude, longitude))
    }
}

/// A day counted from 1970-01-01 as `2026-11-22`; empty when it is in no calendar.
pub fn day(number: i64) -> String {
    let days = number.checked_add(DAYS_BEFORE_1970).and_then(|days| i32::try_from(days).ok());
    let date = days.and_then(NaiveDate::from_num_days_from_ce_opt);
    date.map(|date| date.format("%Y-%m-%d").to_string()).unwrap_or_default()
}

/// A file name's parts before and after the last dot.
pub fn split(name: &str) -> (&str, &str) {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() => (stem, extension),
        _ => (name, ""),
    }
}

/// A text whatever bytes it holds; empty ones are none.
pub fn text(row: &Row, column: &str) -> rusqlite::Result<Option<String>> {
    Ok(match row.get_ref(column)? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) if !bytes.is_empty() => {
            Some(String::from_utf8_lossy(bytes).into_owned())
        }
        _ => None,
    })
}

fn same_type(a: &str, b: &str) -> bool {
    let known = |extension: &str| match extension.to_ascii_lowercase().as_str() {
        "jpeg" => "jpg".to_owned(),
        "tiff" => "tif".to_owned(),
        "heif" => "heic".to_owned(),
        other => other.to_owned(),
    };
    known(a) == known(b)
}

fn positive(pixels: Option<i64>) -> Option<u32> {
    pixels.and_then(|pixels| u32::try_from(pixels).ok()).filter(|pixels| *pixels > 0)
}

fn unix_ms(cocoa: f64) -> Option<i64> {
    backup::time::cocoa_to_unix_ms(cocoa)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_what_the_file_is() {
        let named = |original: &str, file: &str| {
            Asset { original: Some(original.into()), file: file.into(), ..Asset::default() }.name()
        };
        assert_eq!(named("IMG_0001.JPG", "6A0C.jpeg"), "IMG_0001.JPG");
        assert_eq!(named("screenshot.jpeg", "IMG_0002.PNG"), "screenshot.PNG");
        assert_eq!(named("  ", "IMG_0003.HEIC"), "IMG_0003.HEIC");
        assert_eq!(named(".hidden", "IMG_0004.MOV"), ".hidden.MOV");
    }

    #[test]
    fn local_clocks() {
        // 2017-06-20T07:48:56.518Z in Adelaide.
        let asset = Asset { created: Some(519_637_736.518), offset: Some(34_200), ..Asset::default() };
        assert_eq!(asset.local_time().unwrap(), "2017-06-20 17:18:56 +09:30");
        let west = Asset { created: Some(602_554_058.704), offset: Some(-18_000), ..Asset::default() };
        assert_eq!(west.local_time().unwrap(), "2020-02-04 19:07:38 -05:00");
        assert_eq!(day(0), "1970-01-01");
        assert_eq!(day(-1), "1969-12-31");
        assert_eq!(day(i64::MAX), "");
    }
}
