//! The line to the host: messages out, one status back for each, files both ways. The faults of the session are made here.

use super::{Ended, HOST_FULL, Step};
use crate::Faults;
use crate::faults::{HUGE_LENGTH, of_other_types};
use crate::stream::{Raw, invalid};
use plist::{Dictionary, Value};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use wire::{devicelink as dl, frame};

pub(super) struct Host {
    stream: BufReader<Raw>,
    pub faults: Faults,
    sent: u64,
    messages: u64,
}

/// What the host answered to a message.
#[derive(Debug)]
pub(super) struct Status {
    pub code: i64,
    pub payload: Value,
}

/// Why a file did not come from the host.
#[derive(Debug)]
pub(super) struct Absent {
    /// The host's number for it (`protocol.md` 2.7.6).
    pub code: i64,
    pub text: String,
}

impl Status {
    /// Anything but success ends the session with `code`; a full disk has its own number.
    pub fn expect(self, code: i64, doing: &str) -> Step<Value> {
        match self.code {
            dl::status::OK => Ok(self.payload),
            dl::status::NO_SPACE => Err(Ended::failed(HOST_FULL, format!("{doing}: the host is out of space"))),
            other => Err(Ended::failed(code, format!("{doing}: the host answered {other}"))),
        }
    }
}

impl Host {
    pub fn new(stream: Raw, faults: Faults) -> Host {
        Host { stream: BufReader::with_capacity(64 << 10, stream), faults, sent: 0, messages: 0 }
    }

    /// Sends a message that gets no status.
    pub async fn send(&mut self, message: Vec<Value>) -> Step<()> {
        self.messages += 1;
        if self.faults.cut_at_message == Some(self.messages) {
            return Err(Ended::Gone);
        }
        if let Some((_, silence)) = self.faults.stall.filter(|(at, _)| *at == self.messages) {
            tokio::time::sleep(silence).await;
        }
        if self.faults.huge_length_at_message == Some(self.messages) {
            self.write(&HUGE_LENGTH).await?;
            self.write(&[0; 64]).await?;
            self.flush().await?;
            // A host in its right mind leaves; one that waits for 4 GiB is left after a while.
            let _ = tokio::time::timeout(Duration::from_secs(30), self.left()).await;
            return Err(Ended::Gone);
        }
        let mut message = message;
        if self.faults.wrong_types_at_message == Some(self.messages) {
            let name = message.remove(0);
            message = std::iter::once(name).chain(message.into_iter().map(of_other_types)).collect();
        }
        let bytes = frame::encode_binary(&Value::Array(message)).map_err(invalid)?;
        self.write(&bytes).await?;
        self.flush().await
    }

    /// Sends a message and waits for its status.
    pub async fn ask(&mut self, message: Vec<Value>) -> Step<Status> {
        self.send(message).await?;
        self.status().await
    }

    /// The status of what was sent last.
    pub async fn status(&mut self) -> Step<Status> {
        let Some(Value::Array(items)) = self.receive().await? else { return Err(Ended::Gone) };
        let mut items = items.into_iter();
        match items.next().as_ref().and_then(Value::as_string) {
            Some("DLMessageStatusResponse") => {}
            other => {
                tracing::debug!(?other, "the host left or did not answer");
                return Err(Ended::Gone);
            }
        }
        let code = items.next().as_ref().and_then(dl::signed).ok_or_else(|| invalid("a status without a code"))?;
        let payload = items.nth(1).unwrap_or(Value::Boolean(false));
        Ok(Status { code, payload })
    }

    /// The next plist from the host; `None` when it is gone.
    pub async fn receive(&mut self) -> Step<Option<Value>> {
        let mut prefix = [0; 4];
        if !crate::stream::fill(&mut self.stream, &mut prefix).await? {
            return Ok(None);
        }
        let mut body = vec![0; frame::length(prefix, frame::BACKUP_LIMIT).map_err(invalid)?];
        self.stream.read_exact(&mut body).await?;
        Ok(Some(frame::decode(&body).map_err(invalid)?))
    }

    /// Sends bytes, as far as the faults of the session let them through.
    pub async fn write(&mut self, bytes: &[u8]) -> Step<()> {
        let room = self.faults.cut_after_bytes.map_or(u64::MAX, |limit| limit - self.sent);
        let cut = room < bytes.len() as u64;
        // `room` is below the length of a slice where it counts.
        let bytes = if cut { &bytes[..room as usize] } else { bytes };
        self.sent += bytes.len() as u64;
        match self.faults.split {
            None => self.stream.write_all(bytes).await?,
            Some(size) => {
                for piece in bytes.chunks(size.max(1)) {
                    self.stream.write_all(piece).await?;
                    self.stream.flush().await?;
                }
            }
        }
        if cut {
            self.flush().await?;
            return Err(Ended::Gone);
        }
        Ok(())
    }

    pub async fn flush(&mut self) -> Step<()> {
        Ok(self.stream.flush().await?)
    }

    /// Returns once the host says something unasked or is gone.
    pub async fn left(&mut self) {
        let _ = self.stream.fill_buf().await;
    }

