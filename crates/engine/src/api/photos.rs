//! Photos and videos.

use kinds::photos::{Content, Folders};
use serde::Deserialize;
use ts_rs::TS;

/// Which photos to export, and how.
#[derive(Clone, Debug, Deserialize, TS)]
pub struct PhotosExportRequest {
    pub version: String,
    pub location: Option<String>,
    /// Those of an open list.
    pub view: Option<u64>,
    /// These; without them and a view all that the main grid shows.
    pub ids: Option<Vec<i64>>,
    /// The folder to make a folder in; not looked at with `again`.
    #[serde(default)]
    pub to: String,
    #[serde(default)]
    pub content: Content,
    /// Makes HEIC pictures JPEGs of this quality, 1 to 100.
    pub jpeg: Option<u8>,
    /// Writes what is known of each picture into an XMP file beside it.
    #[serde(default)]
    pub sidecars: bool,
    #[serde(default)]
    pub folders: Folders,
    /// What files are called, with {name}, {date}, {time}, {number} and {album}; their own names when absent.
    pub names: Option<String>,
    /// The folder of an earlier export to go on with: what is in it is not written again.
    pub again: Option<String>,
}
