//! vCard 3.0 (RFC 2426), written the way Apple writes it, so that iOS, macOS, Google and Outlook all read it.
//!
//! What RFC 2426 has no word for goes into Apple's extensions: a group prefix (`item1.`) ties a value to its own label
//! (`X-ABLabel`). How Apple writes each property was taken from cards exported by iOS and macOS.

use std::fmt::Write as _;
use std::io::{self, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use export::iso_time;
use export::names::beginning;

use super::day::Day;
use super::label::Label;
use super::person::{Address, Contact, Labelled, Profile};
use crate::pictures::Format;

/// A line is folded to this many bytes (RFC 2426, 2.6), without its line break.
const LINE: usize = 75;

/// Writes one card, with its photo as JPEG or PNG.
pub fn write(contact: &Contact, photo: Option<(Format, Vec<u8>)>, out: &mut dyn Write) -> io::Result<()> {
    let mut card = Lines { out, items: 0 };
    card.line("BEGIN:VCARD")?;
    card.line("VERSION:3.0")?;
    card.line("PRODID:-//Heirloom//Heirloom//EN")?;
    card.names(contact)?;
    card.reach(contact)?;
    card.online(contact)?;
    card.days(contact)?;
    card.rest(contact)?;
    if let Some((format, bytes)) = photo {
        let kind = if format == Format::Png { "PNG" } else { "JPEG" };
        card.line(&format!("PHOTO;ENCODING=b;TYPE={kind}:{}", STANDARD.encode(bytes)))?;
    }
    card.line("END:VCARD")
}

struct Lines<'a> {
    out: &'a mut dyn Write,
    /// How many `item1.`, `item2.` … were used.
    items: u32,
}

