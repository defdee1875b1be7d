//! A backup under way to a share whose server is killed, stalls, is full, or never answers again: the job ends with the right
//! reason, the last version is whole, and the next backup works. Needs root and bindfs; says so where absent.

use crate::full_disk::{Disk, MIB, midway, needed_and_free};
use crate::shares::{Share, comes_to};
use crate::sweep::verify_all;
use engine::api::Code;
use engine::api::jobs::{Job, JobState};
use engine::simulator::DeviceOptions;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::{Duration, Instant};
use store::{Base, Store};
use tests::{Home, phone_options};

/// A phone whose versions go to a share; it has one there, and something big to send since.
struct Shared {
    home: Home,
    share: Share,
}

impl Shared {
    async fn new() -> Option<Shared> {
        let big = DeviceOptions { extra_big: vec![96 * MIB], ..phone_options(1, 0.002) };
        let home = Home::with(big).await;
        let share = Share::mount(home.path())?;
        let shared = Shared { home, share };
        let path = shared.path();
        shared.home.call("location.add", json!({ "path": path })).await;
        shared.home.call("device.keepIn", json!({ "udid": shared.home.phone().udid(), "location": path })).await;
        Some(shared)
    }

    fn path(&self) -> PathBuf {
        self.share.mount.join("Backups")
    }

    /// The same folder, whatever the share does.
    fn behind(&self) -> PathBuf {
        self.share.served.join("Backups")
    }

    /// Starts a backup and returns when some of it has arrived.
    async fn begin(&self) -> u64 {
        let started = self.home.call("device.backUp", json!({ "udid": self.home.phone().udid() })).await;
        midway(&self.home).await;
        started["job"].as_u64().expect("a job")
    }

    async fn back_up(&self) -> Job {
        self.home.job("device.backUp", json!({ "udid": self.home.phone().udid() })).await
    }
}

fn code(job: &Job) -> Option<Code> {
    job.error.as_ref().map(|error| error.code)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_killed_midway_ends_the_job_as_a_share_that_does_not_answer() {
    let Some(mut shared) = Shared::new().await else { return };
    let job = shared.begin().await;
    shared.share.signal(libc::SIGKILL);
    shared.share.server.wait().unwrap();
    let job = shared.home.wait(job).await;
    assert_eq!((job.state, code(&job)), (JobState::Failed, Some(Code::ShareOffline)), "{job:#?}");
    assert!(job.error.as_ref().unwrap().message.contains("does not answer"), "{job:#?}");

    shared.share.unmount();
    shared.share.server = Share::serve(&shared.share.served, &shared.share.mount).unwrap();
    comes_to(&shared.home, &shared.path(), Value::Null).await;
    assert_eq!(shared.back_up().await.state, JobState::Done);
    verify_all(shared.behind()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_that_stalls_for_a_while_is_waited_for() {
    let Some(shared) = Shared::new().await else { return };
    let stall = if std::env::var_os("HEIRLOOM_FAULTS").is_some() { 30 } else { 3 };
    let job = shared.begin().await;
    shared.share.signal(libc::SIGSTOP);
    tokio::time::sleep(Duration::from_secs(stall)).await;
    shared.share.signal(libc::SIGCONT);
    let job = shared.home.wait(job).await;
    assert_eq!(job.state, JobState::Done, "{job:#?}");
    verify_all(shared.behind()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_server_says_how_much_is_missing() {
    let big = DeviceOptions { extra_big: vec![96 * MIB], ..phone_options(1, 0.002) };
    let home = Home::with(big).await;
    let Some(disk) = Disk::new(home.path().join("served"), 512 * MIB) else { return };
    let Some(share) = Share::mount(home.path()) else { return };
    let location = share.mount.join("Backups");
    let asked = json!({ "udid": home.phone().udid(), "location": location });
    let started = home.call("device.backUp", asked.clone()).await;
    midway(&home).await;
    disk.fill(16 * MIB);
    let job = home.wait(started["job"].as_u64().expect("a job")).await;
    let (needed, free) = needed_and_free(&job);
    // The big file, or a small one beside it that found no room either.
    assert!(needed > 0 && free < 96 * MIB, "{needed} {free}");

    disk.clear();
    let job = home.job("device.backUp", asked).await;
    assert_eq!(job.state, JobState::Done, "{job:#?}");
    verify_all(disk.path.join("Backups")).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_to_a_share_that_never_answers_again_can_be_cancelled() {
    let Some(shared) = Shared::new().await else { return };
    let home = &shared.home;
    assert_eq!(shared.back_up().await.state, JobState::Done);
    home.phone().day_passes().expect("a day");
    let started = home.call("device.backUp", json!({ "udid": home.phone().udid(), "full": true })).await;
    midway(home).await;
    shared.share.signal(libc::SIGSTOP);
    tokio::time::sleep(Duration::from_secs(1)).await;

    let asked = Instant::now();
    home.call("job.cancel", started.clone()).await;
    let job = home.wait(started["job"].as_u64().unwrap()).await;
    assert!(asked.elapsed() < Duration::from_secs(10), "{:?}", asked.elapsed());
    assert_eq!((job.state, code(&job)), (JobState::Failed, Some(Code::ShareOffline)), "{job:#?}");
    assert!(job.error.as_ref().unwrap().message.contains("does not answer"), "{job:#?}");

    // The phone is free for another location, and the share is told to be away.
    let elsewhere = json!({ "udid": home.phone().udid(), "location": home.location() });
    let local = home.job("device.backUp", elsewhere).await;
    assert_eq!(local.state, JobState::Done, "{local:#?}");
    assert_eq!(code(&shared.back_up().await), Some(Code::ShareOffline));

    // What was given up on still holds its lock: by another way to the same store nobody writes beside it.
    let (behind, sessions) = (shared.behind(), home.path().join("data/sessions"));
    let udid = home.phone().udid().to_string();
    let begin = || Store::open(&behind).unwrap().begin(&udid, &sessions, Base::Newest).map(drop);
    assert!(matches!(begin(), Err(store::Error::DeviceBusy { .. })), "{:?}", begin());

    // Once the server is back it lets go by itself.
    shared.share.signal(libc::SIGCONT);
    comes_to(home, &shared.path(), Value::Null).await;
    let since = Instant::now();
    while begin().is_err() {
        assert!(since.elapsed() < Duration::from_secs(30), "{:?}", begin());
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    home.phone().day_passes().expect("a day");
    let job = shared.back_up().await;
    assert_eq!(job.state, JobState::Done, "{job:#?}");
    verify_all(shared.behind()).await;
}
