//! A backup that was cut while it was made, and is the only one there is.

use crate::import::{folder_of, look, set_state};
use crate::import_several::imported;
use engine::api::jobs::JobState;
use serde_json::json;
use std::path::Path;
use tests::{Home, tree};

/// Cut while files were being moved to their places: the list and some content are still in `Snapshot`, some never came.
fn cut(folder: &Path) -> u64 {
    let content: Vec<String> = tree(folder).into_keys().filter(|path| path.len() == 43).collect();
    let (lost, waiting) = (&content[..3], &content[3..20]);
    for path in lost {
        std::fs::remove_file(folder.join(path)).unwrap();
    }
    for path in waiting.iter().map(String::as_str).chain(["Manifest.db", "Manifest.plist"]) {
        let to = folder.join("Snapshot").join(path);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::rename(folder.join(path), to).unwrap();
    }
    set_state(folder, "moving");
    lost.len() as u64
}

#[tokio::test(flavor = "multi_thread")]
async fn what_there_is_of_it_is_kept_and_says_so() {
    let home = Home::new(0.01).await;
    let whole = home.back_up().await;
    let folder = home.path().join("cut");
    folder_of(&home, &whole, &folder);
    let lost = cut(&folder);
    let before = tree(&folder);
    let found = look(&home, &folder).await;
    assert_eq!((&found["problem"]["code"], &found["incomplete"]), (&json!("backupUnfinished"), &json!(true)));

    let location = home.path().join("Elsewhere");
    let asked = json!({ "folders": [folder], "location": location, "incomplete": true });
    let job = home.job("import.start", asked).await;
    assert_eq!(job.state, JobState::Done, "{job:#?}");
    assert_eq!((imported(&job)[0].missing, job.skipped_count), (lost, lost));
    assert!(tree(&folder) == before, "the source is only read");

    let version = imported(&job)[0].version.clone().unwrap();
    let asked = json!({ "version": version, "location": location });
    let opened = home.call("version.open", asked.clone()).await;
    let about = &opened["version"];
    assert_eq!(
        (&about["incomplete"], &about["unconfirmed"], &about["unreadable"]),
        (&json!(true), &json!(true), &json!(lost))
    );
    assert_eq!(opened["unreadableFiles"].as_array().unwrap().len() as u64, lost);
    assert_eq!(home.counts(&version).await["contacts"], home.counts(&whole).await["contacts"]);

    // It is for looking inside: neither restored nor built upon.
    let ready = home.call("version.readiness", asked).await;
    assert_eq!(ready["ready"], false);
    assert!(ready["findings"].as_array().unwrap().iter().any(|finding| finding["id"] == "incomplete"), "{ready:#}");
    let job = home.job("device.backUp", json!({ "udid": home.phone().udid(), "location": location })).await;
    assert_eq!(job.state, JobState::Done, "{job:#?}");
    assert!(home.phone().last_backup().unwrap().full, "a cut backup is no base for the next");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_its_list_of_files_nothing_can_be_kept() {
    let home = Home::new(0.01).await;
    let whole = home.back_up().await;
    let folder = home.path().join("cut");
    folder_of(&home, &whole, &folder);
    cut(&folder);
    std::fs::remove_file(folder.join("Snapshot/Manifest.db")).unwrap();
    let found = look(&home, &folder).await;
    assert_eq!((&found["problem"]["code"], &found["incomplete"]), (&json!("backupUnfinished"), &json!(false)));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_backup_says_and_is_not_true_is_told() {
    let home = Home::new(0.01).await;
    let whole = home.back_up().await;
    let folder = home.path().join("odd");
    folder_of(&home, &whole, &folder);
    let path = folder.join("Manifest.plist");
    let mut manifest = plist::Value::from_file(&path).unwrap().into_dictionary().unwrap();
    manifest.insert("IsEncrypted".into(), true.into());
    plist::Value::Dictionary(manifest).to_file_binary(&path).unwrap();
    let told = &look(&home, &folder).await["contradictions"];
    assert_eq!(told.as_array().unwrap().len(), 1);
    let asked = json!({ "folders": [folder], "location": home.path().join("Elsewhere") });
    let job = home.job("import.start", asked).await;
    assert_eq!(job.state, JobState::Done, "{job:#?}");
    assert_eq!(json!(job.warnings), *told, "the bytes win, and it is said");
    let version = imported(&job)[0].version.clone().unwrap();
    let opened = home.call("version.open", json!({ "version": version })).await;
    assert_eq!((&opened["contradictions"], &opened["version"]["encrypted"]), (told, &json!(false)));
}
