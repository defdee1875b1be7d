//! Against a pretend phone: what works with a real connection, over a cable and over the network.

mod backups;
mod folder;
mod live;
mod wifi;

use device::{Address, Attached, CancellationToken, Connection, Usbmux};
use simulator::{DeviceOptions, Options, Phone, Simulator};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
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
    let seed = device.seed;
    let made = tokio::task::spawn_blocking(move || made_before(seed)).await.unwrap();
    copy(&made, &state);
    let device =
        DeviceOptions { scale: SCALE, auto_trust: Some(Duration::ZERO), auto_passcode: Some(Duration::ZERO), ..device };
    let simulator = Simulator::start(Options { devices: vec![device], ..Options::new(state) }).await.unwrap();
    let phone = simulator.phones().remove(0);
    let mux = Usbmux::at(Address::Tcp(simulator.address().to_string()));
    let listed = mux.list().await.unwrap();
    let who = listed.into_iter().find(|one| one.connection == Connection::Usb).unwrap();
    device::pair(&mux, &who, |_| {}, CancellationToken::new()).await.unwrap();
    Pretend { phone, mux, who, _folder: folder, _simulator: simulator }
}

const SCALE: f64 = 0.001;

/// The state of a new phone of this seed. Making its key and contents takes seconds, so all tests of one build share them.
fn made_before(seed: u64) -> PathBuf {
    let built = std::env::current_exe().unwrap().metadata().unwrap().modified().unwrap();
    let built = built.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_nanos();
    let shared = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let lock = File::create(shared.join("device-phone.lock")).unwrap();
    lock.lock().unwrap();
    let current = format!("device-phone-{built}");
    for entry in fs::read_dir(shared).unwrap() {
        let entry = entry.unwrap();
        let name = entry.file_name().into_string().unwrap();
        if name.starts_with("device-phone-") && name != current {
            fs::remove_dir_all(entry.path()).unwrap();
        }
    }
    let (state, half) = (shared.join(&current).join(seed.to_string()), shared.join(&current).join("half"));
    if !state.exists() {
        let _ = fs::remove_dir_all(&half);
        let devices = vec![DeviceOptions { seed, scale: SCALE, ..DeviceOptions::default() }];
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        drop(runtime.block_on(Simulator::start(Options { devices, ..Options::new(&half) })).unwrap());
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
