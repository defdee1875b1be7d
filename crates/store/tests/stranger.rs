//! An independent reader in Python, written from `docs/store-format.md`, must see what we see.

use std::io::{Read, Write};
use std::path::Path;
use std::process::Command;

use store::{Base, Commit, EntryKind, Session, Store};

const UDID: &str = "00008110-001A2B3C4D5E6F70";

fn has(program: &str) -> bool {
    Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success())
}

fn put(session: &mut Session, path: &str, bytes: &[u8]) {
    let mut writer = session.create(path).unwrap();
    writer.write_all(bytes).unwrap();
    session.finish_file(writer).unwrap();
}

#[test]
fn a_stranger_reads_what_we_read() {
    if !has("python3") || !has("zstd") {
        println!("skipped: python3 or zstd is not installed");
        return;
    }
    let module = Command::new("python3").args(["-c", "import blake3"]).output();
    if !has("b3sum") && !module.is_ok_and(|output| output.status.success()) {
        println!("note: neither b3sum nor the Python module blake3 is there, the stranger compares no checksums");
    }
    let folder = tempfile::tempdir().unwrap();
    let store = Store::create_or_open(folder.path()).unwrap();
    let sessions = folder.path().join("sessions");
    let mut session = store.begin(UDID, &sessions, Base::Newest).unwrap();
    for number in 0..300 {
        put(&mut session, &format!("{:02x}/{number:040x}", number % 16), format!("content {number}").as_bytes());
    }
    session.commit(Commit::default()).unwrap();
    let mut session = store.begin(UDID, &sessions, Base::Newest).unwrap();
    put(&mut session, "Info.plist", b"<plist/>");
    put(&mut session, "ä/\\ \"quoted\"", b"");
    session.make_folder("made").unwrap();
    let notes = [("name".to_owned(), "Ann’s iPhone".to_owned())].into();
    let inline = vec!["Info.plist".to_owned()];
    let head = session.commit(Commit { made: 1_795_384_175_000, notes, inline, inline_max: 100, ..Commit::default() });
    let head = head.unwrap();

    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/read_version.py");
    let read =
        |file: &str| Command::new("python3").arg(&script).arg(folder.path()).args([UDID, file]).output().unwrap();
    let output = read(&head.file);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
    let told = lines.next().unwrap();
    assert_eq!((told["seq"].as_u64(), told["base"].as_u64()), (Some(2), Some(1)));
    assert_eq!(told["notes"]["name"], "Ann’s iPhone");
    assert_eq!(told["made"].as_i64(), Some(head.made));
    assert_eq!(told["files"].as_u64(), Some(302));

    let version = store.version(UDID, 2).unwrap();
    let mut count = 0;
    for (ours, theirs) in version.entries().zip(lines.by_ref()) {
        let mut content = Vec::new();
        if let Some(mut file) = version.open(&ours.path).unwrap() {
            file.read_to_end(&mut content).unwrap();
        }
        let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
        assert_eq!(theirs["path"].as_str(), Some(ours.path.as_str()));
        assert_eq!(theirs["kind"], if ours.kind == EntryKind::File { "file" } else { "folder" });
        assert_eq!(theirs["size"].as_u64(), Some(ours.size));
        assert_eq!(theirs["modified"].as_i64(), Some(ours.modified));
        assert_eq!(theirs["born"].as_u64(), Some(ours.born));
        assert_eq!(theirs["hash"].as_str(), Some(hex(&ours.hash.unwrap_or_default()).as_str()));
        assert_eq!(theirs["content"].as_str(), Some(hex(&content).as_str()));
        count += 1;
    }
    assert_eq!((count, lines.next()), (303, None));

    // A torn record must not satisfy the stranger either.
    let versions = folder.path().join("Heirloom/devices").join(UDID).join("versions");
    let bytes = std::fs::read(versions.join(&head.file)).unwrap();
    std::fs::write(versions.join("000003-20261122T2149Z.ver"), &bytes[..bytes.len() - 1]).unwrap();
    assert!(!read("000003-20261122T2149Z.ver").status.success());
}
