//! The few boxes of a HEIF container that are read before the decoder sees it.

use std::collections::HashMap;
use std::ops::Range;

use super::super::{Result, Unreadable};

/// The largest `meta` box: an iPhone writes 4 to 12 kB.
const MAX_META: usize = 256 << 10;
/// The most tiles and other references: a 48-megapixel photo has 192 tiles.
const MAX_REFERENCES: usize = 2048;

/// What was found in a container.
pub struct Container {
    /// Where the number of the primary item is written (2 or 4 bytes).
    pub primary: Range<usize>,
    /// The item that is a thumbnail of the primary one.
    pub thumbnail: Option<u32>,
    /// Whether the container says how its pictures are to be turned.
    pub turns: bool,
}

impl Container {
    /// Makes another item the primary one.
    pub fn name_primary(&self, file: &mut [u8], item: u32) {
        let bytes = item.to_be_bytes();
        let from = bytes.len() - self.primary.len();
        file[self.primary.clone()].copy_from_slice(&bytes[from..]);
    }
}

/// Checks that decoding cannot use far more memory than the file has bytes, and finds the thumbnail.
///
/// Refused are pictures whose items or tiles add up to more than twice the file (they name the same bytes again and
/// again), and image sequences (`moov`), which iPhones do not write.
pub fn inspect(file: &[u8]) -> Result<Container> {
    let mut meta = None;
    for (kind, body) in children(file, 0..file.len()) {
        match &kind {
            b"meta" if meta.is_none() => meta = Some(body),
            b"moov" => return Err(Unreadable::Unknown),
            _ => {}
        }
    }
    let meta = meta.ok_or_else(|| damaged("no list of pictures"))?;
    if meta.len() > MAX_META {
        return Err(Unreadable::TooLarge("its list of parts is too long"));
    }
    let mut primary = None;
    let mut lengths = HashMap::new();
    let mut references = Vec::new();
    let mut turns = false;
    for (kind, body) in children(file, meta.start + 4..meta.end) {
        match &kind {
            b"pitm" => {
                let wide = file[body.clone()].first().is_some_and(|version| *version > 0);
                let item = body.start + 4..body.start + if wide { 8 } else { 6 };
                // It is written to: never into the box behind.
                primary = Some(item).filter(|item| item.end <= body.end);
            }
            b"iloc" => lengths = item_lengths(&file[body]).ok_or_else(|| damaged("its parts cannot be found"))?,
            b"iprp" => turns = has_turns(file, body),
            b"iref" => references = item_references(file, body).ok_or_else(|| damaged("its parts do not fit"))?,
            _ => {}
        }
    }
    let primary = primary.ok_or_else(|| damaged("no main picture"))?;
    check_memory(file.len() as u64, &lengths, &references)?;
    let item = file[primary.clone()].iter().fold(0, |number, byte| number << 8 | u32::from(*byte));
    let thumbnail = references.iter().find(|found| found.kind == *b"thmb" && found.to == item);
    Ok(Container { primary, thumbnail: thumbnail.map(|found| found.from), turns })
}

/// Whether the properties of the items (`ipco`) have a rotation or a mirroring among them.
fn has_turns(file: &[u8], properties: Range<usize>) -> bool {
    let lists = children(file, properties).filter(|(kind, _)| kind == b"ipco");
    let mut all = lists.flat_map(|(_, body)| children(file, body));
    all.any(|(kind, _)| &kind == b"irot" || &kind == b"imir")
}

fn check_memory(file: u64, lengths: &HashMap<u32, u64>, references: &[Reference]) -> Result<()> {
    let sum = |lengths: &mut dyn Iterator<Item = u64>| lengths.fold(0, u64::saturating_add);
    let items = sum(&mut lengths.values().copied());
    let tiles = references.iter().filter(|found| found.kind == *b"dimg").filter_map(|found| lengths.get(&found.to));
    let tiles = sum(&mut tiles.copied());
    if items > 2 * file || tiles > 2 * file {
        return Err(damaged("its parts are larger than the file"));
    }
    if references.len() > MAX_REFERENCES {
        return Err(Unreadable::TooLarge("it has too many parts"));
    }
    Ok(())
}

/// The boxes in a range of the file; ends at the first one that does not fit.
fn children(file: &[u8], range: Range<usize>) -> impl Iterator<Item = ([u8; 4], Range<usize>)> + '_ {
    let mut at = range.start;
    std::iter::from_fn(move || {
        if at >= range.end {
            return None;
        }
        let kind = file.get(at + 4..at + 8)?.try_into().ok()?;
        let (header, size) = match number(file, at, 4)? {
            0 => (8, (range.end - at) as u64),
            1 => (16, number(file, at + 8, 8)?),
            size => (8, size),
        };
        let end = at.checked_add(usize::try_from(size).ok()?)?;
        if end > range.end || end < at + header {
            return None;
        }
        let body = at + header..end;
        at = end;
        Some((kind, body))
    })
}

/// One item's relation to another (`iref`).
struct Reference {
    kind: [u8; 4],
    from: u32,
    to: u32,
}

fn item_references(file: &[u8], body: Range<usize>) -> Option<Vec<Reference>> {
    let wide = if *file.get(body.start)? == 0 { 2 } else { 4 };
    let mut found = Vec::new();
    for (kind, range) in children(file, body.start + 4..body.end) {
        let mut read = Numbers { data: &file[range] };
        while !read.data.is_empty() {
            let from = read.next(wide)? as u32;
            for _ in 0..read.next(2)? {
                found.push(Reference { kind, from, to: read.next(wide)? as u32 });
            }
        }
    }
    Some(found)
}

/// How many bytes each item has (`iloc`).
fn item_lengths(body: &[u8]) -> Option<HashMap<u32, u64>> {
    let mut read = Numbers { data: body };
    let version = read.next(1)?;
    read.next(3)?;
    let sizes = read.next(2)?;
    let [offset, length, base, index] = [12, 8, 4, 0].map(|shift| (sizes >> shift & 15) as usize);
    let index = if version == 0 { 0 } else { index };
    let wide = if version < 2 { 2 } else { 4 };
    let mut lengths = HashMap::new();
    for _ in 0..read.next(wide)? {
        let item = read.next(wide)? as u32;
        read.next(if version == 0 { 2 } else { 4 })?;
        read.next(base)?;
        let mut total = 0u64;
        let extents = read.next(2)?;
        // Extents of no bytes would cost time and nothing else.
        for _ in 0..if index + offset + length == 0 { 0 } else { extents } {
            read.next(index)?;
            read.next(offset)?;
            total = total.saturating_add(read.next(length)?);
        }
        lengths.insert(item, total);
    }
    Some(lengths)
}

/// Reads big-endian numbers one after the other.
struct Numbers<'a> {
    data: &'a [u8],
}

impl Numbers<'_> {
    fn next(&mut self, size: usize) -> Option<u64> {
        let value = number(self.data, 0, size)?;
        self.data = &self.data[size..];
        Some(value)
    }
}

/// A big-endian number of up to 8 bytes.
fn number(data: &[u8], at: usize, size: usize) -> Option<u64> {
    if size > 8 {
        return None;
    }
    let bytes = data.get(at..at.checked_add(size)?)?;
    Some(bytes.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)))
}

fn damaged(why: &str) -> Unreadable {
    Unreadable::Damaged(why.into())
}
