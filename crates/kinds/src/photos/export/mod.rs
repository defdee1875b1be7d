//! Pictures and videos as files in a folder.
//!
//! [`Wishes`] says what and how; [`layout`] where each goes and under which name, [`part`] which files belong to a picture,
//! [`sidecar`] writes what is known of it beside it, and [`earlier`] knows what a further run need not write again. What
//! lies in such a folder: `docs/formats/exports.md`.

mod earlier;
mod layout;
mod part;
mod sidecar;
mod write;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use export::{FolderWriter, Written};
use serde::Deserialize;
use ts_rs::TS;

#[cfg(test)]
use super::failed;
use super::{Album, Photos};
use crate::{Error, Progress, Result};
use earlier::{Earlier, LOG, Log};
use layout::{Pattern, Stems};
use write::{About, At};

/// Format id of the folder export.
pub const FOLDER: &str = "folder";
/// What the folder is called.
const NAME: &str = "Photos";
/// Pictures looked up at a time.
const PAGE: usize = 256;

/// Which files of a picture that was edited.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Content {
    /// As it was taken.
    Originals,
    /// As it was edited; what was not edited as it was taken.
    Edits,
    #[default]
    Both,
}

/// The folders pictures come into.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
pub enum Folders {
    #[default]
    Flat,
    /// `2024-06-03`, of the day where it was taken.
    Day,
    /// `2024-06`.
    Month,
    /// Every album it is in, below the album's own folders.
    Album,
}

/// How photos are to be exported.
#[derive(Clone, Debug, Default)]
pub struct Wishes {
    pub content: Content,
    /// Makes HEIC pictures JPEGs of this quality, 1 to 100; their pixels are coded anew.
    pub jpeg: Option<u8>,
    /// Writes what is known of each picture into an XMP file beside it.
    pub sidecars: bool,
    pub folders: Folders,
    /// What files are called, with `{name}`, `{date}`, `{time}`, `{number}` and `{album}`; their own names when absent.
    pub names: Option<String>,
    /// The folder of an earlier export, which is gone on with: what is in it by content is not written again.
    pub again: Option<PathBuf>,
}

/// An export under way: a folder in which every file is whole.
///
/// What a cancelled or failed export has written stays, so that a further one can go on with it.
pub struct Export {
    wishes: Wishes,
    pattern: Option<Pattern>,
    folder: FolderWriter,
    earlier: Earlier,
    log: Log,
    stems: Stems,
    there: u64,
    items: u64,
}

impl Export {
    /// Makes a new folder `Photos` in `to`, or opens the earlier one.
    ///
    /// [`Error::NamePattern`] and [`Error::NotAnExport`] when the wishes cannot be met.
    pub fn begin(to: &Path, wishes: Wishes) -> Result<Export> {
        let pattern = wishes.names.as_deref().map(Pattern::read).transpose()?;
        let mut stems = Stems::default();
        let (mut folder, earlier) = match &wishes.again {
            Some(again) => (FolderWriter::extend(again), Earlier::read(again, &mut stems)?),
            None => (FolderWriter::create(to, NAME)?, Earlier::default()),
        };
        folder.reserve(LOG);
        let log = Log::open(folder.path())?;
        Ok(Export { wishes, pattern, folder, earlier, log, stems, there: 0, items: 0 })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// How many pictures were there already, whole.
    pub fn there(&self) -> u64 {
        self.there
    }

    /// Writes these pictures. Stops with [`Error::Cancelled`] when `run` says so, also within a long file.
    pub fn write(&mut self, photos: &mut Photos, ids: &[i64], run: &mut dyn Progress) -> Result<()> {
        let albums: HashMap<i64, Album> = photos.albums()?.into_iter().map(|album| (album.id, album)).collect();
        let mut at = At { done: 0, total: ids.len() as u64, run };
        for page in ids.chunks(PAGE) {
            let (mut people, mut keywords) = (photos.people_of(page)?, photos.keywords_of(page)?);
            let mut places = if self.wishes.sidecars { photos.places_of(page)? } else { BTreeMap::new() };
            for id in page {
                at.go_on()?;
                match photos.asset(*id) {
                    Ok(Some(asset)) => {
                        let about = About {
                            albums: photos.album_ids_of(*id)?.iter().filter_map(|id| albums.get(id)).collect(),
                            people: people.remove(id).unwrap_or_default(),
                            keywords: keywords.remove(id).unwrap_or_default(),
                            place: places.remove(id),
                        };
                        self.picture(photos, &asset, &about, &mut at)?;
                    }
                    Ok(None) => {}
                    Err(_) => photos.report.skip("a picture whose row is damaged"),
                }
                at.done += 1;
            }
        }
        Ok(())
    }

    /// What was written so far.
    pub fn so_far(&self) -> Written {
        Written { items: self.items, ..self.folder.so_far() }
    }

    /// Ends the export.
    pub fn finish(self) -> Result<Written> {
        let mut written = self.folder.finish()?;
        written.items = self.items;
        Ok(written)
    }
}

impl Photos {
    /// Everything of these pictures into a new folder in `to`.
    pub(super) fn export_folder(&mut self, ids: &[i64], to: &Path, run: &mut dyn Progress) -> Result<Written> {
        let mut export = Export::begin(to, Wishes::default())?;
        export.write(self, ids, run)?;
        export.finish()
    }

    /// Every id that may be exported, for tests of completeness.
    #[cfg(test)]
    pub(super) fn all_ids(&self) -> Result<Vec<i64>> {
        let mut statement = self.library.prepare("SELECT id FROM photo ORDER BY id").map_err(failed)?;
        let ids = statement.query_map([], |row| row.get(0)).map_err(failed)?;
        ids.collect::<rusqlite::Result<_>>().map_err(failed)
    }
}
