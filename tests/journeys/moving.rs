//! A location that moves: to another folder, to another disk, from the window's door and from the terminal.

use super::terminal::{good, run};
use engine::api::Code;
use engine::api::jobs::{JobResult, JobState};
use engine::api::locations::MovedLocation;
use serde_json::{Value, json};
use std::path::Path;
use tests::Home;

/// A folder on another volume than the temporary ones; `None`, with a word, where there is none.
fn other_volume(than: &Path) -> Option<tempfile::TempDir> {
    let memory = Path::new("/dev/shm");
    let volume = |path: &Path| store::Volume::of(path).ok().map(|volume| volume.device);
    if !memory.is_dir() || volume(memory) == volume(than) {
        eprintln!("skipped: there is no second volume here");
        return None;
    }
    tempfile::tempdir_in(memory).ok()
}

async fn move_to(home: &Home, to: &Path) -> MovedLocation {
    let job = home.job("location.move", json!({ "from": home.location(), "to": to })).await;
    assert_eq!(job.state, JobState::Done, "{job:#?}");
    match job.result {
        Some(JobResult::Moved(moved)) => moved,
        other => panic!("{other:?}"),
    }
}

/// Everything that was set for the old place, and every version, is at the new one.
async fn check_moved(home: &Home, to: &Path, before: &[Value], counts: &Value) {
    let versions = home.versions().await;
    let of = |versions: &[Value]| versions.iter().map(|version| version["id"].clone()).collect::<Vec<_>>();
    assert_eq!(of(&versions), of(before), "a version keeps its name wherever it lies");
    assert!(versions.iter().all(|version| version["location"] == json!(to)));
    assert_eq!(versions[0]["pinned"], true);
    let locations = home.call("locations.list", json!({})).await;
    assert_eq!(locations.as_array().unwrap().len(), 1, "{locations:#}");
    assert_eq!((&locations[0]["path"], &locations[0]["default"]), (&json!(to), &json!(true)));
    assert_eq!(home.call("retention.get", json!({ "path": to })).await["maxCount"], 7);
    let newest = versions.last().unwrap()["id"].as_str().unwrap();
    assert_eq!(home.counts(newest).await, *counts);
    let old = engine::api::call(&home.engine, "location.add", json!({ "path": home.location() })).await.unwrap_err();
    assert_eq!(old.code, Code::LocationMoved, "{old:?}");
    assert!(old.message.contains(&*to.to_string_lossy()), "{}", old.message);
    let job = home.job("location.verify", json!({ "path": to, "depth": "bytes" })).await;
    assert!(matches!(job.result, Some(JobResult::Verified(found)) if found.damaged_count == 0 && found.objects > 0));
}

