//! AddressBook.sqlitedb and AddressBookImages.sqlitedb.

use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{Connection, params};

use super::{Change, all, change, groups};
use crate::contents::clock::{DAY, cocoa, days, now};
use crate::contents::database::{self, Wal};
use crate::contents::error::Result;
use crate::contents::jpeg::{self, Tone};
use crate::contents::random::{Random, hash};
use crate::contents::{ContentsOptions, ExpectedContact, Labelled, scenes};

const SCHEMA: &str = include_str!("../schemas/addressbook.sql");
const IMAGES: &str = include_str!("../schemas/addressbookimages.sql");
const ADDRESS_FIELDS: [&str; 9] =
    ["Street", "City", "State", "ZIP", "Country", "CountryCode", "service", "username", "url"];
/// Values of `ABMultiValue.property`.
const PHONE: i64 = 3;
const EMAIL: i64 = 4;
const ADDRESS: i64 = 5;
const DATE: i64 = 12;
const INSTANT: i64 = 13;
const URL: i64 = 22;
const RELATED: i64 = 23;
const SOCIAL: i64 = 46;

/// Cocoa seconds of noon of `1987-05-09`, or of the year 1604 for `--05-09`, as text.
fn noon(date: &str) -> String {
    let (year, rest) = match date.strip_prefix("--") {
        Some(rest) => (1604, rest),
        None => (date[..4].parse().unwrap_or(1604), &date[5..]),
    };
    let (month, day) = rest.split_once('-').unwrap_or(("1", "1"));
    let days = days(year, month.parse().unwrap_or(1), day.parse().unwrap_or(1));
    format!("{:.1}", cocoa(days * DAY + DAY / 2))
}

/// Makes the address book of day 0; every row of it is in the write-ahead log, as on a phone that was never restarted.
pub(crate) fn address_book(options: &ContentsOptions, path: &Path) -> Result<()> {
    let cards = all(options, 0);
    database::create(
        path,
        SCHEMA,
        Wal::Kept,
        options.seed,
        |_| Ok(()),
        |db| {
            let mut book = Book::new(db, options)?;
            book.frame()?;
            for card in &cards {
                book.card(card, 0)?;
            }
            for (index, group) in groups(options, &cards).iter().enumerate() {
                let (id, guid) = (index as i64 + 1, Random::of(options.seed, &[33, index as u64]).guid());
                db.execute(
                    "INSERT INTO ABGroup (ROWID, Name, StoreID, guid) VALUES (?, ?, 0, ?)",
                    params![id, group.name, format!("{guid}:ABGroup")],
                )?;
                for member in &group.members {
                    db.execute(
                        "INSERT INTO ABGroupMembers (group_id, member_type, member_id) VALUES (?, 0, ?)",
                        [id, *member],
                    )?;
                }
            }
            Ok(())
        },
    )
}

/// Writes what a day changed.
pub(crate) fn address_book_day(options: &ContentsOptions, day: u32, path: &Path) -> Result<()> {
    let Change { edited, added, deleted } = change(options, day);
    let cards = all(options, day);
    database::change(path, Wal::Kept, hash(options.seed, &[11, u64::from(day)]), |db| {
        let mut book = Book::new(db, options)?;
        if let Some(card) = cards.iter().find(|card| card.id == added) {
            book.card(card, day)?;
        }
        if let Some(card) = cards.iter().find(|card| card.id == edited) {
            db.execute(
                "UPDATE ABPerson SET Note = ?, ModificationDate = ? WHERE ROWID = ?",
                params![card.note, cocoa(now(day)) as i64, edited],
            )?;
            if let Some(mail) = card.emails.last() {
                book.value(edited, EMAIL, card.emails.len() as i64 - 1, Some(&mail.label), Some(&mail.value))?;
            }
        }
        db.execute(
            "DELETE FROM ABMultiValueEntry WHERE parent_id IN (SELECT UID FROM ABMultiValue WHERE record_id = ?)",
            [deleted],
        )?;
        db.execute("DELETE FROM ABMultiValue WHERE record_id = ?", [deleted])?;
        db.execute("DELETE FROM ABGroupMembers WHERE member_type = 0 AND member_id = ?", [deleted])?;
        db.execute("DELETE FROM ABPersonFullTextSearch_content WHERE docid = ?", [deleted])?;
        db.execute("DELETE FROM ABPerson WHERE ROWID = ?", [deleted]).map(|_| ())
    })
}

/// Makes the photos of the cards.
pub(crate) fn images(options: &ContentsOptions, path: &Path) -> Result<()> {
    let cards = all(options, 0);
    let mut faces = Faces::new(options);
    database::create(
        path,
        IMAGES,
        Wal::Empty,
        options.seed,
        |db| cards.iter().try_for_each(|card| faces.insert(db, card)),
        |_| Ok(()),
    )
}

