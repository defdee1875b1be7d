//! From a line of a script to styled text: `**bold**`, `__italic__`, `@B` mentions and links.

use super::typedstream::{Rich, Run, Value};

const PART: &str = "__kIMMessagePartAttributeName";

/// The styled text of a line. `name` says how a voice (0 for A …) is mentioned: shown name and address.
pub(crate) fn styled(line: &str, part: i32, name: impl Fn(usize) -> Option<(String, String)>) -> Rich {
    let mut rich = Rich::default();
    let (mut bold, mut italic) = (false, false);
    let mut rest = line;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix("**") {
            (bold, rest) = (!bold, after);
            continue;
        }
        if let Some(after) = rest.strip_prefix("__") {
            (italic, rest) = (!italic, after);
            continue;
        }
        let mut attributes = Vec::new();
        if bold {
            attributes.push(("__kIMTextBoldAttributeName", Value::Number(1)));
        }
        if italic {
            attributes.push(("__kIMTextItalicAttributeName", Value::Number(1)));
        }
        if let Some((shown, address, after)) = mention(rest, &name) {
            attributes.push(("__kIMMentionConfirmedMention", Value::Text(address)));
            rich.push(&shown, part, attributes);
            rest = after;
            continue;
        }
        let end = if rest.starts_with("https://") {
            let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
            attributes.push(("__kIMLinkAttributeName", Value::Link(rest[..end].into())));
            end
        } else {
            // The first character is text whatever it is, or the loop would stand still.
            let first = rest.chars().next().map_or(1, char::len_utf8);
            ["**", "__", "@", "https://"]
                .iter()
                .filter_map(|mark| rest[first..].find(mark).map(|at| at + first))
                .min()
                .unwrap_or(rest.len())
        };
        rich.push(&rest[..end], part, attributes);
        rest = &rest[end..];
    }
    rich
}

fn mention<'a>(rest: &'a str, name: &impl Fn(usize) -> Option<(String, String)>) -> Option<(String, String, &'a str)> {
    let letter = *rest.strip_prefix('@')?.as_bytes().first()?;
    let voice = usize::from(letter.checked_sub(b'A').filter(|voice| *voice < 6)?);
    let (shown, address) = name(voice)?;
    Some((shown, address, &rest[2..]))
}

impl Rich {
    fn push(&mut self, text: &str, part: i32, mut attributes: Vec<(&'static str, Value)>) {
        let length = text.encode_utf16().count();
        attributes.push((PART, Value::Number(part)));
        self.text.push_str(text);
        self.runs.push(Run { length, attributes });
    }

    /// An attachment before the text.
    pub fn with_attachment(self, guid: &str, file: &str) -> Rich {
        let text = format!("\u{fffc}{}", self.text);
        let attributes = vec![
            ("__kIMFileTransferGUIDAttributeName", Value::Text(guid.into())),
            ("__kIMFilenameAttributeName", Value::Text(file.into())),
            (PART, Value::Number(0)),
        ];
        let first = Run { length: 1, attributes };
        Rich { text, runs: std::iter::once(first).chain(self.runs).collect() }
    }

    /// Length in the units Apple counts in.
    pub fn length(&self) -> usize {
        self.runs.iter().map(|run| run.length).sum()
    }

    /// Nothing but text in one run.
    pub fn is_plain(&self) -> bool {
        self.runs.len() <= 1 && self.runs.iter().all(|run| run.attributes.len() == 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_runs_counted_in_utf16() {
        let name = |voice: usize| (voice == 1).then(|| ("Léa".to_string(), "+15550100".to_string()));
        let rich = styled("🎉 be **there**, @B: https://a.example/x ok", 0, name);
        assert_eq!(rich.text, "🎉 be there, Léa: https://a.example/x ok");
        let lengths: Vec<usize> = rich.runs.iter().map(|run| run.length).collect();
        assert_eq!(lengths, [6, 5, 2, 3, 2, 19, 3]);
        assert_eq!(rich.length(), rich.text.encode_utf16().count());
        assert_eq!(rich.runs[3].attributes[0].1, Value::Text("+15550100".into()));
        assert_eq!(styled("mail@home", 0, name).text, "mail@home");
        assert!(styled("日本語", 0, name).is_plain());
    }
}
