//! The decoders of `crates/backup`: what a backup folder holds besides SQLite.

use backup::{archive, fuzzing, plists};

/// A list of files of iOS 5 to 9.
pub fn mbdb(bytes: &[u8]) {
    let (stats, whole) = fuzzing::mbdb(bytes.strip_prefix(b"mbdb\x05\0").unwrap_or(bytes));
    assert!(stats.iter().all(Option::is_some), "what was read once is read again");
    assert!(whole || !bytes.is_empty());
}

/// A key bag, opened with the password of the seeds.
pub fn keybag(bytes: &[u8]) {
    if let Ok((id, _)) = fuzzing::keybag(bytes, "seed") {
        assert!(id.len() % 2 == 0 && id.bytes().all(|digit| digit.is_ascii_hexdigit()));
    }
}

/// The record of a file in Manifest.db: a keyed archive.
pub fn mbfile(bytes: &[u8]) {
    if let Some(stat) = fuzzing::file_record(bytes) {
        assert!(stat.modified != Some(0) && stat.birth != Some(0), "0 stands for none");
    }
    let _ = archive::unarchive(bytes);
}

/// A property list, in either encoding.
pub fn plists(bytes: &[u8]) {
    let Ok(value) = plists::parse(bytes) else { return };
    let _ = archive::unarchive_value(&value);
    let mut again = Vec::new();
    if bytes.starts_with(b"bplist") && value.to_writer_binary(&mut again).is_ok() {
        // The caps grow with the bytes, and without what nothing refers to they are fewer.
        assert!(matches!(plists::parse(&again), Ok(_) | Err(plists::PlistError::TooBig)));
    }
}

/// An item of the keychain: sealed, and behind its seal.
pub fn keychain(bytes: &[u8]) {
    fuzzing::keychain_item(bytes);
    for group in ["genp", "inet", "cert"] {
        let _ = fuzzing::keychain_secret(group, bytes);
    }
}
