//! WhatsApp and WhatsApp Business.
//!
//! [`chats`] reads the rows of `ZWACHATSESSION`, [`names`] says who is behind an id, [`rows`] reads rows of `ZWAMESSAGE`,
//! and [`bubbles`] turns them into what [`crate::conversation`] is made of, with the help of [`media`] (files),
//! [`events`] and [`marks`] (reactions, replies). Facts about the database: `docs/formats/whatsapp.md`.

mod bubbles;
mod cards;
mod chats;
mod events;
pub(crate) mod fuzzing;
mod marks;
mod media;
mod names;
mod rows;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use ::export::{Card, Document, RowSource, Written};
use backup::{Backup, Database, Entry};

use crate::contacts::Pictures;
use crate::conversation::export::{self, Scope, Wishes};
use crate::conversation::{Bubble, Header, MessageRows, Messenger};
use crate::people::People;
use crate::{Format, IndexCard, Kind, Media, MediaSize, Opened, Place, Progress, Query, Reader};
use crate::{Report, Result};
use chats::Chats;
use names::Names;

pub const KIND: &dyn Kind = &WhatsAppKind { id: "whatsapp", title: "WhatsApp", places: &PERSONAL };
pub const BUSINESS: &dyn Kind =
    &WhatsAppKind { id: "whatsapp-business", title: "WhatsApp Business", places: &SMALL_BUSINESS };

const KIND_NAME: &str = "WhatsApp messages";
const PERSONAL: [Place; 3] = places("AppDomainGroup-group.net.whatsapp.WhatsApp.shared");
const SMALL_BUSINESS: [Place; 3] = places("AppDomainGroup-group.net.whatsapp.WhatsAppSMB.shared");

const fn places(domain: &'static str) -> [Place; 3] {
    [
        Place { domain, path: "ChatStorage.sqlite" },
        Place { domain, path: "ContactsV2.sqlite" },
        Place { domain, path: "LID.sqlite" },
    ]
}

struct WhatsAppKind {
    id: &'static str,
    title: &'static str,
    places: &'static [Place; 3],
}

impl Kind for WhatsAppKind {
    fn id(&self) -> &'static str {
        self.id
    }

    fn title(&self) -> &'static str {
        self.title
    }

    fn places(&self) -> &'static [Place] {
        self.places
    }

    fn formats(&self) -> &'static [Format] {
        &export::FORMATS
    }

    fn open(&self, backup: Arc<Backup>) -> Result<Opened> {
        Ok(match WhatsApp::open(backup, self.places, self.title)? {
            Ok(messages) => Opened::Here(Box::new(messages)),
            Err(reason) => Opened::Empty { reason },
        })
    }
}

/// The messages of one of the two apps in one backup; its items are chats.
struct WhatsApp {
    backup: Arc<Backup>,
    domain: &'static str,
    /// The name of the app.
    title: &'static str,
    db: Database,
    /// The columns to read of a message and what belongs to it, as this database has them.
    source: String,
    names: Names,
    chats: Chats,
    /// The faces of the phone's contacts.
    pictures: Option<Pictures>,
    report: Report,
}

impl WhatsApp {
    /// Opens the messages of a backup, or says in a sentence why there are none.
    fn open(
        backup: Arc<Backup>,
        places: &'static [Place; 3],
        title: &'static str,
    ) -> Result<std::result::Result<WhatsApp, String>> {
        let [chats, contacts, ids] = places;
        let Some(db) = backup.database(chats.domain, chats.path)? else {
            return Ok(Err(format!("This backup holds nothing of {title}.")));
        };
        if !["ZWAMESSAGE", "ZWACHATSESSION"].iter().all(|table| db.has_table(table)) {
            return Ok(Err(format!("What this backup holds of {title} is in a form that is not known yet.")));
        }
        let mut report = Report::default();
        let people = People::open(&backup, &mut report);
        let pictures = Pictures::open(&backup, &mut report)?;
        let names = Names::read(&backup, &db, [*contacts, *ids], people, pictures.as_ref(), &mut report)?;
        let chats = Chats::read(&db, &names, &mut report)?;
        if chats.all.is_empty() {
            return Ok(Err(format!("There are no messages in {title}.")));
        }
        report.read = chats.all.iter().map(|chat| chat.messages).sum();
        let source = rows::source(&db);
        let domain = places[0].domain;
        Ok(Ok(WhatsApp { backup, domain, title, db, source, names, chats, pictures, report }))
    }
}

