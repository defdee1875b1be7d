//! Files of messages: rows of `ZWAMEDIAITEM`, content below `Message/` in the app's own domain.

use backup::{Entry, EntryKind};

use super::rows::{Item, Raw};
use super::{KIND_NAME, WhatsApp};
use crate::conversation::{Attachment, Shows, State};
use crate::pictures::{Unreadable, Want, render};
use crate::{Media, MediaSize, Result, sql};

impl WhatsApp {
    /// The file of a message, as it is shown.
    pub(super) fn file_of(&self, raw: &Raw, item: &Item) -> Result<Attachment> {
        let entry = self.entry(item.path.as_deref())?;
        let reason = match (&entry, &item.path) {
            (Some(_), _) => None,
            (None, None) => Some("It was not downloaded to the phone."),
            (None, Some(_)) => Some("Its file is not in this backup."),
        };
        let mime = mime(item);
        Ok(Attachment {
            id: item.id,
            name: name(raw, item),
            shows: shows(raw.kind, mime.as_deref()),
            mime,
            size: item.bytes,
            state: if entry.is_some() { State::Here } else { State::Missing },
            reason: reason.map(str::to_owned),
            media: entry.is_some().then(|| format!("attachment/{}", item.id)),
            plays: None,
            width: None,
            height: None,
            sticker: raw.kind == 15,
            transcription: None,
        })
    }

    fn entry(&self, path: Option<&str>) -> Result<Option<Entry>> {
        let Some(path) = path else { return Ok(None) };
        for path in [format!("Message/{}", path.trim_start_matches('/')), path.to_owned()] {
            if let Some(entry) = self.backup.find(self.domain, &path)?.filter(|entry| entry.kind == EntryKind::File) {
                return Ok(Some(entry));
            }
        }
        Ok(None)
    }

    fn item(&mut self, id: i64) -> Result<Option<Item>> {
        let mut found = None;
        if self.db.has_table("ZWAMEDIAITEM") {
            let column = |name| self.db.column("ZWAMEDIAITEM", name);
            let (path, card) = (column("ZMEDIALOCALPATH"), column("ZVCARDSTRING"));
            let query = format!("SELECT {path}, {card} FROM ZWAMEDIAITEM WHERE Z_PK = ?");
            sql::each(&self.db, KIND_NAME, &query, [id], &mut self.report, |row, _| {
                found = Some(Item { id, path: sql::text(row, 0), card: sql::text(row, 1), ..Item::default() });
            })?;
        }
        Ok(found)
    }

    pub(super) fn entry_of(&mut self, id: i64) -> Result<Option<Entry>> {
        let item = self.item(id)?;
        self.entry(item.and_then(|item| item.path).as_deref())
    }

    pub(super) fn attachment(&mut self, id: i64, want: MediaSize) -> Result<Option<Media>> {
        let Some(item) = self.item(id)? else { return Ok(None) };
        let Some(entry) = self.entry(item.path.as_deref())? else { return Ok(None) };
        let size = match want {
            MediaSize::Original => {
                let mime = mime(&item).unwrap_or_else(|| "application/octet-stream".to_owned());
                return Ok(Some(Media::File { mime, name: base(item.path.as_deref()), entry }));
            }
            MediaSize::Thumb(side) => Want::Thumb(side),
            MediaSize::Screen => Want::Screen,
        };
        match render(&mut self.backup.read(&entry)?, size) {
            Ok(picture) => Ok(Some(Media::Bytes { mime: picture.mime, bytes: picture.bytes })),
            Err(Unreadable::Unknown) => Ok(None),
            Err(problem) => Err(problem.into()),
        }
    }
}

fn base(path: Option<&str>) -> String {
    path.and_then(|path| path.rsplit('/').next()).filter(|name| !name.is_empty()).unwrap_or("Attachment").to_owned()
}

/// A document has a title of its own, everything else the name of its file.
fn name(raw: &Raw, item: &Item) -> String {
    let title = item.title.clone().filter(|title| raw.kind == 8 && !title.trim().is_empty());
    title.unwrap_or_else(|| base(item.path.as_deref()))
}

/// By the database, else by the file's extension.
fn mime(item: &Item) -> Option<String> {
    let told = item.card.as_deref().filter(|told| told.contains('/') && told.len() < 100 && !told.contains('\n'));
    let extension =
        item.path.as_deref().and_then(|path| path.rsplit_once('.')).map(|(_, end)| end.to_ascii_lowercase());
    let of_extension = || {
        Some(match extension?.as_str() {
            "jpg" | "jpeg" => "image/jpeg",
            "png" => "image/png",
            "gif" => "image/gif",
            "webp" => "image/webp",
            "heic" => "image/heic",
            "mp4" | "m4v" => "video/mp4",
            "mov" => "video/quicktime",
            "opus" | "ogg" => "audio/ogg",
            "m4a" | "aac" => "audio/mp4",
            "mp3" => "audio/mpeg",
            "amr" => "audio/amr",
            "caf" => "audio/x-caf",
            "pdf" => "application/pdf",
            "vcf" => "text/vcard",
            _ => return None,
        })
    };
    told.map(|told| told.split(';').next().unwrap_or(told).trim().to_owned())
        .or_else(|| of_extension().map(str::to_owned))
}

fn shows(kind: i64, mime: Option<&str>) -> Shows {
    match (kind, mime.and_then(|mime| mime.split('/').next())) {
        (_, Some("image")) => Shows::Image,
        (_, Some("video")) => Shows::Video,
        (_, Some("audio")) => Shows::Audio,
        (1 | 15, None) => Shows::Image,
        (2 | 11, None) => Shows::Video,
        (3, None) => Shows::Audio,
        _ => Shows::File,
    }
}
