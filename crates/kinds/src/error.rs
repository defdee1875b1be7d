use std::io;
use std::path::PathBuf;

pub type Result<T> = std::result::Result<T, Error>;

/// What can stop reading or exporting a kind.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(transparent)]
    Backup(#[from] backup::Error),
    #[error(transparent)]
    Export(#[from] export::Error),
    /// A whole query failed, not just a row.
    #[error("could not read the {kind}: {source}")]
    Database { kind: &'static str, source: rusqlite::Error },
    /// A file outside the backup could not be used.
    #[error("{}: {source}", path.display())]
    Io { path: PathBuf, source: io::Error },
    #[error("{kind} cannot be exported as {format}")]
    UnknownFormat { kind: &'static str, format: String },
    /// A folder that was to be extended holds no such export.
    #[error("{} cannot be extended: {why}", path.display())]
    NotAnExport { path: PathBuf, why: String },
    /// A pattern for the names of files makes no sense.
    #[error("\"{pattern}\" is no pattern for names: {why}")]
    NamePattern { pattern: String, why: String },
    /// A picture of the backup cannot be shown.
    #[error(transparent)]
    Picture(#[from] crate::pictures::Unreadable),
    #[error("cancelled")]
    Cancelled,
}
