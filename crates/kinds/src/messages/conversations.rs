//! Conversations: the rows of `chat`, put together.
//!
//! A phone keeps one row per service and address, so what a person sees as one conversation (SMS and iMessage with the same
//! number, a group that was made anew) is several rows. Rows with the same people are one conversation here; its number is
//! the smallest of theirs, which stays the same from version to version.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use backup::Database;

use super::handles::{Handles, identity};
use super::read::{KIND_NAME, failed, list};
use crate::conversation::Person;
use crate::people::People;
use crate::{Report, Result, sql};

/// One conversation as people know it.
#[derive(Clone, Debug, Default)]
pub(super) struct Conversation {
    pub id: i64,
    /// Its rows of `chat`.
    pub chats: Vec<i64>,
    pub title: String,
    /// Everyone but the owner of the phone.
    pub people: Vec<Person>,
    pub group: bool,
    pub service: Option<String>,
    /// Rows of messages, tapbacks included.
    pub messages: u64,
    /// When the newest of them was, as the phone writes it.
    last: i64,
}

/// Conversations with at least one message, newest first.
pub(super) struct Conversations {
    pub all: Vec<Conversation>,
    places: HashMap<i64, usize>,
    /// Where the conversation of each row of `chat` is in `all`.
    by_chat: HashMap<i64, usize>,
    order: Order,
}

/// Where the time of a message stands: newer systems repeat it in the join, so that no message need be read for an order.
struct Order {
    from: &'static str,
    date: &'static str,
}

const IN_JOIN: Order = Order { from: "chat_message_join j", date: "j.message_date" };
const IN_MESSAGE: Order =
    Order { from: "chat_message_join j JOIN message m ON m.ROWID = j.message_id", date: "m.date" };

/// A row of `chat` before it is put together with others.
#[derive(Default)]
struct Chat {
    id: i64,
    identifier: String,
    name: Option<String>,
    service: Option<String>,
    group_id: Option<String>,
    group: bool,
    handles: Vec<i64>,
    messages: u64,
    last: i64,
}

impl Conversations {
    pub fn read(db: &Database, handles: &Handles, people: &People, report: &mut Report) -> Result<Conversations> {
        let order = order(db)?;
        let mut chats = read_chats(db, report)?;
        add_handles(db, &mut chats, report)?;
        add_activity(db, &order, &mut chats, report)?;
        let mut all: Vec<Conversation> = together(&chats, handles)
            .into_iter()
            .map(|members| conversation(members.into_iter().map(|place| &chats[place]).collect(), handles, people))
            .collect();
        // Only now, so that its number does not change when an older row of it runs empty.
        all.retain(|conversation| conversation.messages > 0);
        all.sort_by_key(|conversation| (std::cmp::Reverse(conversation.last), conversation.id));
        let places = all.iter().enumerate();
        let by_chat =
            places.clone().flat_map(|(place, one)| one.chats.iter().map(move |chat| (*chat, place))).collect();
        let places = places.map(|(place, one)| (one.id, place)).collect();
        Ok(Conversations { all, places, by_chat, order })
    }

    pub fn get(&self, id: i64) -> Option<&Conversation> {
        self.all.get(*self.places.get(&id)?)
    }

    pub fn of_chat(&self, chat: i64) -> Option<&Conversation> {
        self.all.get(*self.by_chat.get(&chat)?)
    }

    /// The messages of a conversation, oldest first, without tapbacks.
    pub fn thread(&self, db: &Database, id: i64, report: &mut Report) -> Result<Vec<i64>> {
        let Some(conversation) = self.get(id) else { return Ok(Vec::new()) };
        let Order { from, date } = self.order;
        // A database may hold both units: seconds from before iOS 11, nanoseconds since.
        let query = format!(
            "SELECT j.message_id, CASE WHEN {date} BETWEEN -100000000000 AND 100000000000 THEN {date} * 1000000000
                 ELSE {date} END AS at
             FROM {from} WHERE j.chat_id IN ({}) AND j.message_id NOT IN (SELECT row FROM temp.tapback)
             ORDER BY at, j.message_id",
            list(&conversation.chats)
        );
        let mut ids = Vec::new();
        sql::each(db, KIND_NAME, &query, [], report, |row, _| ids.extend(sql::integer(row, 0)))?;
        // A message that was joined to two of the rows comes twice in a row.
        ids.dedup();
        Ok(ids)
    }

