//! Trusting a phone: the dialog is a state, and its answer is understood.

use engine::api::Code;
use engine::api::jobs::JobState;
use engine::simulator::{DeviceOptions, Prompt};
use serde_json::json;
use std::time::Duration;
use tests::{Home, phone_options};

#[tokio::test(flavor = "multi_thread")]
async fn the_dialog_is_shown_refused_and_accepted() {
    let home = Home::with(DeviceOptions { auto_trust: None, ..phone_options(1, 0.01) }).await;
    let phone = home.phone();
    let devices = home.call("devices.list", json!({})).await;
    assert_eq!(
        (devices[0]["trust"].as_str(), devices[0]["attached"].as_bool()),
        (Some("untrusted"), Some(true)),
        "{devices:#}"
    );
    assert!(!devices[0]["name"].as_str().unwrap().is_empty(), "an untrusted phone says its name");

    for (answer, ends) in [(false, JobState::Failed), (true, JobState::Done)] {
        let started = home.call("device.pair", json!({ "udid": phone.udid() })).await;
        tokio::time::timeout(tests::PATIENCE, phone.prompted(Prompt::Trust)).await.expect("a dialog");
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(
            home.call("jobs.list", json!({})).await.as_array().unwrap().last().unwrap()["phase"],
            "waitingForTrust"
        );
        if answer {
            phone.tap_trust()
        } else {
            phone.dont_trust()
        }
        let job = home.wait(started["job"].as_u64().unwrap()).await;
        assert_eq!(job.state, ends, "{job:#?}");
        if !answer {
            assert_eq!(job.error.map(|error| error.code), Some(Code::TrustDenied));
        }
    }
    home.engine.settle().await;
    let devices = home.call("devices.list", json!({})).await;
    let device = &devices[0];
    assert_eq!(device["trust"], "trusted");
    assert!(device["battery"].as_u64().is_some_and(|percent| percent <= 100), "{device:#}");
    assert!(device["storage_total"].as_u64() > device["storage_free"].as_u64(), "{device:#}");
    assert!(!device["system"].as_str().unwrap().is_empty() && device["model"].as_str().unwrap().starts_with("iPhone"));
}
