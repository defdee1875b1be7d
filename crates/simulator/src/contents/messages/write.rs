//! sms.db.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::path::Path;

use rusqlite::{Connection, params};

use super::conversations::{Conversation, account, plan};
use super::row::{Row, edited};
use super::stream::{Event, Message, Said, What, of_day, woven};
use super::typedstream::{self, As, Rich};
use super::{attachments, edit_of_day};
use crate::contents::ContentsOptions;
use crate::contents::clock::{COCOA, nanoseconds, now};
use crate::contents::database::{self, Wal};
use crate::contents::error::Result;
use crate::contents::persona::Persona;
use crate::contents::pictures::Pictures;
use crate::contents::random::hash_text;

const SCHEMA: &str = include_str!("../schemas/sms.sql");
const TRIGGERS: &str = include_str!("../schemas/sms-triggers.sql");
/// Rows that are only in the write-ahead log.
const IN_LOG: usize = 40;

/// An attachment whose file is on the phone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Carried {
    pub guid: String,
    pub name: String,
    /// Bytes.
    pub size: u64,
    /// Unix seconds.
    pub made: i64,
}

/// Makes sms.db of day 0; returns the attachments that are files.
pub(crate) fn sms(options: &ContentsOptions, pictures: &Pictures, path: &Path) -> Result<Vec<Carried>> {
    let plan = plan(options);
    let recent = RefCell::new(VecDeque::new());
    let carried = RefCell::new(Vec::new());
    let fill = |db: &Connection| {
        let rows = Rows::new(db, options, pictures, &plan, &carried);
        rows.frame()?;
        let mut recent = recent.borrow_mut();
        for said in woven(options, &plan) {
            recent.push_back(said);
            if recent.len() > IN_LOG {
                recent.pop_front().map_or(Ok(()), |said| rows.insert(&said))?;
            }
        }
        db.execute_batch(TRIGGERS)
    };
    let later = |db: &Connection| {
        let rows = Rows::new(db, options, pictures, &plan, &carried);
        recent.borrow().iter().try_for_each(|said| rows.insert(said))
    };
    database::create(path, SCHEMA, Wal::Kept, options.seed, fill, later)?;
    Ok(carried.take())
}

/// Writes what a day said and edited; returns the new attachments that are files.
pub(crate) fn sms_day(options: &ContentsOptions, pictures: &Pictures, day: u32, path: &Path) -> Result<Vec<Carried>> {
    let plan = plan(options);
    let carried = RefCell::new(Vec::new());
    database::change(path, Wal::Kept, options.seed, |db| {
        let rows = Rows::new(db, options, pictures, &plan, &carried);
        of_day(options, &plan, day).iter().try_for_each(|said| rows.insert(said))?;
        if let Some((said, rich)) = edit_of_day(options, &plan, day) {
            rows.edit(&said, &rich, now(day) * 1000 - 3_600_000)?;
        }
        Ok(())
    })?;
    Ok(carried.take())
}

struct Rows<'a> {
    db: &'a Connection,
    pictures: &'a Pictures,
    plan: &'a [Conversation],
    persona: Persona,
    /// Rows of `handle` by service and address.
    handles: BTreeMap<(&'static str, &'a str), i64>,
    /// `ROWID` of each conversation's first chat.
    chats: Vec<i64>,
    carried: &'a RefCell<Vec<Carried>>,
}

