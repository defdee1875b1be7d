//! The values lockdown gives (`protocol.md` 2.2.4).

use crate::device::{Device, lock};
use crate::stream::{dictionary, text};
use crate::{network, services};
use plist::{Dictionary, Value};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use wire::lockdown::Failure;

/// What any host may know, trusted or not.
const PUBLIC: [&str; 17] = [
    "ActivationState",
    "BuildVersion",
    "CPUArchitecture",
    "DeviceClass",
    "DeviceColor",
    "DeviceName",
    "DevicePublicKey",
    "HardwareModel",
    "HardwarePlatform",
    "ModelNumber",
    "ProductName",
    "ProductType",
    "ProductVersion",
    "ProtocolVersion",
    "RegionInfo",
    "UniqueDeviceID",
    "WiFiAddress",
];

const WIRELESS: &str = "com.apple.mobile.wireless_lockdown";

/// Keys of the device level a host may set.
const SETTABLE: [&str; 5] = ["DeviceName", "TimeZone", "TimeIntervalSince1970", "Uses24HourClock", "UntrustedHostBUID"];

/// Domains that exist and hold nothing of interest.
const EMPTY_DOMAINS: [&str; 18] = [
    "com.apple.Accessibility",
    "com.apple.fairplay",
    "com.apple.iqagent",
    "com.apple.mobile.chaperone",
    "com.apple.mobile.data_sync",
    "com.apple.mobile.debug",
    "com.apple.mobile.internal",
    "com.apple.mobile.iTunes.accessories",
    "com.apple.mobile.iTunes.store",
    "com.apple.mobile.lockdown_cache",
    "com.apple.mobile.lockdownd",
    "com.apple.mobile.mobile_application_usage",
    "com.apple.mobile.nikita",
    "com.apple.mobile.restriction",
    "com.apple.mobile.software_behavior",
    "com.apple.mobile.sync_data_class",
    "com.apple.mobile.tethered_sync",
    "com.apple.mobile.user_preferences",
];

pub(super) fn get(device: &Device, trusted: bool, request: &Dictionary) -> Result<Dictionary, Failure> {
    let domain = text(request, "Domain").unwrap_or_default();
    if !trusted && !domain.is_empty() {
        return Err(Failure::GetProhibited);
    }
    let mut values = domain_values(device, domain).ok_or(Failure::MissingValue)?;
    for ((of, key), value) in lock(&device.settings).iter() {
        if of == domain {
            values.insert(key.clone(), value.clone());
        }
    }
    let key = text(request, "Key");
    if !trusted {
        if key.is_some_and(|key| values.contains_key(key) && !PUBLIC.contains(&key)) {
            return Err(Failure::GetProhibited);
        }
        values.retain(|key, _| PUBLIC.contains(&key.as_str()));
    }
    let value = match key {
        Some(key) => values.remove(key).ok_or(Failure::MissingValue)?,
        None => {
            device.told.fetch_add(u64::from(trusted && domain.is_empty()), Ordering::Relaxed);
            Value::Dictionary(values)
        }
    };
    let mut reply = dictionary([("Value", value)]);
    reply.extend(echo(request));
    Ok(reply)
}

/// Keeps a value a host sets, until the phone stops.
pub(super) fn set(device: &Arc<Device>, trusted: bool, request: &Dictionary) -> Result<Dictionary, Failure> {
    let domain = text(request, "Domain").unwrap_or_default();
    let key = text(request, "Key").ok_or(Failure::MissingKey)?;
    if !trusted || (domain.is_empty() && !SETTABLE.contains(&key)) || domain_values(device, domain).is_none() {
        return Err(Failure::SetProhibited);
    }
    let place = (domain.to_string(), key.to_string());
    let mut settings = lock(&device.settings);
    match request.get("Value") {
        Some(value) => settings.insert(place, value.clone()),
        None => settings.remove(&place),
    };
    drop(settings);
    match (domain, key) {
        ("", "DeviceName") => device.post("com.apple.mobile.lockdown.device_name_changed"),
        (WIRELESS, "EnableWifiConnections") => {
            device.set_allowed(request.get("Value").and_then(Value::as_boolean).unwrap_or(false));
        }
        _ => {}
    }
    Ok(echo(request))
}

fn echo(request: &Dictionary) -> Dictionary {
    let echoed = ["Domain", "Key"].into_iter().filter_map(|key| Some((key.to_string(), request.get(key)?.clone())));
    echoed.collect()
}

