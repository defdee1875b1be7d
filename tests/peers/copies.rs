//! The camera roll copied off the phone without a backup: Heirloom and pymobiledevice3 get the same files.

use crate::backups::Client;
use crate::computer::{Computer, text};
use crate::matrix::{Cell, proven};
use std::collections::BTreeMap;
use tests::tree;

#[tokio::test(flavor = "multi_thread")]
async fn heirloom_and_pymobiledevice3_copy_the_same_camera_roll() {
    let Some(computer) = Computer::new().await else { return };
    Client::Heirloom.pair(&computer).await;
    let own = computer.path("own");
    let job = computer.heirloom(&["device", "photos", "DCIM", "--to", text(&own)]).await;
    let folder = job["result"]["folder"].as_str().unwrap_or_else(|| panic!("{job:#}"));
    let ours = tree(folder.as_ref());
    let expected = computer.phone().expected().photos;
    assert!(ours.len() as u64 >= expected.assets - expected.missing, "{} files of {expected:#?}", ours.len());
    assert_eq!(job["result"]["files"], serde_json::json!(ours.len()));

    let theirs = computer.path("theirs");
    std::fs::create_dir(&theirs).expect("a folder");
    computer.run("pymobiledevice3", &["afc", "pull", "/DCIM", text(&theirs)]).await;
    let theirs = tree(&theirs);
    assert_eq!(ours.keys().collect::<Vec<_>>(), theirs.keys().collect::<Vec<_>>());
    let other: BTreeMap<_, _> = ours.iter().filter(|(path, bytes)| theirs[*path] != **bytes).collect();
    assert!(other.is_empty(), "{:?} differ", other.keys());
    proven(Client::Heirloom, Cell::Afc);
    proven(Client::Pymobiledevice3, Cell::Afc);
}
