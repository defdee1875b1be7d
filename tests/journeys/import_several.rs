//! Many backups at once: of several devices, in the places other programs put them, in the order they were made.

use crate::import::{folder_of, set_state};
use engine::api::Code;
use engine::api::imports::ImportedBackup;
use engine::api::jobs::{Job, JobResult, JobState};
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;
use tests::{Home, phone_options, tree};

pub fn imported(job: &Job) -> &[ImportedBackup] {
    match &job.result {
        Some(JobResult::Imported { backups }) => backups,
        other => panic!("nothing was imported: {other:?} {:?}", job.error),
    }
}

/// Two backups of one device and one of another, as iMazing and Finder lay them out, and two that are of no use.
async fn parent(home: &Home, other: &Home, parent: &Path) {
    let udid = home.phone().udid().to_string();
    let first = home.back_up().await;
    folder_of(home, &first, &parent.join("iMazing.Versions/Versions").join(&udid).join("2026-01-08 10-45-14"));
    let theirs = other.back_up().await;
    folder_of(other, &theirs, &parent.join(other.phone().udid()));
    // The date of a backup is whole seconds.
    tokio::time::sleep(Duration::from_millis(1100)).await;
    home.phone().day_passes().expect("a day");
    let second = home.back_up().await;
    folder_of(home, &second, &parent.join(format!("{udid}-20260109-104514")));
    let (damaged, unfinished) = (parent.join("damaged"), parent.join("unfinished"));
    folder_of(home, &second, &damaged);
    std::fs::write(damaged.join("Manifest.db"), b"SQLite format 3\0 and then nothing").unwrap();
    folder_of(home, &second, &unfinished);
    set_state(&unfinished, "uploading");
}

#[tokio::test(flavor = "multi_thread")]
async fn all_that_is_whole_is_imported_in_the_order_it_was_made() {
    let home = Home::new(0.01).await;
    let other = Home::with(phone_options(2, 0.01)).await;
    let from = home.path().join("MobileSync/Backup");
    parent(&home, &other, &from).await;
    let before = tree(&from);

    let looked = home.call("import.check", json!({ "folder": from })).await;
    let found = looked["backups"].as_array().unwrap();
    assert_eq!((found.len(), &looked["more"]), (5, &json!(false)), "{looked:#}");
    let made: Vec<_> = found.iter().map(|backup| backup["made"].as_i64()).collect();
    assert!(made.is_sorted(), "{made:?}");
    let code = |name: &str| {
        let found = found.iter().find(|backup| backup["folder"].as_str().unwrap().ends_with(name));
        found.unwrap_or_else(|| panic!("{name}"))["problem"]["code"].clone()
    };
    assert_eq!((code("damaged"), code("unfinished")), (json!("backupDamaged"), json!("backupUnfinished")));

    let location = home.path().join("Elsewhere");
    let job = home.job("import.start", json!({ "folders": [from], "location": location })).await;
    assert_eq!((job.state, job.udid.as_deref()), (JobState::Done, None), "{job:#?}");
    let done = imported(&job);
    assert_eq!(done.len(), 3);
    assert!(done.iter().all(|backup| backup.version.is_some() && backup.problem.is_none()), "{done:#?}");
    assert_eq!(done[2].made, done.iter().map(|backup| backup.made).max().unwrap());
    // The second of the same device brings only what changed.
    assert!(done[2].new_bytes < done[2].bytes / 2, "{done:#?}");
    assert!(tree(&from) == before, "the sources are only read");
    same_bytes(&location, &done[2]);

    let again = home.call("import.check", json!({ "folder": from })).await;
    let kept = again["backups"].as_array().unwrap().iter().filter(|backup| !backup["imported"].is_null());
    assert_eq!(kept.count(), 3 + 2, "the two that are of no use are of the same time as one that is kept");
    let refused = engine::api::call(&home.engine, "import.start", json!({ "folders": [from], "location": location }));
    assert_eq!(refused.await.unwrap_err().code, Code::AlreadyImported);
}

/// A version holds what its folder held.
fn same_bytes(location: &Path, backup: &ImportedBackup) {
    let store = store::Store::open(location).unwrap();
    let number = backup.version.as_ref().unwrap().split(['@', '.']).nth(1).unwrap().parse().unwrap();
    let version = store.version(&backup.udid, number).unwrap();
    let folder = tree(Path::new(&backup.folder));
    assert_eq!(version.head().files, folder.len() as u64);
    for (path, bytes) in folder {
        let mut found = Vec::new();
        std::io::Read::read_to_end(&mut version.open(&path).unwrap().unwrap(), &mut found).unwrap();
        assert!(found == bytes, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_choice_is_imported_and_one_that_fails_does_not_stop_the_others() {
    let home = Home::new(0.01).await;
    let first = home.back_up().await;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    home.phone().day_passes().expect("a day");
    let second = home.back_up().await;
    let (gaps, whole) = (home.path().join("gaps"), home.path().join("whole"));
    folder_of(&home, &first, &gaps);
    folder_of(&home, &second, &whole);
    let lost = tree(&gaps).into_keys().find(|path| path.len() == 43).unwrap();
    std::fs::remove_file(gaps.join(&lost)).unwrap();
    let asked = json!({ "folders": [whole, gaps], "location": home.path().join("Elsewhere") });
    let job = home.job("import.start", asked.clone()).await;
    let outcome: Vec<_> = imported(&job).iter().map(|one| one.problem.as_ref().map(|problem| problem.code)).collect();
    assert_eq!(outcome, [Some(Code::BackupIncomplete), None], "{job:#?}");

    // What there is of it is kept when that is wanted, and says so.
    let mut asked = asked;
    asked["incomplete"] = json!(true);
    let job = home.job("import.start", asked.clone()).await;
    assert_eq!((imported(&job).len(), imported(&job)[0].missing), (1, 1), "{job:#?}");
    assert!(imported(&job)[0].new_bytes < imported(&job)[0].bytes / 2, "most of it the other one has brought");
    let listed = home.call("versions.list", json!({ "location": asked["location"] })).await;
    let kept: Vec<&Value> = listed["versions"].as_array().unwrap().iter().collect();
    let incomplete: Vec<_> = kept.iter().map(|version| (&version["incomplete"], &version["unreadable"])).collect();
    assert_eq!(incomplete, [(&json!(false), &json!(0)), (&json!(true), &json!(1))]);
}
