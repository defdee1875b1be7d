//! Files of a folder on this computer taken into a session as they are, with their own times.

use std::fs::{File, Metadata, OpenOptions};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::UNIX_EPOCH;

use crate::error::at;
use crate::fault::point;
use crate::objects::Part;
use crate::session::Session;
use crate::writer::{Whole, WholeContent};
use crate::{Error, Result};

/// Smaller files are copied: sharing the blocks of one costs as much.
const SHARED_FROM: u64 = if cfg!(test) { 4 << 10 } else { 64 << 10 };
const CHUNK: usize = 256 << 10;

/// What became of a file that was to be taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// It is in the session now.
    Stored,
    /// It was in the session already, with this size and time.
    Earlier,
    /// It was told to stop before the end; the path is as it was.
    Stopped,
}

/// A file while it is being read.
struct Source<'a> {
    file: File,
    path: &'a Path,
    size: u64,
    /// Unix milliseconds.
    modified: i64,
}

impl<'a> Source<'a> {
    fn open(path: &'a Path) -> Result<Source<'a>> {
        let mut options = OpenOptions::new();
        options.read(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            // Neither follow a link nor wait for whoever writes to a pipe.
            options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK);
        }
        let file = options.open(path).map_err(at(path))?;
        let about = file.metadata().map_err(at(path))?;
        if !about.is_file() {
            return Err(at(path)(io::ErrorKind::InvalidInput.into()));
        }
        Ok(Source { file, path, size: about.len(), modified: modified(&about) })
    }

    /// Fails with [`Error::SourceChanged`] when it is not as it was opened.
    fn unchanged(&self) -> Result<()> {
        let now = self.file.metadata().map_err(at(self.path))?;
        if (now.len(), modified(&now)) == (self.size, self.modified) { Ok(()) } else { Err(self.changed()) }
    }

    fn changed(&self) -> Error {
        Error::SourceChanged { path: self.path.to_path_buf() }
    }
}

/// The time of a file in Unix milliseconds.
pub(crate) fn modified(about: &Metadata) -> i64 {
    let milliseconds = |since: std::time::Duration| i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    match about.modified().map(|time| time.duration_since(UNIX_EPOCH)) {
        Ok(Ok(after)) => milliseconds(after),
        Ok(Err(before)) => -milliseconds(before.duration()),
        Err(_) => 0,
    }
}

/// Told how many bytes were read; `false` ends it.
type Progress<'a> = &'a mut dyn FnMut(u64) -> bool;

impl Session {
    /// Puts the file `source` at `path`, with its own time. The source is only read.
    ///
    /// Where the volume can, the stored content shares its blocks with the source, until either is changed; nothing is
    /// copied then. Never a hard link: what is written to the source later reaches no version. A file that is at `path`
    /// with the same size and time, of an earlier try of the same [`crate::Base::Source`], is not read again.
    ///
    /// Fails with [`Error::SourceChanged`] when the source changes meanwhile.
    pub fn take_in(&mut self, path: &str, source: &Path, progress: Progress<'_>) -> Result<Taken> {
        self.tree.check_put(path)?;
        let source = Source::open(source)?;
        if self.get(path).is_some_and(|known| (known.size, known.modified) == (source.size, source.modified)) {
            return Ok(Taken::Earlier);
        }
        // What a sealed record carries must lie nowhere else.
        let part = if self.is_inside(path) { None } else { self.shared(&source)? };
        let whole = match part {
            Some(part) => hash_shared(part, &source, progress)?.inspect(|_| self.received.shared_bytes += source.size),
            None => self.copied(path, &source, progress)?,
        };
        let Some(whole) = whole else { return Ok(Taken::Stopped) };
        source.unchanged()?;
        point("source read");
        self.put_whole(path, whole, source.modified)?;
        Ok(Taken::Stored)
    }

    /// A part with the blocks of the source, where that can be.
    fn shared(&mut self, source: &Source<'_>) -> Result<Option<Part>> {
        if !self.shares || source.size < SHARED_FROM {
            return Ok(None);
        }
        let part = self.objects.shared_part(&source.file)?;
        // This volume cannot, or the source lies on another one: the other files will fare alike.
        self.shares = part.is_some();
        Ok(part)
    }

    fn copied(&mut self, path: &str, source: &Source<'_>, progress: Progress<'_>) -> Result<Option<Whole>> {
        let mut writer = self.create(path)?;
        let mut failed = None;
        let read = read_all(&source.file, source, &mut |bytes| {
            failed = writer.write_all(bytes).err();
            failed.is_none() && progress(bytes.len() as u64)
        })?;
        match (failed, read) {
            (None, false) => Ok(None),
            // A failed write is told in full by the writer.
            _ => writer.finish().map(Some),
        }
    }
}

/// What is in the part can change no more, so its hash is that of what is kept.
fn hash_shared(part: Part, source: &Source<'_>, progress: Progress<'_>) -> Result<Option<Whole>> {
    let mut hasher = blake3::Hasher::new();
    let read = read_all(&part.file, source, &mut |bytes| {
        hasher.update(bytes);
        progress(bytes.len() as u64)
    })?;
    let hash = *hasher.finalize().as_bytes();
    Ok(read.then_some(Whole { hash, size: source.size, content: WholeContent::Part(part) }))
}

/// Reads a file, which has to be as long as the source was; false when `take` wanted no more.
fn read_all(mut file: &File, source: &Source<'_>, take: &mut dyn FnMut(&[u8]) -> bool) -> Result<bool> {
    let mut buffer = vec![0; source.size.clamp(1, CHUNK as u64) as usize];
    let mut seen = 0;
    loop {
        match file.read(&mut buffer) {
            Ok(0) if seen == source.size => return Ok(true),
            Ok(0) => return Err(source.changed()),
            Ok(count) => {
                seen += count as u64;
                if seen > source.size {
                    return Err(source.changed());
                }
                if !take(&buffer[..count]) {
                    return Ok(false);
                }
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(at(source.path)(error)),
        }
    }
}
