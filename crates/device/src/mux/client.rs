use super::Address;
use crate::record::wipe;
use crate::stream::{Socket, lost, within};
use crate::{Error, Result};
use plist::{Dictionary, Value};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use wire::frame;
use wire::usbmux::{self, HEADER, Header, result};
use zeroize::Zeroizing;

/// usbmuxd answers at once, except for Connect to a sleeping phone.
const PATIENCE: Duration = Duration::from_secs(10);

/// An answer, and the connection it came on: after Connect that is the tunnel, after Listen the events.
pub(crate) struct Reply {
    pub(crate) body: Dictionary,
    pub(crate) socket: Socket,
}

impl Reply {
    /// The reply unless it carries an error number.
    pub(crate) fn checked(self, request: &'static str) -> Result<Reply> {
        match self.body.get("Number").and_then(Value::as_unsigned_integer) {
            Some(number) if number != result::OK => Err(Error::Usbmuxd { request, number }),
            _ => Ok(self),
        }
    }
}

/// Sends one request on a fresh connection and waits for its answer.
pub(crate) async fn request(address: &Address, name: &'static str, mut body: Dictionary) -> Result<Reply> {
    body.insert("MessageType".into(), name.into());
    body.insert("ClientVersionString".into(), "Heirloom".into());
    body.insert("ProgName".into(), "Heirloom".into());
    body.insert("kLibUSBMuxVersion".into(), 3.into());
    within(PATIENCE, "talking to usbmuxd", async {
        let mut socket =
            open(address).await.map_err(|source| Error::NoUsbmuxd { address: address.to_string(), source })?;
        let mut body = Value::Dictionary(body);
        let bytes = usbmux::encode_value(1, &body).map(Zeroizing::new);
        wipe(&mut body);
        let bytes = bytes?;
        socket.write_all(&bytes).await.map_err(lost("talking to usbmuxd"))?;
        let body = message(&mut socket).await?;
        Ok(Reply { body, socket })
    })
    .await
}

/// Reads one message from usbmuxd.
pub(crate) async fn message(socket: &mut Socket) -> Result<Dictionary> {
    let doing = "reading from usbmuxd";
    let mut header = [0; HEADER];
    socket.read_exact(&mut header).await.map_err(lost(doing))?;
    let header = Header::decode(header)?;
    let mut body = Zeroizing::new(vec![0; header.body()]);
    socket.read_exact(&mut body).await.map_err(lost(doing))?;
    if !header.is_plist() {
        return Err(Error::Unexpected { doing });
    }
    frame::decode(&body)?.into_dictionary().ok_or(Error::Unexpected { doing })
}

async fn open(address: &Address) -> std::io::Result<Socket> {
    match address {
        Address::Tcp(address) => {
            let socket = tokio::net::TcpStream::connect(address).await?;
            socket.set_nodelay(true)?;
            Ok(Box::new(socket))
        }
        #[cfg(unix)]
        Address::Unix(path) => Ok(Box::new(tokio::net::UnixStream::connect(path).await?)),
        #[cfg(not(unix))]
        Address::Unix(_) => Err(std::io::ErrorKind::Unsupported.into()),
    }
}
