use std::time::Duration;

/// What goes wrong in a backup session. The default is: nothing.
///
/// Messages are counted from 1 over everything the phone sends as a property list in the session, the version exchange included.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Faults {
    /// The connection drops once the phone has sent this many bytes.
    pub cut_after_bytes: Option<u64>,
    /// The connection drops in place of the message of this number.
    pub cut_at_message: Option<u64>,
    /// The phone falls silent for this long before the message of this number.
    pub stall: Option<(u64, Duration)>,
    /// Nothing is sent in pieces larger than this many bytes.
    pub split: Option<usize>,
    /// Files the phone cannot read.
    pub unreadable: Vec<Unreadable>,
    /// Asks for a purge before the files, as a phone does that finds space short.
    pub purge: bool,
    /// Sends a message no host knows before the files.
    pub unknown_message: bool,
    /// Asks to read and to create these paths before the files; a host that answers 0 to either fails the backup with 1.
    pub wild_paths: Vec<String>,
    /// Sends a length prefix of almost 4 GiB in place of the message of this number.
    pub huge_length_at_message: Option<u64>,
    /// Ends the request at once with this `ErrorCode`: 207, 208, 105 …
    pub result: Option<i64>,
    /// Posts the cancel notification after this many files, then ends with 202.
    pub cancel_after_files: Option<u64>,
}

/// A file the phone fails to read while it uploads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    pub domain: String,
    pub path: String,
    /// The block code that reports it: 0x06 or 0x0B.
    pub code: u8,
    /// Bytes of the file that still arrive before the failure.
    pub after: u64,
}
