//! The text of a message: an archived `NSAttributedString` (`attributedBody`), or plain text on old systems.
//!
//! The archive is a typedstream: the string, then runs (number of an attribute table, length in UTF-16 units), each table
//! following the first run that names it. In the string U+FFFC stands for an attachment and U+FFFD for an app's bubble.

use std::collections::HashMap;
use std::panic::catch_unwind;

use crabstep::deserializer::foundation::FoundationDict;
use crabstep::{Property, TypedStreamDeserializer};

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
pub(super) enum Piece {
    Text(Vec<Run>),
    /// An attachment; the guid names its row where the body says so.
    Attachment {
        guid: Option<String>,
        width: Option<u32>,
        height: Option<u32>,
    },
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
    let runs = pieces.iter().filter_map(|piece| match piece {
        Piece::Text(runs) => Some(runs.iter().map(|run| run.text.as_str()).collect::<String>()),
        Piece::Attachment { .. } => None,
    });
    cleaned(&runs.collect::<Vec<_>>().join("\n"))
}

fn cleaned(text: &str) -> String {
    text.replace(PLACEHOLDERS, "").replace('\0', "").trim().to_owned()
}

/// What a run says about its stretch of text.
#[derive(Clone, Default)]
struct Attributes {
    style: Run,
    attachment: Option<Piece>,
    /// The bubble it belongs to: one message can be sent as several.
    part: Option<i64>,
}

fn decode(bytes: &[u8]) -> Option<Vec<Piece>> {
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
    let mut reading = Reading { rest: text, pieces: Vec::new(), part: None };
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

fn attributes(table: FoundationDict) -> Attributes {
    let mut read = Attributes::default();
    let (mut guid, mut width, mut height) = (None, None, None);
    let mut is_file = false;
    for (key, value) in table {
        let size = || value.as_f64().or_else(|| value.as_i64().map(|size| size as f64)).and_then(pixels);
        match key.as_string().unwrap_or_default() {
            "__kIMMessagePartAttributeName" => read.part = value.as_i64(),
            "__kIMFileTransferGUIDAttributeName" => (is_file, guid) = (true, value.as_string().map(str::to_owned)),
            "__kIMInlineMediaWidthAttributeName" => width = size(),
            "__kIMInlineMediaHeightAttributeName" => height = size(),
            "__kIMMentionConfirmedMention" => read.style.mention = value.as_string().map(str::to_owned),
            "__kIMLinkAttributeName" => read.style.link = value.as_url().map(str::to_owned),
            "__kIMTextBoldAttributeName" => read.style.bold = true,
            "__kIMTextItalicAttributeName" => read.style.italic = true,
            "__kIMTextUnderlineAttributeName" => read.style.underline = true,
            "__kIMTextStrikethroughAttributeName" => read.style.strike = true,
            _ => {}
        }
    }
    read.attachment = is_file.then_some(Piece::Attachment { guid, width, height });
    read
}

fn pixels(size: f64) -> Option<u32> {
    (1.0..=100_000.0).contains(&size).then_some(size as u32)
}

/// The text as it is taken apart run by run.
struct Reading<'a> {
    rest: &'a str,
    pieces: Vec<Piece>,
    part: Option<i64>,
}

impl Reading<'_> {
    fn run(&mut self, length: u64, attributes: Option<&Attributes>) {
        let (text, rest) = split_utf16(self.rest, length);
        self.rest = rest;
        let Some(attributes) = attributes else {
            return push_run(&mut self.pieces, Run { text: text.to_owned(), ..Run::default() });
        };
        if attributes.part != self.part {
            self.part = attributes.part;
            self.pieces.push(Piece::Text(Vec::new()));
        }
        match &attributes.attachment {
            Some(attachment) => self.pieces.push(attachment.clone()),
            None => push_run(&mut self.pieces, Run { text: text.to_owned(), ..attributes.style.clone() }),
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
    let mut pieces = Vec::new();
    for (place, part) in text.split('\u{FFFC}').enumerate() {
        if place > 0 {
            pieces.push(Piece::Attachment { guid: None, width: None, height: None });
        }
        push_run(&mut pieces, Run { text: part.to_owned(), ..Run::default() });
    }
    tidied(pieces)
}

/// Adds a run to the text being read; neighbours in the same style become one.
fn push_run(pieces: &mut Vec<Piece>, mut run: Run) {
    run.text = run.text.replace(PLACEHOLDERS, "").replace('\0', "");
    if run.text.is_empty() {
        return;
    }
    let Some(Piece::Text(runs)) = pieces.last_mut() else {
        return pieces.push(Piece::Text(vec![run]));
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
    pieces.retain(|piece| match piece {
        Piece::Text(runs) => runs.iter().any(|run| !run.text.trim().is_empty()),
        Piece::Attachment { .. } => true,
    });
    pieces
}
