//! Looking after what is kept: rules, what comes back, what goes for good, rot that is found and mended.

use crate::terminal::{good, run};
use engine::api::jobs::{Job, JobResult, JobState};
use engine::api::keeping::{Reclaimed, Verified};
use engine::api::{self, Code};
use engine::simulator::{Faults, Unreadable};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};
use tests::{Home, tree};

const EIGHT_DAYS: Duration = Duration::from_secs(8 * 24 * 60 * 60);

pub fn reclaimed(job: &Job) -> &Reclaimed {
    match &job.result {
        Some(JobResult::Reclaimed(done)) => done,
        other => panic!("{other:?}: {job:#?}"),
    }
}

pub fn verified(job: &Job) -> &Verified {
    match &job.result {
        Some(JobResult::Verified(found)) => found,
        other => panic!("{other:?}: {job:#?}"),
    }
}

async fn verify(home: &Home, location: &Path) -> Verified {
    let job = home.job("location.verify", json!({ "path": location, "depth": "bytes" })).await;
    verified(&job).clone()
}

/// As if eight days had passed since everything was stored and given up.
pub fn eight_days_pass(location: &Path) {
    let then = SystemTime::now() - EIGHT_DAYS;
    let ms = then.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_millis();
    let mut todo = vec![location.join("Heirloom")];
    while let Some(folder) = todo.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if path.is_dir() {
                todo.push(path);
            } else if path.to_string_lossy().contains("/objects/") {
                File::open(&path).unwrap().set_modified(then).unwrap();
            } else if name.ends_with(".since") {
                fs::write(&path, format!("{ms}\n")).unwrap();
            }
        }
    }
}

