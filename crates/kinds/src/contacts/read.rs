//! From the tables of `AddressBook.sqlitedb` to contacts.

use std::collections::HashMap;

use backup::{Backup, Database, time};
use rusqlite::Row;

use super::accounts;
use super::day::Day;
use super::label::Label;
use super::person::{Address, Contact, Labelled, Name, Profile};
use crate::{Place, Report, Result, sql};

pub(super) const BOOK: Place = Place { domain: "HomeDomain", path: "Library/AddressBook/AddressBook.sqlitedb" };

/// More than any phone keeps; what is beyond is counted, not read.
const MOST_CARDS: usize = 200_000;
const MOST_VALUES: usize = 4_000_000;

/// A card and the number of the link that joins it with others.
pub(super) struct Card {
    pub contact: Contact,
    pub link: Option<i64>,
}

/// Everything the address book holds.
pub(super) struct Book {
    pub cards: Vec<Card>,
    /// For each link, the card whose name the person chose.
    pub preferred: HashMap<i64, i64>,
}

/// Reads the address book; `None` when the backup has none.
pub(super) fn read(backup: &Backup, report: &mut Report) -> Result<Option<Book>> {
    let Some(db) = backup.database(BOOK.domain, BOOK.path)? else { return Ok(None) };
    if !db.has_table("ABPerson") {
        report.note("The address book has no table of people; its rows were not read.");
        return Ok(None);
    }
    let stores = accounts::stores(backup, &db, report)?;
    let mut cards = read_cards(&db, &stores, report)?;
    let places = cards.iter().enumerate().map(|(place, card)| (card.contact.id, place)).collect();
    add_values(&db, &mut cards, &places, report)?;
    add_groups(&db, &mut cards, &places, report)?;
    let preferred = read_preferred(&db, report)?;
    report.read = cards.len() as u64;
    Ok(Some(Book { cards, preferred }))
}

/// The columns of `ABPerson`, in the order [`contact`] takes them.
const PERSON: [&str; 28] = [
    "ROWID",
    "guid",
    "Prefix",
    "First",
    "Middle",
    "Last",
    "Suffix",
    "Nickname",
    "PreviousFamilyName",
    "FirstPhonetic",
    "MiddlePhonetic",
    "LastPhonetic",
    "DisplayName",
    "Kind",
    "Organization",
    "OrganizationPhonetic",
    "Department",
    "JobTitle",
    "Note",
    "Birthday",
    "CreationDate",
    "ModificationDate",
    "StoreID",
    "PersonLink",
    "CompositeNameFallback",
    "FirstSort",
    "LastSort",
    "ExternalUUID",
];

fn read_cards(db: &Database, stores: &HashMap<i64, String>, report: &mut Report) -> Result<Vec<Card>> {
    let mut cards = Vec::new();
    let query = format!("SELECT {} FROM ABPerson ORDER BY 1", columns(db, "ABPerson", &PERSON));
    sql::each(db, "contacts", &query, [], report, |row, report| {
        if cards.len() >= MOST_CARDS {
            return report.skip("more contacts than any phone keeps");
        }
        let Some(id) = sql::integer(row, 0) else {
            return report.skip("a contact without a number of its own");
        };
        let account = sql::integer(row, 22).and_then(|store| stores.get(&store)).cloned().unwrap_or_default();
        let link = sql::integer(row, 23).filter(|link| *link >= 0);
        cards.push(Card { contact: contact(row, id, account), link });
    })?;
    Ok(cards)
}

fn contact(row: &Row, id: i64, account: String) -> Contact {
    let text = |column| sql::text(row, column).unwrap_or_default();
    let when = |column| sql::real(row, column).and_then(time::cocoa_to_unix_ms);
    Contact {
        id,
        guid: sql::text(row, 1).unwrap_or_else(|| text(27)),
        name: Name {
            prefix: text(2),
            first: text(3),
            middle: text(4),
            last: text(5),
            suffix: text(6),
            nickname: text(7),
            previous_last: text(8),
            phonetic_first: text(9),
            phonetic_middle: text(10),
            phonetic_last: text(11),
            display: sql::text(row, 12).unwrap_or_else(|| text(24)),
        },
        is_company: sql::integer(row, 13) == Some(1),
        organization: text(14),
        organization_phonetic: text(15),
        department: text(16),
        job_title: text(17),
        note: text(18),
        birthday: Day::parse(&text(19)),
        created: when(20),
        changed: when(21),
        account,
        ..Contact::default()
    }
}

/// Adds phones, e-mails and everything else a contact can have several of.
fn add_values(db: &Database, cards: &mut [Card], places: &HashMap<i64, usize>, report: &mut Report) -> Result<()> {
    if !has(db, "ABMultiValue", &["UID", "record_id", "property", "label", "value"]) {
        report.note("The address book keeps phones and addresses in a way that is not known; they were not read.");
        return Ok(());
    }
    let mut parts = read_parts(db, report)?;
    // A label is the row number in its table; labels of a damaged book may be gone.
    let (label, join) = match has(db, "ABMultiValueLabel", &["value"]) {
        true => ("l.value", "LEFT JOIN ABMultiValueLabel l ON l.rowid = v.label"),
        false => ("NULL", ""),
    };
    let query = format!(
        "SELECT v.UID, v.record_id, v.property, {label}, v.value FROM ABMultiValue v {join} ORDER BY v.UID LIMIT {MOST_VALUES}"
    );
    sql::each(db, "contacts", &query, [], report, |row, report| {
        let place = sql::integer(row, 1).and_then(|person| places.get(&person));
        let Some(card) = place.and_then(|place| cards.get_mut(*place)) else {
            return report.skip("a value of a contact that is not there");
        };
        let parts = sql::integer(row, 0).and_then(|id| parts.remove(&id)).unwrap_or_default();
        let label = Label(sql::text(row, 3).unwrap_or_default());
        let value = sql::text(row, 4).unwrap_or_default();
        add_value(&mut card.contact, sql::integer(row, 2).unwrap_or_default(), label, value, &parts, report);
    })
}

