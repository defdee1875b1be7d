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
