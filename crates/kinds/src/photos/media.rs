//! The bytes behind `photo/<id>`, `live/<id>`, `edited/<id>` and `original/<id>`.

use backup::Entry;

use super::asset::{Asset, split};
use super::files::{is_picture, mime};
use super::{Photos, failed};
use crate::pictures::{self, Picture, Unreadable, Want};
use crate::{Media, MediaSize, Result};

impl Photos {
    pub(super) fn media_at(&mut self, path: &str, want: MediaSize) -> Result<Option<Media>> {
        let Some((part, id)) = path.split_once('/') else {
            return Ok(None);
        };
        let Some(asset) = id.parse().ok().map(|id| self.asset(id)).transpose()?.flatten() else {
            return Ok(None);
        };
        let file = |entry: Option<Entry>, name: String| entry.map(|entry| streamed(entry, name));
        let size = match (part, want) {
            ("live", _) => {
                let name = format!("{}.MOV", split(&asset.name()).0);
                return Ok(file(asset.live_video(&self.backup)?, name));
            }
            ("photo" | "original", MediaSize::Original) => {
                return Ok(file(asset.original(&self.backup)?, asset.name()));
            }
            ("edited", MediaSize::Original) => {
                let entry = asset.render(&self.backup)?;
                let name = entry.as_ref().map(|entry| edited_name(&asset, entry)).unwrap_or_default();
                return Ok(file(entry, name));
            }
            ("photo" | "edited" | "original", MediaSize::Thumb(side)) => Want::Thumb(side),
            ("photo" | "edited" | "original", MediaSize::Screen) => Want::Screen,
            _ => return Ok(None),
        };
        let picture = match part {
            "original" => self.unedited(&asset, size)?,
            _ => self.picture(&asset, size)?,
        };
        Ok(picture.map(|picture| Media::Bytes { mime: picture.mime, bytes: picture.bytes }))
    }

    /// The picture as the phone shows it, edits included.
    ///
    /// For a thumbnail the phone's own comes first: it is small and upright. It is passed over when it is much smaller than
    /// what is wanted and something better is there.
    fn picture(&self, asset: &Asset, want: Want) -> Result<Option<Picture>> {
        let mut best = None;
        let mut problem = None;
        let thumbnail = asset.thumbnail(&self.backup)?;
        if let (Want::Thumb(side), Some(entry)) = (want, &thumbnail) {
            best = self.render(entry, want, &mut problem)?;
            if best.as_ref().is_some_and(|picture| enough(picture, asset, side)) {
                return Ok(best);
            }
        }
        for entry in self.full_size(asset)? {
            if let Some(picture) = self.render(&entry, want, &mut problem)? {
                return Ok(Some(picture));
            }
        }
        if let (Want::Screen, Some(entry)) = (want, &thumbnail) {
            best = self.render(entry, want, &mut problem)?;
        }
        match (best, problem) {
            (Some(best), _) => Ok(Some(best)),
            // A raw photo without a thumbnail is like a video without one: there is just no picture.
            (None, None | Some(Unreadable::Unknown)) => Ok(None),
            (None, Some(problem)) => Err(problem.into()),
        }
    }

    /// The picture as it was taken; the phone's own thumbnails have the edits.
    fn unedited(&self, asset: &Asset, want: Want) -> Result<Option<Picture>> {
        let Some(entry) = asset.original(&self.backup)?.filter(|entry| is_picture(split(&entry.path).1)) else {
            return Ok(None);
        };
        let mut problem = None;
        match (self.render(&entry, want, &mut problem)?, problem) {
            (None, Some(problem)) if !matches!(problem, Unreadable::Unknown) => Err(problem.into()),
            (picture, _) => Ok(picture),
        }
    }

    /// The edited picture, then the original; nothing for videos.
    fn full_size(&self, asset: &Asset) -> Result<Vec<Entry>> {
        if asset.video {
            return Ok(Vec::new());
        }
        let found = [asset.render(&self.backup)?, asset.original(&self.backup)?];
        Ok(found.into_iter().flatten().filter(|entry| is_picture(split(&entry.path).1)).collect())
    }

    /// A picture made from one file; nothing, and the reason in `problem`, where that fails.
    fn render(&self, entry: &Entry, want: Want, problem: &mut Option<Unreadable>) -> Result<Option<Picture>> {
        let mut bytes = match self.backup.read(entry) {
            Ok(bytes) => bytes,
            Err(backup::Error::ContentMissing { .. }) => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        match pictures::render(&mut bytes, want) {
            Ok(picture) => Ok(Some(picture)),
            Err(reason) => {
                *problem = Some(reason);
                Ok(None)
            }
        }
    }

    pub(super) fn asset(&self, id: i64) -> Result<Option<Asset>> {
        let mut statement = self.library.prepare_cached("SELECT * FROM photo WHERE id = ?").map_err(failed)?;
        let mut rows = statement.query_map([id], Asset::read).map_err(failed)?;
        rows.next().transpose().map_err(failed)
    }
}

/// Whether a thumbnail has 3/4 of the size that is wanted, or of the whole photo where that is smaller.
fn enough(picture: &Picture, asset: &Asset, wanted: u32) -> bool {
    let whole = asset.width.zip(asset.height).map_or(u32::MAX, |(width, height)| width.max(height));
    u64::from(picture.width.max(picture.height)) * 4 >= u64::from(wanted.min(whole)) * 3
}

/// What an edited picture is called: `IMG_0001 (edited).jpg`.
pub(super) fn edited_name(asset: &Asset, render: &Entry) -> String {
    format!("{} (edited).{}", split(&asset.name()).0, split(&render.path).1)
}

fn streamed(entry: Entry, name: String) -> Media {
    Media::File { mime: mime(&entry.path).to_owned(), name, entry }
}
