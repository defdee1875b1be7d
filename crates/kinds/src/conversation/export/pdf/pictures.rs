//! Pictures of messages, made for paper.

use std::io::Read;

use export::pdf::{PICTURE_PIXELS, Piece};

use super::super::super::Attachment;
use super::super::Around;
use crate::pictures::{Want, render};
use crate::{Media, MediaSize, Result};

/// The picture in a file; `None` where there is none that can be drawn.
pub fn of_file(file: &Attachment, around: &mut Around) -> Result<Option<Piece>> {
    let Some(entry) = around.messenger.file(file.id)? else { return Ok(None) };
    let Ok(mut source) = around.backup.read(&entry) else { return Ok(None) };
    Ok(printed(&mut source))
}

/// The picture behind a media path, such as that of a link's preview.
pub fn of_media(path: &str, around: &mut Around) -> Option<Piece> {
    match around.messenger.media(path, MediaSize::Thumb(PICTURE_PIXELS)).ok()?? {
        Media::Bytes { bytes, .. } => printed(&mut bytes.as_slice()),
        Media::File { entry, .. } => printed(&mut around.backup.read(&entry).ok()?),
    }
}

fn printed(source: &mut dyn Read) -> Option<Piece> {
    let picture = render(source, Want::Print(PICTURE_PIXELS)).ok()?;
    Some(Piece::Picture { jpeg: picture.bytes, width: picture.width, height: picture.height })
}
