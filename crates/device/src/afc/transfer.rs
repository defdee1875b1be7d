//! Files in and out, with several pieces under way at once.

use super::file::AT_ONCE;
use super::{Afc, Coming, Mode, Shape};
use crate::{Error, Result};
use std::collections::VecDeque;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};

/// Pieces under way at once: the network is never idle, and memory stays at a few of them.
const IN_FLIGHT: usize = 4;

impl Afc {
    /// Copies a file off the phone; returns its length.
    ///
    /// [`Error::FileChanged`] when it ends before the length the phone gave at first; nothing else says that a file
    /// came whole. What is appended meanwhile is left out.
    pub(crate) async fn pull(
        &self,
        path: &str,
        to: &mut (dyn AsyncWrite + Unpin + Send),
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<u64> {
        let entry = self.info(path).await?;
        if entry.shape == Shape::Folder {
            return Err(Error::Afc { path: path.to_string(), number: wire::afc::status::IS_DIRECTORY });
        }
        let file = self.open(path, Mode::Read).await?;
        let mut asked: VecDeque<(u64, Coming)> = VecDeque::new();
        let (mut done, mut underway) = (0, 0);
        while done < entry.size {
            while asked.len() < IN_FLIGHT && done + underway < entry.size {
                let length = (entry.size - done - underway).min(AT_ONCE as u64);
                asked.push_back((length, file.read(length as usize)));
                underway += length;
            }
            let Some((length, coming)) = asked.pop_front() else { break };
            let piece = coming.get().await?.body;
            underway -= length;
            if piece.is_empty() {
                return Err(Error::FileChanged { path: path.to_string() });
            }
            done += piece.len() as u64;
            to.write_all(&piece).await.map_err(|source| Error::Files { path: path.to_string(), source })?;
            progress(done);
        }
        to.flush().await.map_err(|source| Error::Files { path: path.to_string(), source })?;
        Ok(done)
    }

    /// Copies a file onto the phone beside `path` and puts it there once it is whole; returns its length.
    pub(crate) async fn push(
        &self,
        path: &str,
        from: &mut (dyn AsyncRead + Unpin + Send),
        progress: &mut (dyn FnMut(u64) + Send),
    ) -> Result<u64> {
        let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let part = format!("{folder}/.{}.heirloom", uuid::Uuid::new_v4().simple());
        let file = self.create(&part).await?;
        let mut sent: VecDeque<(u64, Coming)> = VecDeque::new();
        let mut done = 0;
        loop {
            let mut piece = Vec::with_capacity(AT_ONCE);
            let read = (&mut *from).take(AT_ONCE as u64).read_to_end(&mut piece).await;
            let length = read.map_err(|source| Error::Files { path: path.to_string(), source })? as u64;
            if length > 0 {
                sent.push_back((length, file.write(piece)));
            }
            while sent.len() >= IN_FLIGHT || length == 0 {
                let Some((length, coming)) = sent.pop_front() else { break };
                coming.get().await?;
                done += length;
                progress(done);
            }
            if length == 0 {
                break;
            }
        }
        file.move_to(path).await?;
        Ok(done)
    }
}
