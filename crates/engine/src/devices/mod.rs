//! Which devices are attached now, real and pretend, by cable and over the network.

mod network;
mod unsteady;

pub use network::{Network, interfaces};

use crate::Engine;
use crate::api::devices::{Connection, Device, Trust, Usbmuxd};
use crate::api::{ApiError, Code, Result, Topic, no_usbmuxd};
use device::{Attached, Event, Facts, Usbmux};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio_util::sync::{CancellationToken, DropGuard};
use unsteady::Arrivals;

/// Battery and free storage are asked for again this often.
const REFRESH: Duration = Duration::from_secs(60);
/// How long `settle` waits at most.
const SETTLE: Duration = Duration::from_secs(8);

/// Where a device was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Source {
    /// usbmuxd.
    Real,
    /// Our own search of the network.
    Network,
    Pretend,
}

pub struct Devices {
    table: Mutex<Table>,
    /// Questions to devices under way; `None` until usbmuxd has answered at all.
    pending: watch::Sender<Option<usize>>,
}

#[derive(Default)]
struct Table {
    seen: BTreeMap<(Source, u32), Seen>,
    real: Usbmuxd,
    /// As they were when they went away.
    gone: BTreeMap<String, Device>,
    watching: BTreeMap<Source, DropGuard>,
    arrivals: Arrivals,
}

impl Table {
    /// With what its coming and going says of it, which outranks what it could not answer meanwhile.
    fn judged(&self, device: Device) -> Device {
        let unsteady = self.arrivals.problem(&device.udid, Instant::now());
        Device { problem: unsteady.or(device.problem), ..device }
    }
}

#[derive(Clone)]
struct Seen {
    mux: Usbmux,
    attached: Attached,
    facts: Option<Facts>,
    problem: Option<ApiError>,
}

impl Default for Devices {
    fn default() -> Devices {
        Devices { table: Mutex::default(), pending: watch::channel(None).0 }
    }
}

impl Devices {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn usbmuxd(&self) -> Usbmuxd {
        self.table().real.clone()
    }

    /// How to reach an attached device.
    pub fn reach(&self, udid: &str) -> Result<(Usbmux, Attached)> {
        let table = self.table();
        let found =
            table.seen.values().filter(|seen| seen.attached.udid == udid).min_by_key(|seen| seen.attached.connection);
        let seen = found.ok_or_else(|| {
            ApiError::new(Code::DeviceNotFound, "This device is not attached. Plug it in and unlock it.").detail(udid)
        })?;
        Ok((seen.mux.clone(), seen.attached.clone()))
    }

    /// The usbmuxd that knows a device, while it is there.
    pub fn mux_of(&self, udid: &str) -> Option<Usbmux> {
        self.table().seen.values().find(|seen| seen.attached.udid == udid).map(|seen| seen.mux.clone())
    }

    /// Whether a device is reached over the network now.
    pub fn on_network(&self, udid: &str) -> bool {
        let network =
            |seen: &Seen| seen.attached.udid == udid && seen.attached.connection == device::Connection::Network;
        self.table().seen.values().any(network)
    }

    /// The attached devices that trust this computer; the pretend one is not looked for elsewhere.
    fn trusting(&self) -> BTreeSet<String> {
        let table = self.table();
        let seen = table.seen.iter().filter(|((source, _), _)| *source != Source::Pretend);
        let trusting = seen.filter(|(_, seen)| seen.facts.as_ref().is_some_and(|facts| facts.trusted));
        trusting.map(|(_, seen)| seen.attached.udid.clone()).collect()
    }

    /// The devices of a source are gone.
    fn clear(&self, source: Source) {
        self.table().seen.retain(|(from, _), _| *from != source);
    }

    /// What an attached device said of itself, when it was last asked.
    pub fn facts(&self, udid: &str) -> Option<Facts> {
        self.table().seen.values().find(|seen| seen.attached.udid == udid).and_then(|seen| seen.facts.clone())
    }

    /// The attached devices, each once: by cable when it is there both ways.
    pub fn list(&self) -> Vec<Device> {
        let table = self.table();
        let mut seen: Vec<_> = table.seen.iter().collect();
        seen.sort_by_key(|(_, seen)| (seen.attached.udid.clone(), seen.attached.connection));
        seen.dedup_by_key(|(_, seen)| seen.attached.udid.clone());
        let described = seen.into_iter().map(|((source, _), seen)| describe(seen, *source == Source::Pretend));
        described.map(|device| table.judged(device)).collect()
    }

    /// Devices that were attached and are not any more, as they were then.
    pub fn gone(&self) -> Vec<Device> {
        let table = self.table();
        table.gone.values().cloned().map(|device| table.judged(device)).collect()
    }

    pub async fn settle(&self) {
        let mut pending = self.pending.subscribe();
        let _ = tokio::time::timeout(SETTLE, pending.wait_for(|count| *count == Some(0))).await;
    }

    fn count(&self, change: isize) {
        self.pending.send_modify(|count| *count = Some(count.unwrap_or(0).saturating_add_signed(change)));
    }

    /// Stops looking at a source; its devices are gone.
    pub fn forget(&self, source: Source) {
        let mut table = self.table();
        table.watching.remove(&source);
        table.seen.retain(|(from, _), _| *from != source);
        table.gone.retain(|_, device| device.pretend != (source == Source::Pretend));
    }
}

