//! AFC packets: a 40-byte little-endian header, header arguments, bulk payload (`protocol.md` 2.5).

use crate::{Error, Result};

pub const HEADER: usize = 40;
const MAGIC: &[u8; 8] = b"CFA6LPAA";
/// Longest packet accepted, header included.
pub const LIMIT: u64 = 64 << 20;

/// Operation numbers.
pub mod op {
    pub const STATUS: u64 = 0x01;
    pub const DATA: u64 = 0x02;
    pub const READ_DIR: u64 = 0x03;
    pub const TRUNCATE: u64 = 0x07;
    pub const REMOVE_PATH: u64 = 0x08;
    pub const MAKE_DIR: u64 = 0x09;
    pub const GET_FILE_INFO: u64 = 0x0A;
    pub const GET_DEVICE_INFO: u64 = 0x0B;
    pub const FILE_OPEN: u64 = 0x0D;
    pub const FILE_OPEN_RESULT: u64 = 0x0E;
    pub const READ: u64 = 0x0F;
    pub const WRITE: u64 = 0x10;
    pub const SEEK: u64 = 0x11;
    pub const TELL: u64 = 0x12;
    pub const TELL_RESULT: u64 = 0x13;
    pub const CLOSE: u64 = 0x14;
    pub const SET_SIZE: u64 = 0x15;
    pub const RENAME: u64 = 0x18;
    pub const LOCK: u64 = 0x1B;
    pub const MAKE_LINK: u64 = 0x1C;
    pub const SET_TIME: u64 = 0x1E;
    pub const REMOVE_TREE: u64 = 0x22;
}

/// Status numbers.
pub mod status {
    pub const OK: u64 = 0;
    pub const UNKNOWN: u64 = 1;
    pub const READ: u64 = 4;
    pub const UNKNOWN_PACKET: u64 = 6;
    pub const INVALID_ARGUMENT: u64 = 7;
    pub const NOT_FOUND: u64 = 8;
    pub const IS_DIRECTORY: u64 = 9;
    pub const PERMISSION: u64 = 10;
    pub const EXISTS: u64 = 16;
    pub const NO_SPACE: u64 = 18;
    pub const WOULD_BLOCK: u64 = 19;
    pub const NOT_EMPTY: u64 = 33;
}

/// `LOCK` arguments; neither waits.
pub mod lock {
    pub const EXCLUSIVE: u64 = 6;
    pub const UNLOCK: u64 = 12;
}

/// The header of one packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Header, arguments and payload.
    pub entire: u64,
    /// Header and arguments.
    pub this: u64,
    /// Echoed in the reply.
    pub number: u64,
    pub operation: u64,
}

impl Header {
    pub fn decode(bytes: [u8; HEADER]) -> Result<Header> {
        if &bytes[..8] != MAGIC {
            return Err(Error::AfcMagic);
        }
        let word = |at: usize| {
            let mut eight = [0; 8];
            eight.copy_from_slice(&bytes[at..at + 8]);
            u64::from_le_bytes(eight)
        };
        let header = Header { entire: word(8), this: word(16), number: word(24), operation: word(32) };
        if header.this < HEADER as u64 || header.entire < header.this {
            return Err(Error::TooShort { length: header.entire.min(header.this) });
        }
        if header.entire > LIMIT {
            return Err(Error::TooLong { length: header.entire, limit: LIMIT });
        }
        Ok(header)
    }

    /// Bytes of the arguments that follow the header.
    pub fn arguments(&self) -> usize {
        (self.this - HEADER as u64) as usize
    }

    /// Bytes of the bulk payload that follow the arguments.
    pub fn payload(&self) -> usize {
        (self.entire - self.this) as usize
    }
}

/// Encodes one packet.
pub fn encode(number: u64, operation: u64, arguments: &[u8], payload: &[u8]) -> Vec<u8> {
    let this = (HEADER + arguments.len()) as u64;
    let mut out = Vec::with_capacity(HEADER + arguments.len() + payload.len());
    out.extend_from_slice(MAGIC);
    for word in [this + payload.len() as u64, this, number, operation] {
        out.extend_from_slice(&word.to_le_bytes());
    }
    out.extend_from_slice(arguments);
    out.extend_from_slice(payload);
    out
}

/// A path argument, with or without its NUL: clients differ.
pub fn path(argument: &[u8]) -> Result<&str> {
    let end = argument.iter().position(|byte| *byte == 0).unwrap_or(argument.len());
    std::str::from_utf8(&argument[..end]).map_err(|_| Error::PathText)
}

/// The strings of a listing or of key-value pairs: each ends with a NUL, which the last may lack.
pub fn strings(payload: &[u8]) -> impl Iterator<Item = &[u8]> {
    payload.strip_suffix(&[0]).unwrap_or(payload).split(|byte| *byte == 0).filter(|_| !payload.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packet_counts_arguments_and_payload_apart() {
        let bytes = encode(3, op::WRITE, &7u64.to_le_bytes(), b"hello");
        let header = Header::decode(bytes[..HEADER].try_into().unwrap()).unwrap();
        assert_eq!(header, Header { entire: 53, this: 48, number: 3, operation: 0x10 });
        assert_eq!((header.arguments(), header.payload()), (8, 5));
        assert_eq!(&bytes[..8], b"CFA6LPAA");
    }

    #[test]
    fn wild_headers_are_refused() {
        let mut bytes: [u8; HEADER] = encode(0, 0, b"", b"").try_into().unwrap();
        bytes[16] = 39;
        assert!(matches!(Header::decode(bytes), Err(Error::TooShort { .. })));
        bytes[16] = 40;
        bytes[15] = 0x7f;
        assert!(matches!(Header::decode(bytes), Err(Error::TooLong { .. })));
        bytes[0] = b'X';
        assert!(matches!(Header::decode(bytes), Err(Error::AfcMagic)));
    }

    #[test]
    fn paths_end_at_their_nul_if_they_have_one() {
        assert_eq!(path(b"/DCIM\0").unwrap(), "/DCIM");
        assert_eq!(path(b"/DCIM").unwrap(), "/DCIM");
        assert!(path(b"\xff").is_err());
    }

    #[test]
    fn strings_end_at_their_nuls() {
        assert_eq!(strings(b".\0..\0DCIM\0").collect::<Vec<_>>(), [&b"."[..], b"..", b"DCIM"]);
        assert_eq!(strings(b"st_size\0\0x\0y").collect::<Vec<_>>(), [&b"st_size"[..], b"", b"x", b"y"]);
        assert_eq!(strings(b"").count(), 0);
    }
}
