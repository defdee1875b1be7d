//! One kept version, to look at: never changed, complete in itself.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Cursor, Read, Seek, SeekFrom};
use std::path::PathBuf;
use std::sync::Arc;

use crate::error::ObjectDamage;
use crate::layout::{Hash, Layout};
use crate::list::{EntryKind, INLINE, List, OBJECT, Row};
use crate::objects;
use crate::record::{Header, TRAILER};
use crate::tree::{Node, Tree};
use crate::{Error, Result, delta};

/// What is known of a version without its file list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionHead {
    pub udid: String,
    /// Its number; rises, never used twice.
    pub seq: u64,
    /// The name of its record.
    pub file: String,
    /// Unix milliseconds.
    pub made: i64,
    /// The number of files, folders not counted.
    pub files: u64,
    /// The sum of the sizes of all files, in bytes.
    pub bytes: u64,
    /// Of those, the content the version before did not hold, each content counted once.
    pub new_bytes: u64,
    /// Whatever the maker of the version noted down.
    pub notes: BTreeMap<String, String>,
}

/// A file or folder of a version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Relative, `/`-separated.
    pub path: String,
    pub kind: EntryKind,
    /// In bytes; 0 for a folder.
    pub size: u64,
    /// Unix milliseconds.
    pub modified: i64,
    /// BLAKE3-256 of the content; `None` for a folder.
    pub hash: Option<[u8; 32]>,
    /// The version that first held this content at this path.
    pub born: u64,
}

impl Entry {
    pub(crate) fn new(path: &str, row: &Row) -> Entry {
        let hash = (row.kind == EntryKind::File).then_some(row.hash);
        Entry { path: path.to_owned(), kind: row.kind, size: row.size, modified: row.modified, hash, born: row.born }
    }

    /// A folder that exists because something lies in it.
    pub(crate) fn implied(path: &str, modified: i64, born: u64) -> Entry {
        Entry { path: path.to_owned(), kind: EntryKind::Folder, size: 0, modified, hash: None, born }
    }
}

/// Content that can be read at any place.
pub trait ReadSeek: Read + Seek + Send {}
impl<T: Read + Seek + Send> ReadSeek for T {}

/// A version with its file list in memory. Cheap to clone.
#[derive(Clone)]
pub struct Version(pub(crate) Arc<Loaded>);

pub(crate) struct Loaded {
    pub head: VersionHead,
    pub header: Header,
    pub tree: Tree,
    pub layout: Layout,
}

impl Version {
    /// What is known without the list.
    pub fn head(&self) -> &VersionHead {
        &self.0.head
    }

    /// The BLAKE3 at the end of its record: what proves its list, and so every content in it.
    pub fn digest(&self) -> Result<[u8; 32]> {
        let VersionHead { udid, file, .. } = &self.0.head;
        let path = self.0.layout.versions(udid).join(file);
        let mut digest = [0; TRAILER];
        let read = File::open(&path).and_then(|mut record| {
            record.seek(SeekFrom::End(-(TRAILER as i64)))?;
            record.read_exact(&mut digest)
        });
        read.map_err(|source| Error::Io { path, source })?;
        Ok(digest)
    }

    pub(crate) fn files(&self) -> &Arc<List> {
        &self.0.tree.base
    }

    /// The file or folder at `path`; `""` is the root.
    pub fn get(&self, path: &str) -> Option<Entry> {
        let tree = &self.0.tree;
        match tree.find(path) {
            Some(node) => Some(Entry::new(path, &tree.row(node))),
            None => tree.is_folder(path).then(|| self.implied(path)),
        }
    }

    /// The content of the file at `path`; `None` when there is no such file.
    ///
    /// Fails with [`Error::ObjectDamaged`] when the content is missing or has another length.
    pub fn open(&self, path: &str) -> Result<Option<Box<dyn ReadSeek>>> {
        match self.0.tree.find(path) {
            Some(node) => open(&self.0.layout, path, &self.0.tree, node),
            None => Ok(None),
        }
    }

    /// Where the content of the file lies, unless it is inside the record or only a delta of it is kept. Only for
    /// reading: other versions share it.
    pub fn local_path(&self, path: &str) -> Option<PathBuf> {
        let row = self.0.tree.row(self.0.tree.find(path)?);
        let stored = row.kind == EntryKind::File && row.codec == OBJECT;
        let path = stored.then(|| self.0.layout.object(&row.hash))?;
        (path.exists() || !self.0.layout.delta(&row.hash).exists()).then_some(path)
    }

    /// All files and made folders, in byte order of their paths. Folders that merely have content are not among them.
    pub fn entries(&self) -> impl Iterator<Item = Entry> + '_ {
        let list = self.files();
        (0..list.len()).map(|index| Entry::new(list.path(index), list.row(index)))
    }

    /// What lies directly in `folder`, by name; `""` is the root.
    pub fn list(&self, folder: &str) -> Vec<Entry> {
        let tree = &self.0.tree;
        let children = tree.children(folder).into_iter();
        let entry = |(path, node): (String, Option<Node>)| match node {
            Some(node) => Entry::new(&path, &tree.row(node)),
            None => self.implied(&path),
        };
        children.map(entry).collect()
    }

    fn implied(&self, path: &str) -> Entry {
        Entry::implied(path, self.0.head.made, self.0.head.seq)
    }
}

/// Opens the content of a node, from the record or from the objects; `None` for a folder.
pub(crate) fn open(layout: &Layout, path: &str, tree: &Tree, node: Node) -> Result<Option<Box<dyn ReadSeek>>> {
    let row = tree.row(node);
    match (row.kind, row.codec) {
        (EntryKind::Folder, _) => Ok(None),
        (EntryKind::File, INLINE) => Ok(Some(Box::new(Cursor::new(tree.carried(node).to_vec())))),
        (EntryKind::File, OBJECT) => open_object(layout, path, &row.hash, row.size),
        (EntryKind::File, codec) => Err(Error::UnknownCodec { path: path.to_owned(), codec }),
    }
}

/// The content of an object that is not in its place: put together from a delta, or put aside by a clean-up that was
/// cut, until the next session gives it its name back.
fn elsewhere(layout: &Layout, hash: &Hash, size: u64) -> std::result::Result<File, ObjectDamage> {
    match objects::open(&layout.whole(hash), size) {
        Err(ObjectDamage::Missing) => delta::open(layout, hash, size),
        found => found,
    }
}

fn open_object(layout: &Layout, path: &str, hash: &Hash, size: u64) -> Result<Option<Box<dyn ReadSeek>>> {
    let found = match objects::open(&layout.object(hash), size) {
        Err(ObjectDamage::Missing) => elsewhere(layout, hash, size),
        found => found,
    };
    match found {
        Ok(file) => Ok(Some(Box::new(file))),
        Err(ObjectDamage::Unreadable(kind)) => {
            Err(Error::Io { path: layout.object(hash), source: std::io::Error::from(kind) })
        }
        Err(damage) => Err(Error::ObjectDamaged { path: path.to_owned(), damage }),
    }
}
