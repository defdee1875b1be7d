//! What other programs make of the folder a version is written out as, and of the copy a location keeps.

use crate::backups::Client;
use crate::computer::{Computer, text};
use std::path::{Path, PathBuf};
use tests::tree;

const PASSWORD: &str = "a word for the phone";

/// The newest version, written out by the terminal.
async fn native(computer: &Computer) -> PathBuf {
    Client::Heirloom.native(computer).await
}

#[tokio::test(flavor = "multi_thread")]
async fn idevicebackup2_describes_and_lists_it() {
    let Some(computer) = Computer::new().await else { return };
    Client::Heirloom.pair(&computer).await;
    Client::Heirloom.back_up(&computer).await;
    let folder = native(&computer).await;
    let root = text(folder.parent().expect("a folder above"));
    let info = computer.run("idevicebackup2", &["info", root]).await;
    assert!(info.contains(&computer.phone().name()), "{info}");
    let list = computer.run("idevicebackup2", &["list", root]).await;
    // It repeats the device's own words: one line for each row of the list of files.
    assert!(list.contains("Library/SMS/sms.db") && list.contains("CameraRollDomain"), "{list}");
    assert_eq!(tree(&folder), Client::Heirloom.files(&computer), "neither wrote to it");
}

#[tokio::test(flavor = "multi_thread")]
async fn unrelated_readers_decrypt_it_to_the_same_bytes() {
    let Some(computer) = Computer::new().await else { return };
    Client::Heirloom.pair(&computer).await;
    Client::Heirloom.change_password(&computer, None, Some(PASSWORD)).await;
    Client::Heirloom.back_up(&computer).await;
    let folder = native(&computer).await;
    let before = tree(&folder);
    let found = computer.python_with("decrypt.py", &folder, PASSWORD).await;
    let kept = computer.python_with("decrypt.py", &Client::Heirloom.folder(&computer), PASSWORD).await;
    assert_eq!(found["iphone_backup_decrypt"], found["pyiosbackup"]);
    assert!(found["pyiosbackup"].as_object().expect("files").len() > 50, "{found}");
    assert_eq!(found, kept, "the bytes of the version");
    mvt_decrypts(&computer, &folder).await;
    assert!(tree(&folder) == before, "nobody wrote to it");
}

/// The Mobile Verification Toolkit decrypts it as well.
async fn mvt_decrypts(computer: &Computer, folder: &Path) {
    let to = computer.path("decrypted");
    let decrypt = ["decrypt-backup", "--password", PASSWORD, "--destination", text(&to), text(folder)];
    let Some(said) = mvt(computer, &decrypt).await else { return };
    let manifest = std::fs::read(to.join("Manifest.db")).unwrap_or_else(|wrong| panic!("{wrong}: {said}"));
    assert!(manifest.starts_with(b"SQLite format 3\0"), "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_mobile_verification_toolkit_checks_it() {
    let Some(computer) = Computer::new().await else { return };
    Client::Heirloom.pair(&computer).await;
    Client::Heirloom.back_up(&computer).await;
    let folder = native(&computer).await;
    let to = computer.path("checked");
    let Some(said) = mvt(&computer, &["check-backup", "--output", text(&to), text(&folder)]).await else { return };
    let read = |name: &str| -> serde_json::Value {
        let found = std::fs::read(to.join(name)).unwrap_or_else(|wrong| panic!("{name}: {wrong}: {said}"));
        serde_json::from_slice(&found).expect("JSON")
    };
    let info = read("backup_info.json");
    assert_eq!(info["Unique Identifier"], computer.phone().udid(), "{info}");
    let manifest = read("manifest.json");
    let files = manifest.as_array().expect("rows").iter().filter(|row| row["flags"] == 1).count();
    let own = tree(&folder).into_keys().filter(|path| path.len() == 43).count();
    assert_eq!(files, own, "every file of the folder");
    let messages = read("sms.json");
    let expected = computer.phone().expected().messages;
    assert!(!messages.as_array().expect("messages").is_empty(), "{expected:?}");
}

/// Runs `mvt-ios`, which must not go out to the network.
async fn mvt(computer: &Computer, arguments: &[&str]) -> Option<String> {
    let Some(program) = std::env::var("HEIRLOOM_MVT").ok() else {
        println!("skipped: HEIRLOOM_MVT names no mvt-ios");
        return None;
    };
    let quiet = ["--disable-update-check", "--disable-indicator-update-check"];
    Some(computer.run(&program, &[&quiet[..], arguments].concat()).await)
}

/// The copy a location keeps is such a folder too.
#[tokio::test(flavor = "multi_thread")]
async fn the_kept_copy_is_restored_by_idevicebackup2() {
    let Some(computer) = Computer::new().await else { return };
    Client::Heirloom.pair(&computer).await;
    let location = computer.path("backups");
    Client::Heirloom.back_up(&computer).await;
    computer.heirloom(&["native", "--keep", "on", "--location", text(&location)]).await;
    computer.phone().day_passes().expect("a day");
    Client::Heirloom.back_up(&computer).await;
    let folder = location.join("Heirloom Native").join(computer.phone().udid());
    assert_eq!(tree(&folder), Client::Heirloom.files(&computer));
    Client::Idevicebackup2.restore(&computer, &folder, None).await;
    let back = computer.phone().last_restore().expect("a restore");
    assert_eq!((back.code, back.differences), (Some(0), Vec::new()));
}
