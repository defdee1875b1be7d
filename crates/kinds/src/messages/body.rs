//! The text of a message: an archived `NSAttributedString` (`attributedBody`), or plain text on old systems.
//!
//! The archive is a typedstream: the string, then runs (number of an attribute table, length in UTF-16 units), each table
//! following the first run that names it. In the string U+FFFC stands for an attachment and U+FFFD for an app's bubble.

use std::collections::HashMap;
use std::panic::catch_unwind;

use crabstep::{Property, TypedStreamDeserializer};

use super::attributes::{Attributes, attributes};
use super::plain_body;
use crate::conversation::Run;

/// Longer bodies are not decoded; the longest message a phone sends has a few 10,000 characters.
const MAX_BODY: usize = 4 << 20;
/// Bodies that could nest their objects or types deeper are not decoded: a level takes up to 5 KiB of stack.
const MAX_DEPTH: usize = 250;
/// The most values that the arrays of a body may stand for.
const MAX_ARRAYS: usize = 1 << 20;
const PLACEHOLDERS: [char; 2] = ['\u{FFFC}', '\u{FFFD}'];

/// A piece of a message in the order it is read.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Piece {
    /// The number tapbacks and edits name it by.
    pub part: i64,
    pub content: Content,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Content {
    Text(Vec<Run>),
    File(Placed),
}

/// Where an attachment stands, and what the body says of it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Placed {
    /// Names its row, where the body does.
    pub guid: Option<String>,
    pub width: Option<u32>,
    pub height: Option<u32>,
    pub transcription: Option<String>,
}

/// The pieces of a body. A body that cannot be decoded falls back to the plain text beside it.
pub(super) fn pieces(attributed: Option<&[u8]>, text: Option<&str>) -> Vec<Piece> {
    let attributed = attributed.filter(|bytes| bytes.len() <= MAX_BODY);
    let plain = || match text {
        Some(text) => Some(plain_pieces(text)),
        None => Some(plain_pieces(&salvaged(attributed?)?)),
    };
    attributed.and_then(decode).or_else(plain).unwrap_or_default()
}

/// Whether not even the text of a body can be read.
pub(super) fn is_lost(bytes: &[u8]) -> bool {
    bytes.len() > MAX_BODY || (decode(bytes).is_none() && salvaged(bytes).is_none())
}

/// The string of a body whose attributes are damaged: it stands behind the name of its class, after a `+` and its length.
fn salvaged(bytes: &[u8]) -> Option<String> {
    const CLASS: &[u8] = b"NSString";
    let class = bytes.windows(CLASS.len()).position(|part| part == CLASS)? + CLASS.len();
    let plus = bytes[class..].iter().take(16).position(|byte| *byte == b'+')?;
    let (first, rest) = bytes[class + plus + 1..].split_first()?;
    let (length, rest) = match *first {
        0x81 => (usize::from(u16::from_le_bytes(rest.get(..2)?.try_into().ok()?)), rest.get(2..)?),
        0x82 => (u32::from_le_bytes(rest.get(..4)?.try_into().ok()?) as usize, rest.get(4..)?),
        short => (usize::from(short), rest),
    };
    Some(String::from_utf8_lossy(rest.get(..length)?).into_owned())
}

/// The plain text of a body, without placeholders and blanks around it.
pub(super) fn plain(attributed: Option<&[u8]>, text: Option<&str>) -> String {
    if let Some(text) = text.map(cleaned).filter(|text| !text.is_empty()) {
        return text;
    }
    words(&pieces(attributed, None))
}

/// The text of pieces as one line of words.
pub(super) fn words(pieces: &[Piece]) -> String {
    let runs = pieces.iter().filter_map(|piece| match &piece.content {
        Content::Text(runs) => Some(runs.iter().map(|run| run.text.as_str()).collect::<String>()),
        Content::File(_) => None,
    });
    cleaned(&runs.collect::<Vec<_>>().join("\n"))
}

fn cleaned(text: &str) -> String {
    text.replace(PLACEHOLDERS, "").replace('\0', "").trim().to_owned()
}

fn decode(bytes: &[u8]) -> Option<Vec<Piece>> {
    if let Some(run) = plain_body::text(bytes) {
        let mut pieces = Vec::new();
        push_run(&mut pieces, 0, run);
        return Some(tidied(pieces));
    }
    if !is_harmless(bytes) {
        return None;
    }
    // The decoder goes on behind the end of some cut archives, and panics.
    catch_unwind(|| decode_harmless(bytes)).ok().flatten()
}

/// Whether decoding ends with the stack and the memory there are, for which the decoder has no caps. Letters may look like
/// structure to this, so a long text can lose its styles, but not its words.
fn is_harmless(bytes: &[u8]) -> bool {
    let pairs = || bytes.windows(2).map(|pair| (pair[0], pair[1]));
    // An object within another begins with 0x84 and a class, a type within another with a bracket.
    let depth = pairs().filter(|pair| matches!(pair, (0x84, 0x84 | 0x92..) | (b'[' | b'{', _))).count();
    // An array of a few bytes can stand for as many values as the body has bytes; of none, for as many as it likes.
    let arrays = pairs().filter(|pair| matches!(pair, (b'[', b'0'..=b'9'))).count();
    let of_none = bytes.windows(3).any(|part| matches!(part, [b'[', b'0', b'0' | b'c' | b'C']));
    depth <= MAX_DEPTH && arrays * bytes.len() <= MAX_ARRAYS && !of_none
}

