//! From rows to what the window draws: bubbles with their parts, reactions, replies and edits.

use std::collections::HashMap;

use super::attachments::{self, File};
use super::body::{self, Piece};
use super::history::{self, History};
use super::parts::Placing;
use super::read::{self, Raw};
use super::{Messages, apps, events, polls, reactions};
use crate::Result;
use crate::conversation::{Bubble, BubbleKind, PAGE, Part, Reaction, ReplyTo, Run};

/// What a page of rows needs from elsewhere.
#[derive(Default)]
pub(super) struct Around {
    pub files: HashMap<i64, Vec<File>>,
    reactions: HashMap<String, Vec<(i64, Reaction)>>,
    answered: HashMap<String, Raw>,
    pub votes: HashMap<String, polls::Votes>,
    deleted: HashMap<i64, i64>,
}

impl Messages {
    /// The bubbles of some messages, in the same order; unknown ones are left out.
    pub(super) fn bubbles_of(&mut self, ids: &[i64]) -> Result<Vec<Bubble>> {
        self.need_tapbacks()?;
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

    /// The bubble of a message as a list shows it: without what others did to it.
    pub(super) fn bare_bubble(&mut self, id: i64) -> Result<Option<Bubble>> {
        let rows = read::by_ids(&self.db, &self.fields, &[id], &mut self.report)?;
        let Some(raw) = rows.get(&id) else { return Ok(None) };
        let files = attachments::of_messages(&self.db, &[id], &mut self.report)?;
        let bubble = self.bubble(raw, &Around { files, ..Around::default() })?;
        if bubble.parts.is_empty() {
            self.note_lost(raw);
        }
        Ok(Some(bubble))
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
        let asked = rows.iter().filter(|raw| raw.app.as_deref().is_some_and(|app| app.ends_with(".Polls")));
        let asked: Vec<&str> = asked.map(|raw| raw.guid.as_str()).collect();
        let handles = &self.handles;
        let name = |handle: Option<i64>| match handle {
            None => "Me".to_owned(),
            Some(handle) => handles.name(handle).unwrap_or("Someone").to_owned(),
        };
        Ok(Around {
            files: attachments::of_messages(&self.db, &ids, &mut self.report)?,
            reactions: reactions::to_messages(&self.db, &guids, &mut self.report, name)?,
            answered: read::by_guids(&self.db, &self.fields, &answered, &mut self.report)?,
            votes: polls::of_messages(&self.db, &asked, &mut self.report, name)?,
            deleted: self.conversations.deleted_when(&self.db, &ids, &mut self.report)?,
        })
    }

    /// Who sent a row; `None` for the owner.
    pub(super) fn sender(&self, raw: &Raw) -> Option<String> {
        let name = || self.handles.name(raw.handle).unwrap_or("Unknown sender").to_owned();
        (!raw.mine).then(name)
    }

    fn bubble(&self, raw: &Raw, around: &Around) -> Result<Bubble> {
        let person = self.handles.person(raw.handle).filter(|_| !raw.mine);
        let history = raw.summary.as_deref().map(history::read).unwrap_or_default();
        let event = self.event(raw);
        let (parts, numbers) = match &event {
            Some(sentence) => (vec![text_part(sentence)], Vec::new()),
            None => Placing::new(self, raw, around).place(pieces(raw, &history))?,
        };
        let unsent = history.unsent > 0 && (parts.is_empty() || history.unsent >= history.parts.max(1));
        let about = |part: i64| numbers.iter().position(|number| *number == part).map(|place| place as u32);
        let reactions = around.reactions.get(&raw.guid).into_iter().flatten();
        let reactions = reactions.map(|(part, reaction)| Reaction { part: about(*part), ..reaction.clone() });
        Ok(Bubble {
            id: raw.id,
            guid: raw.guid.clone(),
            mine: raw.mine,
            sender: self.sender(raw),
            address: person.map(|person| person.address.clone()),
            face: person.and_then(|person| person.picture.clone()),
            when: raw.when,
            read: raw.read,
            delivered: raw.delivered,
            service: raw.service.clone(),
            kind: if event.is_some() { BubbleKind::Event } else { BubbleKind::Message },
            reactions: reactions.collect(),
            reply_to: raw.reply_to.as_ref().map(|guid| self.reply_to(around.answered.get(guid))),
            edits: history.edits,
            effect: raw.effect.as_deref().and_then(effect),
            translation: history.translation,
            deleted: around.deleted.get(&raw.id).copied(),
            marks: marks(raw),
            parts: if unsent { Vec::new() } else { parts },
            unsent,
        })
    }

    pub(super) fn event(&self, raw: &Raw) -> Option<String> {
        let sender = self.sender(raw);
        let other = self.handles.name(raw.other_handle).unwrap_or("someone");
        events::sentence(raw, sender.as_deref().unwrap_or("You"), other)
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
            Some(part) => crate::conversation::summary(&Bubble { parts: vec![part], ..Bubble::default() }),
            None if text.is_empty() && raw.edited => {
                let history = raw.summary.as_deref().map(history::read).unwrap_or_default();
                body::words(&history.latest)
            }
            None => text,
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

/// What else is to be said of a message, in a few words each.
fn marks(raw: &Raw) -> Vec<String> {
    let marks = [
        (raw.mine && raw.error != 0, "Not delivered"),
        (raw.scheduled && !raw.sent, "Scheduled"),
        (raw.satellite, "Sent by satellite"),
        (raw.emergency, "Emergency SOS"),
    ];
    marks.iter().filter(|(is, _)| *is).map(|(_, mark)| (*mark).to_owned()).collect()
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
