//! The pretend iPhone: offered when no real one is attached.

use crate::Engine;
use crate::api::devices::{Nothing, Pretend, Tap, TapRequest};
use crate::api::{ApiError, Code, Result, Topic, blocking};
use crate::devices::{self, Source};
use simulator::{DeviceOptions, Options, Phone, Simulator};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// How long a prompt stays on its screen before it answers itself: long enough to be seen in the window.
const ANSWERS_AFTER: Duration = Duration::from_secs(4);
const SEED: u64 = 1;

/// The pretend iPhone while it runs.
#[derive(Default)]
pub struct Slot(Mutex<Option<Running>>);

struct Running {
    simulator: Simulator,
    phone: Phone,
}

impl Slot {
    fn lock(&self) -> MutexGuard<'_, Option<Running>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn udid(&self) -> Option<String> {
        self.lock().as_ref().map(|running| running.phone.udid().to_string())
    }

    /// Whether a device is the pretend one; it is known by its UDID also while it is not running.
    pub fn owns(&self, udid: &str) -> bool {
        self.udid().is_some_and(|own| own == udid)
    }

    fn describe(&self) -> Result<Pretend> {
        let slot = self.lock();
        let running = slot.as_ref().ok_or_else(not_running)?;
        Ok(Pretend {
            udid: running.phone.udid().to_string(),
            day: running.phone.day(),
            plugged: running.phone.is_plugged(),
        })
    }
}

fn not_running() -> ApiError {
    ApiError::new(Code::DeviceNotFound, "The pretend iPhone is not attached.")
}

fn options(state: PathBuf) -> Options {
    let device = DeviceOptions {
        seed: SEED,
        scale: scale(),
        auto_trust: Some(ANSWERS_AFTER),
        auto_passcode: Some(ANSWERS_AFTER),
        ..DeviceOptions::default()
    };
    Options { devices: vec![device], ..Options::new(state) }
}

/// The size of the pretend iPhone; tests make it smaller.
fn scale() -> f64 {
    let asked = std::env::var("HEIRLOOM_PRETEND_SCALE").ok().and_then(|text| text.parse().ok());
    asked.filter(|scale: &f64| (0.001..=100.0).contains(scale)).unwrap_or(1.0)
}

pub async fn start(engine: &Engine, _: Nothing) -> Result<Pretend> {
    let running = engine.0.pretend.lock().as_ref().map(|running| running.phone.clone());
    if let Some(phone) = running {
        if !phone.is_plugged() {
            phone.plug();
        }
        return engine.0.pretend.describe();
    }
    let state = engine.0.config.data.join("pretend");
    make_folder(&state).await?;
    let simulator = Simulator::start(options(state)).await?;
    let phone = simulator.phones().into_iter().next().ok_or_else(not_running)?;
    let address = simulator.address();
    *engine.0.pretend.lock() = Some(Running { simulator, phone });
    devices::watch(engine, device::Usbmux::at(device::Address::Tcp(address.to_string())), Source::Pretend);
    engine.changed(Topic::Pretend);
    engine.changed(Topic::App);
    engine.changed(Topic::Devices);
    engine.0.pretend.describe()
}

async fn make_folder(path: &Path) -> Result<()> {
    let path = path.to_path_buf();
    blocking(move || std::fs::create_dir_all(&path).map_err(|error| ApiError::io(&path, &error))).await
}

pub async fn stop(engine: &Engine, _: Nothing) -> Result<Nothing> {
    if let Some(job) = engine.0.pretend.udid().and_then(|udid| engine.0.jobs.running_on(&udid)) {
        engine.0.jobs.cancel(job)?;
        engine.0.jobs.wait(job).await?;
    }
    take_away(engine).await;
    Ok(Nothing {})
}

/// Ends the pretend iPhone, if it runs.
pub async fn take_away(engine: &Engine) {
    let running = engine.0.pretend.lock().take();
    if let Some(running) = running {
        engine.0.devices.forget(Source::Pretend);
        drop(running.simulator);
        for topic in [Topic::Pretend, Topic::App, Topic::Devices] {
            engine.changed(topic);
        }
    }
}

pub async fn tap(engine: &Engine, asked: TapRequest) -> Result<Pretend> {
    let phone = engine.0.pretend.lock().as_ref().map(|running| running.phone.clone()).ok_or_else(not_running)?;
    match asked.tap {
        Tap::Trust => phone.tap_trust(),
        Tap::DontTrust => phone.dont_trust(),
        Tap::Passcode => phone.enter_passcode(),
        Tap::Unplug => phone.unplug(),
        Tap::Plug => phone.plug(),
        Tap::DayPasses => blocking(move || Ok(phone.day_passes()?)).await?,
    }
    engine.changed(Topic::Pretend);
    engine.0.pretend.describe()
}
