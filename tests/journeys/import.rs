//! Keeping a folder that another program wrote; it is only read.

use engine::api::jobs::JobState;
use engine::api::{self, Code};
use serde_json::json;
use std::path::Path;
use tests::{Home, tree, version_of};

/// A backup folder as other programs leave it: the files of the newest version, written out.
fn folder_of(home: &Home, version: &str, to: &Path) {
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

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_becomes_a_version_and_stays_as_it_was() {
    let home = Home::new(0.01).await;
    let expected = home.phone().expected();
    let first = home.back_up().await;
    let folder = home.path().join("Finder").join(home.phone().udid());
    folder_of(&home, &first, &folder);
    let before = tree(&folder);

    let location = home.path().join("Elsewhere");
    let checked = home.call("import.check", json!({ "folder": folder.parent().unwrap() })).await;
    assert_eq!(checked["udid"], json!(home.phone().udid()), "the one backup inside is found");
    let job = home.job("import.start", json!({ "folder": folder, "location": location })).await;
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
    let error = api::call(&home.engine, "import.start", json!({ "folder": folder, "location": location })).await;
    let again = home.wait(error.unwrap()["job"].as_u64().unwrap()).await;
    assert_eq!(again.error.map(|error| error.code), Some(Code::AlreadyImported));
    assert!(expected.contacts.len() > 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn unfinished_folders_are_refused_with_their_reason() {
    let home = Home::new(0.01).await;
    let first = home.back_up().await;
    let folder = home.path().join("copy");
    folder_of(&home, &first, &folder);
    let check =
        async || api::call(&home.engine, "import.check", json!({ "folder": folder })).await.map_err(|error| error.code);
    assert!(check().await.is_ok());

    let info = std::fs::read(folder.join("Info.plist")).unwrap();
    std::fs::write(folder.join("Info.plist"), b"").unwrap();
    assert_eq!(check().await.unwrap_err(), Code::BackupInfoEmpty);
    std::fs::write(folder.join("Info.plist"), info).unwrap();

    let status = plist::Value::from_file(folder.join("Status.plist")).unwrap();
    let mut uploading = status.into_dictionary().unwrap();
    uploading.insert("SnapshotState".into(), "uploading".into());
    plist::Value::Dictionary(uploading).to_file_binary(folder.join("Status.plist")).unwrap();
    assert_eq!(check().await.unwrap_err(), Code::BackupUnfinished);

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
    let job = home.job("import.start", json!({ "folder": folder })).await;
    assert_eq!(job.state, JobState::Done, "{job:#?}");
    home.phone().day_passes().expect("a day");
    home.back_up().await;
    assert!(!home.phone().last_backup().unwrap().full, "it builds on what the device remembers");
    assert_eq!(home.counts("latest").await["photos"], json!(home.phone().expected().photos.visible));
}
