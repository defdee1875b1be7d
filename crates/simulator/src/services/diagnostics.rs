//! diagnostics_relay: battery, IORegistry, MobileGestalt.

use crate::device::Device;
use crate::stream::{Raw, dictionary, read_request, text, write_xml};
use plist::{Dictionary, Value};
use std::io;
use std::sync::Arc;

const DESIGN_CAPACITY: u64 = 3279;

pub(super) async fn serve(device: Arc<Device>, mut stream: Raw) -> io::Result<()> {
    while let Some(request) = read_request(&mut stream).await? {
        let name = text(&request, "Request").unwrap_or_default();
        write_xml(&mut stream, &answer(&device, name, &request).into()).await?;
        match name {
            "Restart" => device.restart(),
            "Shutdown" => device.shut_down(),
            "Sleep" => device.set_awake(false),
            "Goodbye" => return Ok(()),
            _ => {}
        }
    }
    Ok(())
}

fn answer(device: &Device, name: &str, request: &Dictionary) -> Dictionary {
    let status = |status: &str| dictionary([("Status", status.into())]);
    let success = |diagnostics: Dictionary| {
        dictionary([("Status", "Success".into()), ("Diagnostics", Value::Dictionary(diagnostics))])
    };
    match name {
        "All" => success(dictionary([
            ("GasGauge", gas_gauge(device).into()),
            ("HDMI", Dictionary::new().into()),
            ("NAND", Dictionary::new().into()),
            ("WiFi", wifi().into()),
        ])),
        "GasGauge" => success(dictionary([("GasGauge", gas_gauge(device).into())])),
        "WiFi" => success(dictionary([("WiFi", wifi().into())])),
        "NAND" => success(dictionary([("NAND", Dictionary::new().into())])),
        "IORegistry" => match io_registry(device, request) {
            Some(entry) => success(dictionary([("IORegistry", entry.into())])),
            None => success(Dictionary::new()),
        },
        "MobileGestalt" => success(dictionary([("MobileGestalt", mobile_gestalt(device, request).into())])),
        "Restart" | "Shutdown" | "Sleep" | "Goodbye" => status("Success"),
        _ => status("UnknownRequest"),
    }
}

fn gas_gauge(device: &Device) -> Dictionary {
    dictionary([
        ("CycleCount", cycles(device).into()),
        ("DesignCapacity", DESIGN_CAPACITY.into()),
        ("FullChargeCapacity", capacity(device).into()),
        ("Status", "Success".into()),
    ])
}

fn wifi() -> Dictionary {
    dictionary([("Active", true.into()), ("Status", "Success".into())])
}

/// Only the battery's entry, asked for by class or name; libimobiledevice sends the other one empty.
fn io_registry(device: &Device, request: &Dictionary) -> Option<Dictionary> {
    const BATTERY: [&str; 3] = ["IOPMPowerSource", "AppleSmartBattery", "AppleARMPMUCharger"];
    let asked = ["EntryClass", "EntryName"].into_iter().filter_map(|key| text(request, key));
    if !asked.into_iter().any(|name| BATTERY.contains(&name)) {
        return None;
    }
    let phone = &device.persona;
    Some(dictionary([
        ("AppleRawMaxCapacity", capacity(device).into()),
        ("CurrentCapacity", u64::from(phone.battery_percent).into()),
        ("CycleCount", cycles(device).into()),
        ("DesignCapacity", DESIGN_CAPACITY.into()),
        ("ExternalConnected", true.into()),
        ("FullyCharged", (phone.battery_percent == 100).into()),
        ("IsCharging", phone.charging.into()),
        ("MaxCapacity", 100.into()),
        ("NominalChargeCapacity", capacity(device).into()),
        ("Serial", format!("F5D{}", phone.serial).into()),
        ("Temperature", 2910.into()),
        ("Voltage", 4210.into()),
    ]))
}

/// The keys asked for, as far as the phone tells them; from iOS 17.4 it tells none (`protocol.md` 2.6).
fn mobile_gestalt(device: &Device, request: &Dictionary) -> Dictionary {
    let mut version = device.persona.version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let version = (version.next().unwrap_or(0), version.next().unwrap_or(0));
    if version >= (17, 4) {
        return dictionary([("Status", "MobileGestaltDeprecated".into())]);
    }
    let keys = request.get("MobileGestaltKeys").and_then(Value::as_array);
    let asked = keys.into_iter().flatten().filter_map(Value::as_string);
    let known = asked.filter_map(|key| {
        let value: Value = match key {
            "PasswordConfigured" => true.into(),
            "ProductType" => device.persona.product_type.as_str().into(),
            "UniqueDeviceID" => device.persona.udid.as_str().into(),
            _ => return None,
        };
        Some((key.to_string(), value))
    });
    let mut answer: Dictionary = known.collect();
    answer.insert("Status".into(), "Success".into());
    answer
}

fn cycles(device: &Device) -> u64 {
    150 + device.options.seed % 400
}

fn capacity(device: &Device) -> u64 {
    DESIGN_CAPACITY - cycles(device)
}
