//! From rows to what the window draws: bubbles with their parts, reactions, replies and edits.

use std::collections::HashMap;

use super::attachments::{self, File};
use super::body::{self, Piece};
use super::history::{self, History};
use super::read::{self, Raw};
use super::{Messages, apps, events, reactions};
use crate::Result;
use crate::conversation::{Bubble, BubbleKind, PAGE, Part, Reaction, ReplyTo, Run};

/// What a page of rows needs from elsewhere.
#[derive(Default)]
struct Around {
    files: HashMap<i64, Vec<File>>,
    reactions: HashMap<String, Vec<Reaction>>,
    answered: HashMap<String, Raw>,
}

impl Messages {
    /// The bubbles of some messages, in the same order; unknown ones are left out.
    pub(super) fn bubbles_of(&mut self, ids: &[i64]) -> Result<Vec<Bubble>> {
        let mut bubbles = Vec::with_capacity(ids.len());
        for page in ids.chunks(PAGE) {
            let rows = read::by_ids(&self.db, &self.fields, page, &mut self.report)?;
            let rows: Vec<&Raw> = page.iter().filter_map(|id| rows.get(id)).collect();
            let around = self.around(&rows)?;
            for raw in rows {
                let bubble = self.bubble(raw, &around)?;
                if bubble.parts.is_empty() {
                    self.note_lost(raw);
                }
                bubbles.push(bubble);
            }
        }
        Ok(bubbles)
    }

    /// Remembers a message whose text cannot be read, once however often it is looked at.
    pub(super) fn note_lost(&mut self, raw: &Raw) {
        if raw.text.is_none() && raw.body.as_deref().is_some_and(body::is_lost) {
            self.lost.insert(raw.id);
        }
    }

    fn around(&mut self, rows: &[&Raw]) -> Result<Around> {
        let ids: Vec<i64> = rows.iter().map(|raw| raw.id).collect();
        let guids: Vec<&str> = rows.iter().map(|raw| raw.guid.as_str()).collect();
        let answered: Vec<&str> = rows.iter().filter_map(|raw| raw.reply_to.as_deref()).collect();
        let handles = &self.handles;
        let name = |handle: Option<i64>| match handle {
            None => "Me".to_owned(),
            Some(handle) => handles.name(handle).unwrap_or("Someone").to_owned(),
        };
        Ok(Around {
            files: attachments::of_messages(&self.db, &ids, &mut self.report)?,
            reactions: reactions::to_messages(&self.db, &guids, &mut self.report, name)?,
            answered: read::by_guids(&self.db, &self.fields, &answered, &mut self.report)?,
        })
    }

    /// Who sent a row; `None` for the owner.
    pub(super) fn sender(&self, raw: &Raw) -> Option<String> {
        let name = || self.handles.name(raw.handle).unwrap_or("Unknown sender").to_owned();
        (!raw.mine).then(name)
    }

    fn bubble(&self, raw: &Raw, around: &Around) -> Result<Bubble> {
        let sender = self.sender(raw);
        let history = raw.summary.as_deref().map(history::read).unwrap_or_default();
        let pieces = pieces(raw, &history);
        let files = around.files.get(&raw.id).map(Vec::as_slice).unwrap_or_default();
        let event = self.event(raw);
        let mut parts = match &event {
            Some(sentence) => vec![text_part(sentence)],
            None => self.parts(raw, pieces, files)?,
        };
        let unsent = history.unsent > 0 && (parts.is_empty() || history.unsent >= history.parts.max(1));
        if unsent {
            parts.clear();
        }
        Ok(Bubble {
            id: raw.id,
            guid: raw.guid.clone(),
            mine: raw.mine,
            sender,
            when: raw.when,
            read: raw.read,
            service: raw.service.clone(),
            kind: if event.is_some() { BubbleKind::Event } else { BubbleKind::Message },
            parts,
            reactions: around.reactions.get(&raw.guid).cloned().unwrap_or_default(),
            reply_to: raw.reply_to.as_ref().map(|guid| self.reply_to(around.answered.get(guid))),
            edits: history.edits,
            unsent,
            effect: raw.effect.as_deref().and_then(effect),
            ..Bubble::default()
        })
    }

