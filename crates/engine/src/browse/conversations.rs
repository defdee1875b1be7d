//! Conversations and their bubbles, whichever messenger they are of.

use super::views::{Kept, keep, kept};
use super::{nothing_here, opened};
use crate::Engine;
use crate::api::browse::{
    ConversationRequest, ConversationView, DayRequest, FindRequest, Position, RowsRequest, Shown,
};
use crate::api::{Result, blocking};
use kinds::Reader;
use kinds::conversation::{Bubble, Messenger, find as find_words, position};

fn messenger(reader: &mut dyn Reader) -> Result<&mut dyn Messenger> {
    reader.as_messenger().ok_or_else(|| nothing_here("There are no conversations in this version."))
}

pub async fn open(engine: &Engine, asked: ConversationRequest) -> Result<ConversationView> {
    let engine = engine.clone();
    blocking(move || {
        let opened = opened(&engine, &asked.version, None)?;
        let (ids, header, deleted) = opened.read(&asked.kind, |reader| {
            let messenger = messenger(reader)?;
            let deleted = messenger.deleted(asked.conversation)?;
            let count = deleted.len() as u64;
            let ids = match asked.show {
                Shown::Thread => messenger.thread(asked.conversation)?,
                Shown::Deleted => deleted,
                Shown::Files => messenger.carrying(asked.conversation)?,
            };
            Ok((ids, messenger.header(asked.conversation)?, count))
        })?;
        let count = ids.len() as u64;
        let view = keep(&engine, Kept { opened, kind: asked.kind, ids })?;
        Ok(ConversationView { view, count, header, deleted })
    })
    .await
}

pub async fn rows(engine: &Engine, asked: RowsRequest) -> Result<Vec<Bubble>> {
    let kept = kept(engine, asked.view)?;
    blocking(move || {
        kept.opened.read(&kept.kind, |reader| Ok(messenger(reader)?.bubbles(kept.window(asked.from, asked.count))?))
    })
    .await
}

pub async fn find(engine: &Engine, asked: FindRequest) -> Result<Vec<u64>> {
    let kept = kept(engine, asked.view)?;
    blocking(move || kept.opened.read(&kept.kind, |reader| Ok(find_words(messenger(reader)?, &kept.ids, &asked.text)?)))
        .await
}

pub async fn day(engine: &Engine, asked: DayRequest) -> Result<Position> {
    let kept = kept(engine, asked.view)?;
    blocking(move || {
        let at = kept.opened.read(&kept.kind, |reader| Ok(position(messenger(reader)?, &kept.ids, asked.when)?))?;
        Ok(Position { at })
    })
    .await
}
