//! How chats and messages look in lists and the search.

use export::Card;

use super::{WhatsApp, rows};
use crate::conversation::preview;
use crate::{IndexCard, Result, digest};

impl WhatsApp {
    pub(super) fn card(&mut self, id: i64) -> Result<Option<Card>> {
        let Some(chat) = self.chats.get(id).cloned() else { return Ok(None) };
        let newest = self.chats.newest(&self.db, id, &mut self.report)?;
        let bubble = self.bubbles_of(newest.as_slice())?.pop();
        let text = bubble.as_ref().map(|bubble| preview(bubble, chat.group)).filter(|text| !text.is_empty());
        let address = chat.people.first().map(|one| one.address.clone()).filter(|address| *address != chat.title);
        Ok(Some(Card {
            id,
            subtitle: if chat.group { Some(format!("{} people", chat.people.len() + 1)) } else { address },
            text,
            when: bubble.and_then(|bubble| bubble.when),
            picture: chat.picture(),
            badges: chat.archived.then(|| "Archived".to_owned()).into_iter().collect(),
            title: chat.title,
        }))
    }

    /// Hands out a card for every message that says something.
    pub(super) fn index_all(&mut self, sink: &mut dyn FnMut(IndexCard)) -> Result<()> {
        let mut after = i64::MIN;
        loop {
            let page = rows::after(&self.db, &self.source, after, &mut self.report)?;
            let Some(last) = page.last() else { return Ok(()) };
            after = last.id;
            for raw in &page {
                let (Some(chat), text) = (self.chats.get(raw.chat), self.words_of(raw)) else { continue };
                if text.is_empty() {
                    continue;
                }
                let text = match self.sender(raw).filter(|_| chat.group) {
                    Some(sender) => format!("{}: {text}", sender.name),
                    None => text,
                };
                sink(IndexCard {
                    key: self.guid(raw),
                    opens: chat.id,
                    title: chat.title.clone(),
                    digest: digest([chat.title.as_str(), text.as_str()]),
                    text,
                    when: raw.when,
                });
            }
        }
    }
}
