//! A process is killed at every step of making a store and two versions. Whatever the step: each version that is there is
//! whole to its last byte, each version that was reported is there, and the next session works.

use std::path::Path;
use std::process::{Command, Stdio};

use super::*;
use crate::fault::for_tests::{KILL_AT, TRACE};
use crate::writer::LARGEST_HELD;

const PLACE: &str = "HEIRLOOM_STORE_KILL_PLACE";
const SEALED: &str = "HEIRLOOM_STORE_KILL_SEALED";

type Files = BTreeMap<String, Vec<u8>>;

fn large() -> Vec<u8> {
    let mut bytes = vec![0; LARGEST_HELD + 1];
    blake3::Hasher::new().finalize_xof().fill(&mut bytes);
    bytes
}

/// What the two versions hold.
fn expected() -> [Files; 2] {
    let first = [("a/1", b"one".to_vec()), ("a/2", b"two".to_vec()), ("Info", b"inside".to_vec())];
    let second =
        [("a/1", b"new one".to_vec()), ("moved", b"two".to_vec()), ("big", large()), ("Info", b"inside".to_vec())];
    let owned = |files: &[(&str, Vec<u8>)]| files.iter().map(|(path, bytes)| ((*path).into(), bytes.clone())).collect();
    [owned(&first), owned(&second)]
}

/// Run in a process of its own; notes down each version it was promised.
#[test]
fn child() {
    let Some(place) = std::env::var_os(PLACE) else { return };
    let place = Path::new(&place);
    make_two(place, &mut |versions| std::fs::write(place.join(format!("promised-{versions}")), b"").unwrap());
}

/// Makes a store and two versions, and tells how many it was promised.
pub fn make_two(place: &Path, promised: &mut dyn FnMut(usize)) {
    let store = Store::create_or_open(place).unwrap();
    if std::env::var_os(SEALED).is_some() {
        store.seal(&key(1)).unwrap();
    }
    let sessions = place.join("sessions");
    let mut session = store.begin(UDID, &sessions, Base::Newest).unwrap();
    session.keep_inside(&["Info"]);
    // A torn object from an earlier cut is in the way.
    let torn = store.0.layout.object(blake3::hash(b"one").as_bytes());
    std::fs::create_dir_all(torn.parent().unwrap()).unwrap();
    std::fs::write(torn, b"o").unwrap();
    put(&mut session, "a/1", b"one");
    put(&mut session, "a/2", b"two");
    put(&mut session, "Info", b"inside");
    let inline = vec!["Info".to_owned()];
    session.commit(Commit { inline, inline_max: 99, ..commit() }).unwrap();
    promised(1);

    let mut session = store.begin(UDID, &sessions, Base::Newest).unwrap();
    session.keep_inside(&["Info"]);
    put(&mut session, "Info", b"inside");
    put(&mut session, "a/1", b"new one");
    session.rename("a/2", "moved").unwrap();
    put(&mut session, "big", &large());
    session.keep().unwrap();
    let session = store.begin(UDID, &sessions, Base::Resume).unwrap();
    assert!(session.resumed());
    let inline = vec!["Info".to_owned()];
    session.commit(Commit { inline, inline_max: 99, ..commit() }).unwrap();
    promised(2);
}

/// The child, about to run in `place` up to a step.
pub fn child_in(place: &Path, kill_at: u64) -> Command {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["tests::kill::child", "--exact", "--nocapture", "--test-threads=1"]);
    child.env(PLACE, place).env(KILL_AT, kill_at.to_string()).stdout(Stdio::null()).stderr(Stdio::null());
    child
}

/// Re-hashes every byte of every version and compares it with what it should be; returns how many there are.
pub fn check_versions(store: &Store, step: u64) -> usize {
    let list = store.versions(UDID).unwrap();
    for (head, expected) in list.versions.iter().zip(expected()) {
        let version = store.version(UDID, head.seq).unwrap();
        assert_eq!(contents(&version), expected, "step {step}, version {}", head.seq);
        assert!(verify(&version).damaged.is_empty(), "step {step}, version {}", head.seq);
    }
    assert!(list.versions.len() <= 2 && list.damaged.len() <= 1, "step {step}: {list:?}");
    list.versions.len()
}

