//! What a reader must find in sms.db, counted from the streams and not from the database.

use super::conversations::{Conversation, plan};
use super::edit_of_day;
use super::stream::{Said, What, of_day, woven};
use crate::contents::{ContentsOptions, ExpectedConversation, ExpectedMessages};

/// Counts of a day, over all conversations and for each.
pub(crate) fn tally(options: &ContentsOptions, day: u32) -> (ExpectedMessages, Vec<ExpectedConversation>) {
    let plan = plan(options);
    let mut counts = ExpectedMessages::default();
    let mut conversations: Vec<ExpectedConversation> = plan.iter().map(empty).collect();
    for said in woven(options, &plan) {
        count(&mut counts, &mut conversations, &said);
    }
    let mut edited = std::collections::BTreeSet::new();
    for day in 1..=day {
        for said in of_day(options, &plan, day) {
            count(&mut counts, &mut conversations, &said);
        }
        if let Some((said, _)) = edit_of_day(options, &plan, day) {
            counts.edited += u64::from(edited.insert(said.guid));
        }
    }
    (counts, conversations)
}

fn empty(conversation: &Conversation) -> ExpectedConversation {
    ExpectedConversation {
        chats: conversation.chats.iter().map(|chat| chat.guid.clone()).collect(),
        participants: conversation.participants.clone(),
        title: conversation.title.clone(),
        group: conversation.group,
        messages: 0,
        last_text: None,
    }
}

fn count(counts: &mut ExpectedMessages, conversations: &mut [ExpectedConversation], said: &Said) {
    counts.rows += 1;
    let conversation = &mut conversations[said.conversation];
    match &said.what {
        What::Tapback { removed: true, .. } => counts.removed_tapbacks += 1,
        What::Tapback { kind, .. } => {
            counts.tapbacks += 1;
            counts.emoji_tapbacks += u64::from(!kind.is_ascii());
        }
        What::Event(_) => counts.group_events += 1,
        What::Message(message) if message.deleted => counts.recently_deleted += 1,
        What::Message(message) => {
            counts.messages += 1;
            conversation.messages += 1;
            counts.replies += u64::from(message.reply.is_some());
            counts.edited += u64::from(message.before.is_some());
            counts.unsent += u64::from(message.unsent);
            counts.attachments += u64::from(message.sends.is_some());
            counts.attachments_missing += u64::from(message.sends.as_ref().is_some_and(|sends| sends.missing));
            let text = message.body.text.trim_start_matches('\u{fffc}');
            if !message.unsent && !text.is_empty() {
                conversation.last_text = Some(text.into());
            }
        }
    }
}
