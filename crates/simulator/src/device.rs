//! One pretend phone as its services see it.

use crate::contents::{Contents, ContentsOptions, Persona};
use crate::identity::{DeviceKey, Host, Hosts};
use crate::screen::Screen;
use crate::services::{Kind, SharedFiles};
use crate::usbmuxd::Cables;
use crate::{BackupSummary, DeviceOptions, Error, Faults, Result, backup, lockdown, services, stream::Raw};
use plist::Dictionary;
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU16, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

/// Day 0 of every phone, 2026-11-20 21:30 UTC, in Unix seconds, half an hour after its contents end: the clock depends on the day alone.
const FIRST_EVENING: i64 = 1_795_210_200;
const DAY: i64 = 86_400;
/// How long a port from `StartService` waits for its one connection.
const TICKET_LIFE: Duration = Duration::from_secs(10);
const FIRST_SERVICE_PORT: u16 = 49_152;

pub(crate) struct Device {
    pub options: DeviceOptions,
    /// Where it keeps what it remembers.
    pub home: PathBuf,
    pub persona: Persona,
    contents: RwLock<Contents>,
    pub key: DeviceKey,
    pub hosts: Hosts,
    pub screen: Screen,
    pub locked: AtomicBool,
    /// Names posted through notification_proxy, by hosts and by the phone.
    pub notices: broadcast::Sender<String>,
    /// Locks and files hosts made through AFC.
    pub files: SharedFiles,
    /// What hosts changed with `SetValue`, by domain and key.
    pub settings: Mutex<HashMap<(String, String), plist::Value>>,
    pub memory: backup::Memory,
    busy: AtomicBool,
    pub last_backup: Mutex<Option<BackupSummary>>,
    faults: Mutex<Faults>,
    tickets: Mutex<HashMap<u16, Ticket>>,
    next_port: AtomicU16,
    cables: Arc<Cables>,
    plug: Mutex<Option<Plug>>,
}

/// A started service waiting for its connection.
struct Ticket {
    kind: Kind,
    host: Option<Arc<Host>>,
    made: Instant,
}

/// The cable, while it is in.
struct Plug {
    id: u32,
    pulled: CancellationToken,
}

impl Device {
    /// Builds the contents, so it may take a while; `folder` holds a home for each phone.
    pub fn build(options: DeviceOptions, folder: &Path, cables: Arc<Cables>) -> Result<Device> {
        let home = folder.join(format!("phone-{}", options.seed));
        let contents_folder = home.join("contents");
        std::fs::create_dir_all(&contents_folder).map_err(Error::io(&contents_folder))?;
        let contents = Contents::build_with(
            ContentsOptions {
                seed: options.seed,
                scale: options.scale,
                extra_files: options.extra_files,
                extra_big: options.extra_big.clone(),
            },
            &contents_folder,
        )?;
        let mut persona = contents.persona().clone();
        if let Some(name) = &options.name {
            persona.device_name = name.clone();
        }
        let key = DeviceKey::load_or_make(&home.join("device-key.der"))?;
        let device = Device {
            hosts: Hosts::load(home.join("hosts.plist"), &key)?,
            screen: Screen::new(options.auto_trust, options.auto_passcode),
            locked: options.locked.into(),
            notices: broadcast::channel(256).0,
            files: SharedFiles::default(),
            settings: Mutex::default(),
            memory: backup::Memory::open(home.join("backups"))?,
            busy: false.into(),
            last_backup: Mutex::default(),
            faults: Mutex::new(options.faults.clone()),
            tickets: Mutex::default(),
            next_port: FIRST_SERVICE_PORT.into(),
            cables,
            plug: Mutex::default(),
            persona,
            contents: RwLock::new(contents),
            key,
            home,
            options,
        };
        if device.options.plugged {
            device.plug();
        }
        Ok(device)
    }

