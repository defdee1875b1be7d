//! Sealed versions: with their key they are like others, without it they are whole, unreadable and left alone.

use super::reclaim::{DAY, age, go_on, objects};
use super::*;
use crate::lease::now;

pub const NAME: &str = "Ann's iPhone";
pub const INFO: &[u8] = b"<plist><string>serial F2LXK0ABCDEF</string></plist>";
/// What must not be found in any file of a sealed store.
const SECRETS: [&[u8]; 5] = [b"Ann's", b"F2LXK0ABCDEF", b"3d0d7e5fb2ce", b"Library/SMS", b"Info.plist"];
const PATH: &str = "3d/3d0d7e5fb2ce288813306e4d4636395e047a3d28";

/// Puts what a phone sends, plists too, and moves them about as a phone does.
pub fn fill(session: &mut Session, number: u8) {
    session.keep_inside(&["Info.plist", "Status.plist"]);
    put(session, "Snapshot/Info.plist", INFO);
    session.rename("Snapshot/Info.plist", "Info.plist").unwrap();
    put(session, PATH, b"ciphertext of the phone");
    put(session, "own", &[number; 100]);
}

pub fn noted() -> Commit {
    let notes = [("device-name".to_owned(), NAME.to_owned()), ("serial".to_owned(), "F2LXK0ABCDEF".to_owned())].into();
    Commit { notes, inline: vec!["Info.plist".into()], inline_max: 10, ..commit() }
}

impl Place {
    pub fn sealed(byte: u8) -> Place {
        let place = Place::new();
        place.store.seal(&key(byte)).unwrap();
        place
    }

    pub fn backup(&self, number: u8) -> VersionHead {
        let mut session = self.begin(Base::Newest);
        fill(&mut session, number);
        session.commit(noted()).unwrap()
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let (mut files, mut todo) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(here) = todo.pop() {
        for entry in std::fs::read_dir(here).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { todo.push(path) } else { files.push(path) }
        }
    }
    files
}

/// The files below `folder` that hold, or are called, one of the secrets; how many were looked at.
fn telling(folder: &Path) -> (Vec<PathBuf>, usize) {
    let all = files(folder);
    let tells = |path: &PathBuf| {
        let bytes =
            [path.strip_prefix(folder).unwrap().to_string_lossy().as_bytes(), &std::fs::read(path).unwrap()].concat();
        SECRETS.iter().any(|secret| bytes.windows(secret.len()).any(|found| found == *secret))
    };
    let count = all.len();
    (all.into_iter().filter(tells).collect(), count)
}

#[test]
fn with_the_key_sealed_versions_are_like_others() {
    let place = Place::sealed(1);
    let heads = [place.backup(1), place.backup(2)];
    let store = place.reopen();
    store.unlock(key(1)).unwrap();
    let list = store.versions(UDID).unwrap();
    assert_eq!((list.versions.as_slice(), list.damaged.len(), list.sealed.len()), (heads.as_slice(), 0, 0));
    assert_eq!(list.versions[1].notes["device-name"], NAME);
    for (number, head) in (1..).zip(&heads) {
        let version = store.version(UDID, head.seq).unwrap();
        assert_eq!(contents(&version)["Info.plist"], INFO);
        assert_eq!(contents(&version)["own"], [number; 100]);
        assert!(verify(&version).damaged.is_empty());
        assert_eq!((version.get("Info.plist").unwrap().born, head.files), (1, 3));
    }
    assert_eq!((heads[0].new_bytes, heads[1].new_bytes), (100 + 23 + INFO.len() as u64, 100 + INFO.len() as u64));
    assert_eq!(store.verify_records(UDID).unwrap().damaged, []);
    assert_eq!(store.verify(Depth::Bytes, Part::ALL, &mut go_on).unwrap().objects, 3);
}

#[test]
fn no_file_of_a_sealed_store_tells_name_serial_or_paths() {
    let place = Place::sealed(1);
    for number in 1..=2 {
        place.backup(number);
    }
    let mut cut = place.begin(Base::Newest);
    fill(&mut cut, 3);
    cut.keep().unwrap();
    let root = place.folder.path().join("Heirloom");
    let readable = ["README.txt", "reader.py"].map(|name| std::fs::remove_file(root.join(name)).unwrap()).len();
    let (telling_files, looked_at) = telling(&root);
    assert_eq!((telling_files, readable), (vec![], 2));
    assert!(looked_at >= 8, "{looked_at}");
    assert!(!place.object(INFO).exists());
    // The test of the test: not sealed, the record and the object do tell.
    let open = Place::new();
    open.backup(1);
    let record = telling(&open.folder.path().join("Heirloom/devices")).0.len();
    assert_eq!((record, open.object(INFO).exists()), (1, true));
}

