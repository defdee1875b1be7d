//! Messages: SMS, iMessage and RCS.
//!
//! [`conversations`] puts the rows of `chat` together, [`read`] reads rows of `message`, and [`bubbles`] turns them into what
//! people see with the help of [`body`] (text and styles), [`attachments`], [`reactions`], [`history`] (edits), [`events`]
//! and [`apps`]. Nothing is decoded before it is looked at: a database of a million messages opens by its indexes. Facts
//! about the database: `docs/formats/messages.md`.

mod apps;
mod attachments;
mod body;
mod bubbles;
mod conversations;
mod events;
mod export;
pub(crate) mod fuzzing;
mod handles;
mod history;
mod reactions;
mod read;
mod show;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use ::export::{Card, Document, RowSource, Written};
use backup::{Backup, Database, Entry};

use crate::contacts::Pictures;
use crate::conversation::{Bubble, Header, MessageRows, Messenger, Person};
use crate::people::People;
use crate::pictures::{Unreadable, Want, render};
use crate::{CSV, Format, IndexCard, JSON, Kind, Media, MediaSize, Opened, Place, Progress, Query, Reader};
use crate::{Report, Result, export_table, fold, matches};
use conversations::{Conversation, Conversations};
use handles::Handles;

pub const KIND: &dyn Kind = &MessagesKind;

const PLACE: Place = Place { domain: "HomeDomain", path: "Library/SMS/sms.db" };
const PLACES: [Place; 2] = [PLACE, Place { domain: "MediaDomain", path: "Library/SMS/Attachments" }];

const FOLDER: Format = Format { id: "folder", title: "Folder with attachments", extension: None };

struct MessagesKind;

impl Kind for MessagesKind {
    fn id(&self) -> &'static str {
        "messages"
    }

    fn title(&self) -> &'static str {
        "Messages"
    }

    fn places(&self) -> &'static [Place] {
        &PLACES
    }

    fn formats(&self) -> &'static [Format] {
        &[FOLDER, CSV, JSON]
    }

    fn open(&self, backup: Arc<Backup>) -> Result<Opened> {
        Ok(match Messages::open(backup)? {
            Ok(messages) => Opened::Here(Box::new(messages)),
            Err(reason) => Opened::Empty { reason },
        })
    }
}

/// The messages of one backup; its items are conversations.
pub struct Messages {
    backup: Arc<Backup>,
    db: Database,
    /// The columns of `message` to read, as this system has them.
    fields: String,
    handles: Handles,
    conversations: Conversations,
    /// The faces of the people.
    pictures: Option<Pictures>,
    report: Report,
    /// Messages whose text could not be read.
    lost: BTreeSet<i64>,
}

impl Messages {
    /// Opens the messages of a backup, or says in a sentence why there are none.
    fn open(backup: Arc<Backup>) -> Result<std::result::Result<Messages, String>> {
        const NONE: &str = "This backup holds no messages. With Messages in iCloud they stay out of backups.";
        let Some(db) = backup.database(PLACE.domain, PLACE.path)? else { return Ok(Err(NONE.to_owned())) };
        let known = ["message", "chat", "chat_message_join"].iter().all(|table| db.has_table(table));
        if !known {
            return Ok(Err("The messages of this backup are in a form that is not known yet.".to_owned()));
        }
        let mut report = Report::default();
        reactions::collect(&db)?;
        let people = People::open(&backup, &mut report);
        let handles = Handles::read(&db, &people, &mut report)?;
        let conversations = Conversations::read(&db, &handles, &people, &mut report)?;
        if conversations.all.is_empty() {
            let homeless: i64 = db.query_row("SELECT count(*) FROM message", [], |row| row.get(0)).unwrap_or_default();
            return Ok(Err(match homeless {
                0 => NONE.to_owned(),
                _ => format!("The {homeless} messages of this backup belong to no conversation."),
            }));
        }
        report.read = conversations.all.iter().map(|conversation| conversation.messages).sum();
        note_deleted(&db, &mut report);
        let pictures = Pictures::open(&backup, &mut report)?;
        let fields = read::fields(&db);
        Ok(Ok(Messages { backup, db, fields, handles, conversations, pictures, report, lost: BTreeSet::new() }))
    }

    fn attachment(&mut self, id: i64, want: MediaSize) -> Result<Option<Media>> {
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
}

/// Says how many messages wait in "Recently Deleted", which are not among the conversations.
fn note_deleted(db: &Database, report: &mut Report) {
    if !db.has_table("chat_recoverable_message_join") {
        return;
    }
    let deleted = "SELECT count(DISTINCT message_id) FROM chat_recoverable_message_join";
    if let Ok(count @ 1..) = db.query_row(deleted, [], |row| row.get::<_, i64>(0)) {
        report.note(format!("{count} recently deleted messages are not shown."));
    }
}

impl Conversation {
    fn wanted(&self, query: &Query, text: &str) -> bool {
        let people = self.people.iter().flat_map(|person| [person.name.as_str(), person.address.as_str()]);
        let words = people.fold(self.title.clone(), |words, more| words + "\n" + more);
        let group = query.filter.get("group").is_none_or(|wanted| (wanted == "1") == self.group);
        group && matches(&fold(&words), text)
    }
}

impl Reader for Messages {
    fn count(&mut self) -> Result<u64> {
        Ok(self.conversations.all.len() as u64)
    }

