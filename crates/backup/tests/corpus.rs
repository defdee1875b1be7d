//! Hostile bytes, replayed.

#[path = "../../../fuzz/src/replay.rs"]
mod replay;
#[path = "../../../fuzz/src/backup.rs"]
mod targets;

use replay::replay;

#[test]
fn mbdb() {
    replay("mbdb", targets::mbdb);
}

#[test]
fn keybag() {
    replay("keybag", targets::keybag);
}

#[test]
fn mbfile() {
    replay("mbfile", targets::mbfile);
}

#[test]
fn plists() {
    replay("plists", targets::plists);
}

#[test]
fn keychain() {
    replay("keychain", targets::keychain);
}

/// Seeds that fail at the first byte would find nothing.
#[test]
fn the_seeds_reach_the_inside() {
    use backup::fuzzing;
    let opens = |bag: &[u8]| fuzzing::keybag(bag, "seed").unwrap().1;
    assert!(opens(include_bytes!("../../../fuzz/corpus/keybag/opens")));
    assert!(opens(include_bytes!("../../../fuzz/corpus/keybag/one-derivation")));
    assert!(!opens(include_bytes!("../../../fuzz/corpus/keybag/wrong-key")));
    assert!(fuzzing::keychain_item(include_bytes!("../../../fuzz/corpus/keychain/sealed")));
    let wifi = fuzzing::keychain_secret("genp", include_bytes!("../../../fuzz/corpus/keychain/wifi")).unwrap();
    assert_eq!(wifi.as_str(), "secret");
    let stat = fuzzing::file_record(include_bytes!("../../../fuzz/corpus/mbfile/encrypted")).unwrap();
    assert_eq!((stat.size, stat.has_key), (5, true));
    let (stats, whole) = fuzzing::mbdb(&include_bytes!("../../../fuzz/corpus/mbdb/kinds")[6..]);
    assert_eq!((stats.len(), whole), (3, true));
}
