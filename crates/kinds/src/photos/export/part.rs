//! The files that belong to a picture.

use backup::{Backup, Entry};

use super::super::asset::{Asset, split};
use super::super::files::is_picture;
use super::{Content, Result};

/// What the names of edited versions end with, before the ending.
pub const EDITED: &str = " (edited)";

/// One file to be exported.
pub struct Part {
    pub entry: Entry,
    /// What comes behind the name of the picture.
    pub suffix: &'static str,
    /// With what it has on the phone.
    pub ending: String,
    /// Whether it is the picture or video itself, not the moving part of a live photo.
    pub main: bool,
}

impl Part {
    fn new(entry: Entry, suffix: &'static str, main: bool) -> Part {
        let ending = split(&entry.path).1.to_owned();
        Part { entry, suffix, ending, main }
    }

    /// With the ending it was taken or imported with.
    fn original(entry: Entry, asset: &Asset) -> Part {
        Part { ending: split(&asset.name()).1.to_owned(), ..Part::new(entry, "", true) }
    }

    pub fn is_picture(&self) -> bool {
        is_picture(&self.ending)
    }
}

/// The files of a picture that are wanted and in the backup, and why one that is wanted is not.
pub fn parts(asset: &Asset, content: Content, backup: &Backup) -> Result<(Vec<Part>, Option<&'static str>)> {
    let mut parts = Vec::new();
    let edited = if content == Content::Originals { None } else { asset.render(backup)? };
    if let Some(entry) = edited {
        let suffix = if content == Content::Both { EDITED } else { "" };
        parts.push(Part::new(entry, suffix, true));
        parts.extend(asset.live_render(backup)?.map(|entry| Part::new(entry, suffix, false)));
        if content == Content::Edits {
            return Ok((parts, None));
        }
    }
    let missing = match asset.original(backup)? {
        Some(entry) => {
            parts.insert(0, Part::original(entry, asset));
            None
        }
        None => Some(asset.why_missing()),
    };
    parts.extend(asset.live_video(backup)?.map(|entry| Part::new(entry, "", false)));
    Ok((parts, missing))
}
