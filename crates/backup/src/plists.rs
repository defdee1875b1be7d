//! Property lists from hostile hands: binary or XML, with caps on depth and size.

use plist::Value;

/// The deepest nesting of an XML property list that is read.
const MAX_DEPTH: usize = 128;

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
    if xml_depth(&bytes[start..]) > MAX_DEPTH {
        return Err(PlistError::TooBig);
    }
    Value::from_reader_xml(&bytes[start..]).map_err(|_| PlistError::Damaged)
}

/// The deepest nesting of containers; text that only looks like a tag counts too, which errs on the safe side.
fn xml_depth(bytes: &[u8]) -> usize {
    let (mut depth, mut deepest) = (0usize, 0);
    let mut rest = bytes;
    while let Some(at) = rest.iter().position(|byte| *byte == b'<') {
        rest = &rest[at + 1..];
        if let Some(skipped) = after_section(rest) {
            rest = skipped;
            continue;
        }
        let end = rest.iter().position(|byte| *byte == b'>');
        let tag = &rest[..end.unwrap_or(rest.len())];
        if tag.starts_with(b"/dict") || tag.starts_with(b"/array") {
            depth = depth.saturating_sub(1);
        } else if (tag.starts_with(b"dict") || tag.starts_with(b"array")) && !tag.ends_with(b"/") {
            depth += 1;
            deepest = deepest.max(depth);
        }
    }
    deepest
}

/// What follows a comment or a CDATA section, whose content must not count as tags.
fn after_section(rest: &[u8]) -> Option<&[u8]> {
    for (open, close) in [(&b"!--"[..], &b"-->"[..]), (b"![CDATA[", b"]]>")] {
        if rest.starts_with(open) {
            let inside = &rest[open.len()..];
            let end = inside.windows(close.len()).position(|part| part == close);
            return Some(end.map_or(&[], |end| &inside[end + close.len()..]));
        }
    }
    None
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
    fn deep_xml_is_refused_even_behind_comments() {
        let open = "<dict><key>a</key><!--</dict>-->".repeat(200);
        let xml = format!("<plist>{open}<true/>{}</plist>", "</dict>".repeat(200));
        assert_eq!(parse(xml.as_bytes()), Err(PlistError::TooBig));
    }
}
