//! What can go wrong while contents are made.

use std::path::{Path, PathBuf};

/// Why the contents could not be made or read.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or folder could not be read or written.
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: std::io::Error },
    /// A database could not be written or read.
    #[error("{path}: {source}")]
    Database { path: PathBuf, source: rusqlite::Error },
    /// The file of [`super::Contents::open`] comes from another phone or day.
    #[error("no such file on this phone: {domain} {path}")]
    NoSuchFile { domain: String, path: String },
}

pub type Result<T> = std::result::Result<T, Error>;

pub(crate) trait At<T> {
    /// Says which file an error is about.
    fn at(self, path: &Path) -> Result<T>;
}

impl<T> At<T> for std::io::Result<T> {
    fn at(self, path: &Path) -> Result<T> {
        self.map_err(|source| Error::Io { path: path.to_path_buf(), source })
    }
}

impl<T> At<T> for rusqlite::Result<T> {
    fn at(self, path: &Path) -> Result<T> {
        self.map_err(|source| Error::Database { path: path.to_path_buf(), source })
    }
}
