//! Turns an NSKeyedArchiver archive into a plain tree, with caps that hold for any input.
//!
//! An archive is a property list with `$objects` (a flat list) and `$top`; objects point at each other by number (`UID`).
//! Foundation's containers and values become plain ones; any other object becomes a dictionary of its fields with the name
//! of its class under `$class`. `$null` and references back to an object still being read are left out.

use plist::{Dictionary, Value};

const MAX_DEPTH: usize = 100;
/// The longest name of a class that is read, in bytes. It is looked at for every object, however often one is met.
const MAX_CLASS: usize = 200;

/// Why an archive was not read.
#[derive(Debug, thiserror::Error, Clone, PartialEq, Eq)]
pub enum ArchiveError {
    #[error("not a keyed archive")]
    NotAnArchive,
    #[error("the archive is larger or deeper than allowed")]
    TooBig,
    #[error(transparent)]
    Plist(#[from] crate::plists::PlistError),
}

/// The tree under `$top` (its `root`, else its first object).
pub fn unarchive(bytes: &[u8]) -> Result<Value, ArchiveError> {
    unarchive_value(&crate::plists::parse(bytes)?)
}

/// The same for an archive that is already a property list.
pub fn unarchive_value(archive: &Value) -> Result<Value, ArchiveError> {
    let archive = archive.as_dictionary().ok_or(ArchiveError::NotAnArchive)?;
    let objects = archive.get("$objects").and_then(Value::as_array);
    let top = archive.get("$top").and_then(Value::as_dictionary);
    let (Some(objects), Some(top)) = (objects, top) else {
        return Err(ArchiveError::NotAnArchive);
    };
    let root = top.get("root").or_else(|| top.values().next());
    let size: usize = objects.iter().map(weight).sum();
    let mut resolver = Resolver {
        objects,
        open: vec![false; objects.len()],
        values_left: size * 2 + 10_000,
        bytes_left: size * 16 + 65_536,
    };
    let value = resolver.value(root.ok_or(ArchiveError::NotAnArchive)?, 0)?;
    value.ok_or(ArchiveError::NotAnArchive)
}

/// Roughly the bytes an object takes in the archive: the caps grow with it.
fn weight(object: &Value) -> usize {
    match object {
        Value::String(text) => 16 + text.len(),
        Value::Data(data) => 16 + data.len(),
        Value::Array(items) => 16 + items.len() * 4,
        Value::Dictionary(fields) => 16 + fields.len() * 32,
        _ => 16,
    }
}

struct Resolver<'a> {
    objects: &'a [Value],
    /// Objects between the root and the one being read: meeting one of them again is a cycle.
    open: Vec<bool>,
    values_left: usize,
    bytes_left: usize,
}

