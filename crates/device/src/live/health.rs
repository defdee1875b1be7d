use super::session;
use crate::apps::refused;
use crate::stream::{Plists, dictionary, within};
use crate::{Attached, Error, Result, Usbmux};
use plist::{Dictionary, Value};
use std::time::Duration;
use wire::devicelink::signed;
use wire::lockdown::service;

const PATIENCE: Duration = Duration::from_secs(30);

/// How a phone's battery is. What a model does not tell is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BatteryHealth {
    pub cycles: Option<u64>,
    /// What it held when new.
    pub design_mah: Option<u64>,
    /// What it holds now when full.
    pub full_mah: Option<u64>,
    /// Charge now, 0 to 100.
    pub percent: Option<u8>,
    pub charging: Option<bool>,
    /// Connected to power.
    pub external: Option<bool>,
    /// Hundredths of a degree Celsius.
    pub temperature: Option<i64>,
    pub millivolts: Option<u64>,
}

/// What a phone's storage holds, in bytes. What it does not tell is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StorageUse {
    pub total: Option<u64>,
    /// The system's own part.
    pub system: Option<u64>,
    /// What can still be stored, with what the phone would clear away itself.
    pub available: Option<u64>,
    pub apps: Option<u64>,
    /// Photos and videos.
    pub photos: Option<u64>,
    /// What is neither of those nor free.
    pub other: Option<u64>,
}

/// Asks for the battery's health, of the hardware's own registry (`protocol.md` 2.6).
pub async fn battery(mux: &Usbmux, who: &Attached) -> Result<BatteryHealth> {
    let mut live = session(mux, who).await?;
    let charge = live.lockdown.values(Some("com.apple.mobile.battery")).await?;
    let mut relay = Plists { socket: live.lockdown.start_service(service::DIAGNOSTICS, false).await? };
    let request = dictionary([("Request", "IORegistry".into()), ("EntryClass", "IOPMPowerSource".into())]);
    let mut answer = diagnose(&mut relay, "the battery's health", request).await?;
    let mut inner = |key: &str| answer.remove(key).and_then(Value::into_dictionary).unwrap_or_default();
    let registry = inner("Diagnostics").remove("IORegistry").and_then(Value::into_dictionary).unwrap_or_default();
    live.lockdown.close().await;
    Ok(BatteryHealth::read(&registry, &charge))
}

/// Asks what the storage is used for.
pub async fn storage(mux: &Usbmux, who: &Attached) -> Result<StorageUse> {
    let mut live = session(mux, who).await?;
    let values = live.lockdown.values(Some("com.apple.disk_usage")).await?;
    live.lockdown.close().await;
    Ok(StorageUse::read(&values))
}

/// Sends one request to diagnostics_relay and waits for its success.
pub(super) async fn diagnose(relay: &mut Plists, what: &'static str, request: Dictionary) -> Result<Dictionary> {
    let doing = "asking for diagnostics";
    within(PATIENCE, doing, async {
        relay.send(&Value::Dictionary(request), doing).await?;
        let answer = relay.receive(doing).await?.into_dictionary().ok_or(Error::Unexpected { doing })?;
        match answer.get("Status").and_then(Value::as_string) {
            Some("Success") => Ok(answer),
            Some(status) => Err(refused(what, status)),
            None => Err(Error::Unexpected { doing }),
        }
    })
    .await
}

impl BatteryHealth {
    fn read(registry: &Dictionary, charge: &Dictionary) -> BatteryHealth {
        // Newer systems keep some of it a level deeper.
        let nested = registry.get("BatteryData").and_then(Value::as_dictionary);
        let value = |key: &str| registry.get(key).or_else(|| nested?.get(key));
        let number = |key: &str| value(key).and_then(Value::as_unsigned_integer);
        let flag = |key: &str| value(key).and_then(Value::as_boolean);
        let percent = charge.get("BatteryCurrentCapacity").and_then(Value::as_unsigned_integer);
        let charging = charge.get("BatteryIsCharging").and_then(Value::as_boolean);
        let external = charge.get("ExternalConnected").and_then(Value::as_boolean);
        BatteryHealth {
            cycles: number("CycleCount"),
            design_mah: number("DesignCapacity"),
            full_mah: number("NominalChargeCapacity").or(number("AppleRawMaxCapacity")),
            percent: percent.map(|percent| percent.min(100) as u8),
            charging: charging.or(flag("IsCharging")),
            external: external.or(flag("ExternalConnected")),
            temperature: value("Temperature").and_then(signed),
            millivolts: number("Voltage"),
        }
    }
}

impl StorageUse {
    /// From `com.apple.disk_usage` (`protocol.md` 2.2.4).
    fn read(values: &Dictionary) -> StorageUse {
        let bytes = |key: &str| values.get(key).and_then(Value::as_unsigned_integer);
        let both = |a: Option<u64>, b: Option<u64>| match (a, b) {
            (None, None) => None,
            (a, b) => Some(a.unwrap_or(0).saturating_add(b.unwrap_or(0))),
        };
        let total = bytes("TotalDiskCapacity");
        let system = bytes("TotalSystemCapacity");
        let available = bytes("TotalDataAvailable").or(bytes("AmountDataAvailable"));
        let apps = bytes("MobileApplicationUsage");
        // What was taken with the camera, and what was synced from a computer.
        let photos = both(bytes("CameraUsage"), bytes("PhotoUsage"));
        let named = [system, available, apps, photos].into_iter().flatten().fold(0, u64::saturating_add);
        let other = total.map(|total| total.saturating_sub(named));
        StorageUse { total, system, available, apps, photos, other }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_battery_is_read_where_old_and_new_systems_keep_it() {
        let charge = dictionary([("BatteryCurrentCapacity", 250.into()), ("BatteryIsCharging", true.into())]);
        let data = dictionary([("CycleCount", 311.into()), ("DesignCapacity", 3279.into())]);
        let registry = dictionary([
            ("BatteryData", Value::Dictionary(data)),
            ("AppleRawMaxCapacity", 2901.into()),
            ("Temperature", (-150).into()),
            ("ExternalConnected", false.into()),
        ]);
        let read = BatteryHealth::read(&registry, &charge);
        assert_eq!((read.cycles, read.design_mah, read.full_mah), (Some(311), Some(3279), Some(2901)));
        assert_eq!((read.percent, read.charging, read.external), (Some(100), Some(true), Some(false)));
        assert_eq!((read.temperature, read.millivolts), (Some(-150), None));
        assert_eq!(BatteryHealth::read(&Dictionary::new(), &Dictionary::new()), BatteryHealth::default());
    }

    #[test]
    fn storage_adds_up_or_stays_unknown() {
        let values = dictionary([
            ("TotalDiskCapacity", 100.into()),
            ("TotalSystemCapacity", 10.into()),
            ("TotalDataAvailable", 40.into()),
            ("MobileApplicationUsage", 20.into()),
            ("CameraUsage", 15.into()),
            ("PhotoUsage", 5.into()),
        ]);
        let read = StorageUse::read(&values);
        assert_eq!((read.photos, read.other), (Some(20), Some(10)));
        let odd =
            dictionary([("TotalDiskCapacity", 1.into()), ("CameraUsage", u64::MAX.into()), ("PhotoUsage", 9.into())]);
        assert_eq!(StorageUse::read(&odd).other, Some(0));
        assert_eq!(StorageUse::read(&Dictionary::new()), StorageUse::default());
    }
}
