//! How a call looks.

use std::slice::Iter;

use export::{Block, Card, Cell, Column, Document, Field, FieldKind, RowSource, Rows, iso_time};

use super::read::{Call, Direction, Other, Service};
use crate::{IndexCard, digest};

impl Direction {
    /// As used in filters and exports.
    pub fn id(self) -> &'static str {
        match self {
            Direction::Incoming => "incoming",
            Direction::Outgoing => "outgoing",
            Direction::Missed => "missed",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Direction::Incoming => "Incoming",
            Direction::Outgoing => "Outgoing",
            Direction::Missed => "Missed",
        }
    }
}

impl Service {
    /// As used in filters and exports.
    pub fn id(&self) -> &'static str {
        match self {
            Service::Phone => "phone",
            Service::FaceTimeVideo => "facetime-video",
            Service::FaceTimeAudio => "facetime-audio",
            Service::App(_) => "app",
        }
    }

    /// For an app, the last part of its bundle identifier: `net.whatsapp.WhatsApp` is WhatsApp.
    pub fn title(&self) -> &str {
        match self {
            Service::Phone => "Phone",
            Service::FaceTimeVideo => "FaceTime video",
            Service::FaceTimeAudio => "FaceTime audio",
            Service::App(bundle) => bundle.rsplit('.').next().unwrap_or(bundle),
        }
    }
}

impl Other {
    pub fn title(&self) -> &str {
        self.name.as_deref().unwrap_or(&self.address)
    }
}

pub(super) fn card(call: &Call, picture: Option<String>) -> Card {
    let mut badges = vec![call.direction.id().to_owned()];
    badges.extend(call.filtered.then(|| "filtered".to_owned()));
    badges.extend(call.junk.then(|| "junk".to_owned()));
    badges.extend(call.emergency.then(|| "emergency".to_owned()));
    Card {
        id: call.id,
        title: title(call),
        subtitle: Some(subtitle(call)),
        text: (call.seconds > 0).then(|| duration(call.seconds)),
        when: call.when,
        picture,
        badges,
    }
}

pub(super) fn document(call: &Call, picture: Option<String>) -> Document {
    let mut fields = vec![Field::text("Call", call.direction.title()), Field::text("Over", call.service.title())];
    if let Some(when) = call.when.and_then(iso_time) {
        fields.push(Field::new("When", when, FieldKind::Time));
    }
    fields.push(Field::text("Duration", duration(call.seconds)));
    for other in call.others.iter().filter(|other| !other.address.is_empty()) {
        let kind = if other.address.contains('@') { FieldKind::Email } else { FieldKind::Phone };
        fields.push(Field::new(other.name.as_deref().unwrap_or("Number"), &other.address, kind));
    }
    for (label, value) in
        [("Location", call.location.clone()), ("Country", call.country.as_ref().map(|code| code.to_uppercase()))]
    {
        fields.extend(value.map(|value| Field::text(label, value)));
    }
    if call.filtered {
        fields.push(Field::text("Filtered", "Kept from ringing by a filter of the phone"));
    }
    if call.junk {
        fields.push(Field::text("Junk", "Taken for an unwanted call by the carrier or an app"));
    }
    if call.emergency {
        fields.push(Field::text("Emergency", "Emergency call"));
    }
    Document { title: title(call), subtitle: Some(subtitle(call)), picture, blocks: vec![Block::Fields(fields)] }
}

const COLUMNS: [Column; 13] = [
    Column { key: "id", title: "ID" },
    Column { key: "when", title: "Date" },
    Column { key: "direction", title: "Direction" },
    Column { key: "service", title: "Service" },
    Column { key: "name", title: "Name" },
    Column { key: "address", title: "Number" },
    Column { key: "seconds", title: "Duration (seconds)" },
    Column { key: "location", title: "Location" },
    Column { key: "country", title: "Country" },
    Column { key: "filtered", title: "Filtered" },
    Column { key: "junk", title: "Junk" },
    Column { key: "emergency", title: "Emergency" },
    Column { key: "key", title: "Unique ID" },
];

pub(super) fn rows<'a>(calls: impl Iterator<Item = &'a Call> + 'a) -> Box<dyn RowSource + 'a> {
    Box::new(Rows::new(&COLUMNS, calls.map(row)))
}

fn row(call: &Call) -> Vec<Cell> {
    let service = match &call.service {
        Service::App(bundle) => bundle,
        known => known.id(),
    };
    vec![
        Cell::Integer(call.id),
        Cell::time(call.when),
        call.direction.id().into(),
        service.into(),
        Cell::text(join(call.others.iter(), |other| other.name.as_deref().unwrap_or_default())),
        Cell::text(join(call.others.iter(), |other| &other.address)),
        Cell::Integer(call.seconds as i64),
        Cell::text(call.location.as_deref()),
        Cell::text(call.country.as_deref()),
        Cell::Bool(call.filtered),
        Cell::Bool(call.junk),
        Cell::Bool(call.emergency),
        call.key.as_str().into(),
    ]
}

pub(super) fn index_card(call: &Call) -> IndexCard {
    let (title, text) = (title(call), call.text());
    let seconds = call.seconds.to_string();
    IndexCard {
        key: call.key.clone(),
        opens: call.id,
        digest: digest([title.as_str(), &text, &seconds]),
        title,
        text,
        when: call.when,
    }
}

fn title(call: &Call) -> String {
    match call.others.as_slice() {
        [] => "No caller ID".to_owned(),
        others => others.iter().map(Other::title).collect::<Vec<_>>().join(", "),
    }
}

fn subtitle(call: &Call) -> String {
    let service = call.service.title();
    match &call.location {
        Some(location) => format!("{service} · {location}"),
        None => service.to_owned(),
    }
}

/// The parts that are not empty, with `; ` between; `None` when all are.
fn join<'a>(others: Iter<'a, Other>, part: impl Fn(&'a Other) -> &'a str) -> Option<String> {
    let parts: Vec<&str> = others.map(part).filter(|part| !part.is_empty()).collect();
    (!parts.is_empty()).then(|| parts.join("; "))
}

/// `1 h 2 min 3 s`, without leading zeros.
fn duration(seconds: u64) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{rest} s"),
        (0, _) => format!("{minutes} min {rest} s"),
        _ => format!("{hours} h {minutes} min {rest} s"),
    }
}
