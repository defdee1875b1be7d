//! Writes Apple's typedstream archives: how Messages keeps styled text in `attributedBody`.
//!
//! The format: a header, then values behind their type strings. New objects, classes and type strings are written out once and
//! numbered; later ones point back (a byte from 0x92 on). Two tables are counted apart: strings, and objects with classes.
//! Learned from archives of real phones.

use std::collections::BTreeMap;

/// Text and the runs that cover it, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rich {
    pub text: String,
    pub runs: Vec<Run>,
}

/// What is true of a stretch of text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Run {
    /// UTF-16 units.
    pub length: usize,
    pub attributes: Vec<(&'static str, Value)>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Number(i32),
    Text(String),
    Link(String),
}

const NEW: u8 = 0x84;
const NIL: u8 = 0x85;
const END: u8 = 0x86;
const FIRST_REFERENCE: i64 = -110;

/// A class and what it inherits from, each with its version.
type Class = [(&'static str, i64)];

/// Which class the string is archived as: Messages uses one for bodies, the other for the versions of an edited message.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum As {
    Body,
    Edit,
}

/// The archive of a styled string.
pub(crate) fn write(rich: &Rich, kind: As) -> Vec<u8> {
    let mut writer = Writer { out: b"\x04\x0bstreamtyped\x81\xe8\x03".to_vec(), ..Writer::default() };
    let (outer, inner): (&Class, &Class) = match kind {
        As::Body => (
            &[("NSMutableAttributedString", 0), ("NSAttributedString", 0), ("NSObject", 0)],
            &[("NSMutableString", 1), ("NSString", 1), ("NSObject", 0)],
        ),
        As::Edit => (&[("NSAttributedString", 0), ("NSObject", 0)], &[("NSString", 1), ("NSObject", 0)]),
    };
    writer.kind("@");
    writer.object(outer);
    writer.kind("@");
    writer.object(inner);
    writer.kind("+");
    writer.bytes(rich.text.as_bytes());
    writer.out.push(END);
    let mut seen: Vec<&[(&'static str, Value)]> = Vec::new();
    for run in &rich.runs {
        writer.kind("iI");
        let known = seen.iter().position(|attributes| *attributes == run.attributes.as_slice());
        writer.number(known.unwrap_or(seen.len()) as i64 + 1);
        writer.number(run.length as i64);
        if known.is_none() {
            seen.push(&run.attributes);
            writer.dictionary(&run.attributes);
        }
    }
    writer.out.push(END);
    writer.out
}

#[derive(Default)]
struct Writer {
    out: Vec<u8>,
    strings: BTreeMap<String, i64>,
    classes: BTreeMap<String, i64>,
    numbers: BTreeMap<i32, i64>,
    objects: i64,
    /// The object that is the C string "i", the type of every number here.
    int_type: Option<i64>,
}

impl Writer {
    fn number(&mut self, value: i64) {
        match value {
            -110..=127 => self.out.push(value as u8),
            -32_768..=32_767 => {
                self.out.push(0x81);
                self.out.extend_from_slice(&(value as i16).to_le_bytes());
            }
            _ => {
                self.out.push(0x82);
                self.out.extend_from_slice(&(value as i32).to_le_bytes());
            }
        }
    }

    fn reference(&mut self, index: i64) {
        self.number(FIRST_REFERENCE + index);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        self.number(bytes.len() as i64);
        self.out.extend_from_slice(bytes);
    }

    /// A type string or a class name.
    fn kind(&mut self, text: &str) {
        if let Some(index) = self.strings.get(text) {
            return self.reference(*index);
        }
        self.strings.insert(text.into(), self.strings.len() as i64);
        self.out.push(NEW);
        self.bytes(text.as_bytes());
    }

    fn next_object(&mut self) -> i64 {
        self.objects += 1;
        self.objects - 1
    }

    /// Begins a new object of a class, given with its superclasses and their versions; returns its number.
    fn object(&mut self, class: &Class) -> i64 {
        self.out.push(NEW);
        let number = self.next_object();
        for (name, version) in class {
            if let Some(index) = self.classes.get(*name) {
                self.reference(*index);
                return number;
            }
            self.out.push(NEW);
            self.kind(name);
            self.number(*version);
            let index = self.next_object();
            self.classes.insert((*name).into(), index);
        }
        self.out.push(NIL);
        number
    }

    fn dictionary(&mut self, attributes: &[(&'static str, Value)]) {
        self.kind("@");
        self.object(&[("NSDictionary", 0), ("NSObject", 0)]);
        self.kind("i");
        self.number(attributes.len() as i64);
        for (key, value) in attributes {
            self.kind("@");
            self.string(key);
            match value {
                Value::Number(value) => self.int(*value),
                Value::Text(text) => {
                    self.kind("@");
                    self.string(text);
                }
                Value::Link(url) => {
                    self.kind("@");
                    self.object(&[("NSURL", 0), ("NSObject", 0)]);
                    self.kind("c");
                    self.number(0);
                    self.kind("@");
                    self.string(url);
                    self.out.push(END);
                }
            }
        }
        self.out.push(END);
    }

    fn string(&mut self, text: &str) {
        self.object(&[("NSString", 1), ("NSObject", 0)]);
        self.kind("+");
        self.bytes(text.as_bytes());
        self.out.push(END);
    }

    /// An `NSNumber` holding an int; the same number again is the same object.
    fn int(&mut self, value: i32) {
        self.kind("@");
        if let Some(index) = self.numbers.get(&value) {
            return self.reference(*index);
        }
        let number = self.object(&[("NSNumber", 0), ("NSValue", 0), ("NSObject", 0)]);
        self.numbers.insert(value, number);
        self.kind("*");
        match self.int_type {
            Some(index) => self.reference(index),
            None => {
                self.out.push(NEW);
                self.int_type = Some(self.next_object());
                self.kind("i");
            }
        }
        self.kind("i");
        self.number(i64::from(value));
        self.out.push(END);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PART: &str = "__kIMMessagePartAttributeName";

    #[test]
    fn a_plain_body_is_byte_for_byte_what_a_phone_writes() {
        let rich = Rich {
            text: "Noter test".into(),
            runs: vec![Run { length: 10, attributes: vec![(PART, Value::Number(0))] }],
        };
        let real = [
            "040b73747265616d747970656481e803840140848484194e534d757461626c6541747472696275746564537472696e67008484124e534174",
            "7472696275746564537472696e67008484084e534f626a656374008592848484",
            "0f4e534d757461626c65537472696e67018484084e53537472696e67019584012b0a4e6f746572207465737486840269",
            "49010a928484840c4e5344696374696f6e617279009584016901928498981d5f5f6b494d4d657373616765506172744174747269627574",
            "654e616d658692848484084e534e756d626572008484074e5356616c7565009584012a849b9b00868686",
        ];
        assert_eq!(hex::encode(write(&rich, As::Body)), real.concat());
    }
}
