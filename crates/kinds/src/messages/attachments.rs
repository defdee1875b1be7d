//! Files sent with messages: rows of `attachment`, content in `MediaDomain`.

use std::collections::{HashMap, HashSet};

use backup::{Backup, Database, Entry, EntryKind};

use super::body::Placed;
use super::read::{KIND_NAME, list};
use crate::conversation::{Attachment, Shows, State};
use crate::{Report, Result, sounds, sql};

const DOMAIN: &str = "MediaDomain";

/// One row of `attachment`.
#[derive(Clone, Debug, Default)]
pub(super) struct File {
    pub id: i64,
    pub guid: String,
    /// As the phone wrote it: `~/Library/SMS/…`; `None` when it was never downloaded.
    path: Option<String>,
    name: Option<String>,
    mime: Option<String>,
    uti: Option<String>,
    bytes: Option<u64>,
    hidden: bool,
    sticker: bool,
    /// The phone knows of the file and does not have it.
    in_cloud: bool,
}

const FIELDS: [&str; 11] = [
    "ROWID",
    "guid",
    "filename",
    "transfer_name",
    "mime_type",
    "uti",
    "total_bytes",
    "hide_attachment",
    "is_sticker",
    "transfer_state",
    "ck_sync_state",
];

/// The files of some messages, in the order they were attached.
pub(super) fn of_messages(db: &Database, ids: &[i64], report: &mut Report) -> Result<HashMap<i64, Vec<File>>> {
    let mut files: HashMap<i64, Vec<File>> = HashMap::new();
    if !db.has_table("attachment") || !db.has_table("message_attachment_join") {
        return Ok(files);
    }
    let query = format!(
        "SELECT j.message_id, {} FROM message_attachment_join j JOIN attachment a ON a.ROWID = j.attachment_id
         WHERE j.message_id IN ({}) ORDER BY j.message_id, a.ROWID",
        fields(db),
        list(ids)
    );
    sql::each(db, KIND_NAME, &query, [], report, |row, _| {
        if let (Some(message), Some(file)) = (sql::integer(row, 0), file(row, 1)) {
            files.entry(message).or_default().push(file);
        }
    })?;
    Ok(files)
}

/// The messages that carry files.
pub(super) fn carriers(db: &Database, report: &mut Report) -> Result<HashSet<i64>> {
    let mut carriers = HashSet::new();
    if db.has_table("message_attachment_join") {
        let query = "SELECT DISTINCT message_id FROM message_attachment_join";
        sql::each(db, KIND_NAME, query, [], report, |row, _| carriers.extend(sql::integer(row, 0)))?;
    }
    Ok(carriers)
}

/// One file by its number.
pub(super) fn by_id(db: &Database, id: i64, report: &mut Report) -> Result<Option<File>> {
    let mut found = None;
    if db.has_table("attachment") {
        let query = format!("SELECT {} FROM attachment a WHERE a.ROWID = ?", fields(db));
        sql::each(db, KIND_NAME, &query, [id], report, |row, _| found = file(row, 0))?;
    }
    Ok(found)
}

/// One file by its guid.
pub(super) fn by_guid(db: &Database, guid: &str, report: &mut Report) -> Result<Option<File>> {
    let mut found = None;
    if db.has_table("attachment") {
        let query = format!("SELECT {} FROM attachment a WHERE a.guid = ?", fields(db));
        sql::each(db, KIND_NAME, &query, [guid], report, |row, _| found = file(row, 0))?;
    }
    Ok(found)
}

fn fields(db: &Database) -> String {
    let columns = db.columns("attachment");
    let known = |name: &&str| columns.contains(*name) || *name == "ROWID";
    let fields = FIELDS.iter().map(|name| if known(name) { format!("a.{name}") } else { "NULL".to_owned() });
    fields.collect::<Vec<_>>().join(", ")
}

