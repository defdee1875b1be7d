//! A contact as a row of a table: CSV and JSON.

use export::{Cell, Column, RowSource, Rows};

use super::label::Label;
use super::person::{Contact, Labelled};

const COLUMNS: [Column; 36] = [
    Column { key: "id", title: "ID" },
    Column { key: "name", title: "Name" },
    Column { key: "prefix", title: "Prefix" },
    Column { key: "first", title: "First name" },
    Column { key: "middle", title: "Middle name" },
    Column { key: "last", title: "Last name" },
    Column { key: "suffix", title: "Suffix" },
    Column { key: "nickname", title: "Nickname" },
    Column { key: "phonetic_first", title: "Phonetic first name" },
    Column { key: "phonetic_last", title: "Phonetic last name" },
    Column { key: "company", title: "Company" },
    Column { key: "department", title: "Department" },
    Column { key: "job", title: "Job title" },
    Column { key: "birthday", title: "Birthday" },
    Column { key: "phone_mobile", title: "Mobile phone" },
    Column { key: "phone_home", title: "Home phone" },
    Column { key: "phone_work", title: "Work phone" },
    Column { key: "phone_other", title: "Other phones" },
    Column { key: "email_home", title: "Home e-mail" },
    Column { key: "email_work", title: "Work e-mail" },
    Column { key: "email_other", title: "Other e-mails" },
    Column { key: "address_home", title: "Home address" },
    Column { key: "address_work", title: "Work address" },
    Column { key: "address_other", title: "Other addresses" },
    Column { key: "urls", title: "Web pages" },
    Column { key: "messaging", title: "Instant messaging" },
    Column { key: "profiles", title: "Social profiles" },
    Column { key: "related", title: "Related names" },
    Column { key: "dates", title: "Dates" },
    Column { key: "note", title: "Note" },
    Column { key: "groups", title: "Groups" },
    Column { key: "account", title: "Account" },
    Column { key: "tones", title: "Tones" },
    Column { key: "created", title: "Created" },
    Column { key: "changed", title: "Changed" },
    Column { key: "uid", title: "Unique ID" },
];

pub(super) fn rows<'a>(cards: impl Iterator<Item = &'a Contact> + 'a) -> Box<dyn RowSource + 'a> {
    Box::new(Rows::new(&COLUMNS, cards.map(row)))
}

fn row(card: &Contact) -> Vec<Cell> {
    let text = |text: &str| if text.is_empty() { Cell::Empty } else { text.into() };
    let name = &card.name;
    let emails = |wanted: &[&str]| values(&card.emails, wanted, |email| email.clone());
    let addresses = |wanted: &[&str]| values(&card.addresses, wanted, |address| address.lines().join("\n"));
    let phones = |wanted: &[&str]| values(&card.phones, wanted, |phone| phone.clone());
    vec![
        Cell::Integer(card.id),
        card.title().into(),
        text(&name.prefix),
        text(&name.first),
        text(&name.middle),
        text(&name.last),
        text(&name.suffix),
        text(&name.nickname),
        text(&name.phonetic_first),
        text(&name.phonetic_last),
        text(&card.organization),
        text(&card.department),
        text(&card.job_title),
        Cell::text(card.birthday.map(|day| day.to_string())),
        phones(&["Mobile", "iPhone"]),
        phones(&["Home"]),
        phones(&["Work"]),
        others(&card.phones, &["Mobile", "iPhone", "Home", "Work"], |phone| phone.clone()),
        emails(&["Home"]),
        emails(&["Work"]),
        others(&card.emails, &["Home", "Work"], |email| email.clone()),
        addresses(&["Home"]),
        addresses(&["Work"]),
        others(&card.addresses, &["Home", "Work"], |address| address.lines().join("\n")),
        others(&card.urls, &[], |url| url.clone()),
        others(&card.messaging, &[], |account| account.title()),
        others(&card.profiles, &[], |profile| profile.title()),
        others(&card.related, &[], |name| name.clone()),
        others(&card.dates, &[], |day| day.to_string()),
        text(&card.note),
        text(&card.groups.join("; ")),
        text(&card.account),
        others(&card.tones, &[], |tone| tone.clone()),
        Cell::time(card.created),
        Cell::time(card.changed),
        text(&card.guid),
    ]
}

/// The values with one of the labels, one per line.
fn values<T>(all: &[Labelled<T>], labels: &[&str], text: impl Fn(&T) -> String) -> Cell {
    lines(all.iter().filter(|one| has(&one.label, labels)).map(|one| text(&one.value)))
}

/// The values with any other label, one per line after their label.
fn others<T>(all: &[Labelled<T>], labels: &[&str], text: impl Fn(&T) -> String) -> Cell {
    let others = all.iter().filter(|one| !has(&one.label, labels));
    lines(others.map(|one| format!("{}: {}", one.label.title(), text(&one.value))))
}

fn has(label: &Label, names: &[&str]) -> bool {
    names.iter().any(|name| label.is(name))
}

fn lines(texts: impl Iterator<Item = String>) -> Cell {
    let text = texts.collect::<Vec<_>>().join("\n");
    if text.is_empty() { Cell::Empty } else { text.into() }
}
