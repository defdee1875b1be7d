//! Backups made by others; skipped where they are not at hand.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use backup::{Backup, EntryKind, Error, Folder, OldFormat};
use plist::Value;

fn realdata(relative: &str) -> Option<PathBuf> {
    let root = std::env::var_os("HEIRLOOM_REALDATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/realdata"), PathBuf::from);
    let path = root.join(relative);
    if !path.exists() {
        println!("skipped: {} is not here", path.display());
        return None;
    }
    Some(path)
}

fn open(folder: &Path) -> backup::Result<Backup> {
    let scratch = tempfile::tempdir().unwrap();
    Backup::open(Arc::new(Folder::new(folder.to_owned())), scratch.path())
}

/// Expected values by `sqlite3 Manifest.db 'SELECT * FROM Files'` and `plutil` on the records.
#[test]
fn a_small_unencrypted_backup() {
    let Some(folder) = realdata("greatvovan+ios-backup-browser/tests/data/sample_backup") else {
        return;
    };
    let backup = open(&folder).unwrap();
    assert!(!backup.facts().complete, "its Status.plist names no state");
    let domains = backup.domains().unwrap();
    let domains: Vec<_> = domains.iter().map(|d| (d.domain.as_str(), d.files)).collect();
    assert_eq!(domains, [("AppDomain-com.google.Translate", 1), ("DatabaseDomain", 0)]);

    let app = "AppDomain-com.google.Translate";
    let names: Vec<_> = backup.list(app, "").unwrap().into_iter().map(|node| node.name).collect();
    assert_eq!(names, ["Documents", "Library"]);
    let file = backup.find(app, "Library/Preferences/com.google.Translate.plist").unwrap().unwrap();
    assert_eq!(file.file_id, "12e90d5b620bbdeaaa88de34607ebf880fa708f5");
    let mut content = Vec::new();
    backup.read(&file).unwrap().read_to_end(&mut content).unwrap();
    let on_disk = std::fs::read(folder.join("12/12e90d5b620bbdeaaa88de34607ebf880fa708f5")).unwrap();
    assert_eq!(content, on_disk);

    let stat = backup.stat(&file).unwrap();
    assert_eq!((stat.size, stat.mode, stat.protection_class), (1562, 33152, 3));
    assert_eq!(stat.modified, Some(1_682_109_153_000));
    let link = backup.find("DatabaseDomain", "timezone/localtime").unwrap().unwrap();
    assert_eq!(link.kind, EntryKind::Link);
    assert_eq!(backup.stat(&link).unwrap().target.as_deref(), Some("/var/db/timezone/zoneinfo/America/Vancouver"));
    let check = backup.check(&mut |_, _| {}).unwrap();
    assert_eq!((check.rows, check.files, check.missing_count), (6, 1, 0));
    assert!(backup.report().rows.is_empty());
}

#[test]
fn a_plain_backup_with_real_rows() {
    let Some(folder) = realdata("_derived/plain-ios14") else {
        return;
    };
    let backup = open(&folder).unwrap();
    let facts = backup.facts();
    assert_eq!(facts.udid, "1cb128eafa77c5be74283e9a3a2130af36a3c059");
    assert_eq!((facts.product_type.as_str(), facts.product_version.as_str()), ("iPhone9,3", "14.3"));
    assert_eq!((facts.complete, facts.full, facts.apps.len()), (true, Some(true), 6));
    assert_eq!(facts.made, Some(1_638_559_993_000));
    assert_eq!(facts.imei.as_deref(), Some("42"));

    let expected = std::fs::read(folder.with_extension("expected.json")).unwrap();
    let expected = String::from_utf8(expected).unwrap();
    let mut files = 0;
    for domain in backup.domains().unwrap() {
        for entry in backup.walk(&domain.domain, "").unwrap() {
            let mut content = Vec::new();
            backup.read(&entry).unwrap().read_to_end(&mut content).unwrap();
            let key = format!("{}::{}", entry.domain, entry.path);
            let about = &expected[expected.find(&key).unwrap()..];
            let length = about.split("\"len\": ").nth(1).unwrap();
            let length: usize = length[..length.find(['\n', ',']).unwrap()].trim().parse().unwrap();
            assert_eq!(content.len(), length, "{key}");
            files += 1;
        }
    }
    assert_eq!(files, 10);
    assert_eq!(backup.check(&mut |_, _| {}).unwrap().missing_count, 0);
}

#[test]
fn what_is_not_read_is_named() {
    if let Some(folder) = realdata("_derived/enc-ios14-realkdf") {
        assert!(matches!(open(&folder), Err(Error::Encrypted)));
        let facts = Backup::facts_of(&Folder::new(folder)).unwrap();
        assert!(facts.encrypted && facts.complete);
        assert_eq!(facts.device_name, "iPhone");
    }
    if let Some(folder) = realdata("_derived/plain-ios9-mbdb") {
        assert!(matches!(open(&folder), Err(Error::OldFormat(OldFormat::Mbdb))));
    }
    if let Some(parts) = realdata("matan1008+pyiosbackup") {
        let folder = tempfile::tempdir().unwrap();
        let copy = |from: &str, to: &str| std::fs::copy(parts.join(from), folder.path().join(to)).unwrap();
        copy("Manifest.db.encrypted", "Manifest.db");
        let mut manifest = plist::Dictionary::new();
        let key = std::fs::read(parts.join("ManifestKey.bin")).unwrap();
        manifest.insert("ManifestKey".into(), Value::Data(key));
        let manifest = Value::Dictionary(manifest);
        manifest.to_file_xml(folder.path().join("Manifest.plist")).unwrap();
        assert!(matches!(open(folder.path()), Err(Error::Encrypted)));
    }
}
