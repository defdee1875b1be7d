//! Files to the phone (`protocol.md` 2.7.5), in blocks its backup agent survives.

use super::aim::Aim;
use super::session::{Answer, Session, below};
use super::{BackupFiles, Phase, Unreadable, errno};
use crate::Result;
use plist::{Dictionary, Value};
use std::io::{self, Read};
use std::sync::Arc;
use tokio::sync::mpsc;
use wire::devicelink::{BLOCK_TO_DEVICE, block, block_header, status};

/// What was read ahead is handed over in batches of about so many bytes or pieces, of which so many wait.
const BATCH_BYTES: usize = 256 << 10;
const BATCH_PIECES: usize = 256;
const AHEAD: usize = 4;
/// So many files of one list are told missing by name in its status; each was told in its place already.
const NAMED: usize = 10_000;
/// Overall percent at which a restore has sent everything.
const ALL: f64 = 100.0;

/// Of the files wanted, in their order.
enum Piece {
    Data(Vec<u8>),
    /// The end of a file, or the status number of what went wrong.
    End(Option<i64>),
}

impl Session<'_> {
    /// Sends the files the phone wants, in its order. One that fails is told so, and the next follows.
    pub(super) async fn send_files(&mut self, paths: Vec<String>, progress: Option<f64>) -> Result<Answer> {
        let paths = Arc::new(paths);
        let (pieces, read) = mpsc::channel(AHEAD);
        let (wanted, folders) = (paths.clone(), self.folders.clone());
        let reading = self.worker.begin_work(move |files| {
            let mut ahead = Ahead { pieces, batch: Vec::new(), bytes: 0 };
            // Ends early when nobody wants more.
            let _ = ahead.read_all(files, &wanted, &folders);
        });
        let reading = reading.await?;
        let failures = self.pass_on(&paths, read, progress).await?;
        reading.done().await?;
        self.link.send_bytes(&[0; 4]).await?;
        self.link.flush().await?;
        self.report.progress(progress);
        if self.aim == Aim::Restore && progress.is_some_and(|percent| percent >= ALL) {
            self.report.phase(Phase::Finishing);
        }
        if failures.is_empty() {
            return Ok(Answer::done());
        }
        Ok(Answer { code: status::MULTI, text: Some("Multi status"), payload: Value::Dictionary(failures) })
    }

    /// Sends what is read; returns what failed, as the status names it.
    async fn pass_on(
        &mut self,
        paths: &[String],
        mut read: mpsc::Receiver<Vec<Piece>>,
        progress: Option<f64>,
    ) -> Result<Dictionary> {
        let start = self.report.percent();
        let mut failures = Dictionary::new();
        let mut batch = Vec::new().into_iter();
        for (at, path) in paths.iter().enumerate() {
            // A path of no length would be the end of the list: it is told missing in the status alone.
            let named = !path.is_empty();
            if named {
                let length = u32::try_from(path.len()).unwrap_or(u32::MAX);
                self.link.send_bytes(&length.to_be_bytes()).await?;
                self.link.send_bytes(path.as_bytes()).await?;
            }
            let failed = loop {
                match batch.next() {
                    Some(Piece::Data(data)) => self.send_block(&data).await?,
                    Some(Piece::End(failed)) => break failed,
                    None => batch = read.recv().await.ok_or(crate::Error::FilesStopped)?.into_iter(),
                }
            };
            match failed {
                None => self.link.send_bytes(&block_header(block::SUCCESS, 0)).await?,
                Some(code) => {
                    let text = errno::text(code);
                    if named {
                        self.link.send_bytes(&block_header(block::LOCAL_ERROR, text.len())).await?;
                        self.link.send_bytes(text.as_bytes()).await?;
                    }
                    self.missed(path, text);
                    if failures.len() < NAMED {
                        failures.insert(path.clone(), failure(code));
                    }
                }
            }
            if self.aim == Aim::Restore && failed.is_none() {
                self.report.file_done();
            }
            self.report.partly(start, progress, (at + 1) as f64 / paths.len() as f64);
        }
        Ok(failures)
    }

    async fn send_block(&mut self, data: &[u8]) -> Result<()> {
        self.link.send_bytes(&block_header(block::DATA, data.len())).await?;
        self.link.send_bytes(data).await?;
        if self.aim == Aim::Restore {
            self.report.moved(data.len() as u64);
            self.report.tick();
        }
        Ok(())
    }

    /// Remembers content that a restore asked for in vain.
    fn missed(&mut self, path: &str, text: &str) {
        if self.aim == Aim::Restore
            && self.is_content(path)
            && let Ok(inside) = self.inside(path)
        {
            let (device_path, path) = (path.to_string(), inside.to_string());
            self.report.unreadable(Unreadable { device_path, path, text: text.to_string() });
        }
    }
}

fn failure(code: i64) -> Value {
    let mut failure = Dictionary::new();
    failure.insert("DLFileErrorString".into(), errno::text(code).into());
    failure.insert("DLFileErrorCode".into(), code.into());
    Value::Dictionary(failure)
}

/// Nobody takes pieces any more.
struct Unwanted;

/// Reads on the files' thread, ahead of the socket.
struct Ahead {
    pieces: mpsc::Sender<Vec<Piece>>,
    batch: Vec<Piece>,
    bytes: usize,
}

impl Ahead {
    fn read_all(
        &mut self,
        files: &mut dyn BackupFiles,
        paths: &[String],
        folders: &[String],
    ) -> std::result::Result<(), Unwanted> {
        for path in paths {
            let failed = match below(folders, path) {
                Ok(inside) => match files.open_read(inside) {
                    Ok(file) => self.read(file)?,
                    Err(error) => Some(errno::code(&error)),
                },
                // For reads "not found" is the answer phones take best, whatever the path.
                Err(_) => Some(status::NOT_FOUND),
            };
            self.push(Piece::End(failed), 0)?;
        }
        self.hand_over()
    }

    /// One file's data; the status number of what went wrong, if anything did.
    fn read(&mut self, mut file: Box<dyn Read + Send>) -> std::result::Result<Option<i64>, Unwanted> {
        loop {
            match next_block(&mut file) {
                Ok(data) if data.is_empty() => return Ok(None),
                Ok(data) => {
                    let length = data.len();
                    self.push(Piece::Data(data), length)?;
                }
                Err(error) => return Ok(Some(errno::code(&error))),
            }
        }
    }

    fn push(&mut self, piece: Piece, bytes: usize) -> std::result::Result<(), Unwanted> {
        self.batch.push(piece);
        self.bytes += bytes;
        if self.bytes >= BATCH_BYTES || self.batch.len() >= BATCH_PIECES { self.hand_over() } else { Ok(()) }
    }

    fn hand_over(&mut self) -> std::result::Result<(), Unwanted> {
        self.bytes = 0;
        self.pieces.blocking_send(std::mem::take(&mut self.batch)).map_err(|_| Unwanted)
    }
}

fn next_block(file: &mut Box<dyn Read + Send>) -> io::Result<Vec<u8>> {
    // Small files are many: the buffer starts at what most of them need.
    let mut data = Vec::with_capacity(4 << 10);
    file.take(BLOCK_TO_DEVICE as u64).read_to_end(&mut data)?;
    Ok(data)
}
