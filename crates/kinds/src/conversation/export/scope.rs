//! Which messages are exported.

use std::collections::HashSet;

use super::super::Messenger;
use super::words::instant;
use crate::Result;

/// Some conversations, and which of their messages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scope {
    pub conversations: Vec<i64>,
    /// Not before this time, Unix milliseconds.
    pub from: Option<i64>,
    /// Not after this time, Unix milliseconds.
    pub until: Option<i64>,
    /// Only these messages of them.
    pub messages: Option<Vec<i64>>,
}

impl Scope {
    /// Everything in some conversations.
    pub fn of(conversations: &[i64]) -> Scope {
        Scope { conversations: conversations.to_vec(), ..Scope::default() }
    }

    /// What is not of the scope, in a sentence; `added` where an earlier export holds the rest.
    pub(super) fn left_out(&self, added: bool) -> Option<String> {
        let mut only = Vec::new();
        if self.messages.is_some() {
            only.push("messages that were chosen one by one".to_owned());
        }
        only.extend(self.from.map(|from| format!("messages from {} on", instant(from))));
        only.extend(self.until.map(|until| format!("messages up to {}", instant(until))));
        if added {
            only.push("what an earlier export does not hold".to_owned());
        }
        Some(format!("This holds only {}.", only.join(", "))).filter(|_| !only.is_empty())
    }

    /// The messages of one of the conversations, oldest first; those that wait in "Recently Deleted" are among them.
    pub(super) fn messages(
        &self,
        messenger: &mut dyn Messenger,
        conversation: i64,
        chosen: Option<&HashSet<i64>>,
    ) -> Result<Vec<i64>> {
        let bounded = self.from.is_some() || self.until.is_some();
        let between = bounded.then(|| (self.from.unwrap_or(i64::MIN), self.until.unwrap_or(i64::MAX)));
        let mut ids = messenger.whole(conversation, between)?;
        if let Some(chosen) = chosen {
            ids.retain(|id| chosen.contains(id));
        }
        Ok(ids)
    }

    /// The chosen messages, to look them up in.
    pub(super) fn chosen(&self) -> Option<HashSet<i64>> {
        self.messages.as_ref().map(|ids| ids.iter().copied().collect())
    }
}
