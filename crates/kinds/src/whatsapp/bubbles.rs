//! From rows to bubbles.

use std::collections::HashMap;

use super::rows::{self, Item, Raw};
use super::{WhatsApp, events, marks};
use crate::Result;
use crate::conversation::{Bubble, BubbleKind, PAGE, Part, ReplyTo, Run, summary};

/// `ZMESSAGETYPE`.
const TEXT: i64 = 0;
const CONTACT: i64 = 4;
const LOCATION: i64 = 5;
const LINK: i64 = 7;
const DELETED: i64 = 14;
const FILES: [i64; 6] = [1, 2, 3, 8, 11, 15];

impl WhatsApp {
    /// The bubbles of some messages, in the same order; unknown ones are left out.
    pub(super) fn bubbles_of(&mut self, ids: &[i64]) -> Result<Vec<Bubble>> {
        let mut bubbles = Vec::with_capacity(ids.len());
        for page in ids.chunks(PAGE) {
            let rows = rows::by_ids(&self.db, &self.source, page, &mut self.report)?;
            let rows: Vec<&Raw> = page.iter().filter_map(|id| rows.get(id)).collect();
            let answered = self.answered(&rows)?;
            for raw in rows {
                bubbles.push(self.bubble(raw, &answered)?);
            }
        }
        Ok(bubbles)
    }

    /// The messages that some answer, by the number of the answer; `None` for one that is gone.
    fn answered(&mut self, answers: &[&Raw]) -> Result<HashMap<i64, Option<Raw>>> {
        let mut numbers: Vec<(i64, Option<i64>)> = Vec::new();
        for raw in answers {
            let quoted = raw.item.as_ref().and_then(|item| marks::answered(item.metadata.as_deref()?));
            match (raw.parent, quoted) {
                (Some(parent), _) => numbers.push((raw.id, Some(parent))),
                (None, Some(stanza)) => {
                    numbers.push((raw.id, rows::by_stanza(&self.db, raw.chat, &stanza, &mut self.report)?));
                }
                (None, None) => {}
            }
        }
        let wanted: Vec<i64> = numbers.iter().filter_map(|(_, number)| *number).collect();
        let found = rows::by_ids(&self.db, &self.source, &wanted, &mut self.report)?;
        Ok(numbers
            .into_iter()
            .map(|(answer, number)| (answer, number.and_then(|id| found.get(&id).cloned())))
            .collect())
    }

    fn bubble(&self, raw: &Raw, answered: &HashMap<i64, Option<Raw>>) -> Result<Bubble> {
        let event = self.event(raw);
        let sender = self.sender(raw);
        let unsent = raw.kind == DELETED;
        let parts = match &event {
            Some(sentence) => vec![words(sentence)],
            None if unsent => Vec::new(),
            None => self.parts(raw)?,
        };
        let reply_to = answered.get(&raw.id).map(|answered| match answered {
            Some(answered) => ReplyTo {
                id: Some(answered.id),
                sender: self.sender(answered).map(|person| person.name),
                text: if answered.kind == DELETED { "(unsent)".to_owned() } else { self.words_of(answered) },
            },
            None => ReplyTo { id: None, sender: None, text: String::new() },
        });
        let name = |jid: Option<&str>| jid.map_or_else(|| "Me".to_owned(), |jid| self.names.person(jid).name);
        let marks = [(raw.starred, "Starred"), (raw.mine && raw.status == 9, "Not delivered")];
        Ok(Bubble {
            id: raw.id,
            guid: self.guid(raw),
            mine: raw.mine,
            address: sender.as_ref().map(|person| person.address.clone()),
            face: sender.as_ref().and_then(|person| person.picture.clone()),
            sender: sender.map(|person| person.name),
            when: raw.when,
            service: Some(self.title.to_owned()),
            kind: if event.is_some() { BubbleKind::Event } else { BubbleKind::Message },
            parts,
            reactions: raw.receipts.as_deref().map(|bytes| marks::reactions(bytes, name)).unwrap_or_default(),
            reply_to,
            unsent,
            marks: marks.iter().filter(|(is, _)| *is).map(|(_, mark)| (*mark).to_owned()).collect(),
            ..Bubble::default()
        })
    }

    /// The same in every version: the chat and the server's name of the message.
    pub(super) fn guid(&self, raw: &Raw) -> String {
        let chat = self.chats.get(raw.chat).map(|chat| chat.jid.as_str()).unwrap_or_default();
        let stanza = raw.stanza.clone().unwrap_or_else(|| format!("row-{}", raw.id));
        format!("{chat}/{stanza}")
    }

