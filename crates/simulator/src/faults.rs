//! What goes wrong, on request: in backup and restore sessions, in AFC, in lockdown, with the cable.

use plist::{Dictionary, Value};
use serde::{Deserialize, Deserializer};
use std::time::Duration;

/// What goes wrong. The default is: nothing.
///
/// The fields up to [`Faults::afc`] are those of a backup or restore session. Messages are counted from 1 over everything the phone
/// sends as a property list in such a session, the version exchange included. As JSON (`docs/simulator.md`) every name is in camel case.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct Faults {
    /// The connection drops once the phone has sent this many bytes.
    pub cut_after_bytes: Option<u64>,
    /// The connection drops in place of the message of this number.
    pub cut_at_message: Option<u64>,
    /// The phone falls silent for this long before the message of this number.
    #[serde(deserialize_with = "stall")]
    pub stall: Option<(u64, Duration)>,
    /// Nothing is sent in pieces larger than this many bytes.
    pub split: Option<usize>,
    /// Files the phone cannot read.
    pub unreadable: Vec<Unreadable>,
    /// Asks for a purge before the files, as a phone does that finds space short.
    pub purge: bool,
    /// Sends a message no host knows before the files.
    pub unknown_message: bool,
    /// Asks to read and to create these paths before the files; a host that answers 0 to either fails the session with 1.
    pub wild_paths: Vec<String>,
    /// Before the files, uses all of [`Faults::hostile_paths`] in every message that holds a path.
    pub hostile_paths: bool,
    /// Before the files, sends a message that holds a list without a reasonable end.
    pub long_list: Option<LongList>,
    /// Before the files, uploads one whose path or first block claims to be almost 4 GiB long.
    pub huge_upload: Option<UploadPart>,
    /// Every value in the message of this number is of another type than it should be.
    pub wrong_types_at_message: Option<u64>,
    /// Sends a length prefix of almost 4 GiB in place of the message of this number.
    pub huge_length_at_message: Option<u64>,
    /// Ends the request at once with this `ErrorCode`: 207, 208, 105 …
    pub result: Option<i64>,
    /// Posts the cancel notification after this many files, then ends with 202.
    pub cancel_after_files: Option<u64>,
    pub last_answer: LastAnswer,
    pub afc: AfcFaults,
    pub lockdown: LockdownFaults,
    /// The phone is unplugged and plugged in again and again from the moment these faults are set.
    pub storm: Option<Storm>,
    /// What goes wrong in the sessions that follow, one for each; the last one stays. Empty: these faults stay.
    pub then: Vec<Faults>,
}

/// A file the phone fails to read while it uploads it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Unreadable {
    pub domain: String,
    pub path: String,
    /// The block code that reports it: 0x06 or 0x0B.
    pub code: u8,
    /// Bytes of the file that still arrive before the failure.
    #[serde(default)]
    pub after: u64,
}

/// A list far longer than a phone's: its entries are paths of the device's own folder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct LongList {
    pub of: Lists,
    pub items: u64,
}

/// What a [`LongList`] is a list of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Lists {
    Moves,
    Removes,
    Downloads,
    /// Empty files in one batch: they arrive one by one, so there may be any number.
    Uploads,
}

/// A part of an upload that has a length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum UploadPart {
    Path,
    Block,
}

/// What becomes of the final answer of a session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum LastAnswer {
    #[default]
    Sent,
    /// It never comes, and the line stays open (`protocol.md` 3, 30).
    Withheld,
    /// The line drops in its place.
    Cut,
}

/// What goes wrong in AFC connections.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct AfcFaults {
    /// A folder's list of names goes on for this many bytes, whatever the folder holds.
    pub list_bytes: Option<u64>,
    /// The reply of this number, counted from 1, claims to be almost 4 GiB long.
    pub huge_length_at_reply: Option<u64>,
    /// The reply of this number answers another packet.
    pub wrong_number_at_reply: Option<u64>,
    /// The connection drops in place of the reply of this number.
    pub cut_at_reply: Option<u64>,
    /// Files a connection may have open; a real phone has few (`protocol.md` 3, 28).
    pub handles: Option<usize>,
}

/// What goes wrong in lockdown and on the way to a service.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, rename_all = "camelCase", deny_unknown_fields)]
pub struct LockdownFaults {
    /// So many `StartService` of a connection are refused with `ServiceLimit`.
    pub service_limit: u32,
    /// What is wrong with the TLS of a session.
    pub session_tls: Option<FaultyTls>,
    /// What is wrong with the TLS of services.
    pub service_tls: Option<FaultyTls>,
    /// The reply of this number, counted from 1 in a connection, holds values of other types than it should.
    pub wrong_types_at_reply: Option<u64>,
    /// The reply of this number claims to be almost 4 GiB long.
    pub huge_length_at_reply: Option<u64>,
}

/// A phone that is not who it says, or does not keep secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum FaultyTls {
    /// Says that no TLS is needed and goes on in the clear.
    None,
    /// Promises TLS, then speaks in the clear.
    Plain,
    /// Another device's key, in a certificate of its own.
    OtherKey,
    /// The right certificate, without the key that belongs to it.
    SwappedKey,
    /// The right key in a certificate that ended years ago.
    Expired,
}

/// A loose cable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Storm {
    pub times: u32,
    /// Between one end of the cable going in or out and the next.
    pub milliseconds: u64,
}

impl Faults {
    /// Paths no host may take: climbing out, absolute, over-long, over-deep, with NUL, of other systems, of another device.
    pub fn hostile_paths(udid: &str) -> Vec<String> {
        let inside = |path: &str| format!("{udid}/{path}");
        vec![
            inside("../escaped"),
            inside("ab/../../escaped"),
            "../escaped".into(),
            "..".into(),
            "/tmp/heirloom-escaped".into(),
            "//host/share/escaped".into(),
            r"\\host\share\escaped".into(),
            r"C:\escaped".into(),
            "C:/escaped".into(),
            inside(r"..\escaped"),
            inside("nul\0byte"),
            inside("\0"),
            inside("a//b"),
            inside("./b"),
            inside(&"long".repeat(2048)),
            inside(&"deep/".repeat(400)),
            "00008120-0000000000000000/Manifest.db".into(),
            String::new(),
        ]
    }
}

/// A length prefix of almost 4 GiB.
pub(crate) const HUGE_LENGTH: [u8; 4] = [0xff, 0xff, 0xff, 0xf0];

/// The same with values of other types: what containers hold is exchanged, empty ones and plain values become something else.
pub(crate) fn of_other_types(value: Value) -> Value {
    match value {
        Value::Array(items) if !items.is_empty() => Value::Array(items.into_iter().map(of_other_types).collect()),
        Value::Dictionary(items) if !items.is_empty() => {
            Value::Dictionary(items.into_iter().map(|(key, value)| (key, of_other_types(value))).collect())
        }
        Value::Array(_) => Value::Dictionary(Dictionary::new()),
        Value::Dictionary(_) => Value::Array(Vec::new()),
        Value::String(_) => Value::from(u64::MAX),
        Value::Integer(_) => Value::Data(vec![0xff; 3]),
        Value::Real(_) => Value::Boolean(true),
        _ => Value::String("\u{202e}not this".into()),
    }
}

/// `{"message": 3, "milliseconds": 500}`.
fn stall<'de, D: Deserializer<'de>>(from: D) -> Result<Option<(u64, Duration)>, D::Error> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Stall {
        message: u64,
        milliseconds: u64,
    }
    let stall = Option::<Stall>::deserialize(from)?;
    Ok(stall.map(|stall| (stall.message, Duration::from_millis(stall.milliseconds))))
}
