//! Property lists from hostile hands: binary or XML, with caps on depth and size.
//!
//! The caps are held against the bytes before anything is built from them: a few kilobytes can be nested until the stack is
//! gone, or share their objects until they stand for more values than any memory holds.

use plist::Value;

/// The deepest nesting that is read; Apple's lists stay below twenty.
const MAX_DEPTH: usize = 128;
/// The most values of one property list: some 300 MB of memory. Info.plist of 200 apps has 10,000.
pub(crate) const MAX_VALUES: usize = 4_000_000;

/// Why a property list was not read.
#[derive(Debug, thiserror::Error, Clone, PartialEq, Eq)]
pub enum PlistError {
    #[error("not a property list")]
    NotAPlist,
    #[error("the property list is cut or damaged")]
    Damaged,
    #[error("the property list is larger or deeper than allowed")]
    TooBig,
}

/// Reads a binary or XML property list. The memory used stays in proportion to `bytes`.
pub fn parse(bytes: &[u8]) -> Result<Value, PlistError> {
    if bytes.starts_with(b"bplist") {
        return crate::bplist::parse(bytes);
    }
    let start = bytes.iter().position(|byte| *byte == b'<');
    let Some(start) = start else {
        return Err(PlistError::NotAPlist);
    };
    check_xml(&bytes[start..])?;
    Value::from_reader_xml(&bytes[start..]).map_err(|_| PlistError::Damaged)
}

/// Counts all elements, whatever their name: the reader refuses an end that belongs to another, so only containers can nest.
fn check_xml(bytes: &[u8]) -> Result<(), PlistError> {
    let (mut depth, mut elements, mut rest) = (0usize, 0, bytes);
    while let Some(at) = rest.iter().position(|byte| *byte == b'<') {
        rest = &rest[at + 1..];
        if let Some(after) = after_section(rest)? {
            rest = after;
            continue;
        }
        let tag = &rest[..tag_end(rest)?];
        rest = &rest[tag.len()..];
        match tag {
            [b'!', ..] => continue,
            [b'/', ..] => depth = depth.saturating_sub(1),
            [.., b'/'] => elements += 1,
            _ => (depth, elements) = (depth + 1, elements + 1),
        }
        if depth > MAX_DEPTH || elements > MAX_VALUES {
            return Err(PlistError::TooBig);
        }
    }
    Ok(())
}

/// What follows a comment, a CDATA section or a processing instruction, whose content must not count as tags.
fn after_section(rest: &[u8]) -> Result<Option<&[u8]>, PlistError> {
    // Readers differ in where this one ends.
    if rest.starts_with(b"?>") {
        return Err(PlistError::Damaged);
    }
    for (open, close) in [(&b"!--"[..], &b"-->"[..]), (b"![CDATA[", b"]]>"), (b"?", b"?>")] {
        if let Some(inside) = rest.strip_prefix(open) {
            let end = inside.windows(close.len()).position(|part| part == close);
            return Ok(Some(end.map_or(&[], |end| &inside[end + close.len()..])));
        }
    }
    Ok(None)
}

/// Where a tag ends. One that could hide another in its quotes or in a `DOCTYPE` is refused: Apple writes none.
fn tag_end(rest: &[u8]) -> Result<usize, PlistError> {
    let mut quote = None;
    for (at, byte) in rest.iter().enumerate() {
        match (byte, quote) {
            (b'<', _) | (b'>', Some(_)) => return Err(PlistError::Damaged),
            (b'>', None) => return Ok(at),
            (b'"' | b'\'', None) => quote = Some(byte),
            (byte, Some(open)) if byte == open => quote = None,
            _ => {}
        }
    }
    Err(PlistError::Damaged)
}

#[cfg(test)]
mod tests {
    use super::*;
    use plist::Dictionary;

    fn binary(value: &Value) -> Vec<u8> {
        let mut bytes = Vec::new();
        value.to_writer_binary(&mut bytes).unwrap();
        bytes
    }

    fn sample() -> Value {
        let mut inner = Dictionary::new();
        inner.insert("text".into(), Value::String("Zoë 😀".into()));
        inner.insert("plain".into(), Value::String("abc".into()));
        inner.insert("data".into(), Value::Data(vec![0, 255, 7]));
        inner.insert("minus".into(), Value::Integer((-5i64).into()));
        inner.insert("big".into(), Value::Integer(u64::MAX.into()));
        inner.insert("real".into(), Value::Real(2.5));
        inner.insert("yes".into(), Value::Boolean(true));
        let when = crate::bplist::date(607_048_951.0).unwrap();
        inner.insert("when".into(), Value::Date(when));
        let many = (0..40).map(|n| Value::Integer(n.into())).collect();
        inner.insert("many".into(), Value::Array(many));
        Value::Dictionary(inner)
    }

