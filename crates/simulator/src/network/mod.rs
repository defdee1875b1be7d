//! The phone on Wi-Fi: it listens on an address of its own, says so by mDNS, and drops hosts whose heart does not beat
//! (`protocol.md` 2.9).

mod advert;
mod pulse;

use crate::device::{Device, lock};
use crate::doors::{Door, TICKET_LIFE};
use crate::stream::Raw;
use advert::Advert;
pub(crate) use advert::full_name;
use pulse::Pulse;
use std::io;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use wire::usbmux::LOCKDOWN_PORT;

/// How long hosts have to hear that the phone goes to sleep.
const GOING_TO_SLEEP: Duration = Duration::from_millis(200);
/// Ports tried for a service when other programs hold some.
const SERVICE_TRIES: usize = 32;

/// What brings a connection to the phone.
#[derive(Clone)]
pub(crate) enum Link {
    Usb,
    Network(Arc<Air>),
}

/// Whether the phone can be reached over the network, and its connections there.
pub(crate) struct Network {
    address: Option<IpAddr>,
    state: Mutex<State>,
}

struct State {
    joined: bool,
    awake: bool,
    /// `EnableWifiConnections`.
    allowed: bool,
    air: Option<Arc<Air>>,
}

/// One stay on the network, from listening to leaving.
pub(crate) struct Air {
    address: IpAddr,
    /// What usbmuxd calls it, when it lists it.
    pub listed: Option<u32>,
    pub ended: CancellationToken,
    /// Before the phone sleeps.
    pub sleepy: CancellationToken,
    pub pulse: Pulse,
    advert: Advert,
    /// A second hand on the listening socket.
    listener: TcpListener,
}

impl Network {
    pub fn new(address: Option<IpAddr>, allowed: bool) -> Network {
        Network { address, state: Mutex::new(State { joined: true, awake: true, allowed, air: None }) }
    }

    pub fn is_allowed(&self) -> bool {
        lock(&self.state).allowed
    }

    pub fn is_joined(&self) -> bool {
        lock(&self.state).joined
    }

    /// The stay that goes on now.
    pub fn air(&self) -> Option<Arc<Air>> {
        lock(&self.state).air.clone()
    }
}

impl Device {
    /// Listens if all is as it was asked to be; an address this computer lacks is an error even before Wi-Fi is allowed.
    pub fn begin_network(self: &Arc<Self>) -> io::Result<()> {
        let Some(address) = self.network.address else { return Ok(()) };
        drop(TcpListener::bind((address, LOCKDOWN_PORT))?);
        self.change_network(|_| {})
    }

    pub fn set_joined(self: &Arc<Self>, joined: bool) {
        self.change_network_or_say(|state| state.joined = joined);
    }

    pub fn set_allowed(self: &Arc<Self>, allowed: bool) {
        self.change_network_or_say(|state| state.allowed = allowed);
    }

    /// Hosts hear of it, then their connections end.
    pub fn set_awake(self: &Arc<Self>, awake: bool) {
        if let Some(air) = self.network.air().filter(|_| !awake) {
            air.sleepy.cancel();
        }
        self.change_network_or_say(|state| state.awake = awake);
    }

    /// A host was trusted or forgotten: iOS 26 tells the network.
    pub fn hosts_changed(&self) {
        if let Some(air) = self.network.air() {
            air.advert.renew(self);
        }
    }

    fn change_network_or_say(self: &Arc<Self>, change: impl FnOnce(&mut State)) {
        if let Err(error) = self.change_network(change) {
            tracing::error!(%error, "the pretend phone cannot listen on its network address");
        }
    }

    fn change_network(self: &Arc<Self>, change: impl FnOnce(&mut State)) -> io::Result<()> {
        let Some(address) = self.network.address else { return Ok(()) };
        let mut state = lock(&self.network.state);
        change(&mut state);
        let wanted = state.joined && state.awake && state.allowed;
        if wanted && state.air.is_none() {
            state.air = Some(Air::begin(self, address)?);
        } else if !wanted && let Some(air) = state.air.take() {
            air.end(self);
        }
        Ok(())
    }
}