async fn refused(home: &Home, version: &Value) -> Code {
    api::call(&home.engine, "version.expire", json!({ "version": version })).await.unwrap_err().code
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_are_given_up_come_back_and_go_while_the_others_stay_whole() {
    let home = Home::new(0.01).await;
    let path = json!({ "path": home.location() });
    for _ in 0..5 {
        home.back_up().await;
        home.phone().day_passes().expect("a day");
    }
    let versions = home.versions().await;
    let ids: Vec<Value> = versions.iter().map(|version| version["id"].clone()).collect();
    assert_eq!(home.call("retention.get", path.clone()).await["rule"], "keepAll");
    let plan = home.call("retention.preview", path.clone()).await;
    assert_eq!((plan[0]["remove"].clone(), plan[0]["keep"][0]["because"].clone()), (json!([]), json!("every")));
    let nothing = home.job("retention.apply", path.clone()).await;
    assert_eq!(reclaimed(&nothing), &Reclaimed::default());

    home.call("version.pin", json!({ "version": ids[0], "pinned": true })).await;
    assert_eq!(home.versions().await[0]["pinned"], true);
    assert_eq!(refused(&home, &ids[0]).await, Code::VersionKept);
    assert_eq!(refused(&home, &ids[4]).await, Code::VersionKept, "the newest");

    let rule = json!({ "rule": "thin", "maxCount": 3 });
    home.call("retention.set", json!({ "path": home.location(), "rule": rule })).await;
    let plan = home.call("retention.preview", path.clone()).await;
    let names = |list: &Value| list.as_array().unwrap().iter().map(|v| v["id"].clone()).collect::<Vec<_>>();
    assert_eq!(names(&plan[0]["remove"]), [ids[1].clone()], "{plan:#}");
    let because: Vec<&str> = plan[0]["keep"].as_array().unwrap().iter().filter_map(|k| k["because"].as_str()).collect();
    assert_eq!(because, ["pinned", "lastThree", "lastThree", "newest"]);
    let frees = plan[0]["frees"].as_u64().unwrap();
    assert!(frees > 0);

    let job = home.job("retention.apply", path.clone()).await;
    let done = reclaimed(&job);
    assert_eq!((done.expired, done.versions, done.objects), (1, 0, 0), "seven days to change one's mind");
    let expired = home.call("expired.list", path.clone()).await;
    assert_eq!(names(&json!([expired[0]["version"]])), [ids[1].clone()]);
    let number = expired[0]["version"]["number"].clone();
    let asked = json!({ "udid": home.phone().udid(), "number": number, "path": home.location() });
    assert_eq!(home.call("version.bringBack", asked).await["id"], ids[1]);
    assert_eq!(home.versions().await.len(), 5);
    assert!(home.counts(ids[1].as_str().unwrap()).await["messages"].is_u64());
    assert_eq!(verify(&home, &home.location()).await.damaged_count, 0);

    home.call("version.expire", json!({ "version": ids[1] })).await;
    eight_days_pass(&home.location());
    let job = home.job("location.reclaim", path.clone()).await;
    let done = reclaimed(&job);
    assert_eq!(done.versions, 1, "{done:?}");
    assert!(done.objects > 0 && done.bytes > 0, "{done:?}");
    assert_eq!(home.call("expired.list", path.clone()).await, json!([]));

    assert_eq!(verify(&home, &home.location()).await.damaged_count, 0);
    for version in home.versions().await {
        let ready = home.call("version.readiness", json!({ "version": version["id"] })).await;
        assert_eq!(ready["ready"], true, "{ready:#}");
        assert!(home.counts(version["id"].as_str().unwrap()).await["messages"].is_u64());
    }
    let space = home.call("location.space", path.clone()).await;
    let (total, objects) = (space["total"].as_u64().unwrap(), space["objectsBytes"].as_u64().unwrap());
    assert!(total > objects && objects > 0, "{space:#}");
    assert_eq!((space["unnamedBytes"].as_u64(), space["versions"].as_array().unwrap().len()), (Some(0), 4));

    // With a rule, each backup applies it.
    home.back_up().await;
    let left: Vec<Value> = home.versions().await.iter().map(|version| version["id"].clone()).collect();
    assert_eq!((left.len(), &left[0], &left[1..3]), (4, &ids[0], &ids[3..5]));
}

/// A photo's object: nothing that a day changes.
fn photo(location: &Path) -> (PathBuf, Vec<u8>) {
    let objects = location.join("Heirloom/objects");
    let photos = tree(&objects).into_iter().filter(|(_, bytes)| bytes.starts_with(&[0xFF, 0xD8]));
    let (path, bytes) = photos.max_by_key(|(_, bytes)| bytes.len()).unwrap();
    (objects.join(path), bytes)
}

/// Flips one bit, as a disk does: neither length nor time change.
fn rot(path: &Path, bytes: &[u8]) {
    let modified = fs::metadata(path).unwrap().modified().unwrap();
    fs::remove_file(path).unwrap();
    let mut bytes = bytes.to_vec();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x10;
    fs::write(path, bytes).unwrap();
    File::open(path).unwrap().set_modified(modified).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn rot_is_found_and_named_and_a_full_backup_brings_the_file_back() {
    let home = Home::new(0.01).await;
    let path = json!({ "path": home.location() });
    let first = home.back_up().await;
    home.phone().day_passes().expect("a day");
    let second = home.back_up().await;
    let whole = home.call("location.health", path.clone()).await;
    assert_eq!((whole["lastVerified"].clone(), whole["covered"].as_f64()), (Value::Null, Some(0.0)));

    let (object, bytes) = photo(&home.location());
    rot(&object, &bytes);
    let presence = home.job("location.verify", json!({ "path": home.location(), "depth": "presence" })).await;
    assert_eq!(verified(&presence).damaged_count, 0, "only reading shows it");

    let found = verify(&home, &home.location()).await;
    assert_eq!((found.damaged_count, found.damaged[0].repaired), (1, false));
    let mut versions = found.damaged[0].versions.clone();
    versions.sort();
    assert_eq!(versions, [first.clone(), second.clone()]);
    let named = &found.damaged[0].files[0].path;
    assert!(named.starts_with("MediaDomain: Library/SMS/Attachments/"), "{named}");
    let health = home.call("location.health", path.clone()).await;
    assert_eq!((health["damaged"].as_array().unwrap().len(), health["covered"].as_f64()), (1, Some(1.0)));
    assert!(health["lastVerified"].is_i64());
    let ready = home.call("version.readiness", json!({ "version": second })).await;
    assert_eq!(ready["ready"], false, "{ready:#}");

    let job = home.job("device.backUp", json!({ "udid": home.phone().udid(), "full": true })).await;
    assert_eq!(job.state, JobState::Done, "{job:#?}");
    assert!(fs::read(&object).unwrap() == bytes, "the bytes are back");
    assert_eq!(home.call("location.health", path).await["damaged"], json!([]));
    assert_eq!(verify(&home, &home.location()).await.damaged_count, 0);
    assert_eq!(home.call("version.readiness", json!({ "version": first })).await["ready"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn rot_is_mended_from_another_store_that_has_the_same_content() {
    let home = Home::new(0.01).await;
    home.back_up().await;
    let second = home.path().join("Second");
    let asked = json!({ "udid": home.phone().udid(), "location": second });
    assert_eq!(home.job("device.backUp", asked).await.state, JobState::Done);
    let (object, bytes) = photo(&home.location());
    rot(&object, &bytes);
    let found = verify(&home, &home.location()).await;
    assert_eq!((found.damaged_count, found.damaged[0].repaired), (1, true), "{found:?}");
    assert!(fs::read(&object).unwrap() == bytes);
    assert_eq!(verify(&home, &home.location()).await.damaged_count, 0);
    let health = home.call("location.health", json!({ "path": home.location() })).await;
    assert_eq!(health["damaged"], json!([]));
}

/// Every object of a location by name.
fn objects(location: &Path) -> usize {
    tree(&location.join("Heirloom/objects")).keys().filter(|name| name.len() == 68).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cut_backup_is_gone_on_with() {
    let whole = Home::new(0.02).await;
    whole.back_up().await;
    let all = whole.phone().last_backup().unwrap();

    let home = Home::new(0.02).await;
    let cut = home.back_up_with(Faults { cut_after_bytes: Some(all.bytes / 2), ..Faults::default() }).await;
    assert_eq!(cut.state, JobState::Failed);
    let arrived = objects(&home.location());
    assert!(arrived > 0);
    let version = home.back_up().await;
    let sent = home.phone().last_backup().unwrap();
    println!("whole: {} files; after the cut: {} sent, {} used again", all.files, sent.files, sent.resumed);
    assert!(sent.resumed > 0 && sent.files < all.files, "{sent:?}");
    assert_eq!(sent.files + sent.resumed, all.files);
    // Cut twice, as it is tried once more by itself: Status.plist, Manifest.plist and Manifest.db of either may differ. No
    // other content is there more than once.
    let (more, before) = (objects(&home.location()), objects(&whole.location()));
    assert!((before..=before + 2 * 3).contains(&more), "{more} contents instead of {before}");
    assert_eq!(home.counts(&version).await, whole.counts("latest").await);
    assert_eq!(verify(&home, &home.location()).await.damaged_count, 0);

    // What the device finds fault with is not gone on with, nor is anything when everything is asked for.
    for (after, full) in [(Some(205), false), (None, true)] {
        home.phone().day_passes().expect("a day");
        home.back_up_with(Faults { cut_after_bytes: Some(60_000), ..Faults::default() }).await;
        if after.is_some() {
            let job = home.back_up_with(Faults { result: after, ..Faults::default() }).await;
            assert_eq!(job.error.map(|error| error.code), Some(Code::BackupInconsistent));
        }
        let job = home.job("device.backUp", json!({ "udid": home.phone().udid(), "full": full })).await;
        assert_eq!(job.state, JobState::Done, "{job:#?}");
        assert_eq!(home.phone().last_backup().unwrap().resumed, 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_version_still_names_what_the_device_could_not_read() {
    let home = Home::new(0.01).await;
    home.back_up().await;
    home.phone().day_passes().expect("a day");
    let sms = Unreadable { domain: "HomeDomain".into(), path: "Library/SMS/sms.db".into(), code: 0x0B, after: 0 };
    let job = home.back_up_with(Faults { unreadable: vec![sms], ..Faults::default() }).await;
    let version = tests::version_of(&job);
    home.phone().day_passes().expect("a day");
    home.back_up().await;
    let opened = home.call("version.open", json!({ "version": version })).await;
    let named = &opened["unreadableFiles"];
    assert_eq!(
        (named[0]["domain"].as_str(), named[0]["path"].as_str()),
        (Some("HomeDomain"), Some("Library/SMS/sms.db"))
    );
    assert_eq!(opened["version"]["unreadable"], 1);
    assert_eq!(home.call("version.open", json!({ "version": "latest" })).await["unreadableFiles"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_terminal_looks_after_a_location_as_well() {
    let home = Home::new(0.01).await;
    let (first, _) = (home.back_up().await, home.phone().day_passes().expect("a day"));
    let second = home.back_up().await;
    let (at, location) = (home.path(), home.location().to_string_lossy().into_owned());
    let stores = good(at, "127.0.0.1:1", &["stores"]).await;
    assert_eq!((stores[0]["path"].as_str(), stores[0]["versions"].as_u64()), (Some(location.as_str()), Some(2)));
    for arguments in [vec!["verify", &location], vec!["verify", &location, "--bytes"]] {
        let job = good(at, "127.0.0.1:1", &arguments).await;
        assert_eq!(
            (job["result"]["type"].as_str(), job["result"]["damagedCount"].as_u64()),
            (Some("verified"), Some(0))
        );
    }
    assert_eq!(good(at, "127.0.0.1:1", &["readiness", "latest"]).await["ready"], true);
    good(at, "127.0.0.1:1", &["pin", &first]).await;
    for kept in [&first, &second] {
        let output = run(at, "127.0.0.1:1", &["expire", kept]).await;
        let error: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert_eq!((output.status.code(), &error["code"]), (Some(1), &json!("versionKept")));
    }
    good(at, "127.0.0.1:1", &["unpin", &first]).await;
    let plan = good(at, "127.0.0.1:1", &["expire", "--dry-run"]).await;
    assert_eq!((plan[0]["remove"].clone(), plan[0]["keep"].as_array().unwrap().len()), (json!([]), 2));
    assert_eq!(good(at, "127.0.0.1:1", &["expire", &first]).await[0]["version"]["id"], first);
    assert_eq!(good(at, "127.0.0.1:1", &["bring-back"]).await.as_array().unwrap().len(), 1);
    assert_eq!(good(at, "127.0.0.1:1", &["bring-back", &first]).await["versions"][0]["id"], first);
    let job = good(at, "127.0.0.1:1", &["reclaim", &location]).await;
    assert_eq!((job["result"]["type"].as_str(), job["result"]["versions"].as_u64()), (Some("reclaimed"), Some(0)));
    assert_eq!(home.versions().await.len(), 2);
}