impl Lines<'_> {
    fn names(&mut self, contact: &Contact) -> io::Result<()> {
        let name = &contact.name;
        let mut parts = [&name.last, &name.first, &name.middle, &name.prefix, &name.suffix].map(|part| escaped(part));
        let title = contact.title();
        // Some readers drop a card whose N is empty.
        if !contact.is_company && contact.organization.is_empty() && parts.iter().all(String::is_empty) {
            parts[1] = escaped(&title);
        }
        self.line(&format!("N:{}", parts.join(";")))?;
        self.text("FN", &title)?;
        self.text("NICKNAME", &name.nickname)?;
        self.text("X-MAIDENNAME", &name.previous_last)?;
        self.text("X-PHONETIC-FIRST-NAME", &name.phonetic_first)?;
        self.text("X-PHONETIC-MIDDLE-NAME", &name.phonetic_middle)?;
        self.text("X-PHONETIC-LAST-NAME", &name.phonetic_last)?;
        if !(contact.organization.is_empty() && contact.department.is_empty()) {
            self.line(&format!("ORG:{};{}", escaped(&contact.organization), escaped(&contact.department)))?;
        }
        self.text("X-PHONETIC-ORG", &contact.organization_phonetic)?;
        self.text("TITLE", &contact.job_title)?;
        if contact.is_company {
            self.line("X-ABShowAs:COMPANY")?;
        }
        Ok(())
    }

    fn reach(&mut self, contact: &Contact) -> io::Result<()> {
        for (index, phone) in contact.phones.iter().enumerate() {
            let types = phone_types(&phone.label);
            self.labelled("TEL", types, &phone.label, index == 0, &escaped(&phone.value))?;
        }
        for (index, email) in contact.emails.iter().enumerate() {
            let types = home_or_work(&email.label).map(|place| format!(";type=INTERNET;type={place}"));
            let name = if types.is_some() { "EMAIL" } else { "EMAIL;type=INTERNET" };
            self.labelled(name, types, &email.label, index == 0, &escaped(&email.value))?;
        }
        for (index, address) in contact.addresses.iter().enumerate() {
            self.address(address, index == 0)?;
        }
        Ok(())
    }

    /// An address always has a group, for its country code and the parts RFC 2426 does not know.
    fn address(&mut self, address: &Labelled<Address>, preferred: bool) -> io::Result<()> {
        let Address { street, city, state, zip, country, .. } = &address.value;
        let parts = [street, city, state, zip, country].map(|part| escaped(part));
        let place = home_or_work(&address.label);
        let types = place.map(|place| format!(";type={place}")).unwrap_or_default();
        let item = self.item();
        self.line(&format!("{item}.ADR{types}{}:;;{}", pref(preferred), parts.join(";")))?;
        if place.is_none() {
            self.text(&format!("{item}.X-ABLabel"), &address.label.0)?;
        }
        self.text(&format!("{item}.X-ABADR"), &address.value.country_code.to_lowercase())?;
        self.text(&format!("{item}.X-APPLE-SUBLOCALITY"), &address.value.sub_locality)?;
        self.text(&format!("{item}.X-APPLE-SUBADMINISTRATIVEAREA"), &address.value.sub_administrative_area)
    }

    fn online(&mut self, contact: &Contact) -> io::Result<()> {
        for (index, url) in contact.urls.iter().enumerate() {
            let types = home_or_work(&url.label).map(|place| format!(";type={place}"));
            self.labelled("URL", types, &url.label, index == 0, &escaped(&url.value))?;
        }
        for (index, account) in contact.messaging.iter().enumerate() {
            self.messaging(account, index == 0)?;
        }
        for profile in &contact.profiles {
            let Profile { service, user, url } = &profile.value;
            let mut name = "X-SOCIALPROFILE".to_owned();
            if !service.is_empty() {
                let _ = write!(name, ";type={}", parameter(service));
            }
            if !user.is_empty() {
                let _ = write!(name, ";x-user={}", parameter(user));
            }
            let value = if url.is_empty() { format!("x-apple:{user}") } else { url.clone() };
            self.labelled(&name, Some(String::new()), &profile.label, false, &escaped(&value))?;
        }
        Ok(())
    }

    /// `IMPP` for today's readers and, for the services that had one, the older `X-` property as well.
    fn messaging(&mut self, account: &Labelled<Profile>, preferred: bool) -> io::Result<()> {
        let Profile { service, user, .. } = &account.value;
        let types = home_or_work(&account.label).map(|place| format!(";type={place}"));
        if let Some(older) = older_messaging(service) {
            self.labelled(older, types.clone(), &account.label, preferred, &escaped(user))?;
        }
        let mut name = "IMPP".to_owned();
        if !service.is_empty() {
            let _ = write!(name, ";X-SERVICE-TYPE={}", parameter(service));
        }
        let address = format!("{}:{user}", messaging_scheme(service));
        self.labelled(&name, types, &account.label, preferred, &escaped(&address))
    }

    fn days(&mut self, contact: &Contact) -> io::Result<()> {
        if let Some(day) = contact.birthday {
            self.line(&format!("BDAY{}:{}", omit_year(day), day.with_any_year()))?;
        }
        for (index, date) in contact.dates.iter().enumerate() {
            let name = format!("X-ABDATE{}", omit_year(date.value));
            self.labelled(&name, None, &date.label, index == 0, &date.value.with_any_year())?;
        }
        for (index, name) in contact.related.iter().enumerate() {
            self.labelled("X-ABRELATEDNAMES", None, &name.label, index == 0, &escaped(&name.value))?;
        }
        Ok(())
    }

    fn rest(&mut self, contact: &Contact) -> io::Result<()> {
        self.text("NOTE", &contact.note)?;
        if !contact.groups.is_empty() {
            let groups: Vec<String> = contact.groups.iter().map(|group| escaped(group)).collect();
            self.line(&format!("CATEGORIES:{}", groups.join(",")))?;
        }
        self.text("UID", contact.guid.trim_end_matches(":ABPerson"))?;
        match contact.changed.and_then(iso_time) {
            Some(changed) => self.text("REV", &changed),
            None => Ok(()),
        }
    }

    /// A value with `types` where RFC 2426 knows its label, else with the label in a line of its own.
    fn labelled(
        &mut self,
        name: &str,
        types: Option<String>,
        label: &Label,
        preferred: bool,
        value: &str,
    ) -> io::Result<()> {
        let pref = pref(preferred);
        match types {
            Some(types) => self.line(&format!("{name}{types}{pref}:{value}")),
            None if label.0.is_empty() => self.line(&format!("{name}{pref}:{value}")),
            None => {
                let item = self.item();
                self.line(&format!("{item}.{name}{pref}:{value}"))?;
                self.text(&format!("{item}.X-ABLabel"), &label.0)
            }
        }
    }

    /// A property with a text, unless the text is empty.
    fn text(&mut self, name: &str, text: &str) -> io::Result<()> {
        if text.is_empty() { Ok(()) } else { self.line(&format!("{name}:{}", escaped(text))) }
    }

    fn item(&mut self) -> String {
        self.items += 1;
        format!("item{}", self.items)
    }

    /// Writes a line, folded between characters: every line but the first begins with a blank.
    fn line(&mut self, line: &str) -> io::Result<()> {
        let mut rest = line;
        let mut room = LINE;
        while rest.len() > room {
            let (now, later) = rest.split_at(beginning(rest, room).len());
            self.out.write_all(now.as_bytes())?;
            self.out.write_all(b"\r\n ")?;
            rest = later;
            room = LINE - 1;
        }
        self.out.write_all(rest.as_bytes())?;
        self.out.write_all(b"\r\n")
    }
}

