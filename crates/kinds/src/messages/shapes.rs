//! What the window is given of a conversation.

use serde::Serialize;
use ts_rs::TS;

/// Who takes part, and how a conversation is called.
#[derive(Serialize, TS, Clone, Debug, Default, PartialEq)]
pub struct Header {
    pub title: String,
    /// Everyone but the owner of the phone.
    pub people: Vec<Person>,
    /// Of the newest message: "iMessage", "SMS", "RCS".
    pub service: Option<String>,
    pub group: bool,
}

#[derive(Serialize, TS, Clone, Debug, Default, PartialEq)]
pub struct Person {
    /// The contact's name, or the address when there is no contact.
    pub name: String,
    /// Phone number or e-mail address.
    pub address: String,
    /// Id in the contacts of the same version.
    #[ts(type = "number | null")]
    pub contact: Option<i64>,
}

/// One message or event of a conversation.
#[derive(Serialize, TS, Clone, Debug, PartialEq)]
pub struct Bubble {
    #[ts(type = "number")]
    pub id: i64,
    pub guid: String,
    pub mine: bool,
    /// Who sent it; `None` for the owner of the phone.
    pub sender: Option<String>,
    /// Unix milliseconds UTC.
    #[ts(type = "number | null")]
    pub when: Option<i64>,
    #[ts(type = "number | null")]
    pub read: Option<i64>,
    pub service: Option<String>,
    pub kind: BubbleKind,
    pub parts: Vec<Part>,
    pub reactions: Vec<Reaction>,
    pub reply_to: Option<ReplyTo>,
    /// Earlier wordings, oldest first; empty when it was never edited.
    pub edits: Vec<Edit>,
    pub unsent: bool,
    /// Such as "Slam" or "Fireworks".
    pub effect: Option<String>,
}

#[derive(Serialize, TS, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum BubbleKind {
    Message,
    /// Someone joined, left, renamed the group …; its text is a sentence.
    Event,
}

#[derive(Serialize, TS, Clone, Debug, PartialEq)]
#[serde(tag = "type", rename_all = "lowercase")]
pub enum Part {
    Text {
        runs: Vec<Run>,
    },
    Attachment(Attachment),
    /// A link preview, a poll, a game: what can be said of it in words.
    App {
        title: String,
        text: Option<String>,
        /// Never opened without the person asking for it.
        link: Option<String>,
    },
}

/// A stretch of text in one style.
#[derive(Serialize, TS, Clone, Debug, Default, PartialEq)]
pub struct Run {
    pub text: String,
    pub bold: bool,
    pub italic: bool,
    pub underline: bool,
    pub strike: bool,
    /// A web address, phone number or e-mail found in the text.
    pub link: Option<String>,
    /// The address of the person mentioned.
    pub mention: Option<String>,
}

#[derive(Serialize, TS, Clone, Debug, PartialEq)]
pub struct Attachment {
    #[ts(type = "number")]
    pub id: i64,
    pub name: String,
    pub mime: Option<String>,
    /// Bytes.
    #[ts(type = "number | null")]
    pub size: Option<u64>,
    pub state: State,
    /// Why the file is missing; a sentence for people.
    pub reason: Option<String>,
    /// Media path; `None` when the file is not in this version.
    pub media: Option<String>,
    pub shows: Shows,
    /// Pixels, when known.
    pub width: Option<u32>,
    pub height: Option<u32>,
}

/// Whether an attachment's file is in this version.
#[derive(Serialize, TS, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Here,
    Missing,
}

/// How an attachment is drawn.
#[derive(Serialize, TS, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Shows {
    Image,
    Video,
    Audio,
    File,
}

#[derive(Serialize, TS, Clone, Debug, PartialEq)]
pub struct Reaction {
    /// An emoji; tapbacks are drawn as the emoji they stand for.
    pub emoji: String,
    pub by: Vec<String>,
}

#[derive(Serialize, TS, Clone, Debug, PartialEq)]
pub struct ReplyTo {
    /// The message it answers; `None` when that is gone.
    #[ts(type = "number | null")]
    pub id: Option<i64>,
    pub sender: Option<String>,
    pub text: String,
}

#[derive(Serialize, TS, Clone, Debug, PartialEq)]
pub struct Edit {
    #[ts(type = "number | null")]
    pub when: Option<i64>,
    pub text: String,
}
