use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use super::*;
use crate::fault::for_tests::{HOOK, LEAVE};
use crate::lease::{Holder, now};

pub const DAY: u64 = 24 * 3600;

pub fn go_on(_: u64, _: u64) -> bool {
    true
}

/// Every object that has its name.
pub fn objects(store: &Store) -> BTreeSet<String> {
    let folders = store.object_folders().unwrap().into_iter();
    folders.flat_map(|folder| crate::store::names_in(&folder).unwrap()).collect()
}

/// Makes everything that waits for a clean-up older.
pub fn age(store: &Store, by: u64) {
    let layout = &store.0.layout;
    for name in objects(store) {
        let file = std::fs::File::open(layout.object_named(&name).unwrap()).unwrap();
        file.set_modified(file.metadata().unwrap().modified().unwrap() - Duration::from_secs(by)).unwrap();
    }
    for udid in store.devices().unwrap() {
        let folder = layout.expired(&udid);
        for name in crate::store::names_in(&folder).unwrap().iter().filter(|name| name.ends_with(".since")) {
            let since: i64 = std::fs::read_to_string(folder.join(name)).unwrap().trim().parse().unwrap();
            std::fs::remove_file(folder.join(name)).unwrap();
            std::fs::write(folder.join(name), (since - by as i64 * 1000).to_string()).unwrap();
        }
    }
}

impl Place {
    pub fn reclaim(&self) -> Result<Reclaimed> {
        self.store.reclaim(&self.sessions, now(), &mut go_on)
    }
    fn elsewhere(&self) -> PathBuf {
        self.folder.path().join("elsewhere")
    }
}

#[test]
fn content_goes_seven_days_after_the_last_version_that_had_it() {
    let place = Place::new();
    place.version(&[("a", b"first"), ("b", b"both")]);
    place.version(&[("a", b"second"), ("b", b"both")]);
    let mut left = place.begin(Base::Empty);
    put(&mut left, "x", b"left behind");
    left.keep().unwrap();
    let nothing = Reclaimed { kept_young: 1, ..Reclaimed::default() };
    assert_eq!(place.reclaim().unwrap(), nothing);
    place.store.expire(UDID, 1).unwrap();
    assert_eq!(place.reclaim().unwrap(), nothing);
    age(&place.store, 6 * DAY);
    assert_eq!(place.reclaim().unwrap(), nothing);
    age(&place.store, DAY + 60);
    let done = place.reclaim().unwrap();
    assert_eq!(done, Reclaimed { versions: 1, objects: 2, bytes: 16, kept_young: 0, stopped: false });
    assert!(!place.object(b"first").exists() && !place.object(b"left behind").exists());
    assert!(matches!(place.store.bring_back(UDID, 1), Err(Error::NoVersion { .. })));
    assert_eq!(contents(&place.store.version(UDID, 2).unwrap())["b"], b"both");
    assert_eq!(std::fs::read_dir(place.store.0.layout.expired(UDID)).unwrap().count(), 0);
    assert_eq!(place.reclaim().unwrap(), Reclaimed::default());
}

/// What a power cut during the move of a record leaves on btrfs.
#[test]
fn a_record_in_both_places_is_a_version() {
    let place = Place::new();
    let head = place.version(&[("a", b"first")]);
    place.version(&[("a", b"second")]);
    let (there, aside) = (place.record(&head), place.store.0.layout.expired(UDID).join(&head.file));
    for brought_back in [true, false] {
        place.store.expire(UDID, 1).unwrap();
        std::fs::copy(&aside, &there).unwrap();
        assert_eq!(place.reopen().versions(UDID).unwrap().versions.len(), 2);
        assert_eq!(place.store.expired(UDID).unwrap(), []);
        if brought_back {
            place.store.bring_back(UDID, 1).unwrap();
            assert!(!aside.exists());
        }
        age(&place.store, 8 * DAY);
        assert_eq!(place.reclaim().unwrap().objects, 0);
        assert_eq!(contents(&place.reopen().version(UDID, 1).unwrap())["a"], b"first");
    }
    assert!(!aside.exists(), "taken away by the clean-up");
    place.store.expire(UDID, 1).unwrap();
    let other = std::fs::read(place.record(&place.store.versions(UDID).unwrap().versions[0])).unwrap();
    std::fs::write(&there, other).unwrap();
    let refused = place.store.bring_back(UDID, 1);
    assert!(matches!(refused, Err(Error::RecordDamaged { damage: Damage::DuplicateNumber, .. })), "{refused:?}");
}

