//! Encrypted backups from the terminal: passwords over standard input or from the system's keychain, never as arguments.

use crate::terminal::{good, heirloom, run};
use serde_json::Value;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tests::{phone_options, simulator};

const PASSWORD: &str = "pass word ü";

/// Runs `heirloom` with lines on its standard input.
async fn with_input(home: &Path, mux: &str, arguments: &[&str], lines: &str) -> Output {
    let mut command = heirloom(home, mux);
    command.args(arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env("HEIRLOOM_LOG", "trace");
    let input = lines.to_string();
    let run = move || {
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        child.wait_with_output().unwrap()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap();
    let log = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!log.contains(lines.trim()), "{arguments:?} logs the password");
    output
}

async fn good_with(home: &Path, mux: &str, arguments: &[&str], lines: &str) -> Value {
    let output = with_input(home, mux, arguments, lines).await;
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stdout));
    serde_json::from_slice(&output.stdout).unwrap_or_else(|wrong| panic!("{arguments:?}: {wrong}"))
}

fn code(output: &Output) -> String {
    serde_json::from_slice::<Value>(&output.stdout).unwrap()["code"].as_str().unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn encrypt_back_up_read_and_restore() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let simulator = simulator(&folder.path().join("phone"), phone_options(5, 0.01)).await;
    let (mux, phone) = (simulator.address().to_string(), simulator.phones().remove(0));

    let on = good_with(&home, &mux, &["encryption", "on", "--password-stdin"], &format!("{PASSWORD}\n")).await;
    assert_eq!(on["result"]["encrypts"], true);
    let made = good(&home, &mux, &["back-up"]).await;
    assert_eq!(
        (&made["result"]["unreadable"], &made["result"]["unreadable_count"]),
        (&serde_json::json!([]), &0.into())
    );

    let without = run(&home, &mux, &["kinds", "latest"]).await;
    assert_eq!((without.status.code(), code(&without).as_str()), (Some(1), "passwordNeeded"));
    let wrong = with_input(&home, &mux, &["kinds", "latest", "--password-stdin"], "not-the-one-7\n").await;
    assert_eq!(code(&wrong), "passwordWrong");
    let lines = format!("{PASSWORD}\n");
    let kinds = good_with(&home, &mux, &["kinds", "latest", "--password-stdin"], &lines).await;
    let photos = kinds.as_array().unwrap().iter().find(|kind| kind["id"] == "photos").unwrap();
    assert_eq!(photos["count"], serde_json::json!(phone.expected().photos.visible));
    let keychain = good_with(&home, &mux, &["keychain", "latest", "--password-stdin"], &lines).await;
    assert!(keychain["items"].as_array().is_some_and(|items| !items.is_empty()));

    let check = good(&home, &mux, &["restore", "latest", "--check"]).await;
    assert_eq!((&check["ready"], &check["needsPassword"]), (&true.into(), &true.into()), "{check:#}");
    let name = phone.name();
    let refused =
        with_input(&home, &mux, &["restore", "latest", "--yes", "Somebody", "--password-stdin"], &lines).await;
    assert_eq!(code(&refused), "notConfirmed");
    let restored = good_with(&home, &mux, &["restore", "latest", "--yes", &name, "--password-stdin"], &lines).await;
    assert_eq!(restored["result"]["type"], "restored");
    assert_eq!(phone.last_restore().unwrap().differences, Vec::<String>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_device_without_a_backup() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let simulator = simulator(&folder.path().join("phone"), phone_options(6, 0.01)).await;
    let mux = simulator.address().to_string();
    good(&home, &mux, &["pair"]).await;
    assert!(good(&home, &mux, &["device", "photos"]).await.as_array().is_some_and(|files| !files.is_empty()));
    let away = good(&home, &mux, &["device", "photos", "--only-in-icloud"]).await;
    assert_eq!(away["count"], serde_json::json!(simulator.phones()[0].expected().photos.away));
    let to = folder.path().join("photos");
    let copied = good(&home, &mux, &["device", "photos", "--to", to.to_str().unwrap()]).await;
    assert!(copied["result"]["files"].as_u64() > Some(0));
    assert!(!good(&home, &mux, &["device", "apps"]).await.as_array().unwrap().is_empty());
    assert!(good(&home, &mux, &["device", "health"]).await["battery"].is_object());
    assert!(run(&home, &mux, &["device", "rename", "Another name"]).await.status.success());
    assert_eq!(simulator.phones()[0].name(), "Another name");
    assert!(run(&home, &mux, &["wifi", "enable"]).await.status.success());
    assert_eq!(good(&home, &mux, &["wifi", "state"]).await["enabled"], true);
}

/// A Secret Service of its own: `gnome-keyring` on a bus of its own, with nothing in it.
pub fn in_keyring(folder: &Path, script: &str) -> Command {
    let mut command = Command::new("dbus-run-session");
    let unlock = "printf keyring | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1";
    command.args(["--", "sh", "-ec", &format!("{unlock}\n{script}")]);
    for (name, below) in [("HOME", "user"), ("XDG_DATA_HOME", "user/data"), ("XDG_RUNTIME_DIR", "user/run")] {
        let path = folder.join(below);
        std::fs::create_dir_all(&path).unwrap();
        command.env(name, path);
    }
    command.env_remove("DBUS_SESSION_BUS_ADDRESS");
    command
}

pub fn there(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remembered_password_is_in_the_systems_keychain_only() {
    if !there("dbus-run-session") || !there("gnome-keyring-daemon") {
        println!("skipped: no gnome-keyring here");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let simulator = simulator(&folder.path().join("phone"), phone_options(7, 0.01)).await;
    let (mux, udid) = (simulator.address().to_string(), simulator.phones()[0].udid().to_string());
    let script = format!(
        "printf '%s\\n' \"$PASSWORD\" | $H encryption on --remember --password-stdin > $OUT/on.json\n\
         $H back-up > $OUT/made.json\n\
         $H kinds latest > $OUT/kinds.json < /dev/null\n\
         $H encryption known > $OUT/known.json\n\
         $H encryption forget --device {udid}\n\
         $H kinds latest > $OUT/forgotten.json < /dev/null || true"
    );
    let out = folder.path().join("out");
    std::fs::create_dir_all(&out).unwrap();
    let mut command = in_keyring(folder.path(), &script);
    let program = heirloom(&home, &mux);
    command
        .env("H", format!("{} --json", program.get_program().to_string_lossy()))
        .env("OUT", &out)
        .env("PASSWORD", PASSWORD);
    command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read = |name: &str| -> Value { serde_json::from_slice(&std::fs::read(out.join(name)).unwrap()).unwrap() };
    assert_eq!((&read("on.json")["skipped_count"], &read("on.json")["result"]["encrypts"]), (&0.into(), &true.into()));
    assert_eq!(read("kinds.json").as_array().unwrap().len(), 5, "opened with the password from the keychain");
    assert_eq!(read("known.json")[0]["udid"], udid);
    assert_eq!(read("forgotten.json")["code"], "passwordNeeded");
    for (path, bytes) in tests::tree(&home) {
        assert!(!tests::holds(&bytes, PASSWORD.as_bytes()), "{path} holds the password");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_keychain_the_change_is_made_and_the_person_told() {
    let folder = tempfile::tempdir().unwrap();
    let home = folder.path().join("home");
    let simulator = simulator(&folder.path().join("phone"), phone_options(8, 0.01)).await;
    let mux = simulator.address().to_string();
    let mut command = heirloom(&home, &mux);
    command.args(["encryption", "on", "--remember", "--password-stdin"]);
    command.env("DBUS_SESSION_BUS_ADDRESS", "unix:path=/nonexistent/bus");
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let output = tokio::task::spawn_blocking(move || {
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(b"x1\n").unwrap();
        child.wait_with_output().unwrap()
    });
    let job: Value = serde_json::from_slice(&output.await.unwrap().stdout).unwrap();
    assert_eq!((&job["state"], &job["result"]["encrypts"]), (&"done".into(), &true.into()), "{job:#}");
    assert!(job["skipped"][0]["why"].as_str().unwrap().contains("keychain"), "{job:#}");
    assert!(simulator.phones()[0].encrypts());
}
