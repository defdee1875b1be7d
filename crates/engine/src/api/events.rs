//! The one event union; the window refetches what it shows for a topic.

use super::jobs::Job;
use serde::Serialize;
use ts_rs::TS;

#[derive(Clone, Debug, PartialEq, Serialize, TS)]
#[serde(tag = "type", content = "value", rename_all = "camelCase")]
pub enum Event {
    Job(Box<Job>),
    Changed(Topic),
    Attention(Prompt),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum Topic {
    App,
    Devices,
    Versions,
    Locations,
    Settings,
    Pretend,
    Jobs,
    /// Which encrypted versions are unlocked, and which passwords are known.
    Locks,
    /// Backups of other programs that could be kept.
    Offers,
}

impl Topic {
    /// Every topic: what to fetch again after events were missed.
    pub const ALL: [Topic; 9] = [
        Topic::App,
        Topic::Devices,
        Topic::Versions,
        Topic::Locations,
        Topic::Settings,
        Topic::Pretend,
        Topic::Jobs,
        Topic::Locks,
        Topic::Offers,
    ];
}

/// Something the person should do now.
#[derive(Clone, Debug, PartialEq, Serialize, TS)]
pub struct Prompt {
    pub kind: PromptKind,
    pub udid: String,
    pub text: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, TS)]
#[serde(rename_all = "camelCase")]
pub enum PromptKind {
    TapTrust,
    Unlock,
    EnterPasscode,
}