#[test]
fn one_record_that_cannot_be_read_stops_it() {
    let place = Place::new();
    let head = place.version(&[("a", b"1")]);
    place.version(&[("a", b"2")]);
    place.store.expire(UDID, 1).unwrap();
    age(&place.store, 30 * DAY);
    let record = place.store.0.layout.expired(UDID).join(&head.file);
    let good = std::fs::read(&record).unwrap();
    for damage in [&good[..good.len() - 1], b"", &[&good[..40], b"x", &good[41..]].concat()] {
        std::fs::remove_file(&record).unwrap();
        std::fs::write(&record, damage).unwrap();
        assert!(matches!(place.reclaim(), Err(Error::RecordUnreadable { path, .. }) if path == record));
        assert!(place.object(b"1").exists());
    }
    // In quarantine it counts as well, until a person gives it up.
    let aside = place.store.0.layout.quarantine(UDID).join(&head.file);
    std::fs::rename(&record, &aside).unwrap();
    assert!(matches!(place.reclaim(), Err(Error::RecordUnreadable { path, .. }) if path == aside));
    place.store.give_up_record(UDID, &format!("quarantine/{}", head.file)).unwrap();
    assert_eq!(place.reclaim().unwrap().objects, 1);
    assert_eq!(place.version(&[("a", b"3")]).seq, 3);
    assert!(matches!(place.store.give_up_record(UDID, "000002-20261122T2149Z.ver"), Err(Error::RecordDamaged { .. })));
    assert!(matches!(place.store.give_up_record(UDID, "../../STORE.json"), Err(Error::NotFound { .. })));

    // A device's folder that a person renamed.
    let devices = place.store.0.layout.devices();
    std::fs::rename(devices.join(UDID), devices.join("my old phone")).unwrap();
    assert!(matches!(place.reclaim(), Err(Error::RecordUnreadable { .. })));
    // And one that was moved away: a store without any record is not emptied.
    std::fs::rename(devices.join("my old phone"), place.folder.path().join("moved")).unwrap();
    age(&place.store, 30 * DAY);
    assert_eq!(place.reclaim().unwrap(), Reclaimed::default());
    assert!(place.object(b"2").exists());
}

#[test]
fn a_record_torn_by_a_cut_holds_up_nothing() {
    let place = Place::new();
    place.version(&[("a", b"1")]);
    let head = place.version(&[("a", b"2")]);
    let record = place.record(&head);
    let good = std::fs::read(&record).unwrap();
    std::fs::remove_file(&record).unwrap();
    std::fs::write(&record, &good[..good.len() / 2]).unwrap();
    std::fs::write(record.with_file_name("000002.claim"), b"").unwrap();
    age(&place.store, 8 * DAY);
    assert!(matches!(place.reclaim(), Err(Error::RecordUnreadable { .. })), "not before a session has looked at it");
    place.begin(Base::Newest).discard().unwrap();
    assert_eq!(place.reclaim().unwrap().objects, 1);
    assert_eq!(place.store.versions(UDID).unwrap().damaged, []);
    assert_eq!(place.version(&[("a", b"3")]).seq, 3, "its number is not used again");
}

#[test]
fn backups_and_clean_ups_keep_out_of_each_others_way() {
    let place = Place::new();
    place.version(&[("a", b"1")]);
    let session = place.begin(Base::Newest);
    assert!(matches!(place.reclaim(), Err(Error::StoreBusy { .. })));
    let other = place.store.reclaim(&place.elsewhere(), now(), &mut go_on);
    assert!(matches!(other, Err(Error::StoreBusy { .. })), "from another computer");
    drop(session);

    let mut left = place.begin(Base::Empty);
    (0..20u8).for_each(|number| drop(put(&mut left, &format!("{number}"), &[number])));
    left.keep().unwrap();
    age(&place.store, 8 * DAY);
    // A session that begins while it runs: it gives way, and the session waits for that.
    let mut session = None;
    std::thread::scope(|scope| {
        let mut beginning = None;
        let done = place.store.reclaim(&place.sessions, now(), &mut |_, _| {
            beginning.get_or_insert_with(|| {
                let thread = scope.spawn(|| place.store.begin(UDID, &place.elsewhere(), Base::Newest));
                std::thread::sleep(Duration::from_millis(50));
                thread
            });
            true
        });
        assert!(done.unwrap().stopped);
        session = Some(beginning.unwrap().join().unwrap().unwrap());
    });
    drop(session);
    let rest = place.reclaim().unwrap();
    assert!(!rest.stopped);
    assert_eq!(objects(&place.store).len(), 1);
    assert!(matches!(place.store.begin("gc", &place.sessions, Base::Newest), Err(Error::BadDevice { .. })));
    assert!(!place.store.reclaim(&place.sessions, now(), &mut |_, _| false).unwrap().objects > 0);
}

/// The lease of a clean-up on a computer that fell asleep, or of a killed process: of no meaning to all others.
pub fn make_stale(path: &Path) -> Vec<u8> {
    let good = std::fs::read(path).unwrap();
    // One may have been cut before it was written.
    if let Ok(holder) = serde_json::from_slice::<Holder>(&good) {
        let old = Holder { time: holder.time - 3_600_000, ..holder };
        std::fs::write(path, serde_json::to_vec(&old).unwrap()).unwrap();
    }
    let hour_ago = SystemTime::now() - Duration::from_secs(3600);
    std::fs::File::open(path).unwrap().set_modified(hour_ago).unwrap();
    good
}

