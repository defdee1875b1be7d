//! Bodies that are one stretch of text without styles, as nine of ten are: told by their bytes, and read without decoding.

use crate::conversation::Run;

/// All that stands before the length of the text.
const HEAD: &[u8] = b"\x04\x0bstreamtyped\x81\xe8\x03\x84\x01@\x84\x84\x84\x19NSMutableAttributedString\x00\x84\x84\x12NSAttributedString\x00\
    \x84\x84\x08NSObject\x00\x85\x92\x84\x84\x84\x0fNSMutableString\x01\x84\x84\x08NSString\x01\x95\x84\x01+";
/// Between the text and the length of its one run.
const RUN: &[u8] = b"\x86\x84\x02iI\x01";
/// The run's attributes: it is part 0, and nothing else.
const TAIL: &[u8] =
    b"\x92\x84\x84\x84\x0cNSDictionary\x00\x95\x84\x01i\x01\x92\x84\x98\x98\x1d__kIMMessagePartAttributeName\x86\
    \x92\x84\x84\x84\x08NSNumber\x00\x84\x84\x07NSValue\x00\x95\x84\x01*\x84\x9b\x9b\x00\x86\x86\x86";

/// The text of such a body; `None` for one that differs in a single byte of its frame.
pub(super) fn text(body: &[u8]) -> Option<Run> {
    let (length, rest) = number(body.strip_prefix(HEAD)?)?;
    let text = std::str::from_utf8(rest.get(..length)?).ok()?;
    let (units, rest) = number(rest[length..].strip_prefix(RUN)?)?;
    (rest == TAIL && units == text.encode_utf16().count()).then(|| Run { text: text.to_owned(), ..Run::default() })
}

/// A number as a typedstream writes one that is not negative.
fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (first, rest) = bytes.split_first()?;
    Some(match *first {
        0x81 => (usize::from(u16::from_le_bytes(rest.get(..2)?.try_into().ok()?)), &rest[2..]),
        0x82 => (u32::from_le_bytes(rest.get(..4)?.try_into().ok()?) as usize, &rest[4..]),
        short @ 0..=0x7f => (usize::from(short), rest),
        _ => return None,
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Such a body of a text.
    pub fn made(text: &str) -> Vec<u8> {
        let number = |number: usize| match number {
            0..=0x7f => vec![number as u8],
            0x80..=0xffff => [&[0x81][..], &(number as u16).to_le_bytes()].concat(),
            _ => [&[0x82][..], &(number as u32).to_le_bytes()].concat(),
        };
        let units = number(text.encode_utf16().count());
        [HEAD, &number(text.len()), text.as_bytes(), RUN, &units, TAIL].concat()
    }

    #[test]
    fn only_the_very_bytes_are_read_so() {
        let body = made("Noter test 🎉");
        assert_eq!(text(&body).unwrap().text, "Noter test 🎉");
        for at in 0..body.len() {
            let mut other = body.clone();
            other[at] ^= 0x10;
            // Another letter is another text; all else is for the decoder.
            assert!(text(&other).is_none_or(|run| run.text != "Noter test 🎉" && run.text.len() == 15), "{at}");
            assert_eq!(text(&body[..at]), None, "{at}");
        }
        assert_eq!(text(&[&body[..], b"\x86"].concat()), None);
    }
}
