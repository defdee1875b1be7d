//! All of it from the terminal: the real `heirloom`.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tests::{phone_options, simulator};

/// The `heirloom` built beside this test.
pub fn program() -> PathBuf {
    let beside = std::env::current_exe().unwrap();
    let program = beside.ancestors().nth(2).unwrap().join("heirloom");
    assert!(program.exists(), "{} is missing: cargo build -p cli", program.display());
    program
}

pub fn heirloom(home: &Path, usbmuxd: &str) -> Command {
    let mut command = Command::new(program());
    command
        .env("HEIRLOOM_HOME", home)
        .env("USBMUXD_SOCKET_ADDRESS", usbmuxd)
        .env("HEIRLOOM_LOG", "error")
        .arg("--json");
    command
}

pub async fn run(home: &Path, usbmuxd: &str, arguments: &[&str]) -> Output {
    let mut command = heirloom(home, usbmuxd);
    command.args(arguments);
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

pub async fn good(home: &Path, usbmuxd: &str, arguments: &[&str]) -> Value {
    let output = run(home, usbmuxd, arguments).await;
    assert!(
        output.status.success(),
        "{arguments:?}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap_or_else(|wrong| panic!("{arguments:?}: {wrong}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_answers_in_json() {
    let folder = tempfile::tempdir().unwrap();
    let (home, to) = (folder.path().join("home"), folder.path().join("out"));
    let phone = simulator(&folder.path().join("phone"), phone_options(3, 0.01)).await;
    let (mux, udid) = (phone.address().to_string(), phone.phones()[0].udid().to_string());
    let expected = phone.phones()[0].expected();
    let location = home.join("Backups");
    let location = location.to_str().unwrap();

    assert_eq!(good(&home, &mux, &["devices"]).await[0]["udid"], udid);
    assert_eq!(good(&home, &mux, &["pair", "--device", &udid]).await["state"], "done");
    assert_eq!(good(&home, &mux, &["back-up", "--location", location]).await["state"], "done");
    let versions = good(&home, &mux, &["versions", "--location", location]).await;
    assert_eq!(versions["versions"].as_array().unwrap().len(), 1);
    let kinds = good(&home, &mux, &["kinds", "latest"]).await;
    assert_eq!(kinds.as_array().unwrap().len(), 5);
    let contacts = good(&home, &mux, &["list", "contacts", "latest"]).await;
    assert!(contacts.as_array().unwrap().len() <= expected.contacts.len());
    let written =
        good(&home, &mux, &["export", "contacts", "latest", "--format", "vcf", "--to", to.to_str().unwrap()]).await;
    let vcf = std::fs::read_to_string(written["result"]["path"].as_str().unwrap()).unwrap();
    assert_eq!(vcf.matches("BEGIN:VCARD").count(), expected.contacts.len());
    let domains = good(&home, &mux, &["files", "latest"]).await;
    assert!(domains.as_array().unwrap().len() > 3);
    let sms = to.join("sms.db");
    good(&home, &mux, &["extract", "latest", "HomeDomain", "Library/SMS/sms.db", "--to", sms.to_str().unwrap()]).await;
    assert!(std::fs::read(&sms).unwrap().starts_with(b"SQLite format 3\0"));

    let refused = run(&home, &mux, &["list", "contacts", "nobody@9"]).await;
    assert_eq!(refused.status.code(), Some(1));
    assert_eq!(serde_json::from_slice::<Value>(&refused.stdout).unwrap()["code"], "versionNotFound");
    assert_eq!(run(&home, &mux, &["frobnicate"]).await.status.code(), Some(2));
}
