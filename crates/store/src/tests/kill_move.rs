//! A process is killed at every step of a move. Whatever the step: the old place or the new one is a store with all that
//! there was, to its last byte, and the next run ends the move.

use std::path::Path;
use std::process::{Command, Stdio};

use super::reclaim::go_on;
use super::*;
use crate::fault::for_tests::{KILL_AT, LEAVE};
use crate::writer::LARGEST_HELD;

const PLACE: &str = "HEIRLOOM_STORE_MOVE_PLACE";
/// The child copies, even where a rename would do.
const COPIES: &str = "HEIRLOOM_STORE_MOVE_COPIES";

fn old(place: &Path) -> PathBuf {
    place.join("old")
}

fn new(place: &Path) -> PathBuf {
    place.join("a/new")
}

fn large() -> Vec<u8> {
    let mut bytes = vec![0; LARGEST_HELD + 1];
    blake3::Hasher::new().finalize_xof().fill(&mut bytes);
    bytes
}

/// A database that becomes a delta once the next version has come.
fn database(version: u64) -> Vec<u8> {
    let mut bytes = large();
    bytes.truncate(20 << 10);
    bytes[..8].copy_from_slice(&version.to_le_bytes());
    bytes
}

fn files(version: u64) -> BTreeMap<String, Vec<u8>> {
    let own = (0..3u8).map(|file| (format!("own {file}"), vec![version as u8, file]));
    own.chain([("big".to_owned(), large()), ("Manifest.db".to_owned(), database(version))]).collect()
}

/// A store with four versions, of which one is given up and one pinned, records put aside, and a torn object.
pub fn prepare(place: &Path) {
    let store = Store::create_or_open(&old(place)).unwrap();
    let sessions = place.join("sessions");
    for version in 1..=4 {
        let mut session = store.begin(UDID, &sessions, Base::Newest).unwrap();
        files(version).iter().for_each(|(path, bytes)| drop(put(&mut session, path, bytes)));
        session.commit(Commit { delta: vec!["Manifest.db".into()], ..commit() }).unwrap();
    }
    store.expire(UDID, 1).unwrap();
    store.pin(UDID, 2, true).unwrap();
    let layout = &store.0.layout;
    let record = std::fs::read_dir(layout.versions(UDID)).unwrap().flatten().find(|name| {
        name.file_name().to_string_lossy().starts_with("000003") && name.path().extension().unwrap() == "ver"
    });
    let record = std::fs::read(record.unwrap().path()).unwrap();
    std::fs::write(layout.quarantine(UDID).join("000009-20261122T2149Z.ver"), &record[..record.len() / 2]).unwrap();
    std::fs::create_dir_all(layout.quarantine("OTHER")).unwrap();
    std::fs::write(layout.quarantine("OTHER").join("000001-20261122T2149Z.ver"), b"torn").unwrap();
    let torn = layout.object(blake3::hash(b"never whole").as_bytes());
    std::fs::create_dir_all(torn.parent().unwrap()).unwrap();
    std::fs::write(torn, b"never").unwrap();
}

/// Whether the place is a store with all of it.
fn is_whole(location: &Path) -> bool {
    let Ok(store) = Store::open(location) else { return false };
    let kept = store.versions(UDID).unwrap();
    assert_eq!(kept.versions.iter().map(|head| head.seq).collect::<Vec<_>>(), [2, 3, 4]);
    assert_eq!(kept.damaged.len(), 1);
    assert_eq!(store.versions("OTHER").unwrap().damaged.len(), 1);
    assert_eq!(store.pinned(UDID).unwrap(), [2].into());
    assert_eq!(store.expired(UDID).unwrap().iter().map(|gone| gone.head.seq).collect::<Vec<_>>(), [1]);
    for seq in 2..=4 {
        let version = store.version(UDID, seq).unwrap();
        assert_eq!(contents(&version), files(seq), "version {seq}");
        assert!(verify(&version).damaged.is_empty(), "version {seq}");
    }
    assert_eq!(store.verify(Depth::Bytes, Part::ALL, &mut go_on).unwrap().damaged, []);
    true
}

