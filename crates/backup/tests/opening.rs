//! What a folder is, by its bytes; and the private copies of databases.

mod made;

use std::io::Read;
use std::sync::Arc;

use backup::{Backup, Error, Folder, OldFormat};
use made::{Made, dictionary, text};
use plist::Value;
use rusqlite::Connection;

fn open(folder: &std::path::Path) -> backup::Result<Backup> {
    let files = Arc::new(Folder::new(folder.to_owned()));
    Backup::require_finished(&*files)?;
    Backup::open(files, &folder.join("scratch"))
}

/// As it is, finished or not.
fn open_cut(folder: &std::path::Path) -> backup::Result<Backup> {
    Backup::open(Arc::new(Folder::cut(folder.to_owned())), &folder.join("scratch"))
}

#[test]
fn situations_are_told_apart() {
    let empty = tempfile::tempdir().unwrap();
    assert!(matches!(open(empty.path()), Err(Error::NotABackup)));

    let made = Made::new();
    made.plist("Status.plist", &dictionary(&[("SnapshotState", text("uploading"))]));
    assert!(matches!(made.open(), Err(Error::Unfinished { state }) if state == "uploading"));
    std::fs::write(made.path().join("Status.plist"), b"").unwrap();
    assert!(matches!(made.open(), Err(Error::Unfinished { .. })));
    std::fs::write(made.path().join("Status.plist"), b"bplist00 cut").unwrap();
    assert!(matches!(made.open(), Err(Error::PlistDamaged { name: "Status.plist", .. })));

    let made = Made::new();
    for empty in [&b""[..], b"\0\0\0\0", b"<?xml version=\"1.0\"?><plist version=\"1.0\"><dict/></plist>"] {
        std::fs::write(made.path().join("Info.plist"), empty).unwrap();
        assert!(matches!(made.open(), Err(Error::InfoEmpty)));
    }
    std::fs::write(made.path().join("Info.plist"), b"<plist><dict><key>a").unwrap();
    assert!(made.open().is_ok(), "a damaged Info.plist does not lose the backup");
    std::fs::remove_file(made.path().join("Info.plist")).unwrap();
    assert!(made.open().unwrap().facts().complete);

    let cut = tempfile::tempdir().unwrap();
    std::fs::write(cut.path().join("Info.plist"), b"").unwrap();
    assert!(matches!(open(cut.path()), Err(Error::Unfinished { .. })));
    std::fs::write(cut.path().join("Manifest.mbdx"), b"mbdx").unwrap();
    assert!(matches!(open(cut.path()), Err(Error::OldFormat(OldFormat::Mbdx))));

    let cut = tempfile::tempdir().unwrap();
    std::fs::create_dir(cut.path().join("Snapshot")).unwrap();
    std::fs::write(cut.path().join("Snapshot/Manifest.db"), b"SQLite format 3\0").unwrap();
    assert!(matches!(open(cut.path()), Err(Error::Unfinished { .. })), "a first run that was cut");
    let made = Made::new();
    std::fs::create_dir(made.path().join("Snapshot")).unwrap();
    std::fs::write(made.path().join("Snapshot/Manifest.db"), b"left over").unwrap();
    assert!(made.open().is_ok(), "what a later run left lies beside a finished backup");
}

#[test]
fn a_cut_run_is_opened_as_far_as_it_came() {
    // While files are moved to their places: the list and one file are still in `Snapshot`.
    let made = Made::new();
    made.file("HomeDomain", "moved", b"one");
    let waiting = made.file("HomeDomain", "waiting", b"two");
    let snapshot = |path: &std::path::Path| made.path().join("Snapshot").join(path.strip_prefix(made.path()).unwrap());
    std::fs::create_dir_all(snapshot(&waiting).parent().unwrap()).unwrap();
    for path in [made.path().join("Manifest.db"), waiting.clone()] {
        std::fs::rename(&path, snapshot(&path)).unwrap();
    }
    made.plist("Status.plist", &dictionary(&[("SnapshotState", text("moving"))]));
    assert!(matches!(open(made.path()), Err(Error::Unfinished { .. })));
    let opened = open_cut(made.path()).unwrap();
    for (path, bytes) in [("moved", b"one"), ("waiting", b"two")] {
        let mut found = Vec::new();
        let entry = opened.find("HomeDomain", path).unwrap().unwrap();
        opened.read(&entry).unwrap().read_to_end(&mut found).unwrap();
        assert_eq!(found, bytes);
    }
    assert_eq!(opened.check(&mut |_, _| {}).unwrap().missing_count, 0);

    let nothing = tempfile::tempdir().unwrap();
    std::fs::create_dir(nothing.path().join("Snapshot")).unwrap();
    std::fs::write(nothing.path().join("Snapshot/Status.plist"), b"").unwrap();
    assert!(matches!(open_cut(nothing.path()), Err(Error::Unfinished { .. })), "no list, nothing to read");
}

#[test]
fn two_names_of_a_device_are_told() {
    let made = Made::new();
    let named = |name: &str| dictionary(&[("Lockdown", dictionary(&[("UniqueDeviceID", text(name))]))]);
    made.plist("Manifest.plist", &named("00008110-000A"));
    made.plist("Info.plist", &dictionary(&[("Unique Identifier", text("00008110-000a"))]));
    assert_eq!(made.open().unwrap().report().contradictions, []);
    made.plist("Info.plist", &dictionary(&[("Unique Identifier", text("00008110-000B"))]));
    let opened = made.open().unwrap();
    assert_eq!(opened.report().contradictions, [backup::Contradiction::TwoDevices]);
    assert_eq!(opened.facts().udid, "00008110-000A", "the device's own word counts");
}

