//! A store that moves: by a rename, by copying, past damage, into something that is in the way, onto a disk too small.

use std::path::Path;

use super::kill_move::{check_new, prepare};
use super::reclaim::go_on;
use super::*;
use crate::fault::for_tests::{HOOK, LEAVE};
use crate::layout::Layout;

struct Move {
    folder: tempfile::TempDir,
}

impl Move {
    fn new() -> Move {
        let folder = quick_folder();
        prepare(folder.path());
        Move { folder }
    }

    fn old(&self) -> PathBuf {
        self.folder.path().join("old")
    }

    fn new_place(&self) -> PathBuf {
        self.folder.path().join("a/new")
    }

    fn sessions(&self) -> PathBuf {
        self.folder.path().join("sessions")
    }

    fn go(&self, progress: &mut dyn FnMut(u64, u64) -> bool) -> Result<Option<Moved>> {
        move_store(&self.old(), &self.new_place(), &self.sessions(), &[], progress)
    }

    /// As [`Move::go`], as if the two lay on two volumes.
    fn copy(&self, progress: &mut dyn FnMut(u64, u64) -> bool) -> Result<Option<Moved>> {
        LEAVE.set(&["rename of the root"]);
        let moved = self.go(progress);
        LEAVE.set(&[]);
        moved
    }
}

/// Every file below, by its path.
fn names(folder: &Path) -> Vec<PathBuf> {
    let (mut found, mut todo) = (Vec::new(), vec![folder.to_path_buf()]);
    while let Some(here) = todo.pop() {
        for entry in std::fs::read_dir(here).unwrap().flatten() {
            if entry.path().is_dir() { todo.push(entry.path()) } else { found.push(entry.path()) }
        }
    }
    found
}

#[test]
fn on_one_volume_a_store_moves_by_a_rename() {
    let place = Move::new();
    let moved = place.go(&mut |_, _| panic!("nothing to wait for")).unwrap().unwrap();
    assert_eq!((moved.renamed, moved.objects, moved.records), (true, 0, 6));
    check_new(&place.new_place(), &place.sessions());
    assert_eq!(names(&place.old()), [place.old().join("Heirloom/MOVED.json")], "only word of it stays");
    let told = Store::open(&place.old());
    assert!(matches!(&told, Err(Error::Moved { to, .. }) if *to == place.new_place()));
    assert!(matches!(Store::create_or_open(&place.old()), Err(Error::Moved { .. })), "no new store grows there");
    assert_eq!(names(&place.old()).len(), 1);
    // The same call again finds nothing left to do.
    assert_eq!(place.go(&mut go_on).unwrap(), Some(Moved::default()));
    assert_eq!(remove_moved(&place.old()).unwrap(), 0);
    assert_eq!(names(&place.old()).len(), 0);
}

#[test]
fn across_volumes_it_is_copied_and_the_old_one_stays_until_asked() {
    let place = Move::new();
    let before = names(&place.old()).len();
    let mut last = 0;
    let moved = place.copy(&mut |done, all| (done <= all && done >= last, last = done).0).unwrap().unwrap();
    let store = Store::open(&place.new_place()).unwrap();
    let space = store.space().unwrap();
    assert_eq!((moved.renamed, moved.objects, moved.bytes), (false, space.objects, space.objects_bytes));
    assert_eq!((moved.records, moved.damaged, moved.left), (6, vec![], 1), "the torn object nobody names stays");
    check_new(&place.new_place(), &place.sessions());
    assert!(matches!(Store::open(&place.old()), Err(Error::Moved { .. })));
    assert!(names(&place.old()).len() >= before, "nothing is deleted unasked");
    // Not while the new place is away: that may be all there is.
    let away = place.folder.path().join("away");
    std::fs::rename(place.new_place(), &away).unwrap();
    assert!(remove_moved(&place.old()).is_err());
    std::fs::rename(&away, place.new_place()).unwrap();
    assert!(matches!(remove_moved(&place.new_place()), Err(Error::NotMoved { .. })), "nor the store itself");
    assert!(remove_moved(&place.old()).unwrap() >= space.objects_bytes);
    assert_eq!(names(&place.old()).len(), 0);
    check_new(&place.new_place(), &place.sessions());
}