impl<'a> Rows<'a> {
    fn new(
        db: &'a Connection,
        options: &ContentsOptions,
        pictures: &'a Pictures,
        plan: &'a [Conversation],
        carried: &'a RefCell<Vec<Carried>>,
    ) -> Rows<'a> {
        let mut handles = BTreeMap::new();
        let mut chats = Vec::new();
        let mut next_chat = 1;
        for conversation in plan {
            chats.push(next_chat);
            next_chat += conversation.chats.len() as i64;
            for chat in &conversation.chats {
                for address in &conversation.participants {
                    let next = handles.len() as i64 + 1;
                    handles.entry((chat.service, address.as_str())).or_insert(next);
                }
            }
        }
        Rows { db, pictures, plan, persona: Persona::of(options), handles, chats, carried }
    }

    /// Handles, chats and who is in them.
    fn frame(&self) -> rusqlite::Result<()> {
        for ((service, address), row) in &self.handles {
            let country = if address.starts_with("+49") {
                "de"
            } else if address.starts_with("+44") {
                "gb"
            } else {
                "us"
            };
            let person = hash_text(address);
            self.db.execute(
                "INSERT INTO handle (ROWID, id, country, service, uncanonicalized_id, person_centric_id) VALUES (?, ?, ?, ?, ?, ?)",
                params![row, address, country, service, Option::<String>::None, format!("{person:016X}")],
            )?;
        }
        for (conversation, first) in self.plan.iter().zip(&self.chats) {
            for (index, chat) in conversation.chats.iter().enumerate() {
                let row = first + index as i64;
                self.db.execute(
                    "INSERT INTO chat (ROWID, guid, style, state, account_id, properties, chat_identifier, service_name, room_name, account_login, \
                     last_addressed_handle, display_name, group_id, original_group_id, successful_query) VALUES (?, ?, ?, 3, ?, NULL, ?, ?, ?, ?, ?, ?, ?, ?, 1)",
                    params![
                        row,
                        chat.guid,
                        if conversation.group { 43 } else { 45 },
                        "8F1C2C0A-6F3E-4B5B-9A1D-1B7D0E5C4A21",
                        chat.identifier,
                        chat.service,
                        conversation.group.then_some(&chat.identifier),
                        account(&self.persona, chat.service),
                        self.persona.phone_number,
                        conversation.title,
                        chat.group_id,
                        chat.group_id
                    ],
                )?;
                for address in &conversation.participants {
                    let handle = self.handles.get(&(chat.service, address.as_str()));
                    self.db.execute(
                        "INSERT OR IGNORE INTO chat_handle_join (chat_id, handle_id) VALUES (?, ?)",
                        params![row, handle],
                    )?;
                }
            }
        }
        self.db.execute("INSERT INTO _SqliteDatabaseProperties (key, value) VALUES ('_ClientVersion', '17005'), ('_UniqueIdentifier', '51A3B0C8-3B0A-4A52-8A4F-2E0F7D9B6C11')", [])?;
        Ok(())
    }

    fn handle(&self, said: &Said) -> i64 {
        let conversation = &self.plan[said.conversation];
        let who = match said.sender {
            Some(sender) => sender,
            None if conversation.group => return 0,
            None => 0,
        };
        let key = (conversation.chats[said.chat].service, conversation.participants[who].as_str());
        self.handles.get(&key).copied().unwrap_or(0)
    }

    fn insert(&self, said: &Said) -> rusqlite::Result<()> {
        let conversation = &self.plan[said.conversation];
        let chat = &conversation.chats[said.chat];
        let mut row = Row::default();
        let mut deleted = false;
        match &said.what {
            What::Message(message) => {
                deleted = message.deleted;
                row.message(said, message);
            }
            What::Tapback { target, part, quoted, kind, removed } => row.tapback(target, *part, quoted, kind, *removed),
            What::Event(event) => {
                row.event(event);
                if let Event::Added(who) = event {
                    let key = (chat.service, conversation.participants[*who].as_str());
                    row.other_handle = self.handles.get(&key).copied().unwrap_or(0);
                }
            }
        }
        let (mine, when) = (said.sender.is_none(), nanoseconds(said.at));
        let direct = chat.service == "iMessage";
        self.db
            .prepare_cached(
                "INSERT INTO message (guid, text, handle_id, attributedBody, version, service, account, account_guid, date, date_read, date_delivered, is_delivered, \
                 is_finished, is_from_me, is_read, is_sent, cache_has_attachments, cache_roomnames, is_audio_message, item_type, other_handle, group_title, \
                 group_action_type, associated_message_guid, associated_message_type, associated_message_range_location, associated_message_range_length, \
                 associated_message_emoji, expressive_send_style_id, message_summary_info, destination_caller_id, thread_originator_guid, \
                 thread_originator_part, date_edited, part_count, sort_id) \
                 VALUES (?, ?, ?, ?, 10, ?, ?, '5C2B0A61-7D7B-4C61-8A55-0C1E5B1B9E10', ?, ?, ?, ?, 1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0)",
            )?
            .execute(params![
                said.guid,
                row.text,
                self.handle(said),
                row.body,
                chat.service,
                account(&self.persona, chat.service),
                when,
                if mine && !direct { 0 } else { when + 75_000_000_000 },
                if mine && direct { when + 2_000_000_000 } else { 0 },
                i64::from(mine && direct),
                i64::from(mine),
                i64::from(!mine),
                i64::from(mine),
                i64::from(row.attachments),
                conversation.group.then_some(&chat.identifier),
                i64::from(row.audio),
                row.item_type,
                row.other_handle,
                row.group_title,
                row.group_action,
                row.target,
                row.target_type,
                row.target_length,
                row.emoji,
                row.effect,
                row.summary,
                self.persona.phone_number,
                row.thread,
                row.thread_part,
                row.edited,
                row.parts
            ])?;
        let (id, chat_row) = (self.db.last_insert_rowid(), self.chats[said.conversation] + said.chat as i64);
        if deleted {
            self.db
                .prepare_cached(
                    "INSERT INTO chat_recoverable_message_join (chat_id, message_id, delete_date) VALUES (?, ?, ?)",
                )?
                .execute(params![chat_row, id, nanoseconds(now(0) * 1000 - 86_400_000)])?;
        } else {
            self.db
                .prepare_cached("INSERT INTO chat_message_join (chat_id, message_id, message_date) VALUES (?, ?, ?)")?
                .execute(params![chat_row, id, when])?;
        }
        match &said.what {
            What::Message(message) => self.attachment(id, said, message),
            _ => Ok(()),
        }
    }

    fn attachment(&self, message_row: i64, said: &Said, message: &Message) -> rusqlite::Result<()> {
        let Some(sends) = &message.sends else { return Ok(()) };
        let name = attachments::file_name(sends.kind, &sends.guid);
        let (uti, mime) = attachments::types(sends.kind);
        let size = attachments::length(sends.kind, &sends.guid, self.pictures);
        if !sends.missing {
            let one = Carried { guid: sends.guid.clone(), name: name.clone(), size, made: said.at / 1000 };
            self.carried.borrow_mut().push(one);
        }
        self.db
            .prepare_cached(
                "INSERT INTO attachment (guid, created_date, start_date, filename, uti, mime_type, transfer_state, is_outgoing, transfer_name, total_bytes, \
                 ck_sync_state, original_guid) VALUES (?, ?, 0, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )?
            .execute(params![
                sends.guid,
                said.at / 1000 - COCOA,
                format!("~/Library/SMS/{}", attachments::path(&sends.guid, &name)),
                uti,
                mime,
                if sends.missing { 0 } else { 5 },
                i64::from(said.sender.is_none()),
                name,
                size as i64,
                i64::from(sends.missing),
                sends.guid
            ])?;
        let id = self.db.last_insert_rowid();
        self.db
            .prepare_cached("INSERT INTO message_attachment_join (message_id, attachment_id) VALUES (?, ?)")?
            .execute([message_row, id])
            .map(|_| ())
    }

    /// Edits a plain message of an earlier day.
    fn edit(&self, said: &Said, rich: &Rich, at: i64) -> rusqlite::Result<()> {
        let What::Message(message) = &said.what else { return Ok(()) };
        let summary = edited(&message.body, rich, said.at, at, &said.guid);
        self.db
            .execute(
                "UPDATE message SET text = NULL, attributedBody = ?, message_summary_info = ?, date_edited = ? WHERE guid = ?",
                params![typedstream::write(rich, As::Body), summary, nanoseconds(at), said.guid],
            )
            .map(|_| ())
    }
}
