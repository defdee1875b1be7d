//! Backups made by others; skipped where they are not at hand.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use backup::{Backup, Ending, EntryKind, Error, Folder, KeychainKind, Locked, Password};
use plist::Value;
use sha2::{Digest, Sha256};

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

fn unlocked(folder: &Path, password: &str) -> backup::Result<Backup> {
    let files = Arc::new(Folder::new(folder.to_owned()));
    let keys = Locked::look(&*files)?.unwrap().unlock(&Password::new(password), &|| false)?;
    let scratch = tempfile::tempdir().unwrap();
    Backup::open_unlocked(files, scratch.path(), &keys)
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Compares every file with what an independent program found: length and SHA-256.
fn assert_files(backup: &Backup, expected: &serde_json::Value) {
    let files = expected["files"].as_object().unwrap();
    for (name, about) in files {
        let (domain, path) = name.split_once("::").unwrap();
        let entry = backup.find(domain, path).unwrap().unwrap();
        let mut content = Vec::new();
        backup.read(&entry).unwrap().read_to_end(&mut content).unwrap();
        assert_eq!(sha256(&content), about["sha256"].as_str().unwrap(), "{name}");
        assert_eq!(backup.length(&entry).unwrap(), about["len"].as_u64().unwrap(), "{name}");
        assert_eq!(backup.ending(&entry).unwrap(), Ending::Whole, "{name}");
        if let Some(modified) = about["mtime"].as_i64() {
            assert_eq!(backup.stat(&entry).unwrap().modified, Some(modified * 1000), "{name}");
        }
    }
    assert!(files.len() >= 10);
}

fn expected(folder: &Path) -> serde_json::Value {
    serde_json::from_slice(&std::fs::read(folder.with_extension("expected.json")).unwrap()).unwrap()
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
    assert_files(&backup, &expected(&folder));
    assert_eq!(backup.check(&mut |_, _| {}).unwrap().missing_count, 0);
    assert!(backup.keychain().unwrap().is_none());
    assert_records(&folder);
    assert_eq!(
        backup.left_out().iter().map(|left| left.what).collect::<Vec<_>>(),
        ["health", "callHistory", "safari", "keychain", "home"]
    );
}

/// Every record of a manifest reads the same in place and taken apart.
fn assert_records(folder: &Path) {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY | rusqlite::OpenFlags::SQLITE_OPEN_URI;
    let uri = format!("file:{}?immutable=1", folder.join("Manifest.db").display());
    let manifest = rusqlite::Connection::open_with_flags(uri, flags).unwrap();
    let mut records = manifest.prepare("SELECT file FROM Files").unwrap();
    let records = records.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
    let read = records.filter(|record| backup::fuzzing::file_record(record.as_ref().unwrap()).is_some()).count();
    assert!(read >= 10, "{read}");
}

/// The production number of rounds, 3,721 rows, a password with a letter outside ASCII.
#[test]
fn an_encrypted_backup() {
    let Some(folder) = realdata("_derived/enc-ios14-realkdf") else {
        return;
    };
    assert!(matches!(open(&folder), Err(Error::Encrypted)));
    let facts = Backup::facts_of(&Folder::new(folder.clone())).unwrap();
    assert!(facts.encrypted && facts.complete);
    assert_eq!(facts.device_name, "iPhone");

    let expected = expected(&folder);
    let backup = unlocked(&folder, expected["password"].as_str().unwrap()).unwrap();
    assert_files(&backup, &expected);
    let check = backup.check(&mut |_, _| {}).unwrap();
    assert_eq!(check.rows, expected["rows"].as_u64().unwrap());
    assert_eq!(check.files - check.missing_count, 11);
    assert_eq!(backup.left_out(), [], "its previews have their originals");

    let keychain = backup.keychain().unwrap().unwrap();
    let items = keychain.items.iter();
    let items: Vec<_> = items.map(|i| (i.kind, i.title.as_str(), i.account.as_str(), i.secret().to_string())).collect();
    let known = [
        (KeychainKind::Wifi, "HomeNet-5G", "", "correct horse battery".to_owned()),
        (KeychainKind::Wifi, "Café ☕ Guest", "", "pässwörd-🔑".to_owned()),
        (KeychainKind::Website, "login.example.org", "alice@example.org", "hunter2!".to_owned()),
    ];
    assert_eq!(items, known);
    assert_eq!(keychain.items[0].created, Some(1_583_298_367_000));
    assert_eq!((keychain.this_device_only, keychain.unreadable), (1, 0));
}

#[test]
fn a_backup_of_ios_9() {
    let Some(folder) = realdata("_derived/plain-ios9-mbdb") else {
        return;
    };
    let backup = open(&folder).unwrap();
    assert_eq!(backup.facts().product_version, "9.3.5");
    assert!(!backup.facts().encrypted);
    assert_files(&backup, &expected(&folder));
    let link = backup.find("HomeDomain", "Library/link").unwrap().unwrap();
    assert_eq!(link.kind, EntryKind::Link);
    assert_eq!(backup.stat(&link).unwrap().target.as_deref(), Some("/var/mobile/elsewhere"));
    let property = backup.stat(&backup.find_id("6e9d0cb750a70e7fa10943c134a5f021dab327e7").unwrap().unwrap()).unwrap();
    let property = backup::plists::parse(&property.extended_attributes.unwrap()).unwrap();
    let property = property.as_dictionary().unwrap()["com.apple.assetsd.UUID"].as_data().unwrap().to_vec();
    assert_eq!(property[..4], [0x97, 0x2D, 0x5E, 0xBE]);
    assert_eq!(backup.check(&mut |_, _| {}).unwrap().missing_count, 0);
    assert!(backup.database("HomeDomain", "Library/SMS/sms.db").unwrap().unwrap().has_table("message"));
    let names: Vec<_> = backup.list("HomeDomain", "Library").unwrap().into_iter().map(|node| node.name).collect();
    assert_eq!(names, ["Calendar", "CoreDuet", "Preferences", "SMS", "Safari", "TCC", "link"]);
    assert!(backup.report().rows.is_empty());
}

/// Key bags, one manifest and one file out of the tests of pyiosbackup; all class keys are zeros.
#[test]
fn vectors_of_another_reader() {
    let Some(parts) = realdata("matan1008+pyiosbackup") else {
        return;
    };
    let read = |name: &str| std::fs::read(parts.join(name)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let put = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
    let manifest = |bag: &str| {
        let mut fields = plist::Dictionary::new();
        fields.insert("ManifestKey".into(), Value::Data(read("ManifestKey.bin")));
        fields.insert("BackupKeyBag".into(), Value::Data(read(bag)));
        Value::Dictionary(fields).to_file_xml(folder.path().join("Manifest.plist")).unwrap();
    };
    let text = |backup: &Backup| {
        let entry = backup.find("MyTestDomain", "Media/Test.txt").unwrap().unwrap();
        assert_eq!(entry.file_id, "5727bd1c5fa1055e15d8b4a75a74793c84b5ffdc");
        let stat = backup.stat(&entry).unwrap();
        assert_eq!((stat.size, stat.mode), (9, 33261));
        assert_eq!((stat.modified, stat.birth), (Some(1_628_082_463_000), Some(1_627_974_948_000)));
        let mut text = String::new();
        backup.read(&entry).unwrap().read_to_string(&mut text).unwrap();
        text
    };

    manifest("keybag-10.3-zeros.bin");
    put("Manifest.db", &read("Manifest.db.encrypted"));
    assert!(matches!(open(folder.path()), Err(Error::Encrypted)));
    std::fs::create_dir(folder.path().join("57")).unwrap();
    put("57/5727bd1c5fa1055e15d8b4a75a74793c84b5ffdc", &read("5727bd1c5fa1055e15d8b4a75a74793c84b5ffdc"));
    assert_eq!(text(&unlocked(folder.path(), "0000").unwrap()), "Test data");

    std::fs::remove_file(folder.path().join("Manifest.db")).unwrap();
    manifest("keybag-pre10.2-zeros.bin");
    put("Manifest.mbdb", &read("Manifest.mbdb"));
    put("5727bd1c5fa1055e15d8b4a75a74793c84b5ffdc", &read("5727bd1c5fa1055e15d8b4a75a74793c84b5ffdc"));
    assert!(matches!(open(folder.path()), Err(Error::Encrypted)));
    assert!(matches!(unlocked(folder.path(), "1111"), Err(Error::WrongPassword)));
    let backup = unlocked(folder.path(), "0000").unwrap();
    assert_eq!(text(&backup), "Test data");
    assert!(backup.facts().encrypted);
}