    /// Orders: `newest` (the usual) and `name`. Filters: `group` (`1` or `0`). The text is looked for in names and addresses.
    fn ids(&mut self, query: &Query) -> Result<Vec<i64>> {
        let text = fold(query.text.as_deref().unwrap_or_default());
        let mut found: Vec<&Conversation> =
            self.conversations.all.iter().filter(|conversation| conversation.wanted(query, &text)).collect();
        if query.sort.as_deref() == Some("name") {
            found.sort_by_cached_key(|conversation| (fold(&conversation.title), conversation.id));
        }
        Ok(found.into_iter().map(|conversation| conversation.id).collect())
    }

    fn cards(&mut self, ids: &[i64]) -> Result<Vec<Card>> {
        let cards: Result<Vec<Option<Card>>> = ids.iter().map(|id| self.card(*id)).collect();
        Ok(cards?.into_iter().flatten().collect())
    }

    fn document(&mut self, id: i64) -> Result<Option<Document>> {
        self.show(id)
    }

    /// One row per message of the conversations.
    fn rows<'a>(&'a mut self, ids: &'a [i64]) -> Result<Box<dyn RowSource + 'a>> {
        Ok(Box::new(MessageRows::new(self, ids)))
    }

    fn export(&mut self, ids: &[i64], format: &str, to: &Path, run: &mut dyn Progress) -> Result<Written> {
        if format == FOLDER.id {
            return self.export_folder(ids, to, run);
        }
        let total = self.rows_of(ids);
        let mut by_message = |done: u64, _| run.step(done, total);
        export_table(self, ids, format, to, "Messages", &mut by_message)
    }

    /// `attachment/<id>` and the people's `contact/<id>`.
    fn media(&mut self, path: &str, want: MediaSize) -> Result<Option<Media>> {
        match path.split_once('/') {
            Some(("attachment", id)) => match id.parse() {
                Ok(id) => self.attachment(id, want),
                Err(_) => Ok(None),
            },
            _ => Ok(self.pictures.as_ref().and_then(|pictures| pictures.media(path, want))),
        }
    }

    fn index(&mut self, sink: &mut dyn FnMut(IndexCard)) -> Result<()> {
        self.index_all(sink)
    }

    fn report(&self) -> Report {
        let mut report = self.report.clone();
        if !self.lost.is_empty() {
            report.skipped.push(("a text that cannot be read".to_owned(), self.lost.len() as u64));
        }
        report
    }

    fn as_messenger(&mut self) -> Option<&mut dyn Messenger> {
        Some(self)
    }
}

impl Messenger for Messages {
    fn header(&mut self, conversation: i64) -> Result<Header> {
        self.header_of(conversation)
    }

    fn thread(&mut self, conversation: i64) -> Result<Vec<i64>> {
        self.conversations.thread(&self.db, conversation, &mut self.report)
    }

    fn carrying(&mut self, conversation: i64) -> Result<Vec<i64>> {
        let thread = self.thread(conversation)?;
        let carry = attachments::carriers(&self.db, &mut self.report)?;
        Ok(thread.into_iter().filter(|id| carry.contains(id)).collect())
    }

    fn bubbles(&mut self, ids: &[i64]) -> Result<Vec<Bubble>> {
        self.bubbles_of(ids)
    }

    fn locate(&mut self, guid: &str) -> Result<Option<(i64, i64)>> {
        let query = "SELECT j.chat_id, m.ROWID FROM message m JOIN chat_message_join j ON j.message_id = m.ROWID
            WHERE m.guid = ?";
        let mut found = None;
        crate::sql::each(&self.db, read::KIND_NAME, query, [guid], &mut self.report, |row, _| {
            let chat = crate::sql::integer(row, 0).and_then(|chat| self.conversations.of_chat(chat));
            found = found.or(chat.map(|conversation| conversation.id).zip(crate::sql::integer(row, 1)));
        })?;
        Ok(found)
    }

    fn file(&mut self, attachment: i64) -> Result<Option<Entry>> {
        let file = attachments::by_id(&self.db, attachment, &mut self.report)?;
        Ok(file.map(|file| file.entry(&self.backup)).transpose()?.flatten())
    }

    fn words(&mut self, ids: &[i64]) -> Result<Vec<String>> {
        let rows = read::by_ids(&self.db, &self.fields, ids, &mut self.report)?;
        Ok(ids.iter().map(|id| rows.get(id).map(|raw| self.words_of(raw)).unwrap_or_default()).collect())
    }

    fn report_mut(&mut self) -> &mut Report {
        &mut self.report
    }
}
