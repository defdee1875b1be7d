//! Sockets, deadlines, and property lists over them.

use crate::{Error, Result};
use plist::{Dictionary, Value};
use std::io;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use wire::frame;
use zeroize::Zeroizing;

/// A connection to usbmuxd or to a phone's service, plain or TLS.
pub(crate) trait Pipe: AsyncRead + AsyncWrite + Unpin + Send + Sync + std::fmt::Debug {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send + Sync + std::fmt::Debug> Pipe for T {}
pub(crate) type Socket = Box<dyn Pipe>;

/// Fails with [`Error::TimedOut`] when `work` takes longer than `limit`.
pub(crate) async fn within<T>(
    limit: Duration,
    doing: &'static str,
    work: impl Future<Output = Result<T>>,
) -> Result<T> {
    tokio::time::timeout(limit, work).await.unwrap_or(Err(Error::TimedOut { doing }))
}

/// The error of a failed read or write; a connection that is simply over is [`Error::Disconnected`], and so is one
/// whose other end has left the network.
///
/// Phones drop TLS connections without `close_notify` (`protocol.md` 2.2.3), which rustls reports as `UnexpectedEof`.
pub(crate) fn lost(doing: &'static str) -> impl FnOnce(io::Error) -> Error {
    move |source| match source.kind() {
        io::ErrorKind::UnexpectedEof
        | io::ErrorKind::ConnectionReset
        | io::ErrorKind::ConnectionAborted
        | io::ErrorKind::BrokenPipe
        | io::ErrorKind::NotConnected
        | io::ErrorKind::TimedOut
        | io::ErrorKind::HostUnreachable
        | io::ErrorKind::NetworkUnreachable => Error::Disconnected,
        _ => match source.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()) {
            Some(error) => crate::tls::failure(error),
            None => Error::Connection { doing, source },
        },
    }
}

/// Property lists with a length before each: lockdown and most services (`protocol.md` 2.3).
pub(crate) struct Plists<S = Socket> {
    pub(crate) socket: S,
}

impl<S: AsyncWrite + Unpin> Plists<S> {
    pub(crate) async fn send(&mut self, value: &Value, doing: &'static str) -> Result<()> {
        let frame = Zeroizing::new(frame::encode_xml(value)?);
        self.socket.write_all(&frame).await.map_err(lost(doing))?;
        self.socket.flush().await.map_err(lost(doing))
    }
}

impl<S: AsyncRead + Unpin> Plists<S> {
    /// Reads one property list. Not safe to drop half-way: the connection is unusable after that.
    pub(crate) async fn receive(&mut self, doing: &'static str) -> Result<Value> {
        let mut prefix = [0; 4];
        self.socket.read_exact(&mut prefix).await.map_err(lost(doing))?;
        let length = frame::length(prefix, frame::SERVICE_LIMIT)?;
        let mut body = Zeroizing::new(Vec::new());
        // Grows with what arrives, not with what was announced.
        (&mut self.socket).take(length as u64).read_to_end(&mut body).await.map_err(lost(doing))?;
        if body.len() < length {
            return Err(Error::Disconnected);
        }
        Ok(frame::decode(&body)?)
    }
}

/// A plist dictionary of these fields.
pub(crate) fn dictionary<const N: usize>(items: [(&str, Value); N]) -> Dictionary {
    items.into_iter().map(|(key, value)| (key.to_string(), value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_property_list_crosses_and_a_cut_one_is_a_disconnect() {
        let (near, far) = tokio::io::duplex(1024);
        let (mut near, mut far) = (Plists { socket: near }, Plists { socket: far });
        near.send(&Value::from("hello"), "testing").await.unwrap();
        assert_eq!(far.receive("testing").await.unwrap(), Value::from("hello"));

        near.socket.write_all(&[0, 0, 0, 9, 1, 2]).await.unwrap();
        drop(near);
        assert!(matches!(far.receive("testing").await, Err(Error::Disconnected)));
    }

    #[tokio::test]
    async fn a_wild_length_is_refused() {
        let (mut near, far) = tokio::io::duplex(64);
        near.write_all(&[0xff; 4]).await.unwrap();
        let refused = Plists { socket: far }.receive("testing").await;
        assert!(matches!(refused, Err(Error::Wire(wire::Error::TooLong { .. }))));
    }

    #[tokio::test(start_paused = true)]
    async fn silence_ends_with_what_was_being_done() {
        let silent = within(Duration::from_secs(5), "testing", std::future::pending::<Result<()>>());
        assert!(matches!(silent.await, Err(Error::TimedOut { doing: "testing" })));
    }
}
