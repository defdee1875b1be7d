//! A home of its own for a test: an engine in a temporary folder, and pretend phones behind a real usbmuxd socket.

use engine::api::jobs::{Job, JobState};
use engine::simulator::{DeviceOptions, Faults, Options, Phone, Simulator};
use engine::{Config, Engine, api};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

#[cfg(target_os = "linux")]
pub mod link;

/// How long anything may take before a test gives up on it.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// An engine with a pretend phone attached.
pub struct Home {
    pub engine: Engine,
    pub simulator: Simulator,
    folder: TempDir,
}

/// A small phone that answers its prompts at once.
pub fn phone_options(seed: u64, scale: f64) -> DeviceOptions {
    DeviceOptions {
        seed,
        scale,
        auto_trust: Some(Duration::ZERO),
        auto_passcode: Some(Duration::ZERO),
        check: true,
        ..DeviceOptions::default()
    }
}

impl Home {
    /// One phone of seed 1.
    pub async fn new(scale: f64) -> Home {
        Home::with(phone_options(1, scale)).await
    }

    pub async fn with(device: DeviceOptions) -> Home {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let simulator = simulator(&folder.path().join("phones"), device).await;
        let engine = engine(folder.path(), Some(simulator.address().to_string())).await;
        engine.settle().await;
        Home { engine, simulator, folder }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn location(&self) -> PathBuf {
        self.folder.path().join("Backups")
    }

    pub fn phone(&self) -> Phone {
        self.simulator.phones().remove(0)
    }

    /// Calls the door; the answer must be good.
    pub async fn call(&self, name: &str, body: Value) -> Value {
        call(&self.engine, name, body).await
    }

    /// Starts a job and waits for its end, however it ends.
    pub async fn job(&self, name: &str, body: Value) -> Job {
        let started = self.call(name, body).await;
        self.wait(started["job"].as_u64().expect("a job")).await
    }

    pub async fn wait(&self, job: u64) -> Job {
        wait(&self.engine, job).await
    }

    /// Backs the phone up; it must work. Returns the version's id.
    pub async fn back_up(&self) -> String {
        let job = self.job("device.backUp", json!({ "udid": self.phone().udid() })).await;
        assert_eq!(job.state, JobState::Done, "{job:#?}");
        version_of(&job)
    }

    /// Backs the phone up with something going wrong; the job as it ended.
    pub async fn back_up_with(&self, faults: Faults) -> Job {
        self.phone().set_faults(faults);
        let job = self.job("device.backUp", json!({ "udid": self.phone().udid() })).await;
        self.phone().set_faults(Faults::default());
        job
    }

    /// The versions, oldest first.
    pub async fn versions(&self) -> Vec<Value> {
        let listed = self.call("versions.list", json!({})).await;
        assert_eq!(listed["damaged"], json!([]));
        let mut versions = listed["versions"].as_array().cloned().unwrap_or_default();
        versions.reverse();
        versions
    }

    /// How many items of each kind a version has.
    pub async fn counts(&self, version: &str) -> Value {
        let kinds = self.call("version.count", json!({ "version": version })).await;
        kinds
            .as_array()
            .into_iter()
            .flatten()
            .map(|kind| (kind["id"].as_str().unwrap_or("").to_string(), kind["count"].clone()))
            .collect()
    }

    /// Every card of a kind.
    pub async fn cards(&self, version: &str, kind: &str) -> Vec<Value> {
        let view = self.call("view.open", json!({ "version": version, "kind": kind })).await;
        let count = view["count"].as_u64().unwrap_or(0);
        let mut cards = Vec::new();
        for from in (0..count).step_by(500) {
            let page = self.call("view.rows", json!({ "view": view["view"], "from": from, "count": 500 })).await;
            cards.extend(page.as_array().cloned().unwrap_or_default());
        }
        cards
    }
}

/// Calls the door; the answer must be good.
pub async fn call(engine: &Engine, name: &str, body: Value) -> Value {
    api::call(engine, name, body).await.unwrap_or_else(|error| panic!("{name}: {error:?}"))
}

/// Waits for a job's end, however it ends.
pub async fn wait(engine: &Engine, job: u64) -> Job {
    let ended = tokio::time::timeout(PATIENCE, engine.jobs().wait(job)).await;
    ended.unwrap_or_else(|_| panic!("still running: {:?}", engine.jobs().list())).expect("a job")
}

/// The version a job made.
pub fn version_of(job: &Job) -> String {
    match &job.result {
        Some(api::jobs::JobResult::Version { version, .. }) => version.clone(),
        Some(api::jobs::JobResult::Imported { backups }) => backups
            .last()
            .and_then(|backup| backup.version.clone())
            .unwrap_or_else(|| panic!("not imported: {backups:?}")),
        other => panic!("no version: {other:?}"),
    }
}

/// One pretend phone on a free port.
pub async fn simulator(state: &Path, device: DeviceOptions) -> Simulator {
    std::fs::create_dir_all(state).expect("a folder for the phone");
    Simulator::start(Options { devices: vec![device], ..Options::new(state) }).await.expect("the pretend phone starts")
}

/// An engine whose folders are below `home`.
pub async fn engine(home: &Path, usbmuxd: Option<String>) -> Engine {
    let config = Config { watch_devices: usbmuxd.is_some(), usbmuxd, ..Config::below(home) };
    Engine::start(config).await.expect("the engine starts")
}

/// The files of a folder by relative path, with their bytes.
pub fn tree(folder: &Path) -> std::collections::BTreeMap<String, Vec<u8>> {
    let (mut files, mut todo) = (std::collections::BTreeMap::new(), vec![folder.to_path_buf()]);
    while let Some(here) = todo.pop() {
        for entry in std::fs::read_dir(&here).expect("a readable folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                todo.push(path);
            } else {
                let relative = path.strip_prefix(folder).expect("below it").to_string_lossy().into_owned();
                files.insert(relative, std::fs::read(&path).expect("a readable file"));
            }
        }
    }
    files
}

/// Whether `bytes` hold `part` somewhere. The C library looks: a loop of our own takes minutes where nothing is optimised.
#[cfg(unix)]
pub fn holds(bytes: &[u8], part: &[u8]) -> bool {
    // SAFETY: both are slices of the lengths that go with them, and nothing is written.
    let found = unsafe { libc::memmem(bytes.as_ptr().cast(), bytes.len(), part.as_ptr().cast(), part.len()) };
    !found.is_null()
}

#[cfg(not(unix))]
pub fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|found| found == part)
}

#[test]
fn a_part_is_found_wherever_it_is() {
    for part in [&b"ab"[..], b"bc", b"abcd", b"d"] {
        assert!(holds(b"abcd", part), "{part:?}");
    }
    for part in [&b"ac"[..], b"abcde", b"x"] {
        assert!(!holds(b"abcd", part), "{part:?}");
    }
}
