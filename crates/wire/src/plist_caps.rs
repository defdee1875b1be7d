//! Caps on property lists from a phone, held against the bytes before anything is built from them.
//!
//! A property list of a few kilobytes can be nested until the stack is gone, and a binary one can share its objects
//! until they stand for more values than any memory holds. Both checks read the bytes once and allocate next to nothing.

use crate::{Error, Result};

/// Deepest nesting of containers (binary) or elements (XML) that is read; Apple's messages stay below ten.
pub const DEPTH: usize = 128;
/// Most values in one property list: as many take some 200 MB.
pub const VALUES: usize = 1_000_000;
/// Most bytes of text and data in one property list.
pub const BYTES: usize = 80 << 20;

pub const MAGIC: &[u8] = b"bplist00";
/// Sizes of offsets and references, number of objects, top object, offset of the table (CFBinaryPList.c).
const TRAILER: usize = 32;

/// Refuses nesting over [`DEPTH`] and sharing that multiplies values. What passes may still be damaged.
pub fn check(body: &[u8]) -> Result<()> {
    if body.starts_with(MAGIC) { Binary::open(body)?.walk() } else { xml(body) }
}

struct Binary<'a> {
    body: &'a [u8],
    offset_size: usize,
    reference_size: usize,
    objects: usize,
    top: usize,
    table: usize,
}

impl Binary<'_> {
    fn open(body: &[u8]) -> Result<Binary<'_>> {
        let trailer = body.len().checked_sub(TRAILER).filter(|at| *at > MAGIC.len()).ok_or(Error::PlistDamaged)?;
        let binary = Binary {
            body,
            offset_size: body[trailer + 6].into(),
            reference_size: body[trailer + 7].into(),
            objects: number(body, trailer + 8, 8)?,
            top: number(body, trailer + 16, 8)?,
            table: number(body, trailer + 24, 8)?,
        };
        let end = binary.objects.checked_mul(binary.offset_size).and_then(|size| size.checked_add(binary.table));
        let fits = (1..=8).contains(&binary.offset_size)
            && (1..=8).contains(&binary.reference_size)
            && end.is_some_and(|end| end <= trailer);
        if fits { Ok(binary) } else { Err(Error::PlistDamaged) }
    }

    /// Visits every value as often as it would be built.
    fn walk(&self) -> Result<()> {
        let mut values = self.objects.saturating_mul(4).saturating_add(1000).min(VALUES);
        let mut bytes = self.body.len().saturating_mul(4).saturating_add(1 << 20).min(BYTES);
        // Where the next reference of each open container is, and how many are left.
        let mut open: Vec<(usize, usize)> = Vec::new();
        let mut next = Some(self.top);
        while let Some(object) = next {
            match self.visit(object)? {
                Visited::Leaf { length } => {
                    bytes = bytes.checked_sub(length).ok_or(Error::PlistTooMuch)?;
                }
                Visited::Container { at, references } => {
                    values = values.checked_sub(references).ok_or(Error::PlistTooMuch)?;
                    if open.len() == DEPTH {
                        return Err(Error::PlistTooDeep { limit: DEPTH });
                    }
                    open.push((at, references));
                }
            }
            while open.last().is_some_and(|(_, left)| *left == 0) {
                open.pop();
            }
            next = match open.last_mut() {
                None => None,
                Some((at, left)) => {
                    let reference = number(self.body, *at, self.reference_size)?;
                    (*at, *left) = (*at + self.reference_size, *left - 1);
                    Some(reference)
                }
            };
        }
        Ok(())
    }

    fn visit(&self, object: usize) -> Result<Visited> {
        if object >= self.objects {
            return Err(Error::PlistDamaged);
        }
        let at = number(self.body, self.table + object * self.offset_size, self.offset_size)?;
        let marker = *self.body.get(at).ok_or(Error::PlistDamaged)?;
        let (kind, low) = (marker >> 4, usize::from(marker & 0x0F));
        // Characters of one or two bytes, references, pairs of references; all else is of a few bytes.
        let unit = match kind {
            0x4 | 0x5 => 1,
            0x6 => 2,
            0xA => self.reference_size,
            0xD => 2 * self.reference_size,
            _ => return Ok(Visited::Leaf { length: 0 }),
        };
        let (start, count) = match low {
            0x0F => match self.body.get(at + 1) {
                Some(size @ 0x10..=0x13) => {
                    let size = 1 << (size & 3);
                    (at + 2 + size, number(self.body, at + 2, size)?)
                }
                _ => return Err(Error::PlistDamaged),
            },
            low => (at + 1, low),
        };
        let length = count.checked_mul(unit).ok_or(Error::PlistDamaged)?;
        if start.checked_add(length).is_none_or(|end| end > self.body.len()) {
            return Err(Error::PlistDamaged);
        }
        Ok(match kind {
            0xA | 0xD => Visited::Container { at: start, references: length / self.reference_size },
            // Two bytes become up to three.
            0x6 => Visited::Leaf { length: length.saturating_mul(3) / 2 },
            _ => Visited::Leaf { length },
        })
    }
}

enum Visited {
    Leaf { length: usize },
    Container { at: usize, references: usize },
}

/// A big-endian number of up to 8 bytes.
fn number(body: &[u8], at: usize, size: usize) -> Result<usize> {
    let raw = at.checked_add(size).and_then(|end| body.get(at..end)).ok_or(Error::PlistDamaged)?;
    let value = raw.iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    usize::try_from(value).map_err(|_| Error::PlistDamaged)
}

/// Counts all elements: the reader refuses an end that belongs to another name, so only containers can nest.
fn xml(body: &[u8]) -> Result<()> {
    let (mut depth, mut values, mut rest) = (0usize, 0usize, body);
    while let Some(at) = rest.iter().position(|byte| *byte == b'<') {
        rest = &rest[at + 1..];
        if let Some(after) = after_section(rest) {
            rest = after;
            continue;
        }
        let tag = &rest[..tag_end(rest)?];
        rest = &rest[tag.len()..];
        match tag {
            [b'!', ..] => {}
            [b'/', ..] => depth = depth.saturating_sub(1),
            [.., b'/'] => values += 1,
            _ => {
                depth += 1;
                values += 1;
            }
        }
        if values > VALUES {
            return Err(Error::PlistTooMuch);
        }
        if depth > DEPTH {
            return Err(Error::PlistTooDeep { limit: DEPTH });
        }
    }
    Ok(())
}

/// What follows a comment, CDATA or processing instruction, whose content is no tag.
fn after_section(rest: &[u8]) -> Option<&[u8]> {
    for (open, close) in [(&b"!--"[..], &b"-->"[..]), (b"![CDATA[", b"]]>"), (b"?", b"?>")] {
        if let Some(inside) = rest.strip_prefix(open) {
            let end = inside.windows(close.len()).position(|part| part == close);
            return Some(end.map_or(&[], |end| &inside[end + close.len()..]));
        }
    }
    None
}

/// Where a tag ends. One that could hide another in its quotes or in a `DOCTYPE` is refused: Apple writes none.
fn tag_end(rest: &[u8]) -> Result<usize> {
    let mut quote = None;
    for (at, byte) in rest.iter().enumerate() {
        match (byte, quote) {
            (b'<', _) | (b'>', Some(_)) => return Err(Error::PlistDamaged),
            (b'>', None) => return Ok(at),
            (b'"' | b'\'', None) => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            _ => {}
        }
    }
    Err(Error::PlistDamaged)
}

#[cfg(test)]
mod tests;