#[test]
fn bytes_decide_whether_it_is_encrypted() {
    let made = Made::new();
    let claim = |encrypted| made.plist("Manifest.plist", &dictionary(&[("IsEncrypted", Value::Boolean(encrypted))]));
    claim(true);
    let facts = made.open().unwrap().facts().clone();
    assert_eq!((facts.encrypted, facts.claims_encrypted), (false, Some(true)), "a contradiction is told");

    made.manifest.execute("INSERT INTO Properties VALUES ('salt', x'00')", []).unwrap();
    assert!(matches!(made.open(), Err(Error::OldFormat(OldFormat::Ios10Encrypted))));

    std::fs::write(made.path().join("Manifest.db"), vec![0xA5; 4096]).unwrap();
    assert!(matches!(made.open(), Err(Error::Encrypted)));
    assert!(Backup::facts_of(&Folder::new(made.path().to_owned())).unwrap().encrypted);
    claim(false);
    assert!(matches!(made.open(), Err(Error::ManifestDamaged { .. })));
    claim(true);
    std::fs::write(made.path().join("Manifest.db"), vec![0xA5; 4095]).unwrap();
    assert!(matches!(made.open(), Err(Error::ManifestDamaged { .. })));
}

#[test]
fn only_a_plain_table_is_a_manifest() {
    let replaced = |sql: &str| {
        let made = Made::new();
        made.manifest.execute_batch("DROP TABLE Files").unwrap();
        made.manifest.execute_batch(sql).unwrap();
        made.open().err()
    };
    let columns = "NULL AS fileID, NULL AS domain, NULL AS relativePath, 1 AS flags, NULL AS file";
    for sql in [
        "SELECT 1".to_owned(),
        format!("CREATE VIEW Files AS SELECT {columns}"),
        "CREATE TABLE Files (a, b)".to_owned(),
    ] {
        assert!(matches!(replaced(&sql), Some(Error::ManifestDamaged { .. })), "{sql}");
    }
    let made = Made::new();
    std::fs::write(made.path().join("Manifest.db"), b"SQLite format 3\0 and then nothing").unwrap();
    assert!(matches!(made.open(), Err(Error::ManifestDamaged { .. })));
}

#[test]
fn databases_are_private_copies_with_their_log() {
    let made = Made::new();
    let source = tempfile::tempdir().unwrap();
    let live = Connection::open(source.path().join("x.db")).unwrap();
    live.pragma_update(None, "journal_mode", "wal").unwrap();
    live.execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (42)").unwrap();
    let main = made.file("HomeDomain", "x.db", &std::fs::read(source.path().join("x.db")).unwrap());
    let log = std::fs::read(source.path().join("x.db-wal")).unwrap();
    let log = made.file("HomeDomain", "x.db-wal", &log);
    made.file("HomeDomain", "bad.db", b"this is no database at all, just some text");
    let before = [&main, &log].map(|path| std::fs::read(path).unwrap());
    for path in [&main, &log] {
        let mut readonly = std::fs::metadata(path).unwrap().permissions();
        readonly.set_readonly(true);
        std::fs::set_permissions(path, readonly).unwrap();
    }

    let backup = made.open().unwrap();
    let database = backup.database("HomeDomain", "x.db").unwrap().unwrap();
    let value: i64 = database.query_row("SELECT a FROM t", [], |row| row.get(0)).unwrap();
    assert_eq!(value, 42, "the row lives in the log only");
    assert!(database.has_table("t") && !database.has_table("u"));
    assert_eq!(database.column("t", "a"), "\"a\"");
    assert_eq!(database.column("t", "b"), "NULL");
    assert!(database.columns("u").is_empty());
    database.execute_batch("CREATE INDEX i ON t(a)").unwrap();
    assert!(database.execute_batch("ATTACH ':memory:' AS other").is_err());

    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let copies = std::fs::read_dir(made.scratch()).unwrap().next().unwrap().unwrap();
        assert_eq!(copies.metadata().unwrap().permissions().mode() & 0o777, 0o700);
    }
    drop(database);
    assert_eq!(std::fs::read_dir(made.scratch()).unwrap().count(), 0, "removed on drop");
    assert_eq!(before, [&main, &log].map(|path| std::fs::read(path).unwrap()));

    assert!(backup.database("HomeDomain", "absent.db").unwrap().is_none());
    assert!(matches!(backup.database("HomeDomain", "bad.db"), Err(Error::DatabaseDamaged { .. })));
    assert_eq!(std::fs::read_dir(made.scratch()).unwrap().count(), 0);
    std::fs::remove_file(&main).unwrap();
    assert!(matches!(backup.database("HomeDomain", "x.db"), Err(Error::ContentMissing { .. })));
}

#[test]
fn content_is_read_and_odd_folder_names_work() {
    let made = Made::new();
    made.file("D", "a.txt", b"hello");
    let odd = made.path().join("50% of #1? ü");
    std::fs::create_dir(&odd).unwrap();
    for name in ["Manifest.db", "Status.plist"] {
        std::fs::copy(made.path().join(name), odd.join(name)).unwrap();
    }
    assert_eq!(open(&odd).unwrap().walk("D", "").unwrap().len(), 1);

    let backup = made.open().unwrap();
    let entry = backup.find("D", "a.txt").unwrap().unwrap();
    let mut content = String::new();
    backup.read(&entry).unwrap().read_to_string(&mut content).unwrap();
    assert_eq!(content, "hello");
    assert!(backup.local_path(&entry).unwrap().is_some());
    assert_eq!(backup.facts().device_name, "Zoë's iPhone");
}
