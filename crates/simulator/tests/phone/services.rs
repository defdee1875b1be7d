use crate::client::*;
use crate::visit::Visitor;
use crate::{obliging, start};
use plist::Value;
use simulator::{DeviceOptions, System};
use std::time::{Duration, Instant};

fn until(what: &str, holds: impl Fn() -> bool) {
    let limit = Instant::now() + Duration::from_secs(5);
    while !holds() {
        assert!(Instant::now() < limit, "{what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

#[test]
fn lockdown_tells_what_the_options_say() {
    let options = DeviceOptions {
        system: System::Ios15,
        find_my: true,
        set_up: false,
        activated: false,
        capacity: 64_000_000_000,
        free: 1_000_000_000,
        ..obliging()
    };
    let pretend = start(options);
    let visitor = Visitor::trusted(&pretend);
    assert_eq!(visitor.value("com.apple.fmip", "IsAssociated"), Value::Boolean(true));
    pretend.phone.set_find_my(false);
    assert_eq!(visitor.value("com.apple.fmip", "IsAssociated"), Value::Boolean(false));
    assert_eq!(visitor.value("com.apple.PurpleBuddy", "SetupDone"), Value::Boolean(false));
    pretend.phone.set_set_up(true);
    assert_eq!(visitor.value("com.apple.PurpleBuddy", "SetupDone"), Value::Boolean(true));
    assert_eq!(visitor.value("", "ActivationState").as_string(), Some("Unactivated"));
    assert_eq!(visitor.value("", "ProductVersion").as_string(), Some("15.8.3"));
    assert_eq!(visitor.value("com.apple.disk_usage", "TotalDiskCapacity"), Value::from(64_000_000_000u64));
    assert_eq!(visitor.value("com.apple.disk_usage", "AmountRestoreAvailable"), Value::from(1_000_000_000u64));
    assert!(visitor.value("com.apple.disk_usage", "CameraUsage").as_unsigned_integer().unwrap() > 100_000);
    let mut link = visitor.service("com.apple.mobilebackup2");
    let mut prefix = [0; 4];
    std::io::Read::read_exact(&mut link, &mut prefix).unwrap();
    let mut body = vec![0; u32::from_be_bytes(prefix) as usize];
    std::io::Read::read_exact(&mut link, &mut body).unwrap();
    let hello = wire::frame::decode(&body).unwrap().into_array().unwrap();
    assert_eq!(hello[1].as_unsigned_integer(), Some(300), "iOS 15 speaks the older DeviceLink");
}

#[test]
fn a_new_name_is_kept_and_told() {
    let pretend = start(obliging());
    let visitor = Visitor::trusted(&pretend);
    let mut notices = visitor.service("com.apple.mobile.notification_proxy");
    let name = "com.apple.mobile.lockdown.device_name_changed";
    let observe = dictionary([("Command", "ObserveNotification".into()), ("Name", name.into())]);
    std::io::Write::write_all(&mut notices, &wire::frame::encode_xml(&observe.into()).unwrap()).unwrap();
    // Observing is not acknowledged: what is posted on the same line comes after it.
    let post = dictionary([("Command", "PostNotification".into()), ("Name", name.into())]);
    assert_eq!(ask(&mut notices, post).get("Name").unwrap().as_string(), Some(name));
    visitor.set("", "DeviceName", "Renamed".into());
    assert_eq!(receive(&mut notices).unwrap().get("Name").unwrap().as_string(), Some(name));
    assert_eq!(
        (visitor.value("", "DeviceName").as_string(), pretend.phone.name().as_str()),
        (Some("Renamed"), "Renamed")
    );
}

#[test]
fn a_restart_comes_back_under_a_new_number() {
    let pretend = start(obliging());
    let visitor = Visitor::trusted(&pretend);
    let before = devices(pretend.address);
    let mut diagnostics = visitor.service("com.apple.mobile.diagnostics_relay");
    let done = ask(&mut diagnostics, dictionary([("Request", "Restart".into())]));
    assert_eq!(done.get("Status").unwrap().as_string(), Some("Success"));
    until("it goes", || devices(pretend.address).is_empty());
    assert_eq!(pretend.phone.restarts(), 1);
    until("it comes", || !devices(pretend.address).is_empty());
    assert_ne!(devices(pretend.address), before);
    let mut diagnostics = visitor.service("com.apple.mobile.diagnostics_relay");
    let battery = dictionary([("Request", "IORegistry".into()), ("EntryClass", "IOPMPowerSource".into())]);
    let battery = ask(&mut diagnostics, battery);
    let battery = battery.get("Diagnostics").unwrap().as_dictionary().unwrap().get("IORegistry").unwrap();
    let value = |key| battery.as_dictionary().unwrap().get(key).unwrap().as_unsigned_integer();
    assert_eq!(
        (value("CycleCount"), value("DesignCapacity"), value("NominalChargeCapacity")),
        (Some(151), Some(3279), Some(3128))
    );
    ask(&mut diagnostics, dictionary([("Request", "Shutdown".into())]));
    until("it is off", || !pretend.phone.is_plugged());
}

#[test]
fn an_assertion_lasts_as_long_as_its_connection_or_its_time() {
    let pretend = start(obliging());
    let visitor = Visitor::trusted(&pretend);
    let create = |seconds: u64| {
        dictionary([
            ("CommandKey", "CommandCreateAssertion".into()),
            ("AssertionTypeKey", "AMDPowerAssertionTypeWirelessSync".into()),
            ("AssertionNameKey", "Heirloom".into()),
            ("AssertionTimeoutKey", seconds.into()),
        ])
    };
    let mut long = visitor.service("com.apple.mobile.assertion_agent");
    assert_eq!(ask(&mut long, create(1200)).get("Error"), None);
    assert_eq!(ask(&mut long, create(1200)).get("Error"), None);
    let mut short = visitor.service("com.apple.mobile.assertion_agent");
    assert_eq!(ask(&mut short, create(1)).get("Error"), None);
    assert_eq!(pretend.phone.assertions(), 2, "asking again renews");
    until("the short one ends", || pretend.phone.assertions() == 1);
    drop(long);
    until("the long one ends with its line", || pretend.phone.assertions() == 0);
}

#[test]
fn apps_tell_their_sizes_and_whether_they_share() {
    let pretend = start(obliging());
    let visitor = Visitor::trusted(&pretend);
    let mut apps = visitor.service("com.apple.mobile.installation_proxy");
    let asked = ["CFBundleIdentifier", "UIFileSharingEnabled", "StaticDiskUsage", "DynamicDiskUsage"].map(Value::from);
    let options = dictionary([("ReturnAttributes", Value::Array(asked.to_vec())), ("ApplicationType", "User".into())]);
    let found = ask(&mut apps, dictionary([("Command", "Lookup".into()), ("ClientOptions", options.into())]));
    let found = found.get("LookupResult").unwrap().as_dictionary().unwrap();
    let number = |app: &Value, key: &str| app.as_dictionary().unwrap().get(key).unwrap().as_unsigned_integer().unwrap();
    assert_eq!(found.len(), 40);
    assert!(found.values().all(|app| number(app, "StaticDiskUsage") > 10 << 20));
    assert!(found.values().any(|app| number(app, "DynamicDiskUsage") > 1000));
    let shares = |app: &&Value| app.as_dictionary().unwrap().contains_key("UIFileSharingEnabled");
    assert!((1..40).contains(&found.values().filter(shares).count()));
    for (id, app) in found.iter().take(6) {
        let mut arrest = visitor.service("com.apple.mobile.house_arrest");
        let vend = dictionary([("Command", "VendDocuments".into()), ("Identifier", id.as_str().into())]);
        assert_eq!(ask(&mut arrest, vend).contains_key("Status"), shares(&app), "{id}");
    }
}

#[test]
fn afc_reads_can_be_large_and_sent_ahead() {
    use std::io::{Read, Write};
    use wire::afc::{HEADER, Header, encode, op};
    let pretend = start(obliging());
    let visitor = Visitor::trusted(&pretend);
    let mut files = visitor.service("com.apple.afc");
    let reply = |files: &mut crate::visit::Tls| {
        let mut header = [0; HEADER];
        files.read_exact(&mut header).unwrap();
        let header = Header::decode(header).unwrap();
        let mut rest = vec![0; header.arguments() + header.payload()];
        files.read_exact(&mut rest).unwrap();
        (header.number, header.operation, rest)
    };
    let open = |mode: u64| [&mode.to_le_bytes()[..], b"/PublicStaging/big\0"].concat();
    let written: Vec<u8> = (0..5_000_000u32).map(|at| (at % 251) as u8).collect();
    files.write_all(&encode(1, op::MAKE_DIR, b"/PublicStaging\0", &[])).unwrap();
    files.write_all(&encode(2, op::FILE_OPEN, &open(3), &[])).unwrap();
    assert_eq!((reply(&mut files).1, reply(&mut files).1), (op::STATUS, op::FILE_OPEN_RESULT));
    files.write_all(&encode(3, op::WRITE, &1u64.to_le_bytes(), &written)).unwrap();
    files.write_all(&encode(4, op::CLOSE, &1u64.to_le_bytes(), &[])).unwrap();
    files.write_all(&encode(5, op::FILE_OPEN, &open(1), &[])).unwrap();
    let opened = std::array::from_fn(|_| reply(&mut files).1);
    assert_eq!(opened, [op::STATUS, op::STATUS, op::FILE_OPEN_RESULT]);
    for number in 10..17 {
        let read = [2u64.to_le_bytes(), (1u64 << 20).to_le_bytes()].concat();
        files.write_all(&encode(number, op::READ, &read, &[])).unwrap();
    }
    let mut back = Vec::new();
    for number in 10..17 {
        let (answered, operation, bytes) = reply(&mut files);
        assert_eq!((answered, operation), (number, op::DATA));
        back.extend(bytes);
    }
    assert!(back == written, "{} of {} bytes", back.len(), written.len());
    files.write_all(&encode(20, op::RENAME, b"/PublicStaging/big\0/PublicStaging/renamed\0", &[])).unwrap();
    files.write_all(&encode(21, op::REMOVE_PATH, b"/PublicStaging/renamed\0", &[])).unwrap();
    files.write_all(&encode(22, op::REMOVE_PATH, b"/PublicStaging/renamed\0", &[])).unwrap();
    let status = std::array::from_fn(|_| reply(&mut files).2[0]);
    assert_eq!(status, [0, 0, 8]);
}
