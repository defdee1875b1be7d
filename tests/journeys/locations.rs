//! Disks that are away, other disks in their place, and older backups that come late.

use engine::api::Code;
use engine::api::jobs::JobState;
use serde_json::json;
use tests::Home;

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_mount_point_gets_no_store_of_its_own() {
    let home = Home::new(0.01).await;
    home.back_up().await;
    let (location, away) = (home.location(), home.path().join("pulled out"));
    std::fs::rename(&location, &away).unwrap();
    std::fs::create_dir(&location).unwrap();

    let job = home.job("device.backUp", json!({ "udid": home.phone().udid() })).await;
    assert_eq!((job.state, job.error.map(|error| error.code)), (JobState::Failed, Some(Code::LocationMissing)));
    assert_eq!(std::fs::read_dir(&location).unwrap().count(), 0, "nothing is made in its place");
    let listed = home.call("locations.list", json!({})).await;
    assert_eq!(listed[0]["problem"]["code"], "locationMissing");

    // Another store at the same path is not the one that is meant.
    store::Store::create_or_open(&location).unwrap();
    let job = home.job("device.backUp", json!({ "udid": home.phone().udid() })).await;
    assert_eq!(job.error.map(|error| error.code), Some(Code::LocationReplaced));

    std::fs::remove_dir_all(&location).unwrap();
    std::fs::rename(&away, &location).unwrap();
    assert_eq!(home.versions().await.len(), 1);
    home.back_up().await;
}

/// Reads this process has made, by the kernel's count.
#[cfg(target_os = "linux")]
fn reads() -> u64 {
    let io = std::fs::read_to_string("/proc/self/io").unwrap();
    let count = io.lines().find_map(|line| line.strip_prefix("syscr: "));
    count.unwrap().parse().unwrap()
}

/// `cargo test` runs other tests in this process: only a process of its own can be at rest.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn an_engine_at_rest_reads_nothing() {
    if std::env::var_os("NEXTEST").is_none() {
        eprintln!("skipped: needs a process of its own (cargo nextest)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let engine = tests::engine(folder.path(), None).await;
    // Written once and read back: from then on it is watched like any other.
    let settings = engine::api::call(&engine, "settings.get", json!({})).await.unwrap();
    engine::api::call(&engine, "settings.set", settings).await.unwrap();
    tokio::time::sleep(std::time::Duration::from_millis(500)).await;
    let before = reads();
    tokio::time::sleep(std::time::Duration::from_secs(1)).await;
    let during = reads() - before;
    assert!(during < 50, "{during} reads in a second of nothing");
}

#[tokio::test(flavor = "multi_thread")]
async fn one_broken_device_folder_does_not_hide_the_others() {
    let home = Home::new(0.01).await;
    let version = home.back_up().await;
    let devices = home.location().join("Heirloom/devices");
    std::fs::create_dir_all(devices.join("00008110-BROKEN")).unwrap();
    std::fs::write(devices.join("00008110-BROKEN/versions"), b"not a folder").unwrap();
    let listed = home.call("versions.list", json!({})).await;
    assert_eq!(listed["versions"][0]["id"], json!(version));
    assert!(home.counts(&version).await["photos"].is_u64());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_phone_that_left_in_the_middle_of_its_first_backup_is_still_shown() {
    let home = Home::new(0.01).await;
    let cut = engine::simulator::Faults { cut_at_message: Some(8), ..Default::default() };
    let job = home.back_up_with(cut).await;
    assert_eq!(job.state, JobState::Failed);
    home.phone().unplug();
    for _ in 0..50 {
        let devices = home.call("devices.list", json!({})).await;
        if devices[0]["attached"] == false {
            assert_eq!(devices[0]["udid"], home.phone().udid());
            home.call("job.dismiss", json!({ "job": job.id })).await;
            assert_eq!(home.call("devices.list", json!({})).await, json!([]));
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the phone never left");
}
