//! Reads binary property lists with caps that hold for any input: depth, number of values, bytes copied.
//!
//! Layout: `bplist00`, objects, offset table, 32-byte trailer (sizes of offsets and references, object count, top object,
//! offset of the table), all big-endian.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use plist::{Date, Dictionary, Uid, Value};

use crate::plists::{MAX_VALUES, PlistError};

const MAX_DEPTH: usize = 128;
const TRAILER: usize = 32;
/// How many bytes of shared objects may be copied on top of those of the list.
const MAX_SHARED: usize = 64 << 20;

pub(crate) struct Reader<'a> {
    bytes: &'a [u8],
    offset_size: usize,
    reference_size: usize,
    objects: usize,
    table: usize,
    top: usize,
    /// Values that may still be made. Objects can be shared, so a small file could stand for an endless tree.
    values_left: usize,
    bytes_left: usize,
}

/// Reads one binary property list.
pub(crate) fn parse(bytes: &[u8]) -> Result<Value, PlistError> {
    let mut reader = Reader::new(bytes)?;
    reader.object(reader.top, 0)
}

impl<'a> Reader<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Result<Reader<'a>, PlistError> {
        if !bytes.starts_with(b"bplist0") || bytes.len() < 8 + TRAILER {
            return Err(PlistError::NotAPlist);
        }
        let trailer = &bytes[bytes.len() - TRAILER..];
        let [offset_size, reference_size] = [trailer[6], trailer[7]].map(usize::from);
        let objects = usize_of(&trailer[8..16])?;
        let top = usize_of(&trailer[16..24])?;
        let table = usize_of(&trailer[24..32])?;
        let table_end = objects.checked_mul(offset_size).and_then(|size| size.checked_add(table));
        let fits = (1..=8).contains(&offset_size)
            && (1..=8).contains(&reference_size)
            && table_end.is_some_and(|end| end <= bytes.len() - TRAILER);
        if !fits {
            return Err(PlistError::Damaged);
        }
        Ok(Reader {
            bytes,
            offset_size,
            reference_size,
            objects,
            table,
            top,
            values_left: (bytes.len() * 4 + 1000).min(MAX_VALUES),
            bytes_left: (bytes.len() * 16 + 65_536).min(bytes.len() + MAX_SHARED),
        })
    }

    /// The number of the object everything hangs from.
    pub(crate) fn top(&self) -> usize {
        self.top
    }

    /// Where an object lies, its kind and the low half of its marker.
    pub(crate) fn place(&self, number: usize) -> Result<(usize, u8, usize), PlistError> {
        if number >= self.objects {
            return Err(PlistError::Damaged);
        }
        let entry = self.table + number * self.offset_size;
        let at = usize_of(self.slice(entry, self.offset_size)?)?;
        let marker = self.slice(at, 1)?[0];
        Ok((at, marker >> 4, usize::from(marker & 0x0F)))
    }

    fn object(&mut self, number: usize, depth: usize) -> Result<Value, PlistError> {
        if depth > MAX_DEPTH || self.values_left == 0 {
            return Err(PlistError::TooBig);
        }
        self.values_left -= 1;
        let (at, kind, low) = self.place(number)?;
        match kind {
            0x0 => match low {
                8 => Ok(Value::Boolean(false)),
                9 => Ok(Value::Boolean(true)),
                _ => Err(PlistError::Damaged),
            },
            0x1 if low <= 4 => self.integer(at + 1, 1 << low),
            0x2 | 0x3 => self.real(at + 1, kind, low),
            0x4 => {
                let (start, length) = self.length(at, low)?;
                Ok(Value::Data(self.copied(start, length)?.to_vec()))
            }
            0x5 => {
                let (start, length) = self.length(at, low)?;
                let text = self.copied(start, length)?;
                Ok(Value::String(String::from_utf8_lossy(text).into_owned()))
            }
            0x6 => self.utf16(at, low),
            0x8 => {
                let value = usize_of(self.slice(at + 1, low + 1)?)?;
                Ok(Value::Uid(Uid::new(value as u64)))
            }
            0xA | 0xC => self.array(at, low, depth),
            0xD => self.dictionary(at, low, depth),
            _ => Err(PlistError::Damaged),
        }
    }

    pub(crate) fn integer(&self, at: usize, size: usize) -> Result<Value, PlistError> {
        let raw = self.slice(at, size)?;
        let low = &raw[raw.len().saturating_sub(8)..];
        let value = low.iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
        // 8 bytes are signed; 16 bytes hold what is too big for that.
        Ok(match size {
            8 => Value::Integer((value as i64).into()),
            _ => Value::Integer(value.into()),
        })
    }

    fn real(&self, at: usize, kind: u8, low: usize) -> Result<Value, PlistError> {
        let value = match low {
            2 => {
                let raw = self.slice(at, 4)?;
                f64::from(f32::from_be_bytes([raw[0], raw[1], raw[2], raw[3]]))
            }
            3 => f64::from_bits(u64_of(self.slice(at, 8)?)),
            _ => return Err(PlistError::Damaged),
        };
        Ok(match kind {
            0x2 => Value::Real(value),
            _ => Value::Date(date(value).ok_or(PlistError::Damaged)?),
        })
    }

    fn utf16(&mut self, at: usize, low: usize) -> Result<Value, PlistError> {
        let (start, units) = self.length(at, low)?;
        let size = units.checked_mul(2).ok_or(PlistError::Damaged)?;
        let units: Vec<u16> =
            self.copied(start, size)?.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]])).collect();
        Ok(Value::String(String::from_utf16_lossy(&units)))
    }

    fn array(&mut self, at: usize, low: usize, depth: usize) -> Result<Value, PlistError> {
        let (start, count) = self.length(at, low)?;
        let references: Vec<usize> = self.references(start, count)?.collect::<Result<_, _>>()?;
        let mut values = Vec::with_capacity(references.len());
        for reference in references {
            values.push(self.object(reference, depth + 1)?);
        }
        Ok(Value::Array(values))
    }

    /// Keys that are not text are left out with their value: nothing Apple writes has any.
    fn dictionary(&mut self, at: usize, low: usize, depth: usize) -> Result<Value, PlistError> {
        let (start, count) = self.length(at, low)?;
        let both = count.checked_mul(2).ok_or(PlistError::Damaged)?;
        let references: Vec<usize> = self.references(start, both)?.collect::<Result<_, _>>()?;
        let mut values = Dictionary::new();
        for (key, value) in references[..count].iter().zip(&references[count..]) {
            if let Value::String(key) = self.object(*key, depth + 1)? {
                let value = self.object(*value, depth + 1)?;
                values.insert(key, value);
            }
        }
        Ok(Value::Dictionary(values))
    }

    /// The numbers of the objects a container holds; of a dictionary first those of all keys.
    pub(crate) fn references(
        &self,
        start: usize,
        count: usize,
    ) -> Result<impl DoubleEndedIterator<Item = Result<usize, PlistError>> + ExactSizeIterator + use<'a>, PlistError>
    {
        let size = count.checked_mul(self.reference_size).ok_or(PlistError::Damaged)?;
        Ok(self.slice(start, size)?.chunks_exact(self.reference_size).map(usize_of))
    }

    /// Where the content of a variable-length object starts, and its length in units.
    pub(crate) fn length(&self, at: usize, low: usize) -> Result<(usize, usize), PlistError> {
        if low != 0x0F {
            return Ok((at + 1, low));
        }
        let marker = self.slice(at + 1, 1)?[0];
        if marker >> 4 != 0x1 || marker & 0x0F > 3 {
            return Err(PlistError::Damaged);
        }
        let size = 1 << (marker & 0x0F);
        Ok((at + 2 + size, usize_of(self.slice(at + 2, size)?)?))
    }

    fn copied(&mut self, start: usize, length: usize) -> Result<&'a [u8], PlistError> {
        self.slice(start, length)?;
        self.bytes_left = self.bytes_left.checked_sub(length).ok_or(PlistError::TooBig)?;
        self.slice(start, length)
    }

    pub(crate) fn slice(&self, start: usize, length: usize) -> Result<&'a [u8], PlistError> {
        let end = start.checked_add(length).ok_or(PlistError::Damaged)?;
        self.bytes.get(start..end).ok_or(PlistError::Damaged)
    }
}

fn u64_of(raw: &[u8]) -> u64 {
    raw.iter().fold(0u64, |sum, byte| sum << 8 | u64::from(*byte))
}

fn usize_of(raw: &[u8]) -> Result<usize, PlistError> {
    let significant = raw.iter().position(|byte| *byte != 0).unwrap_or(raw.len());
    if raw.len() - significant > 8 {
        return Err(PlistError::Damaged);
    }
    usize::try_from(u64_of(&raw[significant..])).map_err(|_| PlistError::Damaged)
}

/// Seconds since 2001 as a date of the years 1 to 9999, the range a property list can hold.
pub(crate) fn date(seconds: f64) -> Option<Date> {
    const YEAR_1: f64 = -63_114_076_800.0;
    const YEAR_9999: f64 = 252_423_993_599.0;
    if !(YEAR_1..=YEAR_9999).contains(&seconds) {
        return None;
    }
    let unix = seconds + 978_307_200.0;
    let apart = Duration::try_from_secs_f64(unix.abs()).ok()?;
    let time: Option<SystemTime> =
        if unix < 0.0 { UNIX_EPOCH.checked_sub(apart) } else { UNIX_EPOCH.checked_add(apart) };
    time.map(Date::from)
}