fn file(row: &rusqlite::Row, from: usize) -> Option<File> {
    Some(File {
        id: sql::integer(row, from)?,
        guid: sql::text(row, from + 1).unwrap_or_default(),
        path: sql::text(row, from + 2),
        name: sql::text(row, from + 3),
        mime: sql::text(row, from + 4),
        uti: sql::text(row, from + 5),
        bytes: sql::integer(row, from + 6).and_then(|bytes| u64::try_from(bytes).ok()).filter(|bytes| *bytes > 0),
        hidden: sql::integer(row, from + 7) == Some(1),
        sticker: sql::integer(row, from + 8) == Some(1),
        in_cloud: sql::integer(row, from + 9) == Some(0) && sql::integer(row, from + 10) == Some(1),
    })
}

impl File {
    /// Whether a person attached it: the pictures of link previews are files too.
    pub fn is_shown(&self) -> bool {
        !self.hidden && !self.is_preview()
    }

    /// Whether it belongs to the bubble of an app.
    pub fn is_preview(&self) -> bool {
        self.name().ends_with(".pluginPayloadAttachment")
    }

    /// Its media path.
    pub fn media(&self) -> String {
        format!("attachment/{}", self.id)
    }

    pub fn name(&self) -> String {
        let base = |path: &String| path.rsplit('/').next().unwrap_or(path).to_owned();
        let name = self.name.clone().or_else(|| self.path.as_ref().map(base));
        name.filter(|name| !name.is_empty()).unwrap_or_else(|| "Attachment".to_owned())
    }

    /// The file in the backup; `None` when it is not there.
    pub fn entry(&self, backup: &Backup) -> Result<Option<Entry>> {
        let Some(path) = self.path.as_deref() else { return Ok(None) };
        let homes = ["~/", "/private/var/mobile/", "/var/mobile/"];
        let path = homes.iter().find_map(|home| path.strip_prefix(home)).unwrap_or(path);
        Ok(backup.find(DOMAIN, path)?.filter(|entry| entry.kind == EntryKind::File))
    }

    /// By the database, else by the file's extension.
    pub fn mime(&self) -> Option<String> {
        let of_extension = || {
            let name = self.name();
            let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase())?;
            Some(
                match extension.as_str() {
                    "jpg" | "jpeg" => "image/jpeg",
                    "png" => "image/png",
                    "gif" => "image/gif",
                    "webp" => "image/webp",
                    "heic" | "heif" => "image/heic",
                    "heics" => "image/heic-sequence",
                    "mov" => "video/quicktime",
                    "mp4" | "m4v" => "video/mp4",
                    "caf" => "audio/x-caf",
                    "amr" => "audio/amr",
                    "m4a" => "audio/mp4",
                    "mp3" => "audio/mpeg",
                    "pdf" => "application/pdf",
                    "vcf" => "text/vcard",
                    "txt" => "text/plain",
                    _ => return None,
                }
                .to_owned(),
            )
        };
        self.mime.clone().or_else(of_extension)
    }

    pub fn shows(&self) -> Shows {
        let mime = self.mime().unwrap_or_default();
        let uti = self.uti.as_deref().unwrap_or_default();
        match mime.split('/').next() {
            Some("image") => Shows::Image,
            Some("video") => Shows::Video,
            Some("audio") => Shows::Audio,
            _ if uti.contains("audio") => Shows::Audio,
            _ if uti.contains("movie") => Shows::Video,
            _ if uti.contains("image") => Shows::Image,
            _ => Shows::File,
        }
    }

    pub fn show(&self, backup: &Backup, placed: Placed) -> Result<Attachment> {
        let entry = self.entry(backup)?;
        let reason = match (&entry, &self.path) {
            (Some(_), _) => None,
            (None, None) => Some("It was not downloaded to the phone."),
            (None, Some(_)) if self.in_cloud => Some("It is only in iCloud."),
            (None, Some(_)) => Some("Its file is not in this backup."),
        };
        let convertible = self.mime().as_deref().is_some_and(sounds::is_convertible);
        Ok(Attachment {
            id: self.id,
            name: self.name(),
            mime: self.mime(),
            size: self.bytes,
            state: if entry.is_some() { State::Here } else { State::Missing },
            reason: reason.map(str::to_owned),
            media: entry.is_some().then(|| self.media()),
            plays: (entry.is_some() && convertible).then(|| format!("sound/{}", self.id)),
            shows: self.shows(),
            width: placed.width,
            height: placed.height,
            sticker: self.sticker,
            transcription: placed.transcription,
        })
    }
}
