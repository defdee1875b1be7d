//! A device over Wi-Fi: allowed once by cable, found on the network, backed up there.

use engine::api::{Code, call};
use engine::simulator::DeviceOptions;
use serde_json::{Value, json};
use std::time::Duration;
use tests::{Home, phone_options};

/// Waits until the device is seen as wanted; what it looked like last is in the error.
pub async fn seen(home: &Home, wanted: impl Fn(&Value) -> bool) {
    let mut device = Value::Null;
    for _ in 0..200 {
        device = home.call("devices.list", json!({})).await[0].clone();
        if wanted(&device) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("{device:#}");
}

#[tokio::test(flavor = "multi_thread")]
async fn allowed_by_cable_found_on_the_network_and_backed_up_there() {
    let network = Some("127.0.0.41".parse().unwrap());
    let home = Home::with(DeviceOptions { network, ..phone_options(41, 0.01) }).await;
    let phone = home.phone();
    let asked = json!({ "udid": phone.udid() });
    home.job("device.pair", asked.clone()).await;
    assert_eq!(home.call("wifi.state", asked.clone()).await["enabled"], false);
    home.call("wifi.set", json!({ "udid": phone.udid(), "on": true })).await;
    assert_eq!(home.call("wifi.state", asked.clone()).await["enabled"], true);
    home.back_up().await;

    phone.unplug();
    seen(&home, |device| device["attached"] == true && device["connection"] == "network").await;
    seen(&home, |device| device["trust"] == "trusted").await;
    phone.day_passes().expect("a day");
    home.back_up().await;
    assert!(!phone.last_backup().unwrap().full, "only changes come over the network");
    let steps = home.call("wifi.diagnose", asked.clone()).await;
    let states: Vec<&str> = steps.as_array().unwrap().iter().map(|step| step["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["good"; 6], "{steps:#}");

    phone.plug();
    seen(&home, |device| device["connection"] == "usb").await;
    phone.leave_wifi();
    phone.unplug();
    seen(&home, |device| device["attached"] == false).await;
    assert_eq!(call(&home.engine, "wifi.state", asked).await.unwrap_err().code, Code::DeviceNotFound);
}