#[test]
fn told_to_stop_it_goes_on_later_with_what_changed_meanwhile() {
    let place = Move::new();
    let mut steps = 0;
    let stopped = place.copy(&mut |_, _| (steps += 1, steps < 8).1).unwrap();
    assert_eq!((stopped, steps), (None, 8));
    // Half a store is none, and nobody makes one of it.
    let half = |result: Result<Store>| matches!(result, Err(Error::HalfMoved { from, .. }) if from == place.old());
    assert!(half(Store::open(&place.new_place())) && half(Store::create_or_open(&place.new_place())));
    let old = Store::open(&place.old()).unwrap();
    let mut session = old.begin(UDID, &place.sessions(), Base::Newest).unwrap();
    put(&mut session, "came meanwhile", b"x");
    let head = session.commit(commit()).unwrap();
    let moved = place.copy(&mut go_on).unwrap().unwrap();
    assert_eq!(moved.records, 7);
    let new = Store::open(&place.new_place()).unwrap();
    assert_eq!(contents(&new.version(UDID, head.seq).unwrap())["came meanwhile"], b"x");
    new.expire(UDID, head.seq).unwrap();
    assert!(old.version(UDID, head.seq).is_ok(), "the old one is its own");
}

/// A pin that comes while records are being copied comes along.
#[test]
fn a_pin_in_between_comes_along() {
    let place = Move::new();
    let old = Store::open(&place.old()).unwrap();
    let mut times = 0;
    HOOK.set(Some(Box::new(move |name| {
        if name == "record written at the new place" && (times, times += 1).0 == 2 {
            old.pin(UDID, 3, true).unwrap();
            old.expire(UDID, 4).unwrap();
        }
    })));
    place.copy(&mut go_on).unwrap().unwrap();
    HOOK.set(None);
    let new = Store::open(&place.new_place()).unwrap();
    assert!(new.pinned(UDID).unwrap().contains(&3));
    assert_eq!(new.versions(UDID).unwrap().versions.iter().map(|head| head.seq).collect::<Vec<_>>(), [2, 3]);
    assert_eq!(new.expired(UDID).unwrap().len(), 2);
}

#[test]
fn damage_comes_along_told_by_name_and_does_not_stop_the_rest() {
    let place = Move::new();
    let old = Store::open(&place.old()).unwrap();
    let (changed, missing) = (*blake3::hash(&[3, 0]).as_bytes(), *blake3::hash(&[3, 1]).as_bytes());
    let object = old.0.layout.object(&changed);
    std::fs::remove_file(&object).unwrap();
    std::fs::write(&object, [9, 9]).unwrap();
    std::fs::remove_file(old.0.layout.object(&missing)).unwrap();
    let moved = place.copy(&mut go_on).unwrap().unwrap();
    let mut expected = vec![changed, missing];
    expected.sort_unstable();
    let mut damaged = moved.damaged.clone();
    damaged.sort_unstable();
    assert_eq!((damaged, moved.left), (expected.clone(), 1));
    let new = Store::open(&place.new_place()).unwrap();
    let mut found: Vec<_> = new.verify(Depth::Bytes, Part::ALL, &mut go_on).unwrap().damaged;
    found.sort_by_key(|one| one.hash);
    assert_eq!(found.iter().map(|one| one.hash).collect::<Vec<_>>(), expected);
    assert!(found.iter().all(|one| one.touches.iter().all(|file| file.seq == 3)), "{found:?}");
    let aside = new.0.layout.damaged_objects().join(format!("{}-1", crate::layout::hex(&changed)));
    assert_eq!(std::fs::read(aside).unwrap(), [9, 9]);
}