fn phone_types(label: &Label) -> Option<String> {
    let types: &[&str] = match label.standard().unwrap_or(&label.0) {
        "Mobile" => &["CELL", "VOICE"],
        "iPhone" => &["IPHONE", "CELL", "VOICE"],
        "AppleWatch" => &["APPLEWATCH", "CELL", "VOICE"],
        "Home" => &["HOME", "VOICE"],
        "Work" => &["WORK", "VOICE"],
        "Main" => &["MAIN"],
        "HomeFAX" => &["HOME", "FAX"],
        "WorkFAX" => &["WORK", "FAX"],
        "OtherFAX" => &["OTHER", "FAX"],
        "Pager" => &["PAGER"],
        "Other" => &["OTHER", "VOICE"],
        "" => &["VOICE"],
        _ => return None,
    };
    Some(types.iter().map(|one| format!(";type={one}")).collect())
}

fn home_or_work(label: &Label) -> Option<&'static str> {
    match label.standard() {
        Some("Home") => Some("HOME"),
        Some("Work") => Some("WORK"),
        _ => None,
    }
}

fn older_messaging(service: &str) -> Option<&'static str> {
    match service.to_ascii_lowercase().as_str() {
        "aim" => Some("X-AIM"),
        "icq" => Some("X-ICQ"),
        "jabber" => Some("X-JABBER"),
        "msn" => Some("X-MSN"),
        "yahoo" => Some("X-YAHOO"),
        _ => None,
    }
}

fn messaging_scheme(service: &str) -> &'static str {
    match service.to_ascii_lowercase().as_str() {
        "aim" | "icq" => "aim",
        "jabber" | "googletalk" | "facebook" => "xmpp",
        "msn" => "msnim",
        "skype" => "skype",
        "yahoo" => "ymsgr",
        _ => "x-apple",
    }
}

fn pref(preferred: bool) -> &'static str {
    if preferred { ";type=pref" } else { "" }
}

fn omit_year(day: Day) -> &'static str {
    if day.year.is_none() { ";X-APPLE-OMIT-YEAR=1604" } else { "" }
}

/// A text as a value: `\`, `,`, `;` and line breaks escaped, other control characters dropped.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(c) = characters.next() {
        match c {
            '\\' | ',' | ';' => out.extend(['\\', c]),
            '\r' if characters.peek() == Some(&'\n') => {}
            '\n' | '\r' => out.push_str("\\n"),
            '\t' => out.push(' '),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// A text as the value of a parameter, in quotes where it needs them.
fn parameter(text: &str) -> String {
    let clean: String = text.chars().filter(|c| !c.is_control() && *c != '"').collect();
    if clean.contains([':', ';', ',']) { format!("\"{clean}\"") } else { clean }
}
