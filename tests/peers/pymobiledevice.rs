//! pymobiledevice3, which shares no code with libimobiledevice.

use crate::backups::Client;
use crate::computer::Computer;
use crate::matrix::{Cell, proven};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;

#[tokio::test(flavor = "multi_thread")]
async fn pymobiledevice3_lists_the_phone_its_values_apps_and_media() {
    let Some(computer) = Computer::new().await else { return };
    let phone = computer.phone().persona().clone();
    Client::Pymobiledevice3.pair(&computer).await;
    let client = async |arguments: &[&str]| computer.json("pymobiledevice3", arguments).await;

    let listed = client(&["usbmux", "list"]).await;
    assert_eq!(listed.as_array().map(Vec::len), Some(1), "{listed:#}");
    for (key, value) in [
        ("Identifier", phone.udid.as_str()),
        ("DeviceName", &phone.device_name),
        ("ProductType", &phone.product_type),
        ("ProductVersion", &phone.version),
        ("BuildVersion", &phone.build),
        ("ConnectionType", "USB"),
    ] {
        assert_eq!(listed[0][key], json!(value), "{key}");
    }

    let values = client(&["lockdown", "info"]).await;
    for (key, value) in [
        ("SerialNumber", &phone.serial),
        ("InternationalMobileEquipmentIdentity", &phone.imei),
        ("PhoneNumber", &phone.phone_number),
        ("UniqueDeviceID", &phone.udid),
        ("WiFiAddress", &phone.wifi_address),
    ] {
        assert_eq!(values[key], json!(value), "{key}");
    }
    assert_eq!(values["UniqueChipID"], json!(phone.unique_chip_id));

    let apps = client(&["apps", "list"]).await;
    let found: BTreeSet<&str> = apps.as_object().expect("apps by id").keys().map(String::as_str).collect();
    let expected = computer.phone().expected();
    assert_eq!(found, expected.apps.iter().map(String::as_str).collect());
    assert!(
        apps.as_object().into_iter().flat_map(|apps| apps.values()).all(|app| app["CFBundleDisplayName"].is_string())
    );
    proven(Client::Pymobiledevice3, Cell::Apps);

    let media = computer.run("pymobiledevice3", &["afc", "ls", "/"]).await;
    assert!(media.lines().any(|line| line == "/DCIM"), "{media}");
    let pictures = computer.run("pymobiledevice3", &["afc", "ls", "-r", "/DCIM"]).await;
    let pictures = pictures.lines().filter(|line| Path::new(line).extension().is_some()).count();
    assert!(
        pictures as u64 >= expected.photos.assets - expected.photos.missing,
        "{pictures} pictures of {:#?}",
        expected.photos
    );
}
