use std::process::{Command, Stdio};

use super::reclaim::{DAY, age, go_on, objects};
use super::*;
use crate::delta;
use crate::fault::for_tests::{HOOK, KILL_AT, LEAVE};
use crate::lease::now;

const PLACE: &str = "HEIRLOOM_STORE_DELTA_PLACE";
pub const PATH: &str = "Manifest.db";

/// A large file of which every version changes two places, and the length.
pub fn database(version: u64) -> Vec<u8> {
    let mut bytes = vec![0; 200_000 + 100 * (version % 7) as usize];
    blake3::Hasher::new_derive_key("database").finalize_xof().fill(&mut bytes);
    for turn in 1..=version {
        let at = (turn as usize * 4099) % 190_000;
        bytes[at..at + 8].copy_from_slice(&turn.to_le_bytes());
        bytes[24..32].copy_from_slice(&turn.to_le_bytes());
    }
    bytes
}

pub fn back_up(store: &Store, sessions: &Path, version: u64) -> VersionHead {
    let mut session = store.begin(UDID, sessions, Base::Newest).unwrap();
    put(&mut session, PATH, &database(version));
    put(&mut session, "other", format!("{version}").as_bytes());
    session.commit(Commit { delta: vec![PATH.into(), "other".into(), "missing".into()], ..commit() }).unwrap()
}

fn check(store: &Store) {
    for (head, number) in store.versions(UDID).unwrap().versions.into_iter().zip(1..) {
        let version = store.version(UDID, head.seq).unwrap();
        assert_eq!(contents(&version)[PATH], database(number), "version {}", head.seq);
        assert!(verify(&version).damaged.is_empty());
        let presence = version.verify(Depth::Presence, &mut |_, _| ControlFlow::Continue(()));
        assert!(presence.damaged.is_empty());
    }
}

fn whole(place: &Place) -> Vec<u64> {
    (1..=20).filter(|version| place.object(&database(*version)).exists()).collect()
}

#[test]
fn older_copies_become_deltas_and_read_as_they_were() {
    let place = Place::new();
    (1..=20).for_each(|version| drop(back_up(&place.store, &place.sessions, version)));
    assert_eq!(whole(&place), [9, 18, 20], "chains of at most eight");
    check(&place.reopen());
    let space = place.store.space().unwrap();
    assert!(space.objects_bytes < 3 * 202_000 + 17 * 3_000, "{}", space.objects_bytes);
    assert_eq!(space.unnamed_bytes, 0);

    let version = place.store.version(UDID, 3).unwrap();
    assert_eq!(version.local_path(PATH), None);
    assert!(place.store.version(UDID, 9).unwrap().local_path(PATH).is_some());
    let mut file = version.open(PATH).unwrap().unwrap();
    std::io::Seek::seek(&mut file, std::io::SeekFrom::Start(100_000)).unwrap();
    let mut some = [0; 50];
    file.read_exact(&mut some).unwrap();
    assert_eq!(some, database(3)[100_000..100_050]);
    assert_eq!(place.store.verify(Depth::Bytes, Part::ALL, &mut go_on).unwrap().damaged, []);

    // A session over a version whose copy is a delta, as after newer ones were given up.
    (4..=20).for_each(|seq| place.store.expire(UDID, seq).unwrap());
    let mut session = place.begin(Base::Newest);
    assert_eq!(read_all(session.open(PATH).unwrap()).unwrap(), database(3));
    put(&mut session, "more", b"x");
    let head = session.commit(Commit { delta: vec![PATH.into()], ..commit() }).unwrap();
    let version = place.store.version(UDID, head.seq).unwrap();
    assert_eq!(contents(&version)[PATH], database(3));
}

