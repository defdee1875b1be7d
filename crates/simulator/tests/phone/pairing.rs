use crate::client::*;
use crate::{obliging, start};
use plist::{Dictionary, Value};
use simulator::{DeviceOptions, Prompt};
use std::io::{Read, Write};
use wire::usbmux::LOCKDOWN_PORT;

fn error(reply: &Dictionary) -> Option<&str> {
    reply.get("Error").and_then(Value::as_string)
}

fn get(domain: Option<&str>, key: Option<&str>) -> Dictionary {
    let mut request = dictionary([("Request", "GetValue".into())]);
    request.extend(domain.map(|domain| ("Domain".to_string(), domain.into())));
    request.extend(key.map(|key| ("Key".to_string(), key.into())));
    request
}

#[test]
fn a_stranger_learns_little() {
    let pretend = start(obliging());
    let all = lockdown(pretend.address, get(None, None));
    let all = all.get("Value").unwrap().as_dictionary().unwrap();
    assert_eq!(all.get("UniqueDeviceID").unwrap().as_string(), Some(pretend.phone.udid()));
    assert!(!all.contains_key("SerialNumber") && !all.contains_key("PhoneNumber"));
    assert_eq!(error(&lockdown(pretend.address, get(None, Some("SerialNumber")))), Some("GetProhibited"));
    assert_eq!(error(&lockdown(pretend.address, get(None, Some("Nonsense")))), Some("MissingValue"));
    let battery = lockdown(pretend.address, get(Some("com.apple.mobile.battery"), None));
    assert_eq!(error(&battery), Some("GetProhibited"));
    let start = dictionary([("Request", "StartService".into()), ("Service", "com.apple.afc".into())]);
    assert_eq!(error(&lockdown(pretend.address, start)), Some("SessionInactive"));
    let session = dictionary([("Request", "StartSession".into()), ("HostID", "unknown".into())]);
    assert_eq!(error(&lockdown(pretend.address, session)), Some("InvalidHostID"));
}

#[test]
fn pairing_waits_for_a_person() {
    let pretend = start(DeviceOptions { auto_trust: None, locked: true, ..obliging() });
    let computer = Computer::new(pretend.address);
    assert_eq!(error(&computer.pair(pretend.address)), Some("PasswordProtected"));
    pretend.phone.unlock();
    assert_eq!(error(&computer.pair(pretend.address)), Some("PairingDialogResponsePending"));
    assert_eq!(pretend.phone.prompt(), Some(Prompt::Trust));
    pretend.phone.dont_trust();
    assert_eq!(error(&computer.pair(pretend.address)), Some("UserDeniedPairing"));
    assert_eq!(error(&computer.pair(pretend.address)), Some("PairingDialogResponsePending"));
    pretend.phone.tap_trust();
    let paired = computer.pair(pretend.address);
    assert_eq!(error(&paired), None);
    assert_eq!(paired.get("EscrowBag").unwrap().as_data().unwrap().len(), 32);
    assert_eq!(computer.pair(pretend.address).get("EscrowBag"), paired.get("EscrowBag"), "known from now on");
}

#[test]
fn a_record_for_another_phones_key_is_refused() {
    let (one, other) = (start(obliging()), start(DeviceOptions { seed: 2, ..obliging() }));
    let computer = Computer::new(other.address);
    assert_eq!(error(&computer.pair(one.address)), Some("InvalidPairRecord"));
}

fn start_session(pretend: &crate::Pretend, computer: &Computer) -> (std::net::TcpStream, Dictionary) {
    let mut line = dial(pretend.address, devices(pretend.address)[0], LOCKDOWN_PORT).unwrap();
    let id = computer.record.get("HostID").unwrap().clone();
    let session = ask(&mut line, dictionary([("Request", "StartSession".into()), ("HostID", id)]));
    assert_eq!(session.get("EnableSessionSSL").unwrap().as_boolean(), Some(true));
    (line, session)
}

#[test]
fn the_phone_knows_a_host_by_its_certificates_and_nothing_else() {
    let pretend = start(obliging());
    let computer = Computer::new(pretend.address);
    let stranger = Computer::new(pretend.address);
    assert_eq!(error(&computer.pair(pretend.address)), None);
    for mine in [&computer.host, &computer.root] {
        let (line, session) = start_session(&pretend, &computer);
        let mut tls = computer.tls(line, mine);
        let serial = ask(&mut tls, get(None, Some("SerialNumber")));
        assert!(serial.get("Value").unwrap().as_string().is_some());
        let stop =
            dictionary([("Request", "StopSession".into()), ("SessionID", session.get("SessionID").unwrap().clone())]);
        assert_eq!(error(&ask(&mut tls, stop)), None);
        tls.conn.send_close_notify();
        tls.flush().unwrap();
        assert_eq!(tls.read(&mut [0]).unwrap(), 0);
        let mut plain = tls.sock;
        assert_eq!(error(&ask(&mut plain, get(None, Some("SerialNumber")))), Some("GetProhibited"));
    }
    let (line, _) = start_session(&pretend, &computer);
    let mut tls = computer.tls(line, &stranger.host);
    let asked = tls.write_all(&wire::frame::encode_xml(&get(None, None).into()).unwrap());
    assert!(asked.and_then(|()| receive(&mut tls)).is_err());
}

#[test]
fn a_service_port_answers_once_and_a_locked_phone_wants_the_escrow_bag() {
    let pretend = start(obliging());
    let computer = Computer::new(pretend.address);
    let bag = computer.pair(pretend.address).remove("EscrowBag").unwrap();
    let (line, _) = start_session(&pretend, &computer);
    let mut tls = computer.tls(line, &computer.host);
    pretend.phone.lock();
    let mut request = dictionary([("Request", "StartService".into()), ("Service", "com.apple.afc".into())]);
    assert_eq!(error(&ask(&mut tls, request.clone())), Some("PasswordProtected"));
    request.insert("EscrowBag".into(), Value::Data(vec![0; 32]));
    assert_eq!(error(&ask(&mut tls, request.clone())), Some("EscrowLocked"));
    request.insert("EscrowBag".into(), bag);
    let reply = ask(&mut tls, request);
    assert_eq!(reply.get("EnableServiceSSL").unwrap().as_boolean(), Some(true));
    let port = reply.get("Port").unwrap().as_unsigned_integer().unwrap().try_into().unwrap();
    assert!(dial(pretend.address, 1, port).is_ok());
    assert_eq!(dial(pretend.address, 1, port).unwrap_err(), 3);
}
