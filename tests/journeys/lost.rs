//! A kept file is lost from the disk: no new version claims to be whole, and asking for everything brings it back.

use engine::api::Code;
use engine::api::jobs::JobState;
use serde_json::json;
use tests::{Home, tree};

#[tokio::test(flavor = "multi_thread")]
async fn a_lost_file_is_noticed_and_comes_back() {
    let home = Home::new(0.01).await;
    home.back_up().await;
    let objects = home.location().join("Heirloom/objects");
    // A photo: nothing that a day changes.
    let photos = tree(&objects).into_iter().filter(|(_, bytes)| bytes.starts_with(&[0xFF, 0xD8]));
    let (lost, bytes) = photos.max_by_key(|(_, bytes)| bytes.len()).unwrap();
    std::fs::remove_file(objects.join(&lost)).unwrap();

    home.phone().day_passes().expect("a day");
    let job = home.job("device.backUp", json!({ "udid": home.phone().udid() })).await;
    assert_eq!((job.state, job.error.map(|error| error.code)), (JobState::Failed, Some(Code::BackupInconsistent)));
    assert_eq!(home.versions().await.len(), 1);

    let job = home.job("device.backUp", json!({ "udid": home.phone().udid(), "full": true })).await;
    assert_eq!(job.state, JobState::Done, "{job:#?}");
    assert!(std::fs::read(objects.join(&lost)).unwrap() == bytes, "the bytes are back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_was_away_is_read_again_when_it_is_back() {
    let home = Home::new(0.01).await;
    let version = home.back_up().await;
    let counts = home.counts(&version).await;
    let away = home.path().join("unplugged");
    std::fs::rename(home.location(), &away).unwrap();
    let save = || {
        let asked = json!({
            "version": version, "domain": "HomeDomain", "path": "Library/SMS/sms.db", "to": home.path().join("saved"),
        });
        engine::api::call(&home.engine, "file.save", asked)
    };
    assert!(save().await.is_err());
    let gone = engine::api::call(&home.engine, "version.open", json!({ "version": version })).await.unwrap_err();
    assert_eq!(gone.code, Code::VersionNotFound, "it is not shown as if it were there: {gone:?}");
    std::fs::rename(&away, home.location()).unwrap();
    assert!(save().await.is_ok());
    assert_eq!(home.counts(&version).await, counts);
}
