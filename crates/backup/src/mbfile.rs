//! The record of a file as iOS writes it, read in place: a listing decodes half a million of them.
//!
//! `$top.root` points at an `MBFile` whose numbers stand in it and whose key and attributes are objects of their own. Whatever
//! is not exactly so is left to [`crate::record::decode_any`].

use crate::bplist::Reader;
use crate::record::{Record, Stat};

/// Kinds of objects in a binary property list.
const INTEGER: u8 = 0x1;
const DATA: u8 = 0x4;
const ASCII: u8 = 0x5;
const UID: u8 = 0x8;
const ARRAY: u8 = 0xA;
const DICTIONARY: u8 = 0xD;

/// `None` where the record is not as iOS writes it.
pub(crate) fn read(bytes: &[u8]) -> Option<Record> {
    let archive = Archive::open(bytes)?;
    let root = archive.find(archive.find(archive.reader.top(), b"$top")?, b"root")?;
    let root = archive.follow(root)??;
    if archive.class(root)? != b"MBFile" {
        return None;
    }
    let (mut stat, mut size, mut mode, mut key) = (Stat::default(), None, None, None);
    archive.each(root, |name, value| {
        match name {
            b"Size" => size = Some(archive.integer(value)?),
            b"Mode" => mode = Some(archive.integer(value)?),
            b"LastModified" => stat.modified = seconds(archive.integer(value)?),
            b"Birth" => stat.birth = seconds(archive.integer(value)?),
            b"ProtectionClass" => stat.protection_class = archive.integer(value)?.try_into().unwrap_or(0),
            b"EncryptionKey" => key = archive.data(value)?,
            b"ExtendedAttributes" => stat.extended_attributes = archive.data(value)?,
            // Links are few.
            b"Target" => return None,
            _ => {}
        }
        Some(())
    })?;
    if mode.is_none() && size.is_none() {
        return None;
    }
    let size = size.and_then(|size| u64::try_from(size).ok());
    stat.size = size.unwrap_or(0);
    stat.mode = mode.and_then(|mode| u32::try_from(mode).ok()).unwrap_or(0);
    stat.has_key = key.is_some();
    Some(Record { stat, size, key })
}

fn seconds(seconds: i64) -> Option<i64> {
    if seconds == 0 { None } else { seconds.checked_mul(1000) }
}

/// A keyed archive. Objects are named by their number in the property list, not by that in `$objects`.
struct Archive<'a> {
    reader: Reader<'a>,
    /// Where the references of `$objects` start, and how many there are.
    objects: (usize, usize),
}

impl<'a> Archive<'a> {
    fn open(bytes: &'a [u8]) -> Option<Archive<'a>> {
        let mut archive = Archive { reader: Reader::new(bytes).ok()?, objects: (0, 0) };
        let objects = archive.find(archive.reader.top(), b"$objects")?;
        let (at, kind, low) = archive.reader.place(objects).ok()?;
        archive.objects = archive.reader.length(at, low).ok().filter(|_| kind == ARRAY)?;
        Some(archive)
    }

    /// Hands out the pairs of a dictionary, until `take` gives up.
    fn each(&self, dictionary: usize, mut take: impl FnMut(&'a [u8], usize) -> Option<()>) -> Option<()> {
        let (at, kind, low) = self.reader.place(dictionary).ok()?;
        let (start, count) = self.reader.length(at, low).ok().filter(|_| kind == DICTIONARY)?;
        let both = self.reader.references(start, count.checked_mul(2)?).ok()?;
        let values = self.reader.references(start, count * 2).ok()?.skip(count);
        for (key, value) in both.zip(values) {
            take(self.ascii(key.ok()?)?, value.ok()?)?;
        }
        Some(())
    }

    /// The last value of that name, as a reader of all of them would have it.
    fn find(&self, dictionary: usize, name: &[u8]) -> Option<usize> {
        let mut found = None;
        self.each(dictionary, |key, value| {
            if key == name {
                found = Some(value);
            }
            Some(())
        })?;
        found
    }

    fn ascii(&self, object: usize) -> Option<&'a [u8]> {
        self.bytes(object, ASCII)
    }

    fn bytes(&self, object: usize, wanted: u8) -> Option<&'a [u8]> {
        let (at, kind, low) = self.reader.place(object).ok()?;
        let (start, length) = self.reader.length(at, low).ok().filter(|_| kind == wanted)?;
        self.reader.slice(start, length).ok()
    }

    fn integer(&self, object: usize) -> Option<i64> {
        let (at, kind, low) = self.reader.place(object).ok()?;
        // 16 bytes hold what is too big for anything here.
        let size = (kind == INTEGER && low <= 3).then_some(1 << low)?;
        self.reader.integer(at + 1, size).ok()?.as_signed_integer()
    }

