//! An encrypted backup that means harm: all of it is listed and counted, none of it is followed.

mod made;

use std::io::Read;

use backup::{Backup, EntryKind, Error, Reason};
use made::hostile::{NAMES, NEVER_FOLLOWED, bomb, hostile};
use made::sealed::Sealed;

#[test]
fn odd_names_are_names_and_bad_rows_end_nothing() {
    let sealed = hostile();
    sealed.close();
    let backup = sealed.open().unwrap();
    for name in NAMES {
        let entry = backup.find("D", name).unwrap().unwrap();
        let mut content = String::new();
        backup.read(&entry).unwrap().read_to_string(&mut content).unwrap();
        assert_eq!(content, name);
    }
    let walked = backup.walk("D", "").unwrap();
    assert_eq!(walked.len(), NAMES.len() + 1 + 3, "those, the long one, two wild paths, the bomb");
    let nodes = backup.list("D", "").unwrap();
    for name in ["Case.txt", "case.TXT", "caf\u{e9}.txt", "cafe\u{301}.txt"] {
        assert_eq!(nodes.iter().filter(|node| node.name == name).count(), 1, "{name}: twins are two");
    }
    let followed = ["traversing id", "absolute id", "uppercase id", "blob id"];
    assert!(nodes.iter().filter(|node| followed.contains(&node.name.as_str())).all(|node| node.entry.is_none()));

    let link = backup.find("D", "link/root").unwrap().unwrap();
    assert_eq!(link.kind, EntryKind::Link);
    assert_eq!(backup.stat(&link).unwrap().target.as_deref(), Some("/etc/passwd"));
    assert!(matches!(backup.read(&link), Err(Error::ContentMissing { .. })));
    let bomb = backup.find("D", "bomb").unwrap().unwrap();
    assert!(matches!(backup.read(&bomb), Err(Error::RecordDamaged { .. })));

    let rows = backup.report().rows;
    let count = |reason| rows.iter().find(|row| row.0 == reason).map_or(0, |row| row.1);
    let bad = [Reason::BadFileId, Reason::NoPlace, Reason::WildPath, Reason::BadText].map(count);
    assert_eq!(bad, [4, 2, 2, 1]);
    assert_eq!(bad.iter().sum::<u64>(), NEVER_FOLLOWED);
    assert_eq!(count(Reason::DamagedRecord), 1);
    let check = backup.check(&mut |_, _| {}).unwrap();
    assert_eq!(check.files - check.missing_count, NAMES.len() as u64 + 1);
}

#[test]
fn bombs_in_the_plists_are_damage() {
    let deep = format!("<plist>{}{}</plist>", "<x:array>".repeat(100_000), "</x:array>".repeat(100_000));
    for bomb in [deep.as_bytes(), &bomb()[..40]] {
        let sealed = Sealed::new();
        sealed.close();
        let put = |name: &str| std::fs::write(sealed.made.path().join(name), bomb).unwrap();
        put("Info.plist");
        assert_eq!(sealed.open().unwrap().facts().udid, "made", "Info.plist is not needed");
        put("Status.plist");
        let opened = Backup::require_finished(&backup::Folder::new(sealed.made.path().to_owned()));
        assert!(matches!(opened, Err(Error::PlistDamaged { name: "Status.plist", .. })));
    }
}

#[test]
fn missing_plists_are_no_loss() {
    let sealed = Sealed::new();
    sealed.file("D", "a", b"a");
    sealed.close();
    for name in ["Info.plist", "Status.plist"] {
        std::fs::remove_file(sealed.made.path().join(name)).unwrap();
        let backup = sealed.open().unwrap();
        assert_eq!(backup.facts().complete, name == "Info.plist");
        assert_eq!(backup.walk("D", "").unwrap().len(), 1);
    }
}
