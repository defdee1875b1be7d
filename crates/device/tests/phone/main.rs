//! Against a pretend phone: what works with a real connection, over a cable and over the network.

mod backups;
mod folder;
mod live;
mod wifi;

use device::{Address, Attached, CancellationToken, Connection, Usbmux};
use simulator::{DeviceOptions, Options, Phone, Simulator};
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// One small phone, trusted already.
struct Pretend {
    phone: Phone,
    mux: Usbmux,
    who: Attached,
    _folder: TempDir,
    _simulator: Simulator,
}

async fn start(device: DeviceOptions) -> Pretend {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let device =
        DeviceOptions { scale: SCALE, auto_trust: Some(Duration::ZERO), auto_passcode: Some(Duration::ZERO), ..device };
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("device-phones");
    simulator::made::copy_made(&kept, &device, &state).await.unwrap();
    let simulator = Simulator::start(Options { devices: vec![device], ..Options::new(state) }).await.unwrap();
    let phone = simulator.phones().remove(0);
    let mux = Usbmux::at(Address::Tcp(simulator.address().to_string()));
    let listed = mux.list().await.unwrap();
    let who = listed.into_iter().find(|one| one.connection == Connection::Usb).unwrap();
    device::pair(&mux, &who, |_| {}, CancellationToken::new()).await.unwrap();
    Pretend { phone, mux, who, _folder: folder, _simulator: simulator }
}

const SCALE: f64 = 0.001;