    /// Asks for files and hands their bytes to `sink` with the index of the path. One that the host cannot send is its error text.
    pub async fn download(
        &mut self,
        paths: &[String],
        progress: f64,
        sink: &mut (dyn FnMut(usize, &[u8]) + Send),
    ) -> Step<Vec<Result<(), Absent>>> {
        let asked = paths.iter().map(|path| path.as_str().into()).collect();
        self.send(vec![
            "DLMessageDownloadFiles".into(),
            Value::Array(asked),
            empty(),
            Value::Real(progress),
            Value::from(0),
        ])
        .await?;
        let mut results = Vec::new();
        loop {
            let length = self.stream.read_u32().await?;
            if length == 0 {
                break;
            }
            let asked = paths.get(results.len()).map_or(0, String::len);
            if length as usize > asked.max(wire::path::LIMIT) {
                return Err(invalid("a path of the host is too long").into());
            }
            let mut path = vec![0; length as usize];
            self.stream.read_exact(&mut path).await?;
            let index = results.len();
            if paths.get(index).map(String::as_bytes) != Some(&path[..]) {
                return Err(invalid("the host sent a file that was not asked for, or out of turn").into());
            }
            results.push(self.file(|bytes| sink(index, bytes)).await?);
        }
        let status = self.status().await?;
        if status.code == dl::status::OK && (results.len() < paths.len() || results.iter().any(Result::is_err)) {
            return Err(Ended::failed(103, "the host answered 0 but did not send every file"));
        }
        // idevicebackup2 stops at the first file it lacks (`protocol.md` 1.4).
        results.resize(paths.len(), Err("not sent".into()));
        let absent = |(path, result): (&String, Result<(), String>)| {
            result.map_err(|text| Absent { code: code_of(&status, path), text })
        };
        Ok(paths.iter().zip(results).map(absent).collect())
    }

    /// The blocks of one file. Blocks over 32 KiB get the backup agent of a real phone killed (`protocol.md` 2.7.5).
    async fn file(&mut self, mut sink: impl FnMut(&[u8]) + Send) -> Step<Result<(), String>> {
        let mut block = Vec::new();
        loop {
            let mut prefix = [0; 4];
            self.stream.read_exact(&mut prefix).await?;
            let Some(length) = dl::block_length(prefix).map_err(invalid)? else { return Ok(Ok(())) };
            if length > dl::BLOCK_TO_DEVICE {
                tracing::warn!(length, "the host sent a block no phone survives");
                return Err(Ended::Gone);
            }
            let code = self.stream.read_u8().await?;
            block.resize(length, 0);
            self.stream.read_exact(&mut block).await?;
            match code {
                dl::block::DATA => sink(&block),
                dl::block::SUCCESS => return Ok(Ok(())),
                _ => return Ok(Err(String::from_utf8_lossy(&block).into_owned())),
            }
        }
    }

    pub async fn make_folder(&mut self, path: &str) -> Step<Status> {
        self.ask(vec!["DLMessageCreateDirectory".into(), path.into(), empty(), Value::Real(0.0)]).await
    }

    pub async fn rename(&mut self, moves: Dictionary, progress: f64) -> Step<()> {
        let message =
            vec!["DLMessageMoveItems".into(), Value::Dictionary(moves), empty(), Value::Real(progress), Value::from(0)];
        self.ask(message).await?.expect(100, "moving").map(drop)
    }

    pub async fn copy(&mut self, from: &str, to: &str) -> Step<()> {
        let message =
            vec!["DLMessageCopyItem".into(), from.into(), to.into(), empty(), Value::Real(0.0), Value::from(0)];
        self.ask(message).await?.expect(100, "copying").map(drop)
    }

    pub async fn remove(&mut self, paths: Vec<Value>, progress: f64) -> Step<()> {
        let message =
            vec!["DLMessageRemoveItems".into(), Value::Array(paths), empty(), Value::Real(progress), Value::from(0)];
        self.ask(message).await?.expect(100, "removing").map(drop)
    }

    /// What is in a folder; empty when the host has no such folder.
    pub async fn list(&mut self, path: &str) -> Step<Dictionary> {
        let status = self.ask(vec!["DLContentsOfDirectory".into(), path.into(), empty()]).await?;
        match status.payload {
            Value::Dictionary(names) if status.code == dl::status::OK => Ok(names),
            _ => Ok(Dictionary::new()),
        }
    }

    pub async fn free_space(&mut self) -> Step<u64> {
        let payload = self.ask(vec!["DLMessageGetFreeDiskSpace".into()]).await?.expect(100, "asking for space")?;
        let real = |value: &Value| value.as_real().map(|bytes| bytes as u64);
        payload
            .as_unsigned_integer()
            .or_else(|| real(&payload))
            .ok_or_else(|| invalid("free space is no number").into())
    }
}

/// What the status of a download says of one file.
fn code_of(status: &Status, path: &str) -> i64 {
    let about = status.payload.as_dictionary().and_then(|files| files.get(path)?.as_dictionary());
    about.and_then(|about| dl::signed(about.get("DLFileErrorCode")?)).unwrap_or(status.code)
}

pub(super) fn empty() -> Value {
    Value::Dictionary(Dictionary::new())
}

impl From<Ended> for io::Error {
    fn from(ended: Ended) -> io::Error {
        match ended {
            Ended::Gone => io::ErrorKind::UnexpectedEof.into(),
            Ended::Failed { text, .. } => io::Error::other(text),
        }
    }
}
