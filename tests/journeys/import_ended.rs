//! Imports that end before their time: killed, disk full, the source changes, the password is wrong.

use crate::import::folder_of;
use crate::import_several::imported;
use crate::terminal::{good, heirloom};
use engine::api::Code;
use engine::api::jobs::JobState;
use serde_json::{Value, json};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tests::{Home, tree};

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_it_goes_on_where_it_was() {
    let home = Home::new(0.02).await;
    let made = home.back_up().await;
    let from = home.path().join("from");
    folder_of(&home, &made, &from);
    let before = tree(&from);
    let (mut killed, mut earlier) = (0, 0);
    for wait in [60, 120, 200, 300, 450, 700] {
        let place = tempfile::tempdir().unwrap();
        let mut command = heirloom(place.path(), "127.0.0.1:1");
        command.arg("import").arg(&from).stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        tokio::time::sleep(Duration::from_millis(wait)).await;
        let _ = child.kill();
        killed += u32::from(!child.wait().unwrap().success());
        let listed = good(place.path(), "127.0.0.1:1", &["versions"]).await;
        assert_eq!(listed["damaged"], json!([]), "killed after {wait} ms");
        if listed["versions"] == json!([]) {
            let job = good(place.path(), "127.0.0.1:1", &["import", from.to_str().unwrap()]).await;
            earlier += job["result"]["backups"][0]["earlier_files"].as_u64().unwrap();
        }
        whole(place.path(), &before);
        assert!(tree(&from) == before, "the source is only read");
    }
    println!("killed {killed} of 6 imports; {earlier} files had arrived and were not copied again");
    assert!(killed > 0);
}

/// The one version there is holds these files.
fn whole(home: &Path, files: &std::collections::BTreeMap<String, Vec<u8>>) {
    let store = store::Store::open(&home.join("Backups")).unwrap();
    let [udid] = store.devices().unwrap().try_into().expect("one device");
    assert_eq!(store.versions(&udid).unwrap().versions.len(), 1, "once");
    let version = store.version(&udid, 1).unwrap();
    assert_eq!(version.head().files, files.len() as u64);
    for (path, bytes) in files {
        let mut found = Vec::new();
        std::io::Read::read_to_end(&mut version.open(path).unwrap().unwrap(), &mut found).unwrap();
        assert!(&found == bytes, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_changes_meanwhile_is_not_kept_half_old_half_new() {
    let home = Home::new(0.01).await;
    let made = home.back_up().await;
    let from = home.path().join("from");
    folder_of(&home, &made, &from);
    let (written, stop) = (from.join("Info.plist"), Arc::new(AtomicBool::new(false)));
    let whole = std::fs::read(&written).unwrap();
    let stopping = stop.clone();
    let writer = std::thread::spawn(move || {
        while !stopping.load(Ordering::Relaxed) {
            std::fs::File::options().append(true).open(&written).unwrap().write_all(b" ").unwrap();
            std::thread::sleep(Duration::from_millis(1));
        }
    });
    let asked = json!({ "folders": [from], "location": home.path().join("Elsewhere") });
    let job = home.job("import.start", asked.clone()).await;
    stop.store(true, Ordering::Relaxed);
    writer.join().unwrap();
    assert_eq!(job.error.map(|error| error.code), Some(Code::BackupUnfinished));
    std::fs::write(from.join("Info.plist"), whole).unwrap();
    let job = home.job("import.start", asked).await;
    assert_eq!(job.state, JobState::Done, "{job:#?}");
}

/// A volume in memory, unmounted when dropped.
struct Small<'a>(&'a Path);

impl Small<'_> {
    fn mount(&self, options: &str) -> bool {
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", options, "tmpfs"]).arg(self.0).stderr(Stdio::null());
        mount.status().is_ok_and(|status| status.success())
    }
}

impl Drop for Small<'_> {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0).stderr(Stdio::null()).status();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_full_disk_it_says_so_and_goes_on_when_there_is_room() {
    let home = Home::new(0.02).await;
    let made = home.back_up().await;
    let from = home.path().join("from");
    folder_of(&home, &made, &from);
    let bytes: usize = tree(&from).values().map(Vec::len).sum();
    let location = home.path().join("small");
    std::fs::create_dir_all(&location).unwrap();
    let volume = Small(&location);
    // Half of it fits beside the store's own files.
    if !volume.mount(&format!("size={}", (bytes / 2).next_multiple_of(4096))) {
        println!("skipped: no right to mount a small volume");
        return;
    }
    let asked = json!({ "folders": [from], "location": location });
    let job = home.job("import.start", asked.clone()).await;
    let error = job.error.expect("a full disk");
    assert_eq!(error.code, Code::DiskFull, "{error:?}");
    assert!(job.warnings.iter().any(|warning| warning.contains("too small")), "{:?}", job.warnings);
    assert!(volume.mount(&format!("remount,size={}", bytes * 8 + (64 << 20))));
    let job = home.job("import.start", asked).await;
    assert_eq!(job.state, JobState::Done, "{job:#?}");
    let earlier = imported(&job)[0].earlier_files;
    println!("{earlier} files had arrived before the disk was full");
    assert!(earlier > 0, "what had arrived was not copied again");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_one_needs_no_password_and_is_checked_with_it() {
    let home = Home::new(0.01).await;
    let change = json!({ "udid": home.phone().udid(), "change": { "kind": "on", "new": "the password" } });
    assert_eq!(home.job("encryption.change", change).await.state, JobState::Done);
    let made = home.back_up().await;
    let from = home.path().join("from");
    folder_of(&home, &made, &from);
    home.call("versions.lock", json!({})).await;
    let import = async |place: &str, password: Value| {
        let location = home.path().join(place);
        let asked = json!({ "folders": [from], "location": location, "password": password });
        (home.job("import.start", asked).await, location)
    };
    let (job, location) = import("wrong", json!("not the password")).await;
    assert_eq!(job.error.map(|error| error.code), Some(Code::PasswordWrong));
    let listed = home.call("versions.list", json!({ "location": location })).await;
    assert_eq!(listed["versions"], json!([]), "nothing is kept with a wrong password");
    for (place, password, checked) in [("none", json!(null), false), ("right", json!("the password"), true)] {
        let (job, location) = import(place, password).await;
        assert_eq!(job.state, JobState::Done, "{job:#?}");
        let listed = home.call("versions.list", json!({ "location": location })).await;
        let version = &listed["versions"][0];
        assert_eq!((&version["encrypted"], &version["checked"]), (&json!(true), &json!(checked)), "{place}");
    }
}
