//! A version back onto a device, the same one or another.

use engine::api::jobs::{Job, JobResult, JobState};
use engine::api::{Code, call};
use engine::simulator::{DeviceOptions, Faults, LastAnswer, Options, Simulator};
use serde_json::{Value, json};
use std::path::Path;
use tests::{Home, phone_options};

fn order(version: &str, udid: &str, name: &str) -> Value {
    json!({ "version": version, "udid": udid, "reboot": true, "apps": true, "confirmedName": name })
}

async fn restore(home: &Home, version: &str, password: Option<&str>) -> Job {
    let phone = home.phone();
    let mut order = order(version, phone.udid(), &phone.name());
    order["password"] = password.into();
    home.job("restore.start", order).await
}

/// The files below a folder with their times, to see that nothing was written.
fn stamps(folder: &Path) -> Vec<(std::path::PathBuf, u64, std::time::SystemTime)> {
    let (mut files, mut todo) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(here) = todo.pop() {
        for entry in std::fs::read_dir(&here).unwrap().flatten() {
            let meta = entry.metadata().unwrap();
            if meta.is_dir() {
                todo.push(entry.path())
            } else {
                files.push((entry.path(), meta.len(), meta.modified().unwrap()))
            }
        }
    }
    files.sort();
    files
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_version_comes_back_whole_and_the_store_is_not_written() {
    let home = Home::new(0.02).await;
    let older = home.back_up().await;
    home.phone().day_passes().expect("a day");
    home.back_up().await;
    let before = stamps(&home.location());

    let check = home.call("restore.check", json!({ "version": older, "udid": home.phone().udid() })).await;
    assert_eq!((&check["ready"], &check["needsPassword"]), (&json!(true), &json!(false)), "{check:#}");
    let job = restore(&home, &older, None).await;
    let Some(JobResult::Restored { files, .. }) = job.result else { panic!("{job:#?}") };
    let restored = home.phone().last_restore().expect("a restore");
    assert_eq!((restored.code, restored.differences), (Some(0), Vec::<String>::new()));
    assert!(files > 0 && !restored.restored.is_empty());
    let apps = restored.applications.expect("a list of apps");
    assert!(!apps.is_empty(), "the device is told which apps to install");
    assert_eq!(stamps(&home.location()), before, "the store is only read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_device_that_breaks_off_at_the_beginning_is_asked_once_more() {
    let home = Home::new(0.01).await;
    let version = home.back_up().await;
    // The greeting is three messages; the lists are asked for next.
    let cut = |message| Faults { cut_at_message: Some(message), ..Faults::default() };
    home.phone().set_faults(Faults { then: vec![Faults::default()], ..cut(5) });
    let job = restore(&home, &version, None).await;
    assert_eq!(job.state, JobState::Done, "{job:#?}");
    assert!(job.warnings.iter().any(|told| told.contains("begun again")), "{job:#?}");
    assert_eq!(home.phone().last_restore().unwrap().differences, Vec::<String>::new());

    crate::wifi::seen(&home, |device| device["attached"] == true && device["trust"] == "trusted").await;
    home.phone().set_faults(cut(5));
    let error = restore(&home, &version, None).await.error.expect("why");
    assert_eq!(error.code, Code::DeviceDisconnected);
    assert!(error.message.contains("twice") && error.message.contains("power"), "{error:?}");

    // Once content was asked for, nothing is tried by itself: the device may hold it already.
    home.phone().set_faults(Faults {
        last_answer: LastAnswer::Cut,
        then: vec![Faults::default()],
        ..Faults::default()
    });
    let job = restore(&home, &version, None).await;
    assert_eq!((job.state, job.error.map(|error| error.code)), (JobState::Failed, Some(Code::DeviceDisconnected)));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_encrypted_version_needs_its_password() {
    let home = Home::new(0.01).await;
    let udid = home.phone().udid().to_string();
    let on = json!({ "udid": udid, "change": { "kind": "on", "new": "hunter2" } });
    assert_eq!(home.job("encryption.change", on).await.state, JobState::Done);
    let version = home.back_up().await;
    home.call("versions.lock", json!({})).await;
    let check = home.call("restore.check", json!({ "version": version, "udid": udid })).await;
    assert_eq!((&check["ready"], &check["needsPassword"]), (&json!(true), &json!(true)), "{check:#}");
    assert_eq!(restore(&home, &version, None).await.error.unwrap().code, Code::PasswordNeeded);
    assert_eq!(restore(&home, &version, Some("wrong")).await.error.unwrap().code, Code::PasswordWrong);
    assert!(home.phone().last_restore().is_none(), "the device was not asked for anything");
    let job = restore(&home, &version, Some("hunter2")).await;
    assert_eq!(job.state, JobState::Done, "{job:#?}");
    assert_eq!(home.phone().last_restore().unwrap().differences, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn another_device_takes_it_as_well() {
    let folder = tempfile::tempdir().unwrap();
    let device = |seed| DeviceOptions { name: Some(format!("Phone {seed}")), ..phone_options(seed, 0.01) };
    let options = Options { devices: vec![device(1), device(2)], ..Options::new(folder.path().join("phones")) };
    let simulator = Simulator::start(options).await.unwrap();
    let engine = tests::engine(folder.path(), Some(simulator.address().to_string())).await;
    engine.settle().await;
    let phones = simulator.phones();
    let started = call(&engine, "device.backUp", json!({ "udid": phones[0].udid() })).await.unwrap();
    let made = engine.jobs().wait(started["job"].as_u64().unwrap()).await.unwrap();
    let version = tests::version_of(&made);

    // The newest of the store is the first phone's: nobody who says "latest" means that one.
    let latest = call(&engine, "restore.start", order("latest", phones[1].udid(), "Phone 2")).await;
    assert_eq!(latest.unwrap_err().code, Code::VersionNotFound);
    let check = call(&engine, "restore.check", json!({ "version": "latest", "udid": phones[0].udid() })).await;
    assert_eq!(check.unwrap()["ready"], true);

    let started = call(&engine, "restore.start", order(&version, phones[1].udid(), "Phone 2")).await.unwrap();
    let job = engine.jobs().wait(started["job"].as_u64().unwrap()).await.unwrap();
    assert_eq!(job.state, JobState::Done, "{job:#?}");
    let restored = phones[1].last_restore().expect("a restore");
    assert_eq!((restored.source.as_str(), restored.code), (phones[0].udid(), Some(0)));
    assert_eq!(restored.differences, Vec::<String>::new());
    assert!(phones[0].last_restore().is_none());
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_starts_unconfirmed_or_where_it_cannot_work() {
    let home = Home::new(0.01).await;
    let version = home.back_up().await;
    let phone = home.phone();
    let unconfirmed = call(&home.engine, "restore.start", order(&version, phone.udid(), "some other name")).await;
    assert_eq!(unconfirmed.unwrap_err().code, Code::NotConfirmed);
    phone.set_find_my(true);
    let check = home.call("restore.check", json!({ "version": version, "udid": phone.udid() })).await;
    let find_my =
        check["findings"].as_array().unwrap().iter().find(|finding| finding["id"] == "findMy").unwrap().clone();
    assert_eq!((&check["ready"], &find_my["state"]), (&json!(false), &json!("stop")));
    assert!(find_my["advice"].as_str().unwrap().contains("Settings"));
    let refused = restore(&home, &version, None).await.error.unwrap();
    assert_eq!(refused.code, Code::RestoreNotReady, "{refused:?}");
    phone.set_find_my(false);
    for (number, code) in [
        (207, Code::PasswordWrong),
        (208, Code::PasscodeNotGiven),
        (211, Code::FindMyOn),
        (212, Code::SetupNotFinished),
        (203, Code::SystemTooOld),
        (106, Code::DeviceFull),
        (102, Code::RestartDevice),
    ] {
        phone.set_faults(Faults { result: Some(number), ..Faults::default() });
        let error = restore(&home, &version, None).await.error.expect("an error");
        assert_eq!(error.code, code, "{number}: {error:?}");
        assert!(error.detail.is_some_and(|detail| detail.contains(&number.to_string())), "Apple's number is kept");
    }
    phone.set_faults(Faults::default());
    assert_eq!(restore(&home, &version, None).await.state, JobState::Done);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_file_stops_it_before_the_device_is_touched() {
    let home = Home::new(0.01).await;
    let version = home.back_up().await;
    let objects = home.location().join("Heirloom/objects");
    let some = stamps(&objects).into_iter().map(|(path, ..)| path).find(|path| path.is_file()).unwrap();
    std::fs::remove_file(&some).unwrap();
    let refused = restore(&home, &version, None).await.error.unwrap();
    assert_eq!(refused.code, Code::RestoreNotReady, "{refused:?}");
    assert!(home.phone().last_restore().is_none());
}

/// A file of the version whose bytes are not those that were stored, though it still has its length.
fn spoil(home: &Home) -> String {
    let store = store::Store::open(&home.location()).unwrap();
    let version = store.version(home.phone().udid(), 1).unwrap();
    let is_content = |entry: &store::Entry| entry.path.contains('/') && entry.kind == store::EntryKind::File;
    let entry = version.entries().filter(is_content).max_by_key(|entry| entry.size).unwrap();
    let object = version.local_path(&entry.path).unwrap();
    let mut bytes = std::fs::read(&object).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0xFF;
    std::fs::remove_file(&object).unwrap();
    std::fs::write(&object, bytes).unwrap();
    entry.path
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_damaged_is_not_passed_off_as_the_one_that_was_kept() {
    let home = Home::new(0.01).await;
    let version = home.back_up().await;
    let spoilt = spoil(&home);
    let job = restore(&home, &version, None).await;
    let told = job.skipped.iter().any(|skip| skip.what.contains(&spoilt) || spoilt.ends_with(&skip.what));
    assert!(told || job.state == JobState::Failed, "{job:#?}");
    let restored = home.phone().last_restore().expect("a restore was tried");
    assert_eq!(restored.differences, Vec::<String>::new(), "nothing wrong reached the device");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_for_other_programs_names_what_it_lacks_and_is_whole_or_not_there() {
    let home = Home::new(0.01).await;
    let version = home.back_up().await;
    let spoilt = spoil(&home);
    let to = home.path().join("out");
    // On this disk files may be cloned: then only a lost one shows.
    let store = store::Store::open(&home.location()).unwrap();
    let kept = store.version(home.phone().udid(), 1).unwrap();
    std::fs::remove_file(kept.local_path(&spoilt).unwrap()).unwrap();
    let job = home.job("native.start", json!({ "version": version, "to": to })).await;
    assert_eq!((job.state, job.skipped_count), (JobState::Done, 1), "{job:#?}");
    assert_eq!(job.skipped[0].what, spoilt);

    // What was begun and not finished would be taken for a backup.
    let to = home.path().join("cancelled");
    let started = home.call("native.start", json!({ "version": version, "to": to })).await;
    home.call("job.cancel", json!({ "job": started["job"] })).await;
    let job = home.engine.jobs().wait(started["job"].as_u64().unwrap()).await.unwrap();
    let folder = to.join(home.phone().udid());
    assert!(job.state == JobState::Done || !folder.exists(), "{job:#?}");
}
