//! A pretend iPhone behind a real usbmuxd socket, and its made-up contents.
//!
//! [`Simulator::start`] listens like usbmuxd; any client that honours `USBMUXD_SOCKET_ADDRESS` can list, pair with, look at and back up
//! the phones behind it. [`Phone`] is the hand on a phone: tap Trust, enter the passcode, pull the cable, let a day pass.
//! The phone *drives and checks* a backup as a real one does: it keeps its own memory of what it sent and fails a host that lost some of it.

mod backup;
mod cable;
pub mod contents;
mod device;
mod doors;
mod encryption;
mod error;
mod faults;
mod identity;
mod impostor;
mod lockdown;
pub mod made;
mod network;
mod options;
mod phone;
mod screen;
mod services;
mod stream;
mod tls;
mod usbmuxd;

pub use encryption::{Encryption, Rounds};
pub use error::{Error, Result};
pub use faults::{
    AfcFaults, Faults, FaultyTls, LastAnswer, Lists, LockdownFaults, LongList, Storm, Unreadable, UploadPart,
};
pub use options::{AddressLayout, DeviceOptions, Options, Profile, System};
pub use phone::{BackupSummary, Phone, Prompt, RestoreSummary};

use device::{Device, World};
use std::net::SocketAddr;
use std::sync::Arc;
use tokio_util::sync::{CancellationToken, DropGuard};
use usbmuxd::{Cables, Usbmuxd};

/// A running usbmuxd with its phones; dropping it ends every connection.
pub struct Simulator {
    address: SocketAddr,
    devices: Vec<Arc<Device>>,
    _stop: DropGuard,
}

impl Simulator {
    /// Builds the contents of every phone, which may take a while the first time, and listens.
    pub async fn start(options: Options) -> Result<Simulator> {
        let Options { listen, unix, devices, state } = options;
        let (cables, stop) = (Arc::new(Cables::new()), CancellationToken::new());
        let guard = stop.clone().drop_guard();
        let world = World { cables: cables.clone(), stop: stop.clone() };
        let build = {
            let state = state.clone();
            move || -> Result<Vec<Arc<Device>>> {
                std::fs::create_dir_all(&state).map_err(Error::io(&state))?;
                devices.into_iter().map(|one| Device::build(one, &state, &world).map(Arc::new)).collect()
            }
        };
        let devices = match tokio::task::spawn_blocking(build).await {
            Ok(built) => built?,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => return Err(Error::Stopped),
            },
        };
        for device in &devices {
            let address = || device.options.network.map(|address| address.to_string()).unwrap_or_default();
            device.begin().map_err(|source| Error::Listen { address: address(), source })?;
        }
        let address = Usbmuxd::start(devices.clone(), cables, &state, listen, unix, stop).await?;
        Ok(Simulator { address, devices, _stop: guard })
    }

    /// Where it listens: what `USBMUXD_SOCKET_ADDRESS` must say.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The phones, in the order of the options.
    pub fn phones(&self) -> Vec<Phone> {
        self.devices.iter().cloned().map(Phone).collect()
    }
}