fn decode_harmless(bytes: &[u8]) -> Option<Vec<Piece>> {
    let mut stream = TypedStreamDeserializer::new(bytes);
    let mut properties = stream.iter_root().ok()?;
    let text = properties.next()?.as_string()?;
    let mut reading = Reading { rest: text, pieces: Vec::new(), part: 0 };
    let mut tables: HashMap<i64, Attributes> = HashMap::new();
    // A run waits for its table, which comes behind it when it is new.
    let mut waiting: Option<(i64, u64)> = None;
    for property in properties {
        if let Some(run) = run_of(&property) {
            if let Some((table, length)) = waiting.replace(run) {
                reading.run(length, tables.get(&table));
            }
        } else if let (Some(table), Some((number, length))) = (property.as_dictionary(), waiting) {
            tables.insert(number, attributes(table));
            reading.run(length, tables.get(&number));
            waiting = None;
        }
    }
    if let Some((table, length)) = waiting {
        reading.run(length, tables.get(&table));
    }
    // Text behind the last run has no attributes at all.
    reading.run(u64::MAX, None);
    Some(tidied(reading.pieces))
}

/// A run: the number of a table and a length.
fn run_of(property: &Property) -> Option<(i64, u64)> {
    let Property::Group(group) = property else { return None };
    let (table, length) = (group.get(0)?, group.get(1)?);
    let primitive = matches!((&table, &length), (Property::Primitive(_), Property::Primitive(_)));
    if primitive { table.as_i64().zip(length.as_u64()) } else { None }
}

/// The text as it is taken apart run by run.
struct Reading<'a> {
    rest: &'a str,
    pieces: Vec<Piece>,
    /// The part of the run before.
    part: i64,
}

impl Reading<'_> {
    fn run(&mut self, length: u64, attributes: Option<&Attributes>) {
        let (text, rest) = split_utf16(self.rest, length);
        self.rest = rest;
        let part = attributes.and_then(|attributes| attributes.part).unwrap_or(self.part);
        self.part = part;
        let style = attributes.map(|attributes| attributes.style.clone()).unwrap_or_default();
        match attributes.and_then(|attributes| attributes.file.clone()) {
            Some(file) => self.pieces.push(Piece { part, content: Content::File(file) }),
            None => push_run(&mut self.pieces, part, Run { text: text.to_owned(), ..style }),
        }
    }
}

/// Splits a text behind so many UTF-16 units; a character that would be cut stays whole.
fn split_utf16(text: &str, units: u64) -> (&str, &str) {
    let mut seen = 0u64;
    for (at, character) in text.char_indices() {
        if seen >= units {
            return text.split_at(at);
        }
        seen += character.len_utf16() as u64;
    }
    (text, "")
}

fn plain_pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    for (place, words) in text.split('\u{FFFC}').enumerate() {
        if place > 0 {
            let part = pieces.len() as i64;
            pieces.push(Piece { part, content: Content::File(Placed::default()) });
        }
        let part = pieces.len() as i64;
        push_run(&mut pieces, part, Run { text: words.to_owned(), ..Run::default() });
    }
    tidied(pieces)
}

/// Adds a run to the text being read; neighbours in the same part and style become one.
fn push_run(pieces: &mut Vec<Piece>, part: i64, mut run: Run) {
    run.text = run.text.replace(PLACEHOLDERS, "").replace('\0', "");
    if run.text.is_empty() {
        return;
    }
    let same_part = pieces.last_mut().filter(|last| last.part == part);
    let Some(Piece { content: Content::Text(runs), .. }) = same_part else {
        return pieces.push(Piece { part, content: Content::Text(vec![run]) });
    };
    match runs.last_mut() {
        Some(last) if same_style(last, &run) => last.text.push_str(&run.text),
        _ => runs.push(run),
    }
}

fn same_style(one: &Run, other: &Run) -> bool {
    Run { text: String::new(), ..one.clone() } == Run { text: String::new(), ..other.clone() }
}

/// Leaves out pieces of text that say nothing.
fn tidied(mut pieces: Vec<Piece>) -> Vec<Piece> {
    pieces.retain(|piece| match &piece.content {
        Content::Text(runs) => runs.iter().any(|run| !run.text.trim().is_empty()),
        Content::File(_) => true,
    });
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_without_styles_reads_as_the_decoder_reads_it() {
        let long = "Grüße 👨‍👩‍👧 ".repeat(5000);
        let texts = [
            "",
            " ",
            "Noter test",
            "\u{FFFC}",
            "a\u{FFFC}b\0c",
            "line\nline",
            &"x".repeat(0x80),
            &"ä".repeat(0x100),
            &long,
        ];
        for text in texts {
            let body = plain_body::tests::made(text);
            assert!(plain_body::text(&body).is_some(), "{text}");
            assert_eq!(decode(&body), decode_harmless(&body), "{text}");
        }
    }
}
