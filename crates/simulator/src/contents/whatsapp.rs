//! WhatsApp's ChatStorage.sqlite and its media: a few chats that show every kind of message.

use std::path::Path;

use rusqlite::{Connection, params};

use super::ContentsOptions;
use super::clock::{cocoa, now};
use super::contacts;
use super::database::{self, Wal};
use super::error::Result;
use super::files::Listing;
use super::pictures::Pictures;
use super::random::Random;

const SCHEMA: &str = include_str!("schemas/whatsapp.sql");
pub(crate) const DOMAIN: &str = "AppDomainGroup-group.net.whatsapp.WhatsApp.shared";
const GROUP: &str = "120363041234567890@g.us";
const STRANGER: &str = "190123456789012@lid";
/// Rows of `ZWACHATSESSION`.
const CLOSE: i64 = 1;
const TOGETHER: i64 = 2;
const STATUS: i64 = 3;

/// One message of a chat, as the table below writes it.
struct Line {
    chat: i64,
    /// 0 the owner, 1 the closest person, 2 the next, 3 a stranger in the group.
    who: usize,
    /// `ZMESSAGETYPE`, or of an event its `ZGROUPEVENTTYPE` behind a colon.
    kind: &'static str,
    /// Text, caption or title.
    text: &'static str,
    /// The line before that it answers, counted backwards.
    answers: usize,
    /// An emoji that the others put under it.
    reaction: &'static str,
}

const fn line(chat: i64, who: usize, kind: &'static str, text: &'static str) -> Line {
    Line { chat, who, kind, text, answers: 0, reaction: "" }
}

const fn answer(chat: i64, who: usize, text: &'static str, answers: usize) -> Line {
    Line { chat, who, kind: "0", text, answers, reaction: "" }
}

const fn liked(chat: i64, who: usize, kind: &'static str, text: &'static str, reaction: &'static str) -> Line {
    Line { chat, who, kind, text, answers: 0, reaction }
}

const TALK: [Line; 30] = [
    line(CLOSE, 1, "10:2", ""),
    line(TOGETHER, 1, "6:12", "Saturday walk 🥾"),
    line(TOGETHER, 2, "6:2", "2,3"),
    line(CLOSE, 1, "0", "Are you coming on Saturday?"),
    line(CLOSE, 0, "0", "Of course! Who else?"),
    liked(CLOSE, 1, "1", "This is where we start", "😍"),
    line(CLOSE, 0, "0", "https://example.com/route looks good"),
    line(TOGETHER, 0, "0", "Good morning everybody ☀️"),
    liked(TOGETHER, 2, "0", "Morning! I bring cake.", "🎂"),
    line(TOGETHER, 3, "0", "صباح الخير، نلتقي عند المحطة الساعة 9"),
    answer(TOGETHER, 1, "9 is fine with me", 1),
    line(TOGETHER, 2, "5", "The hut"),
    line(TOGETHER, 1, "3", ""),
    liked(TOGETHER, 3, "1", "", "❤️"),
    line(TOGETHER, 0, "1", "View from the top"),
    line(TOGETHER, 2, "8", "Timetable.pdf"),
    line(TOGETHER, 2, "4", "Walter Wrench"),
    line(TOGETHER, 3, "14", ""),
    line(TOGETHER, 1, "6:1", "Saturday walk ☔"),
    answer(TOGETHER, 0, "Who has the <b>umbrella</b>? <script>alert(1)</script>", 2),
    line(TOGETHER, 1, "63", ""),
    line(CLOSE, 0, "0", "That was a lovely day"),
    liked(CLOSE, 1, "0", "Yes! Again soon?", "👍"),
    line(CLOSE, 1, "10:1", ""),
    line(CLOSE, 0, "2", "Look at this"),
    line(CLOSE, 1, "15", ""),
    answer(CLOSE, 1, "I have to show this to everybody", 2),
    line(STATUS, 1, "1", "Holiday 🏖️"),
    line(STATUS, 1, "0", "Back home"),
    line(CLOSE, 0, "0", "Good night 🌙"),
];