impl Air {
    fn begin(device: &Arc<Device>, address: IpAddr) -> io::Result<Arc<Air>> {
        let listener = listener(address, LOCKDOWN_PORT)?;
        let second = listener.try_clone()?;
        let advert = Advert::begin(device, address);
        let ended = device.stop.child_token();
        let listed = device.options.listed_on_network.map(|_| device.cables.attach(device.station(Some(address))));
        let pulse = Pulse::new(device.options.heartbeat);
        let air =
            Arc::new(Air { address, listed, ended, sleepy: CancellationToken::new(), pulse, advert, listener: second });
        device.runtime.spawn(accept_all(device.clone(), air.clone(), listener));
        device.runtime.spawn({
            let air = air.clone();
            async move { air.ended.run_until_cancelled(air.pulse.watch()).await }
        });
        Ok(air)
    }

    /// No host can find it or come in from now on; those that are in have a moment to hear of a sleep.
    fn end(self: Arc<Air>, device: &Device) {
        self.advert.end();
        stop_listening(&self.listener);
        if let Some(id) = self.listed {
            device.cables.detach(id);
        }
        if !self.sleepy.is_cancelled() {
            return self.ended.cancel();
        }
        device.runtime.spawn(async move {
            tokio::time::sleep(GOING_TO_SLEEP).await;
            self.ended.cancel();
        });
    }

    /// Where it is, for usbmuxd.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// Opens a port for one connection to a service that `device` is to answer there.
    pub fn offer(self: &Arc<Self>, device: &Arc<Device>, open: impl Fn() -> u16) -> io::Result<u16> {
        let mut tries = (0..SERVICE_TRIES).map(|_| open()).map(|port| (port, listener(self.address, port)));
        let free = tries.find_map(|(port, listener)| match listener {
            Ok(listener) => Some((port, listener)),
            Err(_) => {
                device.doors.at(port);
                None
            }
        });
        let (port, listener) = free.ok_or(io::ErrorKind::AddrInUse)?;
        let (device, air) = (device.clone(), self.clone());
        device.runtime.clone().spawn(async move {
            let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = tokio::time::sleep(TICKET_LIFE) => return,
                () = air.ended.cancelled() => return,
            };
            drop(listener);
            if let Ok((stream, _)) = accepted {
                arrived(device, air, stream, port).await;
            }
        });
        Ok(port)
    }
}

fn listener(address: IpAddr, port: u16) -> io::Result<TcpListener> {
    let listener = TcpListener::bind(SocketAddr::new(address, port))?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

/// Refuses connections from now on, before the task that accepts them has let go of the socket.
fn stop_listening(listener: &TcpListener) {
    #[cfg(unix)]
    if let Ok(listener) = listener.try_clone() {
        let socket = std::net::TcpStream::from(std::os::fd::OwnedFd::from(listener));
        let _ = socket.shutdown(std::net::Shutdown::Both);
    }
}

async fn accept_all(device: Arc<Device>, air: Arc<Air>, listener: TcpListener) {
    let Ok(listener) = tokio::net::TcpListener::from_std(listener) else { return };
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = air.ended.cancelled() => break,
            () = air.sleepy.cancelled() => break,
        };
        if let Ok((stream, _)) = accepted {
            tokio::spawn(arrived(device.clone(), air.clone(), stream, LOCKDOWN_PORT));
        }
    }
    // Also when the whole simulator stopped and only a hand on the phone is left.
    air.advert.end();
    stop_listening(&air.listener);
}

async fn arrived(device: Arc<Device>, air: Arc<Air>, stream: tokio::net::TcpStream, port: u16) {
    // Without it every small answer waits for the one before to be acknowledged.
    let _ = stream.set_nodelay(true);
    let Some(door) = device.doors.at(port) else { return };
    if let Err(error) = serve(&device, air, door, Box::new(stream)).await {
        tracing::debug!(%error, "a network connection ended");
    }
}

/// Serves a connection while hosts keep the heart beating and the phone stays.
pub(crate) async fn serve(device: &Arc<Device>, air: Arc<Air>, door: Door, raw: Raw) -> io::Result<()> {
    let (_line, faint) = air.pulse.connect();
    tokio::select! {
        ended = device.serve(door, raw, Link::Network(air.clone())) => ended,
        () = faint.cancelled() => Err(io::ErrorKind::TimedOut.into()),
        () = air.ended.cancelled() => Ok(()),
    }
}
