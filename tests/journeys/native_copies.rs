//! The newest version of each device as a folder other programs can open, kept up to date.

use engine::api::jobs::JobState;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::PathBuf;
use tests::{Home, tree};

fn copy_of(home: &Home) -> PathBuf {
    home.location().join("Heirloom Native").join(home.phone().udid())
}

/// The files of a device's newest version.
fn newest(home: &Home) -> BTreeMap<String, Vec<u8>> {
    let store = store::Store::open(&home.location()).unwrap();
    let newest = store.versions(home.phone().udid()).unwrap().versions.pop().unwrap();
    let version = store.version(home.phone().udid(), newest.seq).unwrap();
    let files = version.entries().filter(|entry| entry.kind == store::EntryKind::File);
    let read = |entry: store::Entry| {
        let mut bytes = Vec::new();
        std::io::Read::read_to_end(&mut version.open(&entry.path).unwrap().unwrap(), &mut bytes).unwrap();
        (entry.path, bytes)
    };
    files.map(read).collect()
}

async fn keep(home: &Home, on: bool) {
    let job = home.job("native.keep", json!({ "path": home.location(), "on": on })).await;
    assert_eq!(job.state, JobState::Done, "{job:#?}");
}

async fn copies(home: &Home) -> Value {
    home.call("native.copies", json!({ "path": home.location() })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn it_follows_the_newest_version_and_goes_when_it_is_not_wanted() {
    let home = Home::new(0.01).await;
    home.back_up().await;
    assert_eq!((&copies(&home).await["on"], copy_of(&home).exists()), (&json!(false), false));
    keep(&home, true).await;
    assert!(tree(&copy_of(&home)) == newest(&home));
    assert_eq!(copies(&home).await["devices"][0]["current"], true);

    // Each backup brings it up to date; what another program wrote there goes.
    std::fs::write(copy_of(&home).join("foreign"), b"?").unwrap();
    home.phone().day_passes().expect("a day");
    home.back_up().await;
    assert!(tree(&copy_of(&home)) == newest(&home));
    assert_eq!(copies(&home).await["devices"][0]["current"], true);

    // It is no backup of somebody else.
    let refused = engine::api::call(&home.engine, "import.check", json!({ "folder": home.location() })).await;
    assert_eq!(refused.unwrap_err().code, engine::api::Code::NotABackup);

    // Deleted by hand, it is told, and costs building it again.
    std::fs::remove_dir_all(copy_of(&home)).unwrap();
    assert_eq!(copies(&home).await["devices"][0]["current"], false);
    keep(&home, true).await;
    assert!(tree(&copy_of(&home)) == newest(&home));

    keep(&home, false).await;
    assert!(!home.location().join("Heirloom Native").exists());
    home.back_up().await;
    assert!(!home.location().join("Heirloom Native").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_of_somebody_elses_is_left_alone() {
    let home = Home::new(0.01).await;
    home.back_up().await;
    let theirs = home.location().join("Heirloom Native");
    std::fs::create_dir_all(&theirs).unwrap();
    std::fs::write(theirs.join("letter.txt"), b"mine").unwrap();
    let job = home.job("native.keep", json!({ "path": home.location(), "on": true })).await;
    assert_eq!(job.error.map(|error| error.code), Some(engine::api::Code::FileExists));
    assert_eq!(std::fs::read(theirs.join("letter.txt")).unwrap(), b"mine");
    assert_eq!(copies(&home).await["on"], false);
}
