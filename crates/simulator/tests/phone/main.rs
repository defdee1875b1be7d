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
use std::fs::{self, File};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
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
    copy(&made_before(device.seed), &state);
    let runtime = runtime();
    let options = Options { devices: vec![device], ..Options::new(state) };
    let simulator = runtime.block_on(Simulator::start(options)).unwrap();
    let phone = simulator.phones().remove(0);
    Pretend { phone, address: simulator.address(), folder, _simulator: simulator, runtime }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap()
}

/// The state of a new phone of this seed. Making its key and contents takes seconds, so all tests of one build share them.
fn made_before(seed: u64) -> PathBuf {
    let built = std::env::current_exe().unwrap().metadata().unwrap().modified().unwrap();
    let built = built.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos();
    let shared = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let lock = File::create(shared.join("pretend.lock")).unwrap();
    lock.lock().unwrap();
    let current = format!("pretend-{built}");
    for entry in fs::read_dir(shared).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if name.starts_with("pretend-") && name != current {
            fs::remove_dir_all(entry.path()).unwrap();
        }
    }
    let (state, half) = (shared.join(&current).join(seed.to_string()), shared.join(&current).join("half"));
    if !state.exists() {
        let _ = fs::remove_dir_all(&half);
        let options = Options { devices: vec![DeviceOptions { seed, ..obliging() }], ..Options::new(&half) };
        drop(runtime().block_on(Simulator::start(options)).unwrap());
        fs::rename(&half, &state).unwrap();
    }
    state
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}
