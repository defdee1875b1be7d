use crate::stream::{Socket, lost, within};
use crate::{Error, Result};
use socket2::{SockRef, TcpKeepalive};
use std::net::{IpAddr, SocketAddr, SocketAddrV6};
use std::time::Duration;
use tokio::net::TcpStream;

/// A phone that wakes takes some seconds.
const PATIENCE: Duration = Duration::from_secs(10);
/// Silence before a phone is probed, and between probes that stay unanswered.
const PROBE: Duration = Duration::from_secs(12);
const PROBES: u32 = 5;
const DOING: &str = "connecting over the network";

/// Opens a TCP connection to a phone's own address; `scope` is the interface of a link-local one.
///
/// [`Error::Connection`] when the phone refuses or cannot be reached, [`Error::TimedOut`] when nothing answers.
pub(crate) async fn connect(address: IpAddr, scope: u32, port: u16) -> Result<Socket> {
    let target = match address {
        IpAddr::V4(address) => SocketAddr::from((address, port)),
        IpAddr::V6(address) => SocketAddrV6::new(address, port, 0, scope).into(),
    };
    within(PATIENCE, DOING, async {
        let socket = TcpStream::connect(target).await.map_err(|source| Error::Connection { doing: DOING, source })?;
        socket.set_nodelay(true).and_then(|()| notice_silence(&socket)).map_err(lost(DOING))?;
        Ok(Box::new(socket) as Socket)
    })
    .await
}

/// A phone that left the network without a word shows after about a minute, not after the deadline of what it does.
fn notice_silence(socket: &TcpStream) -> std::io::Result<()> {
    let probing = TcpKeepalive::new().with_time(PROBE).with_interval(PROBE).with_retries(PROBES);
    let socket = SockRef::from(socket);
    socket.set_tcp_keepalive(&probing)?;
    // Probes wait while sent bytes are unanswered; that has a limit of its own.
    #[cfg(target_os = "linux")]
    socket.set_tcp_user_timeout(Some(PROBE * (PROBES + 1)))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Address, Attached, Connection, Usbmux};

    #[tokio::test]
    async fn a_phone_with_an_address_is_reached_without_usbmuxd() {
        let phone = tokio::net::TcpListener::bind("127.0.0.3:0").await.unwrap();
        let port = phone.local_addr().unwrap().port();
        let address = Some(phone.local_addr().unwrap().ip());
        let who = Attached { device_id: 1, udid: "U".into(), connection: Connection::Network, address, scope: 0 };
        let nowhere = Usbmux::at(Address::Unix("/nonexistent/usbmuxd".into()));
        nowhere.connect(&who, port).await.unwrap();
        let plain = TcpStream::connect(phone.local_addr().unwrap()).await.unwrap();
        notice_silence(&plain).unwrap();
        assert!(SockRef::from(&plain).keepalive().unwrap());
        drop(phone);
        assert!(matches!(nowhere.connect(&who, port).await, Err(Error::Connection { .. })));
    }
}
