//! A location whose disk is too small: told before anything is asked of the device, and when it fills up midway.

use engine::api::Code;
use engine::api::jobs::{Job, JobResult, JobState};
use engine::simulator::{DeviceOptions, Profile};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;
use tests::{Home, phone_options};

pub const MIB: u64 = 1 << 20;

/// A disk of its own in memory, until dropped.
pub struct Disk {
    pub path: PathBuf,
    bytes: u64,
}

impl Disk {
    /// `None`, saying so, where this is not allowed.
    pub fn new(path: PathBuf, bytes: u64) -> Option<Disk> {
        std::fs::create_dir_all(&path).expect("a folder");
        let size = format!("size={bytes}");
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(&path).output();
        if mounted.is_ok_and(|output| output.status.success()) {
            return Some(Disk { path, bytes });
        }
        println!("skipped: no right to mount a small disk");
        None
    }

    /// Leaves so many bytes free: the disk shrinks at once, so that whoever writes meanwhile meets no other lack of room.
    pub fn fill(&self, left: u64) {
        let filled = (0..50).any(|_| self.resize(self.bytes - free(&self.path) + left));
        assert!(filled, "{} bytes free", free(&self.path));
    }

    /// As big as it was before it was filled.
    pub fn clear(&self) {
        assert!(self.resize(self.bytes));
    }

    /// Whether what is on it has room in so many bytes.
    fn resize(&self, bytes: u64) -> bool {
        let size = format!("remount,size={bytes}");
        Command::new("mount").args(["-o", &size]).arg(&self.path).output().is_ok_and(|output| output.status.success())
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.path).status();
    }
}

fn free(folder: &Path) -> u64 {
    let output = Command::new("df").args(["--output=avail", "-B1"]).arg(folder).output().expect("df");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    said.lines().nth(1).and_then(|line| line.trim().parse().ok()).unwrap_or_else(|| panic!("{said}"))
}

async fn back_up(home: &Home, disk: &Disk) -> Job {
    home.job("device.backUp", json!({ "udid": home.phone().udid(), "location": disk.path })).await
}

/// The bytes an error tells of.
pub fn needed_and_free(job: &Job) -> (u64, u64) {
    let error = job.error.as_ref().unwrap_or_else(|| panic!("no error: {job:#?}"));
    assert_eq!(error.code, Code::DiskFull, "{error:?}");
    assert!(error.message.contains("Earlier versions"), "{error:?}");
    let detail = error.detail.as_deref().unwrap_or_default();
    let numbers: Vec<u64> = detail.split(' ').filter_map(|word| word.parse().ok()).collect();
    let [needed, free] = numbers[..] else { panic!("{error:?}") };
    assert_eq!(detail, format!("{needed} bytes needed, {free} bytes free"));
    let told = if needed > free { "more are needed" } else { "could not be written" };
    assert!(error.message.contains(told), "{error:?}");
    (needed, free)
}

#[tokio::test(flavor = "multi_thread")]
async fn too_small_for_anything_is_told_before_the_device_is_asked() {
    let home = Home::new(0.002).await;
    let Some(disk) = Disk::new(home.path().join("small"), 64 * MIB) else { return };
    let job = back_up(&home, &disk).await;
    let (needed, free_then) = needed_and_free(&job);
    assert!(needed > 128 * MIB && free_then <= 64 * MIB, "{needed} {free_then}");
    assert!(home.phone().last_backup().is_none(), "the device was not asked for a backup");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_fit_is_told_and_tried() {
    let home = Home::new(0.002).await;
    let Some(disk) = Disk::new(home.path().join("small"), 256 * MIB) else { return };
    let job = back_up(&home, &disk).await;
    assert_eq!(job.state, JobState::Done, "{job:#?}");
    // 84 GB are in use on the pretend phone, most of which is no part of a backup.
    assert!(job.warnings.iter().any(|told| told.contains("too small") && told.contains("84.0 GB")), "{job:#?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_asks_for_a_purge_is_told_the_truth_and_what_it_needs_is_shown() {
    let big = DeviceOptions { extra_big: vec![300 * MIB], profile: Profile::Chatty, ..phone_options(1, 0.002) };
    let home = Home::with(big).await;
    let Some(disk) = Disk::new(home.path().join("small"), 256 * MIB) else { return };
    let job = back_up(&home, &disk).await;
    let (needed, free_then) = needed_and_free(&job);
    assert!(needed > 428 * MIB && needed < 600 * MIB, "its files and 128 MiB: {needed}");
    assert!(free_then > 128 * MIB && free_then <= 256 * MIB, "{free_then}");
    let told = home.phone().last_backup().expect("a request");
    assert_eq!((told.code, told.files > 0), (Some(105), true), "{told:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn filled_up_midway_it_says_what_is_missing_and_goes_on_once_there_is_room() {
    let home = Home::with(DeviceOptions { extra_big: vec![120 * MIB], ..phone_options(1, 0.002) }).await;
    let Some(disk) = Disk::new(home.path().join("small"), 512 * MIB) else { return };
    let asked = json!({ "udid": home.phone().udid(), "location": disk.path });
    let started = home.call("device.backUp", asked).await;
    midway(&home).await;
    disk.fill(16 * MIB);
    let job = home.wait(started["job"].as_u64().expect("a job")).await;
    let (needed, free_then) = needed_and_free(&job);
    // What had come of the file that no longer fitted is given back.
    assert!(needed > 128 * MIB && free_then < 128 * MIB, "{needed} {free_then}");
    let listed = home.call("versions.list", json!({ "location": disk.path })).await;
    assert_eq!((&listed["versions"], &listed["damaged"]), (&json!([]), &json!([])));

    disk.clear();
    let job = back_up(&home, &disk).await;
    let Some(JobResult::Version { .. }) = &job.result else { panic!("{job:#?}") };
    crate::sweep::verify_all(disk.path.clone()).await;
}

/// Until some of the backup under way has arrived.
pub async fn midway(home: &Home) {
    for _ in 0..1000 {
        let jobs = home.call("jobs.list", json!({})).await;
        let running = jobs.as_array().into_iter().flatten().find(|job| job["ended"].is_null());
        if running.is_some_and(|job| job["bytes"].as_u64() > Some(4 * MIB)) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("no backup under way");
}
