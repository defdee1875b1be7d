//! Conversations: the rows of `chat`, put together.
//!
//! A phone keeps one row per service and address, so what a person sees as one conversation (SMS and iMessage with the same
//! number, a group that was made anew) is several rows. Rows with the same people are one conversation here; its number is
//! the smallest of theirs, which stays the same from version to version.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use backup::{Database, plists, time};
use plist::Value;

use super::chats::{self, Chat, Order};
use super::handles::Handles;
use super::reactions;
use super::read::{KIND_NAME, list};
use crate::conversation::Person;
use crate::people::People;
use crate::{Report, Result, sql};

/// Unix seconds of 2001-01-01, from which the phone counts.
const COCOA: i64 = 978_307_200;

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
    /// Every service its messages came by.
    pub services: BTreeSet<String>,
    /// The guid of the attachment that is the group's picture.
    pub picture: Option<String>,
    /// Rows of messages, tapbacks included.
    pub messages: u64,
    /// How many wait in "Recently Deleted".
    pub deleted: u64,
    /// When the newest of them was, as the phone writes it.
    last: i64,
}

/// Conversations with at least one message, deleted ones among them, newest first.
pub(super) struct Conversations {
    pub all: Vec<Conversation>,
    places: HashMap<i64, usize>,
    /// Where the conversation of each row of `chat` is in `all`.
    by_chat: HashMap<i64, usize>,
    order: Order,
}