#[test]
fn without_its_key_a_version_is_listed_and_nothing_is_done_that_could_harm_it() {
    let place = Place::sealed(1);
    let first = place.backup(1);
    let second = place.backup(2);
    place.store.expire(UDID, 1).unwrap();
    let mut left = place.begin(Base::Newest);
    put(&mut left, "x", b"left behind");
    left.keep().unwrap();
    age(&place.store, 30 * DAY);
    let before = objects(&place.store);

    let store = place.reopen();
    let list = store.versions(UDID).unwrap();
    let (seq, made) = (2, 1_795_384_140_000);
    let expected = SealedRecord { seq, file: second.file.clone(), made, key: key(1).id() };
    assert_eq!((list.versions.len(), list.damaged.len(), list.sealed), (0, 0, vec![expected]));
    let needed = |result: Result<()>, what: &str| match result {
        Err(Error::KeyNeeded { key: id, .. }) => assert_eq!(id, key(1).id(), "{what}"),
        other => panic!("{what}: {other:?}"),
    };
    needed(store.version(UDID, 2).map(drop), "version");
    for base in [Base::Newest, Base::Empty, Base::Resume, Base::Version(2)] {
        needed(store.begin(UDID, &place.sessions, base).map(drop), "begin");
    }
    needed(store.reclaim(&place.sessions, now(), &mut go_on).map(drop), "reclaim");
    needed(store.plan(UDID, &Retention { all: 0, ..Retention::default() }, now()).map(drop), "plan");
    needed(store.space().map(drop), "space");
    needed(store.give_up_record(UDID, &second.file), "give up");
    let scrubbed = store.verify(Depth::Bytes, Part::ALL, &mut go_on).unwrap();
    assert_eq!((scrubbed.records, scrubbed.damaged, scrubbed.sealed), (vec![], vec![], 2));
    assert_eq!(store.expired(UDID).unwrap(), []);
    let unfinished = store.recover(&place.sessions).unwrap();
    assert_eq!(unfinished.len(), 1, "what had arrived is not given up for want of a key");
    assert_eq!(objects(&store), before);

    assert!(matches!(store.unlock(key(2)), Err(Error::OtherKey { .. })));
    store.unlock(key(1)).unwrap();
    assert_eq!(store.versions(UDID).unwrap().versions, [second]);
    assert!(store.begin(UDID, &place.sessions, Base::Resume).unwrap().resumed());
    store.bring_back(UDID, 1).unwrap();
    assert_eq!(store.versions(UDID).unwrap().versions[0], first);
    age(&store, 30 * DAY);
    let done = store.reclaim(&place.sessions, now(), &mut go_on).unwrap();
    assert_eq!(done.objects, 1, "{done:?}");
    assert!(store.plan(UDID, &Retention::default(), now()).is_ok() && store.space().is_ok());
}

