//! One store, two computers: both see all versions, both add their own, and a clean-up of the one waits for the other.

use engine::api::Code;
use engine::api::jobs::JobState;
use serde_json::{Value, json};
use store::{Base, Store};
use tests::{Home, phone_options};

fn ids(versions: &[Value]) -> Vec<String> {
    versions.iter().map(|version| version["id"].as_str().unwrap().to_string()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn two_computers_share_a_store() {
    let den = Home::new(0.01).await;
    let attic = Home::with(phone_options(2, 0.01)).await;
    let shared = den.location();
    let one = den.back_up().await;
    attic.call("location.add", json!({ "path": shared })).await;
    let own = json!({ "udid": attic.phone().udid(), "location": shared });
    attic.call("device.keepIn", own).await;

    // In turn, each its own device; each sees what the other did.
    let two = attic.back_up().await;
    den.phone().day_passes().unwrap();
    let three = den.back_up().await;
    let four = attic.back_up().await;
    let mut expected = vec![one.clone(), two.clone(), three.clone(), four.clone()];
    expected.sort();
    for home in [&den, &attic] {
        let mut listed = ids(&home.versions().await);
        listed.sort();
        assert_eq!(listed, expected);
        for version in [&three, &four] {
            assert!(home.counts(version).await["contacts"].as_u64().unwrap() > 0, "{version}");
        }
    }
    // A pin by the one is seen by the other, and holds there.
    den.call("version.pin", json!({ "version": two, "location": shared, "pinned": true })).await;
    let refused = engine::api::call(&attic.engine, "version.expire", json!({ "version": two })).await.unwrap_err();
    assert_eq!(refused.code, Code::VersionKept, "{refused:?}");

    // At once, too: two devices have nothing to wait for.
    let (first, second) = tokio::join!(den.back_up(), attic.back_up());
    assert!(first != second && den.versions().await.len() == 6);

    // While the one writes, the other does not clean up; the other way round the same.
    for (writer, cleaner) in [(&den, &attic), (&attic, &den)] {
        let store = Store::open(&shared).unwrap();
        let (udid, sessions) = (writer.phone().udid().to_string(), writer.path().join("data/sessions"));
        let session = store.begin(&udid, &sessions, Base::Newest).unwrap();
        let job = cleaner.job("location.reclaim", json!({ "path": shared })).await;
        assert_eq!((job.state, job.error.map(|error| error.code)), (JobState::Failed, Some(Code::StoreBusy)));
        drop(session);
        let job = cleaner.job("location.reclaim", json!({ "path": shared })).await;
        assert_eq!(job.state, JobState::Done, "{job:#?}");
    }
    let job = attic.job("location.verify", json!({ "path": shared, "depth": "bytes" })).await;
    let result = serde_json::to_value(job.result).unwrap();
    assert_eq!((&result["damagedCount"], &result["records"]), (&json!(0), &json!([])));
    assert_eq!(den.versions().await.len(), 6);
}