/// Adds and removes the photos of the cards a day touched.
pub(crate) fn images_day(options: &ContentsOptions, day: u32, path: &Path) -> Result<()> {
    let change = change(options, day);
    let mut faces = Faces::new(options);
    database::change(path, Wal::Empty, options.seed, |db| {
        db.execute("DELETE FROM ABThumbnailImage WHERE record_id = ?", [change.deleted])?;
        db.execute("DELETE FROM ABFullSizeImage WHERE record_id = ?", [change.deleted])?;
        faces.insert(db, &super::person(options, change.added))
    })
}

/// Portraits, drawn when first needed; a card's own is one of them in a tone of its own.
struct Faces<'a> {
    options: &'a ContentsOptions,
    drawn: BTreeMap<u64, (Vec<u8>, Vec<u8>)>,
}

impl<'a> Faces<'a> {
    const COUNT: u64 = 48;

    fn new(options: &'a ContentsOptions) -> Faces<'a> {
        Faces { options, drawn: BTreeMap::new() }
    }

    fn insert(&mut self, db: &Connection, card: &ExpectedContact) -> rusqlite::Result<()> {
        if !card.has_photo {
            return Ok(());
        }
        let random = &mut Random::of(self.options.seed, &[34, card.id as u64]);
        let (face, seed) = (random.below(Faces::COUNT), self.options.seed);
        let (large, small) = self.drawn.entry(face).or_insert_with(|| {
            let canvas = scenes::portrait(320, &mut Random::of(seed, &[35, face]));
            (jpeg::encode(&canvas, 6), jpeg::encode(&canvas.scaled(120, 120), 6))
        });
        let tone = Tone { contrast: random.between(3, 5) as u8, saturation: random.between(3, 6) as u8 };
        db.prepare_cached(
            "INSERT INTO ABThumbnailImage (record_id, format, derived_from_format, data) VALUES (?, 0, 5, ?)",
        )?
        .execute(params![card.id, jpeg::toned(small, tone)])?;
        db.prepare_cached(
            "INSERT INTO ABFullSizeImage (record_id, crop_x, crop_y, crop_width, data) VALUES (?, 0, 0, 320, ?)",
        )?
        .execute(params![card.id, jpeg::toned(large, tone)])?;
        Ok(())
    }
}

/// The tables of one address book, with the rows labels and fields already have.
struct Book<'a> {
    db: &'a Connection,
    options: &'a ContentsOptions,
    labels: BTreeMap<String, i64>,
}

