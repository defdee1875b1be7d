//! What a conversation is made of, whoever carried it.

use serde::Serialize;
use ts_rs::TS;

/// Who takes part, and how a conversation is called.
#[derive(Serialize, TS, Clone, Debug, Default, PartialEq)]
pub struct Header {
    pub title: String,
    /// Everyone but the owner of the phone.
    pub people: Vec<Person>,
    /// Of the newest message: "iMessage", "SMS", "RCS", "WhatsApp".
    pub service: Option<String>,
    pub group: bool,
    /// Media path of the group's picture, or of the face of the one person.
    pub picture: Option<String>,
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
    /// Media path of the face.
    pub picture: Option<String>,
}

/// One message or event of a conversation.
#[derive(Serialize, TS, Clone, Debug, Default, PartialEq)]
pub struct Bubble {
    #[ts(type = "number")]
    pub id: i64,
    pub guid: String,
    pub mine: bool,
    /// Who sent it; `None` for the owner of the phone.
    pub sender: Option<String>,
    /// The sender's phone number or e-mail address.
    pub address: Option<String>,
    /// Media path of the sender's face.
    pub face: Option<String>,
    /// Unix milliseconds UTC.
    #[ts(type = "number | null")]
    pub when: Option<i64>,
    /// When it was read, by whom it was sent to.
    #[ts(type = "number | null")]
    pub read: Option<i64>,
    /// When it reached the other side.
    #[ts(type = "number | null")]
    pub delivered: Option<i64>,
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
    /// The text in the reader's language, as the phone translated it.
    pub translation: Option<Translation>,
    /// When it was moved to "Recently Deleted".
    #[ts(type = "number | null")]
    pub deleted: Option<i64>,
    /// Such as "Not delivered", "Scheduled", "Sent by satellite", "Forwarded", "Starred".
    pub marks: Vec<String>,
}

#[derive(Serialize, TS, Clone, Copy, Debug, Default, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum BubbleKind {
    #[default]
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
    /// A link preview, a game, a payment: what can be said of it in words.
    App {
        title: String,
        text: Option<String>,
        /// Never opened without the person asking for it.
        link: Option<String>,
        /// Media path of the preview's picture.
        picture: Option<String>,
    },
    Poll {
        title: String,
        options: Vec<PollOption>,
    },
    /// Something drawn by hand, as a picture.
    Drawing {
        title: String,
        /// Media path of an SVG picture; `None` when it cannot be drawn.
        media: Option<String>,
    },
    Location {
        title: String,
        /// Degrees.
        latitude: f64,
        longitude: f64,
    },
}

#[derive(Serialize, TS, Clone, Debug, Default, PartialEq)]
pub struct PollOption {
    pub text: String,
    /// Who chose it.
    pub by: Vec<String>,
}

/// A stretch of text in one style.
#[derive(Serialize, TS, Clone, Debug, Default, PartialEq)]
pub struct Run {
    pub text: String,
    pub bold: bool,
    pub italic: bool,
    pub underline: bool,
    pub strike: bool,
    /// A web address, phone number (`tel:`) or e-mail (`mailto:`) found in the text.
    pub link: Option<String>,
    /// The address of the person mentioned.
    pub mention: Option<String>,
    /// How the letters move: "Big", "Shake".
    pub effect: Option<String>,
    /// What the phone took it for.
    pub found: Option<Found>,
}

/// What a stretch of text is, beyond its letters.
#[derive(Serialize, TS, Clone, Copy, Debug, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Found {
    Phone,
    Address,
    Date,
    /// A code to sign in with, used once.
    Code,
    /// A flight, a parcel, an amount of money: the phone does not say which in the text itself.
    Data,
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
    /// Media path of the same in a form that web views play, for audio that they do not.
    pub plays: Option<String>,
    pub shows: Shows,
    /// Pixels, when known.
    pub width: Option<u32>,
    pub height: Option<u32>,
    pub sticker: bool,
    /// What is said in it, as the phone heard it.
    pub transcription: Option<String>,
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

#[derive(Serialize, TS, Clone, Debug, Default, PartialEq)]
pub struct Reaction {
    /// An emoji; tapbacks are drawn as the emoji they stand for.
    pub emoji: String,
    pub by: Vec<String>,
    /// Media path of a sticker, drawn in place of the emoji.
    pub sticker: Option<String>,
    /// The place in [`Bubble::parts`] that it is about.
    pub part: Option<u32>,
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

#[derive(Serialize, TS, Clone, Debug, PartialEq)]
pub struct Translation {
    pub text: String,
    /// As the phone names it: `fr_FR`.
    pub language: Option<String>,
}
