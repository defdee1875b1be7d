use std::io;
use std::path::{Path, PathBuf};

pub type Result<T> = std::result::Result<T, Error>;

/// What can stop an export.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The place being written to refused: full, read-only, gone.
    #[error("{}: {source}", path.display())]
    Write { path: PathBuf, source: io::Error },
    /// What was to be written could not be read.
    #[error("could not read what belongs into {}: {source}", path.display())]
    Read { path: PathBuf, source: io::Error },
    /// A table could not be passed on to its output.
    #[error("could not write a table: {0}")]
    Output(#[source] io::Error),
    /// A font or a picture that was laid out could not be put into a PDF.
    #[error("the PDF could not be put together: {why}")]
    Pdf { why: String },
    /// Thousands of files of that name are there already.
    #[error("no free name left for {}", path.display())]
    NoFreeName { path: PathBuf },
}

/// Puts the path into an I/O error of the writing side.
pub(crate) fn writing(path: &Path) -> impl FnOnce(io::Error) -> Error + '_ {
    move |source| Error::Write { path: path.to_owned(), source }
}
