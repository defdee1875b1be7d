//! The log of a running session, on this computer: what was done to the virtual file system, line by line.
//!
//! `<16 hex digits of the line's BLAKE3> <JSON>`; reading ends before the first line that is torn.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

use data_encoding::BASE64;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::entries::LARGEST_INSIDE;
use crate::error::at;
use crate::layout::{Hash, hex};
use crate::{Error, Result};

/// The longest line: the content of a file, a path of 4 KiB, each character escaped, and room for the rest.
const LONGEST_LINE: u64 = LARGEST_INSIDE * 4 / 3 + (64 << 10);

/// One line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Line {
    /// The first line, and only that.
    Begin(Begin),
    File {
        path: String,
        /// Lower-case hex.
        hash: String,
        size: u64,
        modified: i64,
    },
    /// A file that is to lie in the sealed record and nowhere else in the store.
    Inside {
        path: String,
        /// In Base64.
        content: String,
        modified: i64,
    },
    Folder {
        path: String,
        modified: i64,
    },
    Rename {
        from: String,
        to: String,
    },
    Copy {
        from: String,
        to: String,
    },
    Remove {
        path: String,
    },
}

/// What a session began with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Begin {
    pub udid: String,
    pub store: Uuid,
    pub session: Uuid,
    /// Unix milliseconds.
    pub started: i64,
    /// The session that made the version below, or the newest when nothing lies below; `None` when there was no version.
    pub newest: Option<Uuid>,
    /// The highest number of a version then; missing in older logs, whose version below was always the newest.
    #[serde(default)]
    pub last: Option<u64>,
    /// Whether the newest version lies below the changes, or nothing does.
    pub over_newest: bool,
    /// Whether it was to start from nothing, as for an import: no later backup goes on with that.
    #[serde(default)]
    pub from_nothing: bool,
    /// The source everything comes from, where it is one that can be gone on with; `from_nothing` then.
    #[serde(default)]
    pub source: Option<u64>,
}

/// The name of the log of a device in a store. `udid` has passed the check of the layout.
pub(crate) fn name(store: &str, udid: &str) -> String {
    format!("{store}.{udid}.log")
}

impl Line {
    pub fn file(path: &str, hash: &Hash, size: u64, modified: i64) -> Line {
        Line::File { path: path.to_owned(), hash: hex(hash), size, modified }
    }

    pub fn inside(path: &str, content: &[u8], modified: i64) -> Line {
        Line::Inside { path: path.to_owned(), content: BASE64.encode(content), modified }
    }

    /// What [`Line::Inside`] holds.
    pub fn content(base64: &str) -> Option<Vec<u8>> {
        BASE64.decode(base64.as_bytes()).ok()
    }
}

fn check_of(json: &[u8]) -> String {
    blake3::hash(json).to_hex()[..16].to_owned()
}

/// Appends lines, buffered.
pub(crate) struct Log {
    path: PathBuf,
    output: BufWriter<File>,
    /// After a failed line none may follow: a log with a gap would tell of a state that never was.
    broken: bool,
}

impl Log {
    /// A new log over any older one.
    pub fn start(path: &Path, begin: Begin) -> Result<Log> {
        let file = File::create(path).map_err(at(path))?;
        let mut log = Log { path: path.to_path_buf(), output: BufWriter::with_capacity(64 << 10, file), broken: false };
        log.add(&Line::Begin(begin))?;
        log.flush()?;
        Ok(log)
    }

    /// Goes on with a log after its first `length` bytes.
    pub fn go_on(path: &Path, length: u64) -> Result<Log> {
        let file = OpenOptions::new().append(true).open(path).map_err(at(path))?;
        file.set_len(length).map_err(at(path))?;
        Ok(Log { path: path.to_path_buf(), output: BufWriter::with_capacity(64 << 10, file), broken: false })
    }

    /// Appends a line. After a failure every later call fails, too.
    pub fn add(&mut self, line: &Line) -> Result<()> {
        if self.broken {
            return Err(Error::SessionFailed);
        }
        let json = serde_json::to_vec(line).map_err(|error| at(&self.path)(error.into()))?;
        let mut write = || {
            self.output.write_all(check_of(&json).as_bytes())?;
            self.output.write_all(b" ")?;
            self.output.write_all(&json)?;
            self.output.write_all(b"\n")
        };
        let written = write();
        self.broken = written.is_err();
        written.map_err(at(&self.path))
    }

