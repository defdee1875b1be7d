//! A small AFC client: reading files and the sync lock (`protocol.md` 2.5).
//!
//! Closing a handle matters: phones have few ("No file slots"). Dropping the connection frees them all.

use crate::stream::{Socket, lost, within};
use crate::{Error, Result};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use wire::afc::{self, HEADER, Header, op, status};

const PATIENCE: Duration = Duration::from_secs(30);
const READ_AT_ONCE: u64 = 1 << 20;

/// How a file is opened.
#[derive(Clone, Copy)]
#[repr(u64)]
pub(crate) enum Mode {
    Read = 1,
    /// Read and write; made when missing.
    Update = 2,
}

pub(crate) struct Afc {
    socket: Socket,
    number: u64,
}

/// An open file on the phone.
#[derive(Clone, Copy)]
pub(crate) struct Handle(u64);

impl Afc {
    pub(crate) fn new(socket: Socket) -> Afc {
        Afc { socket, number: 0 }
    }

    pub(crate) async fn open(&mut self, path: &'static str, mode: Mode) -> Result<Handle> {
        let mut arguments = (mode as u64).to_le_bytes().to_vec();
        arguments.extend_from_slice(path.as_bytes());
        arguments.push(0);
        let (header, body) = self.ask(path, op::FILE_OPEN, &arguments).await?;
        match body.first_chunk::<8>() {
            Some(handle) if header.operation == op::FILE_OPEN_RESULT => Ok(Handle(u64::from_le_bytes(*handle))),
            _ => Err(Error::Unexpected { doing: "opening a file on the device" }),
        }
    }

    pub(crate) async fn close(&mut self, path: &'static str, handle: Handle) -> Result<()> {
        self.ask(path, op::CLOSE, &handle.0.to_le_bytes()).await.map(drop)
    }

    /// Takes or drops a lock at once; `false` when another holds it.
    pub(crate) async fn lock(&mut self, path: &'static str, handle: Handle, how: u64) -> Result<bool> {
        let arguments = [handle.0.to_le_bytes(), how.to_le_bytes()].concat();
        match self.ask(path, op::LOCK, &arguments).await {
            Ok(_) => Ok(true),
            Err(Error::Afc { number: status::WOULD_BLOCK, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// A whole small file. `None` when there is none, or it is longer than `limit`.
    pub(crate) async fn read_file(&mut self, path: &'static str, limit: usize) -> Result<Option<Vec<u8>>> {
        let handle = match self.open(path, Mode::Read).await {
            Ok(handle) => handle,
            Err(Error::Afc { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let content = self.read_open(path, handle, limit).await;
        if !matches!(content, Err(Error::Disconnected | Error::TimedOut { .. })) {
            self.close(path, handle).await?;
        }
        match content {
            Err(Error::Afc { .. }) => Ok(None),
            other => other,
        }
    }

    async fn read_open(&mut self, path: &'static str, handle: Handle, limit: usize) -> Result<Option<Vec<u8>>> {
        let mut content = Vec::new();
        loop {
            let arguments = [handle.0.to_le_bytes(), READ_AT_ONCE.to_le_bytes()].concat();
            let (_, piece) = self.ask(path, op::READ, &arguments).await?;
            if piece.is_empty() {
                return Ok(Some(content));
            }
            content.extend_from_slice(&piece);
            if content.len() > limit {
                return Ok(None);
            }
        }
    }

    /// Sends one operation; the reply's arguments and payload come as one.
    async fn ask(&mut self, path: &'static str, operation: u64, arguments: &[u8]) -> Result<(Header, Vec<u8>)> {
        self.number += 1;
        let packet = afc::encode(self.number, operation, arguments, &[]);
        within(PATIENCE, "reading files of the device", self.exchange(path, &packet)).await
    }

    async fn exchange(&mut self, path: &'static str, packet: &[u8]) -> Result<(Header, Vec<u8>)> {
        let doing = "reading files of the device";
        self.socket.write_all(packet).await.map_err(lost(doing))?;
        self.socket.flush().await.map_err(lost(doing))?;
        let mut header = [0; HEADER];
        self.socket.read_exact(&mut header).await.map_err(lost(doing))?;
        let header = Header::decode(header)?;
        let length = header.arguments() + header.payload();
        let mut body = Vec::new();
        (&mut self.socket).take(length as u64).read_to_end(&mut body).await.map_err(lost(doing))?;
        if body.len() < length {
            return Err(Error::Disconnected);
        }
        if header.number != self.number {
            return Err(Error::Unexpected { doing });
        }
        match (header.operation, body.first_chunk::<8>()) {
            (op::STATUS, Some(number)) => match u64::from_le_bytes(*number) {
                status::OK => Ok((header, Vec::new())),
                number => Err(Error::Afc { path, number }),
            },
            (op::STATUS, None) => Err(Error::Unexpected { doing }),
            _ => Ok((header, body)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::DuplexStream;
    use wire::afc::lock;

    async fn answer(far: &mut DuplexStream, operation: u64, arguments: &[u8], payload: &[u8]) -> (u64, Vec<u8>) {
        let mut header = [0; HEADER];
        far.read_exact(&mut header).await.unwrap();
        let header = Header::decode(header).unwrap();
        let mut body = vec![0; header.arguments() + header.payload()];
        far.read_exact(&mut body).await.unwrap();
        far.write_all(&afc::encode(header.number, operation, arguments, payload)).await.unwrap();
        (header.operation, body)
    }

    #[tokio::test]
    async fn a_file_is_read_to_its_end_and_closed() {
        let (near, mut far) = tokio::io::duplex(4096);
        let phone = tokio::spawn(async move {
            let opened = answer(&mut far, op::FILE_OPEN_RESULT, &7u64.to_le_bytes(), b"").await;
            assert_eq!(opened, (op::FILE_OPEN, [&1u64.to_le_bytes()[..], b"/a\0"].concat()));
            answer(&mut far, op::DATA, b"", b"one").await;
            answer(&mut far, op::DATA, b"", b"two").await;
            answer(&mut far, op::DATA, b"", b"").await;
            assert_eq!(answer(&mut far, op::STATUS, &[0; 8], b"").await, (op::CLOSE, 7u64.to_le_bytes().to_vec()));
            answer(&mut far, op::STATUS, &status::NOT_FOUND.to_le_bytes(), b"").await;
        });
        let mut afc = Afc::new(Box::new(near));
        assert_eq!(afc.read_file("/a", 100).await.unwrap().unwrap(), b"onetwo");
        assert_eq!(afc.read_file("/b", 100).await.unwrap(), None);
        phone.await.unwrap();
    }

    #[tokio::test]
    async fn a_held_lock_is_no_error() {
        let (near, mut far) = tokio::io::duplex(4096);
        let phone = tokio::spawn(async move {
            let asked = answer(&mut far, op::STATUS, &status::WOULD_BLOCK.to_le_bytes(), b"").await;
            assert_eq!(asked, (op::LOCK, [7u64.to_le_bytes(), 6u64.to_le_bytes()].concat()));
            answer(&mut far, op::STATUS, &[0; 8], b"").await;
        });
        let mut afc = Afc::new(Box::new(near));
        assert!(!afc.lock("/l", Handle(7), lock::EXCLUSIVE).await.unwrap());
        assert!(afc.lock("/l", Handle(7), lock::EXCLUSIVE).await.unwrap());
        phone.await.unwrap();
    }
}
