//! How a contact looks.

use export::{Block, Card, Document, Field, FieldKind, iso_time};

use super::book::Entry;
use super::person::{Address, Contact, Labelled};
use crate::{IndexCard, digest};

pub(super) fn card(entry: &Entry, picture: Option<String>) -> Card {
    let whole = entry.whole();
    Card {
        id: entry.id,
        title: entry.title.clone(),
        subtitle: subtitle(&whole, &entry.title),
        picture,
        ..Card::default()
    }
}

/// The company, or the first way to reach the contact, unless it is the title already.
fn subtitle(contact: &Contact, title: &str) -> Option<String> {
    let reached = [&contact.phones, &contact.emails].into_iter().flatten().map(|way| &way.value);
    let mut candidates = [&contact.organization].into_iter().chain(reached);
    candidates.find(|text| !text.is_empty() && *text != title).cloned()
}

pub(super) fn document(entry: &Entry, picture: Option<String>) -> Document {
    let contact = entry.whole();
    let mut blocks = Vec::new();
    for fields in [reach(&contact), places(&contact), online(&contact), days(&contact), about(&contact)] {
        if !fields.is_empty() {
            blocks.push(Block::Fields(fields));
        }
    }
    if !contact.note.is_empty() {
        blocks.push(Block::Heading("Note".to_owned()));
        blocks.push(Block::Text(contact.note.clone()));
    }
    let kept = kept(&contact);
    if !kept.is_empty() {
        blocks.push(Block::Fields(kept));
    }
    if entry.cards.len() > 1 {
        blocks.push(Block::Heading("Linked cards".to_owned()));
        let cards = entry.cards.iter().map(|card| format!("{} ({})", card.title(), card.account));
        blocks.push(Block::List(cards.collect()));
    }
    let work = [&contact.job_title, &contact.department, &contact.organization];
    let work: Vec<&str> = work.into_iter().map(String::as_str).filter(|text| !text.is_empty()).collect();
    let subtitle = Some(work.join(", ")).filter(|text| !text.is_empty() && *text != entry.title);
    Document { title: entry.title.clone(), subtitle, picture, blocks }
}

fn reach(contact: &Contact) -> Vec<Field> {
    let phones = contact.phones.iter().map(|phone| field(phone, &phone.value, FieldKind::Phone));
    let emails = contact.emails.iter().map(|email| field(email, &email.value, FieldKind::Email));
    phones.chain(emails).collect()
}

fn places(contact: &Contact) -> Vec<Field> {
    let lines = |address: &Labelled<Address>| address.value.lines().join("\n");
    contact.addresses.iter().map(|address| field(address, lines(address), FieldKind::Address)).collect()
}

fn online(contact: &Contact) -> Vec<Field> {
    let mut fields: Vec<Field> = contact.urls.iter().map(|url| field(url, &url.value, FieldKind::Link)).collect();
    fields.extend(contact.messaging.iter().map(|account| field(account, account.value.title(), FieldKind::Text)));
    for profile in &contact.profiles {
        let service =
            if profile.value.service.is_empty() { profile.label.title() } else { profile.value.service.clone() };
        let value = if profile.value.user.is_empty() { &profile.value.url } else { &profile.value.user };
        fields.push(Field::text(service, value));
    }
    fields
}

fn days(contact: &Contact) -> Vec<Field> {
    let mut fields = Vec::new();
    if let Some(birthday) = contact.birthday {
        fields.push(Field::new("Birthday", birthday.to_string(), FieldKind::Date));
    }
    fields.extend(contact.dates.iter().map(|date| field(date, date.value.to_string(), FieldKind::Date)));
    fields.extend(contact.related.iter().map(|name| field(name, &name.value, FieldKind::Text)));
    fields
}

fn about(contact: &Contact) -> Vec<Field> {
    let name = &contact.name;
    let spoken = [&name.phonetic_first, &name.phonetic_middle, &name.phonetic_last];
    let spoken: Vec<&str> = spoken.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    let texts = [
        ("Nickname", name.nickname.clone()),
        ("Previous last name", name.previous_last.clone()),
        ("Spoken as", spoken.join(" ")),
        ("Company", contact.organization.clone()),
        ("Company spoken as", contact.organization_phonetic.clone()),
        ("Department", contact.department.clone()),
        ("Job", contact.job_title.clone()),
    ];
    let texts = texts.into_iter().filter(|(_, text)| !text.is_empty());
    let mut fields: Vec<Field> = texts.map(|(label, text)| Field::text(label, text)).collect();
    fields.extend(contact.tones.iter().map(|tone| Field::text(format!("Tone: {}", tone.label.title()), &tone.value)));
    fields
}

/// Where and since when the contact is kept.
fn kept(contact: &Contact) -> Vec<Field> {
    let mut fields = Vec::new();
    if !contact.groups.is_empty() {
        fields.push(Field::text("Groups", contact.groups.join(", ")));
    }
    if !contact.account.is_empty() {
        fields.push(Field::text("Account", &contact.account));
    }
    for (label, when) in [("Created", contact.created), ("Changed", contact.changed)] {
        fields.extend(when.and_then(iso_time).map(|when| Field::new(label, when, FieldKind::Time)));
    }
    fields
}

fn field<T>(of: &Labelled<T>, value: impl Into<String>, kind: FieldKind) -> Field {
    Field::new(of.label.title(), value, kind)
}

pub(super) fn index_card(entry: &Entry) -> IndexCard {
    let whole = entry.whole();
    let words = whole.words();
    let days = whole.dates.iter().map(|date| date.value).chain(whole.birthday).map(|day| day.to_string());
    let content: Vec<String> = words.iter().cloned().chain(days).chain(whole.groups.iter().cloned()).collect();
    IndexCard {
        key: if whole.guid.is_empty() { format!("card {}", whole.id) } else { whole.guid.clone() },
        opens: entry.id,
        title: entry.title.clone(),
        text: words.get(1..).unwrap_or_default().join("\n"),
        when: None,
        digest: digest(content.iter().map(String::as_str)),
    }
}
