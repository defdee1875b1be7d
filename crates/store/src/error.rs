//! What can go wrong with a store; one variant is one situation.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use crate::seal::KeyId;

/// The result of this crate.
pub type Result<T> = std::result::Result<T, Error>;

/// Why something with a store did not work.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The location holds no store.
    #[error("there is no store in {}", location.display())]
    NoStore { location: PathBuf },
    /// The store was moved away; `to` is its new place as the computer `host` knows it.
    #[error("the store of {} was moved to {} by {host}", location.display(), to.display())]
    Moved { location: PathBuf, to: PathBuf, host: String },
    /// A move to this location has begun and not ended: it is no store yet.
    #[error("a move from {} to {} has not ended", from.display(), location.display())]
    HalfMoved { location: PathBuf, from: PathBuf },
    /// No finished move left anything here.
    #[error("nothing was moved away from {}", location.display())]
    NotMoved { location: PathBuf },
    /// A newer release of Heirloom wrote the store.
    #[error("the store in {} needs a newer release (its format is {format})", location.display())]
    NewerFormat { location: PathBuf, format: u64 },
    /// STORE.json cannot be understood.
    #[error("{} is damaged", path.display())]
    StoreFileDamaged { path: PathBuf },
    /// A device name that is not 1 to 64 of `0-9 A-Z a-z -`, or that differs from one in the store in upper and lower
    /// case only: some volumes would take both for one.
    #[error("not a usable device name: {udid:?}")]
    BadDevice { udid: String },
    /// A path that may not be part of a version.
    #[error("not a usable path: {path:?}")]
    BadPath { path: String },
    /// A file stands where a folder is needed.
    #[error("not a folder: {path}")]
    NotAFolder { path: String },
    /// A folder stands where a file is to be written.
    #[error("is a folder: {path}")]
    IsAFolder { path: String },
    /// The source of a rename or copy is missing.
    #[error("no such file or folder: {path}")]
    NotFound { path: String },
    /// A rename or copy of a folder into itself, or onto one that holds it.
    #[error("{from} and {to} lie inside one another")]
    InsideItself { from: String, to: String },
    /// No version of that number.
    #[error("device {udid} has no version {seq}")]
    NoVersion { udid: String, seq: u64 },
    /// The record of a version cannot be trusted.
    #[error("the record {} cannot be used: {damage}", path.display())]
    RecordDamaged { path: PathBuf, damage: Damage },
    /// A stored file is missing or not what was stored.
    #[error("the stored content of {path} is damaged: {damage}")]
    ObjectDamaged { path: String, damage: ObjectDamage },
    /// The content of a file is stored in a way only a newer release knows.
    #[error("{path} is stored in a way this release does not know (codec {codec})")]
    UnknownCodec { path: String, codec: u8 },
    /// Another session writes to this device, here or on another computer.
    #[error("device {udid} is being written to by {holder}")]
    DeviceBusy { udid: String, holder: String },
    /// Sessions or a clean-up are at work in the store, here or on another computer.
    #[error("the store is being written to by {holder}")]
    StoreBusy { holder: String },
    /// A record that some file may still rely on cannot be read: nothing may be cleaned up.
    #[error("the record {} cannot be read, so nothing is cleaned up: {damage}", path.display())]
    RecordUnreadable { path: PathBuf, damage: Damage },
    /// A sealed record, or the next one, needs a key that is not at hand.
    #[error("{} needs the key {key}", path.display())]
    KeyNeeded { path: PathBuf, key: KeyId },
    /// Not the written form of a key: too short, too long, or a letter is wrong.
    #[error("this is not the written form of a key")]
    NotAKey,
    /// A key that nothing in this store was sealed with.
    #[error("nothing here was sealed with the key {key}")]
    OtherKey { key: KeyId },
    /// The system has no random bytes to make a key or a record of.
    #[error("the system gives no random bytes: {source}")]
    NoRandomness { source: io::Error },
    /// The version is pinned.
    #[error("version {seq} of device {udid} is pinned")]
    Pinned { udid: String, seq: u64 },
    /// Content offered to mend a damaged object is not what was stored.
    #[error("the content is not the one that was stored as {expected}")]
    OtherContent { expected: String },
    /// The folder to export to holds something already.
    #[error("{} is not an empty folder", path.display())]
    NotEmpty { path: PathBuf },
    /// A file that was being taken in changed meanwhile.
    #[error("{} changed while it was being read", path.display())]
    SourceChanged { path: PathBuf },
    /// The volume is full. Both in bytes.
    #[error("the disk is full: {needed} bytes needed, {free} free")]
    DiskFull { needed: u64, free: u64 },
    /// An earlier write of this session failed; it can be kept or discarded, not committed.
    #[error("an earlier write of this session failed")]
    SessionFailed,
    /// A list grew beyond what a record may hold.
    #[error("too many files for one version")]
    TooLarge,
    /// Reading or writing failed.
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
}

