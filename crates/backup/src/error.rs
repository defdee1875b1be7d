use std::path::PathBuf;

/// What can go wrong with one backup. A bad row is not an error: see [`crate::Report`].
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Neither a manifest nor any of the plists is there.
    #[error("this folder is not an iPhone backup")]
    NotABackup,
    /// The manifest is not readable without the backup's password.
    #[error("this backup is encrypted")]
    Encrypted,
    /// The password does not open this backup, as typed or in another Unicode form.
    #[error("this password does not open the backup")]
    WrongPassword,
    /// The caller asked to stop.
    #[error("cancelled")]
    Cancelled,
    /// The key bag of an encrypted backup (in Manifest.plist) is missing or not readable: no password can open it.
    #[error("the keys of this backup are damaged")]
    KeybagDamaged,
    /// One file is encrypted with a key that this backup's password does not open.
    #[error("{domain}: {path} is locked with a key that is not in this backup")]
    KeyMissing { domain: String, path: String },
    /// A format of iOS 10.1 and older.
    #[error("this backup is in an old format: {0}")]
    OldFormat(OldFormat),
    /// The run that made it did not end: `SnapshotState` of Status.plist.
    #[error("this backup was never finished (its state is \"{state}\")")]
    Unfinished { state: String },
    /// Info.plist is there and holds nothing: the run was cut, or the disk was full.
    #[error("Info.plist of this backup is empty")]
    InfoEmpty,
    /// Manifest.db or Manifest.mbdb is there, yet it is not a readable list of files.
    #[error("the list of files of this backup is damaged")]
    ManifestDamaged {
        #[source]
        source: Option<rusqlite::Error>,
    },
    /// A plist that must be readable is not.
    #[error("{name} of this backup is damaged")]
    PlistDamaged {
        name: &'static str,
        #[source]
        source: crate::plists::PlistError,
    },
    /// The manifest lists the file, its bytes are not in the backup.
    #[error("the content of {domain}: {path} is missing from this backup")]
    ContentMissing { domain: String, path: String },
    /// An entry whose file identifier is not 40 lowercase hex digits: it is never followed.
    #[error("{domain}: {path} has no valid file identifier")]
    BadFileId { domain: String, path: String },
    /// The manifest's record of one file (size, dates, mode) cannot be decoded.
    #[error("the record of {domain}: {path} is damaged")]
    RecordDamaged { domain: String, path: String },
    /// A database inside the backup that SQLite cannot open.
    #[error("the database {domain}: {path} is damaged")]
    DatabaseDamaged {
        domain: String,
        path: String,
        #[source]
        source: rusqlite::Error,
    },
    /// Reading a file of the backup failed.
    #[error("cannot read {path} of the backup")]
    Read {
        path: String,
        #[source]
        source: std::io::Error,
    },
    /// Writing a private copy failed.
    #[error("cannot write the private copy {}", path.display())]
    Scratch {
        path: PathBuf,
        #[source]
        source: std::io::Error,
    },
}

pub type Result<T> = std::result::Result<T, Error>;

/// Backups that are recognised and named, not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OldFormat {
    /// `Manifest.mbdx`, iOS 4 and older.
    Mbdx,
    /// Encrypted with iOS 10.0 or 10.1: a plain Manifest.db with encrypted records.
    Ios10Encrypted,
}

impl std::fmt::Display for OldFormat {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            OldFormat::Mbdx => "made by iOS 4 or older",
            OldFormat::Ios10Encrypted => "encrypted by iOS 10.0 or 10.1",
        })
    }
}
