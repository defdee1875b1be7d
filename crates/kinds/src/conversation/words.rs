//! A bubble as one text, for lists, tables and the search.

use super::{Attachment, Bubble, Part};

/// A bubble in plain words; a file stands as its name in brackets.
pub fn summary(bubble: &Bubble) -> String {
    if bubble.unsent {
        return "(unsent)".to_owned();
    }
    bubble.parts.iter().map(part).collect::<Vec<String>>().join("\n").trim().to_owned()
}

fn part(part: &Part) -> String {
    match part {
        Part::Text { runs } => runs.iter().map(|run| run.text.as_str()).collect(),
        Part::Attachment(file) => format!("[{}]", file.name),
        Part::App { title, text: Some(text), .. } => format!("{title}: {text}"),
        Part::App { title, .. } => title.clone(),
        Part::Poll { title, options } => {
            let options: Vec<&str> = options.iter().map(|option| option.text.as_str()).collect();
            if options.is_empty() { title.clone() } else { format!("{title}: {}", options.join("\n")) }
        }
        Part::Drawing { title, .. } => title.clone(),
        Part::Location { title, latitude, longitude } => format!("{title} ({latitude:.5}, {longitude:.5})"),
    }
}

/// The files of a bubble.
pub fn attachments(bubble: &Bubble) -> impl Iterator<Item = &Attachment> {
    bubble.parts.iter().filter_map(|part| match part {
        Part::Attachment(file) => Some(file),
        _ => None,
    })
}
