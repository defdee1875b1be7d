//! Pictures and sounds made for an export: of what no browser shows or plays, and of what is no file on the phone.

use std::fs::File;
use std::io::Read;

use super::super::Attachment;
use super::Around;
use super::places::slashed;
use crate::pictures::Format;
use crate::{Media, MediaSize, Result};

/// The folder of pictures that are no attachments.
const FOLDER: &str = "Pictures";
/// The longest side of a picture made for a page, in pixels: sharp at twice the size it is shown at.
const SHOWN: u32 = 1280;
/// The same for previews, faces and stickers.
const SMALL: u32 = 640;

impl Around<'_> {
    /// The picture behind a media path, such as a drawing or a link's preview, relative to the export.
    pub(super) fn picture(&mut self, media: &str) -> Result<Option<String>> {
        let name = format!("{FOLDER}/{}", media.replace('/', "-"));
        self.made(media, &name, MediaSize::Thumb(SMALL))
    }

    /// What shows the picture at `path` of the export in any browser: itself, or a JPEG beside it.
    pub(super) fn shown(&mut self, file: &Attachment, path: &str) -> Result<Option<String>> {
        let mut begin = Vec::new();
        let read = File::open(self.folder.path().join(path)).and_then(|file| file.take(64).read_to_end(&mut begin));
        match read.ok().and_then(|_| Format::of(&begin)) {
            None => Ok(None),
            Some(Format::Heif) => match &file.media {
                Some(media) => self.made(media, path, MediaSize::Thumb(SHOWN)),
                None => Ok(None),
            },
            Some(_) => Ok(Some(path.to_owned())),
        }
    }

    /// What plays the recording at `path` of the export in any browser; `None` where nothing does.
    pub(super) fn played(&mut self, file: &Attachment, path: &str) -> Result<Option<String>> {
        match &file.plays {
            Some(media) => self.made(media, path, MediaSize::Original),
            None => Ok(Some(path.to_owned()).filter(|_| file.mime.as_deref() != Some("audio/amr"))),
        }
    }

    /// Writes what is behind a media path, once, as `name` and the ending that fits.
    fn made(&mut self, media: &str, name: &str, size: MediaSize) -> Result<Option<String>> {
        if !self.places.wanted() {
            return Ok(None);
        }
        if let Some(made) = self.places.made.get(media) {
            return Ok(made.clone());
        }
        self.go_on()?;
        let made = match self.messenger.media(media, size) {
            Ok(Some(Media::Bytes { mime, bytes })) => match ending(mime) {
                Some(ending) => Some(self.folder.add(&format!("{name}.{ending}"), None, &mut bytes.as_slice())?),
                None => None,
            },
            Ok(_) => None,
            Err(error) => {
                self.folder.skip(name, error.to_string());
                None
            }
        };
        let made = made.map(|path| slashed(&path));
        self.places.made.insert(media.to_owned(), made.clone());
        Ok(made)
    }
}

fn ending(mime: &str) -> Option<&'static str> {
    Some(match mime {
        "image/jpeg" => "jpg",
        "image/png" => "png",
        "image/gif" => "gif",
        "image/webp" => "webp",
        "image/svg+xml" => "svg",
        "audio/ogg" => "ogg",
        "audio/wav" => "wav",
        _ => return None,
    })
}
