use crate::lockdown::Lockdown;
use crate::models::marketing_name;
use crate::record::PairRecord;
use crate::{Attached, Error, Result, Usbmux};
use plist::{Dictionary, Value};
use std::sync::Arc;

/// What a phone says about itself. Before trust only the first group is there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts {
    pub udid: String,
    pub name: String,
    /// Apple's identifier, such as `iPhone15,2`.
    pub product_type: String,
    /// The marketing name, such as `iPhone 14 Pro`.
    pub model: String,
    /// The system version, such as `18.1`.
    pub version: String,
    pub build: String,
    /// Whether the phone accepts this computer; while it is locked since it started, whether this computer was paired.
    pub trusted: bool,
    /// Whether the phone is locked, as far as it tells.
    pub locked: Option<bool>,

    pub serial: Option<String>,
    pub phone_number: Option<String>,
    pub imei: Option<String>,
    pub battery: Option<Battery>,
    pub storage: Option<Storage>,
    /// Whether its backups are encrypted.
    pub will_encrypt: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Battery {
    pub percent: u8,
    pub charging: bool,
}

/// Bytes of the phone's own storage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Storage {
    pub total: u64,
    pub free: u64,
}

/// Facts, and all the phone told with them: a backup that is given it does not ask again.
pub struct About {
    pub facts: Facts,
    /// What it told in a session; empty when it was not trusted or could not be asked.
    pub(crate) told: Dictionary,
}

/// Asks a phone about itself; an untrusting or locked phone answers less, without an error.
pub async fn facts(mux: &Usbmux, who: &Attached) -> Result<Facts> {
    Ok(about(mux, who).await?.facts)
}

/// As [`facts`], with all that was told.
pub async fn about(mux: &Usbmux, who: &Attached) -> Result<About> {
    let mut lockdown = Lockdown::open(mux, who).await?;
    let (mut told, mut locked) = (None, None);
    let trusted = match mux.read_pair_record(&who.udid).await? {
        None => false,
        Some(stored) => match start(&mut lockdown, &stored).await {
            Ok(values) => {
                told = Some(values);
                true
            }
            Err(Error::Locked) => {
                locked = Some(true);
                true
            }
            Err(
                Error::TrustForgotten
                | Error::TrustExpired
                | Error::PairRecord { .. }
                | Error::WrongDevice
                | Error::NotEncrypted { .. },
            ) => {
                // The connection may have died in the handshake.
                lockdown = Lockdown::open(mux, who).await?;
                false
            }
            Err(error) => return Err(error),
        },
    };
    let mut facts = Facts { udid: who.udid.clone(), trusted, locked, ..Facts::default() };
    match &told {
        Some(told) => facts.read_device(told),
        None => facts.read_device(&lockdown.values(None).await?),
    }
    if trusted && locked != Some(true) {
        facts.battery = battery(&lockdown.values(Some("com.apple.mobile.battery")).await?);
        facts.storage = storage(&lockdown.values(Some("com.apple.disk_usage")).await?);
        let will_encrypt = lockdown.value(Some("com.apple.mobile.backup"), Some("WillEncrypt")).await?;
        facts.will_encrypt = Some(will_encrypt.and_then(|value| value.as_boolean()).unwrap_or(false));
    }
    lockdown.close().await;
    Ok(About { facts, told: told.unwrap_or_default() })
}

/// Starts a session and asks; only with the first answer a phone has shown that it accepts our certificate.
async fn start(lockdown: &mut Lockdown, stored: &[u8]) -> Result<Dictionary> {
    lockdown.start_session(Arc::new(PairRecord::read(stored)?)).await?;
    lockdown.values(None).await
}

impl Facts {
    fn read_device(&mut self, device: &Dictionary) {
        let text = |key: &str| device.get(key).and_then(Value::as_string).filter(|text| !text.is_empty());
        let owned = |key: &str| text(key).map(str::to_string);
        self.name = owned("DeviceName").unwrap_or_default();
        self.product_type = owned("ProductType").unwrap_or_default();
        self.model = marketing_name(&self.product_type).to_string();
        self.version = owned("ProductVersion").unwrap_or_default();
        self.build = owned("BuildVersion").unwrap_or_default();
        self.serial = owned("SerialNumber");
        self.phone_number = owned("PhoneNumber");
        self.imei = owned("InternationalMobileEquipmentIdentity");
        // "PasswordProtected" is about now: locked with a passcode set.
        self.locked = self.locked.or(device.get("PasswordProtected").and_then(Value::as_boolean));
    }
}

fn battery(values: &Dictionary) -> Option<Battery> {
    let percent = values.get("BatteryCurrentCapacity").and_then(Value::as_unsigned_integer)?.min(100);
    let charging = values.get("BatteryIsCharging").and_then(Value::as_boolean).unwrap_or(false);
    Some(Battery { percent: percent as u8, charging })
}

fn storage(values: &Dictionary) -> Option<Storage> {
    let bytes = |key: &str| values.get(key).and_then(Value::as_unsigned_integer);
    let total = bytes("TotalDiskCapacity")?;
    // "Available" counts what the phone would purge, as its own settings do.
    let free = bytes("TotalDataAvailable").or(bytes("AmountDataAvailable"))?;
    Some(Storage { total, free: free.min(total) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(items: &[(&str, Value)]) -> Dictionary {
        items.iter().map(|(key, value)| (key.to_string(), value.clone())).collect()
    }

    #[test]
    fn a_full_answer_is_read() {
        let mut facts = Facts::default();
        facts.read_device(&values(&[
            ("DeviceName", "Ada's iPhone".into()),
            ("ProductType", "iPhone15,2".into()),
            ("ProductVersion", "18.1".into()),
            ("BuildVersion", "22B83".into()),
            ("SerialNumber", "X".into()),
            ("PhoneNumber", "".into()),
            ("PasswordProtected", true.into()),
        ]));
        assert_eq!((facts.name.as_str(), facts.model.as_str()), ("Ada's iPhone", "iPhone 14 Pro"));
        assert_eq!((facts.version.as_str(), facts.build.as_str()), ("18.1", "22B83"));
        assert_eq!((facts.serial.as_deref(), facts.phone_number, facts.locked), (Some("X"), None, Some(true)));
    }

    #[test]
    fn battery_and_storage_stay_within_sense() {
        let odd = values(&[("BatteryCurrentCapacity", 250.into()), ("BatteryIsCharging", true.into())]);
        assert_eq!(battery(&odd), Some(Battery { percent: 100, charging: true }));
        assert_eq!(battery(&Dictionary::new()), None);
        let odd = values(&[("TotalDiskCapacity", 100.into()), ("TotalDataAvailable", 200.into())]);
        assert_eq!(storage(&odd), Some(Storage { total: 100, free: 100 }));
    }
}
