//! Files to the host: a thread makes their bytes, already in blocks, and the session sends them.

use super::host::{Host, empty};
use super::source::{Digesting, Source, UNKNOWN};
use super::survey::Survey;
use super::{CANCELLED, Ended, Step, broken, content_path, file_id};
use crate::contents::{FileKind, PhoneFile};
use crate::device::Device;
use crate::{Faults, Unreadable};
use plist::Value;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::mpsc;
use wire::devicelink::{block, block_header};

/// Payload of a data block (`protocol.md` 2.7.4).
const BLOCK: usize = 32 << 10;
/// Bytes handed to the session at once, and how many such pieces may wait.
const PIECE: usize = 256 << 10;
const WAITING: usize = 8;
/// A batch ends with the file that reaches either.
const BATCH_FILES: usize = 1000;
const BATCH_BYTES: u64 = 64 << 20;
/// Overall percent before and after the files.
const FIRST_PERCENT: f64 = 1.0;
const LAST_PERCENT: f64 = 90.0;

/// What the making thread hands over.
enum Piece {
    Batch { percent: f64, bytes: u64 },
    Data(Vec<u8>),
    EndOfBatch,
    Cancel,
}

/// Why the making stopped short.
enum Stop {
    /// The session is over: nobody takes more pieces.
    Unwanted,
    /// The phone itself failed; it said why in the log.
    Broken,
}

type Made = Result<(), Stop>;

fn failed(error: impl std::fmt::Display) -> Stop {
    broken(error);
    Stop::Broken
}

/// Sends every content file of the survey.
pub(super) async fn contents(device: &Arc<Device>, host: &mut Host, survey: &Arc<Survey>) -> Step<()> {
    let (sender, pieces) = mpsc::channel(WAITING);
    let (making_device, survey, faults) = (device.clone(), survey.clone(), host.faults.clone());
    let making = tokio::task::spawn_blocking(move || make_contents(&making_device, &survey, &faults, sender));
    send(device, host, pieces).await?;
    finished(making).await
}

/// A file of the backup's own, such as Status.plist.
pub(super) enum Own {
    Bytes(Vec<u8>),
    File(PathBuf),
}

/// Sends the backup's own files in one batch.
pub(super) async fn own_files(device: &Device, host: &mut Host, percent: f64, files: Vec<(String, Own)>) -> Step<()> {
    let (sender, pieces) = mpsc::channel(WAITING);
    let making = tokio::task::spawn_blocking(move || make_own_files(percent, files, sender));
    send(device, host, pieces).await?;
    finished(making).await
}

/// The host is in the middle of a batch when the making broke: only the end of the line can tell it.
async fn finished(making: tokio::task::JoinHandle<Made>) -> Step<()> {
    match making.await.map_err(broken)? {
        Ok(()) | Err(Stop::Unwanted) => Ok(()),
        Err(Stop::Broken) => Err(Ended::Gone),
    }
}

async fn send(device: &Device, host: &mut Host, mut pieces: mpsc::Receiver<Piece>) -> Step<()> {
    while let Some(piece) = pieces.recv().await {
        match piece {
            Piece::Batch { percent, bytes } => {
                host.send(vec!["DLMessageUploadFiles".into(), empty(), Value::Real(percent), bytes.into()]).await?;
            }
            Piece::Data(bytes) => host.write(&bytes).await?,
            Piece::EndOfBatch => {
                host.write(&[0; 4]).await?;
                host.flush().await?;
                host.status().await?.expect(104, "uploading")?;
            }
            Piece::Cancel => {
                device.post(wire::lockdown::notification::SYNC_CANCEL);
                host.write(&[0; 4]).await?;
                host.flush().await?;
                host.status().await?;
                return Err(Ended::failed(CANCELLED, "cancelled on the phone"));
            }
        }
    }
    Ok(())
}

/// Walks the phone again and makes the bytes of each file the survey says the host needs.
fn make_contents(device: &Device, survey: &Survey, faults: &Faults, sender: mpsc::Sender<Piece>) -> Made {
    let source = Source::new(device, survey.sealing.clone()).map_err(|_| Stop::Broken)?;
    let digests = BufWriter::new(File::create(survey.digests()).map_err(failed)?);
    let mut changed = survey.changed().map_err(failed)?;
    let mut next = changed.next().map_err(failed)?;
    let mut batches = Batches { device, source: &source, survey, faults, digests, maker: Maker::new(sender), files: 0 };
    let (mut batch, mut batch_bytes, mut bytes) = (Vec::new(), 0, 0);
    for file in source.files().map_err(|_| Stop::Broken)? {
        let Some(due) = &next else { break };
        if file.kind != FileKind::File || file_id(&file) != due.id {
            continue;
        }
        batch_bytes += due.size;
        batch.push(file);
        next = changed.next().map_err(failed)?;
        if next.is_none() || batch.len() == BATCH_FILES || batch_bytes >= BATCH_BYTES {
            bytes += batch_bytes;
            let done = (bytes as f64 / survey.bytes.max(1) as f64).min(1.0);
            batches.make(FIRST_PERCENT + (LAST_PERCENT - FIRST_PERCENT) * done, &batch)?;
            batch.clear();
            batch_bytes = 0;
        }
    }
    batches.digests.flush().map_err(failed)
}

