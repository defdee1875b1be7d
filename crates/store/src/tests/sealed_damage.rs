//! Sealed records that are damaged, or made to deceive: told as what they are, with and without their key.

use std::fs;

use super::sealed::fill;
use super::*;
use crate::draft::Draft;
use crate::record::HEADER;

fn overwrite(path: &Path, bytes: &[u8]) {
    let _ = fs::remove_file(path);
    fs::write(path, bytes).unwrap();
}

/// The record with both checksums put right: what a forger can do without any key.
fn forged(mut record: Vec<u8>) -> Vec<u8> {
    let head = u32::from_le_bytes(record[64..68].try_into().unwrap()) as usize;
    let check = blake3::Hasher::new().update(&record[..96]).update(&record[HEADER..HEADER + head]).finalize();
    record[96..HEADER].copy_from_slice(check.as_bytes());
    let end = record.len() - 32;
    let trailer = blake3::hash(&record[..end]);
    record[end..].copy_from_slice(trailer.as_bytes());
    record
}

/// How the only record is told: with the key if it is a version, without it if it is one that needs it.
fn told(place: &Place) -> (Option<Damage>, Option<Damage>) {
    let without = place.reopen().versions(UDID).unwrap();
    assert_eq!((without.versions.len(), without.sealed.len() + without.damaged.len()), (0, 1));
    let with = place.reopen();
    with.0.keys.add(key(1));
    let with = with.versions(UDID).unwrap();
    assert_eq!((with.sealed.len(), with.versions.len() + with.damaged.len()), (0, 1));
    let damage = |list: VersionList| list.damaged.first().map(|record| record.reason);
    (damage(without), damage(with))
}

#[test]
fn every_flipped_byte_is_damage_without_the_key_too_and_a_broken_seal_when_it_was_forged() {
    let place = Place::sealed(1);
    let head = place.backup(1);
    let path = place.record(&head);
    let good = fs::read(&path).unwrap();
    assert_eq!(told(&place), (None, None));
    let mut forgeries = 0;
    for at in 0..good.len() {
        let mut bytes = good.clone();
        bytes[at] ^= 1;
        overwrite(&path, &bytes);
        let (without, with) = told(&place);
        assert!(without.is_some() && with.is_some(), "byte {at}");
        // Base, session, store, lengths, head and list are all sealed with the rest.
        let sums = (96..HEADER).contains(&at) || at >= good.len() - 32;
        let key_id = (HEADER..HEADER + 32).contains(&at);
        if at >= 24 && !(64..68).contains(&at) && !(72..80).contains(&at) && !sums && !key_id {
            overwrite(&path, &forged(bytes));
            let (_, with) = told(&place);
            assert!(with.is_some(), "byte {at}");
            forgeries += u32::from(with == Some(Damage::Seal));
        }
    }
    assert!(forgeries > 1000, "{forgeries}");
    // Another number: the place fits, the seal does not.
    let mut moved = good.clone();
    moved[16] = 2;
    let other = path.with_file_name(head.file.replace("000001", "000002"));
    fs::rename(&path, path.with_extension("away")).unwrap();
    overwrite(&other, &forged(moved));
    assert_eq!(told(&place), (None, Some(Damage::Seal)));
}

#[test]
fn every_torn_length_of_a_sealed_record_is_found_without_the_key() {
    let place = Place::sealed(1);
    let head = place.backup(1);
    let path = place.record(&head);
    let good = fs::read(&path).unwrap();
    for length in 0..good.len() {
        for torn in [good[..length].to_vec(), [&good[..length], &vec![0; good.len() - length]].concat()] {
            if torn != good {
                overwrite(&path, &torn);
                assert!(told(&place).0.is_some(), "{length}");
            }
        }
    }
}

#[test]
fn a_torn_newest_record_is_put_aside_with_the_key_and_by_nobody_without_it() {
    let place = Place::sealed(1);
    place.backup(1);
    let head = place.backup(2);
    let path = place.record(&head);
    let good = fs::read(&path).unwrap();
    overwrite(&path, &good[..good.len() - 1]);
    let store = place.reopen();
    assert!(matches!(store.begin(UDID, &place.sessions, Base::Newest), Err(Error::KeyNeeded { .. })));
    assert!(path.exists());
    store.unlock(key(1)).unwrap();
    let mut session = store.begin(UDID, &place.sessions, Base::Newest).unwrap();
    assert_eq!(session.newest().unwrap().seq, 1);
    fill(&mut session, 3);
    assert_eq!(session.commit(commit()).unwrap().seq, 3);
    assert_eq!(store.versions(UDID).unwrap().damaged[0].file, format!("quarantine/{}", head.file));
}

/// Who has the key may have been deceived, too: a list that breaks a rule is refused however well it is sealed.
#[test]
fn a_sealed_list_keeps_the_rules_of_any_other() {
    let place = Place::sealed(1);
    let head = place.backup(1);
    for (list, unpacked, expected) in
        [(vec![0; 64 << 20], 66, Damage::List), (vec![0; 10], 10, Damage::List), (vec![0; 10], u64::MAX, Damage::Limit)]
    {
        let packed = zstd::encode_all(&list[..], 1).unwrap();
        let (session, store) = (uuid::Uuid::from_u128(1), place.store.0.uuid);
        let draft = Draft { version: &head, base: 0, session, store, packed: &packed, unpacked, entries: 1 };
        let pieces = draft.pieces(Some(&key(1))).unwrap();
        overwrite(&place.record(&head), &[&pieces.front[..], &pieces.list, &pieces.trailer].concat());
        assert_eq!(told(&place).1, Some(expected));
    }
}

#[test]
fn a_list_of_several_parts_is_read_to_its_end() {
    let place = Place::sealed(1);
    let mut session = place.begin(Base::Newest);
    for number in 0..3000u32 {
        put(&mut session, &format!("{}", blake3::hash(&number.to_le_bytes())), &number.to_le_bytes());
    }
    let head = session.commit(commit()).unwrap();
    let version = place.store.version(UDID, head.seq).unwrap();
    assert!(version.0.header.packed > 2 * 65_552, "{}", version.0.header.packed);
    assert_eq!(contents(&version).len(), 3000);
    let store = place.reopen();
    store.unlock(key(1)).unwrap();
    assert_eq!(contents(&store.version(UDID, 1).unwrap()).len(), 3000);
    // The number of entries is told in the open, names are not; and no two records are sealed alike.
    let (path, again) = (place.record(&head), place.begin(Base::Newest).commit(commit()).unwrap());
    let (first, second) = (fs::read(path).unwrap(), fs::read(place.record(&again)).unwrap());
    assert_eq!(first[..16], second[..16]);
    assert_ne!(first[HEADER + 32..HEADER + 48], second[HEADER + 32..HEADER + 48], "the nonce");
}