#[test]
fn only_versions_made_while_it_is_on_are_sealed_and_each_names_its_key() {
    let place = Place::new();
    let sealing = |store: &Store| store.sealing().unwrap();
    assert_eq!(sealing(&place.store), Sealing::default());
    place.backup(1);
    place.store.seal(&key(1)).unwrap();
    place.store.seal(&key(1)).unwrap();
    place.backup(2);
    place.store.stop_sealing().unwrap();
    place.store.stop_sealing().unwrap();
    place.backup(3);
    place.store.seal(&key(2)).unwrap();
    place.backup(4);
    let names = crate::store::names_in(&place.store.0.layout.sealing()).unwrap();
    let (one, two) = (key(1).id().hex(), key(2).id().hex());
    assert_eq!(names, [format!("000001-{one}.on"), format!("000002-{one}.off"), format!("000003-{two}.on")]);

    let store = place.reopen();
    let seen = |store: &Store| {
        let list = store.versions(UDID).unwrap();
        assert_eq!(list.damaged, []);
        let open = list.versions.iter().map(|head| head.seq).collect::<Vec<_>>();
        (open, list.sealed.iter().map(|sealed| (sealed.seq, sealed.key)).collect::<Vec<_>>())
    };
    assert_eq!(seen(&store), (vec![1, 3], vec![(2, key(1).id()), (4, key(2).id())]));
    assert_eq!(sealing(&store).on, Some(key(2).id()));
    store.unlock(key(2)).unwrap();
    assert_eq!(seen(&store), (vec![1, 3, 4], vec![(2, key(1).id())]));
    // The newest can be opened: a backup works; what lies below it need not.
    let mut session = store.begin(UDID, &place.sessions, Base::Newest).unwrap();
    put(&mut session, "own", b"5");
    assert_eq!(session.commit(commit()).unwrap().seq, 5);
    assert!(matches!(store.reclaim(&place.sessions, now(), &mut go_on), Err(Error::KeyNeeded { .. })));
    store.unlock(key(1)).unwrap();
    assert_eq!(seen(&store), (vec![1, 2, 3, 4, 5], vec![]));
    for seq in 1..=4 {
        assert_eq!(contents(&store.version(UDID, seq).unwrap())["Info.plist"], INFO, "{seq}");
    }
    store.stop_sealing().unwrap();
    let store = place.reopen();
    assert_eq!(sealing(&store).on, None);
    assert!(matches!(store.begin(UDID, &place.sessions, Base::Newest), Err(Error::KeyNeeded { .. })), "the newest is");
}

#[test]
fn an_unfinished_session_goes_on_whatever_was_switched_meanwhile() {
    for (before, after) in [(true, true), (true, false), (false, true)] {
        let place = Place::new();
        let switch = |on| if on { place.store.seal(&key(1)) } else { place.store.stop_sealing() }.unwrap();
        switch(before);
        let mut cut = place.begin(Base::Newest);
        fill(&mut cut, 1);
        cut.copy("Info.plist", "copy").unwrap();
        cut.keep().unwrap();
        switch(after);
        let unfinished = place.store.recover(&place.sessions).unwrap();
        assert_eq!((unfinished[0].files, unfinished[0].bytes), (3, INFO.len() as u64 + 123));
        let mut session = place.begin(Base::Resume);
        session.keep_inside(&["Info.plist"]);
        assert!(session.resumed());
        assert_eq!(read_all(session.open("Info.plist").unwrap()).unwrap(), INFO);
        put(&mut session, "own", b"more");
        let head = session.commit(noted()).unwrap();
        let version = place.store.version(UDID, head.seq).unwrap();
        assert_eq!(contents(&version)["Info.plist"], INFO, "{before} {after}");
        assert_eq!(contents(&version)["copy"], INFO);
        assert_eq!(version.0.header.sealed, after);
        assert!(verify(&version).damaged.is_empty());
        assert_eq!(place.object(INFO).exists(), !before, "what came while it was on is no object");
    }
}

#[test]
fn a_file_that_must_lie_inside_may_be_large_but_not_endless() {
    let place = Place::sealed(1);
    let mut session = place.begin(Base::Newest);
    session.keep_inside(&["Info.plist"]);
    let large: Vec<u8> = (0..5_000_000u32).map(|at| (at % 251) as u8).collect();
    put(&mut session, "Info.plist", &large);
    let head = session.commit(noted()).unwrap();
    let version = place.store.version(UDID, head.seq).unwrap();
    assert_eq!((contents(&version)["Info.plist"] == large, objects(&place.store).len()), (true, 0));
    let mut session = place.begin(Base::Newest);
    session.keep_inside(&["Info.plist"]);
    let mut writer = session.create("Info.plist").unwrap();
    let written = (0..33).try_for_each(|_| writer.write_all(&[0; 1 << 20]));
    assert!(written.is_err() && matches!(session.finish_file(writer), Err(Error::TooLarge)));
    assert_eq!(objects(&place.store).len(), 0);
}

#[test]
fn the_name_of_a_store_is_found_in_sealed_records_without_their_key() {
    let place = Place::sealed(1);
    place.backup(1);
    std::fs::write(place.store.0.layout.store_file(), b"{").unwrap();
    let store = Store::create_or_open(place.folder.path()).unwrap();
    assert_eq!(store.id(), place.store.id());
    // And a key is known for right although nothing but a record names it.
    std::fs::remove_dir_all(store.0.layout.sealing()).unwrap();
    store.unlock(key(1)).unwrap();
    assert_eq!(store.versions(UDID).unwrap().versions.len(), 1);
}
