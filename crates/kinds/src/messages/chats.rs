//! The rows of `chat`, with who is in them and what they hold.

use std::collections::HashMap;

use backup::Database;

use super::read::{KIND_NAME, failed};
use crate::{Report, Result, sql};

/// Where the time of a message stands: newer systems repeat it in the join, so that no message need be read for an order.
#[derive(Clone, Copy)]
pub(super) struct Order {
    pub from: &'static str,
    pub date: &'static str,
}

const IN_JOIN: Order = Order { from: "chat_message_join j", date: "j.message_date" };
const IN_MESSAGE: Order =
    Order { from: "chat_message_join j JOIN message m ON m.ROWID = j.message_id", date: "m.date" };

/// A row of `chat` before it is put together with others.
#[derive(Default)]
pub(super) struct Chat {
    pub id: i64,
    pub identifier: String,
    pub name: Option<String>,
    pub service: Option<String>,
    pub group_id: Option<String>,
    pub group: bool,
    /// A property list; it names the group's picture.
    pub properties: Option<Vec<u8>>,
    pub handles: Vec<i64>,
    pub messages: u64,
    /// How many wait in "Recently Deleted".
    pub deleted: u64,
    /// When the newest message was, as the phone writes it.
    pub last: i64,
}

/// All rows, and how to order what is in them.
pub(super) fn read(db: &Database, report: &mut Report) -> Result<(Vec<Chat>, Order)> {
    let order = order(db)?;
    let mut chats = read_chats(db, report)?;
    add_handles(db, &mut chats, report)?;
    add_activity(db, &order, &mut chats, report)?;
    add_deleted(db, &mut chats, report)?;
    Ok((chats, order))
}

fn order(db: &Database) -> Result<Order> {
    if !db.columns("chat_message_join").contains("message_date") {
        return Ok(IN_MESSAGE);
    }
    let gaps = "SELECT EXISTS (SELECT 1 FROM chat_message_join WHERE message_date = 0 OR message_date IS NULL)";
    let gaps: bool = db.query_row(gaps, [], |row| row.get(0)).map_err(failed)?;
    Ok(if gaps { IN_MESSAGE } else { IN_JOIN })
}

fn read_chats(db: &Database, report: &mut Report) -> Result<Vec<Chat>> {
    let column = |name| db.column("chat", name);
    let query = format!(
        "SELECT ROWID, {}, {}, {}, {}, {}, {} FROM chat ORDER BY ROWID",
        column("chat_identifier"),
        column("display_name"),
        column("service_name"),
        column("group_id"),
        column("style"),
        column("properties")
    );
    let mut chats = Vec::new();
    sql::each(db, KIND_NAME, &query, [], report, |row, _| {
        let Some(id) = sql::integer(row, 0) else { return };
        chats.push(Chat {
            id,
            identifier: sql::text(row, 1).unwrap_or_default(),
            name: sql::text(row, 2),
            service: sql::text(row, 3),
            group_id: sql::text(row, 4),
            group: sql::integer(row, 5) == Some(43),
            properties: sql::bytes(row, 6),
            ..Chat::default()
        });
    })?;
    Ok(chats)
}

fn places(chats: &[Chat]) -> HashMap<i64, usize> {
    chats.iter().enumerate().map(|(place, chat)| (chat.id, place)).collect()
}

fn add_handles(db: &Database, chats: &mut [Chat], report: &mut Report) -> Result<()> {
    if !db.has_table("chat_handle_join") {
        return Ok(());
    }
    let places = places(chats);
    let query = "SELECT chat_id, handle_id FROM chat_handle_join ORDER BY rowid";
    sql::each(db, KIND_NAME, query, [], report, |row, _| {
        let chat = sql::integer(row, 0).and_then(|chat| places.get(&chat));
        if let (Some(place), Some(handle)) = (chat, sql::integer(row, 1)) {
            chats[*place].handles.push(handle);
        }
    })
}

fn add_activity(db: &Database, order: &Order, chats: &mut [Chat], report: &mut Report) -> Result<()> {
    let places = places(chats);
    let Order { from, date } = order;
    let query = format!("SELECT j.chat_id, count(*), max({date}) FROM {from} GROUP BY j.chat_id");
    sql::each(db, KIND_NAME, &query, [], report, |row, _| {
        let chat = sql::integer(row, 0).and_then(|chat| places.get(&chat));
        if let Some(place) = chat {
            chats[*place].messages = sql::integer(row, 1).unwrap_or_default().max(0) as u64;
            chats[*place].last = sql::integer(row, 2).unwrap_or_default();
        }
    })
}

fn add_deleted(db: &Database, chats: &mut [Chat], report: &mut Report) -> Result<()> {
    if !db.has_table("chat_recoverable_message_join") {
        return Ok(());
    }
    let places = places(chats);
    let query = "SELECT chat_id, count(*) FROM chat_recoverable_message_join GROUP BY chat_id";
    sql::each(db, KIND_NAME, query, [], report, |row, _| {
        let chat = sql::integer(row, 0).and_then(|chat| places.get(&chat));
        if let Some(place) = chat {
            chats[*place].deleted = sql::integer(row, 1).unwrap_or_default().max(0) as u64;
        }
    })
}
