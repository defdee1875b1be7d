//! Small made-up backups of iOS 5 to 9: Manifest.mbdb and a flat folder.

use std::path::Path;
use std::sync::Arc;

use backup::{Backup, Folder, Result, file_id};

use super::sealed::{encrypt, key, padded, wrapped};
use super::{dictionary, text};

pub struct Old {
    pub folder: tempfile::TempDir,
    list: Vec<u8>,
}

/// One record, as hostile as it may be.
pub struct Row<'a> {
    pub domain: Option<&'a [u8]>,
    pub path: Option<&'a [u8]>,
    pub mode: u16,
    pub size: u64,
    pub key: Option<Vec<u8>>,
    pub properties: &'a [(&'a str, &'a [u8])],
}

impl Default for Row<'_> {
    fn default() -> Self {
        Row { domain: Some(b"D"), path: Some(b"p"), mode: 0o100_644, size: 0, key: None, properties: &[] }
    }
}

impl Old {
    pub fn new() -> Old {
        let old = Old { folder: tempfile::tempdir().unwrap(), list: b"mbdb\x05\0".to_vec() };
        old.plist("Status.plist", dictionary(&[("SnapshotState", text("finished"))]));
        old.plist("Info.plist", dictionary(&[("Product Version", text("9.3.5"))]));
        old.plist("Manifest.plist", dictionary(&[("IsEncrypted", plist::Value::Boolean(false))]));
        old
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn plist(&self, name: &str, value: plist::Value) {
        value.to_file_xml(self.path().join(name)).unwrap();
    }

    pub fn row(&mut self, row: Row<'_>) {
        self.blob(row.domain);
        self.blob(row.path);
        self.blob(None);
        self.blob(Some(&[0xDD; 20]));
        self.blob(row.key.as_deref());
        self.list.extend(row.mode.to_be_bytes());
        self.list.extend([7; 16]);
        self.list.extend([1_400_000_002u32, 1_400_000_001, 1_400_000_000].map(u32::to_be_bytes).concat());
        self.list.extend(row.size.to_be_bytes());
        self.list.extend([4, row.properties.len() as u8]);
        for (name, value) in row.properties {
            self.blob(Some(name.as_bytes()));
            self.blob(Some(value));
        }
    }

    pub fn file(&mut self, domain: &str, path: &str, content: &[u8]) {
        let size = content.len() as u64;
        self.row(Row { domain: Some(domain.as_bytes()), path: Some(path.as_bytes()), size, ..Row::default() });
        std::fs::write(self.path().join(file_id(domain, path)), content).unwrap();
    }

    pub fn sealed(&mut self, domain: &str, path: &str, content: &[u8]) {
        let id = file_id(domain, path);
        let (key, size) = (key(&id), content.len() as u64);
        let (domain, path) = (Some(domain.as_bytes()), Some(path.as_bytes()));
        self.row(Row { domain, path, size, key: Some(wrapped(4, &key)), ..Row::default() });
        std::fs::write(self.path().join(id), encrypt(&key, &padded(content))).unwrap();
    }

    /// Writes the list, without its last `cut` bytes.
    pub fn close(&self, cut: usize) {
        std::fs::write(self.path().join("Manifest.mbdb"), &self.list[..self.list.len() - cut]).unwrap();
    }

    pub fn open(&self) -> Result<Backup> {
        Backup::open(Arc::new(Folder::new(self.path().to_owned())), &self.path().join("scratch"))
    }

    fn blob(&mut self, blob: Option<&[u8]>) {
        self.list.extend(blob.map_or(u16::MAX, |blob| blob.len() as u16).to_be_bytes());
        self.list.extend(blob.unwrap_or_default());
    }
}
