//! What a phone remembers of the backups it made: which files a host has, and how its manifest looked.

use super::source::ContentDigest;
use crate::device::lock;
use crate::stream::dictionary;
use crate::{Error, Result};
use plist::Value;
use sha1::{Digest, Sha1};
use std::fs::{self, File};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Snapshots remembered; a host that brings an older one gets a full backup.
const KEPT: usize = 16;
/// Raised when what is remembered changes its form; older memories are forgotten.
const FORMAT: u64 = 2;

pub(crate) struct Memory {
    folder: PathBuf,
    snapshots: Mutex<Vec<Snapshot>>,
}

/// One finished backup, on whichever host.
#[derive(Clone, Debug)]
pub(super) struct Snapshot {
    /// Counts the finished backups of the phone, from 1.
    pub number: u64,
    pub uuid: String,
    /// Which keybag sealed it; empty for a backup in the clear.
    pub bag: String,
    /// SHA-1 of the Manifest.db and the Manifest.plist the host must give back unchanged.
    pub manifest_db: [u8; 20],
    pub manifest_plist: [u8; 20],
    folder: PathBuf,
}

impl Memory {
    pub fn open(folder: PathBuf) -> Result<Memory> {
        fs::create_dir_all(&folder).map_err(Error::io(&folder))?;
        let mut snapshots = Vec::new();
        for entry in fs::read_dir(&folder).map_err(Error::io(&folder))? {
            let path = entry.map_err(Error::io(&folder))?.path();
            snapshots.extend(Snapshot::read(path));
        }
        snapshots.sort_by_key(|snapshot| snapshot.number);
        Ok(Memory { folder, snapshots: Mutex::new(snapshots) })
    }

    pub(super) fn find(&self, uuid: &str) -> Option<Snapshot> {
        lock(&self.snapshots).iter().find(|snapshot| snapshot.uuid == uuid).cloned()
    }

    /// The number and UUID of the next snapshot: they follow from the seed and the backups finished before, so that the same history
    /// leaves the same bytes on any host.
    pub(super) fn next(&self, seed: u64) -> (u64, String) {
        let number = lock(&self.snapshots).last().map_or(0, |last| last.number) + 1;
        (number, uuid_of(&format!("snapshot {number} of phone {seed}")))
    }

    /// Remembers a finished backup; `list` is the file a [`ListWriter`] wrote.
    pub(super) fn keep(&self, made: Made, list: &Path) -> Result<()> {
        let Made { number, uuid, bag, manifest_db, manifest_plist } = made;
        let folder = self.folder.join(number.to_string());
        fs::create_dir_all(&folder).map_err(Error::io(&folder))?;
        let kept = folder.join("files");
        fs::rename(list, &kept).map_err(Error::io(&kept))?;
        let about = folder.join("about.plist");
        let content = dictionary([
            ("Format", FORMAT.into()),
            ("Number", number.into()),
            ("UUID", uuid.as_str().into()),
            ("Bag", bag.as_str().into()),
            ("ManifestDB", Value::Data(manifest_db.to_vec())),
            ("ManifestPlist", Value::Data(manifest_plist.to_vec())),
        ]);
        Value::Dictionary(content).to_file_xml(&about).map_err(Error::plist(&about))?;
        let mut snapshots = lock(&self.snapshots);
        snapshots.push(Snapshot { number, uuid, bag, manifest_db, manifest_plist, folder });
        while snapshots.len() > KEPT {
            let oldest = snapshots.remove(0);
            fs::remove_dir_all(&oldest.folder).map_err(Error::io(&oldest.folder))?;
        }
        Ok(())
    }
}

impl Snapshot {
    /// The snapshot kept in a folder; `None` when its writing was cut.
    fn read(folder: PathBuf) -> Option<Snapshot> {
        let about = Value::from_file(folder.join("about.plist")).ok()?.into_dictionary()?;
        if about.get("Format")?.as_unsigned_integer()? != FORMAT {
            return None;
        }
        let hash = |key| about.get(key)?.as_data()?.try_into().ok();
        Some(Snapshot {
            number: about.get("Number")?.as_unsigned_integer()?,
            uuid: about.get("UUID")?.as_string()?.to_string(),
            bag: about.get("Bag")?.as_string()?.to_string(),
            manifest_db: hash("ManifestDB")?,
            manifest_plist: hash("ManifestPlist")?,
            folder,
        })
    }