    pub fn flush(&mut self) -> Result<()> {
        if self.broken {
            return Err(Error::SessionFailed);
        }
        self.output.flush().map_err(at(&self.path))
    }

    /// Flushes to the disk, not only to the system.
    pub fn sync(&mut self) -> Result<()> {
        self.flush()?;
        self.output.get_ref().sync_all().map_err(at(&self.path))
    }

    pub fn path(&self) -> &Path {
        &self.path
    }
}

/// Reads the whole lines of a log.
pub(crate) struct Lines {
    path: PathBuf,
    input: BufReader<File>,
    /// The length of the lines handed out, in bytes.
    pub length: u64,
}

impl Lines {
    /// The opening line and what follows it; `None` when there is no such log or its first line is torn.
    pub fn open(path: &Path) -> Result<Option<(Begin, Lines)>> {
        let file = match File::open(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            result => result.map_err(at(path))?,
        };
        let input = BufReader::with_capacity(64 << 10, file);
        let mut lines = Lines { path: path.to_path_buf(), input, length: 0 };
        Ok(match lines.next()? {
            Some(Line::Begin(begin)) => Some((begin, lines)),
            _ => None,
        })
    }

    /// The next line; `None` at the end or before a torn line.
    pub fn next(&mut self) -> Result<Option<Line>> {
        let mut bytes = Vec::new();
        let mut input = (&mut self.input).take(LONGEST_LINE);
        input.read_until(b'\n', &mut bytes).map_err(at(&self.path))?;
        let Some((check, json)) = bytes.strip_suffix(b"\n").and_then(|line| line.split_at_checked(17)) else {
            return Ok(None);
        };
        if check[16] != b' ' || check[..16] != *check_of(json).as_bytes() {
            return Ok(None);
        }
        let line = serde_json::from_slice(json).ok();
        if line.is_some() {
            self.length += bytes.len() as u64;
        }
        Ok(line)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin() -> Begin {
        let (store, session) = (Uuid::from_u128(1), Uuid::from_u128(2));
        Begin {
            udid: "A".into(),
            store,
            session,
            started: 3,
            newest: None,
            last: None,
            over_newest: true,
            from_nothing: false,
            source: None,
        }
    }

    #[test]
    fn a_torn_tail_is_ignored_and_written_over() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.log");
        let mut log = Log::start(&path, begin()).unwrap();
        log.add(&Line::file("a\n\"b", &[7; 32], 9, 4)).unwrap();
        log.flush().unwrap();
        let whole = std::fs::metadata(&path).unwrap().len();
        log.add(&Line::Remove { path: "a".into() }).unwrap();
        drop(log);
        let bytes = std::fs::read(&path).unwrap();
        for cut in whole as usize..bytes.len() {
            std::fs::write(&path, &bytes[..cut]).unwrap();
            let (found, mut lines) = Lines::open(&path).unwrap().unwrap();
            assert_eq!(found, begin());
            assert_eq!(lines.next().unwrap(), Some(Line::file("a\n\"b", &[7; 32], 9, 4)));
            assert_eq!(lines.next().unwrap(), None);
            assert_eq!(lines.length, whole);
        }
        let mut log = Log::go_on(&path, whole).unwrap();
        log.add(&Line::Folder { path: "f".into(), modified: 1 }).unwrap();
        drop(log);
        let (_, mut lines) = Lines::open(&path).unwrap().unwrap();
        lines.next().unwrap();
        assert_eq!(lines.next().unwrap(), Some(Line::Folder { path: "f".into(), modified: 1 }));
    }

    #[test]
    fn every_flipped_bit_ends_the_reading() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.log");
        drop(Log::start(&path, begin()).unwrap());
        let bytes = std::fs::read(&path).unwrap();
        for place in 0..bytes.len() {
            let mut flipped = bytes.clone();
            flipped[place] ^= 1;
            std::fs::write(&path, &flipped).unwrap();
            assert!(Lines::open(&path).unwrap().is_none(), "byte {place}");
        }
    }
}
