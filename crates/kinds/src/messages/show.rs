//! How conversations and messages look in lists, tables and the search.

use export::Card;

use super::Messages;
use super::conversations::Conversation;
use super::read::{self, Raw};
use crate::conversation::{Header, Messenger, PAGE, preview};
use crate::{IndexCard, Result, digest, sql};

impl Messages {
    pub(super) fn card(&mut self, id: i64) -> Result<Option<Card>> {
        let Some(conversation) = self.conversations.get(id).cloned() else { return Ok(None) };
        let newest = self.newest(&conversation)?;
        let bubble = newest.map(|newest| self.bare_bubble(newest)).transpose()?.flatten();
        let text = bubble.as_ref().map(|bubble| preview(bubble, conversation.group));
        Ok(Some(Card {
            id,
            title: conversation.title.clone(),
            subtitle: subtitle(&conversation),
            text: text.filter(|text| !text.is_empty()),
            when: bubble.as_ref().and_then(|bubble| bubble.when),
            picture: self.picture(&conversation)?,
            badges: bubble.and_then(|bubble| bubble.service).or(conversation.service).into_iter().collect(),
        }))
    }

    /// Who takes part in a conversation and how it is called; empty for an unknown one.
    pub(super) fn header_of(&mut self, conversation: i64) -> Result<Header> {
        let Some(conversation) = self.conversations.get(conversation).cloned() else { return Ok(Header::default()) };
        let newest = self.newest(&conversation)?;
        let newest = newest.map(|newest| self.bare_bubble(newest)).transpose()?.flatten();
        let picture = self.picture(&conversation)?;
        Ok(Header {
            title: conversation.title,
            people: conversation.people,
            service: newest.and_then(|newest| newest.service).or(conversation.service),
            picture,
            group: conversation.group,
        })
    }

    /// The newest message, else the last of the deleted ones.
    fn newest(&mut self, conversation: &Conversation) -> Result<Option<i64>> {
        match self.conversations.newest(&self.db, conversation, &mut self.report)? {
            Some(newest) => Ok(Some(newest)),
            None => Ok(self.deleted(conversation.id)?.pop()),
        }
    }

    /// The picture of the group, or the face of the one person on the other side.
    fn picture(&mut self, conversation: &Conversation) -> Result<Option<String>> {
        if let Some(guid) = conversation.picture.as_deref().filter(|_| conversation.group) {
            let file = super::attachments::by_guid(&self.db, guid, &mut self.report)?;
            return Ok(file.map(|file| file.media()));
        }
        Ok(self.face(conversation))
    }

    fn face(&self, conversation: &Conversation) -> Option<String> {
        let [one] = conversation.people.as_slice() else { return None };
        self.pictures.as_ref().filter(|_| !conversation.group)?.path(one.contact?)
    }

    /// Hands out a card for every message that says something.
    pub(super) fn index_all(&mut self, sink: &mut dyn FnMut(IndexCard)) -> Result<()> {
        self.need_tapbacks()?;
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

/// The address behind a name, or how many people take part.
fn subtitle(conversation: &Conversation) -> Option<String> {
    match conversation.people.as_slice() {
        [one] if !conversation.group => Some(one.address.clone()).filter(|address| *address != conversation.title),
        people => Some(format!("{} people", people.len() + 1)).filter(|_| conversation.group),
    }
}
