//! Keeping a folder that another program wrote; it is only read.

use engine::api::jobs::JobState;
use engine::api::{self, Code};
use serde_json::json;
use std::path::Path;
use tests::{Home, tree, version_of};

/// A backup folder as other programs leave it: the files of the newest version, written out.
pub fn folder_of(home: &Home, version: &str, to: &Path) {
    let store = store::Store::open(&home.location()).unwrap();
    let (udid, seq) = version.split_once('@').unwrap();
    let version = store.version(udid, seq.split('.').next().unwrap().parse().unwrap()).unwrap();
    for entry in version.entries().filter(|entry| entry.kind == store::EntryKind::File) {
        let path = to.join(&entry.path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut content = version.open(&entry.path).unwrap().unwrap();
        std::io::copy(&mut content, &mut std::fs::File::create(&path).unwrap()).unwrap();
    }
}

/// Changes what Status.plist says.
pub fn set_state(folder: &Path, state: &str) {
    let path = folder.join("Status.plist");
    let mut status = plist::Value::from_file(&path).unwrap().into_dictionary().unwrap();
    status.insert("SnapshotState".into(), state.into());
    plist::Value::Dictionary(status).to_file_binary(path).unwrap();
}

/// The one backup in a folder, as it is described.
pub async fn look(home: &Home, folder: &Path) -> serde_json::Value {
    let looked = home.call("import.check", json!({ "folder": folder })).await;
    assert_eq!(looked["backups"].as_array().unwrap().len(), 1, "{looked:#}");
    looked["backups"][0].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_becomes_a_version_and_stays_as_it_was() {
    let home = Home::new(0.01).await;
    let expected = home.phone().expected();
    let first = home.back_up().await;
    let folder = home.path().join("Finder").join(home.phone().udid());
    folder_of(&home, &first, &folder);
    let before = tree(&folder);

    let location = home.path().join("Elsewhere");
    let found = look(&home, folder.parent().unwrap()).await;
    assert_eq!(found["udid"], json!(home.phone().udid()), "the one backup inside is found");
    assert_eq!((&found["imported"], &found["problem"]), (&json!(null), &json!(null)));
    let size = home.call("import.measure", json!({ "folder": folder })).await;
    assert_eq!(size["files"], before.len());
    assert_eq!(size["bytes"], before.values().map(Vec::len).sum::<usize>());
    let job = home.job("import.start", json!({ "folders": [folder], "location": location })).await;
    assert_eq!(job.state, JobState::Done, "{job:#?}");
    assert!(tree(&folder) == before, "the source is only read");

    let version = version_of(&job);
    let asked = json!({ "version": version, "location": location });
    let opened = home.call("version.open", asked.clone()).await;
    assert_eq!(opened["version"]["origin"], "imported");
    let kept = store::Store::open(&location).unwrap().version(home.phone().udid(), 1).unwrap();
    for (path, bytes) in &before {
        let mut found = Vec::new();
        std::io::Read::read_to_end(&mut kept.open(path).unwrap().unwrap(), &mut found).unwrap();
        assert!(&found == bytes, "{path}");
    }
    let again = home.job("import.start", json!({ "folders": [folder], "location": location })).await;
    assert_eq!(again.error.map(|error| error.code), Some(Code::AlreadyImported));
    assert_eq!(look(&home, &folder).await["imported"], json!(version));
    assert!(expected.contacts.len() > 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn unfinished_folders_are_refused_with_their_reason() {
    let home = Home::new(0.01).await;
    let first = home.back_up().await;
    let folder = home.path().join("copy");
    folder_of(&home, &first, &folder);
    let refused = async || {
        let found = look(&home, &folder).await;
        let started = api::call(&home.engine, "import.start", json!({ "folders": [folder] })).await;
        assert_eq!(started.map_err(|error| json!(error.code)), Err(found["problem"]["code"].clone()), "said and done");
        found["problem"]["code"].clone()
    };
    assert_eq!(look(&home, &folder).await["problem"], json!(null));

    let info = std::fs::read(folder.join("Info.plist")).unwrap();
    std::fs::write(folder.join("Info.plist"), b"").unwrap();
    assert_eq!(refused().await, "backupInfoEmpty");
    std::fs::write(folder.join("Info.plist"), info).unwrap();

    set_state(&folder, "uploading");
    assert_eq!(refused().await, "backupUnfinished");
    set_state(&folder, "finished");
    std::fs::write(folder.join("Manifest.db"), b"SQLite format 3\0 and then nothing").unwrap();
    assert_eq!(refused().await, "backupDamaged");

    let empty = home.path().join("empty");
    std::fs::create_dir_all(&empty).unwrap();
    let refused = api::call(&home.engine, "import.check", json!({ "folder": empty })).await.unwrap_err();
    assert_eq!(refused.code, Code::NotABackup);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_older_folder_imported_later_does_not_make_the_next_backup_full() {
    let home = Home::new(0.01).await;
    let first = home.back_up().await;
    let folder = home.path().join("Finder").join(home.phone().udid());
    folder_of(&home, &first, &folder);
    tokio::time::sleep(std::time::Duration::from_millis(1100)).await;
    home.phone().day_passes().expect("a day");
    home.back_up().await;
    let job = home.job("import.start", json!({ "folders": [folder] })).await;
    assert_eq!(job.state, JobState::Done, "{job:#?}");
    home.phone().day_passes().expect("a day");
    home.back_up().await;
    assert!(!home.phone().last_backup().unwrap().full, "it builds on what the device remembers");
    assert_eq!(home.counts("latest").await["photos"], json!(home.phone().expected().photos.visible));
}
