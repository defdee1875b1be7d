use std::path::{Path, PathBuf};

/// Why the pretend phone could not start or do what it was told.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{path}: {source}")]
    Io { path: PathBuf, source: std::io::Error },
    #[error("cannot listen on {address}: {source}")]
    Listen { address: String, source: std::io::Error },
    #[error("the made-up contents failed: {0}")]
    Contents(#[from] crate::contents::Error),
    #[error("the device key in {path} is not usable")]
    Key { path: PathBuf },
    #[error("{path} is not a property list this program wrote: {source}")]
    Plist { path: PathBuf, source: plist::Error },
    #[error("what {path} says of the backup password is not readable")]
    Vault { path: PathBuf },
    #[error("a backup of this phone is running")]
    BackingUp,
    #[error("the simulator has stopped")]
    Stopped,
}

pub type Result<T> = std::result::Result<T, Error>;

impl Error {
    pub(crate) fn io(path: &Path) -> impl FnOnce(std::io::Error) -> Error + '_ {
        move |source| Error::Io { path: path.to_owned(), source }
    }

    pub(crate) fn plist(path: &Path) -> impl FnOnce(plist::Error) -> Error + '_ {
        move |source| Error::Plist { path: path.to_owned(), source }
    }
}
