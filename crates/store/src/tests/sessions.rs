use std::io::{Read, Write};

use super::*;
use crate::writer::LARGEST_HELD;

#[test]
fn one_session_per_device() {
    let place = Place::new();
    let session = place.begin(Base::Newest);
    let again = place.reopen().begin(UDID, &place.sessions, Base::Newest);
    assert!(matches!(again, Err(Error::DeviceBusy { .. })));
    // Another computer is one with another sessions folder.
    let elsewhere = place.reopen().begin(UDID, &place.folder.path().join("elsewhere"), Base::Newest);
    assert!(matches!(elsewhere, Err(Error::DeviceBusy { .. })));
    place.store.begin("OTHER-DEVICE", &place.sessions, Base::Newest).unwrap().discard().unwrap();
    drop(session);
    place.begin(Base::Newest).discard().unwrap();
}

#[test]
fn a_number_taken_meanwhile_is_not_used_again() {
    let place = Place::new();
    let head = place.version(&[("a", b"1")]);
    let mut session = place.begin(Base::Newest);
    put(&mut session, "a", b"2");
    let versions = place.store.0.layout.versions(UDID);
    // Another computer finished 2 and is about to write 3.
    std::fs::copy(place.record(&head), versions.join("000002-20261122T2150Z.ver")).unwrap();
    std::fs::write(versions.join("000003.claim"), b"").unwrap();
    let head = session.commit(commit()).unwrap();
    assert_eq!(head.seq, 4);
    assert_eq!(contents(&place.store.version(UDID, 4).unwrap())["a"], b"2");
    assert_eq!(place.store.version(UDID, 4).unwrap().get("a").unwrap().born, 4);
}

#[test]
fn a_kept_session_is_taken_up_again() {
    let place = Place::new();
    place.version(&[("a", b"old"), ("gone", b"x")]);
    let mut session = place.begin(Base::Newest);
    put(&mut session, "Snapshot/a", b"new");
    session.rename("Snapshot/a", "a").unwrap();
    session.remove("gone").unwrap();
    put(&mut session, "b", b"more");
    session.keep().unwrap();

    let store = place.reopen();
    let unfinished = store.recover(&place.sessions).unwrap();
    assert_eq!((unfinished.len(), unfinished[0].files, unfinished[0].bytes), (1, 2, 7));
    assert_eq!(unfinished[0].udid, UDID);
    let mut session = store.begin(UDID, &place.sessions, Base::Resume).unwrap();
    assert!(session.resumed());
    assert_eq!(read_all(session.open("a").unwrap()).unwrap(), b"new");
    assert_eq!(session.get("gone"), None);
    put(&mut session, "c", b"last");
    session.commit(commit()).unwrap();
    let version = store.version(UDID, 2).unwrap();
    assert_eq!(
        contents(&version),
        [("a".into(), b"new".to_vec()), ("b".into(), b"more".to_vec()), ("c".into(), b"last".to_vec())].into()
    );
    assert_eq!(store.recover(&place.sessions).unwrap(), []);
    assert!(!place.begin(Base::Resume).resumed());
}

#[test]
fn a_resumed_session_ends_before_the_first_lost_object() {
    let place = Place::new();
    let mut session = place.begin(Base::Newest);
    for (path, bytes) in [("1", b"aaa"), ("2", b"bbb"), ("3", b"ccc")] {
        put(&mut session, path, bytes);
    }
    session.keep().unwrap();
    let torn = place.object(b"bbb");
    std::fs::remove_file(&torn).unwrap();
    std::fs::write(&torn, b"bb\0").unwrap();
    let mut session = place.begin(Base::Resume);
    assert_eq!(session.list("").iter().map(|entry| entry.path.as_str()).collect::<Vec<_>>(), ["1"]);
    // The torn object is no obstacle for the content that comes again.
    put(&mut session, "2", b"bbb");
    session.commit(commit()).unwrap();
    let version = place.store.version(UDID, 1).unwrap();
    assert_eq!(contents(&version)["2"], b"bbb");
    assert!(verify(&version).damaged.is_empty());
}

#[test]
fn a_session_over_an_older_version_is_not_resumed() {
    let place = Place::new();
    let mut session = place.begin(Base::Newest);
    put(&mut session, "a", b"1");
    session.keep().unwrap();
    let elsewhere = place.folder.path().join("elsewhere");
    let mut other = place.store.begin(UDID, &elsewhere, Base::Newest).unwrap();
    put(&mut other, "b", b"2");
    other.commit(commit()).unwrap();
    let session = place.begin(Base::Resume);
    assert!(!session.resumed());
    assert_eq!(session.get("a"), None);
    assert!(session.get("b").is_some());
}