#[test]
fn a_clean_up_keeps_what_a_delta_leans_on() {
    let place = Place::new();
    (1..=5).for_each(|version| drop(back_up(&place.store, &place.sessions, version)));
    let mut session = place.begin(Base::Empty);
    put(&mut session, "without", b"it");
    session.commit(commit()).unwrap();
    (2..=5).for_each(|seq| place.store.expire(UDID, seq).unwrap());
    age(&place.store, 8 * DAY);
    let done = place.store.reclaim(&place.sessions, now(), &mut go_on).unwrap();
    assert_eq!((done.versions, done.objects), (4, 4), "only what was beside it");
    check_first(&place);
    place.store.expire(UDID, 1).unwrap();
    age(&place.store, 8 * DAY);
    let done = place.store.reclaim(&place.sessions, now(), &mut go_on).unwrap();
    assert_eq!((done.versions, done.objects), (1, 6));
    assert_eq!(objects(&place.store).len(), 1);
}

/// What is told to be a version's alone is what a clean-up frees once it is given up.
#[test]
fn space_is_told_as_a_clean_up_frees_it() {
    let place = Place::new();
    (1..=5).for_each(|version| drop(back_up(&place.store, &place.sessions, version)));
    let size = |version| {
        let path = place.store.0.layout.delta(blake3::hash(&database(version)).as_bytes());
        std::fs::metadata(path).unwrap().len()
    };
    let delta = size(1);
    let rule = Retention { max_count: Some(1), ..Retention::default() };
    let plan = place.store.plan(UDID, &rule, now()).unwrap();
    assert_eq!((plan.remove.len(), plan.frees), (2, delta + size(2) + 2), "the last three stay");
    let alone = || -> BTreeMap<u64, u64> {
        place.store.space().unwrap().by_version.into_iter().map(|(_, seq, bytes)| (seq, bytes)).collect()
    };
    assert_eq!(alone(), [(1, delta + 1), (2, 1), (3, 1), (4, 1), (5, 1)].into(), "the others are leaned on");
    for (seq, expected) in [(3, 1), (1, delta + 1)] {
        place.store.expire(UDID, seq).unwrap();
        assert_eq!(alone()[&seq], expected);
        age(&place.store, 8 * DAY);
        assert_eq!(place.store.reclaim(&place.sessions, now(), &mut go_on).unwrap().bytes, expected, "version {seq}");
        assert_eq!(place.store.space().unwrap().unnamed_bytes, 0);
    }
    assert_eq!(alone(), [(2, size(2) + size(3) + 1), (4, 1), (5, 1)].into(), "nobody else leans on the third any more");
}

fn check_first(place: &Place) {
    let version = place.reopen().version(UDID, 1).unwrap();
    assert_eq!(contents(&version)[PATH], database(1));
}

#[test]
fn rot_in_a_chain_is_told_and_content_stored_again_mends_it() {
    let place = Place::new();
    (1..=4).for_each(|version| drop(back_up(&place.store, &place.sessions, version)));
    let path = place.store.0.layout.delta(blake3::hash(&database(2)).as_bytes());
    let good = std::fs::read(&path).unwrap();
    for at in [0, 20, 70, 100, 115, good.len() / 2, good.len() - 1] {
        let mut bad = good.clone();
        bad[at] ^= 16;
        std::fs::remove_file(&path).unwrap();
        std::fs::write(&path, bad).unwrap();
        let store = place.reopen();
        for seq in 1..=2 {
            let version = store.version(UDID, seq).unwrap();
            assert!(matches!(version.open(PATH), Err(Error::ObjectDamaged { .. })), "byte {at}, version {seq}");
        }
        let found = store.verify(Depth::Bytes, Part::ALL, &mut go_on).unwrap();
        let mut seqs: Vec<u64> = found.damaged.iter().flat_map(|one| &one.touches).map(|file| file.seq).collect();
        seqs.sort_unstable();
        assert_eq!(seqs, [1, 2], "byte {at}");
        assert_eq!(contents(&store.version(UDID, 3).unwrap())[PATH], database(3));
    }
    let hash = *blake3::hash(&database(2)).as_bytes();
    place.store.repair(&hash, &mut database(2).as_slice()).unwrap();
    check(&place.reopen());
}

