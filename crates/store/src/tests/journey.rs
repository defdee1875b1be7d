use std::io::{Seek, SeekFrom, Write};

use super::*;
use crate::writer::LARGEST_HELD;

#[test]
fn versions_are_kept_side_by_side() {
    let place = Place::new();
    let mut first = place.begin(Base::Newest);
    put(&mut first, "aa/1", b"one");
    put(&mut first, "aa/2", b"two");
    first.make_folder("empty/inner").unwrap();
    let notes = [("device".to_owned(), "Ann's iPhone".to_owned())].into();
    let head = first.commit(Commit { notes, ..commit() }).unwrap();
    assert_eq!((head.seq, head.files, head.bytes, head.new_bytes), (1, 2, 6, 6));
    assert_eq!(head.file, "000001-20261122T2149Z.ver");

    let mut second = place.begin(Base::Newest);
    assert_eq!(second.newest().unwrap().seq, 1);
    put(&mut second, "Snapshot/2", b"2nd");
    second.rename("Snapshot/2", "aa/2").unwrap();
    put(&mut second, "aa/3", b"one");
    second.remove("empty").unwrap();
    let head = second.commit(commit()).unwrap();
    assert_eq!((head.seq, head.files, head.bytes, head.new_bytes), (2, 3, 9, 3));

    let store = place.reopen();
    assert_eq!(store.devices().unwrap(), [UDID]);
    let list = store.versions(UDID).unwrap();
    assert_eq!(list.versions.iter().map(|head| head.seq).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(list.versions[0].notes["device"], "Ann's iPhone");
    assert!(list.damaged.is_empty());
    let (old, new) = (store.version(UDID, 1).unwrap(), store.version(UDID, 2).unwrap());
    assert_eq!(contents(&old), [("aa/1".into(), b"one".to_vec()), ("aa/2".into(), b"two".to_vec())].into());
    assert_eq!(
        contents(&new),
        [("aa/1".into(), b"one".to_vec()), ("aa/2".into(), b"2nd".to_vec()), ("aa/3".into(), b"one".to_vec())].into()
    );
    let born = |path| new.get(path).unwrap().born;
    assert_eq!((born("aa/1"), born("aa/2"), born("aa/3")), (1, 2, 2));
    assert_eq!(old.get("empty/inner").unwrap().kind, EntryKind::Folder);
    assert_eq!(new.get("empty/inner"), None);
    assert_eq!(new.local_path("aa/1"), new.local_path("aa/3"));
    assert!(matches!(store.version(UDID, 3), Err(Error::NoVersion { seq: 3, .. })));
    let record = std::fs::read(old.0.layout.versions(UDID).join(&old.head().file)).unwrap();
    let (before, trailer) = record.split_at(record.len() - 32);
    assert_eq!(old.digest().unwrap(), *blake3::hash(before).as_bytes());
    assert_eq!((old.digest().unwrap().as_slice(), old.digest().unwrap() == new.digest().unwrap()), (trailer, false));
}

#[test]
fn folders_list_what_is_directly_in_them() {
    let place = Place::new();
    place.version(&[("a/b/c", b"1"), ("a/b-c", b"2"), ("a/z", b"3"), ("top", b"4")]);
    let version = place.store.version(UDID, 1).unwrap();
    let names = |folder| version.list(folder).into_iter().map(|entry| (entry.path, entry.kind)).collect::<Vec<_>>();
    use EntryKind::*;
    assert_eq!(names(""), [("a".into(), Folder), ("top".into(), File)]);
    assert_eq!(names("a"), [("a/b".into(), Folder), ("a/b-c".into(), File), ("a/z".into(), File)]);
    assert_eq!(names("top"), []);
    assert_eq!(version.get("a/b").unwrap().kind, Folder);
    assert_eq!(version.get("").unwrap().kind, Folder);
    assert!(version.open("a/b").unwrap().is_none());
    let mut file = version.open("a/z").unwrap().unwrap();
    assert_eq!(file.seek(SeekFrom::End(0)).unwrap(), 1);
}

#[test]
fn a_session_shows_its_changes_before_the_commit() {
    let place = Place::new();
    place.version(&[("a/1", b"old")]);
    let mut session = place.begin(Base::Newest);
    let entry = put(&mut session, "a/1", b"newer");
    assert_eq!((entry.size, entry.born), (5, 2));
    assert_eq!(read_all(session.open("a/1").unwrap()).unwrap(), b"newer");
    session.copy("a", "b").unwrap();
    session.rename("a", "c/d").unwrap();
    assert_eq!(session.list("").iter().map(|entry| entry.path.as_str()).collect::<Vec<_>>(), ["b", "c"]);
    assert_eq!(session.get("a"), None);
    assert_eq!(read_all(session.open("c/d/1").unwrap()).unwrap(), b"newer");
    session.discard().unwrap();
    assert_eq!(contents(&place.store.version(UDID, 1).unwrap())["a/1"], b"old");
    assert_eq!(place.store.recover(&place.sessions).unwrap(), []);
}

#[test]
fn an_aborted_file_leaves_the_older_one() {
    let place = Place::new();
    place.version(&[("a", b"old")]);
    let mut session = place.begin(Base::Newest);
    let mut writer = session.create("a").unwrap();
    writer.write_all(&vec![1; LARGEST_HELD + 1]).unwrap();
    assert_eq!(std::fs::read_dir(place.store.0.layout.parts()).unwrap().count(), 1);
    writer.abort();
    assert_eq!(std::fs::read_dir(place.store.0.layout.parts()).unwrap().count(), 0);
    assert_eq!(read_all(session.open("a").unwrap()).unwrap(), b"old");
    session.commit(commit()).unwrap();
    assert_eq!(contents(&place.store.version(UDID, 2).unwrap())["a"], b"old");
}

#[test]
fn large_files_are_streamed_and_stored_once() {
    let place = Place::new();
    let mut bytes = vec![0; LARGEST_HELD + 12_345];
    blake3::Hasher::new().finalize_xof().fill(&mut bytes);
    let mut session = place.begin(Base::Empty);
    for path in ["video", "again"] {
        let mut writer = session.create(path).unwrap();
        bytes.chunks(10_000).for_each(|chunk| writer.write_all(chunk).unwrap());
        assert_eq!(session.finish_file(writer).unwrap().hash, Some(*blake3::hash(&bytes).as_bytes()));
    }
    let head = session.commit(commit()).unwrap();
    assert_eq!(head.new_bytes, bytes.len() as u64);
    let version = place.store.version(UDID, 1).unwrap();
    assert!(verify(&version).damaged.is_empty());
    assert_eq!(std::fs::read(version.local_path("again").unwrap()).unwrap(), bytes);
    assert_eq!(std::fs::read_dir(place.store.0.layout.parts()).unwrap().count(), 0);
}

#[test]
#[cfg(unix)]
fn objects_and_records_are_read_only() {
    use std::os::unix::fs::PermissionsExt;
    let place = Place::new();
    let head = place.version(&[("a", b"x")]);
    for path in [place.object(b"x"), place.record(&head)] {
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o222, 0, "{}", path.display());
    }
}