impl Reader for WhatsApp {
    fn count(&mut self) -> Result<u64> {
        Ok(self.chats.all.len() as u64)
    }

    /// See [`Chats::wanted`] for what can be asked.
    fn ids(&mut self, query: &Query) -> Result<Vec<i64>> {
        self.chats.wanted(&self.db, query, &mut self.report)
    }

    fn cards(&mut self, ids: &[i64]) -> Result<Vec<Card>> {
        let cards: Result<Vec<Option<Card>>> = ids.iter().map(|id| self.card(*id)).collect();
        Ok(cards?.into_iter().flatten().collect())
    }

    fn document(&mut self, id: i64) -> Result<Option<Document>> {
        match self.chats.get(id).is_some() {
            true => crate::conversation::document(self, id).map(Some),
            false => Ok(None),
        }
    }

    /// One row per message of the chats.
    fn rows<'a>(&'a mut self, ids: &'a [i64]) -> Result<Box<dyn RowSource + 'a>> {
        Ok(Box::new(MessageRows::new(self, ids)))
    }

    fn export(&mut self, ids: &[i64], format: &str, to: &Path, run: &mut dyn Progress) -> Result<Written> {
        let backup = self.backup.clone();
        let title = self.title;
        export::export(self, &backup, &Scope::of(ids), &Wishes::plain(format), title, to, run)
    }

    /// `attachment/<id>` (a row of `ZWAMEDIAITEM`), and the people's `contact/<id>`.
    fn media(&mut self, path: &str, want: MediaSize) -> Result<Option<Media>> {
        match path.strip_prefix("attachment/").and_then(|id| id.parse().ok()) {
            Some(id) => self.attachment(id, want),
            None => Ok(self.pictures.as_ref().and_then(|pictures| pictures.media(path, want))),
        }
    }

    fn index(&mut self, sink: &mut dyn FnMut(IndexCard)) -> Result<()> {
        self.index_all(sink)
    }

    fn report(&self) -> Report {
        self.report.clone()
    }

    fn as_messenger(&mut self) -> Option<&mut dyn Messenger> {
        Some(self)
    }
}

impl Messenger for WhatsApp {
    fn header(&mut self, conversation: i64) -> Result<Header> {
        Ok(self.chats.get(conversation).map(|chat| chat.header(self.title)).unwrap_or_default())
    }

    fn thread(&mut self, conversation: i64) -> Result<Vec<i64>> {
        self.chats.thread(&self.db, conversation, "", &mut self.report)
    }

    fn whole(&mut self, conversation: i64, between: Option<(i64, i64)>) -> Result<Vec<i64>> {
        let sent = between.map(|(from, until)| chats::between(from, until)).unwrap_or_default();
        self.chats.thread(&self.db, conversation, &sent, &mut self.report)
    }

    fn carrying(&mut self, conversation: i64) -> Result<Vec<i64>> {
        self.chats.thread(&self.db, conversation, chats::WITH_FILE, &mut self.report)
    }

    fn bubbles(&mut self, ids: &[i64]) -> Result<Vec<Bubble>> {
        self.bubbles_of(ids)
    }

    fn locate(&mut self, guid: &str) -> Result<Option<(i64, i64)>> {
        let Some((jid, stanza)) = guid.rsplit_once('/') else { return Ok(None) };
        let Some(chat) = self.chats.all.iter().find(|chat| chat.jid == jid).map(|chat| chat.id) else {
            return Ok(None);
        };
        Ok(rows::by_stanza(&self.db, chat, stanza, &mut self.report)?.map(|message| (chat, message)))
    }

    fn file(&mut self, attachment: i64) -> Result<Option<Entry>> {
        self.entry_of(attachment)
    }

    fn report_mut(&mut self) -> &mut Report {
        &mut self.report
    }
}
