//! Manifest.mbdb (iOS 5 to 9), plain and encrypted, whole and hostile.

mod made;

use std::io::Read;
use std::sync::Arc;

use backup::{Backup, Contradiction, Error, Folder, Locked, Password, Reason};
use made::dictionary;
use made::old::{Old, Row};
use made::sealed::{Generation, Sealed};
use plist::Value;

fn text(backup: &Backup, domain: &str, path: &str) -> String {
    let mut text = String::new();
    let entry = backup.find(domain, path).unwrap().unwrap();
    backup.read(&entry).unwrap().read_to_string(&mut text).unwrap();
    assert_eq!(backup.length(&entry).unwrap(), text.len() as u64);
    text
}

#[test]
fn it_reads_like_any_other() {
    let mut old = Old::new();
    old.row(Row { path: Some(b""), mode: 0o040_755, ..Row::default() });
    old.row(Row { path: Some(b"f"), mode: 0o040_755, ..Row::default() });
    old.file("D", "f/a.txt", b"hello");
    old.file("D", "b.txt", b"");
    old.close(0);
    let backup = old.open().unwrap();
    assert!(!backup.facts().encrypted);
    assert_eq!(text(&backup, "D", "f/a.txt"), "hello");
    let names: Vec<_> = backup.list("D", "").unwrap().into_iter().map(|node| node.name).collect();
    assert_eq!(names, ["b.txt", "f"]);
    let file = backup.list("D", "f").unwrap().remove(0);
    assert_eq!((file.size, file.modified), (Some(5), Some(1_400_000_002_000)));
    let entry = file.entry.unwrap();
    assert_eq!(backup.content_path(&entry.file_id), entry.file_id);
    assert!(backup.local_path(&entry).unwrap().is_some());
    assert_eq!(backup.stat(&entry).unwrap().birth, Some(1_400_000_000_000));
    let check = backup.check(&mut |_, _| {}).unwrap();
    assert_eq!((check.rows, check.files, check.missing_count), (4, 2, 0));
    drop(backup);
    assert_eq!(std::fs::read_dir(old.path().join("scratch")).unwrap().count(), 0, "the private list is gone");
}

#[test]
fn encrypted_ones_open_with_one_derivation() {
    let bag = Sealed { generation: Generation::One, ..Sealed::new() };
    let mut old = Old::new();
    old.file("D", "clear", b"clear");
    old.sealed("D", "sealed", b"a secret of iOS 9");
    let claim = |encrypted: bool| {
        let fields = [("IsEncrypted", Value::Boolean(encrypted)), ("BackupKeyBag", Value::Data(bag.keybag()))];
        old.plist("Manifest.plist", dictionary(&fields));
    };
    old.close(0);
    for encrypted in [true, false] {
        claim(encrypted);
        assert!(matches!(old.open(), Err(Error::Encrypted)));
        let files = Arc::new(Folder::new(old.path().to_owned()));
        assert!(Backup::facts_of(&*files).unwrap().encrypted);
        let locked = Locked::look(&*files).unwrap().unwrap();
        assert!(matches!(locked.unlock(&Password::new(""), &|| false), Err(Error::WrongPassword)));
        let keys = locked.unlock(&Password::new(&bag.password), &|| false).unwrap();
        let backup = Backup::open_unlocked(files, &old.path().join("scratch"), &keys).unwrap();
        assert_eq!(text(&backup, "D", "clear"), "clear");
        assert_eq!(text(&backup, "D", "sealed"), "a secret of iOS 9");
        let told = if encrypted { vec![] } else { vec![Contradiction::ClaimsPlain] };
        assert_eq!(backup.report().contradictions, told);
    }
    old.plist("Manifest.plist", dictionary(&[("IsEncrypted", Value::Boolean(true))]));
    let files = Folder::new(old.path().to_owned());
    assert!(matches!(Locked::look(&files), Err(Error::KeybagDamaged)));
}

#[test]
fn hostile_records_are_listed_and_counted() {
    let mut old = Old::new();
    old.file("D", "good", b"good");
    old.row(Row { path: Some(b"../up"), ..Row::default() });
    old.row(Row { path: Some(b"/etc/passwd"), ..Row::default() });
    old.row(Row { path: Some(b"\xff\xfe"), ..Row::default() });
    old.row(Row { path: None, ..Row::default() });
    old.row(Row { domain: None, ..Row::default() });
    old.row(Row { path: Some(b"odd"), mode: 0, ..Row::default() });
    old.row(Row { path: Some(b"nul\0byte"), ..Row::default() });
    let flood = [("x", &[0xAB; 60_000][..]); 20];
    old.row(Row { path: Some(b"huge"), properties: &flood, size: u64::MAX, ..Row::default() });
    old.file("D", "good", b"good");
    old.close(0);
    let backup = old.open().unwrap();
    assert_eq!(text(&backup, "D", "good"), "good");
    let nodes = backup.list("D", "").unwrap();
    let names: Vec<_> = nodes.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(names, ["..", "good", "huge", "nul\0byte", "odd"]);
    let rows = backup.report().rows;
    let count = |reason| rows.iter().find(|row| row.0 == reason).map(|row| row.1);
    assert_eq!(count(Reason::NoPlace), Some(2));
    assert_eq!(count(Reason::WildPath), Some(2));
    assert_eq!(count(Reason::UnknownFlags), Some(1));
    assert_eq!(count(Reason::BadText), Some(1));
    assert_eq!(count(Reason::DamagedRecord), Some(1), "more than a record may hold");
}

#[test]
fn a_list_that_was_cut_is_damaged() {
    let mut old = Old::new();
    old.file("D", "a", b"a");
    old.file("D", "b", b"b");
    for cut in [1, 10, 60] {
        old.close(cut);
        assert!(matches!(old.open(), Err(Error::ManifestDamaged { .. })), "without the last {cut} bytes");
    }
    for other in [&b"mbdb\x06\0"[..], b"mbdb", b"junk"] {
        std::fs::write(old.path().join("Manifest.mbdb"), other).unwrap();
        assert!(matches!(old.open(), Err(Error::ManifestDamaged { .. })), "{other:?}");
    }
}