/// The one rule: content is durable before the record that names it exists.
fn check_order(place: &Path) {
    let trace = std::fs::read_to_string(place.join("trace")).unwrap();
    let order = ["objects stored", "objects durable", "record created", "record durable", "log removed"];
    let found: Vec<_> = trace.lines().filter(|name| order.contains(name)).collect();
    assert_eq!(found, [order, order].concat());
    let last = |wanted: &str| trace.lines().collect::<Vec<_>>().iter().rposition(|name| *name == wanted).unwrap();
    assert!(last("object written").max(last("part renamed")) < last("objects durable"));
}

#[test]
fn a_kill_at_any_step_loses_no_version() {
    kill_everywhere(false);
}

#[test]
fn a_kill_at_any_step_loses_no_sealed_version() {
    kill_everywhere(true);
}

fn kill_everywhere(sealed: bool) {
    let open = |store: Store| {
        // Without the key a record that was cut is told from a whole one, too.
        let (list, known) = (store.versions(UDID).unwrap(), store.unlock(key(1)).is_ok());
        assert!(sealed || !known);
        let opened = store.versions(UDID).unwrap();
        assert_eq!(list.versions.len() + list.sealed.len(), opened.versions.len());
        assert_eq!(list.damaged, opened.damaged);
        assert!(!sealed || list.versions.is_empty());
        store
    };
    let mut seen = [0; 3];
    let mut steps = 0;
    for step in 1.. {
        let folder = quick_folder();
        let place = folder.path();
        let trace = place.join("trace");
        let mut child = child_in(place, step);
        if sealed {
            child.env(SEALED, "1");
        }
        if child.env(TRACE, &trace).status().unwrap().success() {
            steps = step - 1;
            check_order(place);
            break;
        }
        let store = open(Store::create_or_open(place).unwrap());
        if sealed {
            store.seal(&key(1)).unwrap();
        }
        let promised = (1..=2).filter(|seq| place.join(format!("promised-{seq}")).exists()).count();
        let found = check_versions(&store, step);
        assert!(found >= promised, "step {step}: {promised} promised, {found} found");
        seen[found] += 1;

        let sessions = place.join("sessions");
        let unfinished = store.recover(&sessions).unwrap();
        assert_eq!(std::fs::read_dir(store.0.layout.parts()).unwrap().count(), 0, "step {step}");
        assert!(unfinished.len() <= 1, "step {step}");
        // While the record was being written, everything had arrived: a cut there must not lose that.
        let torn = std::fs::read_dir(store.0.layout.versions(UDID)).map_or(0, |names| {
            names.filter(|name| name.as_ref().unwrap().path().extension().is_some_and(|end| end == "ver")).count()
        });
        assert!(torn == found || unfinished.len() == 1, "step {step}");
        let base = if step % 2 == 0 { Base::Resume } else { Base::Newest };
        let mut session = store.begin(UDID, &sessions, base).unwrap();
        session.keep_inside(&["Info"]);
        assert!(base == Base::Newest || session.resumed() != unfinished.is_empty(), "step {step}");
        put(&mut session, "next", b"next");
        put(&mut session, "a/1", b"one");
        let head = session.commit(commit()).unwrap();
        assert!(!sealed || !store.0.layout.object(blake3::hash(b"inside").as_bytes()).exists(), "step {step}");
        let store = open(Store::open(place).unwrap());
        assert_eq!(store.versions(UDID).unwrap().versions.len(), found + 1, "step {step}");
        let version = store.version(UDID, head.seq).unwrap();
        assert!(verify(&version).damaged.is_empty(), "step {step}");
        assert_eq!(contents(&version)["next"], b"next");
    }
    assert!(steps >= 40, "only {steps} steps");
    assert!(seen.iter().all(|count| *count > 5), "{seen:?}");
    println!("{steps} steps; with 0, 1, 2 versions found: {seen:?}");
}