#[test]
fn stale_parts_go_and_those_of_running_sessions_stay() {
    let place = Place::new();
    let mut session = place.begin(Base::Newest);
    let mut writer = session.create("big").unwrap();
    writer.write_all(&vec![3; LARGEST_HELD + 1]).unwrap();
    let parts = place.store.0.layout.parts();
    std::fs::write(parts.join("7c0e0c7e-92bd-4f0c-9d0d-2f7f63f7a9a1-0.part"), b"left").unwrap();
    place.store.recover(&place.sessions).unwrap();
    assert_eq!(std::fs::read_dir(&parts).unwrap().count(), 1);
    session.finish_file(writer).unwrap();
    session.commit(commit()).unwrap();
    let mut file = place.store.version(UDID, 1).unwrap().open("big").unwrap().unwrap();
    let mut byte = [0];
    file.read_exact(&mut byte).unwrap();
    assert_eq!(byte, [3]);
}

#[test]
fn a_device_name_that_differs_in_case_only_is_refused() {
    let place = Place::new();
    place.version(&[("a", b"1")]);
    let lower = UDID.to_ascii_lowercase();
    let begun = place.store.begin(&lower, &place.sessions, Base::Newest);
    assert!(matches!(begun, Err(Error::BadDevice { udid }) if udid == lower));
    assert_eq!(place.store.devices().unwrap(), [UDID]);
    assert!(!place.store.0.layout.devices().join(&lower).exists());
    assert!(!place.store.0.layout.lease(&lower).exists());
    assert_eq!(place.begin(Base::Newest).newest().unwrap().seq, 1, "the device itself goes on");
}

/// On a volume that is mounted read-only no leftover can be removed; a folder in its place cannot either.
#[test]
fn leftovers_that_cannot_be_removed_do_not_stop_recovery() {
    let place = Place::new();
    place.version(&[("a", b"1")]);
    let mut session = place.begin(Base::Newest);
    put(&mut session, "b", b"22");
    session.keep().unwrap();
    let parts = place.store.0.layout.parts();
    let stuck = parts.join("0c0e0c7e-92bd-4f0c-9d0d-2f7f63f7a9a1-0.part");
    std::fs::create_dir_all(stuck.join("inside")).unwrap();
    let removable = parts.join("7c0e0c7e-92bd-4f0c-9d0d-2f7f63f7a9a1-0.part");
    std::fs::write(&removable, b"left").unwrap();
    let store = place.reopen();
    let unfinished = store.recover(&place.sessions).unwrap();
    assert_eq!(unfinished.iter().map(|left| (left.files, left.bytes)).collect::<Vec<_>>(), [(1, 2)]);
    assert!(stuck.exists() && !removable.exists(), "the others are still removed");
    assert_eq!(contents(&store.version(UDID, 1).unwrap())["a"], b"1");
}

#[test]
fn leases_that_cannot_be_read_do_not_stop_recovery_and_no_part_is_removed() {
    let place = Place::new();
    let part = place.store.0.layout.parts().join("7c0e0c7e-92bd-4f0c-9d0d-2f7f63f7a9a1-0.part");
    std::fs::write(&part, b"left").unwrap();
    // Reading a folder as a file fails.
    std::fs::create_dir(place.store.0.layout.lease(UDID)).unwrap();
    assert_eq!(place.store.recover(&place.sessions).unwrap(), []);
    assert!(part.exists(), "it may belong to whoever holds that lease");
}

#[test]
fn a_session_waits_for_recovery_to_let_go() {
    let place = Place::new();
    place.version(&[("a", b"1")]);
    let lock = crate::lease::LocalLock::try_take(&place.sessions, place.store.id(), UDID).unwrap().unwrap();
    let letting_go = std::thread::spawn(move || {
        std::thread::sleep(std::time::Duration::from_millis(100));
        drop(lock);
    });
    assert_eq!(place.begin(Base::Newest).newest().unwrap().seq, 1);
    letting_go.join().unwrap();
}