struct Batches<'a> {
    device: &'a Device,
    source: &'a Source<'a>,
    survey: &'a Survey,
    faults: &'a Faults,
    /// What each file is, for the phone's memory.
    digests: BufWriter<File>,
    maker: Maker,
    /// Made so far.
    files: u64,
}

impl Batches<'_> {
    fn make(&mut self, percent: f64, files: &[PhoneFile]) -> Made {
        let sent = files.iter().filter(|file| !self.survey.present.contains(&file_id(file)));
        let bytes = sent.map(|file| self.source.sent_size(file)).sum();
        self.maker.hand(Piece::Batch { percent, bytes })?;
        for file in files {
            if self.faults.cancel_after_files == Some(self.files) {
                self.maker.hand_data()?;
                return self.maker.hand(Piece::Cancel);
            }
            self.files += 1;
            let is_this = |fault: &&Unreadable| fault.domain == file.domain && fault.path == file.path;
            let fault = self.faults.unreadable.iter().find(is_this);
            let id = file_id(file);
            let mut plain = Digesting::new(self.source.open(file).map_err(failed)?);
            if self.survey.present.contains(&id) {
                io::copy(&mut plain, &mut io::sink()).map_err(failed)?;
            } else {
                let device_path = format!("/.b/1/{}", file.path);
                let backup_path = format!("{}/Snapshot/{}", self.device.persona.udid, content_path(&id));
                let mut sealed = self.source.sealed(file, &id, &mut plain);
                self.maker.file(&device_path, &backup_path, &mut sealed, fault)?;
            }
            let digest = if fault.is_some() { UNKNOWN } else { plain.finish() };
            self.digests.write_all(&digest).map_err(failed)?;
        }
        self.maker.hand_data()?;
        self.maker.hand(Piece::EndOfBatch)
    }
}

fn make_own_files(percent: f64, files: Vec<(String, Own)>, sender: mpsc::Sender<Piece>) -> Made {
    let mut maker = Maker::new(sender);
    let mut bytes = 0;
    for (_, own) in &files {
        bytes += match own {
            Own::Bytes(bytes) => bytes.len() as u64,
            Own::File(path) => path.metadata().map_err(failed)?.len(),
        };
    }
    maker.hand(Piece::Batch { percent, bytes })?;
    for (backup_path, own) in files {
        let device_path = format!("/.b/1/{backup_path}");
        match own {
            Own::Bytes(bytes) => maker.file(&device_path, &backup_path, &mut bytes.as_slice(), None)?,
            Own::File(path) => {
                let mut file = File::open(path).map_err(failed)?;
                maker.file(&device_path, &backup_path, &mut file, None)?;
            }
        }
    }
    maker.hand_data()?;
    maker.hand(Piece::EndOfBatch)
}

/// Puts files into blocks and hands them over in pieces.
struct Maker {
    sender: mpsc::Sender<Piece>,
    buffer: Vec<u8>,
}

impl Maker {
    fn new(sender: mpsc::Sender<Piece>) -> Maker {
        Maker { sender, buffer: Vec::with_capacity(PIECE + 2 * BLOCK) }
    }

    fn hand(&mut self, piece: Piece) -> Made {
        self.sender.blocking_send(piece).map_err(|_| Stop::Unwanted)
    }

    fn hand_data(&mut self) -> Made {
        let full = std::mem::replace(&mut self.buffer, Vec::with_capacity(PIECE + 2 * BLOCK));
        self.hand(Piece::Data(full))
    }

    fn file(
        &mut self,
        device_path: &str,
        backup_path: &str,
        reader: &mut dyn Read,
        fault: Option<&Unreadable>,
    ) -> Made {
        for path in [device_path, backup_path] {
            // Paths of a phone are far below 4 GiB.
            self.buffer.extend_from_slice(&(path.len() as u32).to_be_bytes());
            self.buffer.extend_from_slice(path.as_bytes());
        }
        let mut left = fault.map_or(u64::MAX, |fault| fault.after);
        while left > 0 {
            let wanted = BLOCK.min(usize::try_from(left).unwrap_or(BLOCK));
            let filled = self.data_block(reader, wanted)?;
            left -= filled as u64;
            if self.buffer.len() >= PIECE {
                self.hand_data()?;
            }
            if filled < wanted {
                break;
            }
        }
        match fault {
            None => self.buffer.extend_from_slice(&block_header(block::SUCCESS, 0)),
            Some(fault) => {
                let text = "Input/output error";
                self.buffer.extend_from_slice(&block_header(fault.code, text.len()));
                self.buffer.extend_from_slice(text.as_bytes());
            }
        }
        Ok(())
    }

    /// One data block of up to `wanted` bytes; no block at the end of the file.
    fn data_block(&mut self, reader: &mut dyn Read, wanted: usize) -> Result<usize, Stop> {
        let header = self.buffer.len();
        let start = header + 5;
        self.buffer.resize(start + wanted, 0);
        let mut filled = 0;
        while filled < wanted {
            match reader.read(&mut self.buffer[start + filled..]) {
                Ok(0) => break,
                Ok(count) => filled += count,
                Err(error) => return Err(failed(error)),
            }
        }
        self.buffer[header..start].copy_from_slice(&block_header(block::DATA, filled));
        self.buffer.truncate(if filled == 0 { header } else { start + filled });
        Ok(filled)
    }
}
