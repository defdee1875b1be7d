//! The log that an export leaves in its folder, for a further one.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// What every such log is called.
pub const FILE: &str = "Exported.txt";

/// The lines of a log, one at a time and none longer than a limit.
pub struct Lines {
    file: BufReader<File>,
    path: PathBuf,
    most: u64,
}

impl Lines {
    /// Lines of more than `most` bytes are cut into several.
    pub fn open(path: &Path, most: u64) -> std::io::Result<Lines> {
        Ok(Lines { file: BufReader::new(File::open(path)?), path: path.to_owned(), most })
    }

    /// The next line, without its end.
    pub fn next(&mut self) -> Result<Option<String>> {
        let mut line = Vec::new();
        let failed = |source| Error::Io { path: self.path.clone(), source };
        match (&mut self.file).take(self.most).read_until(b'\n', &mut line).map_err(failed)? {
            0 => Ok(None),
            _ => Ok(Some(String::from_utf8_lossy(&line).trim_end_matches(['\n', '\r']).to_owned())),
        }
    }
}