/// All that there was is at the new place, and it works there.
pub fn check_new(location: &Path, sessions: &Path) {
    assert!(is_whole(location));
    let store = Store::open(location).unwrap();
    // As at every start: the lease of a killed move goes.
    store.recover(sessions).unwrap();
    store.bring_back(UDID, 1).unwrap();
    assert_eq!(contents(&store.version(UDID, 1).unwrap()), files(1));
    store.expire(UDID, 1).unwrap();
    assert!(!store.0.layout.moving().exists() && store.0.layout.readme().exists());
    let session = store.begin(UDID, sessions, Base::Newest).unwrap();
    assert_eq!(session.newest().unwrap().seq, 4);
    session.discard().unwrap();
    // None but this computer's own, and that ended.
    assert_eq!(std::fs::read_dir(store.0.layout.leases()).unwrap().count(), 0);
}

/// Run in a process of its own.
#[test]
fn child() {
    let Some(place) = std::env::var_os(PLACE) else { return };
    let place = Path::new(&place);
    if std::env::var_os(COPIES).is_some() {
        // As if the two lay on two volumes.
        LEAVE.set(&["rename of the root"]);
    }
    move_store(&old(place), &new(place), &place.join("sessions"), &[], &mut go_on).unwrap().unwrap();
}

/// The child, about to move what is in `place` up to a step.
fn child_in(place: &Path, kill_at: u64, copies: bool) -> Command {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["tests::kill_move::child", "--exact", "--nocapture", "--test-threads=1"]);
    child.env(PLACE, place).env(KILL_AT, kill_at.to_string());
    if copies {
        child.env(COPIES, "1");
    }
    child.stdout(Stdio::null()).stderr(Stdio::null());
    child
}

/// Kills at every step; returns how many there were, and after how many the old, both, the new place was the store.
fn kill_at_every_step(copies: bool) -> (u64, [u32; 3]) {
    let mut seen = [0; 3];
    for step in 1.. {
        let folder = quick_folder();
        let place = folder.path();
        prepare(place);
        let ended = child_in(place, step, copies).status().unwrap().success();
        let whole = (is_whole(&old(place)), is_whole(&new(place)));
        seen[match whole {
            (true, false) => 0,
            (true, true) => 1,
            (false, true) => 2,
            (false, false) => panic!("step {step}: no store is left"),
        }] += 1;
        // The next run ends it, here without being killed.
        assert!(child_in(place, u64::MAX, copies).status().unwrap().success(), "step {step}");
        check_new(&new(place), &place.join("sessions"));
        assert!(matches!(Store::open(&old(place)), Err(Error::Moved { .. })), "step {step}");
        remove_moved(&old(place)).unwrap();
        assert!(is_whole(&new(place)));
        if ended {
            return (step - 1, seen);
        }
    }
    unreachable!("a move ends")
}

#[test]
fn a_kill_at_any_step_of_a_move_leaves_a_whole_store() {
    for (copies, how) in [(true, "copied"), (false, "renamed")] {
        let (steps, seen) = kill_at_every_step(copies);
        println!("{how}: {steps} steps; the store was at the old place, both, the new one: {seen:?}");
        assert!(steps >= if copies { 40 } else { 7 }, "{how}: {steps}");
        assert!(seen[0] > 0 && seen[2] > 0, "{how}: {seen:?}");
    }
}

#[test]
fn a_kill_while_the_old_place_is_deleted_is_gone_on_with() {
    let folder = quick_folder();
    prepare(folder.path());
    assert!(child_in(folder.path(), u64::MAX, true).status().unwrap().success());
    // As a kill in the middle leaves it.
    std::fs::remove_dir_all(old(folder.path()).join("Heirloom/devices")).unwrap();
    remove_moved(&old(folder.path())).unwrap();
    assert!(!old(folder.path()).join("Heirloom").exists() && is_whole(&new(folder.path())));
}
