//! How conversations and messages look in lists, tables and the search.

use export::{Block, Card, Cell, Document, Field, FieldKind};

use super::Messages;
use super::conversations::Conversation;
use super::read::{self, Raw};
use crate::conversation::{Bubble, BubbleKind, Header, PAGE, summary};
use crate::{IndexCard, Result, digest, sql};

/// A document shows this many of the newest messages; all of them are in the window and in exports.
const SHOWN: usize = 500;

impl Messages {
    pub(super) fn card(&mut self, id: i64) -> Result<Option<Card>> {
        let Some(conversation) = self.conversations.get(id).cloned() else { return Ok(None) };
        let newest = self.conversations.newest(&self.db, &conversation, &mut self.report)?;
        let bubble = self.bubbles_of(newest.as_slice())?.pop();
        let text = bubble.as_ref().map(|bubble| preview(bubble, &conversation));
        Ok(Some(Card {
            id,
            title: conversation.title.clone(),
            subtitle: subtitle(&conversation),
            text: text.filter(|text| !text.is_empty()),
            when: bubble.as_ref().and_then(|bubble| bubble.when),
            picture: self.picture(&conversation),
            badges: bubble.and_then(|bubble| bubble.service).or(conversation.service).into_iter().collect(),
        }))
    }

    /// Who takes part in a conversation and how it is called; empty for an unknown one.
    pub(super) fn header_of(&mut self, conversation: i64) -> Result<Header> {
        let Some(conversation) = self.conversations.get(conversation).cloned() else { return Ok(Header::default()) };
        let newest = self.conversations.newest(&self.db, &conversation, &mut self.report)?;
        let newest = self.bubbles_of(newest.as_slice())?.pop();
        Ok(Header {
            title: conversation.title,
            people: conversation.people,
            service: newest.and_then(|newest| newest.service).or(conversation.service),
            picture: None,
            group: conversation.group,
        })
    }

    pub(super) fn show(&mut self, id: i64) -> Result<Option<Document>> {
        let Some(conversation) = self.conversations.get(id).cloned() else { return Ok(None) };
        let ids = self.conversations.thread(&self.db, id, &mut self.report)?;
        let newest = &ids[ids.len().saturating_sub(SHOWN)..];
        let kind = |address: &str| if address.contains('@') { FieldKind::Email } else { FieldKind::Phone };
        let people = conversation.people.iter();
        let fields = people.map(|person| Field::new(&person.name, &person.address, kind(&person.address)));
        let rows = self.bubbles_of(newest)?.into_iter().map(|bubble| {
            let sender = sender(&bubble).to_owned();
            vec![Cell::time(bubble.when), sender.into(), summary(&bubble).into()]
        });
        let rows = rows.collect();
        let mut blocks = vec![Block::Fields(fields.collect())];
        if ids.len() > SHOWN {
            blocks.push(Block::Text(format!("The newest {SHOWN} of {} messages.", ids.len())));
        }
        blocks.push(Block::Table { columns: ["Date", "From", "Message"].map(str::to_owned).to_vec(), rows });
        Ok(Some(Document {
            title: conversation.title.clone(),
            subtitle: subtitle(&conversation),
            picture: self.picture(&conversation),
            blocks,
        }))
    }

    /// The face of the one person on the other side.
    fn picture(&self, conversation: &Conversation) -> Option<String> {
        let [one] = conversation.people.as_slice() else { return None };
        self.pictures.as_ref().filter(|_| !conversation.group)?.path(one.contact?)
    }

    /// Hands out a card for every message that says something.
    pub(super) fn index_all(&mut self, sink: &mut dyn FnMut(IndexCard)) -> Result<()> {
        let fields = self.fields.split(", ").map(|field| match field {
            "NULL" => "NULL".to_owned(),
            known => format!("m.{known}"),
        });
        // Asked for each message, its conversation would be looked for in the whole join: not every system has an index for it.
        let homes = "CREATE TEMP TABLE IF NOT EXISTS home (message INTEGER PRIMARY KEY, chat INTEGER);
            INSERT OR IGNORE INTO temp.home SELECT message_id, min(chat_id) FROM chat_message_join
                WHERE typeof(message_id) = 'integer' GROUP BY message_id";
        let failed = |source| crate::Error::Database { kind: read::KIND_NAME, source };
        self.db.execute_batch(homes).map_err(failed)?;
        let query = format!(
            "SELECT {}, (SELECT chat FROM temp.home WHERE message = m.ROWID) FROM message m
             WHERE m.ROWID > ? AND m.ROWID NOT IN (SELECT row FROM temp.tapback) ORDER BY m.ROWID LIMIT {PAGE}",
            fields.collect::<Vec<_>>().join(", ")
        );
        let width = self.fields.split(", ").count();
        let (mut after, mut homeless) = (i64::MIN, 0u64);
        loop {
            let mut page: Vec<(Raw, Option<i64>)> = Vec::new();
            sql::each(&self.db, read::KIND_NAME, &query, [after], &mut self.report, |row, _| {
                page.extend(read::raw(row).map(|raw| (raw, sql::integer(row, width))));
            })?;
            let Some((last, _)) = page.last() else { break };
            after = last.id;
            for (raw, chat) in &page {
                let Some(conversation) = chat.and_then(|chat| self.conversations.of_chat(chat)) else {
                    homeless += 1;
                    continue;
                };
                match self.index_card(raw, conversation) {
                    Some(card) => sink(card),
                    None => self.note_lost(raw),
                }
            }
        }
        if homeless > 0 {
            self.report.note(format!("{homeless} messages belong to no conversation (deleted ones among them)."));
        }
        Ok(())
    }

    fn index_card(&self, raw: &Raw, conversation: &Conversation) -> Option<IndexCard> {
        let text = self.words_of(raw);
        if text.is_empty() {
            return None;
        }
        let text = match self.sender(raw).filter(|_| conversation.group && raw.item_type == 0) {
            Some(sender) => format!("{sender}: {text}"),
            None => text,
        };
        Some(IndexCard {
            key: raw.guid.clone(),
            opens: conversation.id,
            title: conversation.title.clone(),
            digest: digest([conversation.title.as_str(), text.as_str()]),
            text,
            when: raw.when,
        })
    }
}

/// "Ada: see you there" in a group, "You: …" for the owner's, the bare text else.
fn preview(bubble: &Bubble, conversation: &Conversation) -> String {
    let text = summary(bubble);
    match (&bubble.sender, bubble.kind) {
        (_, BubbleKind::Event) => text,
        (None, _) => format!("You: {text}"),
        (Some(sender), _) if conversation.group => format!("{sender}: {text}"),
        _ => text,
    }
}

/// The address behind a name, or how many people take part.
fn subtitle(conversation: &Conversation) -> Option<String> {
    match conversation.people.as_slice() {
        [one] if !conversation.group => Some(one.address.clone()).filter(|address| *address != conversation.title),
        people => Some(format!("{} people", people.len() + 1)).filter(|_| conversation.group),
    }
}

fn sender(bubble: &Bubble) -> &str {
    bubble.sender.as_deref().unwrap_or("Me")
}
