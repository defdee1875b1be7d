use crate::client::*;
use crate::visit::Visitor;
use crate::{obliging, start};
use mdns_sd::{IfKind, ResolvedService, ServiceDaemon, ServiceEvent};
use plist::Value;
use simulator::{AddressLayout, DeviceOptions, System};
use std::net::TcpStream;
use std::time::{Duration, Instant};

fn on(address: &str) -> DeviceOptions {
    DeviceOptions { network: Some(address.parse().unwrap()), ..obliging() }
}

fn polo() -> Vec<u8> {
    wire::frame::encode_xml(&dictionary([("Command", "Polo".into())]).into()).unwrap()
}

#[test]
fn the_network_opens_once_a_host_allows_it_over_the_cable() {
    const ADDRESS: &str = "127.31.0.1";
    let pretend = start(on(ADDRESS));
    assert!(TcpStream::connect((ADDRESS, 62078)).is_err());
    let visitor = Visitor::trusted(&pretend);
    assert!(!pretend.phone.is_on_network());
    visitor.allow_wifi(true);
    assert!(pretend.phone.is_on_network());
    assert_eq!(visitor.value("com.apple.mobile.wireless_lockdown", "EnableWifiConnections"), Value::Boolean(true));

    let visitor = visitor.on_network(ADDRESS);
    let mut line = visitor.reach(62078).unwrap();
    let pair = dictionary([("Request", "Pair".into()), ("PairRecord", visitor.computer.record.clone().into())]);
    let refused = ask(&mut line, pair);
    assert_eq!(refused.get("Error").unwrap().as_string(), Some("PairingProhibitedOverThisConnection"));
    assert_eq!(visitor.value("", "UniqueDeviceID").as_string(), Some(pretend.phone.udid()));
    let mut icons = visitor.service("com.apple.springboardservices");
    let orientation = ask(&mut icons, dictionary([("command", "getInterfaceOrientation".into())]));
    assert_eq!(orientation.get("interfaceOrientation").unwrap().as_unsigned_integer(), Some(1));

    pretend.phone.unplug();
    assert!(visitor.value("", "SerialNumber").as_string().is_some(), "the network needs no cable");
    pretend.phone.leave_wifi();
    assert!(receive(&mut icons).is_err() && receive(&mut line).is_err());
    assert!(visitor.reach(62078).is_err());
    pretend.phone.enter_wifi();
    assert!(visitor.reach(62078).is_ok(), "at once");
    visitor.allow_wifi(false);
    assert!(visitor.reach(62078).is_err());
}

#[test]
fn connections_need_a_heartbeat_and_end_with_sleep() {
    const ADDRESS: &str = "127.31.0.2";
    let beat = Duration::from_millis(300);
    let pretend = start(DeviceOptions { wifi_connections: true, heartbeat: beat, ..on(ADDRESS) });
    let visitor = Visitor::trusted(&pretend).on_network(ADDRESS);
    let began = Instant::now();
    let mut quiet = visitor.service("com.apple.mobile.notification_proxy");
    assert!(receive(&mut quiet).is_err());
    assert!((beat * 2..beat * 12).contains(&began.elapsed()), "{:?}", began.elapsed());

    let mut heart = visitor.service("com.apple.mobile.heartbeat");
    let mut kept = visitor.session();
    let began = Instant::now();
    while began.elapsed() < beat * 4 {
        assert_eq!(receive(&mut heart).unwrap().get("Command").unwrap().as_string(), Some("Marco"));
        std::io::Write::write_all(&mut heart, &polo()).unwrap();
    }
    assert_eq!(ask(&mut kept, dictionary([("Request", "QueryType".into())])).get("Error"), None);
    pretend.phone.sleep();
    assert!(!pretend.phone.is_on_network());
    let last = std::iter::from_fn(|| receive(&mut heart).ok()).last().unwrap();
    assert_eq!(last.get("Command").unwrap().as_string(), Some("SleepyTime"));
    assert!(receive(&mut kept).is_err() && visitor.reach(62078).is_err());
    pretend.phone.wake();
    assert!(visitor.reach(62078).is_ok());
}

