use super::{Afc, Coming, DOING, with_nul};
use crate::{Error, Result};
use wire::afc::{op, status};

/// Bytes asked for at once; a phone may return less (`protocol.md` 2.5).
pub(super) const AT_ONCE: usize = 1 << 20;
const SMALL: usize = 1 << 10;

/// How a file is opened.
#[derive(Clone, Copy)]
#[repr(u64)]
pub(crate) enum Mode {
    Read = 1,
    /// Read and write; made when missing.
    Update = 2,
    /// Write; made when missing, emptied otherwise.
    Write = 3,
}

/// An open file on the phone. Closed when dropped: phones have few handles ("No file slots").
pub(crate) struct OpenFile {
    afc: Afc,
    path: String,
    handle: u64,
    closed: bool,
    /// Remove the file when dropped.
    unfinished: bool,
}

impl Afc {
    pub(crate) async fn open(&self, path: &str, mode: Mode) -> Result<OpenFile> {
        let (afc, path) = (self.clone(), path.to_string());
        // A task of its own: a handle that comes when nobody waits for it any more is closed again.
        let opening = tokio::spawn(async move {
            let arguments = [&(mode as u64).to_le_bytes()[..], &with_nul(&path)].concat();
            let answer = afc.send(&path, op::FILE_OPEN, arguments, Vec::new(), SMALL).get().await?;
            let handle = answer.body.first_chunk::<8>().filter(|_| answer.operation == op::FILE_OPEN_RESULT);
            let handle =
                u64::from_le_bytes(*handle.ok_or(Error::Unexpected { doing: "opening a file on the device" })?);
            Ok(OpenFile { afc, path, handle, closed: false, unfinished: false })
        });
        opening.await.unwrap_or(Err(Error::Unexpected { doing: DOING }))
    }

    /// As [`Afc::open`] for writing; unless it comes to [`OpenFile::move_to`] the file is removed again.
    pub(super) async fn create(&self, path: &str) -> Result<OpenFile> {
        let mut file = self.open(path, Mode::Write).await?;
        file.unfinished = true;
        Ok(file)
    }
}

impl OpenFile {
    pub(crate) async fn close(mut self) -> Result<()> {
        self.closed = true;
        self.afc.ask(&self.path, op::CLOSE, self.words([])).await.map(drop)
    }

    /// Closes a created file and gives it the name it is for, in the place of any other of that name.
    pub(super) async fn move_to(mut self, path: &str) -> Result<()> {
        self.closed = true;
        self.afc.ask(&self.path, op::CLOSE, self.words([])).await?;
        self.afc.replace(&self.path, path).await?;
        self.unfinished = false;
        Ok(())
    }

    /// Takes or drops a lock at once; `false` when another holds it.
    pub(crate) async fn lock(&self, how: u64) -> Result<bool> {
        match self.afc.ask(&self.path, op::LOCK, self.words([how])).await {
            Ok(_) => Ok(true),
            Err(Error::Afc { number: status::WOULD_BLOCK, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The whole file; `None` when it is longer than `limit`.
    pub(super) async fn read_all(&self, limit: usize) -> Result<Option<Vec<u8>>> {
        let mut content = Vec::new();
        loop {
            let piece = self.read(AT_ONCE).get().await?.body;
            if piece.is_empty() {
                return Ok(Some(content));
            }
            content.extend_from_slice(&piece);
            if content.len() > limit {
                return Ok(None);
            }
        }
    }

    /// Asks for the next bytes; none at the end.
    pub(super) fn read(&self, length: usize) -> Coming {
        self.afc.send(&self.path, op::READ, self.words([length as u64]), Vec::new(), length.max(SMALL))
    }

    /// Sends the next bytes.
    pub(super) fn write(&self, piece: Vec<u8>) -> Coming {
        self.afc.send(&self.path, op::WRITE, self.words([]), piece, SMALL)
    }

    fn words<const N: usize>(&self, more: [u64; N]) -> Vec<u8> {
        [self.handle].into_iter().chain(more).flat_map(u64::to_le_bytes).collect()
    }
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        if !self.closed {
            self.afc.tell(op::CLOSE, self.words([]));
        }
        if self.unfinished {
            self.afc.tell(op::REMOVE_PATH, with_nul(&self.path));
        }
    }
}
