//! Messages as rows of a table.

use std::vec::IntoIter;

use export::{Cell, Column, RowSource, iso_time};

use super::{Attachment, Bubble, BubbleKind, Messenger, PAGE, Part, attachments, summary};
use crate::Result;

pub(super) const COLUMNS: [Column; 16] = [
    Column { key: "conversation", title: "Conversation" },
    Column { key: "when", title: "Date" },
    Column { key: "sender", title: "From" },
    Column { key: "text", title: "Message" },
    Column { key: "attachments", title: "Attachments" },
    Column { key: "service", title: "Service" },
    Column { key: "kind", title: "Kind" },
    Column { key: "read", title: "Read" },
    Column { key: "reactions", title: "Reactions" },
    Column { key: "reply_to", title: "Reply to" },
    Column { key: "edits", title: "Before it was edited" },
    Column { key: "unsent", title: "Unsent" },
    Column { key: "deleted", title: "Deleted" },
    Column { key: "marks", title: "Notes" },
    Column { key: "translation", title: "Translation" },
    Column { key: "key", title: "Unique ID" },
];

/// The messages of some conversations, one row each, read page by page.
pub(crate) struct MessageRows<'a> {
    messenger: &'a mut dyn Messenger,
    conversations: IntoIter<i64>,
    title: String,
    thread: IntoIter<i64>,
    page: IntoIter<Bubble>,
}

impl<'a> MessageRows<'a> {
    pub fn new(messenger: &'a mut dyn Messenger, conversations: &[i64]) -> MessageRows<'a> {
        MessageRows {
            messenger,
            conversations: Vec::from(conversations).into_iter(),
            title: String::new(),
            thread: Vec::new().into_iter(),
            page: Vec::new().into_iter(),
        }
    }

    /// Goes on to the next page, and to the next conversation after the last; `false` at the end.
    fn turn(&mut self) -> Result<bool> {
        let ids: Vec<i64> = self.thread.by_ref().take(PAGE).collect();
        if !ids.is_empty() {
            self.page = self.messenger.bubbles(&ids)?.into_iter();
            return Ok(true);
        }
        let Some(id) = self.conversations.next() else { return Ok(false) };
        self.title = self.messenger.header(id)?.title;
        self.thread = self.messenger.thread(id)?.into_iter();
        Ok(true)
    }
}

impl RowSource for MessageRows<'_> {
    fn columns(&self) -> &[Column] {
        &COLUMNS
    }

    fn next(&mut self) -> Option<Vec<Cell>> {
        loop {
            if let Some(bubble) = self.page.next() {
                return Some(row(&self.title, &bubble, |file| file.name.clone()));
            }
            match self.turn() {
                Ok(true) => {}
                Ok(false) => return None,
                Err(error) => {
                    self.messenger.report_mut().note(format!("Reading ended early: {error}."));
                    return None;
                }
            }
        }
    }
}

/// A message as a line; `named` says how a file of it stands there.
pub(super) fn row(conversation: &str, bubble: &Bubble, named: impl Fn(&Attachment) -> String) -> Vec<Cell> {
    let joined = |texts: Vec<String>| Cell::text(Some(texts.join("; ")).filter(|text| !text.is_empty()));
    let reactions = bubble.reactions.iter().map(|reaction| format!("{} {}", reaction.emoji, reaction.by.join(", ")));
    let edits = bubble.edits.iter().map(|edit| match edit.when.and_then(iso_time) {
        Some(when) => format!("{when} {}", edit.text),
        None => edit.text.clone(),
    });
    let texts = bubble.parts.iter().filter(|part| !matches!(part, Part::Attachment(_))).cloned().collect();
    let text = summary(&Bubble { parts: texts, unsent: false, ..bubble.clone() });
    vec![
        conversation.into(),
        Cell::time(bubble.when),
        bubble.sender.as_deref().unwrap_or("Me").into(),
        Cell::text(Some(text).filter(|text| !text.is_empty())),
        joined(attachments(bubble).map(named).collect()),
        Cell::text(bubble.service.as_deref()),
        if bubble.kind == BubbleKind::Event { "event" } else { "message" }.into(),
        Cell::time(bubble.read),
        joined(reactions.collect()),
        Cell::text(bubble.reply_to.as_ref().map(|answered| answered.text.as_str()).filter(|text| !text.is_empty())),
        joined(edits.collect()),
        Cell::Bool(bubble.unsent),
        Cell::time(bubble.deleted),
        joined(bubble.effect.iter().chain(&bubble.marks).cloned().collect()),
        Cell::text(bubble.translation.as_ref().map(|translation| translation.text.as_str())),
        bubble.guid.as_str().into(),
    ]
}