    pub fn files(&self) -> io::Result<ListReader> {
        ListReader::open(&self.folder.join("files"))
    }
}

/// What is remembered of a finished backup.
pub(super) struct Made {
    pub number: u64,
    pub uuid: String,
    pub bag: String,
    pub manifest_db: [u8; 20],
    pub manifest_plist: [u8; 20],
}

/// A UUID that follows from a text.
pub(super) fn uuid_of(text: &str) -> String {
    let hash = Sha1::digest(text);
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&hash[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid().to_string().to_uppercase()
}

/// A content file a host has: the stamp of what was sent and, where the phone got to read all of it, its digest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Sent {
    pub domain: String,
    pub path: String,
    pub stamp: u64,
    pub digest: ContentDigest,
}

/// Writes a list of sent files in the order of the phone's contents.
pub(super) struct ListWriter {
    file: BufWriter<File>,
}

impl ListWriter {
    pub fn create(path: &Path) -> io::Result<ListWriter> {
        Ok(ListWriter { file: BufWriter::with_capacity(1 << 16, File::create(path)?) })
    }

    pub fn add(&mut self, domain: &str, path: &str, stamp: u64, digest: &ContentDigest) -> io::Result<()> {
        for text in [domain, path] {
            let length = u16::try_from(text.len()).map_err(|_| io::ErrorKind::InvalidInput)?;
            self.file.write_all(&length.to_le_bytes())?;
            self.file.write_all(text.as_bytes())?;
        }
        self.file.write_all(&stamp.to_le_bytes())?;
        self.file.write_all(digest)
    }

    pub fn finish(mut self) -> io::Result<()> {
        self.file.flush()
    }
}

pub(super) struct ListReader {
    file: BufReader<File>,
}

impl ListReader {
    pub fn open(path: &Path) -> io::Result<ListReader> {
        Ok(ListReader { file: BufReader::with_capacity(1 << 16, File::open(path)?) })
    }

    pub fn next(&mut self) -> io::Result<Option<Sent>> {
        let mut length = [0; 2];
        match self.file.read_exact(&mut length) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let domain = self.text(u16::from_le_bytes(length))?;
        self.file.read_exact(&mut length)?;
        let path = self.text(u16::from_le_bytes(length))?;
        let mut stamp = [0; 8];
        self.file.read_exact(&mut stamp)?;
        let mut digest = ContentDigest::default();
        self.file.read_exact(&mut digest)?;
        Ok(Some(Sent { domain, path, stamp: u64::from_le_bytes(stamp), digest }))
    }

    fn text(&mut self, length: u16) -> io::Result<String> {
        let mut bytes = vec![0; length.into()];
        self.file.read_exact(&mut bytes)?;
        String::from_utf8(bytes).map_err(|_| io::ErrorKind::InvalidData.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn snapshots_outlive_the_phone_and_the_oldest_are_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let memory = Memory::open(folder.path().join("backups")).unwrap();
        let first = memory.next(7);
        assert_eq!(first.0, 1);
        for _ in 0..=KEPT {
            let list = folder.path().join("list");
            let mut writer = ListWriter::create(&list).unwrap();
            writer.add("HomeDomain", "Library/SMS/sms.db", 42, &[3; 32]).unwrap();
            writer.finish().unwrap();
            let (number, uuid) = memory.next(7);
            let bag = "bag".to_string();
            memory.keep(Made { number, uuid, bag, manifest_db: [1; 20], manifest_plist: [2; 20] }, &list).unwrap();
        }
        let again = Memory::open(folder.path().join("backups")).unwrap();
        assert!(again.find(&first.1).is_none());
        assert_eq!(again.next(7), memory.next(7));
        let (number, last) = (KEPT as u64 + 1, lock(&memory.snapshots).last().unwrap().uuid.clone());
        let found = again.find(&last).unwrap();
        assert_eq!((found.number, found.manifest_db, found.manifest_plist), (number, [1; 20], [2; 20]));
        let mut files = found.files().unwrap();
        let sent = Sent { domain: "HomeDomain".into(), path: "Library/SMS/sms.db".into(), stamp: 42, digest: [3; 32] };
        assert_eq!((files.next().unwrap(), files.next().unwrap()), (Some(sent), None));
    }
}
