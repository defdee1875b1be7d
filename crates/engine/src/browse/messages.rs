//! Conversations and their bubbles.

use super::views::{Kept, keep, kept};
use super::{nothing_here, opened};
use crate::Engine;
use crate::api::browse::{ConversationRequest, ConversationView, RowsRequest};
use crate::api::{Result, blocking};
use kinds::Reader;
use kinds::conversation::{Bubble, Messenger};

const KIND: &str = "messages";

fn messages(reader: &mut dyn Reader) -> Result<&mut dyn Messenger> {
    reader.as_messenger().ok_or_else(|| nothing_here("There are no messages in this version."))
}

pub async fn open(engine: &Engine, asked: ConversationRequest) -> Result<ConversationView> {
    let engine = engine.clone();
    blocking(move || {
        let opened = opened(&engine, &asked.version, None)?;
        let (ids, header) = opened.read(KIND, |reader| {
            let messages = messages(reader)?;
            Ok((messages.thread(asked.conversation)?, messages.header(asked.conversation)?))
        })?;
        let count = ids.len() as u64;
        let view = keep(&engine, Kept { opened, kind: KIND.to_string(), ids })?;
        Ok(ConversationView { view, count, header })
    })
    .await
}

pub async fn rows(engine: &Engine, asked: RowsRequest) -> Result<Vec<Bubble>> {
    let kept = kept(engine, asked.view)?;
    blocking(move || {
        kept.opened.read(KIND, |reader| Ok(messages(reader)?.bubbles(kept.window(asked.from, asked.count))?))
    })
    .await
}