    pub fn contents(&self) -> RwLockReadGuard<'_, Contents> {
        self.contents.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// What must not happen twice at a time: a backup, or a day that passes. `None` while the other goes on.
    pub fn busy(&self) -> Option<Busy<'_>> {
        (!self.busy.swap(true, Ordering::SeqCst)).then_some(Busy(&self.busy))
    }

    pub fn day_passes(&self) -> Result<()> {
        let _busy = self.busy().ok_or(Error::BackingUp)?;
        Ok(self.contents.write().unwrap_or_else(PoisonError::into_inner).day_passes()?)
    }

    /// The phone's clock, Unix seconds.
    pub fn now(&self) -> i64 {
        FIRST_EVENING + i64::from(self.contents().day()) * DAY
    }

    /// The name it goes by; a host may have changed it.
    pub fn name(&self) -> String {
        let changed = self.setting("", "DeviceName").and_then(|name| name.into_string());
        changed.unwrap_or_else(|| self.persona.device_name.clone())
    }

    pub fn setting(&self, domain: &str, key: &str) -> Option<plist::Value> {
        lock(&self.settings).get(&(domain.to_string(), key.to_string())).cloned()
    }

    pub fn faults(&self) -> Faults {
        lock(&self.faults).clone()
    }

    pub fn set_faults(&self, faults: Faults) {
        *lock(&self.faults) = faults;
    }

    pub fn is_locked(&self) -> bool {
        self.locked.load(Ordering::SeqCst)
    }

    /// Tells every observer; none is fine.
    pub fn post(&self, notice: &str) {
        let _ = self.notices.send(notice.to_string());
    }

    pub fn plug(&self) {
        let mut plug = lock(&self.plug);
        if plug.is_none() {
            let id = self.cables.attach(&self.persona.udid);
            *plug = Some(Plug { id, pulled: CancellationToken::new() });
        }
    }

    pub fn unplug(&self) {
        if let Some(plug) = lock(&self.plug).take() {
            plug.pulled.cancel();
            self.cables.detach(plug.id);
        }
    }

    /// The id usbmuxd knows it by and the token of its cable; `None` while it is unplugged.
    pub fn attached(&self) -> Option<(u32, CancellationToken)> {
        lock(&self.plug).as_ref().map(|plug| (plug.id, plug.pulled.clone()))
    }

    /// Opens a port for one connection to a service. `host` gives the TLS set-up; without one there is no TLS.
    pub fn open_port(&self, kind: Kind, host: Option<Arc<Host>>) -> u16 {
        let mut tickets = lock(&self.tickets);
        tickets.retain(|_, ticket| ticket.made.elapsed() < TICKET_LIFE);
        loop {
            let port = self.next_port.fetch_add(1, Ordering::Relaxed).max(FIRST_SERVICE_PORT);
            if port != wire::usbmux::LOCKDOWN_PORT && !tickets.contains_key(&port) {
                tickets.insert(port, Ticket { kind, host, made: Instant::now() });
                return port;
            }
        }
    }

    /// What answers on a port of the phone; `None` when nothing does. A service port answers once.
    pub fn door(&self, port: u16) -> Option<Door> {
        if port == wire::usbmux::LOCKDOWN_PORT {
            return Some(Door::Lockdown);
        }
        let ticket = lock(&self.tickets).remove(&port)?;
        (ticket.made.elapsed() < TICKET_LIFE).then_some(Door::Service(ticket.kind, ticket.host))
    }

    /// Serves a connection to `door` until either side ends it.
    pub async fn serve(self: &Arc<Self>, door: Door, raw: Raw) -> io::Result<()> {
        match door {
            Door::Lockdown => lockdown::serve(self.clone(), raw).await,
            Door::Service(kind, None) => services::serve(self.clone(), kind, raw).await,
            Door::Service(kind, Some(host)) => {
                let tls = crate::tls::accept(host.tls.clone(), raw).await?;
                services::serve(self.clone(), kind, Box::new(tls)).await
            }
        }
    }

    /// The values a backup keeps of lockdown, under `Lockdown` in Manifest.plist.
    pub fn identity_values(&self) -> Dictionary {
        let Persona { product_type, version, build, serial, udid, .. } = &self.persona;
        crate::stream::dictionary([
            ("BuildVersion", build.as_str().into()),
            ("DeviceName", self.name().into()),
            ("ProductType", product_type.as_str().into()),
            ("ProductVersion", version.as_str().into()),
            ("SerialNumber", serial.as_str().into()),
            ("UniqueDeviceID", udid.as_str().into()),
        ])
    }
}

/// Held while the phone backs up or a day passes.
pub(crate) struct Busy<'a>(&'a AtomicBool);

impl Drop for Busy<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::SeqCst);
    }
}

/// What answers on a port.
pub(crate) enum Door {
    Lockdown,
    Service(Kind, Option<Arc<Host>>),
}

/// Locks, also after a panic elsewhere: everything guarded this way is whole between statements.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
