//! All the app does, without a window.
//!
//! [`api`] is the only door. `actions` are the long-running jobs, `browse` answers questions about one version,
//! `library` knows locations, versions and devices, `index` finds things across versions.

mod actions;
pub mod api;
mod browse;
mod devices;
mod index;
pub mod jobs;
mod json_file;
mod keeping;
mod library;
mod live;
mod locations;
mod locks;
pub mod media;
mod offers;
mod pretend;
mod settings;
pub mod stream;

pub use device::QUIET_LOGS;
pub use export::iso_time;
pub use simulator;

use api::{Event, Result, Topic};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

/// Where the engine keeps its own things on this computer.
#[derive(Clone, Debug)]
pub struct Config {
    /// Settings, the index, session logs, the pretend iPhone. Survives.
    pub data: PathBuf,
    /// Previews and private copies. May be deleted at any time while the app is closed.
    pub cache: PathBuf,
    /// The location offered to a new user.
    pub default_location: PathBuf,
    /// Whether to look for devices.
    pub watch_devices: bool,
    /// Whether to work in the background: fill the search index, look after the locations, look for others' backups.
    pub index: bool,
    /// Where Apple's programs keep backups on this computer.
    pub apples_folders: Vec<PathBuf>,
    /// How long a backup of another program must not have changed before it is offered.
    pub quiet: Duration,
    /// Where usbmuxd listens, in any spelling of `USBMUXD_SOCKET_ADDRESS`; the environment's or the system's when `None`.
    pub usbmuxd: Option<String>,
}

impl Config {
    /// The usual folders of this user; all below `HEIRLOOM_HOME` where that is set.
    pub fn for_this_user() -> Config {
        if let Some(home) = std::env::var_os("HEIRLOOM_HOME").map(PathBuf::from) {
            return Config::below(&home);
        }
        let folders = directories::ProjectDirs::from("org", "heirloom", "Heirloom");
        let people = directories::UserDirs::new();
        let home = people.as_ref().map_or_else(|| PathBuf::from("."), |user| user.home_dir().to_path_buf());
        let documents = people.as_ref().and_then(|user| user.document_dir()).map_or(home.clone(), PathBuf::from);
        Config {
            data: folders.as_ref().map_or_else(|| home.join(".heirloom"), |dirs| dirs.data_local_dir().to_path_buf()),
            cache: folders.as_ref().map_or_else(|| home.join(".heirloom/cache"), |dirs| dirs.cache_dir().to_path_buf()),
            default_location: documents.join("iPhone Backups"),
            watch_devices: true,
            index: true,
            apples_folders: people.as_ref().map(|user| offers::apples_folders(user.home_dir())).unwrap_or_default(),
            quiet: offers::QUIET,
            usbmuxd: None,
        }
    }

    /// Everything below one folder.
    pub fn below(home: &Path) -> Config {
        Config {
            data: home.join("data"),
            cache: home.join("cache"),
            default_location: home.join("Backups"),
            watch_devices: true,
            index: true,
            apples_folders: Vec::new(),
            quiet: offers::QUIET,
            usbmuxd: None,
        }
    }

    fn mux(&self) -> device::Usbmux {
        let named = self.usbmuxd.as_deref().and_then(device::Address::parse);
        named.map_or_else(device::Usbmux::from_env, device::Usbmux::at)
    }
}

/// The app without a window; cheap to clone.
#[derive(Clone)]
pub struct Engine(Arc<Parts>);

struct Parts {
    config: Config,
    events: broadcast::Sender<Event>,
    settings: settings::SettingsFile,
    jobs: jobs::Jobs,
    devices: devices::Devices,
    network: devices::Network,
    cloud: live::cloud::Told,
    library: library::Library,
    opened: browse::OpenedVersions,
    views: browse::Views,
    index: index::Index,
    pretend: pretend::Slot,
    previews: browse::Previews,
    locks: locks::Locks,
    store_keys: locks::StoreKeys,
    seen: locations::Seen,
    records: keeping::Records,
    offers: offers::Found,
    stream: stream::Address,
    scratch: browse::Scratch,
    /// Cancelled when the engine stops: background work ends.
    stopping: CancellationToken,
}

impl Engine {
    /// Opens the folders, cleans up after a crash, and starts looking for devices.
    pub async fn start(config: Config) -> Result<Engine> {
        let parts = api::blocking(move || Parts::open(config)).await?;
        let engine = Engine(Arc::new(parts));
        engine.0.settings.watch(&engine);
        stream::serve(&engine).await?;
        if engine.0.config.watch_devices {
            devices::watch(&engine, engine.0.config.mux(), devices::Source::Real);
        }
        if engine.0.config.index {
            index::start(&engine);
            keeping::start(&engine);
            offers::start(&engine);
        }
        locks::watch(&engine);
        Ok(engine)
    }

    /// Everything that happens from now on.
    pub fn events(&self) -> broadcast::Receiver<Event> {
        self.0.events.subscribe()
    }

    pub fn jobs(&self) -> &jobs::Jobs {
        &self.0.jobs
    }

    /// Waits until the devices attached at the start have been asked for their names.
    pub async fn settle(&self) {
        self.0.devices.settle().await;
    }

    /// Cancels what runs and leaves no private copies behind.
    pub async fn stop(&self) {
        self.0.stopping.cancel();
        self.0.index.wake();
        self.0.jobs.stop().await;
        pretend::take_away(self).await;
        locks::lock(self);
        self.0.views.clear();
        self.0.opened.clear();
        self.0.scratch.remove();
    }

    fn changed(&self, topic: Topic) {
        let _ = self.0.events.send(Event::Changed(topic));
    }
}

impl Parts {
    fn open(config: Config) -> Result<Parts> {
        let (events, _) = broadcast::channel(1024);
        let scratch = browse::Scratch::open(&config.cache)?;
        Ok(Parts {
            settings: settings::SettingsFile::open(&config)?,
            jobs: jobs::Jobs::new(events.clone()),
            devices: devices::Devices::default(),
            network: devices::Network::open(&config.data),
            cloud: live::cloud::Told::default(),
            library: library::Library::open(&config.data)?,
            opened: browse::OpenedVersions::new(scratch.folder()),
            views: browse::Views::default(),
            index: index::Index::open(&config.data)?,
            records: keeping::Records::open(&config.data),
            offers: offers::Found::open(&config.data),
            pretend: pretend::Slot::default(),
            previews: browse::Previews::open(&config.cache),
            locks: locks::Locks::default(),
            store_keys: locks::StoreKeys::default(),
            seen: locations::Seen::open(&config.data),
            stream: stream::Address::default(),
            scratch,
            stopping: CancellationToken::new(),
            events,
            config,
        })
    }
}

/// Now, in Unix milliseconds.
pub(crate) fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
