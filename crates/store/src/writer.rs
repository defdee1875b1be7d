//! One file on its way into a session.

use std::io::{self, Write};
use std::sync::Arc;

use crate::entries::LARGEST_INSIDE;
use crate::error::writing;
use crate::layout::Hash;
use crate::objects::{Objects, Part};
use crate::{Error, Result};

/// Up to this size a file stays in memory until it is whole, in bytes.
pub(crate) const LARGEST_HELD: usize = if cfg!(test) { 64 << 10 } else { 8 << 20 };

/// Takes the bytes of one file; nothing changes in the session before [`crate::Session::finish_file`].
///
/// Dropped or aborted, it leaves the older content of the path in place. A failed write is told by
/// [`crate::Session::finish_file`] once more, in full.
pub struct FileWriter {
    pub(crate) path: String,
    objects: Arc<Objects>,
    /// Whether it is to lie in the record: it stays in memory, whatever its size.
    inside: bool,
    content: Content,
    size: u64,
    failed: Option<Error>,
}

enum Content {
    Held(Vec<u8>),
    Streamed { part: Part, hasher: Box<blake3::Hasher> },
}

/// A file with all its bytes.
pub(crate) struct Whole {
    pub hash: Hash,
    pub size: u64,
    pub content: WholeContent,
}

pub(crate) enum WholeContent {
    /// For the record alone.
    Inside(Vec<u8>),
    Held(Vec<u8>),
    Part(Part),
}

impl FileWriter {
    pub(crate) fn new(path: &str, objects: Arc<Objects>, inside: bool) -> FileWriter {
        FileWriter { path: path.to_owned(), objects, inside, content: Content::Held(Vec::new()), size: 0, failed: None }
    }

    /// The path it was created for.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The bytes taken so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Forgets the new content. The same as dropping it.
    pub fn abort(self) {}

    pub(crate) fn finish(self) -> Result<Whole> {
        if let Some(error) = self.failed {
            return Err(error);
        }
        let inside = self.inside;
        Ok(match self.content {
            Content::Held(mut bytes) => {
                bytes.shrink_to_fit();
                let hash = *blake3::hash(&bytes).as_bytes();
                let content = if inside { WholeContent::Inside(bytes) } else { WholeContent::Held(bytes) };
                Whole { hash, size: self.size, content }
            }
            Content::Streamed { part, hasher } => {
                Whole { hash: *hasher.finalize().as_bytes(), size: self.size, content: WholeContent::Part(part) }
            }
        })
    }

    fn add(&mut self, data: &[u8]) -> Result<()> {
        if let Content::Held(bytes) = &mut self.content {
            let largest = if self.inside { LARGEST_INSIDE as usize } else { LARGEST_HELD };
            if bytes.len() + data.len() <= largest {
                bytes.extend_from_slice(data);
                return Ok(());
            }
            if self.inside {
                return Err(Error::TooLarge);
            }
            let held = std::mem::take(bytes);
            self.content = Content::Streamed { part: self.objects.part()?, hasher: Box::default() };
            self.stream(&held)?;
        }
        self.stream(data)
    }

    fn stream(&mut self, data: &[u8]) -> Result<()> {
        if let Content::Streamed { part, hasher } = &mut self.content {
            part.file.write_all(data).map_err(writing(&part.path, data.len() as u64))?;
            hasher.update(data);
        }
        Ok(())
    }
}

impl Write for FileWriter {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if self.failed.is_some() {
            return Err(Error::SessionFailed.into());
        }
        match self.add(data) {
            Ok(()) => {
                self.size += data.len() as u64;
                Ok(data.len())
            }
            Err(error) => {
                let told = match &error {
                    Error::Io { source, .. } => io::Error::new(source.kind(), error.to_string()),
                    other => io::Error::new(io::ErrorKind::StorageFull, other.to_string()),
                };
                self.failed = Some(error);
                Err(told)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
