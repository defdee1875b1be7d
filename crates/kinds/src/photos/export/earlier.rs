//! What an export wrote, so that a further run goes on with it.
//!
//! The log `Exported.txt` has some lines of `name: value`, an empty line, and a line for each file: BLAKE3, bytes, time of
//! the file in Unix milliseconds, a key for the file of the phone, path, path on the phone, with tabs between. It is written
//! as the export goes. A file that is not as the log says, or not in it, is hashed anew when one of its size is to be written.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use export::iso_time;

use super::layout::Stems;
use super::{Error, Result};
pub use crate::log::FILE as LOG;
use crate::log::Lines;

const FORM: &str = "Heirloom photos 1";
/// A longer line is none of ours.
const MOST_LINE: u64 = 16 << 10;
/// Folders in folders that are looked into; albums lie at most 16 deep.
const DEPTH: usize = 20;

/// The first half of a BLAKE3, which is enough to tell files apart.
pub type Digest = [u8; 16];

/// The files of earlier runs.
#[derive(Default)]
pub struct Earlier {
    root: PathBuf,
    files: Vec<Known>,
    by_key: HashMap<u64, Vec<usize>>,
    by_size: HashMap<u64, Vec<usize>>,
}

struct Known {
    path: PathBuf,
    /// `None` where it was not hashed since it changed.
    digest: Option<Digest>,
}

/// What the log says of a file.
struct Line {
    digest: Digest,
    bytes: u64,
    modified: i64,
    key: u64,
}

impl Earlier {
    /// Looks through the export in `root`; its files' names are taken from `stems`. What a run that was killed has left
    /// half-written is removed.
    ///
    /// [`Error::NotAnExport`] when there is none.
    pub fn read(root: &Path, stems: &mut Stems) -> Result<Earlier> {
        let mut lines = read_log(root)?;
        let mut earlier = Earlier { root: root.to_owned(), ..Earlier::default() };
        let mut folders = vec![(PathBuf::new(), 0)];
        while let Some((folder, depth)) = folders.pop() {
            let at = root.join(&folder);
            let failed = |source| Error::Io { path: at.clone(), source };
            for inside in fs::read_dir(&at).map_err(failed)? {
                let inside = inside.map_err(failed)?;
                let path = folder.join(inside.file_name());
                let data = inside.metadata().map_err(failed)?;
                if data.is_dir() && depth < DEPTH {
                    folders.push((path, depth + 1));
                } else if data.is_file() && path.extension().is_some_and(|end| end == "part") {
                    let _ = fs::remove_file(inside.path());
                } else if data.is_file() {
                    stems.take(&path);
                    let line = lines.remove(path.to_string_lossy().replace('\\', "/").as_str());
                    let unchanged =
                        line.filter(|line| line.bytes == data.len() && Some(line.modified) == modified(&data));
                    earlier.add(path, data.len(), unchanged);
                }
            }
        }
        Ok(earlier)
    }

    fn add(&mut self, path: PathBuf, bytes: u64, line: Option<Line>) {
        let number = self.files.len();
        self.by_size.entry(bytes).or_default().push(number);
        if let Some(line) = &line {
            self.by_key.entry(line.key).or_default().push(number);
        }
        self.files.push(Known { path, digest: line.map(|line| line.digest) });
    }

    /// Where the file with that key is, unless it was changed; in that folder only, where one is given.
    pub fn of_key(&self, key: u64, folder: Option<&Path>) -> Option<&Path> {
        let known = self.by_key.get(&key)?.iter().map(|number| self.files[*number].path.as_path());
        known.into_iter().find(|path| folder.is_none_or(|folder| path.parent() == Some(folder)))
    }

    /// Whether there is a file of that size, so that it is worth looking at contents.
    pub fn any_of_size(&self, bytes: u64) -> bool {
        self.by_size.contains_key(&bytes)
    }

    /// Where a file with that content is; in that folder only, where one is given.
    pub fn of_content(&mut self, bytes: u64, digest: Digest, folder: Option<&Path>) -> Option<PathBuf> {
        for number in self.by_size.get(&bytes)? {
            let known = &mut self.files[*number];
            if folder.is_some_and(|folder| known.path.parent() != Some(folder)) {
                continue;
            }
            if known.digest.is_none() {
                known.digest = File::open(self.root.join(&known.path)).ok().and_then(|file| hash(file).ok());
            }
            if known.digest == Some(digest) {
                return Some(known.path.clone());
            }
        }
        None
    }
}

