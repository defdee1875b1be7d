//! usbmuxd: a 16-byte little-endian header, then an XML plist (`protocol.md` 2.1).

use crate::{Error, Result};
use plist::{Dictionary, Value};

pub const HEADER: usize = 16;
/// Longest message either side may send; a pair record is a few kilobytes.
pub const LIMIT: u32 = 4 << 20;
/// The lockdown port of every phone.
pub const LOCKDOWN_PORT: u16 = 62078;

const VERSION_PLIST: u32 = 1;
const MESSAGE_PLIST: u32 = 8;

/// What `Result.Number` says.
pub mod result {
    pub const OK: u64 = 0;
    pub const BAD_COMMAND: u64 = 1;
    pub const BAD_DEVICE: u64 = 2;
    pub const CONNECTION_REFUSED: u64 = 3;
    pub const BAD_VERSION: u64 = 6;
    /// Pair-record calls answer with an errno: no such record.
    pub const NO_RECORD: u64 = 2;
}

/// The header of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// Bytes of header and body together.
    pub length: u32,
    pub version: u32,
    pub message: u32,
    /// Echoed in the reply; 0 on events.
    pub tag: u32,
}

impl Header {
    pub fn decode(bytes: [u8; HEADER]) -> Result<Header> {
        let word = |at: usize| u32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        let header = Header { length: word(0), version: word(4), message: word(8), tag: word(12) };
        if (header.length as usize) < HEADER {
            return Err(Error::TooShort { length: header.length.into() });
        }
        if header.length > LIMIT {
            return Err(Error::TooLong { length: header.length.into(), limit: LIMIT.into() });
        }
        Ok(header)
    }

    /// Bytes that follow the header.
    pub fn body(&self) -> usize {
        self.length as usize - HEADER
    }

    pub fn is_plist(&self) -> bool {
        self.version == VERSION_PLIST && self.message == MESSAGE_PLIST
    }
}

/// Encodes one message.
pub fn encode(tag: u32, body: Dictionary) -> Result<Vec<u8>> {
    encode_value(tag, &Value::Dictionary(body))
}

/// Encodes one message whose body stays with the caller, who may have secrets in it to wipe.
pub fn encode_value(tag: u32, body: &Value) -> Result<Vec<u8>> {
    let mut out = vec![0; HEADER];
    body.to_writer_xml(&mut out)?;
    let length =
        u32::try_from(out.len()).map_err(|_| Error::TooLong { length: out.len() as u64, limit: LIMIT.into() })?;
    for (at, word) in [length, VERSION_PLIST, MESSAGE_PLIST, tag].into_iter().enumerate() {
        out[at * 4..at * 4 + 4].copy_from_slice(&word.to_le_bytes());
    }
    Ok(out)
}

/// The `PortNumber` of a Connect request: the port with its two bytes swapped.
pub fn port_number(port: u16) -> u16 {
    port.swap_bytes()
}

/// The UDID as pair records and folders name it: the dashed form of 24-character serials, lower-case 40-hex ones as they are.
///
/// usbmuxd may send `0000811000112233445566AA`; libusbmuxd inserts the dash after eight characters.
pub fn normalise_udid(serial: &str) -> String {
    let serial = serial.trim_end_matches('\0');
    if serial.len() == 24 && serial.bytes().all(|b| b.is_ascii_hexdigit()) {
        return format!("{}-{}", &serial[..8], &serial[8..]).to_ascii_uppercase();
    }
    if serial.len() == 40 { serial.to_ascii_lowercase() } else { serial.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_is_little_endian_and_counts_itself() {
        let bytes = encode(7, [("MessageType".to_string(), Value::from("ListDevices"))].into_iter().collect()).unwrap();
        let header = Header::decode(bytes[..HEADER].try_into().unwrap()).unwrap();
        assert_eq!((header.length as usize, header.version, header.message, header.tag), (bytes.len(), 1, 8, 7));
        assert_eq!(header.body(), bytes.len() - 16);
        assert!(bytes[16..].starts_with(b"<?xml"));
    }

    #[test]
    fn short_and_long_headers_are_refused() {
        let mut bytes = [0u8; HEADER];
        bytes[0] = 15;
        assert!(matches!(Header::decode(bytes), Err(Error::TooShort { length: 15 })));
        bytes[..4].copy_from_slice(&u32::MAX.to_le_bytes());
        assert!(matches!(Header::decode(bytes), Err(Error::TooLong { .. })));
    }

    #[test]
    fn the_lockdown_port_swaps_to_the_number_clients_send() {
        assert_eq!(port_number(LOCKDOWN_PORT), 32498);
    }

    #[test]
    fn serials_become_one_form() {
        assert_eq!(normalise_udid("00008110001A2B3C4D5E6F70"), "00008110-001A2B3C4D5E6F70");
        assert_eq!(normalise_udid("00008110-001A2B3C4D5E6F70"), "00008110-001A2B3C4D5E6F70");
        assert_eq!(normalise_udid(&"AB".repeat(20)), "ab".repeat(20));
    }
}
