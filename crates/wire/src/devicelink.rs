//! DeviceLink, the protocol under mobilebackup2: plist arrays and raw file blocks (`protocol.md` 2.7).

use crate::{Error, Result};
use plist::{Dictionary, Value};

/// Stands for "nothing" in a string slot.
pub const EMPTY: &str = "___EmptyParameterString___";
/// Largest data block sent to a phone; bigger ones get its backup agent killed (`protocol.md` 2.7.5).
pub const BLOCK_TO_DEVICE: usize = 32 << 10;
/// Largest block accepted from a phone; real ones are 32 KiB.
pub const BLOCK_LIMIT: u32 = 16 << 20;

/// Block codes inside a file transfer.
pub mod block {
    pub const SUCCESS: u8 = 0x00;
    pub const LOCAL_ERROR: u8 = 0x06;
    pub const REMOTE_ERROR: u8 = 0x0B;
    pub const DATA: u8 = 0x0C;
}

/// Status numbers the host answers with (`protocol.md` 2.7.6).
pub mod status {
    pub const OK: i64 = 0;
    pub const OTHER: i64 = -1;
    pub const NOT_FOUND: i64 = -6;
    pub const EXISTS: i64 = -7;
    pub const NOT_DIRECTORY: i64 = -8;
    pub const IS_DIRECTORY: i64 = -9;
    pub const IO: i64 = -11;
    /// Several files failed: the payload names each.
    pub const MULTI: i64 = -13;
    pub const NO_SPACE: i64 = -15;
}

/// What a phone asks of the host, or tells it.
#[derive(Clone, Debug, PartialEq)]
pub enum Message {
    VersionExchange {
        major: u64,
        minor: u64,
    },
    DeviceReady,
    /// The phone sends files; raw blocks follow. `progress` is the percentage after this step.
    UploadFiles {
        progress: Option<f64>,
        total: Option<u64>,
    },
    /// The phone wants these files.
    DownloadFiles {
        paths: Vec<String>,
        progress: Option<f64>,
    },
    FreeDiskSpace,
    PurgeDiskSpace {
        bytes: u64,
    },
    ContentsOfDirectory {
        path: String,
    },
    CreateDirectory {
        path: String,
    },
    MoveItems {
        moves: Vec<(String, String)>,
        progress: Option<f64>,
    },
    RemoveItems {
        paths: Vec<String>,
        progress: Option<f64>,
    },
    CopyItem {
        from: String,
        to: String,
    },
    /// The last word of a request, or its `Hello` answer.
    Process(Dictionary),
    Disconnect,
    /// A message this list lacks; it must be answered all the same.
    Other(String),
}

impl Message {
    /// Reads one message; malformed arguments of a known message are an error.
    pub fn parse(value: Value) -> Result<Message> {
        let Value::Array(mut items) = value else { return Err(Error::Field { message: "DeviceLink", field: "array" }) };
        // Moved out, not copied: lists from a phone may be long.
        let mut taken = items.iter_mut().map(|item| std::mem::replace(item, Value::Boolean(false)));
        let Some(Value::String(name)) = taken.next() else {
            return Err(Error::Field { message: "DeviceLink", field: "name" });
        };
        let first = taken.next();
        drop(taken);
        let message = match name.as_str() {
            "DLMessageVersionExchange" => Message::VersionExchange {
                major: unsigned(first.as_ref())
                    .ok_or(Error::Field { message: "DLMessageVersionExchange", field: "version" })?,
                minor: unsigned(items.get(2)).unwrap_or(0),
            },
            "DLMessageDeviceReady" => Message::DeviceReady,
            "DLMessageUploadFiles" => {
                Message::UploadFiles { progress: real(items.get(2)), total: unsigned(items.get(3)) }
            }
            "DLMessageDownloadFiles" => Message::DownloadFiles {
                paths: strings(first, "DLMessageDownloadFiles")?,
                progress: real(items.get(3)),
            },
            "DLMessageGetFreeDiskSpace" => Message::FreeDiskSpace,
            "DLMessagePurgeDiskSpace" => Message::PurgeDiskSpace { bytes: unsigned(first.as_ref()).unwrap_or(0) },
            "DLContentsOfDirectory" => Message::ContentsOfDirectory { path: string(first, "DLContentsOfDirectory")? },
            "DLMessageCreateDirectory" => Message::CreateDirectory { path: string(first, "DLMessageCreateDirectory")? },
            "DLMessageMoveItems" | "DLMessageMoveFiles" => {
                Message::MoveItems { moves: pairs(first)?, progress: real(items.get(3)) }
            }
            "DLMessageRemoveItems" | "DLMessageRemoveFiles" => {
                Message::RemoveItems { paths: strings(first, "DLMessageRemoveItems")?, progress: real(items.get(3)) }
            }
            "DLMessageCopyItem" => Message::CopyItem {
                from: string(first, "DLMessageCopyItem")?,
                to: string(items.into_iter().nth(2), "DLMessageCopyItem")?,
            },
            "DLMessageProcessMessage" => match first {
                Some(Value::Dictionary(content)) => Message::Process(content),
                _ => return Err(Error::Field { message: "DLMessageProcessMessage", field: "dictionary" }),
            },
            "DLMessageDisconnect" => Message::Disconnect,
            _ => Message::Other(name),
        };
        Ok(message)
    }
}

/// The host's `DLVersionsOk`.
pub fn versions_ok(major: u64) -> Value {
    Value::Array(vec!["DLMessageVersionExchange".into(), "DLVersionsOk".into(), major.into()])
}

