use std::fs;
use std::path::Path;

use super::*;

/// Writes over a read-only file.
fn overwrite(path: &Path, bytes: &[u8]) {
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
}

#[test]
fn every_flipped_bit_of_the_newest_record_is_found() {
    let place = Place::new();
    place.version(&[("a", b"1")]);
    let head = place.version(&[("a", b"1"), ("b", b"22")]);
    let path = place.record(&head);
    let good = fs::read(&path).unwrap();
    for place_in_file in 0..good.len() {
        let mut bytes = good.clone();
        bytes[place_in_file] ^= 1 << (place_in_file % 8);
        overwrite(&path, &bytes);
        let store = place.reopen();
        let list = store.versions(UDID).unwrap();
        assert_eq!(list.versions.len(), 1, "byte {place_in_file}");
        assert_eq!(list.damaged.len(), 1, "byte {place_in_file}");
        assert_eq!(list.damaged[0].file, head.file);
        assert!(matches!(store.version(UDID, 2), Err(Error::RecordDamaged { .. })), "byte {place_in_file}");
        assert_eq!(contents(&store.version(UDID, 1).unwrap())["a"], b"1");
    }
    overwrite(&path, &good);
    assert_eq!(place.reopen().versions(UDID).unwrap().versions.len(), 2);
}

#[test]
fn every_torn_length_of_a_record_is_found() {
    let place = Place::new();
    let head = place.version(&[("a", b"1")]);
    let path = place.record(&head);
    let good = fs::read(&path).unwrap();
    for length in 0..good.len() {
        // Cut short, and full length with the rest never written.
        for torn in [good[..length].to_vec(), [&good[..length], &vec![0; good.len() - length]].concat()] {
            if torn == good {
                continue;
            }
            overwrite(&path, &torn);
            let list = place.reopen().versions(UDID).unwrap();
            assert_eq!((list.versions.len(), list.damaged.len()), (0, 1), "{length}");
        }
    }
}

#[test]
fn a_flipped_bit_in_an_older_list_is_found_when_it_is_read() {
    let place = Place::new();
    let head = place.version(&[("a", b"1")]);
    place.version(&[("a", b"2")]);
    let path = place.record(&head);
    let mut bytes = fs::read(&path).unwrap();
    let end = bytes.len();
    bytes[end - 40] ^= 4;
    overwrite(&path, &bytes);
    let store = place.reopen();
    assert_eq!(store.verify_records(UDID).unwrap().damaged[0].reason, Damage::Checksum);
    let store = place.reopen();
    assert_eq!(store.versions(UDID).unwrap().versions.len(), 2, "heads are whole");
    let Err(Error::RecordDamaged { damage: Damage::Checksum, .. }) = store.version(UDID, 1) else { panic!() };
    assert_eq!(store.versions(UDID).unwrap().damaged.len(), 1, "from now on it is known");
    assert_eq!(contents(&store.version(UDID, 2).unwrap())["a"], b"2");
}

#[test]
fn a_damaged_newest_record_is_put_aside_and_its_number_not_used_again() {
    let place = Place::new();
    place.version(&[("a", b"1")]);
    let head = place.version(&[("a", b"2")]);
    let path = place.record(&head);
    let bytes = fs::read(&path).unwrap();
    overwrite(&path, &bytes[..bytes.len() - 1]);
    let store = place.reopen();
    let mut session = store.begin(UDID, &place.sessions, Base::Newest).unwrap();
    assert_eq!(session.newest().unwrap().seq, 1);
    assert_eq!(read_all(session.open("a").unwrap()).unwrap(), b"1");
    put(&mut session, "a", b"3");
    assert_eq!(session.commit(commit()).unwrap().seq, 3);
    let list = store.versions(UDID).unwrap();
    assert_eq!(list.versions.iter().map(|head| head.seq).collect::<Vec<_>>(), [1, 3]);
    assert_eq!(list.damaged[0].file, format!("quarantine/{}", head.file));
    assert_eq!(list.damaged[0].reason, Damage::WrongLength);
}