/// The values of a domain; `None` for one this phone lacks.
fn domain_values(device: &Device, domain: &str) -> Option<Dictionary> {
    let phone = &device.persona;
    let now = device.now();
    Some(match domain {
        "" => device_values(device),
        "com.apple.mobile.backup" => {
            let (must, will) = (device.options.must_encrypt, device.encrypts());
            dictionary([("RequiresEncrypt", must.into()), ("Version", "2.4".into()), ("WillEncrypt", will.into())])
        }
        "com.apple.disk_usage" | "com.apple.disk_usage.factory" => disk_usage(device),
        "com.apple.mobile.battery" => dictionary([
            ("BatteryCurrentCapacity", u64::from(phone.battery_percent).into()),
            ("BatteryIsCharging", phone.charging.into()),
            ("ExternalChargeCapable", true.into()),
            ("ExternalConnected", true.into()),
            ("FullyCharged", (phone.battery_percent == 100).into()),
            ("GasGaugeCapability", true.into()),
            ("HasBattery", true.into()),
        ]),
        WIRELESS => dictionary([
            ("BonjourFullServiceName", network::full_name(device).into()),
            ("EnableWifiConnections", device.network.is_allowed().into()),
            ("EnableWifiDebugging", false.into()),
            ("SupportsWifi", true.into()),
            ("SupportsWifiSyncing", true.into()),
        ]),
        "com.apple.fmip" => dictionary([("IsAssociated", device.find_my.load(Ordering::SeqCst).into())]),
        "com.apple.PurpleBuddy" => {
            let done = device.set_up.load(Ordering::SeqCst);
            dictionary([("SetupDone", done.into()), ("SetupFinishedAllSteps", done.into())])
        }
        "com.apple.international" => dictionary([
            ("Keyboard", phone.locale.as_str().into()),
            ("Language", phone.language.as_str().into()),
            ("Locale", phone.locale.as_str().into()),
            ("SupportedLanguages", Value::Array(vec![phone.language.as_str().into()])),
            ("SupportedLocales", Value::Array(vec![phone.locale.as_str().into()])),
        ]),
        "com.apple.mobile.iTunes" => dictionary([
            ("MinITunesVersion", "12.9".into()),
            ("ConnectorClass", "USB".into()),
            ("SupportsAirTraffic", true.into()),
        ]),
        "com.apple.iTunes" => dictionary([("DBVersion", 5.into()), ("LastConnected", now.into())]),
        "com.apple.xcode.developerdomain" => dictionary([("DeveloperStatus", "Unknown".into())]),
        other if EMPTY_DOMAINS.contains(&other) => Dictionary::new(),
        _ => return None,
    })
}

fn device_values(device: &Device) -> Dictionary {
    let phone = &device.persona;
    let mut values = dictionary([
        ("ActivationState", if device.options.activated { "Activated" } else { "Unactivated" }.into()),
        ("BasebandVersion", "2.55.00".into()),
        ("BluetoothAddress", phone.bluetooth_address.as_str().into()),
        ("CPUArchitecture", "arm64e".into()),
        ("DeviceClass", "iPhone".into()),
        ("DeviceColor", "1".into()),
        ("DevicePublicKey", Value::Data(device.key.public_pem.clone())),
        ("EthernetAddress", phone.ethernet_address.as_str().into()),
        ("HardwareModel", phone.hardware_model.as_str().into()),
        ("HardwarePlatform", "t8120".into()),
        ("HostAttached", true.into()),
        ("IntegratedCircuitCardIdentity", phone.iccid.as_str().into()),
        ("InternationalMobileEquipmentIdentity", phone.imei.as_str().into()),
        ("InternationalMobileEquipmentIdentity2", phone.imei2.as_str().into()),
        ("MLBSerialNumber", format!("C07{}", phone.serial).into()),
        ("MobileEquipmentIdentifier", phone.meid.as_str().into()),
        ("ModelNumber", phone.model_number.as_str().into()),
        ("NonVolatileRAM", Value::Dictionary(dictionary([("auto-boot", Value::Data(b"true".to_vec()))]))),
        ("PairRecordProtectionClass", 4.into()),
        ("PartitionType", "GUID_partition_scheme".into()),
        ("PasswordProtected", device.is_locked().into()),
        ("PhoneNumber", phone.phone_number.as_str().into()),
        ("ProductName", "iPhone OS".into()),
        ("ProductionSOC", true.into()),
        ("ProtocolVersion", "2".into()),
        ("RegionInfo", "LL/A".into()),
        ("SIMStatus", "kCTSIMSupportSIMStatusReady".into()),
        ("SoftwareBehavior", Value::Data(vec![1, 0, 0, 0, 0, 0, 0, 0])),
        ("TelephonyCapability", true.into()),
        ("TimeIntervalSince1970", (device.now() as f64).into()),
        ("TimeZone", phone.time_zone.as_str().into()),
        ("TimeZoneOffsetFromUTC", 0.0.into()),
        ("TrustedHostAttached", true.into()),
        ("UniqueChipID", phone.unique_chip_id.into()),
        ("Uses24HourClock", true.into()),
        ("WiFiAddress", phone.wifi_address.as_str().into()),
    ]);
    values.extend(device.identity_values());
    values
}

fn disk_usage(device: &Device) -> Dictionary {
    const SYSTEM: u64 = 12 << 30;
    let (size, free) = (device.persona.disk_size, device.persona.disk_free);
    let data = size.saturating_sub(SYSTEM);
    let camera = media_bytes(device, "DCIM");
    dictionary([
        ("CalendarUsage", (2u64 << 20).into()),
        ("CameraUsage", camera.into()),
        ("MediaCacheUsage", 0.into()),
        ("MobileApplicationUsage", services::app_bytes(device).into()),
        ("NotesUsage", (1u64 << 20).into()),
        ("PhotoUsage", (camera + media_bytes(device, "PhotoData")).into()),
        ("VoicemailUsage", (1u64 << 20).into()),
        ("WebAppCacheUsage", 0.into()),
        ("AmountDataAvailable", free.into()),
        ("AmountDataReserved", (200u64 << 20).into()),
        ("AmountRestoreAvailable", free.into()),
        ("TotalDataAvailable", free.into()),
        ("TotalDataCapacity", data.into()),
        ("TotalDiskCapacity", size.into()),
        ("TotalSystemAvailable", 0.into()),
        ("TotalSystemCapacity", (size - data).into()),
    ])
}

/// Bytes of the files below a folder of `/var/mobile/Media`.
fn media_bytes(device: &Device, folder: &str) -> u64 {
    let contents = device.contents();
    let (mut folders, mut bytes) = (vec![folder.to_string()], 0);
    while let Some(folder) = folders.pop() {
        for name in contents.media_list(&folder).unwrap_or_default() {
            let path = format!("{folder}/{name}");
            match contents.media_stat(&path) {
                Some(stat) if stat.is_folder => folders.push(path),
                Some(stat) => bytes += stat.size,
                None => {}
            }
        }
    }
    bytes
}
