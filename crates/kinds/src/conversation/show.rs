//! A conversation as a document, and its newest message as a line.

use export::{Block, Cell, Document, Field, FieldKind};

use super::{Bubble, BubbleKind, Messenger, summary};
use crate::Result;

/// A document shows this many of the newest messages; all of them are in the window and in exports.
const SHOWN: usize = 500;

pub(crate) fn document(messenger: &mut dyn Messenger, id: i64) -> Result<Document> {
    let header = messenger.header(id)?;
    let ids = messenger.thread(id)?;
    let newest = &ids[ids.len().saturating_sub(SHOWN)..];
    let kind = |address: &str| if address.contains('@') { FieldKind::Email } else { FieldKind::Phone };
    let people = header.people.iter();
    let fields = people.map(|person| Field::new(&person.name, &person.address, kind(&person.address)));
    let mut blocks = vec![Block::Fields(fields.collect())];
    if ids.len() > SHOWN {
        blocks.push(Block::Text(format!("The newest {SHOWN} of {} messages.", ids.len())));
    }
    let rows = messenger.bubbles(newest)?.into_iter().map(|bubble| {
        let sender = bubble.sender.as_deref().unwrap_or("Me").to_owned();
        vec![Cell::time(bubble.when), sender.into(), summary(&bubble).into()]
    });
    let rows = rows.collect();
    blocks.push(Block::Table { columns: ["Date", "From", "Message"].map(str::to_owned).to_vec(), rows });
    let subtitle = match header.people.as_slice() {
        [one] if !header.group => Some(one.address.clone()).filter(|address| *address != header.title),
        people => Some(format!("{} people", people.len() + 1)).filter(|_| header.group),
    };
    Ok(Document { title: header.title, subtitle, picture: header.picture, blocks })
}

/// "Ada: see you there" in a group, "You: …" for the owner's, the bare text else.
pub(crate) fn preview(bubble: &Bubble, group: bool) -> String {
    let text = summary(bubble);
    match (&bubble.sender, bubble.kind) {
        (_, BubbleKind::Event) => text,
        (None, _) => format!("You: {text}"),
        (Some(sender), _) if group => format!("{sender}: {text}"),
        _ => text,
    }
}
