use crate::client::*;
use crate::visit::Visitor;
use crate::{obliging, start};
use plist::Value;
use simulator::{AfcFaults, DeviceOptions, Faults, FaultyTls, LastAnswer, LockdownFaults, Storm};
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;
use wire::{afc, frame};

fn lockdown_faults(lockdown: LockdownFaults) -> DeviceOptions {
    DeviceOptions { faults: Faults { lockdown, ..Faults::default() }, ..obliging() }
}

#[test]
fn every_fault_can_be_written_as_json() {
    let page = include_str!("../../../../docs/simulator.md");
    let blocks: Vec<&str> = page.split("```json\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(blocks.len() >= 2);
    let scripts: Vec<Faults> = blocks.iter().map(|text| serde_json::from_str(text).expect(text)).collect();
    assert!(scripts.iter().all(|script| *script != Faults::default()));
    let stall = scripts.iter().find_map(|script| script.stall).unwrap();
    assert_eq!(stall, (12, Duration::from_secs(90)));
    assert!(serde_json::from_str::<Faults>(r#"{"cutAfterByte": 1}"#).is_err(), "a misspelled fault is told");
    assert_eq!(serde_json::from_str::<Faults>("{}").unwrap(), Faults::default());
}

#[test]
fn a_busy_lockdown_refuses_services_for_a_while() {
    let pretend = start(lockdown_faults(LockdownFaults { service_limit: 2, ..Default::default() }));
    let visitor = Visitor::trusted(&pretend);
    let mut session = visitor.session();
    let request = || dictionary([("Request", "StartService".into()), ("Service", "com.apple.afc".into())]);
    for _ in 0..2 {
        assert_eq!(ask(&mut session, request()).get("Error").unwrap().as_string(), Some("ServiceLimit"));
    }
    assert!(ask(&mut session, request()).contains_key("Port"));
}

#[test]
fn replies_of_lockdown_can_be_nonsense() {
    let faults = LockdownFaults { wrong_types_at_reply: Some(1), huge_length_at_reply: Some(2), ..Default::default() };
    let pretend = start(lockdown_faults(faults));
    let mut line = dial(pretend.address, devices(pretend.address)[0], 62078).unwrap();
    let reply = ask(&mut line, dictionary([("Request", "QueryType".into())]));
    assert_eq!(reply.get("Type").unwrap().as_unsigned_integer(), Some(u64::MAX));
    line.write_all(&frame::encode_xml(&dictionary([("Request", "QueryType".into())]).into()).unwrap()).unwrap();
    let mut prefix = [0; 4];
    line.read_exact(&mut prefix).unwrap();
    assert_eq!(u32::from_be_bytes(prefix), 0xffff_fff0);
}

#[test]
fn an_impostor_does_not_get_past_a_host_that_knows_the_key() {
    for fault in [FaultyTls::Plain, FaultyTls::OtherKey, FaultyTls::SwappedKey, FaultyTls::Expired] {
        let pretend = start(lockdown_faults(LockdownFaults { session_tls: Some(fault), ..Default::default() }));
        let visitor = Visitor::trusted(&pretend);
        let (line, reply) = visitor.begin();
        assert_eq!(reply.get("EnableSessionSSL").unwrap().as_boolean(), Some(true));
        let mut tls = visitor.computer.tls(line, &visitor.computer.host);
        let secret = dictionary([("Request", "secret".into())]);
        let told = tls.write_all(&frame::encode_xml(&secret.into()).unwrap()).and_then(|()| receive(&mut tls));
        assert!(told.is_err(), "{fault:?}");
        let heard = String::from_utf8_lossy(&pretend.phone.overheard()).into_owned();
        assert!(!heard.contains("secret"), "{fault:?}");
    }
}

#[test]
fn a_host_that_goes_on_in_the_clear_is_overheard() {
    let pretend = start(lockdown_faults(LockdownFaults { service_tls: Some(FaultyTls::None), ..Default::default() }));
    let visitor = Visitor::trusted(&pretend);
    let reply = visitor.start("com.apple.springboardservices");
    assert_eq!(reply.get("EnableServiceSSL").unwrap().as_boolean(), Some(false));
    let mut line = visitor.line("com.apple.springboardservices");
    ask(&mut line, dictionary([("command", "getInterfaceOrientation".into())]));
    assert!(String::from_utf8_lossy(&pretend.phone.overheard()).contains("getInterfaceOrientation"));
}

/// One AFC request; the header of the reply, and what follows it if that is small.
fn ask_afc(
    line: &mut (impl Read + Write),
    number: u64,
    operation: u64,
    arguments: &[u8],
) -> io::Result<(u64, u64, Vec<u8>)> {
    line.write_all(&afc::encode(number, operation, arguments, &[]))?;
    let mut header = [0; afc::HEADER];
    line.read_exact(&mut header)?;
    let word = |at: usize| u64::from_le_bytes(header[at..at + 8].try_into().unwrap());
    let mut rest = vec![0; if word(8) < 1 << 20 { word(8) as usize - afc::HEADER } else { 0 }];
    line.read_exact(&mut rest)?;
    Ok((word(8), word(24), rest))
}

#[test]
fn afc_can_lie_about_lengths_numbers_and_lists() {
    let faults = AfcFaults {
        list_bytes: Some(3 << 30),
        handles: Some(2),
        wrong_number_at_reply: Some(4),
        cut_at_reply: Some(5),
        ..Default::default()
    };
    let pretend = start(DeviceOptions { faults: Faults { afc: faults, ..Faults::default() }, ..obliging() });
    let visitor = Visitor::trusted(&pretend);
    let mut files = visitor.service("com.apple.afc");
    let open = [&2u64.to_le_bytes()[..], b"/note\0"].concat();
    for number in 0..2 {
        assert_eq!(ask_afc(&mut files, number, afc::op::FILE_OPEN, &open).unwrap().0, 48);
    }
    let (_, _, no_slot) = ask_afc(&mut files, 2, afc::op::FILE_OPEN, &open).unwrap();
    assert_eq!(no_slot, 3u64.to_le_bytes());
    assert_ne!(ask_afc(&mut files, 3, afc::op::GET_DEVICE_INFO, &[]).unwrap().1, 3);
    assert!(ask_afc(&mut files, 4, afc::op::GET_DEVICE_INFO, &[]).is_err());
    let mut files = visitor.service("com.apple.afc");
    let (length, _, _) = ask_afc(&mut files, 0, afc::op::READ_DIR, b"/\0").unwrap();
    assert_eq!(length, (3 << 30) + 40);
    let mut names = vec![0; 1 << 20];
    files.read_exact(&mut names).unwrap();
    assert!(names.starts_with(b"IMG_0000.HEIC\0IMG_0001.HEIC\0"));
}

#[test]
fn a_loose_cable_comes_and_goes() {
    let pretend = start(obliging());
    let mut listener = TcpStream::connect(pretend.address).unwrap();
    listener.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
    send_mux(&mut listener, 1, dictionary([("MessageType", "Listen".into())]));
    receive_mux(&mut listener);
    assert_eq!(receive_mux(&mut listener).1.get("MessageType").unwrap().as_string(), Some("Attached"));
    let faults = Faults { storm: Some(Storm { times: 5, milliseconds: 5 }), ..Faults::default() };
    pretend.phone.set_faults(faults);
    let kinds: Vec<String> = (0..10)
        .map(|_| receive_mux(&mut listener).1.get("MessageType").unwrap().as_string().unwrap().to_string())
        .collect();
    assert_eq!(kinds.iter().filter(|kind| *kind == "Attached").count(), 5);
    assert_eq!(kinds.iter().filter(|kind| *kind == "Detached").count(), 5);
}

/// A host that refuses whatever the phone wants; the names of the messages it got, until the line went quiet or dropped.
fn refuse_all(line: &mut (impl Read + Write), udid: &str) -> Vec<String> {
    let message = |line: &mut dyn Read| -> io::Result<Vec<Value>> {
        let mut prefix = [0; 4];
        line.read_exact(&mut prefix)?;
        let mut body = vec![0; u32::from_be_bytes(prefix) as usize];
        line.read_exact(&mut body)?;
        Ok(frame::decode(&body).unwrap().into_array().unwrap())
    };
    let send = |line: &mut dyn Write, items: Vec<Value>| line.write_all(&frame::encode_binary(&items.into()).unwrap());
    let ask = |name: &str| {
        let versions = Value::Array(vec![Value::Real(2.0), Value::Real(2.1)]);
        let request =
            [("MessageName", name.into()), ("SupportedProtocolVersions", versions), ("TargetIdentifier", udid.into())];
        vec!["DLMessageProcessMessage".into(), Value::Dictionary(dictionary(request))]
    };
    let mut names = Vec::new();
    while let Ok(items) = message(line) {
        let name = items[0].as_string().unwrap().to_string();
        let answer = match name.as_str() {
            "DLMessageVersionExchange" => vec![name.as_str().into(), "DLVersionsOk".into(), items[1].clone()],
            "DLMessageDeviceReady" => ask("Hello"),
            "DLMessageProcessMessage" if names.last().is_some_and(|last| last == "DLMessageDeviceReady") => {
                ask("Backup")
            }
            _ => vec![
                "DLMessageStatusResponse".into(),
                Value::from(-1),
                "no".into(),
                Value::Dictionary(Default::default()),
            ],
        };
        if name == "DLMessageUploadFiles" {
            drain(line);
        }
        if name == "DLMessageDownloadFiles" {
            line.write_all(&[0; 4]).unwrap();
        }
        names.push(name);
        if send(line, answer).is_err() {
            break;
        }
    }
    names
}

/// Takes a batch of uploads and forgets it.
fn drain(line: &mut dyn Read) {
    let number = |line: &mut dyn Read| {
        let mut bytes = [0; 4];
        line.read_exact(&mut bytes).unwrap();
        u32::from_be_bytes(bytes) as usize
    };
    let mut bytes = Vec::new();
    loop {
        for _ in 0..2 {
            let length = number(line);
            if length == 0 {
                return;
            }
            bytes.resize(length, 0);
            line.read_exact(&mut bytes).unwrap();
        }
        loop {
            bytes.resize(number(line), 0);
            line.read_exact(&mut bytes).unwrap();
            if bytes[0] != 0x0C {
                break;
            }
        }
    }
}

#[test]
fn the_last_answer_may_never_come_and_sessions_have_their_own_faults() {
    let hostile = Faults { hostile_paths: true, last_answer: LastAnswer::Withheld, ..Faults::default() };
    let faults = Faults { cut_at_message: Some(2), then: vec![hostile, Faults::default()], ..Faults::default() };
    let pretend = start(DeviceOptions { faults, ..obliging() });
    let visitor = Visitor::trusted(&pretend);
    let udid = pretend.phone.udid();
    assert_eq!(refuse_all(&mut visitor.service("com.apple.mobilebackup2"), udid), ["DLMessageVersionExchange"]);

    let line = visitor.line("com.apple.mobilebackup2");
    line.set_read_timeout(Some(Duration::from_millis(1500))).unwrap();
    let names = refuse_all(&mut visitor.computer.tls(line, &visitor.computer.host), udid);
    let hostile = Faults::hostile_paths(udid).len();
    let count = |name: &str| names.iter().filter(|other| *other == name).count();
    assert_eq!((count("DLMessageMoveItems"), count("DLMessageCopyItem")), (2 * hostile, 2 * hostile));
    assert_eq!(count("DLMessageUploadFiles"), hostile - 1);
    assert_eq!(count("DLMessageProcessMessage"), 1, "the answer to the hello");

    let names = refuse_all(&mut visitor.service("com.apple.mobilebackup2"), udid);
    assert_eq!(names.iter().filter(|name| *name == "DLMessageProcessMessage").count(), 2);
}