/// The bytes on their way are what is checked: a disk that returns others is found out, and the old store stays.
#[test]
fn a_lie_in_between_never_becomes_the_new_store() {
    let place = Move::new();
    let new = Layout::new(&place.new_place());
    HOOK.set(Some(Box::new(move |name| {
        if name == "content copied" {
            std::fs::remove_file(new.object(blake3::hash(&[3, 0]).as_bytes())).unwrap();
        }
    })));
    let failed = place.copy(&mut go_on);
    HOOK.set(None);
    assert!(matches!(failed, Err(Error::ObjectDamaged { .. })), "{failed:?}");
    assert!(Store::open(&place.old()).is_ok() && Store::open(&place.new_place()).is_err());
}

#[test]
fn nothing_that_is_in_the_way_is_touched() {
    let place = Move::new();
    let root = place.new_place().join("Heirloom");
    std::fs::create_dir_all(&root).unwrap();
    std::fs::write(root.join("mine"), b"mine").unwrap();
    assert!(matches!(place.go(&mut go_on), Err(Error::NotEmpty { .. })));
    assert_eq!(names(&place.new_place()), [root.join("mine")]);
    std::fs::remove_dir_all(&root).unwrap();
    Store::create_or_open(&place.new_place()).unwrap();
    assert!(matches!(place.go(&mut go_on), Err(Error::NotEmpty { .. })), "another store");
    for inside in [place.old(), place.old().join("Heirloom/objects"), place.old().join("../old")] {
        let moved = move_store(&place.old(), &inside, &place.sessions(), &[], &mut go_on);
        assert!(matches!(moved, Err(Error::InsideItself { .. })), "{}", inside.display());
    }
    let moved = move_store(&place.folder.path().join("nowhere"), &place.old(), &place.sessions(), &[], &mut go_on);
    assert!(matches!(moved, Err(Error::NoStore { .. })));
    Store::open(&place.old()).unwrap();
}

#[test]
fn a_move_and_a_backup_wait_for_one_another() {
    let place = Move::new();
    let old = Store::open(&place.old()).unwrap();
    let session = old.begin(UDID, &place.sessions(), Base::Newest).unwrap();
    assert!(matches!(place.copy(&mut go_on), Err(Error::StoreBusy { .. })));
    assert!(old.writer(&place.sessions()).unwrap().is_some());
    drop(session);
    assert_eq!(old.writer(&place.sessions()).unwrap(), None);
    let (sessions, own) = (place.sessions(), place.folder.path().join("another computer"));
    HOOK.set(Some(Box::new(move |name| {
        if name == "content copied" {
            for sessions in [&sessions, &own] {
                let begun = old.begin(UDID, sessions, Base::Newest);
                assert!(matches!(begun, Err(Error::StoreBusy { .. })), "{:?}", begun.err());
            }
        }
    })));
    place.copy(&mut go_on).unwrap().unwrap();
    HOOK.set(None);
    check_new(&place.new_place(), &place.sessions());
}

#[test]
#[cfg(target_os = "linux")]
fn a_disk_that_is_too_small_is_told_before_anything_is_copied() {
    let Some(volume) = volume::Volume::make(volume::FileSystem::Ext4, 8 << 20) else {
        println!("skipped: no right to mount a small volume");
        return;
    };
    let place = Move::new();
    let old = Store::open(&place.old()).unwrap();
    let mut session = old.begin(UDID, &place.sessions(), Base::Newest).unwrap();
    let mut big = vec![0; 9 << 20];
    blake3::Hasher::new().finalize_xof().fill(&mut big);
    put(&mut session, "big", &big);
    session.commit(commit()).unwrap();
    let small = volume.place().join("new");
    let moved = move_store(&place.old(), &small, &place.sessions(), &[], &mut go_on);
    assert!(matches!(moved, Err(Error::DiskFull { needed, free }) if needed > 9 << 20 && free < needed), "{moved:?}");
    assert!(Store::open(&place.old()).is_ok());
    // One that fits goes across the two volumes for real.
    let place = Move::new();
    let moved = move_store(&place.old(), &volume.place().join("other"), &place.sessions(), &[], &mut go_on);
    let moved = moved.unwrap().unwrap();
    assert!(!moved.renamed && moved.objects > 0);
}
