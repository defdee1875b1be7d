use plist::{Dictionary, Value};

use crate::archive::{ArchiveError, unarchive};

/// What the manifest's record (`MBFile`) says about one file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Stat {
    /// Bytes when the record was written. It can be wrong for files that changed during the run.
    pub size: u64,
    /// POSIX `st_mode` with the type bits.
    pub mode: u32,
    /// Unix milliseconds.
    pub modified: Option<i64>,
    /// Unix milliseconds.
    pub birth: Option<i64>,
    pub protection_class: u8,
    /// Where a symbolic link leads. Never followed.
    pub target: Option<String>,
    /// A binary property list of extended attributes.
    pub extended_attributes: Option<Vec<u8>>,
    /// Whether the content is encrypted with a key of its own.
    pub has_key: bool,
}

/// The largest record that is decoded; real ones have 300 bytes to a few KiB.
const MAX_RECORD: usize = 1 << 20;

/// Decodes one record: a keyed archive whose root is an `MBFile`. Its times are Unix seconds.
pub(crate) fn decode(bytes: &[u8]) -> Result<Stat, ArchiveError> {
    if bytes.len() > MAX_RECORD {
        return Err(ArchiveError::TooBig);
    }
    let tree = unarchive(bytes)?;
    let fields = tree.as_dictionary().ok_or(ArchiveError::NotAnArchive)?;
    let mode = integer(fields, "Mode");
    if mode.is_none() && integer(fields, "Size").is_none() {
        return Err(ArchiveError::NotAnArchive);
    }
    Ok(Stat {
        size: integer(fields, "Size").and_then(|size| u64::try_from(size).ok()).unwrap_or(0),
        mode: mode.and_then(|mode| u32::try_from(mode).ok()).unwrap_or(0),
        modified: seconds(fields, "LastModified"),
        birth: seconds(fields, "Birth"),
        protection_class: integer(fields, "ProtectionClass").and_then(|class| u8::try_from(class).ok()).unwrap_or(0),
        target: fields.get("Target").and_then(Value::as_string).map(str::to_owned),
        extended_attributes: data(fields, "ExtendedAttributes"),
        has_key: data(fields, "EncryptionKey").is_some(),
    })
}

fn integer(fields: &Dictionary, name: &str) -> Option<i64> {
    fields.get(name)?.as_signed_integer()
}

fn seconds(fields: &Dictionary, name: &str) -> Option<i64> {
    let seconds = integer(fields, name).filter(|seconds| *seconds != 0)?;
    seconds.checked_mul(1000)
}

fn data(fields: &Dictionary, name: &str) -> Option<Vec<u8>> {
    fields.get(name)?.as_data().map(<[u8]>::to_vec)
}
