//! A folder taken in: its files share nothing that a change could reach, and a cut try is gone on with.

use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime};

use super::*;
use crate::fault::for_tests::KILL_AT;

const PLACE: &str = "HEIRLOOM_STORE_TAKE_IN_PLACE";
const SOURCE: u64 = 7;

fn all(_: u64) -> bool {
    true
}

/// A folder with files small and large, of different times.
fn source(place: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut large = vec![0; 200_000];
    blake3::Hasher::new().finalize_xof().fill(&mut large);
    let files = [("Info.plist", b"<plist/>".to_vec()), ("ab/1", large), ("ab/2", vec![3; 9_000]), ("cd/3", Vec::new())];
    for (number, (path, bytes)) in files.iter().enumerate() {
        let path = place.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        let time = SystemTime::UNIX_EPOCH + Duration::from_millis(1_600_000_000_000 + number as u64 * 1_001);
        std::fs::File::options().write(true).open(&path).unwrap().set_modified(time).unwrap();
    }
    files.into_iter().map(|(path, bytes)| (path.to_owned(), bytes)).collect()
}

fn take_all(session: &mut Session, from: &Path, files: &BTreeMap<String, Vec<u8>>) -> Vec<Taken> {
    files.keys().map(|path| session.take_in(path, &from.join(path), &mut all).unwrap()).collect()
}

#[test]
fn what_is_taken_in_has_its_bytes_and_its_time() {
    let place = Place::new();
    let from = place.folder.path().join("from");
    let files = source(&from);
    let mut session = place.begin(Base::Source(SOURCE));
    assert_eq!(take_all(&mut session, &from, &files), [Taken::Stored; 4]);
    assert_eq!(session.received().files, 4);
    session.commit(commit()).unwrap();
    let version = place.store.version(UDID, 1).unwrap();
    assert_eq!(contents(&version), files);
    assert_eq!(version.get("ab/2").unwrap().modified, 1_600_000_002_002);
    std::fs::write(from.join("ab/1"), b"changed afterwards").unwrap();
    assert!(verify(&version).damaged.is_empty());
}

#[test]
fn a_cut_try_is_gone_on_with_by_the_same_source_only() {
    let place = Place::new();
    let from = place.folder.path().join("from");
    let files = source(&from);
    let first = |place: &Place| {
        let mut session = place.begin(Base::Source(SOURCE));
        assert_eq!(session.take_in("ab/1", &from.join("ab/1"), &mut all).unwrap(), Taken::Stored);
        assert_eq!(session.take_in("gone", &from.join("ab/2"), &mut all).unwrap(), Taken::Stored);
        session.keep().unwrap();
    };
    first(&place);
    assert_eq!(place.reopen().recover(&place.sessions).unwrap().len(), 1, "it is of use");
    let mut session = place.begin(Base::Source(SOURCE));
    assert!(session.resumed());
    session.remove("gone").unwrap();
    use Taken::{Earlier, Stored};
    assert_eq!(take_all(&mut session, &from, &files), [Stored, Earlier, Stored, Stored]);
    session.commit(commit()).unwrap();
    assert_eq!(contents(&place.store.version(UDID, 1).unwrap()), files);

    for other in [Base::Source(8), Base::Resume, Base::Empty] {
        first(&place);
        let session = place.begin(other);
        assert!(!session.resumed(), "{other:?}");
        assert!(other == Base::Resume || session.get("ab/1").is_none(), "{other:?}");
        session.discard().unwrap();
    }
}

#[test]
fn a_file_that_changes_while_it_is_read_is_refused() {
    let place = Place::new();
    let from = place.folder.path().join("from");
    source(&from);
    let path = from.join("ab/1");
    let mut session = place.begin(Base::Source(SOURCE));
    let mut changing = |_| {
        std::fs::File::options().append(true).open(&path).unwrap().write_all(b"more").unwrap();
        true
    };
    let refused = session.take_in("ab/1", &path, &mut changing);
    assert!(matches!(refused, Err(Error::SourceChanged { path: of }) if of == path));
    assert!(session.get("ab/1").is_none());
    assert_eq!(session.take_in("ab/1", &path, &mut |_| false).unwrap(), Taken::Stopped);
    assert_eq!(session.take_in("ab/1", &path, &mut all).unwrap(), Taken::Stored);
    #[cfg(unix)]
    {
        std::os::unix::fs::symlink(&path, from.join("link")).unwrap();
        assert!(session.take_in("link", &from.join("link"), &mut all).is_err(), "links are not followed");
    }
    assert!(matches!(session.take_in("x", &from, &mut all), Err(Error::Io { .. })), "a folder is no file");
}

