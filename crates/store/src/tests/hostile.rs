//! Records made to do harm: their checksums are right, their content is not.

use uuid::Uuid;

use super::*;
use crate::draft::Draft;

fn entry(path: &[u8], kind: u8, codec: u8, carried: &[u8]) -> Vec<u8> {
    let mut bytes = (path.len() as u16).to_le_bytes().to_vec();
    bytes.extend([kind, codec]);
    bytes.extend((carried.len() as u32).to_le_bytes());
    bytes.extend((carried.len() as u64).to_le_bytes());
    bytes.extend([0; 16]);
    bytes.extend(blake3::hash(carried).as_bytes());
    bytes.extend(path);
    bytes.extend(carried);
    bytes
}

/// Writes a well-signed record over these list bytes; `unpacked` and `entries` as it claims them.
fn plant(place: &Place, list: &[u8], unpacked: u64, entries: u64) {
    let file = "000001-20261122T2149Z.ver".to_owned();
    let version = VersionHead {
        udid: UDID.into(),
        seq: 1,
        file,
        made: 0,
        files: 1,
        bytes: 1,
        new_bytes: 1,
        notes: BTreeMap::new(),
    };
    let packed = zstd::encode_all(list, 1).unwrap();
    let (session, store) = (Uuid::from_u128(1), Uuid::from_u128(2));
    let draft = Draft { version: &version, base: 0, session, store, packed: &packed, unpacked, entries };
    let pieces = draft.pieces(None).unwrap();
    let path = place.record(&version);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, [&pieces.front[..], &pieces.list, &pieces.trailer].concat()).unwrap();
}

fn reason(place: &Place) -> Option<Damage> {
    place.reopen().versions(UDID).unwrap().damaged.first().map(|record| record.reason)
}

#[test]
fn lists_that_break_a_rule_are_refused() {
    let place = Place::new();
    let good = entry(b"a", 0, 1, b"x");
    let plant_list = |list: &[u8], entries| plant(&place, list, list.len() as u64, entries);
    plant_list(&good, 1);
    assert_eq!(reason(&place), None);
    let two = |first: &[u8], second: &[u8]| [entry(first, 0, 1, b"x"), entry(second, 0, 1, b"x")].concat();
    for list in
        [two(b"b", b"a"), two(b"a", b"a"), two(b"", b"a"), two(b"../a", b"b"), two(b"/a", b"b"), two(b"a", b"\xff")]
    {
        plant_list(&list, 2);
        assert_eq!(reason(&place), Some(Damage::List), "{list:?}");
    }
    plant_list(&entry(b"a", 7, 0, b""), 1);
    assert_eq!(reason(&place), Some(Damage::List));
    // More and fewer entries than claimed, more and fewer bytes than claimed.
    for (unpacked, entries) in [(good.len(), 2), (good.len(), 0), (good.len() - 1, 1), (good.len() + 1, 1), (0, 1)] {
        plant(&place, &good, unpacked as u64, entries);
        assert_eq!(reason(&place), Some(Damage::List), "{unpacked} {entries}");
    }
    for (unpacked, entries) in [(u64::MAX, 1), (1 << 40, 1), (66, u64::MAX), (66, 1 << 40)] {
        plant(&place, &good, unpacked, entries);
        assert_eq!(reason(&place), Some(Damage::Limit));
    }
    let mut long = good.clone();
    long[..2].copy_from_slice(&u16::MAX.to_le_bytes());
    plant_list(&long, 1);
    assert_eq!(reason(&place), Some(Damage::Limit));
    let mut greedy = good.clone();
    greedy[4..8].copy_from_slice(&u32::MAX.to_le_bytes());
    plant_list(&greedy, 1);
    assert_eq!(reason(&place), Some(Damage::Limit));
    let mut unequal = good.clone();
    unequal[8] += 1;
    plant_list(&unequal, 1);
    assert_eq!(reason(&place), Some(Damage::List));
}

#[test]
fn a_bomb_is_not_unpacked() {
    let place = Place::new();
    plant(&place, &vec![0; 64 << 20], 66, 1);
    assert_eq!(reason(&place), Some(Damage::List));
}

#[test]
fn content_of_an_unknown_codec_is_listed_and_carried_on() {
    let place = Place::new();
    let list = [entry(b"Manifest.db", 0, 9, b"delta of something"), entry(b"z", 0, 1, b"x")].concat();
    plant(&place, &list, list.len() as u64, 2);
    let version = place.reopen().version(UDID, 1).unwrap();
    assert_eq!(version.get("Manifest.db").unwrap().size, 18);
    assert_eq!(version.local_path("Manifest.db"), None);
    assert!(matches!(version.open("Manifest.db"), Err(Error::UnknownCodec { codec: 9, .. })));
    assert_eq!(verify(&version).unknown, 1);
    place.begin(Base::Newest).commit(commit()).unwrap();
    let next = place.store.version(UDID, 2).unwrap();
    assert!(matches!(next.open("Manifest.db"), Err(Error::UnknownCodec { codec: 9, .. })));
    assert_eq!(next.files().carried(0), b"delta of something");
}

#[test]
fn no_change_of_a_list_makes_a_reader_panic() {
    let place = Place::new();
    let good = [entry(b"a", 0, 0, b""), entry(b"a/b", 0, 1, b"inside"), entry(b"c", 1, 0, b"")].concat();
    let mut seed = 88_172_645_463_325_252u64;
    let mut whole = 0;
    for _ in 0..2000 {
        let mut list = good.clone();
        for _ in 0..3 {
            seed ^= seed << 13;
            seed ^= seed >> 7;
            seed ^= seed << 17;
            let at = seed as usize % list.len();
            list[at] = (seed >> 32) as u8;
        }
        plant(&place, &list, list.len() as u64, 3);
        if let Ok(version) = place.reopen().version(UDID, 1) {
            whole += 1;
            for path in ["a", "a/b", "c", ""] {
                let _ = (version.get(path), version.open(path), version.list(path));
            }
            verify(&version);
        }
    }
    assert!(whole > 100, "{whole}");
}

#[test]
fn types_cross_threads() {
    fn send<T: Send>() {}
    fn sync<T: Sync>() {}
    send::<(Store, Version, Session, FileWriter)>();
    sync::<(Store, Version)>();
}
