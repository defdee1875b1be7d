//! The real `heirloom`, killed (SIGKILL) at random moments of a backup and of a restore: no version is damaged, locks are
//! released, and the next run works. `cargo xtask faults` does it a hundred times each, `cargo xtask test` three times.

use crate::sweep::{Random, verify_all};
use crate::terminal::{good, heirloom};
use engine::simulator::{Phone, Simulator};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tests::{PATIENCE, phone_options, simulator};

const SCALE: f64 = 0.002;

fn times() -> u64 {
    if std::env::var_os("HEIRLOOM_FAULTS").is_some() { 100 } else { 3 }
}

#[derive(Debug, Default)]
struct Counts {
    killed: u64,
    /// It was over before the blow fell.
    too_late: u64,
    /// Of those killed, those that had made their version already.
    made_all_the_same: u64,
    slowest_next_run_seconds: f64,
}

/// A computer, and a phone that trusts it.
struct Room {
    simulator: Simulator,
    home: PathBuf,
    mux: String,
    _folder: TempDir,
}

impl Room {
    async fn new(seed: u64) -> Room {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let simulator = simulator(&folder.path().join("phone"), phone_options(seed, SCALE)).await;
        let mux = simulator.address().to_string();
        Room { simulator, home: folder.path().join("home"), mux, _folder: folder }
    }

    fn phone(&self) -> Phone {
        self.simulator.phones().remove(0)
    }

    fn location(&self) -> PathBuf {
        self.home.join("Backups")
    }

    /// Runs `heirloom` to its good end; how long that took.
    async fn whole(&self, arguments: &[&str]) -> Duration {
        let started = Instant::now();
        let run = good(&self.home, &self.mux, arguments);
        let job = tokio::time::timeout(PATIENCE, run).await.unwrap_or_else(|_| panic!("{arguments:?} hangs"));
        assert_eq!(job["state"], "done", "{job:#}");
        started.elapsed()
    }

    /// Starts `heirloom` and kills it after a while; whether it was still running.
    async fn killed(&self, arguments: &[&str], after: Duration) -> bool {
        let mut command = heirloom(&self.home, &self.mux);
        let mut child = command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("heirloom");
        tokio::time::sleep(after).await;
        let running = child.try_wait().expect("its state").is_none();
        let _ = child.kill();
        let _ = child.wait();
        running
    }

    /// The numbers of the versions there are; none is damaged.
    fn versions(&self) -> Vec<u64> {
        let store = store::Store::open(&self.location()).expect("a store");
        let list = store.versions(self.phone().udid()).expect("versions");
        assert!(list.damaged.is_empty(), "{:?}", list.damaged);
        list.versions.iter().map(|head| head.seq).collect()
    }

    /// What killed processes kept private copies in is taken away by the next one.
    fn nothing_is_left_behind(&self) {
        let scratch = std::fs::read_dir(self.home.join("cache/scratch")).into_iter().flatten().flatten();
        let left: Vec<_> = scratch.map(|entry| entry.file_name()).filter(|name| name != "turn").collect();
        assert!(left.is_empty(), "{left:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_killed_anywhere_damages_nothing() {
    let room = Room::new(4).await;
    room.whole(&["back-up"]).await;
    room.phone().day_passes().expect("a day");
    let usual = room.whole(&["back-up"]).await;
    let (mut counts, mut random) = (Counts::default(), Random(11));
    for _ in 0..times() {
        noticed(&room.phone()).await;
        room.phone().day_passes().expect("a day");
        let before = room.versions();
        let after = Duration::from_millis(random.below(usual.as_millis() as u64));
        let running = room.killed(&["back-up"], after).await;
        let now = room.versions();
        assert!(now.starts_with(&before), "killed after {after:?}: {before:?} became {now:?}");
        match running {
            true => counts.killed += 1,
            false => counts.too_late += 1,
        }
        counts.made_all_the_same += u64::from(running && now.len() > before.len());
        noticed(&room.phone()).await;
        let took = room.whole(&["back-up"]).await;
        counts.slowest_next_run_seconds = counts.slowest_next_run_seconds.max(took.as_secs_f64());
        assert_eq!(room.versions().len(), now.len() + 1, "killed after {after:?}");
    }
    println!("backup killed: {counts:?}");
    room.nothing_is_left_behind();
    verify_all(room.location()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_killed_anywhere_writes_nothing_to_the_store() {
    let room = Room::new(5).await;
    room.whole(&["back-up"]).await;
    let (phone, before) = (room.phone(), kept(&room.location()));
    let (udid, name) = (phone.udid().to_string(), phone.name());
    let restore = ["restore", "latest", "--to", &udid, "--yes", &name];
    let usual = room.whole(&restore).await;
    let (mut counts, mut random) = (Counts::default(), Random(12));
    for _ in 0..times() {
        back_from_its_restart(&phone).await;
        let after = Duration::from_millis(random.below(usual.as_millis() as u64));
        match room.killed(&restore, after).await {
            true => counts.killed += 1,
            false => counts.too_late += 1,
        }
        // Killed after the device's last word it restarts all the same, a moment later.
        noticed(&phone).await;
        tokio::time::sleep(Duration::from_secs(2)).await;
        back_from_its_restart(&phone).await;
        let took = room.whole(&restore).await;
        counts.slowest_next_run_seconds = counts.slowest_next_run_seconds.max(took.as_secs_f64());
        let back = phone.last_restore().expect("a restore");
        assert_eq!((back.code, back.differences), (Some(0), Vec::new()), "killed after {after:?}");
    }
    println!("restore killed: {counts:?}");
    room.nothing_is_left_behind();
    assert!(kept(&room.location()) == before, "the store is only read");
}

/// Until the phone has noticed that nobody is there any more; before, it says that another backup is running.
async fn noticed(phone: &Phone) {
    for _ in 0..200 {
        if !phone.is_busy() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the phone goes on with what nobody asks for any more");
}

async fn back_from_its_restart(phone: &Phone) {
    for _ in 0..200 {
        if phone.is_plugged() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the phone does not come back");
}

/// The files of a store with their bytes; leases come and go.
fn kept(location: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = tests::tree(location);
    files.retain(|path, _| !path.contains("/leases/"));
    files
}
