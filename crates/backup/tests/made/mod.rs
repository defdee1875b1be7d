//! Small made-up backups: a folder with a manifest, plists and content.
#![allow(dead_code)]

pub mod hostile;
pub mod old;
pub mod sealed;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use backup::{Backup, Folder, Result, content_path, file_id};
use plist::{Dictionary, Uid, Value};
use rusqlite::{Connection, params};

pub struct Made {
    pub folder: tempfile::TempDir,
    pub manifest: Connection,
}

pub fn dictionary(pairs: &[(&str, Value)]) -> Value {
    let pairs = pairs.iter().map(|(key, value)| (key.to_string(), value.clone()));
    Value::Dictionary(pairs.collect::<Dictionary>())
}

pub fn text(text: &str) -> Value {
    Value::String(text.into())
}

fn uid(number: u64) -> Value {
    Value::Uid(Uid::new(number))
}

fn class(name: &str) -> Value {
    dictionary(&[("$classname", text(name)), ("$classes", Value::Array(vec![text(name), text("NSObject")]))])
}

/// A record as iOS writes it; extra fields are objects of their own.
pub fn record(mode: i64, size: i64, extra: &[(&str, Value)]) -> Vec<u8> {
    let mut fields = vec![
        ("$class", uid(2)),
        ("RelativePath", uid(3)),
        ("Size", Value::Integer(size.into())),
        ("Mode", Value::Integer(mode.into())),
        ("LastModified", Value::Integer(1_600_000_000i64.into())),
        ("LastStatusChange", Value::Integer(1_600_000_001i64.into())),
        ("Birth", Value::Integer(1_500_000_000i64.into())),
        ("UserID", Value::Integer(501.into())),
        ("GroupID", Value::Integer(501.into())),
        ("ProtectionClass", Value::Integer(3.into())),
    ];
    let mut objects = vec![text("$null"), Value::Boolean(false), class("MBFile"), text("x")];
    for (name, value) in extra {
        fields.push((name, uid(objects.len() as u64)));
        objects.push(value.clone());
        if *name == "EncryptionKey" {
            let at = objects.len() as u64;
            objects.push(class("NSMutableData"));
            objects[at as usize - 1] = dictionary(&[("$class", uid(at)), ("NS.data", value.clone())]);
        }
    }
    objects[1] = dictionary(&fields);
    let archive = dictionary(&[
        ("$version", Value::Integer(100_000.into())),
        ("$archiver", text("NSKeyedArchiver")),
        ("$top", dictionary(&[("root", uid(1))])),
        ("$objects", Value::Array(objects)),
    ]);
    binary(&archive)
}

pub fn binary(value: &Value) -> Vec<u8> {
    let mut bytes = Vec::new();
    value.to_writer_binary(&mut bytes).unwrap();
    bytes
}

impl Made {
    pub fn new() -> Made {
        let folder = tempfile::tempdir().unwrap();
        let manifest = Connection::open(folder.path().join("Manifest.db")).unwrap();
        let schema =
            "CREATE TABLE Files (fileID TEXT PRIMARY KEY, domain TEXT, relativePath TEXT, flags INTEGER, file BLOB);
            CREATE INDEX FilesDomainIdx ON Files(domain); CREATE INDEX FilesRelativePathIdx ON Files(relativePath);
            CREATE INDEX FilesFlagsIdx ON Files(flags); CREATE TABLE Properties (key TEXT PRIMARY KEY, value BLOB);";
        manifest.execute_batch(schema).unwrap();
        let made = Made { folder, manifest };
        made.plist("Status.plist", &dictionary(&[("SnapshotState", text("finished"))]));
        made.plist("Info.plist", &dictionary(&[("Device Name", text("Zoë's iPhone"))]));
        made.plist("Manifest.plist", &dictionary(&[("IsEncrypted", Value::Boolean(false))]));
        made
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn plist(&self, name: &str, value: &Value) {
        std::fs::write(self.path().join(name), binary(value)).unwrap();
    }

    pub fn row(&self, domain: &str, path: &str, flags: i64, record: Vec<u8>) {
        let sql = "INSERT INTO Files VALUES (?1, ?2, ?3, ?4, ?5)";
        let id = file_id(domain, path);
        self.manifest.execute(sql, params![id, domain, path, flags, record]).unwrap();
    }

    pub fn folder_row(&self, domain: &str, path: &str) {
        self.row(domain, path, 2, record(0o040_755, 0, &[]));
    }

    pub fn file(&self, domain: &str, path: &str, content: &[u8]) -> PathBuf {
        self.row(domain, path, 1, record(0o100_644, content.len() as i64, &[]));
        let to = self.path().join(content_path(&file_id(domain, path)));
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::write(&to, content).unwrap();
        to
    }

    pub fn scratch(&self) -> PathBuf {
        self.path().join("scratch")
    }

    pub fn open(&self) -> Result<Backup> {
        let files = Arc::new(Folder::new(self.path().to_owned()));
        Backup::require_finished(&*files)?;
        Backup::open(files, &self.scratch())
    }
}
