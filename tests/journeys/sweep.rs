//! The line cut at every message and at random bytes of a backup and of a restore: no version is damaged, nothing hangs,
//! and the next try works. `cargo xtask faults` goes through all of it, `cargo xtask test` through a sample.

use engine::api::Code;
use engine::api::jobs::{Job, JobState};
use engine::simulator::Faults;
use serde_json::json;
use std::path::PathBuf;
use std::time::{Duration, Instant};
use tests::Home;

/// The smallest phone that still has a bit of everything.
const SCALE: f64 = 0.002;
/// More messages than any session of such a phone has.
const MESSAGES: u64 = 2_000;
/// A line that is cut is noticed at once; what is more is this computer's own work.
const NO_HANG: Duration = Duration::from_secs(30);

/// How many places to cut at.
struct Extent {
    /// Every so many messages.
    every: usize,
    bytes: u64,
}

fn extent() -> Extent {
    match std::env::var_os("HEIRLOOM_FAULTS") {
        Some(_) => Extent { every: 1, bytes: 200 },
        None => Extent { every: 9, bytes: 8 },
    }
}

#[derive(Default, Debug)]
struct Counts {
    cuts: u64,
    finished_all_the_same: u64,
    slowest_seconds: f64,
}

/// A generator whose numbers are the same in every run.
pub struct Random(pub u64);

impl Random {
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % end.max(1)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_cut_anywhere_damages_nothing() {
    let home = Home::new(SCALE).await;
    let first = home.back_up().await;
    let counts = home.counts(&first).await;
    home.phone().day_passes().expect("a day");
    let cut = sweep(&home, async |faults| home.back_up_with(faults).await).await;
    println!("backup: {cut:?}");
    assert_eq!(home.counts(&first).await, counts, "the first version is what it was");
    home.back_up().await;
    verify_all(home.location()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restore_cut_anywhere_writes_nothing_to_the_store() {
    let home = Home::new(SCALE).await;
    let version = home.back_up().await;
    let before = tests::tree(&home.location());
    let phone = home.phone();
    let asked = json!({
        "version": version, "udid": phone.udid(), "keepSettings": true, "removeOthers": false, "reboot": true,
        "apps": false, "confirmedName": phone.name(),
    });
    let restore = async |faults| {
        phone.set_faults(faults);
        let job = home.job("restore.start", asked.clone()).await;
        phone.set_faults(Faults::default());
        attached(&home).await;
        job
    };
    let cut = sweep(&home, restore).await;
    println!("restore: {cut:?}");
    let last = restore(Faults::default()).await;
    assert_eq!(last.state, JobState::Done, "{last:#?}");
    assert_eq!(phone.last_restore().map(|back| back.differences), Some(Vec::new()));
    // Leases come and go; nothing else may have changed.
    let own = |files: &std::collections::BTreeMap<String, Vec<u8>>| {
        files.iter().filter(|(path, _)| !path.contains("/leases/")).map(|(path, _)| path.clone()).collect::<Vec<_>>()
    };
    let after = tests::tree(&home.location());
    assert_eq!(own(&after), own(&before));
    for path in own(&before) {
        assert!(after[&path] == before[&path], "{path} changed");
    }
}

/// Runs `work` with the line cut at message after message until it gets through, then at random bytes.
async fn sweep(home: &Home, work: impl AsyncFn(Faults) -> Job) -> Counts {
    let (extent, mut counts) = (extent(), Counts::default());
    let mut message = 1;
    while message < MESSAGES {
        let job = timed(&mut counts, work(Faults { cut_at_message: Some(message), ..Faults::default() })).await;
        if job.state == JobState::Done {
            break;
        }
        assert_eq!(job.state, JobState::Failed, "message {message}: {job:#?}");
        released(&job);
        assert_eq!(home.versions().await.len(), 1, "message {message}");
        counts.cuts += 1;
        message += extent.every as u64;
    }
    assert!(message < MESSAGES, "it never got through");
    counts.finished_all_the_same += 1;
    let mut random = Random(7);
    for _ in 0..extent.bytes {
        let at = random.below(1 << 20);
        let job = timed(&mut counts, work(Faults { cut_after_bytes: Some(at), ..Faults::default() })).await;
        match job.state {
            JobState::Done => counts.finished_all_the_same += 1,
            JobState::Failed => {
                released(&job);
                counts.cuts += 1;
            }
            other => panic!("cut after {at} bytes: {other:?}"),
        }
    }
    counts
}

/// The locks of the try before stood in nobody's way.
fn released(job: &Job) {
    let code = job.error.as_ref().expect("why").code;
    assert!(!matches!(code, Code::DeviceBusy | Code::StoreBusy), "{job:#?}");
}

async fn timed(counts: &mut Counts, work: impl Future<Output = Job>) -> Job {
    let started = Instant::now();
    let job = work.await;
    assert!(started.elapsed() < NO_HANG, "{:?}: {job:#?}", started.elapsed());
    counts.slowest_seconds = counts.slowest_seconds.max(started.elapsed().as_secs_f64());
    job
}

/// Waits for a phone that restarts.
async fn attached(home: &Home) {
    for _ in 0..200 {
        let device = home.call("devices.list", json!({})).await[0].clone();
        if device["attached"] == true && device["trust"] == "trusted" {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the phone does not come back");
}

/// Every byte of every version is the one that was stored.
pub async fn verify_all(location: PathBuf) {
    let damaged = tokio::task::spawn_blocking(move || {
        let store = store::Store::open(&location).expect("a store");
        let udid = store.devices().expect("devices").remove(0);
        let list = store.versions(&udid).expect("versions");
        assert!(list.damaged.is_empty(), "{:?}", list.damaged);
        let versions = list.versions.iter().map(|head| store.version(&udid, head.seq).expect("a version"));
        let go_on = &mut |_, _| std::ops::ControlFlow::Continue(());
        versions.flat_map(|version| version.verify(store::Depth::Bytes, go_on).damaged).collect::<Vec<_>>()
    });
    assert_eq!(damaged.await.expect("a look at the store"), []);
}
