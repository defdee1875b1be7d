//! What the photo grid and the viewer are given.

use serde::Serialize;
use ts_rs::TS;

/// One square of the grid.
#[derive(Serialize, TS, Clone, Debug, PartialEq)]
pub struct Tile {
    #[ts(type = "number")]
    pub id: i64,
    /// When it was taken, Unix milliseconds UTC.
    #[ts(type = "number | null")]
    pub when: Option<i64>,
    /// The day where it was taken, `2026-11-22`; empty when the time is unknown.
    pub local_day: String,
    pub kind: TileKind,
    /// Seconds; videos only.
    pub duration: Option<f64>,
    pub favourite: bool,
    /// Pixels as shown, that is after rotation; `None` when not known.
    pub width: Option<u32>,
    pub height: Option<u32>,
    /// Media path: a thumbnail, a screen picture or the original, whichever size is asked for.
    pub picture: String,
    /// Why the original is not in the backup; a sentence for people. A smaller picture may be there all the same.
    pub missing: Option<String>,
    /// It was edited on the phone.
    pub edited: bool,
    /// The original is only in iCloud.
    pub cloud: bool,
    /// It is one of a burst.
    pub burst: bool,
    /// The camera's unprocessed data, in a DNG.
    pub raw: bool,
}

#[derive(Serialize, TS, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum TileKind {
    Photo,
    Video,
    /// A photo with a short video beside it.
    Live,
}

/// A run of tiles of the same day.
#[derive(Serialize, TS, Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// As [`Tile::local_day`].
    pub day: String,
    /// Position of its first tile among the ids.
    pub from: u32,
    pub count: u32,
}

#[derive(Serialize, TS, Clone, Debug, PartialEq, Eq)]
pub struct Album {
    #[ts(type = "number")]
    pub id: i64,
    pub title: String,
    /// The folders it lies in, outermost first.
    pub folders: Vec<String>,
    /// The ids of these folders, to filter for.
    #[ts(type = "Array<number>")]
    pub folder_ids: Vec<i64>,
    /// An album shared over iCloud; its pictures are not in the main grid.
    pub shared: bool,
    pub count: u32,
    /// Media path of its newest picture.
    pub cover: Option<String>,
}

/// Someone the phone recognised.
#[derive(Serialize, TS, Clone, Debug, PartialEq, Eq)]
#[ts(rename = "PhotoPerson")]
pub struct Person {
    #[ts(type = "number")]
    pub id: i64,
    /// `None` where the owner of the phone gave none.
    pub name: Option<String>,
    /// Pictures of the main grid.
    pub count: u32,
    /// Media path of the picture the phone shows them by, or of the newest.
    pub cover: Option<String>,
}

/// A town or region in which pictures were taken, as the phone looked it up.
#[derive(Serialize, TS, Clone, Debug, PartialEq, Eq)]
pub struct PlaceCount {
    /// What to filter for; the same in every version.
    pub id: String,
    pub title: String,
    pub country: Option<String>,
    /// Pictures of the main grid.
    pub count: u32,
    /// Media path of its newest picture.
    pub cover: Option<String>,
}

#[derive(Serialize, TS, Clone, Debug, PartialEq, Eq)]
pub struct KeywordCount {
    pub title: String,
    /// Pictures of the main grid.
    pub count: u32,
}

/// How many there are of what can be filtered for.
#[derive(Serialize, TS, Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// In the main grid.
    pub shown: u32,
    pub favourites: u32,
    pub hidden: u32,
    /// In "Recently Deleted".
    pub deleted: u32,
    /// In shared albums only.
    pub shared: u32,
    /// Whose originals are not in the backup, mostly since they are only in iCloud; hidden ones too.
    pub missing: u32,
    /// By filter `type`, only those that occur.
    pub types: Vec<TypeCount>,
}

#[derive(Serialize, TS, Clone, Debug, PartialEq, Eq)]
pub struct TypeCount {
    /// What to filter for.
    pub id: &'static str,
    pub title: &'static str,
    pub count: u32,
}

/// All that is known about one photo or video.
#[derive(Serialize, TS, Clone, Debug, PartialEq)]
pub struct Details {
    #[ts(type = "number")]
    pub id: i64,
    pub uuid: Option<String>,
    /// The name it was taken or imported under.
    pub name: String,
    /// Where the original is on the phone, for example `DCIM/100APPLE/IMG_0001.HEIC`.
    pub path: String,
    pub kind: TileKind,
    /// Media path of the picture or video itself.
    pub media: String,
    /// Type of the original, for example `image/heic` or `video/quicktime`.
    pub mime: String,
    /// Media path of the video of a live photo, when it is in the backup.
    pub live: Option<String>,
    /// Media path of the edited picture or video, when it is in the backup.
    pub edited: Option<String>,
    /// Media path of what was edited as it was before, when that is in the backup too.
    pub original: Option<String>,
    /// Why the original is not in the backup.
    pub missing: Option<String>,
    /// Bytes of the original.
    #[ts(type = "number | null")]
    pub size: Option<u64>,
    pub width: Option<u32>,
    pub height: Option<u32>,
    /// Seconds; videos only.
    pub duration: Option<f64>,
    /// Unix milliseconds UTC.
    #[ts(type = "number | null")]
    pub when: Option<i64>,
    /// The clock where it was taken: `2026-11-22 14:03:59 +01:00`.
    pub local_time: Option<String>,
    #[ts(type = "number | null")]
    pub added: Option<i64>,
    /// When it was put into "Recently Deleted".
    #[ts(type = "number | null")]
    pub deleted: Option<i64>,
    pub favourite: bool,
    pub hidden: bool,
    pub title: Option<String>,
    pub caption: Option<String>,
    pub camera: Option<String>,
    pub lens: Option<String>,
    /// Exposure as people write it: `1/120 s · f/1.8 · ISO 64 · 26 mm`.
    pub exposure: Option<String>,
    pub place: Option<Position>,
    /// That place in words, as the phone looked it up.
    pub place_name: Option<String>,
    pub albums: Vec<String>,
    /// Names of the people the phone recognised in it.
    pub people: Vec<String>,
    pub keywords: Vec<String>,
    /// Pictures of the burst it belongs to, itself included.
    pub burst: Option<u32>,
    /// Their ids, in the order they were taken; empty where it belongs to none.
    #[ts(type = "Array<number>")]
    pub burst_ids: Vec<i64>,
}

/// Where on Earth.
#[derive(Serialize, TS, Clone, Copy, Debug, PartialEq)]
#[ts(rename = "Place")]
pub struct Position {
    pub latitude: f64,
    pub longitude: f64,
}
