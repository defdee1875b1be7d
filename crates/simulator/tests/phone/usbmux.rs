use crate::client::*;
use crate::{obliging, start};
use plist::Dictionary;
use simulator::DeviceOptions;
use std::io::Write;
use std::net::TcpStream;
use wire::usbmux::LOCKDOWN_PORT;

fn kind(message: &Dictionary) -> (&str, u64) {
    let id = message.get("DeviceID").and_then(plist::Value::as_unsigned_integer);
    (message.get("MessageType").unwrap().as_string().unwrap(), id.unwrap())
}

#[test]
fn listeners_hear_of_every_plugging_and_each_has_a_new_number() {
    let pretend = start(obliging());
    drop(TcpStream::connect(pretend.address).unwrap());
    let mut listener = TcpStream::connect(pretend.address).unwrap();
    send_mux(&mut listener, 4, dictionary([("MessageType", "Listen".into()), ("kLibUSBMuxVersion", 3.into())]));
    let (tag, result) = receive_mux(&mut listener);
    assert_eq!((tag, result.get("Number").unwrap().as_unsigned_integer()), (4, Some(0)));
    let (tag, first) = receive_mux(&mut listener);
    assert_eq!((tag, kind(&first)), (0, ("Attached", 1)));
    let properties = first.get("Properties").unwrap().as_dictionary().unwrap();
    assert_eq!(properties.get("SerialNumber").unwrap().as_string(), Some(pretend.phone.udid()));

    let mut tunnel = dial(pretend.address, 1, LOCKDOWN_PORT).unwrap();
    pretend.phone.unplug();
    assert_eq!(kind(&receive_mux(&mut listener).1), ("Detached", 1));
    assert!(receive(&mut tunnel).is_err(), "the tunnel ends with the cable");
    assert!(devices(pretend.address).is_empty());
    pretend.phone.plug();
    assert_eq!(kind(&receive_mux(&mut listener).1), ("Attached", 2));
    assert_eq!(devices(pretend.address), [2]);
    assert_eq!(dial(pretend.address, 1, LOCKDOWN_PORT).unwrap_err(), 2);
    assert_eq!(dial(pretend.address, 2, 50_000).unwrap_err(), 3);
}

#[test]
fn records_are_kept_and_saving_one_is_told() {
    let pretend = start(obliging());
    let udid = pretend.phone.udid();
    let record = |kind: &str| dictionary([("MessageType", kind.into()), ("PairRecordID", udid.into())]);
    let number = |reply: Dictionary| reply.get("Number").and_then(plist::Value::as_unsigned_integer);
    assert_eq!(number(mux(pretend.address, record("ReadPairRecord"))), Some(2));
    let mut listener = TcpStream::connect(pretend.address).unwrap();
    send_mux(&mut listener, 1, dictionary([("MessageType", "Listen".into())]));
    receive_mux(&mut listener);
    receive_mux(&mut listener);
    let mut save = record("SavePairRecord");
    save.insert("PairRecordData".into(), plist::Value::Data(b"record".to_vec()));
    save.insert("DeviceID".into(), 1.into());
    assert_eq!(number(mux(pretend.address, save)), Some(0));
    assert_eq!(kind(&receive_mux(&mut listener).1), ("Paired", 1));
    let read = mux(pretend.address, record("ReadPairRecord"));
    assert_eq!(read.get("PairRecordData").unwrap().as_data(), Some(&b"record"[..]));
    assert_eq!(number(mux(pretend.address, record("DeletePairRecord"))), Some(0));
    assert_eq!(number(mux(pretend.address, record("ReadPairRecord"))), Some(2));
    let mut wild = record("ReadPairRecord");
    wild.insert("PairRecordID".into(), "../phone-1/hosts".into());
    assert_eq!(number(mux(pretend.address, wild)), Some(22));
}

#[test]
fn the_old_binary_protocol_and_nonsense_are_answered() {
    let pretend = start(DeviceOptions { plugged: false, ..obliging() });
    let mut stream = TcpStream::connect(pretend.address).unwrap();
    stream.write_all(&[16, 0, 0, 0, 0, 0, 0, 0, 3, 0, 0, 0, 7, 0, 0, 0]).unwrap();
    let (tag, reply) = receive_mux(&mut stream);
    assert_eq!((tag, reply.get("Number").unwrap().as_unsigned_integer()), (7, Some(6)));
    send_mux(&mut stream, 8, dictionary([("MessageType", "Dance".into())]));
    assert_eq!(receive_mux(&mut stream).1.get("Number").unwrap().as_unsigned_integer(), Some(1));
    assert!(devices(pretend.address).is_empty());
}