impl Resolver<'_> {
    /// `None` stands for "nothing": `$null`, a reference to nowhere, a cycle.
    fn value(&mut self, value: &Value, depth: usize) -> Result<Option<Value>, ArchiveError> {
        if depth > MAX_DEPTH || self.values_left == 0 {
            return Err(ArchiveError::TooBig);
        }
        self.values_left -= 1;
        match value {
            Value::Uid(uid) => self.reference(uid.get(), depth),
            Value::Array(items) => self.items(items, depth).map(Some),
            Value::Dictionary(fields) => self.object(fields, depth),
            Value::String(text) => self.spend(text.len()).map(|()| Some(value.clone())),
            Value::Data(data) => self.spend(data.len()).map(|()| Some(value.clone())),
            other => Ok(Some(other.clone())),
        }
    }

    fn reference(&mut self, number: u64, depth: usize) -> Result<Option<Value>, ArchiveError> {
        let number = usize::try_from(number).unwrap_or(usize::MAX);
        let objects = self.objects;
        // Object 0 is the text "$null", the archiver's nil.
        let Some(target) = objects.get(number).filter(|_| number != 0) else {
            return Ok(None);
        };
        if self.open[number] {
            return Ok(None);
        }
        self.open[number] = true;
        let value = self.value(target, depth + 1);
        self.open[number] = false;
        value
    }

    fn items(&mut self, items: &[Value], depth: usize) -> Result<Value, ArchiveError> {
        let mut values = Vec::new();
        for item in items {
            values.extend(self.value(item, depth + 1)?);
        }
        Ok(Value::Array(values))
    }

    fn object(&mut self, fields: &Dictionary, depth: usize) -> Result<Option<Value>, ArchiveError> {
        let class = self.class_of(fields).unwrap_or_default();
        let plain = match class.trim_start_matches("NSMutable").trim_start_matches("NS") {
            "Dictionary" => return self.dictionary(fields, depth).map(Some),
            "Array" | "Set" | "OrderedSet" => {
                let items = fields.get("NS.objects").and_then(Value::as_array);
                return self.items(items.map_or(&[], Vec::as_slice), depth).map(Some);
            }
            "String" => fields.get("NS.string").or_else(|| fields.get("NS.bytes")),
            "AttributedString" => fields.get("NSString"),
            "Data" => fields.get("NS.data").or_else(|| fields.get("NS.bytes")),
            "URL" => fields.get("NS.relative"),
            "UUID" => fields.get("NS.uuidbytes"),
            "Date" => match fields.get("NS.time").and_then(number) {
                Some(seconds) => return Ok(crate::bplist::date(seconds).map(Value::Date)),
                None => None,
            },
            "Null" => return Ok(None),
            _ => None,
        };
        match plain {
            Some(plain) => self.value(plain, depth + 1),
            None => self.fields(fields, &class, depth).map(Some),
        }
    }

    fn dictionary(&mut self, fields: &Dictionary, depth: usize) -> Result<Value, ArchiveError> {
        let keys = fields.get("NS.keys").and_then(Value::as_array);
        let values = fields.get("NS.objects").and_then(Value::as_array);
        let mut pairs = Dictionary::new();
        for (key, value) in keys.into_iter().flatten().zip(values.into_iter().flatten()) {
            let key = match self.value(key, depth + 1)? {
                Some(Value::String(key)) => key,
                Some(Value::Integer(key)) => key.to_string(),
                _ => continue,
            };
            if let Some(value) = self.value(value, depth + 1)? {
                pairs.insert(key, value);
            }
        }
        Ok(Value::Dictionary(pairs))
    }

    fn fields(&mut self, fields: &Dictionary, class: &str, depth: usize) -> Result<Value, ArchiveError> {
        let mut plain = Dictionary::new();
        for (name, field) in fields {
            if name == "$class" {
                continue;
            }
            self.spend(name.len())?;
            if let Some(value) = self.value(field, depth + 1)? {
                plain.insert(name.clone(), value);
            }
        }
        if !class.is_empty() {
            self.spend(class.len())?;
            plain.insert("$class".into(), Value::String(class.into()));
        }
        Ok(Value::Dictionary(plain))
    }

    fn class_of(&self, fields: &Dictionary) -> Option<String> {
        let number = usize::try_from(fields.get("$class")?.as_uid()?.get()).ok()?;
        let class = self.objects.get(number)?.as_dictionary()?;
        let name = class.get("$classname")?.as_string()?;
        (name.len() <= MAX_CLASS).then(|| name.to_owned())
    }

    fn spend(&mut self, bytes: usize) -> Result<(), ArchiveError> {
        let left = self.bytes_left.checked_sub(bytes);
        self.bytes_left = left.ok_or(ArchiveError::TooBig)?;
        Ok(())
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Real(value) => Some(*value),
        Value::Integer(value) => value.as_signed().map(|value| value as f64),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plist::Uid;

    fn uid(number: u64) -> Value {
        Value::Uid(Uid::new(number))
    }

    fn dictionary(pairs: &[(&str, Value)]) -> Value {
        let pairs = pairs.iter().map(|(key, value)| (key.to_string(), value.clone()));
        Value::Dictionary(pairs.collect())
    }

    fn archive(objects: Vec<Value>) -> Value {
        dictionary(&[
            ("$archiver", Value::String("NSKeyedArchiver".into())),
            ("$top", dictionary(&[("root", uid(1))])),
            ("$objects", Value::Array(objects)),
        ])
    }

    fn class(name: &str) -> Value {
        dictionary(&[("$classname", Value::String(name.into()))])
    }

    /// Met 8,192 times, it would be copied for an age: what weighs most in an archive says how often is often.
    #[test]
    fn an_endless_name_is_no_class() {
        let pairs = (2..15).map(|next| Value::Array(vec![uid(next); 2]));
        let mut objects: Vec<Value> = [Value::String("$null".into())].into_iter().chain(pairs).collect();
        objects.push(dictionary(&[("$class", uid(15))]));
        objects.push(class(&("NSMutable".repeat(12_000) + "Null")));
        objects.push(Value::Data(vec![0; 100_000]));
        let mut tree = unarchive_value(&archive(objects)).unwrap();
        while let Value::Array(mut items) = tree {
            assert_eq!(items.len(), 2);
            tree = items.remove(0);
        }
        assert_eq!(tree, dictionary(&[]));
    }

    #[test]
    fn foundation_values_become_plain() {
        let value = archive(vec![
            Value::String("$null".into()),
            dictionary(&[
                ("$class", uid(2)),
                ("NS.keys", Value::Array(vec![uid(3), uid(4)])),
                ("NS.objects", Value::Array(vec![uid(5), uid(0)])),
            ]),
            class("NSMutableDictionary"),
            Value::String("bytes".into()),
            Value::String("nothing".into()),
            dictionary(&[("$class", uid(6)), ("NS.data", Value::Data(vec![1, 2]))]),
            class("NSMutableData"),
        ]);
        let expected = dictionary(&[("bytes", Value::Data(vec![1, 2]))]);
        assert_eq!(unarchive_value(&value).unwrap(), expected);
    }

    #[test]
    fn cycles_are_cut_and_other_classes_named() {
        let value = archive(vec![
            Value::String("$null".into()),
            dictionary(&[("$class", uid(2)), ("me", uid(1)), ("n", Value::Integer(7.into()))]),
            class("MBFile"),
        ]);
        let expected = dictionary(&[("n", Value::Integer(7.into())), ("$class", Value::String("MBFile".into()))]);
        assert_eq!(unarchive_value(&value).unwrap(), expected);
    }

    #[test]
    fn shared_objects_do_not_explode() {
        let mut objects = vec![Value::String("$null".into())];
        for next in 2..60u64 {
            objects.push(Value::Array(vec![uid(next), uid(next)]));
        }
        objects.push(Value::Boolean(true));
        assert_eq!(unarchive_value(&archive(objects)), Err(ArchiveError::TooBig));
    }

    #[test]
    fn what_is_no_archive_says_so() {
        assert_eq!(unarchive_value(&Value::Boolean(true)), Err(ArchiveError::NotAnArchive));
        assert_eq!(unarchive_value(&archive(vec![])), Err(ArchiveError::NotAnArchive));
        assert!(matches!(unarchive(b"junk"), Err(ArchiveError::Plist(_))));
    }
}
