//! Through a scope, conversation by conversation and page by page.

use std::vec::IntoIter;

use super::super::{Bubble, Header, Messenger, PAGE};
use super::{Around, Earlier, Scope};
use crate::{Error, Progress, Result};

/// What comes next.
pub enum Step {
    Begin(Header),
    /// At least one message, at most [`PAGE`].
    Page(Vec<Bubble>),
    End,
}

/// How many messages of a conversation there are, and the times of the first and the last, Unix milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    pub messages: u64,
    pub first: Option<i64>,
    pub last: Option<i64>,
}

impl Extent {
    fn of(messenger: &mut dyn Messenger, messages: &[i64]) -> Result<Extent> {
        let mut when = |id: Option<&i64>| -> Result<Option<i64>> {
            let Some(id) = id else { return Ok(None) };
            Ok(messenger.bubbles(&[*id])?.first().and_then(|bubble| bubble.when))
        };
        Ok(Extent { messages: messages.len() as u64, first: when(messages.first())?, last: when(messages.last())? })
    }
}

/// Goes through a scope once; knows from the start how many messages there are.
pub struct Walk {
    /// Conversations and their messages that are still to come. Eight bytes a message is all that is kept of them.
    ahead: IntoIter<(i64, Vec<i64>)>,
    now: Option<(Header, IntoIter<i64>)>,
    begun: bool,
    /// A page that waits until its conversation has begun.
    waiting: Option<Vec<Bubble>>,
    done: u64,
    total: u64,
}

impl Walk {
    pub fn new(messenger: &mut dyn Messenger, scope: &Scope, run: &mut dyn Progress) -> Result<Walk> {
        let chosen = scope.chosen();
        let mut ahead = Vec::new();
        for id in &scope.conversations {
            if !run.step(0, 0) {
                return Err(Error::Cancelled);
            }
            let messages = scope.messages(messenger, *id, chosen.as_ref())?;
            if !messages.is_empty() {
                ahead.push((*id, messages));
            }
        }
        let total = ahead.iter().map(|(_, messages)| messages.len() as u64).sum();
        Ok(Walk { ahead: ahead.into_iter(), now: None, begun: false, waiting: None, done: 0, total })
    }

    /// How many messages there are.
    pub fn total(&self) -> u64 {
        self.total
    }

    /// The next step; `None` after the last. What is in `earlier` is passed by, and so is a conversation that has nothing
    /// else.
    pub fn next(&mut self, around: &mut Around, earlier: Option<&Earlier>) -> Result<Option<Step>> {
        loop {
            if let Some(page) = self.waiting.take() {
                return Ok(Some(Step::Page(page)));
            }
            let Some((header, messages)) = &mut self.now else {
                let Some((id, messages)) = self.ahead.next() else {
                    around.at = (self.done, self.total);
                    around.go_on()?;
                    return Ok(None);
                };
                around.extent = match earlier {
                    None => Some(Extent::of(around.messenger, &messages)?),
                    Some(_) => None,
                };
                self.now = Some((around.messenger.header(id)?, messages.into_iter()));
                self.begun = false;
                continue;
            };
            let page: Vec<i64> = messages.by_ref().take(PAGE).collect();
            if page.is_empty() {
                self.now = None;
                if self.begun {
                    return Ok(Some(Step::End));
                }
                continue;
            }
            let header = header.clone();
            around.at = (self.done, self.total);
            around.go_on()?;
            self.done += page.len() as u64;
            let mut bubbles = around.messenger.bubbles(&page)?;
            bubbles.retain(|bubble| earlier.is_none_or(|earlier| !earlier.holds(bubble)));
            if bubbles.is_empty() {
                continue;
            }
            if self.begun {
                return Ok(Some(Step::Page(bubbles)));
            }
            (self.begun, self.waiting) = (true, Some(bubbles));
            return Ok(Some(Step::Begin(header)));
        }
    }
}
