//! The columns of `message` that depend on what a row is: text, tapback, event, edit.

use plist::{Dictionary, Value};

use super::script::Sends;
use super::stream::{Event, Message, Said};
use super::typedstream::{self, As, Rich};
use crate::contents::clock::{COCOA, nanoseconds};
use crate::contents::random::{Random, hash, hash_text};

/// The columns of one message that depend on its sort.
#[derive(Default)]
pub(super) struct Row {
    pub text: Option<String>,
    pub body: Option<Vec<u8>>,
    pub attachments: bool,
    pub audio: bool,
    pub item_type: i64,
    pub other_handle: i64,
    pub group_title: Option<String>,
    pub group_action: i64,
    pub target: Option<String>,
    pub target_type: i64,
    pub target_length: i64,
    pub emoji: Option<String>,
    pub effect: Option<&'static str>,
    pub summary: Option<Vec<u8>>,
    pub thread: Option<String>,
    pub thread_part: Option<String>,
    pub edited: i64,
    pub parts: i64,
}

impl Row {
    pub fn message(&mut self, said: &Said, message: &Message) {
        self.parts = 1;
        if let Some((guid, length)) = &message.reply {
            self.thread = Some(guid.clone());
            self.thread_part = Some(format!("0:0:{length}"));
        }
        if message.unsent {
            self.parts = 0;
            self.edited = nanoseconds(said.at + 30_000);
            self.summary = Some(unsent());
            return;
        }
        self.attachments = message.sends.is_some();
        self.audio = message.sends.as_ref().is_some_and(|sends| sends.kind == Sends::Voice);
        self.parts += i64::from(self.attachments && message.body.runs.len() > 1);
        // Most bodies are only in the archive, as systems from 16 on leave them.
        let turn = hash_text(&said.guid);
        self.text = (turn % 10 < 3).then(|| message.body.text.clone());
        self.body = (!turn.is_multiple_of(40) || self.text.is_none() || !message.body.is_plain())
            .then(|| typedstream::write(&message.body, As::Body));
        if let Some(before) = &message.before {
            self.edited = nanoseconds(said.at + 45_000);
            self.summary = Some(edited(before, &message.body, said.at, said.at + 45_000, &said.guid));
        }
        let festive = message.body.text.contains(['🎉', '🎂', '🍾']);
        self.effect = (festive && turn.is_multiple_of(3)).then_some("com.apple.messages.effect.CKConfettiEffect");
    }

    pub fn tapback(&mut self, target: &str, part: usize, quoted: &str, kind: &str, removed: bool) {
        let (number, done, undone) = match kind {
            "love" => (0, "Loved", "a heart"),
            "like" => (1, "Liked", "a like"),
            "dislike" => (2, "Disliked", "a dislike"),
            "laugh" => (3, "Laughed at", "a laugh"),
            "emphasize" => (4, "Emphasized", "an exclamation"),
            "question" => (5, "Questioned", "a question mark"),
            _ => (6, "Reacted to", "a reaction"),
        };
        let quoted = quoted.trim_start_matches('\u{fffc}');
        let what = if quoted.is_empty() { "an image".to_string() } else { format!("“{quoted}”") };
        self.text = Some(match (number, removed) {
            (6, false) => format!("Reacted {kind} to {what}"),
            (_, false) => format!("{done} {what}"),
            (_, true) => format!("Removed {undone} from {what}"),
        });
        self.emoji = (number == 6).then(|| kind.into());
        self.target = Some(format!("p:{part}/{target}"));
        self.target_type = if removed { 3000 } else { 2000 } + number;
        self.target_length = quoted.encode_utf16().count().max(1) as i64;
    }

    pub fn event(&mut self, event: &Event) {
        (self.item_type, self.group_action) = match event {
            Event::Renamed(_) => (2, 0),
            Event::Added(_) => (1, 0),
            Event::Left => (3, 0),
            Event::NewPhoto => (3, 1),
        };
        if let Event::Renamed(title) = event {
            self.group_title = Some(title.clone());
        }
    }
}

fn binary(dictionary: Dictionary) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Memory takes every write, and these values have nothing a binary list cannot hold.
    plist::to_writer_binary(&mut bytes, &Value::Dictionary(dictionary)).expect("a plain property list");
    bytes
}

fn range(length: usize) -> Value {
    Value::Dictionary(Dictionary::from_iter([("lo", Value::from(0)), ("le", Value::from(length as i64))]))
}

/// `message_summary_info` of an edited message of one part: every version with its time.
pub(super) fn edited(before: &Rich, after: &Rich, sent: i64, at: i64, guid: &str) -> Vec<u8> {
    let version = |rich: &Rich, at: i64, older: Option<&str>| {
        let mut version = Dictionary::new();
        version.insert("d".into(), Value::Real(at as f64 / 1000.0 - COCOA as f64));
        version.insert("t".into(), Value::Data(typedstream::write(rich, As::Edit)));
        version.extend(older.map(|guid| ("bcg".to_string(), Value::from(guid))));
        Value::Dictionary(version)
    };
    let change = Random::new(hash(hash_text(guid), &[at as u64])).guid();
    let versions = vec![version(before, sent, None), version(after, at, Some(&change))];
    binary(Dictionary::from_iter([
        ("ec", Value::Dictionary(Dictionary::from_iter([("0", Value::Array(versions))]))),
        ("ep", Value::Array(vec![Value::from(0)])),
        ("otr", Value::Dictionary(Dictionary::from_iter([("0", range(before.length()))]))),
        ("ust", Value::Boolean(true)),
    ]))
}

/// `message_summary_info` of a message taken back as a whole.
fn unsent() -> Vec<u8> {
    binary(Dictionary::from_iter([
        ("otr", Value::Dictionary(Dictionary::from_iter([("0", range(12))]))),
        ("rp", Value::Array(vec![Value::from(0)])),
        ("ust", Value::Boolean(true)),
    ]))
}