    /// Who wrote a message; `None` for the owner.
    pub(super) fn sender(&self, raw: &Raw) -> Option<crate::conversation::Person> {
        if raw.mine {
            return None;
        }
        let chat = self.chats.get(raw.chat);
        let jid = match (&raw.member, chat) {
            (Some(member), _) => member.as_str(),
            (None, Some(chat)) if !chat.group => chat.jid.trim_end_matches("@status"),
            _ => raw.from.as_deref().unwrap_or_default(),
        };
        Some(self.names.person(jid))
    }

    fn event(&self, raw: &Raw) -> Option<String> {
        let actor = self.sender(raw).map_or_else(|| "You".to_owned(), |person| person.name);
        let named = raw.text.as_deref().unwrap_or_default().split(',').filter(|id| id.contains('@'));
        let others: Vec<String> = named.map(|jid| self.names.person(jid.trim()).name).collect();
        let others = if others.is_empty() { actor.clone() } else { others.join(", ") };
        events::sentence(raw, &actor, &others)
    }

    fn parts(&self, raw: &Raw) -> Result<Vec<Part>> {
        let text = raw.text.as_deref().filter(|text| !text.trim().is_empty());
        let Some(item) = &raw.item else {
            let known = raw.kind == TEXT || raw.kind == LINK;
            return Ok(match (text, known) {
                (Some(text), true) => vec![words(text)],
                (text, false) => vec![unsupported(raw.kind, text)],
                (None, true) => Vec::new(),
            });
        };
        let mut parts = Vec::new();
        match raw.kind {
            TEXT | LINK => {
                parts.extend(text.map(words));
                // A text that answers has a row as well, with nothing to show in it.
                parts.extend(item.title.as_deref().filter(|_| raw.kind == LINK).map(|title| link(title, text)));
            }
            CONTACT => parts.push(contact(item)),
            LOCATION => parts.extend(location(item)),
            kind if FILES.contains(&kind) => {
                parts.push(Part::Attachment(self.file_of(raw, item)?));
                let caption = if kind == 8 { text } else { item.title.as_deref().or(text) };
                parts.extend(caption.filter(|caption| !caption.trim().is_empty()).map(words));
            }
            kind => {
                parts.push(unsupported(kind, text.or(item.title.as_deref())));
                if item.path.is_some() {
                    parts.push(Part::Attachment(self.file_of(raw, item)?));
                }
            }
        }
        Ok(parts)
    }

    /// A message in plain words; empty for one that only has files, or was deleted for everybody.
    pub(super) fn words_of(&self, raw: &Raw) -> String {
        if let Some(sentence) = self.event(raw) {
            return sentence;
        }
        if raw.kind == DELETED {
            return String::new();
        }
        let parts = self.parts(raw).unwrap_or_default();
        let said = parts.into_iter().filter(|part| !matches!(part, Part::Attachment(_))).collect();
        summary(&Bubble { parts: said, ..Bubble::default() })
    }
}

fn words(text: &str) -> Part {
    Part::Text { runs: vec![Run { text: text.replace('\0', ""), ..Run::default() }] }
}

fn unsupported(kind: i64, text: Option<&str>) -> Part {
    let title = format!("Unsupported kind {kind}");
    Part::App { title, text: text.map(str::to_owned), link: None, picture: None }
}

fn link(title: &str, text: Option<&str>) -> Part {
    let address = text.and_then(|text| text.split_whitespace().find(|word| word.starts_with("http")));
    Part::App { title: title.to_owned(), text: None, link: address.map(str::to_owned), picture: None }
}

fn location(item: &Item) -> Option<Part> {
    let (latitude, longitude) = item.latitude.zip(item.longitude)?;
    let title = item.title.clone().filter(|title| !title.trim().is_empty()).unwrap_or_else(|| "Location".to_owned());
    (latitude.abs() <= 90.0 && longitude.abs() <= 180.0).then_some(Part::Location { title, latitude, longitude })
}

/// A contact as its name and how to reach it.
fn contact(item: &Item) -> Part {
    const MOST: usize = 20;
    let lines = item.card.as_deref().unwrap_or_default().lines();
    let reach = lines.filter_map(|line| {
        let (field, value) = line.trim().split_once(':')?;
        let field = field.rsplit('.').next().unwrap_or(field).to_ascii_uppercase();
        (field.starts_with("TEL") || field.starts_with("EMAIL")).then(|| value.trim().to_owned())
    });
    let reach: Vec<String> = reach.take(MOST).collect();
    Part::App {
        title: item.card_name.clone().unwrap_or_else(|| "Contact".to_owned()),
        text: Some(reach.join("\n")).filter(|reach| !reach.is_empty()),
        link: None,
        picture: None,
    }
}