    pub(super) fn event(&self, raw: &Raw) -> Option<String> {
        let sender = self.sender(raw);
        let other = self.handles.name(raw.other_handle).unwrap_or("someone");
        events::sentence(raw, sender.as_deref().unwrap_or("You"), other)
    }

    fn parts(&self, raw: &Raw, pieces: Vec<Piece>, files: &[File]) -> Result<Vec<Part>> {
        let mut parts = Vec::new();
        if let Some(subject) = raw.subject.as_ref().filter(|subject| !subject.trim().is_empty()) {
            parts.push(Part::Text { runs: vec![Run { text: subject.clone(), bold: true, ..Run::default() }] });
        }
        let app = raw.app.as_deref().map(|bundle| (bundle, apps::app(bundle, raw.payload.as_deref())));
        let mut left: Vec<&File> = files.iter().filter(|file| file.is_shown()).collect();
        for piece in pieces {
            match piece {
                // The text of other apps only repeats their bubble.
                Piece::Text(_) if app.as_ref().is_some_and(|(bundle, _)| !apps::is_link(bundle)) => {}
                Piece::Text(runs) => parts.push(Part::Text { runs }),
                Piece::Attachment { guid, width, height } => {
                    // Old bodies name no file: then they come in order.
                    let named = left.iter().position(|file| guid.as_ref() == Some(&file.guid));
                    let next = guid.is_none() && !left.is_empty();
                    if let Some(place) = named.or(next.then_some(0)) {
                        parts.push(Part::Attachment(left.remove(place).show(&self.backup, width, height)?));
                    }
                }
            }
        }
        for file in left {
            parts.push(Part::Attachment(file.show(&self.backup, None, None)?));
        }
        parts.extend(app.map(|(_, part)| part));
        Ok(parts)
    }

    fn reply_to(&self, answered: Option<&Raw>) -> ReplyTo {
        match answered {
            Some(raw) => ReplyTo { id: Some(raw.id), sender: self.sender(raw), text: self.words_of(raw) },
            None => ReplyTo { id: None, sender: None, text: String::new() },
        }
    }

    /// A message in plain words, as lists and searches show it; empty for one that only has files.
    pub(super) fn words_of(&self, raw: &Raw) -> String {
        if let Some(sentence) = self.event(raw) {
            return sentence;
        }
        let text = body::plain(raw.body.as_deref(), raw.text.as_deref());
        let app = raw.app.as_deref().filter(|bundle| text.is_empty() || !apps::is_link(bundle));
        match app.map(|bundle| apps::app(bundle, raw.payload.as_deref())) {
            Some(Part::App { title, text: Some(text), .. }) => format!("{title}: {text}"),
            Some(Part::App { title, .. }) => title,
            _ if text.is_empty() && raw.edited => {
                let history = raw.summary.as_deref().map(history::read).unwrap_or_default();
                body::words(&history.latest)
            }
            _ => text,
        }
    }
}

/// The body as it stands; edited messages of some systems keep it in their history only.
fn pieces(raw: &Raw, history: &History) -> Vec<Piece> {
    let pieces = body::pieces(raw.body.as_deref(), raw.text.as_deref());
    if pieces.is_empty() { history.latest.clone() } else { pieces }
}

fn text_part(text: &str) -> Part {
    Part::Text { runs: vec![Run { text: text.to_owned(), ..Run::default() }] }
}

/// The name of an effect, as the phone calls it.
fn effect(id: &str) -> Option<String> {
    let name = id.rsplit('.').next()?;
    Some(match name {
        "impact" => "Slam",
        "loud" => "Loud",
        "gentle" => "Gentle",
        "invisibleink" => "Invisible Ink",
        "CKHappyBirthdayEffect" => "Balloons",
        "CKShootingStarEffect" => "Shooting Star",
        other => other.trim_start_matches("CK").trim_end_matches("Effect"),
    })
    .filter(|name| !name.is_empty())
    .map(str::to_owned)
}