/// What a phone left half-way is there again, and an import that was cut is none of a backup's business.
#[test]
fn a_cut_backup_is_gone_on_with_and_a_cut_import_is_not() {
    let place = Place::new();
    place.version(&[("Status", b"finished"), ("ab/1", b"old")]);
    let mut session = place.begin(Base::Newest);
    put(&mut session, "Snapshot/Status", b"uploading");
    put(&mut session, "Snapshot/ab/1", b"new");
    let mut half = session.create("Snapshot/ab/2").unwrap();
    half.write_all(b"half of it").unwrap();
    drop(half);
    session.keep().unwrap();
    let mut session = place.begin(Base::Resume);
    assert!(session.resumed());
    let names: Vec<_> = session.list("Snapshot").into_iter().map(|entry| entry.path).collect();
    assert_eq!(names, ["Snapshot/Status", "Snapshot/ab"]);
    assert_eq!(session.get("Snapshot/ab/2"), None);
    assert_eq!(read_all(session.open("ab/1").unwrap()).unwrap(), b"old");
    session.rename("Snapshot/ab/1", "ab/1").unwrap();
    session.discard().unwrap();

    let mut import = place.begin(Base::Empty);
    put(&mut import, "imported", b"x");
    import.keep().unwrap();
    assert_eq!(place.store.recover(&place.sessions).unwrap(), []);
    let mut import = place.begin(Base::Empty);
    put(&mut import, "imported", b"x");
    import.keep().unwrap();
    let session = place.begin(Base::Resume);
    assert!(!session.resumed());
    assert_eq!(session.get("imported"), None);
    assert!(session.get("ab/1").is_some());
}

/// An older backup was imported later: the device goes on from the one before it, also after a cut.
#[test]
fn a_session_over_a_chosen_version_is_gone_on_with() {
    let place = Place::new();
    place.version(&[("a", b"newer state")]);
    place.version(&[("a", b"imported")]);
    let mut session = place.begin(Base::Version(1));
    assert_eq!(session.newest().unwrap().seq, 1);
    assert_eq!(read_all(session.open("a").unwrap()).unwrap(), b"newer state");
    put(&mut session, "Snapshot/b", b"b");
    session.keep().unwrap();
    assert_eq!(place.store.recover(&place.sessions).unwrap().len(), 1);
    let session = place.begin(Base::Resume);
    assert!(session.resumed());
    assert_eq!(read_all(session.open("a").unwrap()).unwrap(), b"newer state");
    assert_eq!(read_all(session.open("Snapshot/b").unwrap()).unwrap(), b"b");
    let head = session.commit(commit()).unwrap();
    assert_eq!(head.seq, 3);

    // A version that came meanwhile ends it.
    let mut session = place.begin(Base::Version(1));
    put(&mut session, "Snapshot/b", b"b");
    session.keep().unwrap();
    let elsewhere = place.folder.path().join("elsewhere");
    place.store.begin(UDID, &elsewhere, Base::Newest).unwrap().commit(commit()).unwrap();
    assert!(!place.begin(Base::Resume).resumed());
    // So does giving up the one below.
    let mut session = place.begin(Base::Version(1));
    put(&mut session, "Snapshot/b", b"b");
    session.keep().unwrap();
    place.store.expire(UDID, 1).unwrap();
    let session = place.begin(Base::Resume);
    assert!(!session.resumed());
    assert_eq!(session.newest().unwrap().seq, 4);
    assert!(matches!(place.reopen().begin("NEW", &place.sessions, Base::Version(7)), Err(Error::NoVersion { .. })));
}

/// Logs of earlier releases say less.
#[test]
fn a_session_of_an_earlier_release_is_taken_up_again() {
    let place = Place::new();
    place.version(&[("a", b"1")]);
    let mut session = place.begin(Base::Newest);
    put(&mut session, "b", b"2");
    session.keep().unwrap();
    let path = place.sessions.join(format!("{}.{UDID}.log", place.store.id()));
    let text = std::fs::read_to_string(&path).unwrap();
    let (first, rest) = text.split_once('\n').unwrap();
    let mut line: serde_json::Value = serde_json::from_str(&first[17..]).unwrap();
    for field in ["last", "from_nothing"] {
        assert!(line["begin"].as_object_mut().unwrap().remove(field).is_some());
    }
    let json = line.to_string();
    let check = &blake3::hash(json.as_bytes()).to_hex()[..16];
    std::fs::write(&path, format!("{check} {json}\n{rest}")).unwrap();
    let session = place.begin(Base::Resume);
    assert!(session.resumed());
    assert_eq!(read_all(session.open("b").unwrap()).unwrap(), b"2");
}
