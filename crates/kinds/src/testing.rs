//! Small backups made on the spot, so that tests go through the same door as the app.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use backup::{Backup, FileSet, Folder, ReadSeek};
use plist::{Dictionary, Uid, Value};
use rusqlite::{Connection, params};
use tempfile::TempDir;

use crate::{Kind, Opened, Reader};

/// When every file of a test backup was changed: 2001-09-09T01:46:40Z.
pub(crate) const MODIFIED: i64 = 1_000_000_000_000;

/// An unencrypted backup folder of iOS 10 or later, filled file by file.
pub(crate) struct TestBackup {
    folder: TempDir,
    manifest: Connection,
}

impl TestBackup {
    pub(crate) fn new() -> TestBackup {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("backup")).unwrap();
        std::fs::create_dir(folder.path().join("scratch")).unwrap();
        let manifest = Connection::open(folder.path().join("backup/Manifest.db")).unwrap();
        manifest
            .execute_batch(
                "CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB);
                 CREATE TABLE Properties (key TEXT PRIMARY KEY, value BLOB);
                 BEGIN",
            )
            .unwrap();
        TestBackup { folder, manifest }
    }

    /// Gives a contact a face.
    pub(crate) fn face(self, card: i64) -> TestBackup {
        let table =
            "CREATE TABLE ABThumbnailImage (ROWID INTEGER PRIMARY KEY, record_id INTEGER, format INTEGER, data BLOB);";
        let path = "Library/AddressBook/AddressBookImages.sqlitedb";
        self.database("HomeDomain", path, &format!("{table} INSERT INTO ABThumbnailImage VALUES (1, {card}, 0, x'00')"))
    }

    /// Adds a file.
    pub(crate) fn file(self, domain: &str, path: &str, bytes: &[u8]) -> TestBackup {
        self.file_with_attributes(domain, path, bytes, None)
    }

    /// Adds a file with extended attributes (a binary property list).
    pub(crate) fn file_with_attributes(
        self,
        domain: &str,
        path: &str,
        bytes: &[u8],
        attributes: Option<Vec<u8>>,
    ) -> TestBackup {
        let id = backup::file_id(domain, path);
        self.manifest
            .execute(
                "INSERT INTO Files VALUES (?, ?, ?, 1, ?)",
                params![id, domain, path, record(path, bytes.len() as u64, attributes)],
            )
            .unwrap();
        let content = self.folder.path().join("backup").join(backup::content_path(&id));
        std::fs::create_dir_all(content.parent().unwrap()).unwrap();
        std::fs::write(content, bytes).unwrap();
        self
    }

    /// Adds a file of this computer, with its `-wal` when it has one.
    pub(crate) fn copied(self, domain: &str, path: &str, from: &Path) -> TestBackup {
        let backup = self.file(domain, path, &std::fs::read(from).unwrap());
        let wal = PathBuf::from(format!("{}-wal", from.display()));
        if !wal.exists() {
            return backup;
        }
        backup.file(domain, &format!("{path}-wal"), &std::fs::read(wal).unwrap())
    }

    /// Adds a database made by running `sql`.
    pub(crate) fn database(self, domain: &str, path: &str, sql: &str) -> TestBackup {
        let made = self.folder.path().join("made.db");
        Connection::open(&made).unwrap().execute_batch(sql).unwrap();
        let bytes = std::fs::read(&made).unwrap();
        std::fs::remove_file(made).unwrap();
        self.file(domain, path, &bytes)
    }

    /// Ends the backup and opens it; its folder goes when the last user of it does.
    pub(crate) fn open(self) -> Arc<Backup> {
        self.manifest.execute_batch("COMMIT").unwrap();
        drop(self.manifest);
        let root = self.folder.path().join("backup");
        for (name, facts) in plists() {
            Value::Dictionary(facts).to_file_xml(root.join(name)).unwrap();
        }
        let scratch = self.folder.path().join("scratch");
        let files = Kept { folder: Folder::new(root), _folder: self.folder };
        Arc::new(Backup::open(Arc::new(files), &scratch).unwrap())
    }
}