#[test]
fn content_that_is_there_is_not_written_again() {
    let place = Place::new();
    place.version(&[("a", b"same"), ("b", b"other")]);
    let before = std::fs::metadata(place.object(b"same")).unwrap().modified().unwrap();
    let mut session = place.begin(Base::Empty);
    put(&mut session, "a", b"same");
    put(&mut session, "c", b"fresh");
    put(&mut session, "d", b"fresh");
    session.pool.drain().unwrap();
    assert_eq!(session.received(), Received { files: 3, bytes: 14, new_bytes: 5, reused_bytes: 9, shared_bytes: 0 });
    let head = session.commit(commit()).unwrap();
    assert_eq!(head.new_bytes, 5);
    assert_eq!(std::fs::metadata(place.object(b"same")).unwrap().modified().unwrap(), before);
    let version = place.store.version(UDID, 2).unwrap();
    assert_eq!((version.get("a").unwrap().born, version.get("b")), (1, None));
}

#[test]
fn small_files_can_live_inside_the_record() {
    let place = Place::new();
    let mut session = place.begin(Base::Newest);
    put(&mut session, "Info.plist", b"<plist/>");
    put(&mut session, "big", &[7; 100]);
    let inline = vec!["Info.plist".to_owned(), "big".to_owned()];
    session.commit(Commit { inline, inline_max: 50, ..commit() }).unwrap();
    // The record alone is enough.
    std::fs::remove_file(place.object(b"<plist/>")).unwrap();
    let version = place.reopen().version(UDID, 1).unwrap();
    assert_eq!(version.local_path("Info.plist"), None);
    assert!(version.local_path("big").is_some());
    assert_eq!(read_all(version.open("Info.plist").unwrap()).unwrap(), b"<plist/>");
    assert_eq!(verify(&version), Verified { files: 2, bytes: 108, ..Verified::default() });
    // It stays inside when moved on.
    let mut session = place.begin(Base::Newest);
    session.rename("Info.plist", "sub/Info.plist").unwrap();
    assert_eq!(read_all(session.open("sub/Info.plist").unwrap()).unwrap(), b"<plist/>");
    let head = session.commit(commit()).unwrap();
    assert_eq!((head.seq, head.new_bytes), (2, 0));
    let version = place.store.version(UDID, 2).unwrap();
    assert_eq!(contents(&version)["sub/Info.plist"], b"<plist/>");
    assert!(verify(&version).damaged.is_empty());
}

