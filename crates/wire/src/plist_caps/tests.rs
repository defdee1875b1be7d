use super::*;
use crate::frame;
use plist::{Dictionary, Value};
use std::time::{Duration, Instant};

/// A binary property list of these objects, with offsets of two bytes and references of one.
fn binary(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = b"bplist00".to_vec();
    let mut offsets = Vec::new();
    for object in objects {
        offsets.extend(u16::try_from(bytes.len()).unwrap().to_be_bytes());
        bytes.extend(object);
    }
    let mut trailer = [0; TRAILER];
    (trailer[6], trailer[7], trailer[15]) = (2, 1, u8::try_from(objects.len()).unwrap());
    trailer[24..].copy_from_slice(&(bytes.len() as u64).to_be_bytes());
    bytes.extend(offsets);
    bytes.extend(trailer);
    bytes
}

/// Arrays in each other, `depth` of them.
fn nested(depth: u8) -> Vec<u8> {
    let mut objects: Vec<Vec<u8>> = (1..=depth).map(|next| vec![0xA1, next]).collect();
    objects.push(vec![0x09]);
    binary(&objects)
}

fn xml_nested(open: &str, close: &str, depth: usize) -> Vec<u8> {
    format!("<plist version=\"1.0\">{}<true/>{}</plist>", open.repeat(depth), close.repeat(depth)).into_bytes()
}

#[test]
fn binary_depth_ends_at_the_cap() {
    assert!(matches!(frame::decode(&nested(128)), Ok(Value::Array(_))));
    assert!(matches!(frame::decode(&nested(129)), Err(Error::PlistTooDeep { limit: 128 })));
    let itself = binary(&[vec![0xA1, 0]]);
    assert!(matches!(frame::decode(&itself), Err(Error::PlistTooDeep { limit: 128 })));
}

#[test]
fn shared_objects_do_not_explode() {
    // Each of 30 arrays holds the next one twice: 2^30 values from 150 bytes.
    let mut objects: Vec<Vec<u8>> = (1..=30).map(|next| vec![0xA2, next, next]).collect();
    objects.push(vec![0x09]);
    assert!(matches!(check(&binary(&objects)), Err(Error::PlistTooMuch)));

    // One text of 10,000 bytes, 250 times over, four times over, in few values.
    let list = |count: u8, of: u8| [vec![0xAF, 0x10, count], vec![of; count.into()]].concat();
    let text = [vec![0x5F, 0x11], 10_000u16.to_be_bytes().to_vec(), vec![b'x'; 10_000]].concat();
    let bomb = binary(&[list(4, 1), list(250, 2), text]);
    assert!(matches!(check(&bomb), Err(Error::PlistTooMuch)));
}

#[test]
fn binary_that_points_outside_itself_is_damaged() {
    let good = binary(&[vec![0xA1, 1], vec![0x09]]);
    assert!(check(&good).is_ok());
    for (object, why) in [
        (vec![0xA1, 2], "a reference past the objects"),
        (vec![0xAF, 0x13, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], "a wild count"),
        (vec![0x5F, 0x20], "a count that is none"),
    ] {
        assert!(matches!(check(&binary(&[object, vec![0x09]])), Err(Error::PlistDamaged)), "{why}");
    }
    let mut many = good.clone();
    let at = many.len() - TRAILER + 8;
    many[at] = 0x7F;
    assert!(matches!(check(&many), Err(Error::PlistDamaged)));
    for length in 0..good.len() {
        assert!(frame::decode(&good[..length]).is_err(), "{length}");
    }
    for at in 0..good.len() {
        for value in [0x00, 0x0F, 0x7F, 0xA1, 0xDF, 0xFF] {
            let mut changed = good.clone();
            changed[at] = value;
            let _ = frame::decode(&changed);
        }
    }
}

#[test]
fn xml_depth_ends_at_the_cap() {
    // The `plist` element and the innermost value count too.
    assert!(matches!(frame::decode(&xml_nested("<array>", "</array>", 127)), Ok(Value::Array(_))));
    for (open, close) in [
        ("<array>", "</array>"),
        ("<dict><key>a</key>", "</dict>"),
        ("<array ><!--</array>-->", "</array >"),
        ("<array><?x > </array> ?>", "</array>"),
        ("<x:array>", "</x:array>"),
    ] {
        let deep = xml_nested(open, close, 200_000);
        assert!(matches!(frame::decode(&deep), Err(Error::PlistTooDeep { limit: 128 })), "{open}");
    }
    // Sections are no tags: this is flat.
    let flat =
        format!("<plist><array><!--{0}--><string><![CDATA[{0}]]></string></array></plist>", "<dict>".repeat(500));
    assert_eq!(frame::decode(flat.as_bytes()).unwrap().as_array().map(Vec::len), Some(1));
}

#[test]
fn tags_that_hide_tags_are_refused() {
    for open in ["<array a=\"</array>\">", "<array a=\"></array>\">", "<array a='\"' b=\"''></array>\">"] {
        assert!(matches!(check(&xml_nested(open, "</array>", 200)), Err(Error::PlistDamaged)), "{open}");
    }
    let entities = b"<!DOCTYPE plist [<!ENTITY a \"</array>\">]><plist><true/></plist>";
    assert!(matches!(check(entities), Err(Error::PlistDamaged)));
}

#[test]
fn old_style_text_is_no_property_list() {
    assert!(matches!(frame::decode(&b"(".repeat(100_000)), Err(Error::Plist(_))));
    assert!(frame::decode(b"( a, b )").is_err());
}

#[test]
fn a_large_list_of_moves_passes_quickly() {
    let moves: Dictionary = (0..30_000)
        .map(|n| format!("{:02x}/{n:040x}", n % 256))
        .map(|file| (format!("UDID/Snapshot/{file}"), Value::from(format!("UDID/{file}"))))
        .collect();
    let message = Value::Array(vec!["DLMessageMoveItems".into(), Value::Dictionary(moves), 1.0.into()]);
    for frame in [frame::encode_binary(&message).unwrap(), frame::encode_xml(&message).unwrap()] {
        let began = Instant::now();
        check(&frame[4..]).unwrap();
        assert!(began.elapsed() < Duration::from_secs(2), "{:?}", began.elapsed());
        assert!(frame::decode(&frame[4..]).unwrap() == message);
    }
}
