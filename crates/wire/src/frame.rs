//! Property-list frames: a big-endian u32 length, then a plist (`protocol.md` 2.2, 2.3).
//! lockdown and most services use XML, DeviceLink binary; readers take both everywhere.

use crate::{Error, Result, plist_caps};
use plist::Value;

/// Longest plist frame accepted from a phone in a backup session: some 700,000 paths to remove. A phone's own backup
/// agent lives in less memory.
pub const BACKUP_LIMIT: u32 = 64 << 20;
/// Longest plist frame accepted anywhere else.
pub const SERVICE_LIMIT: u32 = 64 << 20;

/// Reads a frame's length prefix and checks it against `limit`.
pub fn length(prefix: [u8; 4], limit: u32) -> Result<usize> {
    let length = u32::from_be_bytes(prefix);
    if length > limit {
        return Err(Error::TooLong { length: length.into(), limit: limit.into() });
    }
    Ok(length as usize)
}

/// Decodes a plist in either encoding; hostile nesting and sharing are refused before anything is built.
pub fn decode(body: &[u8]) -> Result<Value> {
    plist_caps::check(body)?;
    Ok(match body.starts_with(plist_caps::MAGIC) {
        true => Value::from_reader(std::io::Cursor::new(body))?,
        false => Value::from_reader_xml(body)?,
    })
}

/// Encodes a frame with an XML body.
pub fn encode_xml(value: &Value) -> Result<Vec<u8>> {
    framed(|out| value.to_writer_xml(out))
}

/// Encodes a frame with a binary body.
pub fn encode_binary(value: &Value) -> Result<Vec<u8>> {
    framed(|out| value.to_writer_binary(out))
}

fn framed(write: impl FnOnce(&mut Vec<u8>) -> std::result::Result<(), plist::Error>) -> Result<Vec<u8>> {
    // Room for a request: a buffer that grows leaves copies behind, and some requests hold passwords.
    let mut out = Vec::with_capacity(8 << 10);
    out.extend_from_slice(&[0; 4]);
    write(&mut out)?;
    let length = out.len() - 4;
    let prefix = u32::try_from(length).map_err(|_| Error::TooLong { length: length as u64, limit: u32::MAX.into() })?;
    out[..4].copy_from_slice(&prefix.to_be_bytes());
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_carries_its_length_and_either_encoding_reads_back() {
        let value = Value::Dictionary([("Request".to_string(), Value::from("QueryType"))].into_iter().collect());
        for frame in [encode_xml(&value).unwrap(), encode_binary(&value).unwrap()] {
            let body = length(frame[..4].try_into().unwrap(), SERVICE_LIMIT).unwrap();
            assert_eq!(body, frame.len() - 4);
            assert_eq!(decode(&frame[4..]).unwrap(), value);
        }
        assert_eq!(&encode_binary(&value).unwrap()[4..10], b"bplist");
    }

    #[test]
    fn a_length_over_the_limit_is_refused() {
        assert!(matches!(length([0xff; 4], SERVICE_LIMIT), Err(Error::TooLong { length: 0xffff_ffff, .. })));
        assert_eq!(length([0, 0, 1, 0], 256).unwrap(), 256);
    }

    #[test]
    fn rubbish_is_an_error() {
        assert!(decode(b"bplist00").is_err());
        assert!(decode(b"\x00\x01\x02").is_err());
    }
}