/// The test of the tests: a record whose objects did not reach the disk must be noticed.
#[test]
fn a_record_without_its_objects_is_noticed() {
    let place = Place::new();
    place.version(&[("keep", b"fine")]);
    for (number, break_it) in
        [|path: &Path| fs::remove_file(path).unwrap(), |path: &Path| overwrite(path, b"")].into_iter().enumerate()
    {
        let text = format!("lost {number}");
        place.version(&[("keep", b"fine"), ("lost", text.as_bytes())]);
        break_it(&place.object(text.as_bytes()));
        let seq = number as u64 + 2;
        let version = place.reopen().version(UDID, seq).unwrap();
        assert!(matches!(version.open("lost"), Err(Error::ObjectDamaged { .. })));
        for depth in [Depth::Presence, Depth::Bytes] {
            let found = version.verify(depth, &mut |_, _| ControlFlow::Continue(()));
            assert_eq!(found.damaged.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["lost"]);
            assert_eq!(found.files, 2);
        }
        assert!(verify(&place.reopen().version(UDID, 1).unwrap()).damaged.is_empty());
    }
}

#[test]
fn changed_bytes_of_the_same_length_are_noticed_by_hashing() {
    let place = Place::new();
    place.version(&[("a", b"good"), ("b", b"good"), ("c", b"fine")]);
    overwrite(&place.object(b"good"), b"gooD");
    let version = place.store.version(UDID, 1).unwrap();
    let found = verify(&version);
    assert_eq!(found.damaged.iter().map(|file| file.path.as_str()).collect::<Vec<_>>(), ["a", "b"]);
    assert_eq!(found.damaged[0].damage, ObjectDamage::WrongBytes);
    assert_eq!(found.bytes, 8);
    let presence = version.verify(Depth::Presence, &mut |_, _| ControlFlow::Continue(()));
    assert!(presence.damaged.is_empty());
    assert!(version.verify(Depth::Bytes, &mut |_, _| ControlFlow::Break(())).stopped);
}

#[test]
fn an_object_that_vanished_before_the_commit_stops_it() {
    let place = Place::new();
    place.version(&[("a", b"1")]);
    let mut session = place.begin(Base::Newest);
    put(&mut session, "b", b"22");
    session.pool.drain().unwrap();
    fs::remove_file(place.object(b"22")).unwrap();
    assert!(matches!(session.commit(commit()), Err(Error::ObjectDamaged { path, .. }) if path == "b"));
    assert_eq!(place.store.versions(UDID).unwrap().versions.len(), 1);
    // The content comes again, and all is well.
    let mut session = place.begin(Base::Resume);
    put(&mut session, "b", b"22");
    assert_eq!(session.commit(commit()).unwrap().seq, 2);
}

#[test]
fn content_sent_again_heals_a_damaged_object() {
    let place = Place::new();
    place.version(&[("a", b"good")]);
    fs::remove_file(place.object(b"good")).unwrap();
    let mut session = place.begin(Base::Empty);
    put(&mut session, "a", b"good");
    session.commit(commit()).unwrap();
    assert!(verify(&place.store.version(UDID, 1).unwrap()).damaged.is_empty());
}

#[test]
fn records_of_newer_releases_are_left_alone() {
    let place = Place::new();
    let head = place.version(&[("a", b"1")]);
    let path = place.record(&head);
    let good = fs::read(&path).unwrap();
    // The format, a flag, the codec of head and list.
    for at in [8, 12, 15, 68, 69] {
        let mut bytes = good.clone();
        bytes[at] += 1;
        overwrite(&path, &bytes);
        let store = place.reopen();
        assert_eq!(store.versions(UDID).unwrap().damaged[0].reason, Damage::NewerFormat);
        let begun = store.begin(UDID, &place.sessions, Base::Newest);
        assert!(matches!(begun, Err(Error::RecordDamaged { damage: Damage::NewerFormat, .. })), "{at}");
        assert!(path.exists());
    }
}

#[test]
fn a_record_in_the_wrong_place_is_no_version() {
    let place = Place::new();
    let head = place.version(&[("a", b"1")]);
    let versions = place.store.0.layout.versions(UDID);
    fs::copy(place.record(&head), versions.join("000009-20261122T2149Z.ver")).unwrap();
    fs::copy(place.record(&head), versions.join("000001-19990101T0000Z.ver")).unwrap();
    let list = place.reopen().versions(UDID).unwrap();
    assert_eq!(list.versions.iter().map(|head| head.seq).collect::<Vec<_>>(), [1]);
    let reasons: Vec<_> = list.damaged.iter().map(|record| record.reason).collect();
    assert_eq!(reasons, [Damage::WrongPlace, Damage::DuplicateNumber]);
}

