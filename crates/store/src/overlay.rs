//! A version as a writable file system: what is written lies in a scratch folder, the store is never touched.
//!
//! A device that is being restored reads the version and leaves notes of its own in it; both are served from here.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use tempfile::{NamedTempFile, TempDir, TempPath};

use crate::error::{at, writing};
use crate::layout::Hash;
use crate::lease::now;
use crate::tree::{Node, Tree};
use crate::version::{Entry, ReadSeek, Version, VersionHead};
use crate::{Error, Result, Store, space, version};

/// A version with changes over it. Dropped, the changes and their content are gone; the version is as it was.
pub struct Overlay {
    version: Version,
    tree: Tree,
    /// What was written, by its content. Declared before the folder: files go first.
    written: HashMap<Hash, TempPath>,
    scratch: TempDir,
}

/// Takes the bytes of one file; nothing changes before [`Overlay::finish_file`]. Dropped, it leaves no trace.
pub struct ScratchWriter {
    path: String,
    file: NamedTempFile,
    hasher: blake3::Hasher,
    size: u64,
    failed: Option<Error>,
}

impl Store {
    /// The version as a file system that can be written to. `scratch` is a folder of this computer, made when missing;
    /// content that is written lies there until the overlay is dropped.
    pub fn overlay(&self, version: &Version, scratch: &Path) -> Result<Overlay> {
        std::fs::create_dir_all(scratch).map_err(at(scratch))?;
        let folder = tempfile::Builder::new().prefix("overlay-").tempdir_in(scratch).map_err(at(scratch))?;
        let tree = Tree::over(Arc::clone(version.files()));
        Ok(Overlay { version: version.clone(), tree, written: HashMap::new(), scratch: folder })
    }
}

impl Overlay {
    /// The version below the changes.
    pub fn head(&self) -> &VersionHead {
        self.version.head()
    }

    /// The bytes this user may still write to the volume of the scratch folder.
    pub fn free_space(&self) -> Result<u64> {
        space::free(self.scratch.path())
    }

    fn entry(&self, path: &str, node: Option<Node>) -> Entry {
        let head = self.head();
        match node {
            Some(node @ Node::Fresh(_)) => Entry { born: head.seq, ..Entry::new(path, &self.tree.row(node)) },
            Some(node) => Entry::new(path, &self.tree.row(node)),
            None => Entry::implied(path, head.made, head.seq),
        }
    }

    /// The file or folder at `path`; `""` is the root.
    pub fn get(&self, path: &str) -> Option<Entry> {
        let node = self.tree.find(path);
        (node.is_some() || self.tree.is_folder(path)).then(|| self.entry(path, node))
    }

    /// What lies directly in `folder`, by name; `""` is the root.
    pub fn list(&self, folder: &str) -> Vec<Entry> {
        self.tree.children(folder).into_iter().map(|(path, node)| self.entry(&path, node)).collect()
    }

    /// The content of the file at `path`; `None` when there is no such file.
    pub fn open(&self, path: &str) -> Result<Option<Box<dyn ReadSeek>>> {
        let Some(node) = self.tree.find(path) else { return Ok(None) };
        let written = matches!(node, Node::Fresh(_)).then(|| self.written.get(&self.tree.row(node).hash)).flatten();
        match written {
            Some(file) => Ok(Some(Box::new(File::open(file).map_err(at(file))?))),
            None => version::open(&self.version.0.layout, path, &self.tree, node),
        }
    }

    /// Begins to take in a file. Nothing changes before [`Overlay::finish_file`].
    ///
    /// Fails with [`Error::BadPath`], [`Error::NotAFolder`] or [`Error::IsAFolder`].
    pub fn create(&mut self, path: &str) -> Result<ScratchWriter> {
        self.tree.check_put(path)?;
        let folder = self.scratch.path();
        let file = NamedTempFile::new_in(folder).map_err(at(folder))?;
        Ok(ScratchWriter { path: path.to_owned(), file, hasher: blake3::Hasher::new(), size: 0, failed: None })
    }

    /// Puts a whole file at its path, over an older one if there is one.
    ///
    /// Fails with the error of any earlier write of the file.
    pub fn finish_file(&mut self, writer: ScratchWriter) -> Result<Entry> {
        let ScratchWriter { path, file, hasher, size, failed } = writer;
        if let Some(error) = failed {
            return Err(error);
        }
        let hash = *hasher.finalize().as_bytes();
        self.tree.put(&path, size, hash, now())?;
        // The same content twice is kept once; the later file goes with its writer.
        self.written.entry(hash).or_insert_with(|| file.into_temp_path());
        Ok(self.entry(&path, self.tree.find(&path)))
    }

    /// Makes a folder and those above it; one that is there stays as it is.
    pub fn make_folder(&mut self, path: &str) -> Result<()> {
        self.tree.make_folder(path, now())
    }

    /// Moves a file or folder, replacing what is at `to` and making the folders above it.
    ///
    /// Fails with [`Error::NotFound`] when nothing is at `from`.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<()> {
        self.tree.rename(from, to)
    }

    /// Takes away `path` and everything below; it may be missing.
    pub fn remove(&mut self, path: &str) -> Result<()> {
        self.tree.remove(path)
    }

    /// Copies a file or folder, replacing what is at `to` and making the folders above it. No content is copied.
    pub fn copy(&mut self, from: &str, to: &str) -> Result<()> {
        self.tree.copy(from, to)
    }
}

impl ScratchWriter {
    /// The path it was created for.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The bytes taken so far.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Forgets the new content. The same as dropping it.
    pub fn abort(self) {}
}

impl Write for ScratchWriter {
    fn write(&mut self, data: &[u8]) -> io::Result<usize> {
        if self.failed.is_some() {
            return Err(Error::SessionFailed.into());
        }
        match self.file.write_all(data) {
            Ok(()) => {
                self.hasher.update(data);
                self.size += data.len() as u64;
                Ok(data.len())
            }
            Err(error) => {
                let told = io::Error::new(error.kind(), error.to_string());
                self.failed = Some(writing(self.file.path(), data.len() as u64)(error));
                Err(told)
            }
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