/// Opens a kind that must have something.
pub(crate) fn reader(kind: &dyn Kind, backup: &Arc<Backup>) -> Box<dyn Reader> {
    match kind.open(backup.clone()).unwrap() {
        Opened::Here(reader) => reader,
        Opened::Empty { reason } => panic!("empty: {reason}"),
    }
}

/// Opens a kind that must have nothing; returns the reason it gives.
pub(crate) fn empty_reason(kind: &dyn Kind, backup: &Arc<Backup>) -> String {
    match kind.open(backup.clone()).unwrap() {
        Opened::Here(_) => panic!("not empty"),
        Opened::Empty { reason } => reason,
    }
}

/// A file or folder of the real data, or `None` with a word on the console where it is not at hand.
pub(crate) fn realdata(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("HEIRLOOM_REALDATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/realdata"), PathBuf::from);
    let found = root.join(path);
    if !found.exists() {
        println!("skipped: no {}", found.display());
        return None;
    }
    Some(found)
}

/// A record of Manifest.db as the phone writes it: a keyed archive of one `MBFile`.
fn record(path: &str, size: u64, attributes: Option<Vec<u8>>) -> Vec<u8> {
    let uid = |index| Value::Uid(Uid::new(index));
    let mut file = dictionary([
        ("$class", uid(3)),
        ("RelativePath", uid(2)),
        ("Size", size.into()),
        ("Mode", 0o100_644_u64.into()),
        ("LastModified", (MODIFIED / 1000).into()),
        ("Birth", (MODIFIED / 1000).into()),
        ("ProtectionClass", 3_u64.into()),
    ]);
    let class = dictionary([
        ("$classname", "MBFile".into()),
        ("$classes", Value::Array(vec!["MBFile".into(), "NSObject".into()])),
    ]);
    if attributes.is_some() {
        file.insert("ExtendedAttributes".to_owned(), uid(4));
    }
    let mut objects = vec!["$null".into(), Value::Dictionary(file), path.into(), Value::Dictionary(class)];
    objects.extend(attributes.map(Value::Data));
    let archive = dictionary([
        ("$version", 100_000_u64.into()),
        ("$archiver", "NSKeyedArchiver".into()),
        ("$top", Value::Dictionary(dictionary([("root", uid(1))]))),
        ("$objects", Value::Array(objects)),
    ]);
    let mut bytes = Vec::new();
    Value::Dictionary(archive).to_writer_binary(&mut bytes).unwrap();
    bytes
}

fn plists() -> [(&'static str, Dictionary); 3] {
    let lockdown = dictionary([
        ("UniqueDeviceID", "00008101-000123456789001E".into()),
        ("DeviceName", "Test phone".into()),
        ("ProductType", "iPhone13,2".into()),
        ("ProductVersion", "17.3".into()),
    ]);
    [
        ("Manifest.plist", dictionary([("IsEncrypted", false.into()), ("Lockdown", Value::Dictionary(lockdown))])),
        ("Status.plist", dictionary([("SnapshotState", "finished".into()), ("IsFullBackup", true.into())])),
        ("Info.plist", dictionary([("Device Name", "Test phone".into()), ("Product Type", "iPhone13,2".into())])),
    ]
}

fn dictionary<const N: usize>(pairs: [(&str, Value); N]) -> Dictionary {
    pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// The files of the backup, together with the folder that must outlive them.
struct Kept {
    folder: Folder,
    _folder: TempDir,
}

impl FileSet for Kept {
    fn open(&self, path: &str) -> io::Result<Option<Box<dyn ReadSeek>>> {
        self.folder.open(path)
    }
    fn size(&self, path: &str) -> io::Result<Option<u64>> {
        self.folder.size(path)
    }
    fn local_path(&self, path: &str) -> Option<PathBuf> {
        self.folder.local_path(path)
    }
}
