use plist::{Dictionary, Value};

use crate::archive::{ArchiveError, unarchive};
use crate::{mbdb, mbfile};

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

/// A record with what only this crate needs of it.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Record {
    pub stat: Stat,
    /// As [`Stat::size`]; `None` where the record has none or it makes no sense.
    pub size: Option<u64>,
    /// Class and wrapped key of the content.
    pub key: Option<Vec<u8>>,
}

/// The largest record that is decoded; real ones have 300 bytes to a few KiB.
const MAX_RECORD: usize = 1 << 20;

/// Decodes one record: a keyed archive whose root is an `MBFile`, or one of an mbdb. Its times are Unix seconds.
pub(crate) fn decode(bytes: &[u8]) -> Result<Record, ArchiveError> {
    if bytes.len() > MAX_RECORD {
        return Err(ArchiveError::TooBig);
    }
    if bytes.starts_with(mbdb::MAGIC) {
        return mbdb::decode(bytes);
    }
    mbfile::read(bytes).map_or_else(|| decode_any(bytes), Ok)
}

/// The same by taking the whole archive apart.
pub(crate) fn decode_any(bytes: &[u8]) -> Result<Record, ArchiveError> {
    let tree = unarchive(bytes)?;
    let fields = tree.as_dictionary().ok_or(ArchiveError::NotAnArchive)?;
    let (mode, size) = (integer(fields, "Mode"), integer(fields, "Size"));
    if mode.is_none() && size.is_none() {
        return Err(ArchiveError::NotAnArchive);
    }
    let size = size.and_then(|size| u64::try_from(size).ok());
    let key = data(fields, "EncryptionKey");
    let stat = Stat {
        size: size.unwrap_or(0),
        mode: mode.and_then(|mode| u32::try_from(mode).ok()).unwrap_or(0),
        modified: seconds(fields, "LastModified"),
        birth: seconds(fields, "Birth"),
        protection_class: integer(fields, "ProtectionClass").and_then(|class| u8::try_from(class).ok()).unwrap_or(0),
        target: fields.get("Target").and_then(Value::as_string).map(str::to_owned),
        extended_attributes: data(fields, "ExtendedAttributes"),
        has_key: key.is_some(),
    };
    Ok(Record { stat, size, key })
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
