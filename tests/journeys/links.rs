//! A device over a network that loses and delays what it carries, and over one that goes away. The device is the real
//! `heirloom simulate` in a network namespace; only usbmuxd's socket leads out of it.

use crate::sweep::verify_all;
use crate::terminal::program;
use engine::Engine;
use engine::api::Code;
use engine::api::jobs::{Job, JobState};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tests::link::{Link, Quality};
use tests::{call, wait};

/// A bedroom two walls away from the router; nearer by in most runs, because that is quicker.
fn poor() -> Quality {
    let (delay, bits_per_second) = match faults() {
        true => (Duration::from_millis(20), 20_000_000),
        false => (Duration::from_millis(2), 80_000_000),
    };
    Quality { lost_per_mille: 20, delay, bits_per_second }
}

/// Whether this is a run that may take its time (`cargo xtask faults`).
fn faults() -> bool {
    std::env::var_os("HEIRLOOM_FAULTS").is_some()
}

/// An engine here and a device at the far end of a link.
struct Rooms {
    engine: Engine,
    udid: String,
    device: Device,
    // After the device, which is in its namespace.
    link: Link,
    home: TempDir,
}

struct Device {
    process: Child,
    hand: ChildStdin,
}

impl Drop for Device {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Device {
    /// Starts it; with its usbmuxd's address and its UDID.
    fn start(link: &Link, folder: &Path) -> (Device, String, String) {
        let mut process = link
            .at_far_end(&program())
            .args(["simulate", "--port", "0", "--seed", "77", "--scale", "0.002"])
            .args(["--network", &link.far.to_string(), "--unix"])
            .arg(folder.join("usbmuxd"))
            .arg("--state")
            .arg(folder.join("phone"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("a device at the far end");
        let hand = process.stdin.take().expect("a pipe");
        let mut says = BufReader::new(process.stdout.take().expect("a pipe")).lines().map_while(Result::ok);
        let device = Device { process, hand };
        let address = says.next().unwrap_or_default();
        let address = address.strip_prefix("USBMUXD_SOCKET_ADDRESS=").expect("an address").to_string();
        (device, address, says.next().expect("a UDID"))
    }

    fn does(&mut self, what: &str) {
        writeln!(self.hand, "{what}").expect("a device that listens");
    }
}

impl Rooms {
    /// A device that trusts this computer, may be reached over Wi-Fi, and has no cable any more.
    async fn new(quality: Quality) -> Option<Rooms> {
        let home = tempfile::tempdir().expect("a temporary folder");
        let link = Link::new(quality)?;
        let (device, usbmuxd, udid) = Device::start(&link, home.path());
        let engine = tests::engine(home.path(), Some(usbmuxd)).await;
        engine.settle().await;
        let mut rooms = Rooms { engine, udid, device, link, home };
        let asked = json!({ "udid": rooms.udid });
        assert_eq!(rooms.job("device.pair", asked.clone()).await.state, JobState::Done);
        call(&rooms.engine, "wifi.set", json!({ "udid": rooms.udid, "on": true })).await;
        rooms.device.does("unplug");
        rooms.seen(|device| device["connection"] == "network" && device["trust"] == "trusted").await;
        Some(rooms)
    }

    fn location(&self) -> PathBuf {
        self.home.path().join("Backups")
    }

    async fn job(&self, name: &str, body: Value) -> Job {
        let started = call(&self.engine, name, body).await;
        wait(&self.engine, started["job"].as_u64().expect("a job")).await
    }

    async fn back_up(&self, full: bool) {
        let job = self.job("device.backUp", json!({ "udid": self.udid, "full": full })).await;
        assert_eq!(job.state, JobState::Done, "{job:#?}");
    }

    /// Waits until the device looks as wanted.
    async fn seen(&self, wanted: impl Fn(&Value) -> bool) {
        let (started, mut device) = (Instant::now(), Value::Null);
        while started.elapsed() < Duration::from_secs(60) {
            device = call(&self.engine, "devices.list", json!({})).await[0].clone();
            if wanted(&device) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("{device:#}");
    }

    /// Waits until some of a backup has arrived.
    async fn midway(&self) {
        for _ in 0..600 {
            let jobs = call(&self.engine, "jobs.list", json!({})).await;
            let running = jobs.as_array().into_iter().flatten().find(|job| job["state"] == "running");
            if running.expect("a backup under way")["bytes"].as_u64() > Some(100_000) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        panic!("nothing arrives");
    }

    async fn versions(&self) -> usize {
        let listed = call(&self.engine, "versions.list", json!({})).await;
        assert_eq!(listed["damaged"], json!([]));
        listed["versions"].as_array().map_or(0, Vec::len)
    }

    /// What each version holds, by path, oldest first.
    fn contents(&self) -> Vec<BTreeMap<String, Vec<u8>>> {
        let store = store::Store::open(&self.location()).expect("a store");
        let mut heads = store.versions(&self.udid).expect("versions").versions;
        heads.sort_by_key(|head| head.seq);
        let version = |head: &store::VersionHead| {
            let version = store.version(&self.udid, head.seq).expect("a version");
            let read = |path: String| {
                let mut bytes = Vec::new();
                version.open(&path).expect("what is stored").map(|mut file| file.read_to_end(&mut bytes));
                (path, bytes)
            };
            version.entries().map(|entry| read(entry.path)).collect()
        };
        heads.iter().map(version).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_a_lossy_link_a_version_is_whole() {
    let Some(mut rooms) = Rooms::new(poor()).await else { return };
    let started = Instant::now();
    rooms.back_up(true).await;
    println!("backed up in {:.1} s, {} frames lost", started.elapsed().as_secs_f64(), rooms.link.lost());
    assert!(rooms.link.lost() > 100, "the link is as poor as it should be");
    verify_all(rooms.location()).await;

    // Everything once more, over the cable: the same bytes.
    rooms.device.does("plug");
    rooms.seen(|device| device["connection"] == "usb").await;
    rooms.back_up(true).await;
    assert_eq!(rooms.versions().await, 2);
    let [air, cable] = &rooms.contents()[..] else { panic!("two versions") };
    assert!(air.keys().eq(cable.keys()), "{:?} and {:?}", air.keys(), cable.keys());
    assert!(air.len() > 300, "{}", air.len());
    let other: Vec<_> = air.keys().filter(|path| air[*path] != cable[*path]).collect();
    let own = |path: &str| OF_THE_SESSION.contains(&path);
    assert!(other.iter().all(|path| own(path)), "{other:?}");
}

/// Files that tell of the backup itself.
const OF_THE_SESSION: &[&str] = &["Info.plist", "Manifest.db", "Manifest.plist", "Status.plist"];

/// What a silent link may cost, from `device`: a socket gives up after 72 seconds without an answer.
const GIVES_UP: Duration = Duration::from_secs(72 + 15);

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_goes_away_ends_the_backup() {
    if !faults() {
        println!("skipped: takes more than a minute; `cargo xtask faults` runs it");
        return;
    }
    let slow = Quality { lost_per_mille: 0, bits_per_second: 1_000_000, ..poor() };
    let Some(mut rooms) = Rooms::new(slow).await else { return };
    let started = call(&rooms.engine, "device.backUp", json!({ "udid": rooms.udid })).await;
    rooms.midway().await;
    rooms.link.set_up(false);
    let down = Instant::now();
    let job = wait(&rooms.engine, started["job"].as_u64().expect("a job")).await;
    println!("ended {:.1} s after the link went down: {:?}", down.elapsed().as_secs_f64(), job.error);
    assert_eq!(job.state, JobState::Failed, "{job:#?}");
    let code = job.error.expect("why").code;
    assert!(matches!(code, Code::DeviceDisconnected | Code::DeviceTimeout), "{code:?}");
    assert!(down.elapsed() < GIVES_UP, "{:?}", down.elapsed());
    assert_eq!(rooms.versions().await, 0);

    rooms.link.set_up(true);
    rooms.device.does("plug");
    rooms.seen(|device| device["connection"] == "usb" && device["trust"] == "trusted").await;
    rooms.back_up(false).await;
    verify_all(rooms.location()).await;
}