/// The people of the chats: first name and id.
fn people(options: &ContentsOptions) -> [(String, String); 4] {
    let person = |id: i64| {
        let card = contacts::person(options, id);
        let number = card.phones.first().map(|phone| phone.value.clone()).unwrap_or_default();
        let digits: String = number.chars().filter(char::is_ascii_digit).collect();
        (card.first.unwrap_or_default(), format!("{digits}@s.whatsapp.net"))
    };
    let numbered = |id: &i64| {
        let card = contacts::person(options, *id);
        *id != contacts::PARTNER && !card.company && card.phones.iter().any(|phone| phone.value.starts_with('+'))
    };
    let next = (2..contacts::count(options) as i64 / 2).find(numbered).unwrap_or(contacts::PARTNER);
    [(String::new(), String::new()), person(contacts::PARTNER), person(next), ("Yara".into(), STRANGER.into())]
}

/// Where the file of a line is, below `Message/`; `None` for one without.
fn media(index: usize, line: &Line) -> Option<String> {
    let name = match line.kind {
        "1" => format!("{index:08}-photo.jpg"),
        "8" => format!("{index:08}-{}", line.text),
        _ => return None,
    };
    Some(format!("Media/{}/{index:x}/{name}", if line.chat == TOGETHER { GROUP } else { "chat" }))
}

/// Adds the app's files that are no databases.
pub(crate) fn files(options: &ContentsOptions, pictures: &Pictures, listing: &mut Listing) {
    for (index, line) in TALK.iter().enumerate() {
        let Some(path) = media(index, line) else { continue };
        let random = &mut Random::of(options.seed, &[90, index as u64]);
        let bytes = match line.kind {
            "1" => random.pick(&pictures.scenes).bytes.clone(),
            _ => b"%PDF-1.4\n%%EOF\n".to_vec(),
        };
        listing.bytes(format!("Message/{path}"), bytes.to_vec());
    }
}

/// Makes the database of day 0.
pub(crate) fn whatsapp(options: &ContentsOptions, path: &Path) -> Result<()> {
    let people = people(options);
    let fill = |db: &Connection| {
        for (row, jid, title, kind) in
            [(CLOSE, people[1].1.as_str(), people[1].0.as_str(), 0), (TOGETHER, GROUP, "Saturday walk ☔", 1)]
        {
            session(db, row, jid, title, kind)?;
        }
        session(db, STATUS, &people[1].1.replace("@s.whatsapp.net", "@status"), &people[1].0, 3)?;
        for (row, (name, jid)) in people.iter().enumerate().skip(1) {
            db.execute(
                "INSERT INTO ZWAGROUPMEMBER (Z_PK, ZISACTIVE, ZCHATSESSION, ZMEMBERJID) VALUES (?, 1, ?, ?)",
                params![row as i64, TOGETHER, jid],
            )?;
            db.execute(
                "INSERT INTO ZWAPROFILEPUSHNAME (Z_PK, ZJID, ZPUSHNAME) VALUES (?, ?, ?)",
                params![row as i64, jid, name],
            )?;
        }
        let start = now(0) - 3 * 86_400;
        TALK.iter()
            .enumerate()
            .try_for_each(|(index, line)| insert(db, index, line, &people, start + index as i64 * 5_400))
    };
    database::create(path, SCHEMA, Wal::Empty, options.seed, fill, |_| Ok(()))
}

/// Writes what a day said.
pub(crate) fn whatsapp_day(options: &ContentsOptions, day: u32, path: &Path) -> Result<()> {
    let people = people(options);
    database::change(path, Wal::Empty, options.seed, |db| {
        let index = TALK.len() + day as usize;
        insert(db, index, &line(CLOSE, 1, "0", "How was your day?"), &people, now(day) - 3_600)
    })
}

fn session(db: &Connection, row: i64, jid: &str, title: &str, kind: i64) -> rusqlite::Result<()> {
    db.execute(
        "INSERT INTO ZWACHATSESSION (Z_PK, Z_ENT, Z_OPT, ZARCHIVED, ZREMOVED, ZSESSIONTYPE, ZCONTACTJID, ZPARTNERNAME)
         VALUES (?, 4, 1, 0, 0, ?, ?, ?)",
        params![row, kind, jid, title],
    )
    .map(|_| ())
}

