//! `docs/reader.py`, which knows nothing but the format, must list and rebuild what we stored.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use store::{Base, Commit, EntryKind, Session, Store, StoreKey};

const UDID: &str = "00008110-001A2B3C4D5E6F70";

/// A Python with the three modules the reader needs: the one named in the environment, or the usual one.
fn python() -> Option<PathBuf> {
    let named = std::env::var_os("HEIRLOOM_PYTHON").map(PathBuf::from);
    let has_modules = |python: &PathBuf| {
        let tried = Command::new(python).args(["-c", "import blake3, zstandard, nacl"]).output();
        tried.is_ok_and(|output| output.status.success())
    };
    named.into_iter().chain([PathBuf::from("python3")]).find(has_modules)
}

fn put(session: &mut Session, path: &str, bytes: &[u8]) {
    let mut writer = session.create(path).unwrap();
    writer.write_all(bytes).unwrap();
    session.finish_file(writer).unwrap();
}

/// Two megabytes of which every version changes a little.
fn database(version: u8) -> Vec<u8> {
    let mut bytes = vec![0; (2 << 20) + 1000 * usize::from(version)];
    blake3::Hasher::new().finalize_xof().fill(&mut bytes);
    (0..usize::from(version)).for_each(|turn| bytes[turn * 70_000] ^= 0x55);
    bytes
}

fn run(python: &Path, arguments: &[&str]) -> Output {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/reader.py");
    Command::new(python).arg(script).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

#[test]
fn the_reader_lists_and_rebuilds_every_version() {
    let Some(python) = python() else {
        println!("skipped: no python3 with the modules blake3, zstandard and nacl (name one in HEIRLOOM_PYTHON)");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let location = folder.path().display().to_string();
    let store = Store::create_or_open(folder.path()).unwrap();
    let sessions = folder.path().join("sessions");
    for version in 1..=3u8 {
        let mut session = store.begin(UDID, &sessions, Base::Newest).unwrap();
        put(&mut session, "Manifest.db", &database(version));
        put(&mut session, "Info.plist", format!("<plist>{version}</plist>").as_bytes());
        put(&mut session, "ab/ä \"quoted\"", &[version; 3000]);
        put(&mut session, "empty", b"");
        session.make_folder("made").unwrap();
        let notes = [("device-name".to_owned(), "Ann’s iPhone".to_owned())].into();
        let (inline, delta) = (vec!["Info.plist".to_owned()], vec!["Manifest.db".to_owned()]);
        let made = 1_795_384_175_000;
        session.commit(Commit { made, notes, inline, inline_max: 100, delta, ..Commit::default() }).unwrap();
    }
    assert_eq!(store.version(UDID, 1).unwrap().local_path("Manifest.db"), None, "a delta");

    let listed = run(&python, &[&location]);
    assert!(listed.status.success(), "{}", text(&listed.stderr));
    assert_eq!(text(&listed.stdout).lines().count(), 3);
    assert!(text(&listed.stdout).contains("2026-11-22 21:49        4 files"), "{}", text(&listed.stdout));
    assert!(text(&listed.stdout).contains("Ann’s iPhone"));

    for seq in 1..=3u64 {
        let to = folder.path().join(format!("rebuilt {seq}"));
        let done = run(&python, &[&location, UDID, &seq.to_string(), &to.display().to_string()]);
        assert!(done.status.success(), "{}", text(&done.stderr));
        let version = store.version(UDID, seq).unwrap();
        for entry in version.entries() {
            let path = to.join(&entry.path);
            match version.open(&entry.path).unwrap() {
                Some(mut file) => {
                    let mut bytes = Vec::new();
                    file.read_to_end(&mut bytes).unwrap();
                    assert!(std::fs::read(&path).unwrap() == bytes, "version {seq}: {}", entry.path);
                }
                None => assert!(path.is_dir() && entry.kind == EntryKind::Folder),
            }
        }
    }

    // What is damaged is named, and the rest is rebuilt.
    let object = store.version(UDID, 3).unwrap().local_path("ab/ä \"quoted\"").unwrap();
    std::fs::remove_file(&object).unwrap();
    std::fs::write(&object, [9; 3000]).unwrap();
    let to = folder.path().join("damaged");
    let done = run(&python, &[&location, UDID, "3", &to.display().to_string()]);
    assert_eq!(done.status.code(), Some(1));
    assert!(text(&done.stderr).contains("quoted\" has changed"), "{}", text(&done.stderr));
    assert!(!to.join("ab/ä \"quoted\"").exists() && to.join("Manifest.db").exists());
    let files = run(&python, &[&location, UDID, "2"]);
    assert_eq!(text(&files.stdout).lines().count(), 5);
    assert!(!run(&python, &[&location, UDID, "9"]).status.success());
}

#[test]
fn the_reader_opens_sealed_versions_with_the_recovery_key_alone() {
    let Some(python) = python() else {
        println!("skipped: no python3 with the modules blake3, zstandard and nacl (name one in HEIRLOOM_PYTHON)");
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let location = folder.path().display().to_string();
    let store = Store::create_or_open(folder.path()).unwrap();
    let (key, other) = (StoreKey::generate().unwrap(), StoreKey::generate().unwrap());
    for seq in 1..=2u32 {
        let mut session = store.begin(UDID, &folder.path().join("sessions"), Base::Newest).unwrap();
        session.keep_inside(&["Info.plist"]);
        put(&mut session, "Info.plist", format!("<plist>{seq}</plist>").as_bytes());
        // More than two parts of a list.
        for number in 0..3000u32 {
            put(&mut session, &blake3::hash(&number.to_le_bytes()).to_hex(), &(number % 3).to_le_bytes());
        }
        let notes = [("device-name".to_owned(), "Ann’s iPhone".to_owned())].into();
        session.commit(Commit { made: 1_795_384_175_000, notes, ..Commit::default() }).unwrap();
        store.seal(&key).unwrap();
    }
    let listed = run(&python, &[&location]);
    assert_eq!(listed.status.code(), Some(1));
    assert_eq!(text(&listed.stdout).lines().count(), 1, "the one that is not sealed");
    assert!(text(&listed.stderr).contains(&format!("is sealed with the key {}", key.id())), "{}", text(&listed.stderr));

    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    // As a person types it, beside one of another store.
    let typed = key.written().to_lowercase().replace('-', " ").replace('0', "o");
    let keys = file("keys", &format!("{}\n\n{typed}\n", *other.written()));
    let listed = run(&python, &["--key", &keys, &location]);
    assert!(listed.status.success(), "{}", text(&listed.stderr));
    assert_eq!(text(&listed.stdout).matches("Ann’s iPhone").count(), 2);
    let to = folder.path().join("rebuilt");
    let done = run(&python, &["--key", &keys, &location, UDID, "2", &to.display().to_string()]);
    assert!(done.status.success(), "{}", text(&done.stderr));
    assert_eq!(std::fs::read(to.join("Info.plist")).unwrap(), b"<plist>2</plist>");
    assert_eq!(std::fs::read_dir(&to).unwrap().count(), 3001);

    let wrong = run(&python, &["--key", &file("other", &other.written()), &location]);
    assert_eq!((wrong.status.code(), text(&wrong.stdout).lines().count()), (Some(1), 1));
    let mistyped = run(&python, &["--key", &file("mistyped", &key.written()[..68]), &location]);
    assert!(!mistyped.status.success() && text(&mistyped.stderr).contains("not a recovery key"));
}