/// The hash of all that can be read.
pub fn hash(mut from: impl Read) -> std::io::Result<Digest> {
    let mut hasher = blake3::Hasher::new();
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match from.read(&mut buffer) {
            Ok(0) => return Ok(short(&hasher)),
            Ok(count) => drop(hasher.update(&buffer[..count])),
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

pub fn short(hasher: &blake3::Hasher) -> Digest {
    let mut digest = [0; 16];
    digest.copy_from_slice(&hasher.finalize().as_bytes()[..16]);
    digest
}

/// The log of an export, which is added to.
pub struct Log {
    file: File,
    path: PathBuf,
}

impl Log {
    /// Opens the log in `folder`, or begins one.
    pub fn open(folder: &Path) -> Result<Log> {
        let path = folder.join(LOG);
        let failed = |source| Error::Io { path: path.clone(), source };
        let mut file = OpenOptions::new().read(true).append(true).create(true).open(&path).map_err(failed)?;
        if file.metadata().map_err(failed)?.len() == 0 {
            let now = iso_time(chrono::Utc::now().timestamp_millis()).unwrap_or_default();
            file.write_all(format!("{FORM}\nDate: {now}\n\n").as_bytes()).map_err(failed)?;
        } else {
            // A line that was cut must not run into the next one.
            let mut last = [0];
            file.seek(SeekFrom::End(-1)).and_then(|_| file.read_exact(&mut last)).map_err(failed)?;
            if last != *b"\n" {
                file.write_all(b"\n").map_err(failed)?;
            }
        }
        Ok(Log { file, path })
    }

    /// Notes a file that is whole at `path` below `root`.
    pub fn add(&mut self, root: &Path, path: &Path, digest: Digest, key: u64, on_phone: &str) -> Result<()> {
        let failed = |source| Error::Io { path: self.path.clone(), source };
        let data = fs::metadata(root.join(path)).map_err(failed)?;
        let hex: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        let on_phone: String = on_phone.chars().map(|c| if c.is_control() { '_' } else { c }).take(2000).collect();
        let here = path.to_string_lossy().replace('\\', "/");
        let (bytes, modified) = (data.len(), modified(&data).unwrap_or_default());
        let line = format!("{hex}\t{bytes}\t{modified}\t{key:016x}\t{here}\t{on_phone}\n");
        self.file.write_all(line.as_bytes()).map_err(failed)
    }
}

/// When a file was changed, Unix milliseconds.
fn modified(data: &fs::Metadata) -> Option<i64> {
    let at = data.modified().ok()?;
    let ms = match at.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_millis()).ok()?,
        Err(before) => -i64::try_from(before.duration().as_millis()).ok()?,
    };
    Some(ms)
}

/// The lines of a log by their path; of several for one path the last.
fn read_log(root: &Path) -> Result<HashMap<String, Line>> {
    let not = |why: String| Error::NotAnExport { path: root.to_owned(), why };
    let lines = Lines::open(&root.join(LOG), MOST_LINE);
    let mut lines = lines.map_err(|error| not(format!("{LOG} cannot be read: {error}")))?;
    if lines.next()?.as_deref() != Some(FORM) {
        return Err(not(format!(
            "{LOG} is not that of an export of photos, or of a form that this release does not know"
        )));
    }
    let mut files = HashMap::new();
    while let Some(line) = lines.next()? {
        files.extend(parse(&line));
    }
    Ok(files)
}

fn parse(line: &str) -> Option<(String, Line)> {
    let mut parts = line.split('\t');
    let hex = parts.next().filter(|hex| hex.len() == 32 && hex.is_ascii())?;
    let mut digest = [0; 16];
    for (at, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).ok()?;
    }
    let (bytes, modified) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    let key = u64::from_str_radix(parts.next()?, 16).ok()?;
    Some((parts.next()?.to_owned(), Line { digest, bytes, modified, key }))
}