#[test]
fn usbmuxd_lists_it_when_asked_to() {
    const ADDRESS: &str = "127.31.0.3";
    let listed = |layout| DeviceOptions { wifi_connections: true, listed_on_network: Some(layout), ..on(ADDRESS) };
    let pretend = start(listed(AddressLayout::Linux));
    let properties = |pretend: &crate::Pretend, kind: &str| {
        let mut reply = mux(pretend.address, dictionary([("MessageType", "ListDevices".into())]));
        let list = reply.remove("DeviceList").unwrap().into_array().unwrap().into_iter();
        let all =
            list.map(|one| one.into_dictionary().unwrap().remove("Properties").unwrap().into_dictionary().unwrap());
        all.into_iter().find(|one| one.get("ConnectionType").unwrap().as_string() == Some(kind))
    };
    let network = properties(&pretend, "Network").unwrap();
    let address = network.get("NetworkAddress").unwrap().as_data().unwrap();
    assert_eq!((&address[..8], address.len()), (&[2, 0, 0, 0, 127, 31, 0, 3][..], 128));
    assert_eq!(network.get("SerialNumber"), properties(&pretend, "USB").unwrap().get("SerialNumber"));
    let id = network.get("DeviceID").unwrap().as_unsigned_integer().unwrap();
    let mut line = dial(pretend.address, id, 62078).unwrap();
    let pair = ask(&mut line, dictionary([("Request", "Pair".into())]));
    assert_eq!(pair.get("Error").unwrap().as_string(), Some("PairingProhibitedOverThisConnection"));
    pretend.phone.leave_wifi();
    assert!(properties(&pretend, "Network").is_none() && receive(&mut line).is_err());
    drop(pretend);
    let pretend = start(listed(AddressLayout::Apple));
    let network = properties(&pretend, "Network").unwrap();
    assert_eq!(network.get("NetworkAddress").unwrap().as_data().unwrap()[..2], [16, 2]);
}

/// What loopback tells of the phone at `address`.
fn advertised(address: &str, wanted: impl Fn(&ResolvedService) -> bool) -> Option<ResolvedService> {
    let daemon = ServiceDaemon::new().unwrap();
    daemon.disable_interface(IfKind::All).unwrap();
    daemon.enable_interface(IfKind::LoopbackV4).unwrap();
    let events = daemon.browse("_apple-mobdev2._tcp.local.").unwrap();
    let until = Instant::now() + Duration::from_secs(8);
    let found = loop {
        match events.recv_deadline(until) {
            Ok(ServiceEvent::ServiceResolved(found)) => {
                let here = found.addresses.iter().any(|ip| ip.to_ip_addr().to_string() == address);
                if here && wanted(&found) {
                    break Some(*found);
                }
            }
            Ok(_) => {}
            Err(_) => break None,
        }
    };
    let _ = daemon.shutdown();
    found
}

#[test]
fn it_says_so_by_mdns() {
    let pretend = start(DeviceOptions { wifi_connections: true, ..on("127.31.0.4") });
    let found = advertised("127.31.0.4", |_| true).unwrap();
    let mac = &pretend.phone.persona().wifi_address;
    assert!(found.fullname.starts_with(&format!("{mac}@fe80::")), "{}", found.fullname);
    assert!(found.txt_properties.get("authTag").is_none());
}

#[test]
fn ios_26_tells_a_tag_for_each_host_and_no_hardware_address() {
    let options = DeviceOptions { wifi_connections: true, system: System::Ios26, seed: 2, ..on("127.31.0.5") };
    let pretend = start(options);
    let found = advertised("127.31.0.5", |_| true).unwrap();
    assert!(!found.fullname.contains(&pretend.phone.persona().wifi_address));
    let identifier = found.txt_properties.get("identifier").unwrap().val_str().to_string();
    assert!(found.txt_properties.get("authTag").is_none(), "it trusts nobody yet");
    let _visitor = Visitor::trusted(&pretend);
    let found = advertised("127.31.0.5", |found| found.txt_properties.get("authTag").is_some()).unwrap();
    assert_eq!(found.txt_properties.get("identifier").unwrap().val_str(), identifier);
    assert_eq!(found.txt_properties.get("authTag").unwrap().val_str().len(), 12, "8 bytes in base64");
}
