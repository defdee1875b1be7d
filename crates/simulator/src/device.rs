//! One pretend phone as its services see it.

use crate::cable::Plug;
use crate::contents::{Contents, ContentsOptions, Persona};
use crate::doors::Doors;
use crate::identity::{DeviceKey, Hosts};
use crate::network::Network;
use crate::screen::Screen;
use crate::services::{Files, SharedFiles};
use crate::usbmuxd::Cables;
use crate::{BackupSummary, DeviceOptions, Error, Faults, RestoreSummary, Result, System, backup};
use plist::Dictionary;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard};
use tokio::runtime::Handle;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use wire::lockdown::notification::{PASSCODE_DISMISSED, PASSCODE_PRESENTED};

/// Day 0 of every phone, 2026-11-20 21:30 UTC, in Unix seconds, half an hour after its contents end: the clock depends on the day alone.
const FIRST_EVENING: i64 = 1_795_210_200;
const DAY: i64 = 86_400;

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
    pub find_my: AtomicBool,
    pub set_up: AtomicBool,
    pub restarts: AtomicU64,
    /// How often a trusted host asked for all the phone tells of itself.
    pub told: AtomicU64,
    /// Power assertions hosts hold.
    pub assertions: AtomicU64,
    busy: AtomicBool,
    pub last_backup: Mutex<Option<BackupSummary>>,
    pub last_restore: Mutex<Option<RestoreSummary>>,
    /// The backup password, as far as the phone knows it.
    pub vault: backup::Vault,
    /// A restore is in place and waits for the restart.
    pub wants_restart: AtomicBool,
    faults: Mutex<Faults>,
    pub doors: Doors,
    pub cables: Arc<Cables>,
    pub plug: Mutex<Option<Plug>>,
    pub network: Network,
    /// What hosts told lines that deserved no trust.
    pub overheard: Arc<Mutex<Vec<u8>>>,
    /// Where its own tasks run.
    pub runtime: Handle,
    /// When the simulator stops.
    pub stop: CancellationToken,
}

/// What all phones of a simulator share.
pub(crate) struct World {
    pub cables: Arc<Cables>,
    pub stop: CancellationToken,
}

impl Device {
    /// Builds the contents, so it may take a while; `folder` holds a home for each phone.
    pub fn build(options: DeviceOptions, folder: &Path, world: &World) -> Result<Device> {
        let home = folder.join(format!("phone-{}", options.seed));
        let contents_folder = home.join("contents");
        std::fs::create_dir_all(&contents_folder).map_err(Error::io(&contents_folder))?;
        let contents = Contents::build_with(
            ContentsOptions {
                seed: options.seed,
                scale: options.scale,
                longest_conversation: options.longest_conversation,
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
        persona.disk_size = options.capacity;
        persona.disk_free = options.free.min(options.capacity);
        let (version, build) = options.system.version();
        (persona.version, persona.build) = (version.into(), build.into());
        Ok(Device {
            hosts: Hosts::load(home.join("hosts.plist"), &key)?,
            screen: Screen::new(options.auto_trust, options.auto_passcode),
            locked: options.locked.into(),
            notices: broadcast::channel(256).0,
            files: SharedFiles::default(),
            settings: Mutex::default(),
            memory: backup::Memory::open(home.join("backups"))?,
            find_my: options.find_my.into(),
            set_up: options.set_up.into(),
            restarts: 0.into(),
            told: 0.into(),
            assertions: 0.into(),
            busy: false.into(),
            last_backup: Mutex::default(),
            last_restore: Mutex::default(),
            vault: backup::Vault::open(&home, options.seed, options.encryption.as_ref(), options.must_encrypt)?,
            wants_restart: false.into(),
            faults: Mutex::new(options.faults.clone()),
            doors: Doors::new(),
            plug: Mutex::default(),
            network: Network::new(options.network, options.wifi_connections),
            overheard: Arc::default(),
            runtime: Handle::current(),
            stop: world.stop.clone(),
            cables: world.cables.clone(),
            persona,
            contents: RwLock::new(contents),
            key,
            home,
            options,
        })
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

    /// What goes wrong in the backup or restore session that begins now; the next one has its own.
    pub fn session_faults(&self) -> Faults {
        let mut faults = lock(&self.faults);
        let mut then = std::mem::take(&mut faults.then).into_iter();
        let now = faults.clone();
        if let Some(next) = then.next() {
            *faults = Faults { then: then.collect(), ..next };
        }
        now
    }

    pub fn set_faults(self: &Arc<Self>, faults: Faults) {
        let storm = faults.storm;
        *lock(&self.faults) = faults;
        if let Some(storm) = storm {
            self.shake(storm);
        }
    }

    /// Whether a backup made now would be encrypted.
    pub fn encrypts(&self) -> bool {
        self.vault.encrypts()
    }

    pub fn is_locked(&self) -> bool {
        self.locked.load(Ordering::SeqCst)
    }

    /// Tells every observer; none is fine. iOS 15 tells nobody of its passcode prompt (`protocol.md` 2.7.11).
    pub fn post(&self, notice: &str) {
        if self.options.system == System::Ios15 && [PASSCODE_PRESENTED, PASSCODE_DISMISSED].contains(&notice) {
            return;
        }
        let _ = self.notices.send(notice.to_string());
    }

    /// What a host left for a restore in `/iTunesRestore/RestoreApplications.plist`.
    pub fn restore_applications(self: &Arc<Self>) -> Option<Vec<u8>> {
        Files::media(self.clone()).bytes("iTunesRestore/RestoreApplications.plist")
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

/// Locks, also after a panic elsewhere: everything guarded this way is whole between statements.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