#[test]
fn left_out_folders_are_not_part_of_the_version() {
    let place = Place::new();
    let mut session = place.begin(Base::Newest);
    for path in ["Snapshot", "Snapshots/a", "x/y", "z"] {
        put(&mut session, &format!("{path}/f"), b"1");
    }
    let leave_out = vec!["Snapshot".to_owned(), "x/y/".to_owned()];
    session.commit(Commit { leave_out, ..commit() }).unwrap();
    let version = place.store.version(UDID, 1).unwrap();
    assert_eq!(version.entries().map(|entry| entry.path).collect::<Vec<_>>(), ["Snapshots/a/f", "z/f"]);
}

#[test]
fn impossible_changes_are_told_and_change_nothing() {
    let place = Place::new();
    let mut session = place.begin(Base::Newest);
    put(&mut session, "a/b", b"1");
    assert!(matches!(session.create("a/b/c").err(), Some(Error::NotAFolder { path }) if path == "a/b"));
    assert!(matches!(session.create("a").err(), Some(Error::IsAFolder { .. })));
    assert!(matches!(session.create("../x").err(), Some(Error::BadPath { .. })));
    assert!(matches!(session.rename("none", "x"), Err(Error::NotFound { .. })));
    assert!(matches!(session.rename("a", "a/c"), Err(Error::InsideItself { .. })));
    assert!(matches!(session.rename("a/b", "a"), Err(Error::InsideItself { .. })));
    assert!(matches!(session.rename("a/b", "/etc/x"), Err(Error::BadPath { .. })));
    assert!(matches!(session.copy("a", "a/b/c"), Err(Error::InsideItself { .. })));
    assert!(matches!(session.make_folder("a/b"), Err(Error::NotAFolder { .. })));
    assert!(matches!(session.remove(""), Err(Error::BadPath { .. })));
    session.remove("a/never").unwrap();
    assert_eq!(session.list("").len(), 1);
    assert_eq!(session.list("a").len(), 1);
    assert!(matches!(place.store.begin("../x", &place.sessions, Base::Newest), Err(Error::BadDevice { .. })));
}

#[test]
fn a_store_is_opened_only_where_there_is_one() {
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(Store::open(folder.path()), Err(Error::NoStore { .. })));
    let store = Store::create_or_open(folder.path()).unwrap();
    assert_eq!(Store::open(folder.path()).unwrap().id(), store.id());
    assert_eq!(Store::create_or_open(folder.path()).unwrap().id(), store.id());
    assert!(store.free_space().unwrap() > 0);
    assert!(store.versions(UDID).unwrap().versions.is_empty());
    let file = store.0.layout.store_file();
    std::fs::write(&file, br#"{"format": 2, "id": 7}"#).unwrap();
    assert!(matches!(Store::open(folder.path()), Err(Error::NewerFormat { format: 2, .. })));
    assert!(matches!(Store::create_or_open(folder.path()), Err(Error::NewerFormat { .. })));
}

#[test]
fn a_damaged_store_file_is_told_from_the_records() {
    let place = Place::new();
    place.version(&[("a", b"1")]);
    std::fs::write(place.store.0.layout.store_file(), b"").unwrap();
    assert!(matches!(Store::open(place.folder.path()), Err(Error::StoreFileDamaged { .. })));
    let healed = Store::create_or_open(place.folder.path()).unwrap();
    assert_eq!(healed.id(), place.store.id());
    assert_eq!(contents(&healed.version(UDID, 1).unwrap())["a"], b"1");
}
