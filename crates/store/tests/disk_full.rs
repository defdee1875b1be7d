//! A full disk, for real: a small volume in memory. Needs the right to mount; says so and passes where that is missing.
#![cfg(target_os = "linux")]

use std::io::Write;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use store::{Base, Commit, Depth, Error, Session, Store};

const UDID: &str = "00008110-001A2B3C4D5E6F70";

/// A mounted volume of a few MiB.
struct Volume(PathBuf);

impl Volume {
    fn mount(at: &Path, mebibytes: u32) -> Option<Volume> {
        let options = format!("size={mebibytes}m");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &options, "tmpfs"]).arg(at).stdout(Stdio::null()).stderr(Stdio::null());
        mount.status().is_ok_and(|status| status.success()).then(|| Volume(at.to_path_buf()))
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut bytes);
    bytes
}

fn put(session: &mut Session, path: &str, bytes: &[u8]) -> Result<(), Error> {
    let mut writer = session.create(path)?;
    let _ = writer.write_all(bytes);
    session.finish_file(writer).map(drop)
}

fn check(store: &Store, seq: u64) {
    let verified = store.version(UDID, seq).unwrap().verify(Depth::Bytes, &mut |_, _| ControlFlow::Continue(()));
    assert_eq!(verified.damaged, []);
}

#[test]
fn a_full_disk_is_told_and_harms_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (location, sessions) = (folder.path().join("volume"), folder.path().join("sessions"));
    std::fs::create_dir(&location).unwrap();
    let Some(_volume) = Volume::mount(&location, 24) else {
        println!("skipped: no right to mount a small volume");
        return;
    };
    let store = Store::create_or_open(&location).unwrap();
    let mut session = store.begin(UDID, &sessions, Base::Newest).unwrap();
    put(&mut session, "first", &noise(0, 1 << 20)).unwrap();
    session.commit(Commit::default()).unwrap();

    // Small files: stored in the background, so the error comes a little later.
    let mut session = store.begin(UDID, &sessions, Base::Newest).unwrap();
    let error = (1..100).find_map(|number| put(&mut session, &format!("f{number}"), &noise(number, 1 << 20)).err());
    assert!(matches!(error, Some(Error::DiskFull { needed: 1_048_576, free }) if free < 1 << 20), "{error:?}");
    assert!(matches!(session.commit(Commit::default()), Err(Error::SessionFailed)));
    check(&store, 1);
    assert_eq!(store.versions(UDID).unwrap().versions.len(), 1);

    // What arrived is kept and taken up again once there is room; here: after a clean-up of the objects that are torn.
    let session = store.begin(UDID, &sessions, Base::Resume).unwrap();
    assert!(session.resumed());
    let files = session.list("").len();
    assert!((10..24).contains(&files), "{files}");
    session.discard().unwrap();

    // A large file: told by the write and by the end of the file; the part goes, so there is room again.
    let free = store.free_space().unwrap();
    let mut session = store.begin(UDID, &sessions, Base::Newest).unwrap();
    let error = put(&mut session, "large", &noise(7, 25 << 20)).err();
    assert!(matches!(error, Some(Error::DiskFull { .. })), "{error:?}");
    assert!(session.get("large").is_none());
    assert!(store.free_space().unwrap() + (64 << 10) >= free);
    session.discard().unwrap();
    check(&store, 1);
}

#[test]
fn the_reserve_is_spent_on_the_record() {
    let folder = tempfile::tempdir().unwrap();
    let (location, sessions) = (folder.path().join("volume"), folder.path().join("sessions"));
    std::fs::create_dir(&location).unwrap();
    let Some(_volume) = Volume::mount(&location, 8) else {
        println!("skipped: no right to mount a small volume");
        return;
    };
    let store = Store::create_or_open(&location).unwrap();
    let ballast = location.join("Heirloom/ballast");
    assert!(!ballast.exists(), "no reserve on so small a volume");
    std::fs::write(&ballast, noise(1, 1 << 20)).unwrap();
    let mut session = store.begin(UDID, &sessions, Base::Newest).unwrap();
    put(&mut session, "file", &noise(2, 1 << 20)).unwrap();
    // A folder so that the claim needs no new block, then fill the volume to its last byte.
    let filler = location.join("filler");
    let mut file = std::fs::File::create(&filler).unwrap();
    while session.received().new_bytes == 0 {
        std::thread::yield_now();
    }
    while file.write_all(&noise(3, 4096)).is_ok() {}
    assert_eq!(store.free_space().unwrap(), 0);
    let head = session.commit(Commit::default()).unwrap();
    assert_eq!((head.seq, head.files), (1, 1));
    assert!(!ballast.exists());
    check(&store, 1);
}

/// Everything a clean-up looks at becomes eight days older.
fn age(folder: &Path) {
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() {
            age(&path);
        } else if path.extension().is_some_and(|end| end == "since") {
            let since: i64 = std::fs::read_to_string(&path).unwrap().trim().parse().unwrap();
            let mut file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
            file.write_all((since - 8 * 86_400_000).to_string().as_bytes()).unwrap();
        } else {
            let old = std::time::SystemTime::now() - std::time::Duration::from_secs(8 * 86_400);
            std::fs::File::open(&path).unwrap().set_modified(old).unwrap();
        }
    }
}

#[test]
fn a_full_disk_is_cleaned_up_with_the_reserve_alone() {
    let folder = tempfile::tempdir().unwrap();
    let (location, sessions) = (folder.path().join("volume"), folder.path().join("sessions"));
    std::fs::create_dir(&location).unwrap();
    let Some(_volume) = Volume::mount(&location, 8) else {
        println!("skipped: no right to mount a small volume");
        return;
    };
    let store = Store::create_or_open(&location).unwrap();
    let ballast = location.join("Heirloom/ballast");
    std::fs::write(&ballast, noise(1, 1 << 18)).unwrap();
    for number in 2..4 {
        let mut session = store.begin(UDID, &sessions, Base::Empty).unwrap();
        put(&mut session, "file", &noise(number, 1 << 20)).unwrap();
        session.commit(Commit::default()).unwrap();
    }
    let fill = || {
        let mut file = std::fs::File::create(location.join("filler")).unwrap();
        while file.write_all(&noise(3, 4096)).is_ok() {}
        assert_eq!(store.free_space().unwrap(), 0);
    };
    fill();
    store.expire(UDID, 1).unwrap();
    assert!(!ballast.exists());

    std::fs::remove_file(location.join("filler")).unwrap();
    std::fs::write(&ballast, noise(1, 1 << 18)).unwrap();
    age(&location.join("Heirloom"));
    fill();
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
    let cleaned = store.reclaim(&sessions, now, &mut |_, _| true).unwrap();
    assert_eq!((cleaned.versions, cleaned.objects, cleaned.bytes), (1, 1, 1 << 20));
    assert!(store.free_space().unwrap() >= 1 << 20);
    check(&store, 2);
}
