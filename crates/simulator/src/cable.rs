//! What the phone hangs on: its cable, going in and out, and its place in usbmuxd's list.

use crate::device::{Device, lock};
use crate::doors::Door;
use crate::network::{self, Link};
use crate::stream::Raw;
use crate::usbmuxd::{Place, Station};
use crate::{DeviceOptions, Storm};
use std::io;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// A host that asked for a restart gets its answer first.
const LAST_WORDS: Duration = Duration::from_millis(100);
/// How long a restart takes; a real phone needs half a minute.
const RESTART: Duration = Duration::from_secs(1);

/// The cable, while it is in.
pub(crate) struct Plug {
    id: u32,
    pulled: CancellationToken,
}

/// One number usbmuxd gave the phone.
pub(crate) struct Attachment {
    pub id: u32,
    pub station: Station,
    link: Link,
    ended: CancellationToken,
}

impl Device {
    pub fn plug(&self) {
        let mut plug = lock(&self.plug);
        if plug.is_none() {
            let id = self.cables.attach(self.station(None));
            *plug = Some(Plug { id, pulled: CancellationToken::new() });
        }
    }

    pub fn unplug(&self) {
        if let Some(plug) = lock(&self.plug).take() {
            plug.pulled.cancel();
            self.cables.detach(plug.id);
        }
    }

    pub fn is_plugged(&self) -> bool {
        lock(&self.plug).is_some()
    }

    /// Where usbmuxd says it is; `address` when that is the network.
    pub fn station(&self, address: Option<IpAddr>) -> Station {
        let place = |address| {
            let layout = self.options.listed_on_network?;
            Some(Place { address, layout, name: network::full_name(self) })
        };
        let network = address.and_then(place);
        Station { udid: self.persona.udid.clone(), network }
    }

    /// Every number usbmuxd knows it by; none while it is neither plugged in nor listed on the network.
    pub fn attachments(&self) -> Vec<Attachment> {
        let plugged = lock(&self.plug).as_ref().map(|plug| Attachment {
            id: plug.id,
            station: self.station(None),
            link: Link::Usb,
            ended: plug.pulled.clone(),
        });
        let on_air = self.network.air().and_then(|air| {
            Some(Attachment {
                id: air.listed?,
                station: self.station(Some(air.address())),
                ended: air.ended.clone(),
                link: Link::Network(air),
            })
        });
        plugged.into_iter().chain(on_air).collect()
    }

    /// Serves a connection that usbmuxd brings, until either side ends it or the phone is gone.
    pub async fn serve_attached(self: &Arc<Self>, door: Door, raw: Raw, attachment: Attachment) -> io::Result<()> {
        match attachment.link {
            Link::Usb => tokio::select! {
                ended = self.serve(door, raw, Link::Usb) => ended,
                () = attachment.ended.cancelled() => Ok(()),
            },
            Link::Network(air) => network::serve(self, air, door, raw).await,
        }
    }

    /// Shuts down in a moment: the cable and the network are as good as gone.
    pub fn shut_down(self: &Arc<Self>) {
        let device = self.clone();
        self.runtime.spawn(async move {
            tokio::time::sleep(LAST_WORDS).await;
            device.unplug();
            device.set_joined(false);
        });
    }

    /// Shuts down in a moment and comes back where it was, under a new number.
    pub fn restart(self: &Arc<Self>) {
        self.restarts.fetch_add(1, Ordering::SeqCst);
        self.wants_restart.store(false, Ordering::SeqCst);
        let (plugged, joined) = (self.is_plugged(), self.network.is_joined());
        self.shut_down();
        let device = self.clone();
        self.runtime.spawn(async move {
            tokio::time::sleep(LAST_WORDS + RESTART).await;
            if plugged {
                device.plug();
            }
            device.set_joined(joined);
        });
    }

    /// The cable comes loose again and again.
    pub fn shake(self: &Arc<Self>, storm: Storm) {
        let device = self.clone();
        self.runtime.spawn(async move {
            for _ in 0..storm.times {
                device.unplug();
                tokio::time::sleep(Duration::from_millis(storm.milliseconds)).await;
                device.plug();
                tokio::time::sleep(Duration::from_millis(storm.milliseconds)).await;
            }
        });
    }

    /// Takes its place: on the cable, on the network, in a storm, as the options say.
    pub fn begin(self: &Arc<Self>) -> io::Result<()> {
        let DeviceOptions { plugged, faults, .. } = &self.options;
        if *plugged {
            self.plug();
        }
        if let Some(storm) = faults.storm {
            self.shake(storm);
        }
        self.begin_network()
    }
}