/// `at` is Unix seconds.
fn insert(db: &Connection, index: usize, line: &Line, people: &[(String, String)], at: i64) -> rusqlite::Result<()> {
    let row = index as i64 + 1;
    let (kind, event) = line.kind.split_once(':').unwrap_or((line.kind, "0"));
    let carries = !matches!(kind, "0" | "6" | "10" | "14") || line.answers > 0;
    let text = match kind {
        "0" => Some(line.text.to_owned()),
        // Events name people by their ids.
        "6" if event == "2" => Some(
            line.text
                .split(',')
                .filter_map(|who| who.parse::<usize>().ok().and_then(|who| people.get(who)))
                .map(|(_, jid)| jid.as_str())
                .collect::<Vec<_>>()
                .join(","),
        ),
        "6" => Some(line.text.to_owned()),
        _ => None,
    };
    let group = line.chat == TOGETHER;
    let member = (group && line.who > 0).then_some(line.who as i64);
    let from = if line.who == 0 {
        None
    } else if group {
        Some(GROUP)
    } else {
        Some(people[line.who].1.as_str())
    };
    db.execute(
        "INSERT INTO ZWAMESSAGE (Z_PK, Z_ENT, Z_OPT, ZGROUPEVENTTYPE, ZISFROMME, ZMESSAGESTATUS, ZMESSAGETYPE, ZSORT, ZSTARRED,
         ZCHATSESSION, ZGROUPMEMBER, ZMEDIAITEM, ZMESSAGEINFO, ZMESSAGEDATE, ZSENTDATE, ZFROMJID, ZSTANZAID, ZTEXT)
         VALUES (?, 9, 1, ?, ?, 8, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        params![
            row,
            event.parse::<i64>().unwrap_or_default(),
            i64::from(line.who == 0 && kind != "10"),
            kind.parse::<i64>().unwrap_or_default(),
            row,
            i64::from(index == 5),
            line.chat,
            member,
            carries.then_some(row),
            (!line.reaction.is_empty()).then_some(row),
            cocoa(at),
            cocoa(at),
            from,
            format!("3EB0{index:016X}"),
            text
        ],
    )?;
    if carries {
        let place = (kind == "5").then_some((46.5586, 7.9011));
        let card = (kind == "4")
            .then_some("BEGIN:VCARD\nVERSION:3.0\nFN:Walter Wrench\nTEL;waid=12125550123:+1 212 555 0123\nEND:VCARD");
        db.execute(
            "INSERT INTO ZWAMEDIAITEM (Z_PK, ZMESSAGE, ZMEDIALOCALPATH, ZTITLE, ZLATITUDE, ZLONGITUDE, ZVCARDNAME, ZVCARDSTRING,
             ZMETADATA) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            params![
                row,
                row,
                media(index, line),
                (!line.text.is_empty() && !matches!(kind, "0" | "4")).then_some(line.text),
                place.map(|(latitude, _)| latitude),
                place.map(|(_, longitude)| longitude),
                (kind == "4").then_some(line.text),
                card,
                (line.answers > 0).then(|| field(5, format!("3EB0{:016X}", index - line.answers).as_bytes()))
            ],
        )?;
    }
    if !line.reaction.is_empty() {
        let by = people[if line.who == 1 { 2 } else { 1 }].1.as_bytes();
        let own = [field(2, line.reaction.as_bytes()), vec![0x18, 1]].concat();
        let other = [field(2, by), field(3, line.reaction.as_bytes()), vec![0x20, 1]].concat();
        let reactions = if group { field(1, &other) } else { field(2, &own) };
        db.execute(
            "INSERT INTO ZWAMESSAGEINFO (Z_PK, ZMESSAGE, ZRECEIPTINFO) VALUES (?, ?, ?)",
            params![row, row, field(7, &reactions)],
        )?;
    }
    Ok(())
}

/// A field of a protocol buffer; bodies of up to 127 bytes.
fn field(number: u8, body: &[u8]) -> Vec<u8> {
    [&[number << 3 | 2, body.len() as u8][..], body].concat()
}
