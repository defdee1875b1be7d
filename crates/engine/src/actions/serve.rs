//! Between the device's requests and the store: what a backup is written to, and what a restore is served from.

use device::{BackupFiles, Listed};
use std::io::{self, Read, Write};
use store::{Entry, EntryKind, Overlay, Session};

/// A file system of the store that can be written to: a session about to become a version, or an overlay over one.
pub trait Tree: Send {
    type Writer: Write + Send;
    fn get(&self, path: &str) -> Option<Entry>;
    fn list(&self, folder: &str) -> Vec<Entry>;
    fn open(&self, path: &str) -> store::Result<Option<Box<dyn store::ReadSeek>>>;
    fn create(&mut self, path: &str) -> store::Result<Self::Writer>;
    fn finish_file(&mut self, writer: Self::Writer) -> store::Result<Entry>;
    fn make_folder(&mut self, path: &str) -> store::Result<()>;
    fn rename(&mut self, from: &str, to: &str) -> store::Result<()>;
    fn remove(&mut self, path: &str) -> store::Result<()>;
    fn copy(&mut self, from: &str, to: &str) -> store::Result<()>;
    fn free_space(&self) -> store::Result<u64>;
}

macro_rules! tree {
    ($kind:ty, $writer:ty) => {
        impl Tree for $kind {
            type Writer = $writer;
            fn get(&self, path: &str) -> Option<Entry> {
                <$kind>::get(self, path)
            }
            fn list(&self, folder: &str) -> Vec<Entry> {
                <$kind>::list(self, folder)
            }
            fn open(&self, path: &str) -> store::Result<Option<Box<dyn store::ReadSeek>>> {
                <$kind>::open(self, path)
            }
            fn create(&mut self, path: &str) -> store::Result<$writer> {
                <$kind>::create(self, path)
            }
            fn finish_file(&mut self, writer: $writer) -> store::Result<Entry> {
                <$kind>::finish_file(self, writer)
            }
            fn make_folder(&mut self, path: &str) -> store::Result<()> {
                <$kind>::make_folder(self, path)
            }
            fn rename(&mut self, from: &str, to: &str) -> store::Result<()> {
                <$kind>::rename(self, from, to)
            }
            fn remove(&mut self, path: &str) -> store::Result<()> {
                <$kind>::remove(self, path)
            }
            fn copy(&mut self, from: &str, to: &str) -> store::Result<()> {
                <$kind>::copy(self, from, to)
            }
            fn free_space(&self) -> store::Result<u64> {
                <$kind>::free_space(self)
            }
        }
    };
}

tree!(Session, store::FileWriter);
tree!(Overlay, store::ScratchWriter);

/// The files of the backup that is being made or restored.
pub struct Files<T: Tree> {
    tree: T,
    writer: Option<T::Writer>,
    asked_for_content: bool,
}

impl<T: Tree> Files<T> {
    pub fn new(tree: T) -> Files<T> {
        Files { tree, writer: None, asked_for_content: false }
    }

    pub fn into_tree(self) -> T {
        self.tree
    }

    /// Whether the device wanted to read more than the lists at the top: content lies in folders.
    pub fn asked_for_content(&self) -> bool {
        self.asked_for_content
    }
}

impl<T: Tree> BackupFiles for Files<T> {
    fn begin(&mut self, _device_path: &str, path: &str) -> io::Result<()> {
        self.writer = Some(self.tree.create(path)?);
        Ok(())
    }

    fn write(&mut self, data: &[u8]) -> io::Result<()> {
        match &mut self.writer {
            Some(writer) => writer.write_all(data),
            None => Err(io::Error::other("data without a file")),
        }
    }

    fn commit(&mut self) -> io::Result<()> {
        match self.writer.take() {
            Some(writer) => Ok(self.tree.finish_file(writer).map(drop)?),
            None => Err(io::Error::other("an end without a file")),
        }
    }

    fn abort(&mut self, _device_path: &str, _path: &str, _code: u8, _text: &str) {
        // A writer that is dropped leaves the older content in place.
        self.writer = None;
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        Ok(self.tree.rename(from, to)?)
    }

    fn remove(&mut self, path: &str) -> io::Result<()> {
        Ok(self.tree.remove(path)?)
    }

    fn copy(&mut self, from: &str, to: &str) -> io::Result<()> {
        Ok(self.tree.copy(from, to)?)
    }

    fn make_folder(&mut self, path: &str) -> io::Result<()> {
        // The backup's own folder is always there.
        if path.is_empty() {
            return Ok(());
        }
        Ok(self.tree.make_folder(path)?)
    }

    fn list(&mut self, path: &str) -> io::Result<Vec<Listed>> {
        if !path.is_empty() && self.tree.get(path).is_none_or(|entry| entry.kind != EntryKind::Folder) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let children = self.tree.list(path).into_iter();
        Ok(children
            .map(|entry| Listed {
                name: entry.path.rsplit('/').next().unwrap_or_default().to_string(),
                is_folder: entry.kind == EntryKind::Folder,
                size: entry.size,
                modified: entry.modified,
            })
            .collect())
    }

    fn open_read(&mut self, path: &str) -> io::Result<Box<dyn Read + Send>> {
        self.asked_for_content |= path.contains('/');
        let hash = self.tree.get(path).and_then(|entry| entry.hash);
        match self.tree.open(path)?.zip(hash) {
            Some((file, hash)) => Ok(Box::new(Kept { file, hash, seen: blake3::Hasher::new() })),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn free_space(&mut self) -> io::Result<u64> {
        Ok(self.tree.free_space()?)
    }
}

/// A stored file on its way to the device: it ends well only when it is, byte by byte, what was stored.
struct Kept {
    file: Box<dyn store::ReadSeek>,
    hash: [u8; 32],
    seen: blake3::Hasher,
}

impl Read for Kept {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(to)?;
        self.seen.update(&to[..count]);
        if count == 0 && !to.is_empty() && self.seen.finalize() != self.hash {
            // "Not found" is the one answer that makes devices go on without the file.
            return Err(io::Error::new(io::ErrorKind::NotFound, "what is stored is not what was kept"));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_file_does_not_end_well() {
        let read = |content: &'static [u8]| {
            let hash = *blake3::hash(b"kept").as_bytes();
            let mut kept = Kept { file: Box::new(io::Cursor::new(content)), hash, seen: blake3::Hasher::new() };
            let mut all = Vec::new();
            kept.read_to_end(&mut all).map(|_| all).map_err(|error| error.kind())
        };
        assert_eq!(read(b"kept"), Ok(b"kept".to_vec()));
        for other in [&b"kepT"[..], b"kep", b""] {
            assert_eq!(read(other), Err(io::ErrorKind::NotFound));
        }
    }
}
