//! What earlier exports into the same folder wrote, so that a further one adds only what is new.
//!
//! Each export leaves the log `Exported.txt`: some lines of `name: value`, an empty line, then a line for each message
//! it wrote: the first 64 bits of the BLAKE3 of its guid, in hex. A further export is a folder inside the first, with a
//! log of its own; no file is ever changed.

use std::collections::HashSet;
use std::fs;
use std::path::Path;

use export::{FileWriter, FolderWriter, iso_time};

use super::super::Bubble;
use crate::log::{FILE, Lines};
use crate::{Error, Result};

const FORM: &str = "Heirloom export 1";
/// A longer line is none of ours.
const MOST_LINE: u64 = 4096;

/// Messages that need not be written again.
#[derive(Debug, Default)]
pub struct Earlier(HashSet<u64>);

impl Earlier {
    /// Reads the logs of the export in `folder` and of all that extended it.
    ///
    /// [`Error::NotAnExport`] when there is none, or one of something else than `name` in `format`.
    pub fn read(folder: &Path, name: &str, format: &str) -> Result<Earlier> {
        let mut earlier = Earlier::default();
        earlier.add(&folder.join(FILE), folder, name, format)?;
        let failed = |source| Error::Io { path: folder.to_owned(), source };
        for inside in fs::read_dir(folder).map_err(failed)? {
            let log = inside.map_err(failed)?.path().join(FILE);
            if log.is_file() {
                earlier.add(&log, folder, name, format)?;
            }
        }
        Ok(earlier)
    }

    pub fn holds(&self, bubble: &Bubble) -> bool {
        !bubble.guid.is_empty() && self.0.contains(&key(&bubble.guid))
    }

    fn add(&mut self, log: &Path, folder: &Path, name: &str, format: &str) -> Result<()> {
        let not = |why: String| Error::NotAnExport { path: folder.to_owned(), why };
        let lines = Lines::open(log, MOST_LINE);
        let mut lines = lines.map_err(|error| not(format!("{FILE} cannot be read: {error}")))?;
        if lines.next()?.as_deref() != Some(FORM) {
            return Err(not(format!("{FILE} is of a form that this release does not know")));
        }
        while let Some(line) = lines.next()?.filter(|line| !line.is_empty()) {
            match line.split_once(": ") {
                Some(("Of", of)) if of != name => return Err(not(format!("it holds {of}, not {name}"))),
                Some(("Format", of)) if of != format => {
                    return Err(not(format!("it was exported as {of}, not as {format}")));
                }
                _ => {}
            }
        }
        while let Some(line) = lines.next()? {
            self.0.extend(u64::from_str_radix(&line, 16).ok().filter(|_| line.len() == 16));
        }
        Ok(())
    }
}

/// The name of the folder that takes what is new.
pub fn folder_name() -> String {
    format!("Added {}", chrono::Local::now().format("%Y-%m-%d"))
}

/// The log of the export at hand.
pub struct Log(FileWriter);

impl Log {
    pub fn begin(folder: &mut FolderWriter, name: &str, format: &str) -> Result<Log> {
        let mut file = folder.begin(FILE)?;
        let now = iso_time(chrono::Utc::now().timestamp_millis()).unwrap_or_default();
        file.put(format!("{FORM}\nOf: {name}\nFormat: {format}\nDate: {now}\n\n").as_bytes())?;
        Ok(Log(file))
    }

    /// Notes a message that was written.
    pub fn add(&mut self, bubble: &Bubble) -> Result<()> {
        Ok(self.0.put(format!("{:016x}\n", key(&bubble.guid)).as_bytes())?)
    }

    pub fn finish(self) -> FileWriter {
        self.0
    }
}

/// What stands for a guid in a log.
fn key(guid: &str) -> u64 {
    let [a, b, c, d, e, f, g, h, ..] = *blake3::hash(guid.as_bytes()).as_bytes();
    u64::from_be_bytes([a, b, c, d, e, f, g, h])
}
