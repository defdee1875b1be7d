//! A pretend iPhone behind a real usbmuxd socket, and its made-up contents.
//!
//! [`Simulator::start`] listens like usbmuxd; any client that honours `USBMUXD_SOCKET_ADDRESS` can list, pair with, look at and back up
//! the phones behind it. [`Phone`] is the hand on a phone: tap Trust, enter the passcode, pull the cable, let a day pass.
//! The phone *drives and checks* a backup as a real one does: it keeps its own memory of what it sent and fails a host that lost some of it.

mod backup;
pub mod contents;
mod device;
mod error;
mod faults;
mod identity;
mod lockdown;
mod options;
mod phone;
mod screen;
mod services;
mod stream;
mod tls;
mod usbmuxd;

pub use error::{Error, Result};
pub use faults::{Faults, Unreadable};
pub use options::{DeviceOptions, Options, Profile};
pub use phone::{BackupSummary, Phone, Prompt};

use device::Device;
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
        let cables = Arc::new(Cables::new());
        let build = {
            let (cables, state) = (cables.clone(), state.clone());
            move || -> Result<Vec<Arc<Device>>> {
                std::fs::create_dir_all(&state).map_err(Error::io(&state))?;
                devices.into_iter().map(|one| Device::build(one, &state, cables.clone()).map(Arc::new)).collect()
            }
        };
        let devices = match tokio::task::spawn_blocking(build).await {
            Ok(built) => built?,
            Err(error) => match error.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => return Err(Error::Stopped),
            },
        };
        let stop = CancellationToken::new();
        let address = Usbmuxd::start(devices.clone(), cables, &state, listen, unix, stop.clone()).await?;
        Ok(Simulator { address, devices, _stop: stop.drop_guard() })
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
