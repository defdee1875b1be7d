//! The pretend phone looked at from outside: by a client written here, and by Debian's tools where they are installed.

mod client;
mod encryption;
mod faults;
mod host;
mod idevicebackup2;
mod network;
mod pairing;
mod restore;
mod resume;
mod services;
mod usbmux;
mod visit;

use simulator::{DeviceOptions, Options, Phone, Simulator};
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

/// One small phone on a free port.
struct Pretend {
    phone: Phone,
    address: SocketAddr,
    folder: TempDir,
    _simulator: Simulator,
    runtime: tokio::runtime::Runtime,
}

impl Pretend {
    fn handle(&self) -> &tokio::runtime::Handle {
        self.runtime.handle()
    }
}

/// A phone that answers its own prompts at once.
fn obliging() -> DeviceOptions {
    DeviceOptions {
        scale: 0.001,
        auto_trust: Some(Duration::ZERO),
        auto_passcode: Some(Duration::ZERO),
        check: true,
        ..DeviceOptions::default()
    }
}

fn start(device: DeviceOptions) -> Pretend {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().join("state");
    let runtime = runtime();
    let kept = Path::new(env!("CARGO_TARGET_TMPDIR")).join("simulator-phones");
    runtime.block_on(simulator::made::copy_made(&kept, &device, &state)).unwrap();
    let options = Options { devices: vec![device], ..Options::new(state) };
    let simulator = runtime.block_on(Simulator::start(options)).unwrap();
    let phone = simulator.phones().remove(0);
    Pretend { phone, address: simulator.address(), folder, _simulator: simulator, runtime }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}