#[test]
#[cfg(unix)]
fn links_in_the_store_are_not_followed() {
    let place = Place::new();
    let head = place.version(&[("a", b"good")]);
    let object = place.object(b"good");
    let outside = place.folder.path().join("outside");
    fs::write(&outside, b"good").unwrap();
    fs::remove_file(&object).unwrap();
    std::os::unix::fs::symlink(&outside, &object).unwrap();
    assert!(matches!(place.store.version(UDID, 1).unwrap().open("a"), Err(Error::ObjectDamaged { .. })));
    let record = place.record(&head);
    fs::rename(&record, &outside).unwrap();
    std::os::unix::fs::symlink(&outside, &record).unwrap();
    assert_eq!(place.reopen().versions(UDID).unwrap().damaged[0].reason, Damage::NotARecord);
}

#[test]
fn a_record_of_another_device_stops_the_writer_and_stays() {
    let place = Place::new();
    let mut other = place.store.begin("OTHER-DEVICE", &place.sessions, Base::Newest).unwrap();
    put(&mut other, "a", b"other");
    let other = other.commit(commit()).unwrap();
    let theirs = place.store.0.layout.versions("OTHER-DEVICE").join(&other.file);
    place.version(&[("a", b"1")]);
    let strange = place.store.0.layout.versions(UDID).join("000002-20261122T2149Z.ver");
    fs::copy(&theirs, &strange).unwrap();
    let bytes = fs::read(&strange).unwrap();
    let Err(Error::RecordDamaged { path, damage }) = place.reopen().begin(UDID, &place.sessions, Base::Newest) else {
        panic!("a session began over the record of another device");
    };
    assert_eq!((path, damage), (strange.clone(), Damage::WrongPlace));
    assert_eq!(fs::read(&strange).unwrap(), bytes);
    assert_eq!(fs::read_dir(place.store.0.layout.quarantine(UDID)).unwrap().count(), 0);
    assert_eq!(contents(&place.store.version("OTHER-DEVICE", 1).unwrap())["a"], b"other");
}

#[test]
fn a_record_under_a_wrong_number_is_passed_over_and_stays() {
    let place = Place::new();
    let head = place.version(&[("a", b"1")]);
    let copy = place.store.0.layout.versions(UDID).join("000009-20261122T2149Z.ver");
    fs::copy(place.record(&head), &copy).unwrap();
    let session = place.reopen().begin(UDID, &place.sessions, Base::Newest).unwrap();
    assert_eq!(session.newest().unwrap().seq, 1);
    assert!(copy.exists());
    assert_eq!(session.commit(commit()).unwrap().seq, 10);
    assert_eq!(fs::read_dir(place.store.0.layout.quarantine(UDID)).unwrap().count(), 0);
}

/// The content of the version before is no less part of the new one: it is looked for, too.
#[test]
fn a_carried_over_object_that_is_gone_or_cut_short_stops_the_commit() {
    type Break = fn(&Path);
    let breaks: [(Break, ObjectDamage); 2] = [
        (|path| fs::remove_file(path).unwrap(), ObjectDamage::Missing),
        (|path| overwrite(path, b"12"), ObjectDamage::WrongLength { expected: 3, found: 2 }),
    ];
    for (break_it, expected) in breaks {
        let place = Place::new();
        place.version(&[("folder/carried", b"123"), ("other", b"fine")]);
        let mut session = place.begin(Base::Newest);
        put(&mut session, "new", b"22");
        break_it(&place.object(b"123"));
        let Err(Error::ObjectDamaged { path, damage }) = session.commit(commit()) else { panic!("{expected:?}") };
        assert_eq!((path.as_str(), damage), ("folder/carried", expected));
        let names = crate::store::names_in(&place.store.0.layout.versions(UDID)).unwrap();
        assert_eq!(names, ["000001-20261122T2149Z.ver"], "nothing was committed, no claim is left");
        // The session was kept; the content comes again, and all is well.
        let mut session = place.begin(Base::Resume);
        assert!(session.resumed());
        assert_eq!(read_all(session.open("new").unwrap()).unwrap(), b"22");
        put(&mut session, "folder/carried", b"123");
        assert_eq!(session.commit(commit()).unwrap().seq, 2);
        assert!(verify(&place.store.version(UDID, 2).unwrap()).damaged.is_empty());
    }
}

#[test]
fn content_that_does_not_become_part_of_the_version_may_be_gone() {
    let place = Place::new();
    place.version(&[("keep", b"fine"), ("out/a", b"gone 1"), ("removed", b"gone 2")]);
    let mut session = place.begin(Base::Newest);
    session.remove("removed").unwrap();
    for gone in [b"gone 1", b"gone 2"] {
        fs::remove_file(place.object(gone)).unwrap();
    }
    let head = session.commit(Commit { leave_out: vec!["out".into()], ..commit() }).unwrap();
    assert_eq!((head.seq, head.files, head.bytes), (2, 1, 4));
}