    /// The newest message of a conversation.
    pub fn newest(&self, db: &Database, conversation: &Conversation, report: &mut Report) -> Result<Option<i64>> {
        let Order { from, date } = self.order;
        let query = format!(
            "SELECT {date}, j.message_id FROM {from} WHERE j.chat_id = ?
             AND j.message_id NOT IN (SELECT row FROM temp.tapback) ORDER BY {date} DESC, j.message_id DESC LIMIT 1"
        );
        let mut newest = None;
        for chat in &conversation.chats {
            sql::each(db, KIND_NAME, &query, [chat], report, |row, _| {
                newest = newest.max(sql::integer(row, 0).zip(sql::integer(row, 1)));
            })?;
        }
        Ok(newest.map(|(_, id)| id))
    }
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
        "SELECT ROWID, {}, {}, {}, {}, {} FROM chat ORDER BY ROWID",
        column("chat_identifier"),
        column("display_name"),
        column("service_name"),
        column("group_id"),
        column("style")
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

/// Which chats belong together, as places in `chats`. A chat can tie two groups: one by its people, one by its group id.
fn together(chats: &[Chat], handles: &Handles) -> Vec<Vec<usize>> {
    let mut leads: Vec<usize> = (0..chats.len()).collect();
    let mut first: HashMap<String, usize> = HashMap::new();
    for (place, chat) in chats.iter().enumerate() {
        for key in keys(chat, handles) {
            let other = *first.entry(key).or_insert(place);
            let (one, other) = (lead(&mut leads, place), lead(&mut leads, other));
            leads[one.max(other)] = one.min(other);
        }
    }
    let mut groups: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for place in 0..chats.len() {
        groups.entry(lead(&mut leads, place)).or_default().push(place);
    }
    groups.into_values().collect()
}

/// The first chat of the group a chat is in; shortens the way there for the next time.
fn lead(leads: &mut [usize], mut place: usize) -> usize {
    while leads[place] != place {
        leads[place] = leads[leads[place]];
        place = leads[place];
    }
    place
}

/// What makes a chat the same conversation as another.
fn keys(chat: &Chat, handles: &Handles) -> Vec<String> {
    let people: BTreeSet<&str> = chat.handles.iter().filter_map(|handle| handles.identity(*handle)).collect();
    let people: Vec<&str> = people.into_iter().collect();
    let mut keys = Vec::new();
    if !chat.group && people.len() <= 1 {
        keys.extend(people.first().map(|one| format!("one {one}")));
        let address = Some(identity(&chat.identifier)).filter(|address| !address.is_empty());
        keys.extend(address.map(|address| format!("one {address}")));
        return keys;
    }
    let name = chat.name.as_deref().unwrap_or_default();
    if !people.is_empty() {
        keys.push(format!("people {} named {name}", people.join(" ")));
    } else if !chat.identifier.is_empty() {
        keys.push(format!("room {}", chat.identifier));
    }
    keys.extend(chat.group_id.as_ref().map(|group| format!("group {group}")));
    keys
}

fn conversation(mut chats: Vec<&Chat>, handles: &Handles, known: &People) -> Conversation {
    chats.sort_by_key(|chat| std::cmp::Reverse((chat.last, chat.id)));
    let mut people: Vec<Person> = Vec::new();
    let mut met = BTreeSet::new();
    for handle in chats.iter().flat_map(|chat| &chat.handles) {
        if handles.identity(*handle).is_some_and(|identity| met.insert(identity)) {
            people.extend(handles.person(*handle).cloned());
        }
    }
    let newest = chats.first();
    let identifier = newest.map(|chat| chat.identifier.clone()).unwrap_or_default();
    let group = chats.iter().any(|chat| chat.group) || people.len() > 1;
    if people.is_empty() && !group && !identifier.is_empty() {
        people.push(super::handles::person(&identifier, known));
    }
    let name = chats.iter().find_map(|chat| chat.name.clone());
    Conversation {
        id: chats.iter().map(|chat| chat.id).min().unwrap_or_default(),
        title: name.unwrap_or_else(|| names(&people, identifier)),
        chats: chats.iter().map(|chat| chat.id).collect(),
        people,
        group,
        service: chats.iter().find_map(|chat| chat.service.clone()),
        messages: chats.iter().map(|chat| chat.messages).sum(),
        last: chats.iter().map(|chat| nanoseconds(chat.last)).max().unwrap_or_default(),
    }
}

fn nanoseconds(date: i64) -> i64 {
    if date.unsigned_abs() < 100_000_000_000 { date.saturating_mul(1_000_000_000) } else { date }
}

/// "Ada, Ben, Cyd and 4 others".
fn names(people: &[Person], otherwise: String) -> String {
    const SHOWN: usize = 4;
    let mut title = people.iter().take(SHOWN).map(|person| person.name.as_str()).collect::<Vec<_>>().join(", ");
    match people.len().saturating_sub(SHOWN) {
        0 => {}
        1 => title.push_str(" and 1 other"),
        more => title.push_str(&format!(" and {more} others")),
    }
    let title = if title.is_empty() { otherwise } else { title };
    if title.is_empty() { "Unknown".to_owned() } else { title }
}