    #[test]
    fn binary_and_xml_read_alike() {
        let value = sample();
        assert_eq!(parse(&binary(&value)).unwrap(), value);
        let mut xml = Vec::new();
        value.to_writer_xml(&mut xml).unwrap();
        assert_eq!(parse(&xml).unwrap(), value);
    }

    #[test]
    fn cut_and_flipped_input_never_panics() {
        let bytes = binary(&sample());
        for length in 0..bytes.len() {
            let _ = parse(&bytes[..length]);
        }
        for at in 0..bytes.len() {
            for value in [0x00, 0x0F, 0x4F, 0x7F, 0xA0, 0xDF, 0xFF] {
                let mut changed = bytes.clone();
                changed[at] = value;
                let _ = parse(&changed);
            }
        }
        assert_eq!(parse(b""), Err(PlistError::NotAPlist));
        assert_eq!(parse(b"SQLite format 3\0"), Err(PlistError::NotAPlist));
    }

    #[test]
    fn an_array_that_holds_itself_is_refused() {
        // One array with one element: object 0, itself.
        let mut bytes = b"bplist00\xA1\x00\x08".to_vec();
        let mut trailer = [0u8; 32];
        (trailer[6], trailer[7], trailer[15], trailer[31]) = (1, 1, 1, 10);
        bytes.extend(trailer);
        assert_eq!(parse(&bytes), Err(PlistError::TooBig));
    }

    #[test]
    fn shared_arrays_do_not_explode() {
        // Each of 30 arrays holds the next one twice: 2^30 values from 100 bytes.
        let mut bytes = b"bplist00".to_vec();
        let mut offsets = Vec::new();
        for next in 1..=30u8 {
            offsets.push(bytes.len() as u8);
            bytes.extend([0xA2, next, next]);
        }
        offsets.push(bytes.len() as u8);
        bytes.push(0x09);
        let table = bytes.len() as u8;
        bytes.extend(&offsets);
        let mut trailer = [0u8; 32];
        (trailer[6], trailer[7], trailer[15], trailer[31]) = (1, 1, offsets.len() as u8, table);
        bytes.extend(trailer);
        assert_eq!(parse(&bytes), Err(PlistError::TooBig));
    }

    #[test]
    fn deep_xml_is_refused_whatever_hides_it() {
        let deep = |open: &str, close: &str| {
            let xml = format!("<plist>{}<true/>{}</plist>", open.repeat(200), close.repeat(200));
            parse(xml.as_bytes())
        };
        assert_eq!(deep("<array>", "</array>"), Err(PlistError::TooBig));
        assert_eq!(deep("<dict><key>a</key><!--</dict>-->", "</dict>"), Err(PlistError::TooBig));
        assert_eq!(deep("<x:array xmlns:x='y'>", "</x:array>"), Err(PlistError::TooBig));
        assert_eq!(deep("<array a='/'>", "</array>"), Err(PlistError::TooBig));
        assert_eq!(deep("<array a=\"></array>\">", "</array>"), Err(PlistError::Damaged));
        assert_eq!(deep("<?></array><?x?><array>", "</array>"), Err(PlistError::Damaged));
        assert_eq!(deep("<![CDATA[</array>]]><array>", "</array>"), Err(PlistError::TooBig));
        let entities = "<!DOCTYPE plist [<!ENTITY a 'x'>]><plist><string>&a;</string></plist>";
        assert_eq!(parse(entities.as_bytes()), Err(PlistError::Damaged));
    }

    #[test]
    fn a_flood_of_values_is_refused() {
        let xml = format!("<plist><array>{}</array></plist>", "<true/>".repeat(MAX_VALUES));
        assert_eq!(parse(xml.as_bytes()), Err(PlistError::TooBig));
    }

    #[test]
    fn what_apple_writes_is_read() {
        let xml = "\u{feff}<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!DOCTYPE plist PUBLIC \"-//Apple//DTD PLIST 1.0//EN\" \
            \"http://www.apple.com/DTDs/PropertyList-1.0.dtd\">\n<plist version=\"1.0\"><dict><!-- > -->\
            <key>a</key><string>1 > 0 &amp; \"so\"</string></dict></plist>";
        let value = parse(xml.as_bytes()).unwrap();
        assert_eq!(value.as_dictionary().unwrap()["a"].as_string(), Some("1 > 0 & \"so\""));
    }
}
