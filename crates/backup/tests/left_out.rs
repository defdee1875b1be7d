//! What a backup does not hold, and why.

mod made;

use backup::LeftOut;
use made::sealed::Sealed;
use made::{Made, binary, dictionary};
use plist::Value;

fn what(left_out: &[LeftOut]) -> Vec<(&str, Option<u64>)> {
    left_out.iter().map(|left| (left.what, left.count)).collect()
}

#[test]
fn without_encryption_the_private_kinds_are_missing() {
    let made = Made::new();
    made.file("KeychainDomain", "keychain-backup.plist", b"only the device can open this");
    let left_out = made.open().unwrap().left_out();
    let all = ["health", "callHistory", "safari", "keychain", "home"];
    assert_eq!(what(&left_out), all.map(|what| (what, None)));
    assert_eq!(left_out[1].why, "No call history here because this backup is not encrypted.");

    // Older systems put calls and history into every backup.
    made.file("HomeDomain", "Library/CallHistoryDB/CallHistory.storedata", b"");
    made.file("HomeDomain", "Library/Safari/History.db", b"");
    assert_eq!(what(&made.open().unwrap().left_out()), ["health", "keychain", "home"].map(|what| (what, None)));
}

#[test]
fn what_is_in_icloud_is_told_also_when_encrypted() {
    let sealed = Sealed::new();
    let camera = |path: &str| sealed.file("CameraRollDomain", path, b"x");
    camera("Media/DCIM/100APPLE/IMG_0001.HEIC");
    camera("Media/PhotoData/CPLAssets/group1/ABC.JPG");
    let preview = |folder: &str, name: &str| {
        sealed.made.folder_row("CameraRollDomain", &format!("Media/PhotoData/Thumbnails/V2/{folder}"));
        sealed.made.folder_row("CameraRollDomain", &format!("Media/PhotoData/Thumbnails/V2/{folder}/{name}"));
        camera(&format!("Media/PhotoData/Thumbnails/V2/{folder}/{name}/5005.JPG"));
    };
    preview("DCIM/100APPLE", "IMG_0001.HEIC");
    preview("DCIM/101APPLE", "IMG_0001.HEIC");
    preview("PhotoData/CPLAssets/group1", "ABC.JPG");
    preview("PhotoData/CPLAssets/group2", "DEF.MOV");
    preview("PhotoData/PhotoCloudSharingData/1", "of others.HEIC");
    let settings = binary(&dictionary(&[("CloudKitSyncingEnabled", Value::Boolean(true))]));
    sealed.file("HomeDomain", "Library/Preferences/com.apple.madrid.plist", &settings);
    sealed.made.manifest.execute("INSERT INTO Files VALUES ('../x', 'D', 'bad', 1, NULL)", []).unwrap();
    sealed.close();
    let left_out = sealed.open().unwrap().left_out();
    assert_eq!(what(&left_out), [("messagesInICloud", None), ("photosInICloud", Some(2)), ("unreadable", Some(1))]);
}