#[test]
fn the_whole_copy_stays_until_the_delta_is_proven() {
    let spoil = |place: &Place, leave: &'static [&'static str]| {
        back_up(&place.store, &place.sessions, 1);
        let parts = place.store.0.layout.parts();
        HOOK.set(Some(Box::new(move |name| {
            if name == "delta written" {
                let part = std::fs::read_dir(&parts).unwrap().next().unwrap().unwrap().path();
                let mut bytes = std::fs::read(&part).unwrap();
                let middle = bytes.len() / 2;
                bytes[middle] ^= 1;
                std::fs::remove_file(&part).unwrap();
                std::fs::write(&part, bytes).unwrap();
            }
        })));
        LEAVE.set(leave);
        back_up(&place.store, &place.sessions, 2);
        LEAVE.set(&[]);
        HOOK.set(None);
        verify(&place.reopen().version(UDID, 1).unwrap()).damaged.is_empty()
    };
    let place = Place::new();
    assert!(spoil(&place, &[]));
    assert_eq!(whole(&place), [1, 2]);
    assert!(!spoil(&Place::new(), &["delta check"]), "the test of the test");
}

#[test]
fn hostile_deltas_end() {
    let place = Place::new();
    (1..=2).for_each(|version| drop(back_up(&place.store, &place.sessions, version)));
    let layout = &place.store.0.layout;
    let hash = |version| *blake3::hash(&database(version)).as_bytes();
    // One that leans on itself by way of another, and one that unpacks to more than it says.
    let two = delta::header(&layout.delta(&hash(1))).unwrap();
    assert_eq!((two.base, two.behind, two.size), (hash(2), 0, database(1).len() as u64));
    std::fs::copy(layout.delta(&hash(1)), layout.delta(&hash(2))).unwrap();
    std::fs::remove_file(layout.object(&hash(2))).unwrap();
    let store = place.reopen();
    for seq in 1..=2 {
        let version = store.version(UDID, seq).unwrap();
        assert!(matches!(version.open(PATH), Err(Error::ObjectDamaged { .. })));
        assert_eq!(version.verify(Depth::Presence, &mut |_, _| ControlFlow::Continue(())).damaged.len(), 1);
    }
}

/// Run in a process of its own.
#[test]
fn child() {
    let Some(place) = std::env::var_os(PLACE) else { return };
    third(Path::new(&place));
}

/// Two versions, of which the first is thin already.
pub fn prepare(place: &Path) {
    let store = Store::create_or_open(place).unwrap();
    (1..=2).for_each(|version| drop(back_up(&store, &place.join("sessions"), version)));
}

/// A third version, which thins the second.
pub fn third(place: &Path) {
    back_up(&Store::open(place).unwrap(), &place.join("sessions"), 3);
}

/// The child, about to run in `place` up to a step, over two versions.
pub fn child_in(place: &Path, kill_at: u64) -> Command {
    prepare(place);
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["tests::delta::child", "--exact", "--nocapture", "--test-threads=1"]);
    child.env(PLACE, place).env(KILL_AT, kill_at.to_string()).stdout(Stdio::null()).stderr(Stdio::null());
    child
}

/// Checks all that must hold after a cut; returns whether the older copy is a delta.
pub fn check_after(place: &Path, step: u64) -> bool {
    let (store, sessions) = (Store::open(place).unwrap(), place.join("sessions"));
    store.recover(&sessions).unwrap();
    check(&store);
    let found = store.versions(UDID).unwrap().versions.len() as u64;
    let thinned = !store.0.layout.object(blake3::hash(&database(2)).as_bytes()).exists();
    // The next backup takes up where this one was cut.
    assert!(back_up(&store, &sessions, found + 1).seq > found, "step {step}");
    check(&store);
    thinned
}

#[test]
fn a_kill_at_any_step_of_thinning_loses_nothing() {
    let (mut thinned, mut steps) = (0, 0);
    for step in 1.. {
        let folder = quick_folder();
        let ended = child_in(folder.path(), step).status().unwrap().success();
        thinned += u32::from(check_after(folder.path(), step));
        if ended {
            steps = step - 1;
            break;
        }
    }
    println!("{steps} steps; after {thinned} of them the older copy was a delta");
    assert!(steps >= 20 && thinned >= 2, "{steps}, {thinned}");
}