/// Run in a process of its own: takes the folder in and makes a version of it.
#[test]
fn child() {
    let Some(place) = std::env::var_os(PLACE) else { return };
    let place = Path::new(&place);
    let files = tree_of(&place.join("from"));
    let store = Store::create_or_open(place).unwrap();
    store.recover(&place.join("sessions")).unwrap();
    if !store.versions(UDID).unwrap().versions.is_empty() {
        return;
    }
    let mut session = store.begin(UDID, &place.join("sessions"), Base::Source(SOURCE)).unwrap();
    let taken = take_all(&mut session, &place.join("from"), &files);
    let earlier = taken.iter().filter(|taken| **taken == Taken::Earlier).count();
    std::fs::write(place.join("earlier"), earlier.to_string()).unwrap();
    session.commit(commit()).unwrap();
}

fn tree_of(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let names = ["Info.plist", "ab/1", "ab/2", "cd/3"];
    names.iter().map(|name| ((*name).to_owned(), std::fs::read(folder.join(name)).unwrap())).collect()
}

fn child_in(place: &Path, kill_at: u64) -> Command {
    let mut child = Command::new(std::env::current_exe().unwrap());
    child.args(["tests::take_in::child", "--exact", "--nocapture", "--test-threads=1"]);
    child.env(PLACE, place).env(KILL_AT, kill_at.to_string()).stdout(Stdio::null()).stderr(Stdio::null());
    child
}

#[test]
fn a_kill_at_any_step_of_taking_in_is_gone_on_with() {
    let (mut steps, mut resumed) = (0, 0);
    for step in 1.. {
        let folder = quick_folder();
        let place = folder.path();
        let files = source(&place.join("from"));
        if child_in(place, step).status().unwrap().success() {
            break;
        }
        steps = step;
        assert_eq!(tree_of(&place.join("from")), files, "step {step}: the source is only read");
        assert!(child_in(place, 0).status().unwrap().success(), "step {step}");
        let store = Store::open(place).unwrap();
        let versions = store.versions(UDID).unwrap().versions;
        assert_eq!(versions.len(), 1, "step {step}: once");
        let version = store.version(UDID, versions[0].seq).unwrap();
        assert_eq!(contents(&version), files, "step {step}");
        assert!(verify(&version).damaged.is_empty(), "step {step}");
        assert_eq!(std::fs::read_dir(store.0.layout.parts()).unwrap().count(), 0, "step {step}");
        resumed += u32::from(std::fs::read_to_string(place.join("earlier")).is_ok_and(|count| count != "0"));
    }
    println!("{steps} steps; after {resumed} of them what had arrived was not read again");
    assert!(steps >= 20 && resumed > 0, "{steps} steps, {resumed} gone on with");
}

/// Where the volume can, what is taken in takes no space, and parts from the source when that is written to.
#[test]
#[cfg(target_os = "linux")]
fn blocks_are_shared_where_the_volume_can() {
    use super::volume::{FileSystem, Volume, run};
    for kind in [FileSystem::Btrfs, FileSystem::Xfs] {
        let Some(volume) = Volume::make(kind, kind.size()) else { continue };
        let folder = volume.place();
        let (from, big) = (folder.join("from"), vec![9; 10 << 20]);
        std::fs::create_dir(&from).unwrap();
        std::fs::write(from.join("big"), &big).unwrap();
        std::fs::write(from.join("small"), b"small").unwrap();
        let store = Store::create_or_open(&folder).unwrap();
        assert!(run("sync", &[]));
        let free = store.free_space().unwrap();
        let mut session = store.begin(UDID, &folder.join("sessions"), Base::Source(1)).unwrap();
        for name in ["big", "small"] {
            assert_eq!(session.take_in(name, &from.join(name), &mut all).unwrap(), Taken::Stored);
        }
        assert_eq!(session.received().shared_bytes, 10 << 20, "{kind:?}");
        session.commit(commit()).unwrap();
        assert!(run("sync", &[]));
        let taken = free.saturating_sub(store.free_space().unwrap());
        assert!(taken < 4 << 20, "{kind:?}: {taken} bytes");
        let inode = |path: &Path| std::os::unix::fs::MetadataExt::nlink(&std::fs::metadata(path).unwrap());
        assert_eq!(inode(&from.join("big")), 1, "never a hard link");
        let mut writer = std::fs::File::options().write(true).open(from.join("big")).unwrap();
        writer.write_all(b"changed").unwrap();
        drop(writer);
        assert!(run("sync", &[]));
        let version = store.version(UDID, 1).unwrap();
        assert!(verify(&version).damaged.is_empty(), "{kind:?}");
        assert!(contents(&version)["big"] == big, "{kind:?}");
        println!("{kind:?}: {taken} bytes taken for 10 MB");
    }
}
