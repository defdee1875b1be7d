//! Files from the phone (`protocol.md` 2.7.4): one batch, read to its end whatever happens, then one status.

use super::session::{Answer, STATUS, Session};
use super::worker::Settled;
use super::{Refused, Unreadable, errno};
use crate::Result;
use bytes::Bytes;
use wire::devicelink::{self, block, status};
use wire::path::Refusal;

/// Longest path read at all; longer "lengths" mean that the stream is out of step.
const PATH_CAP: u32 = 64 << 10;
/// So much of an error text is kept.
const TEXT_KEPT: usize = 4 << 10;
/// What a phone wants left beside its files (`protocol.md` 2.7.12).
const SPARE: u64 = 128 << 20;
/// So many blocks before one that is out of step are logged.
const TRAIL: usize = 64;
/// Said of a file whose data ended with an error that has no words.
const ENDED_EARLY: &str = "it may have ended early";

/// How one file ended.
enum End {
    /// Its data, to the last byte.
    Plain,
    /// Another code than "data", with its text.
    Told { code: u8, text: String },
}

/// The progress of one batch.
struct Batch {
    start: f64,
    progress: Option<f64>,
    total: Option<u64>,
    received: u64,
    /// The first path that was not taken.
    refusal: Option<Refusal>,
}

impl Session<'_> {
    /// Receives a batch of files.
    pub(super) async fn receive(&mut self, progress: Option<f64>, total: Option<u64>) -> Result<Answer> {
        let start = self.report.percent();
        let mut batch = Batch { start, progress, total, received: 0, refusal: None };
        while let Some(device_path) = self.path().await? {
            let Some(path) = self.path().await? else { break };
            self.file(device_path, path, &mut batch).await?;
        }
        let settled = self.worker.settle().await?;
        if settled.full && self.failure.is_none() {
            self.short_of(total.unwrap_or(0).saturating_sub(settled.bytes)).await?;
        }
        self.settled(&settled);
        self.report.progress(progress);
        Ok(match (settled.full, &settled.failure, batch.refusal) {
            (true, ..) => Answer::failed(status::NO_SPACE),
            (false, Some((_, error)), _) => Answer::failed(errno::code(error)),
            (false, None, Some(refusal)) => Answer::refused(refusal),
            (false, None, None) => Answer::done(),
        })
    }

    /// A length and a path; `None` at the end of the batch.
    async fn path(&mut self) -> Result<Option<Bytes>> {
        match u32::from_be_bytes(self.link.four().await?) {
            0 => Ok(None),
            length if length > PATH_CAP => {
                self.in_step(Err(wire::Error::TooLong { length: length.into(), limit: PATH_CAP.into() }))
            }
            length => Ok(Some(self.link.exactly(length as usize).await?)),
        }
    }

    async fn file(&mut self, device_path: Bytes, path: Bytes, batch: &mut Batch) -> Result<()> {
        let device_path = String::from_utf8_lossy(&device_path).into_owned();
        let full_path = String::from_utf8_lossy(&path).into_owned();
        // A replaced character would name another file than the phone meant.
        let checked = if std::str::from_utf8(&path).is_ok() { self.inside(&full_path) } else { Err(Refusal::Wild) };
        match checked.map(str::to_string) {
            Ok(path) if !path.is_empty() => self.wanted(device_path, path, batch).await,
            refused => {
                self.report.refused(Refused::Path { path: full_path });
                batch.refusal.get_or_insert(refused.err().unwrap_or(Refusal::Wild));
                self.skip(batch).await
            }
        }
    }

    /// Stores one file. It begins with its first data, so that an unreadable one leaves no trace of being empty.
    async fn wanted(&mut self, device_path: String, path: String, batch: &mut Batch) -> Result<()> {
        let mut begun = false;
        let end = loop {
            let Some((code, length)) = self.block().await? else { break End::Plain };
            if code != block::DATA {
                break self.end(code, length).await?;
            }
            if length > 0 && !begun {
                begun = true;
                self.worker.begin(device_path.clone(), path.clone()).await?;
            }
            let mut left = length;
            while left > 0 {
                let piece = self.link.some(left).await?;
                left -= piece.len();
                self.count(piece.len(), batch);
                self.worker.write(piece).await?;
            }
        };
        if let (End::Told { code, text }, false) = (&end, begun) {
            self.worker.abort(device_path.clone(), path.clone(), *code, text.clone()).await?;
            self.report.unreadable(Unreadable { device_path, path, text: text.clone() });
            return Ok(());
        }
        if !begun {
            self.worker.begin(device_path.clone(), path.clone()).await?;
        }
        self.worker.commit().await?;
        self.report.file_done();
        self.status_sent |= path == STATUS;
        if let End::Told { text, .. } = end {
            // Without a text this is how some phones end a file, but a cut one would look the same.
            let text = if text.is_empty() { ENDED_EARLY.to_string() } else { text };
            self.report.suspect(Unreadable { device_path, path, text });
        }
        Ok(())
    }

    /// Reads a file that is not taken.
    async fn skip(&mut self, batch: &mut Batch) -> Result<()> {
        while let Some((code, length)) = self.block().await? {
            let mut left = length;
            while left > 0 {
                let piece = self.link.some(left).await?.len();
                left -= piece;
                self.count(piece, batch);
            }
            if code != block::DATA {
                break;
            }
        }
        Ok(())
    }

    /// A block's code and payload length; `None` when a bare zero ends the file.
    async fn block(&mut self) -> Result<Option<(u8, usize)>> {
        let length = devicelink::block_length(self.link.four().await?);
        let Some(length) = self.in_step(length)? else { return Ok(None) };
        let code = self.link.byte().await?;
        if self.trail.len() == TRAIL {
            self.trail.pop_front();
        }
        self.trail.push_back((code, length));
        Ok(Some((code, length)))
    }

    /// `length`, or into the log what came before one that cannot be: codes and lengths, no content (`protocol.md` 3,
    /// row 1).
    fn in_step<T>(&self, length: wire::Result<T>) -> Result<T> {
        length.map_err(|error| {
            tracing::warn!(%error, blocks = ?self.trail, "the device's files are out of step");
            error.into()
        })
    }

    /// Drains the block that ends a file.
    async fn end(&mut self, code: u8, length: usize) -> Result<End> {
        let mut text = Vec::new();
        let mut left = length;
        while left > 0 {
            let piece = self.link.some(left).await?;
            left -= piece.len();
            text.extend_from_slice(&piece[..piece.len().min(TEXT_KEPT - text.len())]);
        }
        Ok(match code {
            block::SUCCESS => End::Plain,
            code => End::Told { code, text: String::from_utf8_lossy(&text).into_owned() },
        })
    }

    fn count(&mut self, bytes: usize, batch: &mut Batch) {
        batch.received += bytes as u64;
        self.report.moved(bytes as u64);
        match batch.total {
            Some(total) if total > 0 => {
                self.report.partly(batch.start, batch.progress, batch.received as f64 / total as f64);
            }
            _ => self.report.tick(),
        }
    }

    /// The disk filled up amid a batch: how much is free now, and what the phone would need to go on.
    async fn short_of(&mut self, left: u64) -> Result<()> {
        self.free = self.worker.run(|files| files.free_space()).await?.ok();
        self.needed = Some(left.saturating_add(SPARE));
        Ok(())
    }

    fn settled(&mut self, settled: &Settled) {
        self.report.outcome.files += settled.files;
        self.report.outcome.bytes += settled.bytes;
        if let Some((path, error)) = &settled.failure {
            self.failed(path, error);
        }
    }
}
