//! Photos and videos: the camera roll, its albums, what is hidden and what was deleted lately.
//!
//! *Where*: `CameraRollDomain`, the database `Media/PhotoData/Photos.sqlite` and the files under `Media/DCIM`
//! (`docs/formats/photos.md`). *Read*: [`schema`] makes one view of what twelve years of Photos databases call
//! differently; without a database [`dcim`] makes one from the files. *Show*: tiles for the grid, details for the viewer.

mod albums;
mod asset;
mod cloud;
mod dcim;
mod details;
mod export;
mod files;
mod index;
mod joins;
mod media;
mod people;
pub(crate) mod places;
mod query;
mod reader;
mod rows;
mod schema;
mod search;
mod shapes;
#[cfg(test)]
mod tests;

use std::cell::OnceCell;
use std::sync::Arc;

use backup::Backup;

use crate::{CSV, Format, JSON, Kind, Opened, Place, Report, Result};
use schema::Library;

pub use cloud::{Away, only_in_cloud};
pub use export::{Content, Export, FOLDER, Folders, Wishes};
pub use query::SORTS;
pub use shapes::{Album, Counts, Day, Details, KeywordCount, Person, PlaceCount, Position, Tile, TileKind, TypeCount};

pub const KIND: &dyn Kind = &PhotosKind;

const DOMAIN: &str = "CameraRollDomain";
const DATABASE: &str = "Media/PhotoData/Photos.sqlite";
const CAMERA_ROLL: &str = "Media/DCIM";

/// The photos and videos of one backup.
///
/// Ids are the rows of the photo database. The main grid leaves out what the phone leaves out: hidden and recently deleted
/// pictures, pictures of shared albums, and the rest of a burst; filters reach all of them ([`Photos::ids`]).
pub struct Photos {
    backup: Arc<Backup>,
    library: Library,
    /// Set once the places were read.
    places_read: OnceCell<()>,
    report: Report,
}

struct PhotosKind;

impl Kind for PhotosKind {
    fn id(&self) -> &'static str {
        "photos"
    }
    fn title(&self) -> &'static str {
        "Photos"
    }
    fn places(&self) -> &'static [Place] {
        &[Place { domain: DOMAIN, path: DATABASE }, Place { domain: DOMAIN, path: CAMERA_ROLL }]
    }
    fn formats(&self) -> &'static [Format] {
        &[Format { id: export::FOLDER, title: "Folder of originals", extension: None }, CSV, JSON]
    }
    fn open(&self, backup: Arc<Backup>) -> Result<Opened> {
        let mut report = Report::default();
        let library = match open_database(&backup, &mut report)? {
            Some(library) => library,
            None => dcim::library(&backup, &mut report)?,
        };
        if library.is_empty()? {
            return Ok(Opened::Empty { reason: "There are no photos or videos in this backup.".into() });
        }
        Ok(Opened::Here(Box::new(Photos { backup, library, places_read: OnceCell::new(), report })))
    }
}

/// The phone's own database; `None`, with a note, where it is absent, damaged or of an unknown kind.
fn open_database(backup: &Backup, report: &mut Report) -> Result<Option<Library>> {
    let database = match backup.database(DOMAIN, DATABASE) {
        Ok(Some(database)) => database,
        Ok(None) => return Ok(None),
        Err(backup::Error::DatabaseDamaged { .. } | backup::Error::ContentMissing { .. }) => {
            report.note("The photo database cannot be read: albums and other facts about the pictures are missing.");
            return Ok(None);
        }
        Err(error) => return Err(error.into()),
    };
    let library = Library::of_phone(database)?;
    if library.is_none() {
        report.note("The photo database is of an unknown kind: albums and other facts about the pictures are missing.");
    }
    Ok(library)
}

/// Turns a failed query into this crate's error.
fn failed(source: rusqlite::Error) -> crate::Error {
    crate::Error::Database { kind: "photos", source }
}
