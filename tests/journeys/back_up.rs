//! Back Up Now, a day passes, Back Up Now again.

use serde_json::json;
use tests::Home;

#[tokio::test(flavor = "multi_thread")]
async fn two_versions_each_with_its_own_state() {
    let home = Home::new(0.02).await;
    let phone = home.phone();
    let before = phone.expected();

    let first = home.back_up().await;
    let full = phone.last_backup().expect("a backup");
    assert!(full.full && full.code == Some(0), "{full:?}");

    phone.day_passes().expect("a day");
    let after = phone.expected();
    let second = home.back_up().await;
    let changes = phone.last_backup().expect("a backup");
    assert!(!changes.full && changes.code == Some(0), "{changes:?}");
    assert!(
        changes.bytes * 4 < full.bytes * 3 && changes.files * 4 < full.files,
        "only changes cross the wire: {changes:?} after {full:?}"
    );

    let versions = home.versions().await;
    assert_eq!(versions.len(), 2);
    assert_eq!((versions[0]["id"].as_str(), versions[1]["id"].as_str()), (Some(first.as_str()), Some(second.as_str())));
    assert_eq!(versions[1]["origin"], "backedUp");
    assert!(versions[1]["new_bytes"].as_u64() < versions[1]["bytes"].as_u64());

    for (version, expected) in [(&first, &before), (&second, &after)] {
        let counts = home.counts(version).await;
        assert_eq!(counts["photos"], json!(expected.photos.visible), "{version}");
        assert_eq!(counts["calls"], json!(expected.calls.count), "{version}");
        assert_eq!(counts["messages"], json!(expected.conversations.len()), "{version}");
    }
    assert_ne!(before.contacts, after.contacts);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_changed_costs_almost_nothing() {
    let home = Home::new(0.01).await;
    home.back_up().await;
    home.back_up().await;
    let again = home.phone().last_backup().expect("a backup");
    assert_eq!((again.full, again.files), (false, 0));
    let versions = home.versions().await;
    assert!(versions[1]["new_bytes"].as_u64().unwrap() < versions[0]["bytes"].as_u64().unwrap() / 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_full_backup_is_not_stored_twice() {
    let home = Home::new(0.01).await;
    home.back_up().await;
    let job = home.job("device.backUp", json!({ "udid": home.phone().udid(), "full": true })).await;
    assert!(home.phone().last_backup().expect("a backup").full);
    let versions = home.versions().await;
    // The manifest and the plists carry a new date; nothing else is new.
    assert!(versions[1]["new_bytes"].as_u64().unwrap() < versions[0]["new_bytes"].as_u64().unwrap() / 3, "{job:#?}");
}