async fn prepared() -> (Home, Vec<Value>, Value) {
    let home = Home::new(0.01).await;
    let first = home.back_up().await;
    home.phone().day_passes().unwrap();
    let second = home.back_up().await;
    home.call("version.pin", json!({ "version": first, "pinned": true })).await;
    let rule = json!({ "path": home.location(), "rule": { "rule": "limits", "maxCount": 7 } });
    home.call("retention.set", rule).await;
    let (versions, counts) = (home.versions().await, home.counts(&second).await);
    (home, versions, counts)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_location_moves_with_its_versions_its_rule_and_its_pins() {
    let (home, versions, counts) = prepared().await;
    let to = home.path().join("a disk/Phones");
    let moved = move_to(&home, &to).await;
    assert_eq!((moved.renamed, moved.objects, moved.records), (true, 0, 2));
    check_moved(&home, &to, &versions, &counts).await;
    assert_eq!(home.call("location.volume", json!({ "path": to })).await["oldCopy"], Value::Null);
    home.back_up().await;
    assert_eq!(home.versions().await.len(), 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn to_another_disk_all_is_copied_and_the_old_copy_goes_when_asked() {
    let (home, versions, counts) = prepared().await;
    let Some(other) = other_volume(home.path()) else { return };
    let to = other.path().join("Phones");
    let refused = engine::api::call(&home.engine, "location.removeOld", json!({ "path": home.location() })).await;
    assert_eq!(refused.unwrap_err().code, Code::BadRequest, "what was not moved is not deleted");
    let moved = move_to(&home, &to).await;
    assert!(!moved.renamed && moved.objects > 100 && moved.damaged == 0, "{moved:?}");
    check_moved(&home, &to, &versions, &counts).await;
    let volume = home.call("location.volume", json!({ "path": to })).await;
    assert_eq!((&volume["oldCopy"], &volume["kind"]), (&json!(home.location()), &json!("memory")));
    assert_eq!(volume["notes"][0]["level"], "warning", "memory is no place to keep anything");
    assert!(home.location().join("Heirloom/objects").is_dir());
    let job = home.job("location.removeOld", json!({ "path": to })).await;
    assert!(matches!(job.result, Some(JobResult::OldCopyDeleted { bytes }) if bytes == moved.bytes), "{job:#?}");
    assert!(!home.location().join("Heirloom").exists());
    assert_eq!(home.call("location.volume", json!({ "path": to })).await["oldCopy"], Value::Null);
    home.back_up().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_moved_says_why_and_stays() {
    let (home, versions, _) = prepared().await;
    let full = home.path().join("something");
    std::fs::create_dir_all(full.join("Heirloom")).unwrap();
    std::fs::write(full.join("Heirloom/mine"), b"mine").unwrap();
    let inside = home.location().join("Heirloom/objects/new");
    for (to, code) in [(&full, Code::FileExists), (&inside, Code::BadRequest)] {
        let job = home.job("location.move", json!({ "from": home.location(), "to": to })).await;
        assert_eq!(job.error.map(|error| error.code), Some(code));
    }
    // Another computer backs up here just now.
    let store = store::Store::open(&home.location()).unwrap();
    let session = store.begin("DEVICE-1", &home.path().join("another"), store::Base::Newest).unwrap();
    let job = home.job("location.move", json!({ "from": home.location(), "to": home.path().join("new") })).await;
    assert_eq!(job.error.map(|error| error.code), Some(Code::StoreBusy));
    drop(session);
    assert_eq!(home.versions().await, versions);
    let unknown = json!({ "from": home.path().join("unknown"), "to": full });
    let refused = engine::api::call(&home.engine, "location.move", unknown).await.unwrap_err();
    assert_eq!(refused.code, Code::BadRequest);
}

/// The settings of another window, or another computer, still name the old place.
#[tokio::test(flavor = "multi_thread")]
async fn who_was_not_told_follows_to_the_new_place() {
    let (home, versions, counts) = prepared().await;
    let to = home.path().join("moved by another");
    let sessions = home.path().join("another computer");
    store::move_store(&home.location(), &to, &sessions, &[], &mut |_, _| true).unwrap().unwrap();
    let listed = home.call("locations.list", json!({})).await;
    assert_eq!(listed[0]["problem"]["code"], "locationMoved", "{listed:#}");
    assert_eq!(home.versions().await, Vec::<Value>::new());
    let job = home.job("device.backUp", json!({ "udid": home.phone().udid() })).await;
    assert_eq!(job.error.map(|error| error.code), Some(Code::LocationMoved), "no second store grows at the old place");
    home.call("location.follow", json!({ "path": home.location() })).await;
    check_moved(&home, &to, &versions, &counts).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_terminal_moves_a_location_and_chooses_one_for_a_device() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let phone = tests::simulator(&folder.path().join("phone"), tests::phone_options(3, 0.01)).await;
    let (mux, udid) = (phone.address().to_string(), phone.phones()[0].udid().to_string());
    let text = |path: &Path| path.to_str().unwrap().to_string();
    let (first, second) = (text(&home.join("Backups")), text(&folder.path().join("second")));
    good(&home, &mux, &["back-up"]).await;
    let stores = good(&home, &mux, &["stores"]).await;
    assert_eq!(stores[0]["volume"]["can"]["createNew"], true, "{stores:#}");
    assert!(stores[0]["volume"]["notes"][0]["text"].is_string());
    assert!(home.join("data/locations.json").exists(), "kept on this computer, not at the location");

    let moved = good(&home, &mux, &["move", &first, &second, "--delete-old"]).await;
    assert_eq!((&moved["result"]["type"], &moved["result"]["to"]), (&json!("moved"), &json!(second)));
    let versions = good(&home, &mux, &["versions"]).await;
    assert_eq!(versions["versions"][0]["location"], second);
    let again = run(&home, &mux, &["move", &first, &second]).await;
    assert!(!again.status.success(), "it is no location any more");

    let third = text(&folder.path().join("third"));
    let unknown = run(&home, &mux, &["keep-in", &third, "--device", &udid]).await;
    assert!(String::from_utf8_lossy(&unknown.stdout).contains("badRequest"), "{unknown:?}");
    good(&home, &mux, &["back-up", "--location", &third]).await;
    good(&home, &mux, &["keep-in", &third, "--device", &udid]).await;
    good(&home, &mux, &["back-up"]).await;
    let versions = good(&home, &mux, &["versions", "--location", &third]).await;
    assert_eq!(versions["versions"].as_array().unwrap().len(), 2);
    good(&home, &mux, &["keep-in", "--device", &udid]).await;
    good(&home, &mux, &["back-up"]).await;
    let versions = good(&home, &mux, &["versions", "--location", &second]).await;
    assert_eq!(versions["versions"].as_array().unwrap().len(), 2);
}
