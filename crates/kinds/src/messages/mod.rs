//! Messages: SMS, iMessage and RCS.
//!
//! [`conversations`] puts the rows of `chat` together, [`read`] reads rows of `message`, and [`bubbles`] turns them into what
//! people see with the help of [`body`] (text and styles), [`attachments`], [`reactions`], [`history`] (edits), [`events`]
//! and [`apps`]. Nothing is decoded before it is looked at: a database of a million messages opens by its indexes. Facts
//! about the database: `docs/formats/messages.md`.

mod apps;
mod attachments;
mod attributes;
mod body;
mod bubbles;
mod chats;
mod conversations;
mod drawings;
mod events;
pub(crate) mod fuzzing;
mod handles;
mod history;
mod lists;
mod media;
mod parts;
mod plain_body;
mod polls;
mod reactions;
mod read;
mod show;
#[cfg(test)]
pub(crate) mod tests;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use ::export::{Card, Document, RowSource, Written};
use backup::{Backup, Database, Entry};

use crate::contacts::Pictures;
use crate::conversation::export::{self, Scope, Wishes};
use crate::conversation::{Bubble, Header, MessageRows, Messenger, document};
use crate::people::People;
use crate::{Format, IndexCard, Kind, Media, MediaSize, Opened, Place, Progress, Query, Reader};
use crate::{Report, Result};
use conversations::Conversations;
use handles::Handles;

pub const KIND: &dyn Kind = &MessagesKind;

const PLACE: Place = Place { domain: "HomeDomain", path: "Library/SMS/sms.db" };
const PLACES: [Place; 2] = [PLACE, Place { domain: "MediaDomain", path: "Library/SMS/Attachments" }];

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
        &export::FORMATS
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
    /// Whether the tapbacks are collected: from the first look into a conversation on.
    tapbacks: bool,
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
        let people = People::open(&backup, &mut report);
        let pictures = Pictures::open(&backup, &mut report)?;
        let handles = Handles::read(&db, &people, pictures.as_ref(), &mut report)?;
        let conversations = Conversations::read(&db, &handles, &people, &mut report)?;
        if conversations.all.is_empty() {
            let homeless: i64 = db.query_row("SELECT count(*) FROM message", [], |row| row.get(0)).unwrap_or_default();
            return Ok(Err(match homeless {
                0 => NONE.to_owned(),
                _ => format!("The {homeless} messages of this backup belong to no conversation."),
            }));
        }
        report.read = conversations.all.iter().map(|conversation| conversation.messages).sum();
        let fields = read::fields(&db);
        Ok(Ok(Messages {
            backup,
            db,
            fields,
            handles,
            conversations,
            pictures,
            report,
            lost: BTreeSet::new(),
            tapbacks: false,
        }))
    }

    fn need_tapbacks(&mut self) -> Result<()> {
        if !self.tapbacks {
            reactions::collect(&self.db)?;
            self.tapbacks = true;
        }
        Ok(())
    }
}

impl Reader for Messages {
    fn count(&mut self) -> Result<u64> {
        Ok(self.conversations.all.iter().filter(|one| one.messages > 0).count() as u64)
    }

    /// See [`Messages::wanted`] for what can be asked.
    fn ids(&mut self, query: &Query) -> Result<Vec<i64>> {
        self.wanted(query)
    }

    fn cards(&mut self, ids: &[i64]) -> Result<Vec<Card>> {
        let cards: Result<Vec<Option<Card>>> = ids.iter().map(|id| self.card(*id)).collect();
        Ok(cards?.into_iter().flatten().collect())
    }

    fn document(&mut self, id: i64) -> Result<Option<Document>> {
        match self.conversations.get(id).is_some() {
            true => document(self, id).map(Some),
            false => Ok(None),
        }
    }

    /// One row per message of the conversations.
    fn rows<'a>(&'a mut self, ids: &'a [i64]) -> Result<Box<dyn RowSource + 'a>> {
        Ok(Box::new(MessageRows::new(self, ids)))
    }

    fn export(&mut self, ids: &[i64], format: &str, to: &Path, run: &mut dyn Progress) -> Result<Written> {
        let backup = self.backup.clone();
        export::export(self, &backup, &Scope::of(ids), &Wishes::plain(format), "Messages", to, run)
    }

    /// `attachment/<id>`, `sound/<id>` (an attachment in a form that plays), `drawing/<message>`, and the people's
    /// `contact/<id>`.
    fn media(&mut self, path: &str, want: MediaSize) -> Result<Option<Media>> {
        let numbered = path.split_once('/').and_then(|(sort, id)| Some((sort, id.parse().ok()?)));
        match numbered {
            Some(("attachment", id)) => self.attachment(id, want),
            Some(("sound", id)) => self.sound(id),
            Some(("drawing", id)) => self.drawing(id),
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
        self.need_tapbacks()?;
        self.conversations.thread(&self.db, conversation, &mut self.report)
    }

    fn deleted(&mut self, conversation: i64) -> Result<Vec<i64>> {
        self.need_tapbacks()?;
        self.conversations.deleted(&self.db, conversation, &mut self.report)
    }

    fn whole(&mut self, conversation: i64, between: Option<(i64, i64)>) -> Result<Vec<i64>> {
        self.need_tapbacks()?;
        self.conversations.whole(&self.db, conversation, between, &mut self.report)
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
