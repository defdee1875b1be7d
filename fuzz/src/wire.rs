//! The decoders of `crates/wire`, as `device` and `simulator` use them.

use plist::Value;
use wire::devicelink::{self, Message};
use wire::{frame, lockdown, path};

/// Messages of usbmuxd, one after another.
pub fn usbmux(mut bytes: &[u8]) {
    use wire::usbmux::{HEADER, Header, encode_value, normalise_udid};
    while let Some((header, rest)) = bytes.split_first_chunk::<HEADER>() {
        let Ok(header) = Header::decode(*header) else { return };
        let Some((body, rest)) = rest.split_at_checked(header.body()) else { return };
        bytes = rest;
        let Ok(value) = frame::decode(body) else { continue };
        if let Ok(again) = encode_value(header.tag, &value) {
            let head = again.first_chunk::<HEADER>().expect("a message begins with its header");
            assert_eq!(Header::decode(*head).ok().map(|head| head.body() + HEADER), Some(again.len()));
        }
        let serial = value.as_dictionary().and_then(|fields| fields.get("SerialNumber")).and_then(Value::as_string);
        if let Some(serial) = serial {
            assert!(normalise_udid(serial).len() <= serial.len() + 1);
        }
    }
}

/// Property lists of lockdown and the services, one after another, in either encoding.
pub fn lockdown(mut bytes: &[u8]) {
    while let Some(value) = next_frame(&mut bytes, frame::SERVICE_LIMIT) {
        let error = value.as_dictionary().and_then(|fields| fields.get("Error")).and_then(Value::as_string);
        if let Some(error) = error {
            assert_eq!(lockdown::Failure::named(error).map(lockdown::Failure::name).unwrap_or(error), error);
        }
    }
}

/// A backup session: messages, and behind each that announces files the files.
pub fn devicelink(mut bytes: &[u8]) {
    while let Some(value) = next_frame(&mut bytes, frame::BACKUP_LIMIT) {
        match Message::parse(value) {
            Ok(Message::UploadFiles { .. }) => {
                if files(&mut bytes).is_none() {
                    return;
                }
            }
            Ok(Message::DownloadFiles { paths, .. } | Message::RemoveItems { paths, .. }) => {
                paths.iter().for_each(|path| stays_inside(path));
            }
            Ok(Message::MoveItems { moves, .. }) => {
                for (from, to) in &moves {
                    stays_inside(from);
                    stays_inside(to);
                }
            }
            Ok(Message::CreateDirectory { path } | Message::ContentsOfDirectory { path }) => stays_inside(&path),
            Ok(_) | Err(_) => {}
        }
    }
}

/// Packets of the file service, one after another.
pub fn afc(mut bytes: &[u8]) {
    use wire::afc::{HEADER, Header, encode, path, strings};
    while let Some((header, rest)) = bytes.split_first_chunk::<HEADER>() {
        let Ok(header) = Header::decode(*header) else { return };
        let Some((arguments, rest)) = rest.split_at_checked(header.arguments()) else { return };
        let Some((payload, rest)) = rest.split_at_checked(header.payload()) else { return };
        bytes = rest;
        if let Ok(path) = path(arguments) {
            assert!(!path.contains('\0'));
        }
        assert!(strings(payload).all(|text| !text.contains(&0)));
        let again = encode(header.number, header.operation, arguments, payload);
        let head = again.first_chunk::<HEADER>().expect("a packet begins with its header");
        assert_eq!(Header::decode(*head).ok(), Some(header));
    }
}

/// The next frame's property list; `None` at the end or at a wild length.
fn next_frame(bytes: &mut &[u8], limit: u32) -> Option<Value> {
    loop {
        let (prefix, rest) = bytes.split_first_chunk::<4>()?;
        let (body, rest) = rest.split_at_checked(frame::length(*prefix, limit).ok()?)?;
        *bytes = rest;
        if let Ok(value) = frame::decode(body) {
            return Some(value);
        }
    }
}

/// A batch of files; `None` when it is cut or out of step.
fn files(bytes: &mut &[u8]) -> Option<()> {
    loop {
        for _ in 0..2 {
            let length = u32::from_be_bytes(*take(bytes, 4)?.first_chunk()?);
            if length == 0 {
                return Some(());
            }
            if let Ok(path) = std::str::from_utf8(take(bytes, length as usize)?) {
                stays_inside(path);
            }
        }
        while let Some(length) = devicelink::block_length(*take(bytes, 4)?.first_chunk()?).ok()? {
            let code = take(bytes, 1)?[0];
            take(bytes, length)?;
            if code != devicelink::block::DATA {
                break;
            }
        }
    }
}

fn take<'a>(bytes: &mut &'a [u8], length: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(length)?;
    *bytes = rest;
    Some(taken)
}

fn stays_inside(path: &str) {
    if let Ok(inside) = path::inside(path, "U") {
        assert!(inside.len() <= path::LIMIT && !inside.starts_with('/') && !inside.contains('\0'));
        assert!(inside.is_empty() || inside.split('/').all(|part| !matches!(part, "" | "." | "..")));
    }
}