impl Conversations {
    pub fn read(db: &Database, handles: &Handles, people: &People, report: &mut Report) -> Result<Conversations> {
        let (chats, order) = chats::read(db, report)?;
        let mut all: Vec<Conversation> = together(&chats, handles, people)
            .into_iter()
            .map(|members| conversation(members.into_iter().map(|place| &chats[place]).collect(), handles, people))
            .collect();
        // Only now, so that its number does not change when an older row of it runs empty.
        all.retain(|conversation| conversation.messages > 0 || conversation.deleted > 0);
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
        let date = in_nanoseconds(date);
        let query = format!(
            "SELECT j.message_id, {date} AS at
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

    /// The messages of a conversation in "Recently Deleted", oldest first.
    pub fn deleted(&self, db: &Database, id: i64, report: &mut Report) -> Result<Vec<i64>> {
        let Some(conversation) = self.get(id).filter(|conversation| conversation.deleted > 0) else {
            return Ok(Vec::new());
        };
        let query = format!(
            "SELECT DISTINCT j.message_id, {} AS at FROM chat_recoverable_message_join j
             JOIN message m ON m.ROWID = j.message_id
             WHERE j.chat_id IN ({}) AND j.message_id NOT IN (SELECT row FROM temp.tapback) ORDER BY at, j.message_id",
            in_nanoseconds("m.date"),
            list(&conversation.chats)
        );
        let mut ids = Vec::new();
        sql::each(db, KIND_NAME, &query, [], report, |row, _| ids.extend(sql::integer(row, 0)))?;
        Ok(ids)
    }

    /// All messages of a conversation, those in "Recently Deleted" too, oldest first; those sent between two times (Unix
    /// milliseconds) where they are given.
    pub fn whole(&self, db: &Database, id: i64, between: Option<(i64, i64)>, report: &mut Report) -> Result<Vec<i64>> {
        let Some(conversation) = self.get(id) else { return Ok(Vec::new()) };
        if conversation.deleted == 0 && between.is_none() {
            return self.thread(db, id, report);
        }
        let chats = list(&conversation.chats);
        let mut members = format!("SELECT message_id FROM chat_message_join WHERE chat_id IN ({chats})");
        if conversation.deleted > 0 {
            let deleted = "UNION SELECT message_id FROM chat_recoverable_message_join WHERE chat_id IN";
            members = format!("{members} {deleted} ({chats})");
        }
        let date = in_nanoseconds("m.date");
        // A date of 0 is none.
        let sent =
            if between.is_some() { format!("AND m.date <> 0 AND {date} BETWEEN ? AND ?") } else { String::new() };
        let query = format!(
            "SELECT m.ROWID FROM message m WHERE m.ROWID IN ({members})
             AND m.ROWID NOT IN (SELECT row FROM temp.tapback) {sent} ORDER BY {date}, m.ROWID"
        );
        let mut ids = Vec::new();
        let params = between.map(|(from, until)| vec![since_2001(from), since_2001(until)]).unwrap_or_default();
        let params = rusqlite::params_from_iter(params);
        sql::each(db, KIND_NAME, &query, params, report, |row, _| ids.extend(sql::integer(row, 0)))?;
        Ok(ids)
    }

    /// When some messages were deleted, Unix milliseconds; only those that wait in "Recently Deleted".
    pub fn deleted_when(&self, db: &Database, ids: &[i64], report: &mut Report) -> Result<HashMap<i64, i64>> {
        let mut when = HashMap::new();
        if self.all.iter().any(|conversation| conversation.deleted > 0) {
            let column = db.column("chat_recoverable_message_join", "delete_date");
            let query = format!(
                "SELECT message_id, {column} FROM chat_recoverable_message_join WHERE message_id IN ({})",
                list(ids)
            );
            sql::each(db, KIND_NAME, &query, [], report, |row, _| {
                let at = sql::integer(row, 1).and_then(time::messages_to_unix_ms);
                when.extend(sql::integer(row, 0).zip(at));
            })?;
        }
        Ok(when)
    }

    /// The conversations with a message between two times, in Unix milliseconds.
    pub fn active(&self, db: &Database, from: i64, until: i64, report: &mut Report) -> Result<BTreeSet<i64>> {
        let Order { from: rows, date } = self.order;
        let query = format!("SELECT DISTINCT j.chat_id FROM {rows} WHERE {} BETWEEN ? AND ?", in_nanoseconds(date));
        self.of_rows(db, &query, [since_2001(from), since_2001(until)], report)
    }

    /// The conversations with a file that a person sent.
    pub fn with_files(&self, db: &Database, report: &mut Report) -> Result<BTreeSet<i64>> {
        if !db.has_table("message_attachment_join") {
            return Ok(BTreeSet::new());
        }
        let query = "SELECT DISTINCT j.chat_id FROM message_attachment_join a
            JOIN chat_message_join j ON j.message_id = a.message_id";
        self.of_rows(db, query, [], report)
    }

    fn of_rows(
        &self,
        db: &Database,
        query: &str,
        params: impl rusqlite::Params,
        report: &mut Report,
    ) -> Result<BTreeSet<i64>> {
        let mut found = BTreeSet::new();
        sql::each(db, KIND_NAME, query, params, report, |row, _| {
            let chat = sql::integer(row, 0).and_then(|chat| self.of_chat(chat));
            found.extend(chat.map(|conversation| conversation.id));
        })?;
        Ok(found)
    }

    /// The newest message of a conversation. Asked for every one on screen, it looks at few rows rather than collect all
    /// tapbacks first.
    pub fn newest(&self, db: &Database, conversation: &Conversation, report: &mut Report) -> Result<Option<i64>> {
        let Order { from, date } = self.order;
        let no_tapback = match reactions::condition(db) {
            Some(is_one) => format!("AND NOT EXISTS (SELECT 1 FROM message WHERE ROWID = j.message_id AND {is_one})"),
            None => String::new(),
        };
        let query = format!(
            "SELECT {date}, j.message_id FROM {from} WHERE j.chat_id = ? {no_tapback}
             ORDER BY {date} DESC, j.message_id DESC LIMIT 1"
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

/// A time of messages in nanoseconds: seconds before iOS 11, and a database may hold both.
fn in_nanoseconds(date: &str) -> String {
    format!("CASE WHEN {date} BETWEEN -100000000000 AND 100000000000 THEN {date} * 1000000000 ELSE {date} END")
}

/// Unix milliseconds in nanoseconds since 2001.
fn since_2001(ms: i64) -> i64 {
    ms.saturating_sub(COCOA * 1000).saturating_mul(1_000_000)
}

/// Which chats belong together, as places in `chats`. A chat can tie two groups: one by its people, one by its group id.
fn together(chats: &[Chat], handles: &Handles, people: &People) -> Vec<Vec<usize>> {
    let mut leads: Vec<usize> = (0..chats.len()).collect();
    let mut first: HashMap<String, usize> = HashMap::new();
    for (place, chat) in chats.iter().enumerate() {
        for key in keys(chat, handles, people) {
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
fn keys(chat: &Chat, handles: &Handles, known: &People) -> Vec<String> {
    let people: BTreeSet<&str> = chat.handles.iter().filter_map(|handle| handles.identity(*handle)).collect();
    let people: Vec<&str> = people.into_iter().collect();
    let mut keys = Vec::new();
    if !chat.group && people.len() <= 1 {
        keys.extend(people.first().map(|one| format!("one {one}")));
        let address = Some(known.identity(&chat.identifier)).filter(|address| !address.is_empty());
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
        services: chats.iter().filter_map(|chat| chat.service.clone()).collect(),
        picture: chats.iter().find_map(|chat| group_photo(chat.properties.as_deref()?)),
        messages: chats.iter().map(|chat| chat.messages).sum(),
        deleted: chats.iter().map(|chat| chat.deleted).sum(),
        last: chats.iter().map(|chat| nanoseconds(chat.last)).max().unwrap_or_default(),
    }
}

/// The guid of the attachment that a group chose for its picture.
fn group_photo(properties: &[u8]) -> Option<String> {
    let Value::Dictionary(fields) = plists::parse(properties).ok()? else { return None };
    fields.get("groupPhotoGuid")?.as_string().map(str::to_owned)
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