fn describe(seen: &Seen, pretend: bool) -> Device {
    let facts = seen.facts.as_ref();
    let text = |pick: fn(&Facts) -> &String| facts.map(pick).cloned().unwrap_or_default();
    Device {
        udid: seen.attached.udid.clone(),
        name: text(|facts| &facts.name),
        model: text(|facts| &facts.model),
        product_type: text(|facts| &facts.product_type),
        system: text(|facts| &facts.version),
        build: facts.map(|facts| facts.build.clone()),
        serial: facts.and_then(|facts| facts.serial.clone()),
        attached: true,
        connection: Some(match seen.attached.connection {
            device::Connection::Usb => Connection::Usb,
            device::Connection::Network => Connection::Network,
        }),
        pretend,
        trust: match facts.map(|facts| facts.trusted) {
            Some(true) => Trust::Trusted,
            Some(false) => Trust::Untrusted,
            None => Trust::Unknown,
        },
        battery: facts.and_then(|facts| facts.battery).map(|battery| battery.percent),
        charging: facts.and_then(|facts| facts.battery).map(|battery| battery.charging),
        storage_total: facts.and_then(|facts| facts.storage).map(|storage| storage.total),
        storage_free: facts.and_then(|facts| facts.storage).map(|storage| storage.free),
        encrypts: facts.and_then(|facts| facts.will_encrypt),
        last_version: None,
        versions: 0,
        location: String::new(),
        job: None,
        problem: seen.problem.clone(),
    }
}

/// Looks for devices until [`Devices::forget`].
pub fn watch(engine: &Engine, mux: Usbmux, source: Source) {
    let cancel = CancellationToken::new();
    engine.0.devices.table().watching.insert(source, cancel.clone().drop_guard());
    if source == Source::Real {
        network::watch(engine, mux.clone());
    }
    let mut events = mux.watch(cancel.clone());
    // Not an owner of the engine: dropping the last handle elsewhere ends the watching.
    let engine = engine.clone();
    tokio::spawn(async move {
        let mut refresh = tokio::time::interval(REFRESH);
        loop {
            tokio::select! {
                () = cancel.cancelled() => return,
                _ = refresh.tick() => ask_all(&engine, source),
                event = events.recv() => match event {
                    Some(event) => heard(&engine, &mux, source, event),
                    None => return,
                },
            }
        }
    });
}

fn heard(engine: &Engine, mux: &Usbmux, source: Source, event: Event) {
    let devices = &engine.0.devices;
    match event {
        Event::Ready if source == Source::Network => {}
        Event::Ready => {
            if source == Source::Real {
                devices.table().real = Usbmuxd { ready: true, reason: None };
            }
            // usbmuxd tells of the present devices right after; give it a moment before `settle` may return.
            devices.count(1);
            let engine = engine.clone();
            tokio::spawn(async move {
                tokio::time::sleep(Duration::from_millis(300)).await;
                engine.0.devices.count(-1);
            });
        }
        Event::Attached(attached) => {
            let key = (source, attached.device_id);
            let mut table = devices.table();
            if source != Source::Network {
                table.arrivals.came(&attached.udid, Instant::now());
            }
            table.seen.insert(key, Seen { mux: mux.clone(), attached, facts: None, problem: None });
            drop(table);
            ask(engine, key);
        }
        Event::Detached { device_id } => {
            let mut table = devices.table();
            if let Some(seen) = table.seen.remove(&(source, device_id)) {
                let gone = Device { attached: false, connection: None, ..describe(&seen, source == Source::Pretend) };
                table.gone.insert(gone.udid.clone(), gone);
            }
        }
        Event::Paired { device_id } => ask(engine, (source, device_id)),
        Event::Learnt { udid, mac } => engine.0.network.learnt(&udid, mac),
        Event::Lost { reason } if source == Source::Network => {
            tracing::info!(%reason, "the network cannot be searched now");
            devices.clear(source);
        }
        Event::Lost { reason } => {
            tracing::info!(%reason, "no usbmuxd");
            devices.clear(source);
            let mut table = devices.table();
            if source == Source::Real {
                table.real = Usbmuxd { ready: false, reason: Some(no_usbmuxd().to_string()) };
            }
            drop(table);
            devices.count(0);
        }
    }
    engine.changed(Topic::Devices);
    if source == Source::Real {
        engine.changed(Topic::App);
    }
}

fn ask_all(engine: &Engine, source: Source) {
    let keys: Vec<_> = engine.0.devices.table().seen.keys().filter(|(from, _)| *from == source).copied().collect();
    keys.into_iter().for_each(|key| ask(engine, key));
}

/// Asks one device again, e.g. after it was trusted.
pub fn refresh(engine: &Engine, udid: &str) {
    let keys: Vec<_> = engine
        .0
        .devices
        .table()
        .seen
        .iter()
        .filter(|(_, seen)| seen.attached.udid == udid)
        .map(|(key, _)| *key)
        .collect();
    keys.into_iter().for_each(|key| ask(engine, key));
}

fn ask(engine: &Engine, key: (Source, u32)) {
    let Some(seen) = engine.0.devices.table().seen.get(&key).cloned() else { return };
    engine.0.devices.count(1);
    let engine = engine.clone();
    tokio::spawn(async move {
        let answer = device::facts(&seen.mux, &seen.attached).await;
        if let Some(seen) = engine.0.devices.table().seen.get_mut(&key) {
            match answer {
                Ok(facts) => (seen.facts, seen.problem) = (Some(facts), None),
                Err(error) => seen.problem = Some(error.into()),
            }
        }
        engine.0.devices.count(-1);
        engine.changed(Topic::Devices);
    });
}
