//! No secret in any log at any level.

use engine::api::jobs::JobState;
use serde_json::json;
use std::io;
use std::sync::{Arc, Mutex, PoisonError};
use tests::Home;
use tracing_subscriber::fmt::MakeWriter;

const PASSWORD: &str = "Xq7-correct-horse-battery";
const SECOND: &str = "Zw3-staple-the-other-one";

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
    let home = Home::new(0.01).await;
    let udid = home.phone().udid().to_string();
    let change = |change| json!({ "udid": udid, "change": change });
    let on = home.job("encryption.change", change(json!({ "kind": "on", "new": PASSWORD }))).await;
    assert_eq!(on.state, JobState::Done, "{on:#?}");
    let version = home.back_up().await;
    home.job("encryption.change", change(json!({ "kind": "change", "old": PASSWORD, "new": SECOND }))).await;
    home.call("versions.lock", json!({})).await;
    home.call("version.unlock", json!({ "version": version, "password": PASSWORD })).await;
    let revealed = json!({ "version": version, "password": PASSWORD, "id": 0 });
    let revealed = home.call("keychain.reveal", revealed).await["secret"].as_str().unwrap().to_string();
    let order = json!({ "version": version, "udid": udid, "reboot": true, "apps": true, "password": PASSWORD, "confirmedName": home.phone().name() });
    let restored = home.job("restore.start", order).await;
    assert_eq!(restored.state, JobState::Done, "{restored:#?}");

    let log = log.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    assert!(log.len() > 1000, "something was logged");
    let mut secrets = vec![PASSWORD.as_bytes().to_vec(), SECOND.as_bytes().to_vec(), revealed.into_bytes()];
    for record in pair_records(&home) {
        secrets.extend(forms(&record));
    }
    assert!(secrets.len() > 6, "the pair record's secrets are looked for as well");
    for secret in secrets.iter().filter(|secret| secret.len() >= 6) {
        assert!(
            !log.windows(secret.len()).any(|part| part == secret.as_slice()),
            "{}",
            String::from_utf8_lossy(secret)
        );
    }
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

/// A secret as bytes, hex and base64, each by a piece from its middle.
fn forms(secret: &[u8]) -> Vec<Vec<u8>> {
    use base64::Engine;
    let piece = &secret[secret.len() / 2..(secret.len() / 2 + 12).min(secret.len())];
    let hex: String = piece.iter().map(|byte| format!("{byte:02x}")).collect();
    let whole = base64::engine::general_purpose::STANDARD.encode(secret);
    let middle = whole[whole.len() / 2..(whole.len() / 2 + 16).min(whole.len())].to_string();
    vec![piece.to_vec(), hex.to_uppercase().into_bytes(), hex.into_bytes(), middle.into_bytes()]
}