/// Puts one value where its property number says.
fn add_value(contact: &mut Contact, property: i64, label: Label, value: String, parts: &Parts, report: &mut Report) {
    let texts = match property {
        3 => &mut contact.phones,
        4 => &mut contact.emails,
        22 => &mut contact.urls,
        23 => &mut contact.related,
        5 => return contact.addresses.push(Labelled { label, value: parts.address() }),
        12 => match Day::parse(&value) {
            Some(value) => return contact.dates.push(Labelled { label, value }),
            None => return report.skip("a date that cannot be read"),
        },
        13 => return contact.messaging.push(Labelled { label, value: parts.profile(value) }),
        46 => return contact.profiles.push(Labelled { label, value: parts.profile(value) }),
        16 => {
            let value = if value.is_empty() { parts.all() } else { value };
            return contact.tones.push(Labelled { label, value });
        }
        _ => return report.skip(&format!("a value of the unknown property {property}")),
    };
    if value.is_empty() {
        return report.skip("an empty value");
    }
    texts.push(Labelled { label, value });
}

/// The named parts of a value that has several, such as an address.
#[derive(Default)]
struct Parts(Vec<(String, String)>);

impl Parts {
    /// Apple's names come as `Street` and as `street`.
    fn get(&self, name: &str) -> String {
        let found = self.0.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
        found.map(|(_, value)| value.clone()).unwrap_or_default()
    }

    fn address(&self) -> Address {
        Address {
            street: self.get("Street"),
            sub_locality: self.get("SubLocality"),
            city: self.get("City"),
            sub_administrative_area: self.get("SubAdministrativeArea"),
            state: self.get("State"),
            zip: self.get("ZIP"),
            country: self.get("Country"),
            country_code: self.get("CountryCode"),
        }
    }

    fn profile(&self, value: String) -> Profile {
        let user = Some(self.get("username")).filter(|user| !user.is_empty()).unwrap_or(value);
        Profile { service: self.get("service"), user, url: self.get("url") }
    }

    fn all(&self) -> String {
        self.0.iter().map(|(key, value)| format!("{key}: {value}")).collect::<Vec<_>>().join(", ")
    }
}

fn read_parts(db: &Database, report: &mut Report) -> Result<HashMap<i64, Parts>> {
    let mut parts: HashMap<i64, Parts> = HashMap::new();
    let entries = has(db, "ABMultiValueEntry", &["parent_id", "key", "value"]);
    if !entries || !has(db, "ABMultiValueEntryKey", &["value"]) {
        return Ok(parts);
    }
    let query = format!(
        "SELECT e.parent_id, k.value, e.value FROM ABMultiValueEntry e
         JOIN ABMultiValueEntryKey k ON k.rowid = e.key ORDER BY e.rowid LIMIT {MOST_VALUES}"
    );
    sql::each(db, "contacts", &query, [], report, |row, _| {
        if let (Some(parent), Some(key), Some(value)) = (sql::integer(row, 0), sql::text(row, 1), sql::text(row, 2)) {
            parts.entry(parent).or_default().0.push((key, value));
        }
    })?;
    Ok(parts)
}

fn add_groups(db: &Database, cards: &mut [Card], places: &HashMap<i64, usize>, report: &mut Report) -> Result<()> {
    let members = has(db, "ABGroupMembers", &["group_id", "member_type", "member_id"]);
    if !members || !has(db, "ABGroup", &["ROWID", "Name"]) {
        return Ok(());
    }
    // member_type 0 is a person, 1 another group.
    let query = "SELECT m.member_id, g.Name FROM ABGroupMembers m JOIN ABGroup g ON g.ROWID = m.group_id
                 WHERE m.member_type IS NOT 1 ORDER BY g.ROWID";
    sql::each(db, "contacts", query, [], report, |row, _| {
        let place = sql::integer(row, 0).and_then(|person| places.get(&person));
        if let (Some(place), Some(name)) = (place, sql::text(row, 1)) {
            cards[*place].contact.groups.push(name);
        }
    })
}

fn read_preferred(db: &Database, report: &mut Report) -> Result<HashMap<i64, i64>> {
    let mut preferred = HashMap::new();
    if !has(db, "ABPersonLink", &["ROWID"]) {
        return Ok(preferred);
    }
    let query = format!("SELECT ROWID, {} FROM ABPersonLink", db.column("ABPersonLink", "PreferredNamePersonID"));
    sql::each(db, "contacts", &query, [], report, |row, _| {
        if let (Some(link), Some(person)) = (sql::integer(row, 0), sql::integer(row, 1)) {
            preferred.insert(link, person);
        }
    })?;
    Ok(preferred)
}

/// Whether a table is there with all these columns.
fn has(db: &Database, table: &str, columns: &[&str]) -> bool {
    let known = db.columns(table);
    columns.iter().all(|column| known.contains(*column))
}

fn columns(db: &Database, table: &str, names: &[&str]) -> String {
    names.iter().map(|name| db.column(table, name).to_string()).collect::<Vec<_>>().join(", ")
}
