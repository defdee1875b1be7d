//! What formats for people say, in the same words.

use chrono::{DateTime, Datelike, Local, TimeZone, Timelike};
use export::is_line_break;

use super::super::{Bubble, Header, Part, Run};
use super::places::{Place, Places};

/// A day of this computer's time zone: "Monday, 6 January 2020".
pub fn day(ms: i64) -> String {
    local(ms, "%A, %-d %B %Y")
}

/// A month: "January 2020".
pub fn month(ms: i64) -> String {
    local(ms, "%B %Y")
}

/// A time of day: "10:40".
pub fn clock(ms: i64) -> String {
    at(ms).map(|at| format!("{:02}:{:02}", at.hour(), at.minute())).unwrap_or_default()
}

/// Day and time: "2020-01-06 10:40".
pub fn instant(ms: i64) -> String {
    let written = |at: DateTime<Local>| {
        format!("{:04}-{:02}-{:02} {:02}:{:02}", at.year(), at.month(), at.day(), at.hour(), at.minute())
    };
    at(ms).map(written).unwrap_or_default()
}

fn local(ms: i64, form: &str) -> String {
    at(ms).map(|at| at.format(form).to_string()).unwrap_or_default()
}

fn at(ms: i64) -> Option<DateTime<Local>> {
    Local.timestamp_millis_opt(ms).single()
}

/// A text without what a terminal or an editor would obey instead of show; line breaks and tabs stay.
fn readable(text: &str) -> String {
    let shown = |c: char| if c.is_control() && c != '\n' && c != '\t' { '\u{fffd}' } else { c };
    text.replace("\r\n", "\n").chars().map(shown).collect()
}

/// The lines of a text, whatever breaks them.
pub fn lines(text: &str) -> impl Iterator<Item = String> {
    text.split(is_line_break).map(readable)
}

/// A name or a title on one line, whatever breaks it.
pub fn one_line(text: &str) -> String {
    lines(text).collect::<Vec<String>>().join(" ")
}

/// Who takes part beside the owner, with their addresses, each on one line; nobody where the title says it all.
pub fn people(conversation: &Header) -> Vec<String> {
    let person = |name: &str, address: &str| match name == address || address.is_empty() {
        true => one_line(name),
        false => one_line(&format!("{name} <{address}>")),
    };
    let people: Vec<String> = conversation.people.iter().map(|one| person(&one.name, &one.address)).collect();
    if people.join(", ") == conversation.title { Vec::new() } else { people }
}

/// All that a message says, a paragraph each: what it answers, its parts, its translation, its earlier wordings.
pub fn said(bubble: &Bubble, places: &Places) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(answered) = &bubble.reply_to {
        let who = answered.sender.as_deref().unwrap_or("Me");
        said.push(match answered.id {
            Some(_) => format!("> {who}: {}", first_line(&answered.text)),
            None => "> a message that is gone".to_owned(),
        });
    }
    if bubble.unsent {
        said.push("(unsent)".to_owned());
    }
    said.extend(bubble.parts.iter().flat_map(|part| part_said(part, places)));
    if let Some(translation) = &bubble.translation {
        said.push(format!("[Translated: {}]", translation.text));
    }
    for edit in &bubble.edits {
        let when = edit.when.map(|at| format!(" {}", instant(at))).unwrap_or_default();
        said.push(format!("[Before it was edited{when}: {}]", edit.text));
    }
    said
}

fn part_said(part: &Part, places: &Places) -> Vec<String> {
    match part {
        Part::Text { runs } => vec![runs.iter().map(run_said).collect()],
        Part::Attachment(file) => {
            let place = match places.of(file) {
                Place::Here(path) => format!("[{path}]"),
                Place::Missing(reason) => format!("[{}, missing: {reason}]", file.name),
                Place::LeftOut => format!("[{}]", file.name),
            };
            let heard = file.transcription.as_ref().map(|heard| format!("[Heard: {heard}]"));
            std::iter::once(place).chain(heard).collect()
        }
        Part::App { title, text, link, .. } => {
            let link = link.clone().filter(|link| !title.contains(link.as_str()));
            std::iter::once(title.clone()).chain(text.clone()).chain(link).collect()
        }
        Part::Poll { title, options } => {
            let option = |option: &super::super::PollOption| match option.by.is_empty() {
                true => format!("- {}", option.text),
                false => format!("- {} ({})", option.text, option.by.join(", ")),
            };
            std::iter::once(title.clone()).chain(options.iter().map(option)).collect()
        }
        Part::Drawing { title, .. } => vec![format!("[{title}]")],
        Part::Location { title, latitude, longitude } => vec![format!("[{title}: {latitude:.5}, {longitude:.5}]")],
    }
}

/// A stretch of text, with the address behind it where that is another.
pub fn run_said(run: &Run) -> String {
    let elsewhere = |link: &&String| link.starts_with("http") && !link.contains(run.text.trim());
    match run.link.as_ref().filter(elsewhere) {
        Some(link) => format!("{} <{link}>", run.text),
        None => run.text.clone(),
    }
}

/// The beginning of a text, to be known by.
pub fn first_line(text: &str) -> String {
    const MOST: usize = 100;
    let line = lines(text).next().unwrap_or_default();
    match line.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// What else is to be said of a message, in one line.
pub fn marks(bubble: &Bubble) -> Option<String> {
    let mut marks: Vec<String> = bubble.marks.clone();
    marks.extend(bubble.service.clone().filter(|service| service != "iMessage" && service != "WhatsApp"));
    marks.extend(bubble.effect.as_ref().map(|effect| format!("with {effect}")));
    marks.extend(bubble.delivered.map(|at| format!("delivered {}", instant(at))));
    marks.extend(bubble.read.map(|at| format!("read {}", instant(at))));
    marks.extend(bubble.deleted.map(|at| format!("deleted {}", instant(at))));
    Some(one_line(&marks.join(", "))).filter(|marks| !marks.is_empty())
}

/// "1 message", "12,345 messages".
pub fn count(number: u64, one: &str) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    format!("{text} {one}{}", if number == 1 { "" } else { "s" })
}

/// "1.5 MB".
pub fn bytes(size: u64) -> String {
    if size == 1 {
        return "1 byte".to_owned();
    }
    let (mut size, mut unit) = (size as f64, "bytes");
    for next in ["KB", "MB", "GB", "TB"] {
        if size < 1000.0 {
            break;
        }
        (size, unit) = (size / 1000.0, next);
    }
    if unit == "bytes" || size >= 10.0 { format!("{size:.0} {unit}") } else { format!("{size:.1} {unit}") }
}
