//! Backup passwords: each client sets, changes and takes off the phone's, and unrelated readers open what the phone encrypted.

use crate::backups::Client;
use crate::computer::{Computer, text};
use crate::matrix::{Cell, proven};
use serde_json::Value;
use sha2::Digest;
use std::path::Path;

#[tokio::test(flavor = "multi_thread")]
async fn heirloom_sets_changes_and_takes_off_the_password() {
    a_password_comes_changes_and_goes(Client::Heirloom).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn idevicebackup2_sets_changes_and_takes_off_the_password() {
    a_password_comes_changes_and_goes(Client::Idevicebackup2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn pymobiledevice3_sets_changes_and_takes_off_the_password() {
    a_password_comes_changes_and_goes(Client::Pymobiledevice3).await;
}

async fn a_password_comes_changes_and_goes(client: Client) {
    let Some(computer) = Computer::new().await else { return };
    let phone = computer.phone();
    client.pair(&computer).await;
    client.change_password(&computer, None, Some("first word")).await;
    assert!(phone.encrypts());
    assert!(client.back_up(&computer).await.full);
    opens_with(&computer, client, "first word").await;
    proven(client, Cell::EncryptionOn);

    phone.day_passes().expect("a day");
    assert!(!client.back_up(&computer).await.full, "what is encrypted is backed up by its changes as well");
    opens_with(&computer, client, "first word").await;

    client.change_password(&computer, Some("first word"), Some("second word")).await;
    client.back_up(&computer).await;
    let folder = client.folder(&computer);
    for (reader, found) in decrypted(&computer, &folder, "first word").await.as_object().expect("readers") {
        assert!(found.is_string(), "{reader} opens it with the old password");
    }
    opens_with(&computer, client, "second word").await;
    proven(client, Cell::EncryptionChange);

    client.change_password(&computer, Some("second word"), None).await;
    assert!(!phone.encrypts());
    client.back_up(&computer).await;
    let listed = heirloom_digests(&computer, client, None).await;
    assert!(!listed.is_empty(), "a plain backup again");
    proven(client, Cell::EncryptionOff);
}

/// Two unrelated readers and Heirloom get the same bytes out of every file.
async fn opens_with(computer: &Computer, client: Client, password: &str) {
    let found = decrypted(computer, &client.folder(computer), password).await;
    let (one, other) = (&found["iphone_backup_decrypt"], &found["pyiosbackup"]);
    assert_eq!(one, other);
    let files = one.as_object().unwrap_or_else(|| panic!("{client:?}: {one}"));
    assert!(files.len() > 50, "{client:?}: {} files", files.len());
    let ours = heirloom_digests(computer, client, Some(password)).await;
    assert_eq!(ours.len(), files.len(), "{client:?}");
    for (place, digest) in &ours {
        assert_eq!(files.get(place), Some(&Value::from(digest.as_str())), "{client:?}: {place}");
    }
}

async fn decrypted(computer: &Computer, folder: &Path, password: &str) -> Value {
    computer.python_with("decrypt.py", folder, password).await
}

/// The SHA-256 of every file of the client's folder as the `backup` crate reads it, by `domain: path`.
async fn heirloom_digests(computer: &Computer, client: Client, password: Option<&str>) -> Vec<(String, String)> {
    let (folder, scratch) = (client.folder(computer), computer.path("scratch"));
    let password = password.map(backup::Password::new);
    let read = move || {
        let files: std::sync::Arc<dyn backup::FileSet> = std::sync::Arc::new(backup::Folder::new(folder));
        let opened = match password {
            None => backup::Backup::open(files, &scratch).expect("a plain backup"),
            Some(password) => {
                let locked = backup::Locked::look(&*files).expect("a backup").expect("an encrypted one");
                let keys = locked.unlock(&password, &|| false).expect("the right password");
                backup::Backup::open_unlocked(files, &scratch, &keys).expect("an open backup")
            }
        };
        let mut digests = Vec::new();
        for domain in opened.domains().expect("domains") {
            for entry in opened.walk(&domain.domain, "").expect("entries") {
                if entry.kind == backup::EntryKind::File {
                    let mut content = Vec::new();
                    std::io::Read::read_to_end(&mut opened.read(&entry).expect("content"), &mut content)
                        .expect("bytes");
                    digests.push((format!("{}: {}", entry.domain, entry.path), sha256(&content)));
                }
            }
        }
        digests
    };
    tokio::task::spawn_blocking(read).await.expect("a reader that does not panic")
}

fn sha256(content: &[u8]) -> String {
    sha2::Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Client {
    /// Sets (`None`, new), changes (old, new) or takes off (old, `None`) the phone's backup password.
    pub async fn change_password(self, computer: &Computer, old: Option<&str>, new: Option<&str>) {
        let folder = computer.path("backups");
        std::fs::create_dir_all(&folder).expect("a folder for backups");
        let folder = text(&folder);
        match self {
            Client::Idevicebackup2 => {
                let arguments = match (old, new) {
                    (None, Some(new)) => vec!["encryption", "on", new, folder],
                    (Some(old), None) => vec!["encryption", "off", old, folder],
                    _ => vec!["changepw", old.unwrap_or_default(), new.unwrap_or_default(), folder],
                };
                drop(computer.run("idevicebackup2", &arguments).await);
            }
            Client::Pymobiledevice3 => {
                let arguments = match (old, new) {
                    (None, Some(new)) => vec!["backup2", "encryption", "-b", folder, "on", new],
                    (Some(old), None) => vec!["backup2", "encryption", "-b", folder, "off", old],
                    (old, new) => {
                        let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
                        vec!["backup2", "change-password", "-b", folder, old, new]
                    }
                };
                drop(computer.run("pymobiledevice3", &arguments).await);
            }
            Client::Heirloom => {
                let what = match (old, new) {
                    (None, _) => "on",
                    (_, None) => "off",
                    _ => "change",
                };
                let lines: Vec<&str> = old.into_iter().chain(new).collect();
                let arguments = ["encryption", what, "--password-stdin"];
                let job = computer.heirloom_with(&arguments, &lines).await;
                assert_eq!(job["state"], "done", "{job:#}");
            }
        }
        assert_eq!(computer.phone().encrypts(), new.is_some(), "{self:?}");
    }
}
