//! Debian's libimobiledevice tools and ifuse.

use crate::backups::Client;
use crate::computer::{Computer, text};
use crate::databases;
use crate::matrix::{Cell, proven, skipped};
use plist::{Dictionary, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tests::tree;
use tokio::process::Child;

#[tokio::test(flavor = "multi_thread")]
async fn idevicepair_pairs_and_ideviceinfo_tells_the_phones_values() {
    let Some(computer) = Computer::new().await else { return };
    let (handle, phone) = (computer.phone(), computer.phone().persona().clone());
    assert_eq!(computer.run("idevice_id", &["-l"]).await.trim(), phone.udid);
    Client::Idevicebackup2.pair(&computer).await;
    let validated = computer.run("idevicepair", &["validate"]).await;
    assert!(validated.contains("SUCCESS"), "{validated}");
    assert_eq!(computer.run("idevicename", &[]).await.trim(), handle.name());

    let values = values(&computer, &[]).await;
    for (key, value) in [
        ("DeviceName", &phone.device_name),
        ("ProductType", &phone.product_type),
        ("ProductVersion", &phone.version),
        ("BuildVersion", &phone.build),
        ("HardwareModel", &phone.hardware_model),
        ("ModelNumber", &phone.model_number),
        ("SerialNumber", &phone.serial),
        ("UniqueDeviceID", &phone.udid),
        ("InternationalMobileEquipmentIdentity", &phone.imei),
        ("InternationalMobileEquipmentIdentity2", &phone.imei2),
        ("MobileEquipmentIdentifier", &phone.meid),
        ("IntegratedCircuitCardIdentity", &phone.iccid),
        ("PhoneNumber", &phone.phone_number),
        ("WiFiAddress", &phone.wifi_address),
        ("BluetoothAddress", &phone.bluetooth_address),
        ("TimeZone", &phone.time_zone),
    ] {
        assert_eq!(values.get(key).and_then(Value::as_string), Some(value.as_str()), "{key}");
    }
    let number = |values: &Dictionary, key: &str| values.get(key).and_then(Value::as_unsigned_integer);
    assert_eq!(number(&values, "UniqueChipID"), Some(phone.unique_chip_id));
    let battery = domain(&computer, "com.apple.mobile.battery").await;
    assert_eq!(number(&battery, "BatteryCurrentCapacity"), Some(phone.battery_percent.into()));
    assert_eq!(battery.get("BatteryIsCharging").and_then(Value::as_boolean), Some(phone.charging));
    let disk = domain(&computer, "com.apple.disk_usage").await;
    assert_eq!(number(&disk, "TotalDiskCapacity"), Some(phone.disk_size));
    assert_eq!(number(&disk, "TotalDataAvailable"), Some(phone.disk_free));
}

async fn domain(computer: &Computer, name: &str) -> Dictionary {
    values(computer, &["-q", name]).await
}

async fn values(computer: &Computer, arguments: &[&str]) -> Dictionary {
    let printed = computer.run("ideviceinfo", &[&["-x"], arguments].concat()).await;
    let values = Value::from_reader(std::io::Cursor::new(&printed)).ok().and_then(Value::into_dictionary);
    values.unwrap_or_else(|| panic!("no property list: {printed}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn ifuse_shows_the_pictures_a_backup_holds() {
    if !Path::new("/dev/fuse").exists() {
        println!("skipped: there is no /dev/fuse");
        skipped(Client::Idevicebackup2, Cell::Afc);
        return;
    }
    let Some(computer) = Computer::new().await else { return };
    let client = Client::Idevicebackup2;
    client.pair(&computer).await;
    client.back_up(&computer).await;
    let backed_up = pictures(&computer, &client.folder(&computer)).await;
    assert!(backed_up.len() >= 5, "{:?}", backed_up.keys());

    let mount = Mount::of(&computer).await;
    let folder = mount.folder.join("DCIM");
    let read = tokio::task::spawn_blocking(move || tree(&folder));
    let shown =
        tokio::time::timeout(tests::PATIENCE, read).await.expect("a mount that answers").expect("a readable mount");
    assert!(shown.keys().eq(backed_up.keys()), "{:?} and {:?}", shown.keys(), backed_up.keys());
    for (path, bytes) in &backed_up {
        assert!(shown[path] == *bytes, "{path}");
    }
    proven(client, Cell::Afc);
}

/// What a backup holds of `Media/DCIM`, by path in that folder.
async fn pictures(computer: &Computer, folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let query = "select fileID as id, substr(relativePath, 12) as path from Files
        where domain = 'CameraRollDomain' and relativePath like 'Media/DCIM/%' and flags = 1";
    let rows = databases::rows(computer, &folder.join("Manifest.db"), query).await;
    let row = |row: &serde_json::Value| {
        let (id, path) = (row["id"].as_str().expect("an id"), row["path"].as_str().expect("a path"));
        (path.to_string(), std::fs::read(folder.join(&id[..2]).join(id)).expect("content"))
    };
    rows.iter().map(row).collect()
}

/// The phone's media as a folder of this computer, until dropped.
struct Mount {
    folder: PathBuf,
    _ifuse: Child,
}

impl Mount {
    async fn of(computer: &Computer) -> Mount {
        let folder = computer.path("mount");
        std::fs::create_dir(&folder).expect("a folder");
        let ifuse = computer.command("ifuse").args([text(&folder), "-f"]).spawn().expect("ifuse starts");
        let mut mount = Mount { folder, _ifuse: ifuse };
        for _ in 0..200 {
            let mounts = std::fs::read_to_string("/proc/self/mounts").expect("the list of mounts");
            if mounts.contains(text(&mount.folder)) {
                return mount;
            }
            if let Ok(Some(ended)) = mount._ifuse.try_wait() {
                panic!("ifuse: {ended}");
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("ifuse does not mount");
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = std::process::Command::new("fusermount").arg("-uz").arg(&self.folder).status();
    }
}
