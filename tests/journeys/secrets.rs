//! No secret in any log at any level.

use crate::wifi::seen;
use engine::api::call;
use engine::api::jobs::JobState;
use engine::simulator::{DeviceOptions, Faults, FaultyTls, LockdownFaults};
use serde_json::json;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use tests::{Home, holds, phone_options};
use tracing_subscriber::fmt::MakeWriter;

const PASSWORD: &str = "Xq7-correct-horse-battery";
const SECOND: &str = "Zw3-staple-the-other-one";
const WRONG: &str = "Rk9-nobody-has-ever-set-this";

/// Everything that is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl io::Write for Log {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(data);
        Ok(data.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Log;

    fn make_writer(&'a self) -> Log {
        self.clone()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trace_of_everything_holds_no_password_and_no_key() {
    let log = Log::default();
    let all = tracing_subscriber::fmt().with_max_level(tracing::Level::TRACE).with_writer(log.clone()).with_ansi(false);
    // The only test of this program that sets one, in a process of its own under nextest.
    if all.try_init().is_err() {
        println!("skipped: another test of this process has set up logging");
        return;
    }
    let network = Some("127.0.0.43".parse().unwrap());
    let home = Home::with(DeviceOptions { network, ..phone_options(43, 0.01) }).await;
    let told = listen(&home);
    home.job("device.pair", json!({ "udid": home.phone().udid() })).await;
    let version = passwords(&home).await;
    let mut secrets = keychain(&home, &version).await;
    restores(&home, &version).await;
    live(&home).await;
    over_wifi(&home).await;
    home.engine.stop().await;

    secrets.extend([PASSWORD, SECOND, WRONG].map(|password| password.as_bytes().to_vec()));
    let pair_records = pair_records(&home);
    assert!(pair_records.len() >= 3 && secrets.len() > 3, "the secrets to look for are known");
    let log = log.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let told = told.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    assert!(log.len() > 10_000 && told.len() > 10_000, "{} bytes logged, {} told", log.len(), told.len());
    for (place, bytes) in [("the log", &log), ("events", &told)] {
        for secret in secrets.iter().chain(&pair_records).filter(|secret| secret.len() >= 6) {
            let found = forms(secret).into_iter().find(|form| holds(bytes, form));
            assert!(found.is_none(), "{place}: {}", String::from_utf8_lossy(&found.unwrap_or_default()));
        }
    }
}

/// What the window is told, as it crosses the door.
fn listen(home: &Home) -> Log {
    let (told, mut events) = (Log::default(), home.engine.events());
    let keep = told.clone();
    tokio::spawn(async move {
        while let Ok(event) = events.recv().await {
            let line = serde_json::to_vec(&event).expect("JSON");
            keep.0.lock().unwrap_or_else(PoisonError::into_inner).extend(line);
        }
    });
    told
}

/// Set, changed, taken away, set again; wrong ones; to somebody who is not the phone; the sheet to print. Returns a version.
async fn passwords(home: &Home) -> String {
    let udid = home.phone().udid().to_string();
    let change = async |change: serde_json::Value| {
        home.job("encryption.change", json!({ "udid": udid, "change": change })).await.state
    };
    let swapped = LockdownFaults { service_tls: Some(FaultyTls::SwappedKey), ..LockdownFaults::default() };
    home.phone().set_faults(Faults { lockdown: swapped, ..Faults::default() });
    assert_eq!(change(json!({ "kind": "on", "new": PASSWORD })).await, JobState::Failed);
    home.phone().set_faults(Faults::default());
    assert_eq!(change(json!({ "kind": "on", "new": PASSWORD })).await, JobState::Done);
    assert_eq!(change(json!({ "kind": "off", "old": WRONG })).await, JobState::Failed);
    assert_eq!(change(json!({ "kind": "change", "old": PASSWORD, "new": SECOND })).await, JobState::Done);
    assert_eq!(change(json!({ "kind": "off", "old": SECOND })).await, JobState::Done);
    assert_eq!(change(json!({ "kind": "on", "new": PASSWORD })).await, JobState::Done);
    let version = home.back_up().await;
    home.phone().day_passes().expect("a day");
    home.back_up().await;

    let with = |password: &str| json!({ "udid": udid, "password": password, "to": home.path().join("sheet.html") });
    assert!(call(&home.engine, "recovery.save", with(WRONG)).await.is_err());
    home.call("recovery.save", with(PASSWORD)).await;
    assert_eq!(home.call("encryption.check", with(WRONG)).await["matches"], false);
    assert_eq!(home.call("encryption.check", with(PASSWORD)).await["matches"], true);
    home.call("passwords.list", json!({})).await;
    home.call("password.forget", json!({ "udid": udid })).await;
    version
}

/// Locked, unlocked, read, searched, written out; every password inside is shown. Returns them.
async fn keychain(home: &Home, version: &str) -> Vec<Vec<u8>> {
    home.call("versions.lock", json!({})).await;
    let with = |password: &str| json!({ "version": version, "password": password });
    assert!(call(&home.engine, "version.unlock", with(WRONG)).await.is_err());
    home.call("version.unlock", with(PASSWORD)).await;
    home.counts(version).await;
    home.job("native.start", json!({ "version": version, "to": home.path().join("native") })).await;
    let folder = home.path().join("native").join(home.phone().udid());
    home.job("import.start", json!({ "folders": [folder], "password": PASSWORD })).await;
    assert!(call(&home.engine, "keychain.open", with(WRONG)).await.is_err());
    let listed = home.call("keychain.open", with(PASSWORD)).await;
    let mut secrets = Vec::new();
    for entry in listed["items"].as_array().expect("items") {
        let asked = json!({ "version": version, "password": PASSWORD, "id": entry["id"] });
        let shown = home.call("keychain.reveal", asked).await;
        secrets.push(shown["secret"].as_str().expect("a secret").as_bytes().to_vec());
    }
    secrets
}

async fn restores(home: &Home, version: &str) {
    let order = |password: &str| {
        json!({
            "version": version, "udid": home.phone().udid(), "reboot": true, "apps": true, "password": password,
            "confirmedName": home.phone().name(),
        })
    };
    home.call("versions.lock", json!({})).await;
    assert_eq!(home.job("restore.start", order(WRONG)).await.state, JobState::Failed);
    let cut = Faults { cut_at_message: Some(9), ..Faults::default() };
    home.phone().set_faults(cut);
    assert_eq!(home.job("restore.start", order(PASSWORD)).await.state, JobState::Failed);
    home.phone().set_faults(Faults::default());
    let restored = home.job("restore.start", order(PASSWORD)).await;
    assert_eq!(restored.state, JobState::Done, "{restored:#?}");
    seen(home, |device| device["attached"] == true && device["trust"] == "trusted").await;
}

async fn live(home: &Home) {
    let udid = home.phone().udid().to_string();
    let asked = json!({ "udid": udid });
    for name in ["device.media.list", "device.media.inCloud", "device.health", "device.refresh"] {
        home.call(name, asked.clone()).await;
    }
    let apps = home.call("device.apps", json!({ "udid": udid, "sizes": true })).await;
    let sharing = apps.as_array().expect("apps").iter().find(|app| app["sharesDocuments"] == true).expect("one");
    home.call("device.documents.list", json!({ "udid": udid, "bundle": sharing["bundle"] })).await;
    let to = home.path().join("copied");
    home.job("device.media.copy", json!({ "udid": udid, "paths": ["DCIM"], "to": to })).await;
    home.call("device.rename", json!({ "udid": udid, "name": "Another name" })).await;
}

/// Allowed by cable, then backed up and asked over the air.
async fn over_wifi(home: &Home) {
    let udid = home.phone().udid().to_string();
    home.call("wifi.set", json!({ "udid": udid, "on": true })).await;
    home.call("wifi.state", json!({ "udid": udid })).await;
    home.phone().unplug();
    seen(home, |device| device["connection"] == "network" && device["trust"] == "trusted").await;
    home.back_up().await;
    home.call("wifi.diagnose", json!({ "udid": udid })).await;
}

/// `EscrowBag` and the private keys of every pair record the pretend usbmuxd keeps.
fn pair_records(home: &Home) -> Vec<Vec<u8>> {
    let mut secrets = Vec::new();
    for bytes in tests::tree(&home.path().join("phones")).into_values().filter(|bytes| bytes.len() < 1 << 20) {
        let Ok(record) = plist::from_bytes::<plist::Dictionary>(&bytes) else { continue };
        for key in ["EscrowBag", "HostPrivateKey", "RootPrivateKey"] {
            secrets.extend(record.get(key).and_then(plist::Value::as_data).map(<[u8]>::to_vec));
        }
    }
    secrets
}

/// A secret by a piece from its middle, as bytes, in hex, in base64, and as numbers.
fn forms(secret: &[u8]) -> Vec<Vec<u8>> {
    use base64::Engine;
    let from = (secret.len() / 2).min(secret.len().saturating_sub(12));
    let piece = &secret[from..(from + 12).min(secret.len())];
    let hex: String = piece.iter().map(|byte| format!("{byte:02x}")).collect();
    let numbers: Vec<String> = piece.iter().map(u8::to_string).collect();
    let whole = base64::engine::general_purpose::STANDARD.encode(secret);
    let middle = whole[whole.len() / 2..(whole.len() / 2 + 16).min(whole.len())].trim_end_matches('=').to_string();
    let mut forms =
        vec![piece.to_vec(), hex.to_uppercase().into_bytes(), hex.into_bytes(), numbers.join(", ").into_bytes()];
    // The base64 of a short one says nothing by a piece of it.
    forms.extend(Some(middle.into_bytes()).filter(|middle| middle.len() >= 8));
    forms
}
