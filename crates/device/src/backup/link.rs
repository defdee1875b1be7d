//! The bytes of a DeviceLink connection: one buffer in, parsed in place; every wait has a deadline.

use super::deadlines::{AMID_FILES, GOODBYE};
use super::stop::Stop;
use crate::stream::{Socket, lost};
use crate::{Error, Result};
use bytes::{Buf, Bytes, BytesMut};
use plist::Value;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use wire::{devicelink, frame};
use zeroize::Zeroizing;

/// Read at once. Pieces of it are handed to the files thread without copying.
const READ: usize = 256 << 10;
/// Less room than this in the buffer, and a new one is begun.
const READ_LEAST: usize = 64 << 10;
/// Sent at once, unless it has to go.
const WRITE: usize = 128 << 10;
const SENDING: &str = "sending to the device";

pub(super) struct Link {
    socket: Socket,
    buffer: BytesMut,
    /// Bytes to be sent, gathered: each write becomes a TLS record of its own.
    out: Vec<u8>,
    pub(super) stop: Stop,
}

impl Link {
    pub(super) fn new(socket: Socket, stop: Stop) -> Link {
        Link { socket, buffer: BytesMut::with_capacity(READ), out: Vec::new(), stop }
    }

    /// Reads at least one byte more; safe to drop while waiting. [`Error::Disconnected`] at the end.
    pub(super) async fn fill(&mut self) -> Result<()> {
        if self.buffer.capacity() - self.buffer.len() < READ_LEAST {
            self.buffer.reserve(READ);
        }
        match self.socket.read_buf(&mut self.buffer).await.map_err(lost("reading from the device"))? {
            0 => Err(Error::Disconnected),
            _ => Ok(()),
        }
    }

    /// A whole message, if the buffer holds one.
    pub(super) fn buffered_message(&mut self) -> Result<Option<Value>> {
        let Some(prefix) = self.buffer.first_chunk::<4>() else { return Ok(None) };
        let length = frame::length(*prefix, frame::BACKUP_LIMIT)?;
        if self.buffer.len() - 4 < length {
            return Ok(None);
        }
        self.buffer.advance(4);
        Ok(Some(frame::decode(&self.buffer.split_to(length))?))
    }

    /// The next message, waiting at most `limit` for all of it.
    pub(super) async fn message(&mut self, limit: Duration, doing: &'static str) -> Result<Value> {
        let stop = self.stop.soon.clone();
        let reading = async {
            loop {
                if let Some(message) = self.buffered_message()? {
                    return Ok(message);
                }
                self.fill().await?;
            }
        };
        tokio::select! {
            biased;
            () = stop.cancelled() => Err(self.stop.error()),
            message = crate::stream::within(limit, doing, reading) => message,
        }
    }

    /// Exactly four bytes, inside a batch of files.
    pub(super) async fn four(&mut self) -> Result<[u8; 4]> {
        self.need(4).await?;
        let mut four = [0; 4];
        self.buffer.copy_to_slice(&mut four);
        Ok(four)
    }

    pub(super) async fn byte(&mut self) -> Result<u8> {
        self.need(1).await?;
        Ok(self.buffer.get_u8())
    }

    /// Exactly `length` bytes; meant for lengths that were checked.
    pub(super) async fn exactly(&mut self, length: usize) -> Result<Bytes> {
        self.need(length).await?;
        Ok(self.buffer.split_to(length).freeze())
    }

    /// Between 1 and `most` bytes, whatever has arrived.
    pub(super) async fn some(&mut self, most: usize) -> Result<Bytes> {
        self.need(1).await?;
        let length = self.buffer.len().min(most);
        Ok(self.buffer.split_to(length).freeze())
    }

    /// Waits inside a batch of files: silence, the end of the connection and a wish to stop end it.
    async fn need(&mut self, length: usize) -> Result<()> {
        while self.buffer.len() < length {
            let stop = self.stop.now.clone();
            tokio::select! {
                biased;
                () = stop.cancelled() => return Err(self.stop.error()),
                filled = tokio::time::timeout(AMID_FILES, self.fill()) => {
                    filled.unwrap_or(Err(Error::TimedOut { doing: "receiving files" }))?;
                }
            }
        }
        Ok(())
    }

    pub(super) async fn send(&mut self, message: &Value) -> Result<()> {
        // It may carry a password.
        let bytes = Zeroizing::new(frame::encode_binary(message)?);
        self.send_gathered().await?;
        let sending = async {
            self.socket.write_all(&bytes).await?;
            self.socket.flush().await
        };
        sent(&self.stop, sending).await
    }

    /// Gathers raw bytes; [`Link::flush`] sees them out.
    pub(super) async fn send_bytes(&mut self, bytes: &[u8]) -> Result<()> {
        self.out.extend_from_slice(bytes);
        if self.out.len() >= WRITE { self.send_gathered().await } else { Ok(()) }
    }

    async fn send_gathered(&mut self) -> Result<()> {
        sent(&self.stop, self.socket.write_all(&self.out)).await?;
        self.out.clear();
        Ok(())
    }

    pub(super) async fn flush(&mut self) -> Result<()> {
        self.send_gathered().await?;
        sent(&self.stop, self.socket.flush()).await
    }

    /// Says goodbye, briefly and whatever happens.
    pub(super) async fn disconnect(mut self) {
        let goodbye = async {
            if let Ok(bytes) = frame::encode_binary(&devicelink::disconnect()) {
                let _ = self.socket.write_all(&bytes).await;
                let _ = self.socket.shutdown().await;
            }
        };
        let _ = tokio::time::timeout(GOODBYE, goodbye).await;
    }
}

/// Waits until bytes are taken: silence, the end of the connection and a wish to stop end it.
async fn sent(stop: &Stop, sending: impl Future<Output = std::io::Result<()>>) -> Result<()> {
    tokio::select! {
        biased;
        () = stop.now.cancelled() => Err(stop.error()),
        sent = tokio::time::timeout(AMID_FILES, sending) => match sent {
            Ok(sent) => sent.map_err(lost(SENDING)),
            Err(_) => Err(Error::TimedOut { doing: SENDING }),
        }
    }
}
