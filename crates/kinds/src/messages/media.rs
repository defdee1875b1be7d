//! The bytes behind the media paths of messages.

use std::io::Read;

use super::{Messages, attachments, drawings, read};
use crate::pictures::{Unreadable, Want, render};
use crate::{Media, MediaSize, Result, sounds};

/// Longer recordings are played as they are, or not at all.
const MOST_SOUND: u64 = 64 << 20;

impl Messages {
    pub(super) fn attachment(&mut self, id: i64, want: MediaSize) -> Result<Option<Media>> {
        let Some(file) = attachments::by_id(&self.db, id, &mut self.report)? else { return Ok(None) };
        let Some(entry) = file.entry(&self.backup)? else { return Ok(None) };
        let size = match want {
            MediaSize::Original => None,
            MediaSize::Thumb(side) => Some(Want::Thumb(side)),
            MediaSize::Screen => Some(Want::Screen),
        };
        let Some(size) = size else {
            let mime = file.mime().unwrap_or_else(|| "application/octet-stream".to_owned());
            return Ok(Some(Media::File { mime, name: file.name(), entry }));
        };
        match render(&mut self.backup.read(&entry)?, size) {
            Ok(picture) => Ok(Some(Media::Bytes { mime: picture.mime, bytes: picture.bytes })),
            Err(Unreadable::Unknown) => Ok(None),
            Err(problem) => Err(problem.into()),
        }
    }

    /// A recording in a form that web views play.
    pub(super) fn sound(&mut self, id: i64) -> Result<Option<Media>> {
        let Some(file) = attachments::by_id(&self.db, id, &mut self.report)? else { return Ok(None) };
        let Some(entry) = file.entry(&self.backup)? else { return Ok(None) };
        let mut bytes = Vec::new();
        let read = self.backup.read(&entry)?.take(MOST_SOUND).read_to_end(&mut bytes);
        let playable = read.ok().and_then(|_| sounds::playable(&bytes));
        Ok(playable.map(|sound| Media::Bytes { mime: sound.mime, bytes: sound.bytes }))
    }

    /// What was drawn by hand in a message.
    pub(super) fn drawing(&mut self, message: i64) -> Result<Option<Media>> {
        let rows = read::by_ids(&self.db, &self.fields, &[message], &mut self.report)?;
        let drawn = rows.get(&message).and_then(|raw| drawings::draw(raw.app.as_deref()?, raw.payload.as_deref()?));
        Ok(drawn.map(|svg| Media::Bytes { mime: "image/svg+xml", bytes: svg.into_bytes() }))
    }
}