/// A process message either way.
pub fn process(content: Dictionary) -> Value {
    Value::Array(vec!["DLMessageProcessMessage".into(), Value::Dictionary(content)])
}

/// The one status every device message gets.
pub fn status_response(code: i64, text: Option<&str>, payload: Value) -> Value {
    Value::Array(vec!["DLMessageStatusResponse".into(), code.into(), text.unwrap_or(EMPTY).into(), payload])
}

pub fn disconnect() -> Value {
    Value::Array(vec!["DLMessageDisconnect".into(), EMPTY.into()])
}

/// A block's length prefix and code: payload bytes that follow, and what they are.
///
/// `n == 0` ends a file without a code (`protocol.md` 2.7.4): `Ok(None)` stands for it, and then there is no code byte to read.
pub fn block_length(prefix: [u8; 4]) -> Result<Option<usize>> {
    match u32::from_be_bytes(prefix) {
        0 => Ok(None),
        length if length - 1 > BLOCK_LIMIT => Err(Error::TooLong { length: length.into(), limit: BLOCK_LIMIT.into() }),
        length => Ok(Some(length as usize - 1)),
    }
}

/// The five bytes before a block's payload.
pub fn block_header(code: u8, payload: usize) -> [u8; 5] {
    // A block is at most BLOCK_LIMIT, far below u32::MAX.
    let [a, b, c, d] = (payload as u32 + 1).to_be_bytes();
    [a, b, c, d, code]
}

/// A signed number, also from clients that send -6 as 18446744073709551610.
pub fn signed(value: &Value) -> Option<i64> {
    value.as_signed_integer().or_else(|| value.as_unsigned_integer().map(|unsigned| unsigned as i64))
}

fn unsigned(value: Option<&Value>) -> Option<u64> {
    let value = value?;
    value.as_unsigned_integer().or_else(|| value.as_real().filter(|real| *real >= 0.0).map(|real| real as u64))
}

fn real(value: Option<&Value>) -> Option<f64> {
    let value = value?;
    value.as_real().or_else(|| value.as_signed_integer().map(|whole| whole as f64)).filter(|real| real.is_finite())
}

fn string(value: Option<Value>, message: &'static str) -> Result<String> {
    value.and_then(Value::into_string).ok_or(Error::Field { message, field: "path" })
}

fn strings(value: Option<Value>, message: &'static str) -> Result<Vec<String>> {
    let items = value.and_then(Value::into_array).ok_or(Error::Field { message, field: "paths" })?;
    items.into_iter().map(|item| string(Some(item), message)).collect()
}

fn pairs(value: Option<Value>) -> Result<Vec<(String, String)>> {
    let message = "DLMessageMoveItems";
    let moves = value.and_then(Value::into_dictionary).ok_or(Error::Field { message, field: "moves" })?;
    moves.into_iter().map(|(from, to)| Ok((from, string(Some(to), message)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn array(items: Vec<Value>) -> Value {
        Value::Array(items)
    }

    #[test]
    fn known_messages_parse() {
        let empty = || Value::Dictionary(Dictionary::new());
        let parse = |items| Message::parse(array(items)).unwrap();
        assert_eq!(
            parse(vec![
                "DLMessageDownloadFiles".into(),
                array(vec!["U/Status.plist".into()]),
                empty(),
                Value::Real(1.5),
                0.into()
            ]),
            Message::DownloadFiles { paths: vec!["U/Status.plist".into()], progress: Some(1.5) }
        );
        assert_eq!(
            parse(vec!["DLMessageUploadFiles".into(), empty(), Value::Real(-1.0), 42.into()]),
            Message::UploadFiles { progress: Some(-1.0), total: Some(42) }
        );
        let moves = Value::Dictionary([("U/a".to_string(), Value::from("U/b"))].into_iter().collect());
        assert_eq!(
            parse(vec!["DLMessageMoveFiles".into(), moves, empty(), Value::Real(9.0), 0.into()]),
            Message::MoveItems { moves: vec![("U/a".into(), "U/b".into())], progress: Some(9.0) }
        );
        assert_eq!(parse(vec!["DLMessageGetFreeDiskSpace".into()]), Message::FreeDiskSpace);
        assert_eq!(parse(vec!["DLMessageBrandNew".into()]), Message::Other("DLMessageBrandNew".into()));
    }

    #[test]
    fn malformed_messages_are_errors_not_panics() {
        assert!(Message::parse("text".into()).is_err());
        assert!(Message::parse(array(vec![])).is_err());
        assert!(Message::parse(array(vec!["DLMessageDownloadFiles".into()])).is_err());
        assert!(Message::parse(array(vec!["DLMessageMoveItems".into(), 5.into()])).is_err());
        assert!(Message::parse(array(vec!["DLMessageProcessMessage".into()])).is_err());
    }

    #[test]
    fn block_lengths_count_the_code_byte() {
        assert_eq!(block_header(block::DATA, 3), [0, 0, 0, 4, 0x0C]);
        assert_eq!(block_length([0, 0, 0, 4]).unwrap(), Some(3));
        assert_eq!(block_length([0; 4]).unwrap(), None);
        // The four bytes of libimobiledevice#1135: ASCII read as a length.
        assert!(block_length(1_315_905_651u32.to_be_bytes()).is_err());
    }

    #[test]
    fn negative_codes_are_read_in_both_forms() {
        assert_eq!(signed(&Value::from(-6i64)), Some(-6));
        assert_eq!(signed(&Value::from(18_446_744_073_709_551_610u64)), Some(-6));
    }
}