impl<'a> Book<'a> {
    fn new(db: &'a Connection, options: &'a ContentsOptions) -> rusqlite::Result<Book<'a>> {
        let mut rows = db.prepare("SELECT value, ROWID FROM ABMultiValueLabel")?;
        let labels = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<rusqlite::Result<_>>()?;
        Ok(Book { db, options, labels })
    }

    /// What is there before any card.
    fn frame(&mut self) -> rusqlite::Result<()> {
        let guid = |index: u64| Random::of(self.options.seed, &[36, index]).guid();
        self.db.execute(
            "INSERT INTO ABStore (ROWID, StoreInternalIdentifier, Type, AccountID, Enabled, MeIdentifier, Capabilities, guid) VALUES (0, 'local', 0, -1, 1, 1, 0, ?)",
            [guid(0)],
        )?;
        for (index, field) in ADDRESS_FIELDS.iter().enumerate() {
            self.db.execute(
                "INSERT INTO ABMultiValueEntryKey (ROWID, value) VALUES (?, ?)",
                params![index as i64 + 1, field],
            )?;
        }
        let properties = [
            ("_ClientVersion", "84".to_string()),
            ("_UniqueIdentifier", guid(1)),
            ("DefaultStore", "0".into()),
            ("PersonLinkerVersion", "9".into()),
            ("SortingCacheLanguage", "en-US".into()),
        ];
        for (key, value) in properties {
            self.db.execute("INSERT INTO _SqliteDatabaseProperties (key, value) VALUES (?, ?)", [key, &value])?;
        }
        Ok(())
    }

    fn card(&mut self, card: &ExpectedContact, day: u32) -> rusqlite::Result<()> {
        let random = &mut Random::of(self.options.seed, &[37, card.id as u64]);
        let created = cocoa(now(0)) as i64 - random.between(3, 2200) * DAY;
        let created = if day == 0 { created } else { cocoa(now(day)) as i64 - 3600 };
        if let Some(link) = card.link {
            let guid = Random::of(self.options.seed, &[38, link as u64]).guid();
            self.db.execute(
                "INSERT OR IGNORE INTO ABPersonLink (ROWID, PreferredNamePersonID, guid) VALUES (?, ?, ?)",
                params![link, card.id, guid],
            )?;
        }
        let sort = |name: &Option<String>| name.as_ref().map(|name| name.to_uppercase());
        let section = |name: &Option<String>| {
            name.as_ref().and_then(|name| name.chars().next()).map(|letter| letter.to_uppercase().to_string())
        };
        let (first, last) =
            (card.first.clone().or(card.organization.clone()), card.last.clone().or(card.organization.clone()));
        self.db
            .prepare_cached(
                "INSERT INTO ABPerson (ROWID, First, Last, Middle, FirstPhonetic, LastPhonetic, Organization, Department, Note, Kind, Birthday, JobTitle, \
                 Nickname, Prefix, Suffix, FirstSort, LastSort, CreationDate, ModificationDate, StoreID, FirstSortSection, LastSortSection, \
                 FirstSortLanguageIndex, LastSortLanguageIndex, PersonLink, guid) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?, 0, 0, ?, ?)",
            )?
            .execute(params![
                card.id,
                card.first,
                card.last,
                card.middle,
                card.first_phonetic,
                card.last_phonetic,
                card.organization,
                card.department,
                card.note,
                i64::from(card.company),
                card.birthday.as_deref().map(noon),
                card.job_title,
                card.nickname,
                card.prefix,
                card.suffix,
                sort(&first),
                sort(&last),
                created,
                created + DAY,
                section(&first),
                section(&last),
                card.link.unwrap_or(-1),
                format!("{}:ABPerson", random.guid()),
            ])?;
        self.values(card)?;
        let joined =
            |values: &[Labelled]| values.iter().map(|value| value.value.as_str()).collect::<Vec<_>>().join(" ");
        self.db
            .prepare_cached("INSERT INTO ABPersonFullTextSearch_content (docid, c0First, c1Last, c6Organization, c9Note, c16Phone, c17Email) VALUES (?, ?, ?, ?, ?, ?, ?)")?
            .execute(params![card.id, card.first, card.last, card.organization, card.note, joined(&card.phones), joined(&card.emails)])?;
        Ok(())
    }

    fn values(&mut self, card: &ExpectedContact) -> rusqlite::Result<()> {
        let plain = [(PHONE, &card.phones), (EMAIL, &card.emails), (URL, &card.urls), (RELATED, &card.related)];
        for (property, values) in plain {
            for (index, value) in values.iter().enumerate() {
                let uid = self.value(card.id, property, index as i64, Some(&value.label), Some(&value.value))?;
                if property == PHONE {
                    let tail = &value.value[value.value.len().saturating_sub(4)..];
                    self.db
                        .prepare_cached("INSERT INTO ABPhoneLastFour (multivalue_id, value) VALUES (?, ?)")?
                        .execute(params![uid, tail])?;
                }
            }
        }
        for (index, date) in card.dates.iter().enumerate() {
            self.value(card.id, DATE, index as i64, Some(&date.label), Some(&noon(&date.value)))?;
        }
        for (index, address) in card.addresses.iter().enumerate() {
            let uid = self.value(card.id, ADDRESS, index as i64, Some(&address.label), None)?;
            let fields =
                [&address.street, &address.city, &address.state, &address.zip, &address.country, &address.country_code];
            for (key, field) in fields.iter().enumerate().filter(|(_, field)| !field.is_empty()) {
                self.entry(uid, key as i64 + 1, field)?;
            }
        }
        for (property, values) in [(INSTANT, &card.instant), (SOCIAL, &card.social)] {
            for (index, value) in values.iter().enumerate() {
                let uid = self.value(card.id, property, index as i64, None, None)?;
                self.entry(uid, 7, &value.label)?;
                self.entry(uid, 8, &value.value)?;
                if property == SOCIAL {
                    self.entry(uid, 9, &format!("https://{}.example/{}", value.label.to_lowercase(), value.value))?;
                }
            }
        }
        Ok(())
    }

    /// Adds one value and returns its `UID`.
    fn value(
        &mut self,
        record: i64,
        property: i64,
        index: i64,
        label: Option<&str>,
        value: Option<&str>,
    ) -> rusqlite::Result<i64> {
        let label = label.map(|label| self.label(label)).transpose()?;
        let guid = Random::of(self.options.seed, &[39, record as u64, property as u64, index as u64]).guid();
        self.db
            .prepare_cached("INSERT INTO ABMultiValue (record_id, property, identifier, label, value, guid) VALUES (?, ?, ?, ?, ?, ?)")?
            .execute(params![record, property, index, label, value, guid])?;
        Ok(self.db.last_insert_rowid())
    }

    fn entry(&self, uid: i64, key: i64, value: &str) -> rusqlite::Result<()> {
        self.db
            .prepare_cached("INSERT INTO ABMultiValueEntry (parent_id, key, value) VALUES (?, ?, ?)")?
            .execute(params![uid, key, value])
            .map(|_| ())
    }

    fn label(&mut self, label: &str) -> rusqlite::Result<i64> {
        if let Some(row) = self.labels.get(label) {
            return Ok(*row);
        }
        self.db.execute("INSERT INTO ABMultiValueLabel (value) VALUES (?)", [label])?;
        let row = self.db.last_insert_rowid();
        self.labels.insert(label.into(), row);
        Ok(row)
    }
}
