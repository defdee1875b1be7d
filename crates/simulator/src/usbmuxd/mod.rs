//! The usbmuxd the phones hang behind (`protocol.md` 2.1).

mod connection;
mod records;

use crate::cable::Attachment;
use crate::device::Device;
use crate::{AddressLayout, Error, Result, stream::Raw};
use records::Records;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::net::TcpListener;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

/// What listeners hear.
#[derive(Clone, Debug)]
pub(crate) enum Event {
    Attached { id: u32, station: Station },
    Detached { id: u32 },
    Paired { id: u32 },
}

/// What usbmuxd tells of a phone.
#[derive(Clone, Debug)]
pub(crate) struct Station {
    pub udid: String,
    /// Where it is when it is not on a cable.
    pub network: Option<Place>,
}

/// A phone's place on the network.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub address: IpAddr,
    pub layout: AddressLayout,
    /// `EscapedFullServiceName`.
    pub name: String,
}

/// Numbers each plugging and tells listeners.
pub(crate) struct Cables {
    next_id: AtomicU32,
    events: broadcast::Sender<Event>,
}

impl Cables {
    pub fn new() -> Cables {
        Cables { next_id: 1.into(), events: broadcast::channel(1024).0 }
    }

    pub fn attach(&self, station: Station) -> u32 {
        let id = self.next_id.fetch_add(1, Ordering::SeqCst);
        self.tell(Event::Attached { id, station });
        id
    }

    pub fn detach(&self, id: u32) {
        self.tell(Event::Detached { id });
    }

    fn tell(&self, event: Event) {
        // No listener is no error.
        let _ = self.events.send(event);
    }
}

pub(crate) struct Usbmuxd {
    devices: Vec<Arc<Device>>,
    cables: Arc<Cables>,
    records: Records,
    stop: CancellationToken,
}

impl Usbmuxd {
    /// Listens and serves until `stop`; the address is the one it got.
    pub async fn start(
        devices: Vec<Arc<Device>>,
        cables: Arc<Cables>,
        state: &Path,
        listen: SocketAddr,
        unix: Option<PathBuf>,
        stop: CancellationToken,
    ) -> Result<SocketAddr> {
        let failed = |source| Error::Listen { address: listen.to_string(), source };
        let listener = TcpListener::bind(listen).await.map_err(failed)?;
        let address = listener.local_addr().map_err(failed)?;
        let muxer = Arc::new(Usbmuxd { devices, cables, records: Records::open(state)?, stop });
        #[cfg(unix)]
        if let Some(path) = unix {
            muxer.clone().listen_unix(&path)?;
        }
        #[cfg(not(unix))]
        drop(unix);
        tokio::spawn(muxer.listen(listener));
        Ok(address)
    }

    async fn listen(self: Arc<Self>, listener: TcpListener) {
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = self.stop.cancelled() => return,
            };
            if let Ok((stream, _)) = accepted {
                // Without it every small answer waits for the one before to be acknowledged.
                let _ = stream.set_nodelay(true);
                self.clone().spawn(Box::new(stream));
            }
        }
    }

    #[cfg(unix)]
    fn listen_unix(self: Arc<Self>, path: &Path) -> Result<()> {
        let _ = std::fs::remove_file(path);
        let failed = |source| Error::Listen { address: path.display().to_string(), source };
        let listener = tokio::net::UnixListener::bind(path).map_err(failed)?;
        tokio::spawn(async move {
            loop {
                let accepted = tokio::select! {
                    accepted = listener.accept() => accepted,
                    () = self.stop.cancelled() => return,
                };
                if let Ok((stream, _)) = accepted {
                    self.clone().spawn(Box::new(stream));
                }
            }
        });
        Ok(())
    }

    fn spawn(self: Arc<Self>, stream: Raw) {
        tokio::spawn(async move {
            let stop = self.stop.clone();
            tokio::select! {
                ended = connection::serve(self, stream) => if let Err(error) = ended {
                    tracing::debug!(%error, "a usbmuxd connection ended");
                },
                () = stop.cancelled() => {}
            }
        });
    }

    /// The phone of a number, and what number it is of: its cable or its stay on the network.
    fn device(&self, id: u32) -> Option<(&Arc<Device>, Attachment)> {
        self.devices.iter().find_map(|device| {
            let attachment = device.attachments().into_iter().find(|attachment| attachment.id == id)?;
            Some((device, attachment))
        })
    }
}
