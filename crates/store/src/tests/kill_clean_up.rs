//! A process is killed at every step of giving up, bringing back and cleaning up. Whatever the step: each record is in one
//! place, each version is whole, nothing live is gone, and the next clean-up finishes what was begun.

use std::path::Path;
use std::process::{Command, Stdio};

use super::reclaim::{DAY, age, go_on, objects};
use super::*;
use crate::fault::for_tests::KILL_AT;
use crate::lease::now;

const PLACE: &str = "HEIRLOOM_STORE_CLEAN_UP_PLACE";

/// Three versions, the first of them given up long ago, and content nobody names.
pub fn prepare(place: &Path) {
    let store = Store::create_or_open(place).unwrap();
    let sessions = place.join("sessions");
    for number in 1..=3u8 {
        let mut session = store.begin(UDID, &sessions, Base::Newest).unwrap();
        put(&mut session, "shared", b"shared");
        (0..3u8).for_each(|file| drop(put(&mut session, &format!("own {file}"), &[number, file])));
        session.commit(commit()).unwrap();
    }
    let mut left = store.begin(UDID, &sessions, Base::Newest).unwrap();
    (0..3u8).for_each(|file| drop(put(&mut left, &format!("left {file}"), &[9, file])));
    left.keep().unwrap();
    store.expire(UDID, 1).unwrap();
    age(&store, 8 * DAY);
}

/// Run in a process of its own.
#[test]
fn child() {
    let Some(place) = std::env::var_os(PLACE) else { return };
    clean_up(Path::new(&place));
}

/// Gives up a version, brings it back and cleans up.
pub fn clean_up(place: &Path) {
    let store = Store::open(place).unwrap();
    store.expire(UDID, 2).unwrap();
    store.bring_back(UDID, 2).unwrap();
    store.reclaim(&place.join("sessions"), now(), &mut go_on).unwrap();
}

fn files(number: u8) -> BTreeMap<String, Vec<u8>> {
    let own = (0..3u8).map(|file| (format!("own {file}"), vec![number, file]));
    own.chain([("shared".to_owned(), b"shared".to_vec())]).collect()
}

/// The child, about to run in `place` up to a step.
pub fn child_in(place: &Path, kill_at: u64) -> Command {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["tests::kill_clean_up::child", "--exact", "--nocapture", "--test-threads=1"]);
    child.env(PLACE, place).env(KILL_AT, kill_at.to_string()).stdout(Stdio::null()).stderr(Stdio::null());
    child
}

/// Checks all that must hold after a cut; returns whether the expired version is gone for good.
pub fn check_after(place: &Path, step: u64) -> bool {
    let (store, sessions) = (Store::open(place).unwrap(), place.join("sessions"));
    store.recover(&sessions).unwrap();
    if store.expired(UDID).unwrap().iter().any(|expired| expired.head.seq == 2) {
        store.bring_back(UDID, 2).unwrap();
    }
    let kept = store.versions(UDID).unwrap();
    assert_eq!(kept.versions.iter().map(|head| head.seq).collect::<Vec<_>>(), [2, 3], "step {step}");
    assert_eq!(kept.damaged, [], "step {step}");
    for head in &kept.versions {
        assert_eq!(contents(&store.version(UDID, head.seq).unwrap()), files(head.seq as u8), "step {step}");
    }
    // The first version is whole as long as it can be brought back.
    let gone = match store.bring_back(UDID, 1) {
        Ok(()) => {
            assert_eq!(contents(&store.version(UDID, 1).unwrap()), files(1), "step {step}");
            store.expire(UDID, 1).unwrap();
            age(&store, 8 * DAY);
            false
        }
        Err(Error::NoVersion { .. }) => true,
        Err(error) => panic!("step {step}: {error}"),
    };
    store.reclaim(&sessions, now(), &mut go_on).unwrap();
    assert_eq!(objects(&store).len(), 7, "step {step}: shared, and what two versions have alone");
    assert_eq!(std::fs::read_dir(store.0.layout.doomed()).map_or(0, Iterator::count), 0, "step {step}");
    assert!(store.begin(UDID, &sessions, Base::Newest).is_ok(), "step {step}");
    gone
}

#[test]
fn a_kill_at_any_step_of_a_clean_up_loses_nothing() {
    let (mut steps, mut gone) = (0, 0);
    for step in 1.. {
        let folder = quick_folder();
        prepare(folder.path());
        let ended = child_in(folder.path(), step).status().unwrap().success();
        gone += u32::from(check_after(folder.path(), step));
        if ended {
            steps = step - 1;
            break;
        }
    }
    println!("{steps} steps; after {gone} of them the expired version was gone for good");
    assert!(steps >= 20 && gone >= 5, "{steps} steps, {gone}");
}