/// A session builds on a version that was expired long ago, and commits from another computer while the clean-up, whose
/// computer slept, is about to take the content away. Returns whether the new version is whole.
fn commit_during_a_stalled_clean_up(second_look: bool) -> bool {
    let place = Place::new();
    let other = "OTHER-DEVICE";
    put_version(&place.store, other, &place.sessions, &[("o", b"other")]);
    place.version(&[("a", b"1"), ("b", b"2"), ("c", b"3"), ("d", b"4")]);
    let mut session = place.store.begin(UDID, &place.elsewhere(), Base::Newest).unwrap();
    put(&mut session, "new", b"new");
    place.store.expire(UDID, 1).unwrap();
    age(&place.store, 8 * DAY);
    // The session's computer slept as well: its lease is gone.
    std::fs::remove_file(place.store.0.layout.lease(UDID)).unwrap();
    let (mut session, lease) = (Some(session), place.store.0.layout.lease("gc"));
    HOOK.set(Some(Box::new(move |name| {
        if name == "object put aside"
            && let Some(session) = session.take()
        {
            let good = make_stale(&lease);
            // What the first batch has put aside already is missing; what comes later is there.
            let head = session.commit(Commit { leave_out: gone(&lease), ..commit() }).unwrap();
            assert_eq!(head.seq, 2);
            std::fs::write(&lease, good).unwrap();
        }
    })));
    LEAVE.set(if second_look { &[] } else { &["second look"] });
    let done = place.reclaim();
    LEAVE.set(&[]);
    HOOK.set(None);
    done.unwrap();
    let version = place.reopen().version(UDID, 2).unwrap();
    assert!(version.entries().count() >= 3);
    verify(&version).damaged.is_empty()
}

fn put_version(store: &Store, udid: &str, sessions: &Path, files: &[(&str, &[u8])]) {
    let mut session = store.begin(udid, sessions, Base::Empty).unwrap();
    files.iter().for_each(|(path, bytes)| drop(put(&mut session, path, bytes)));
    session.commit(commit()).unwrap();
}

/// The paths of files whose objects are put aside just now.
fn gone(lease: &Path) -> Vec<String> {
    let doomed = lease.parent().unwrap().parent().unwrap().join("objects/doomed");
    let names: Vec<String> = crate::store::names_in(&doomed).unwrap();
    let all = [("a", b"1"), ("b", b"2"), ("c", b"3"), ("d", b"4")];
    let aside = |bytes: &[u8; 1]| names.contains(&blake3::hash(bytes).to_hex().to_string());
    all.iter().filter(|(_, bytes)| aside(bytes)).map(|(path, _)| (*path).to_owned()).collect()
}

#[test]
fn a_version_that_appears_during_a_stalled_clean_up_loses_nothing() {
    assert!(commit_during_a_stalled_clean_up(true));
}

/// The test of the test: without the second look, the same history does damage.
#[test]
fn without_the_second_look_the_same_history_does_damage() {
    assert!(!commit_during_a_stalled_clean_up(false));
}

#[test]
fn an_object_used_again_just_before_it_would_go_stays() {
    let place = Place::new();
    place.version(&[("a", b"1")]);
    let mut left = place.begin(Base::Empty);
    put(&mut left, "x", b"old, unnamed, wanted again");
    left.keep().unwrap();
    age(&place.store, 8 * DAY);
    let object = place.object(b"old, unnamed, wanted again");
    let touched = object.clone();
    HOOK.set(Some(Box::new(move |name| {
        if name == "content marked" {
            // As a session does that finds the bytes it needs.
            std::fs::File::open(&touched).unwrap().set_modified(SystemTime::now()).unwrap();
        }
    })));
    let done = place.reclaim();
    HOOK.set(None);
    assert_eq!(done.unwrap().kept_young, 1);
    assert!(object.exists());
}

#[test]
fn what_a_cut_clean_up_put_aside_is_readable_and_gets_its_name_back() {
    let place = Place::new();
    place.version(&[("a", b"1")]);
    let doomed = place.store.0.layout.doomed();
    std::fs::create_dir_all(&doomed).unwrap();
    let object = place.object(b"1");
    std::fs::rename(&object, doomed.join(object.file_name().unwrap())).unwrap();
    assert_eq!(contents(&place.store.version(UDID, 1).unwrap())["a"], b"1");
    place.store.recover(&place.sessions).unwrap();
    assert!(object.exists());
    assert_eq!(std::fs::read_dir(&doomed).unwrap().count(), 0);
}

#[test]
fn half_received_files_go_when_nobody_comes_back_for_them() {
    let place = Place::new();
    place.version(&[("a", b"1")]);
    let parts = place.store.0.layout.parts();
    let (old, young) = (parts.join("0c0e0c7e-92bd-4f0c-9d0d-2f7f63f7a9a1-0.part"), parts.join("x-1.part"));
    std::fs::write(&old, b"half").unwrap();
    std::fs::write(&young, b"half").unwrap();
    let long_ago = SystemTime::now() - Duration::from_secs(8 * DAY);
    std::fs::File::open(&old).unwrap().set_modified(long_ago).unwrap();
    assert_eq!(place.reclaim().unwrap(), Reclaimed { bytes: 4, ..Reclaimed::default() });
    assert!(!old.exists() && young.exists());
}
