//! Byte streams to a host, and plists on them.

use plist::{Dictionary, Value};
use std::io;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use wire::frame;

/// A connection, whatever carries it.
pub(crate) trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

pub(crate) type Raw = Box<dyn Duplex>;

/// What a peer sent that is no protocol of ours.
pub(crate) fn invalid(what: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}

/// Fills `bytes`; `false` when the peer is gone instead. Peers leave without a TLS close (`protocol.md` 2.2.3).
pub(crate) async fn fill(stream: &mut (impl AsyncRead + Unpin), bytes: &mut [u8]) -> io::Result<bool> {
    match stream.read_exact(bytes).await {
        Ok(_) => Ok(true),
        Err(error) if matches!(error.kind(), io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset) => {
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// The next plist; `None` when the peer is gone.
pub(crate) async fn read_plist(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Value>> {
    let mut prefix = [0; 4];
    if !fill(stream, &mut prefix).await? {
        return Ok(None);
    }
    let mut body = vec![0; frame::length(prefix, frame::SERVICE_LIMIT).map_err(invalid)?];
    stream.read_exact(&mut body).await?;
    frame::decode(&body).map(Some).map_err(invalid)
}

/// The next plist, which must be a dictionary.
pub(crate) async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Option<Dictionary>> {
    match read_plist(stream).await? {
        None => Ok(None),
        Some(Value::Dictionary(request)) => Ok(Some(request)),
        Some(_) => Err(invalid("a request is not a dictionary")),
    }
}

pub(crate) async fn write_xml(stream: &mut (impl AsyncWrite + Unpin), value: &Value) -> io::Result<()> {
    stream.write_all(&frame::encode_xml(value).map_err(invalid)?).await?;
    stream.flush().await
}

/// A dictionary from pairs.
pub(crate) fn dictionary<const N: usize>(pairs: [(&str, Value); N]) -> Dictionary {
    pairs.into_iter().map(|(key, value)| (key.to_string(), value)).collect()
}

/// A string field of a request.
pub(crate) fn text<'a>(request: &'a Dictionary, key: &str) -> Option<&'a str> {
    request.get(key).and_then(Value::as_string)
}
