//! Messages: who writes, what they say, and the sms.db it ends up in.

pub(crate) mod attachments;
mod body;
pub(crate) mod conversations;
mod row;
pub(crate) mod script;
pub(crate) mod stream;
mod typedstream;
pub(crate) mod write;

pub(crate) mod tally;

use super::ContentsOptions;
use super::random::hash;
use conversations::Conversation;
use stream::{Message, Said, Stream, What};
use typedstream::Rich;

/// The message of an earlier day that a day edits, and what it says from then on. `None` on a phone without one.
pub(crate) fn edit_of_day(options: &ContentsOptions, plan: &[Conversation], day: u32) -> Option<(Said, Rich)> {
    // From the beginning of the busiest conversation, where it is never the newest message.
    let plain = |said: &Said| match &said.what {
        What::Message(message) => said.sender.is_none() && is_plain(message),
        _ => false,
    };
    let conversation = plan.first()?;
    let limit = (conversation.messages / 2).max(20) as usize;
    let mine = Stream::new(options, conversation).take(limit).filter(plain).count();
    let turn = hash(options.seed, &[43]) as usize + day as usize;
    let said = Stream::new(options, conversation).take(limit).filter(plain).nth(turn % mine.max(1))?;
    let What::Message(message) = &said.what else { return None };
    let text = format!("{} (day {day}: I meant this one!)", message.body.text);
    let rich = body::styled(&text, 0, |_| None);
    Some((said, rich))
}

fn is_plain(message: &Message) -> bool {
    message.body.is_plain()
        && message.sends.is_none()
        && message.before.is_none()
        && !message.unsent
        && message.reply.is_none()
}