    /// What a reference into `$objects` stands for; `Some(None)` for the archiver's nil.
    fn follow(&self, reference: usize) -> Option<Option<usize>> {
        let (at, kind, low) = self.reader.place(reference).ok()?;
        let raw = self.reader.slice(at + 1, low + 1).ok().filter(|raw| kind == UID && raw.len() <= 4)?;
        let number = raw.iter().fold(0usize, |sum, byte| sum << 8 | usize::from(*byte));
        let (start, count) = self.objects;
        if number == 0 || number >= count {
            return Some(None);
        }
        self.reader.references(start, count).ok()?.nth(number)?.ok().map(Some)
    }

    fn class(&self, object: usize) -> Option<&'a [u8]> {
        let class = self.follow(self.find(object, b"$class")?)??;
        self.ascii(self.find(class, b"$classname")?)
    }

    /// The bytes a reference stands for, on their own or in an `NSData`.
    fn data(&self, reference: usize) -> Option<Option<Vec<u8>>> {
        let Some(object) = self.follow(reference)? else { return Some(None) };
        if let Some(bytes) = self.bytes(object, DATA) {
            return Some(Some(bytes.to_vec()));
        }
        let known = [&b"NSMutableData"[..], b"NSData"].contains(&self.class(object)?);
        let bytes = self.bytes(self.find(object, b"NS.data").filter(|_| known)?, DATA)?;
        Some(Some(bytes.to_vec()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::decode_any;
    use plist::{Dictionary, Uid, Value};

    fn dictionary(pairs: &[(&str, Value)]) -> Value {
        let pairs = pairs.iter().map(|(key, value)| (key.to_string(), value.clone()));
        Value::Dictionary(pairs.collect())
    }

    fn uid(number: u64) -> Value {
        Value::Uid(Uid::new(number))
    }

    /// An archive with this root, a key of 44 bytes as object 3 and attributes as object 5.
    fn archive(root: &[(&str, Value)]) -> Vec<u8> {
        let class = |name: &str| dictionary(&[("$classname", name.into())]);
        let mut fields: Dictionary = [("$class".to_owned(), uid(2))].into_iter().collect();
        fields.extend(root.iter().map(|(key, value)| (key.to_string(), value.clone())));
        let objects = vec![
            "$null".into(),
            Value::Dictionary(fields),
            class("MBFile"),
            dictionary(&[("$class", uid(4)), ("NS.data", Value::Data(vec![7; 44]))]),
            class("NSMutableData"),
            Value::Data(vec![1, 2, 3]),
            "there".into(),
        ];
        let whole = dictionary(&[
            ("$archiver", "NSKeyedArchiver".into()),
            ("$top", dictionary(&[("root", uid(1))])),
            ("$objects", Value::Array(objects)),
        ]);
        let mut bytes = Vec::new();
        whole.to_writer_binary(&mut bytes).unwrap();
        bytes
    }

    #[test]
    fn it_reads_what_a_reader_of_the_whole_archive_reads() {
        let number = |number: i64| Value::Integer(number.into());
        let usual = [
            ("Size", number(70_000)),
            ("Mode", number(0o100_644)),
            ("LastModified", number(1_700_000_000)),
            ("Birth", number(0)),
            ("ProtectionClass", number(3)),
            ("EncryptionKey", uid(3)),
            ("ExtendedAttributes", uid(5)),
            ("Digest", uid(5)),
        ];
        let bytes = archive(&usual);
        let record = read(&bytes).unwrap();
        assert_eq!(record, decode_any(&bytes).unwrap());
        assert_eq!(
            (record.size, record.stat.modified, record.stat.birth),
            (Some(70_000), Some(1_700_000_000_000), None)
        );
        assert_eq!((record.key, record.stat.extended_attributes), (Some(vec![7; 44]), Some(vec![1, 2, 3])));

        for odd in [("Size", number(-1)), ("Mode", number(-1)), ("EncryptionKey", uid(0)), ("EncryptionKey", uid(99))] {
            let mut fields = usual.to_vec();
            fields.push(odd.clone());
            let bytes = archive(&fields);
            assert_eq!(read(&bytes).unwrap(), decode_any(&bytes).unwrap(), "{odd:?}");
        }
    }

    #[test]
    fn what_is_not_as_usual_is_left_to_the_other_reader() {
        let number = |number: i64| Value::Integer(number.into());
        let odd = [("Size", uid(5)), ("Size", "7".into()), ("Target", uid(6)), ("EncryptionKey", uid(1))];
        for odd in odd {
            let bytes = archive(&[("Mode", number(1)), odd.clone()]);
            assert_eq!(read(&bytes), None, "{odd:?}");
            assert!(decode_any(&bytes).is_ok(), "{odd:?}");
        }
        assert_eq!(read(&archive(&[])), None);
        let bytes = archive(&[("Size", number(5))]);
        for cut in 0..bytes.len() {
            assert_eq!(read(&bytes[..cut]), None);
        }
    }
}