/// Why a version record cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Damage {
    /// Shorter or longer than it says.
    WrongLength,
    /// The first bytes are not those of a record.
    NotARecord,
    /// A newer release wrote it.
    NewerFormat,
    /// The checksum over the head does not fit.
    HeadChecksum,
    /// The checksum over the whole record does not fit.
    Checksum,
    /// A length or number is beyond what a record may hold.
    Limit,
    /// The notes cannot be understood.
    Notes,
    /// The list cannot be unpacked or breaks its own rules.
    List,
    /// It belongs to another device or number than its place says.
    WrongPlace,
    /// Another record has the same number.
    DuplicateNumber,
    /// It is sealed, and whole as far as that can be told without its key, which is not at hand.
    KeyNeeded(KeyId),
    /// It was not sealed with the key it names, or was changed since.
    Seal,
    /// It was damaged when last looked at, and has been put aside.
    PutAside,
    /// It could not be read.
    Unreadable(io::ErrorKind),
}

/// Why stored content cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectDamage {
    /// The object is not there.
    Missing,
    /// It has another length. Both in bytes.
    WrongLength { expected: u64, found: u64 },
    /// Its bytes are not those that were stored.
    WrongBytes,
    /// It could not be read.
    Unreadable(io::ErrorKind),
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Damage::WrongLength => "it is cut short or has a wrong length",
            Damage::NotARecord => "it is not a version record",
            Damage::NewerFormat => "a newer release wrote it",
            Damage::HeadChecksum => "the checksum of its head does not fit",
            Damage::Checksum => "its checksum does not fit",
            Damage::Limit => "it asks for more than a record may hold",
            Damage::Notes => "its notes cannot be understood",
            Damage::List => "its file list cannot be understood",
            Damage::WrongPlace => "it belongs to another place",
            Damage::PutAside => "it was damaged before and has been put aside",
            Damage::DuplicateNumber => "another record has the same number",
            Damage::KeyNeeded(key) => return write!(f, "it is sealed, and the key {key} is not at hand"),
            Damage::Seal => "its seal is broken",
            Damage::Unreadable(kind) => return write!(f, "it cannot be read ({kind})"),
        })
    }
}

impl fmt::Display for ObjectDamage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ObjectDamage::Missing => f.write_str("it is missing"),
            ObjectDamage::WrongLength { expected, found } => {
                write!(f, "it has {found} bytes instead of {expected}")
            }
            ObjectDamage::WrongBytes => f.write_str("its bytes have changed"),
            ObjectDamage::Unreadable(kind) => write!(f, "it cannot be read ({kind})"),
        }
    }
}

impl Damage {
    /// Why the record at `path` cannot be used, as an error.
    pub(crate) fn of(self, path: PathBuf) -> Error {
        match self {
            Damage::KeyNeeded(key) => Error::KeyNeeded { path, key },
            damage => Error::RecordDamaged { path, damage },
        }
    }
}

/// Adds the path to an I/O error; a full disk becomes [`Error::DiskFull`].
pub(crate) fn at(path: &Path) -> impl FnOnce(io::Error) -> Error + '_ {
    move |source| writing(path, 0)(source)
}

/// What a name, a folder or a few lines take of a disk, in bytes.
const BLOCK: u64 = 4096;

/// As [`at`], for a write of `needed` bytes; 0 where it is no content that is written.
pub(crate) fn writing(path: &Path, needed: u64) -> impl FnOnce(io::Error) -> Error + '_ {
    move |source| match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Error::DiskFull {
            needed: if needed == 0 { BLOCK } else { needed },
            free: path.parent().and_then(|folder| fs4::available_space(folder).ok()).unwrap_or(0),
        },
        _ => Error::Io { path: path.to_path_buf(), source },
    }
}

impl From<Error> for io::Error {
    /// Keeps the kind, so that a caller that speaks `io` can still tell a full disk from a bad path.
    fn from(error: Error) -> io::Error {
        let kind = match &error {
            Error::Io { source, .. } => source.kind(),
            Error::DiskFull { .. } => io::ErrorKind::StorageFull,
            Error::NotFound { .. } | Error::NoVersion { .. } | Error::NoStore { .. } => io::ErrorKind::NotFound,
            Error::Moved { .. } | Error::HalfMoved { .. } | Error::NotMoved { .. } => io::ErrorKind::NotFound,
            Error::BadPath { .. } | Error::BadDevice { .. } | Error::InsideItself { .. } | Error::NotAKey => {
                io::ErrorKind::InvalidInput
            }
            Error::KeyNeeded { .. } | Error::OtherKey { .. } => io::ErrorKind::PermissionDenied,
            Error::NoRandomness { source } => source.kind(),
            Error::NotAFolder { .. } => io::ErrorKind::NotADirectory,
            Error::IsAFolder { .. } => io::ErrorKind::IsADirectory,
            Error::RecordDamaged { .. } | Error::ObjectDamaged { .. } | Error::StoreFileDamaged { .. } => {
                io::ErrorKind::InvalidData
            }
            Error::RecordUnreadable { .. } | Error::OtherContent { .. } => io::ErrorKind::InvalidData,
            Error::DeviceBusy { .. } | Error::StoreBusy { .. } | Error::Pinned { .. } => io::ErrorKind::ResourceBusy,
            Error::NotEmpty { .. } => io::ErrorKind::DirectoryNotEmpty,
            Error::SourceChanged { .. } => io::ErrorKind::InvalidData,
            Error::NewerFormat { .. } | Error::UnknownCodec { .. } | Error::SessionFailed | Error::TooLarge => {
                io::ErrorKind::Other
            }
        };
        io::Error::new(kind, error)
    }
}
