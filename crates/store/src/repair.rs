//! Brings damaged content back.

use std::fs::{self, File};
use std::io::{self, Read, Write};

use uuid::Uuid;

use crate::barrier::Barrier;
use crate::error::{at, writing};
use crate::layout::hex;
use crate::objects::Objects;
use crate::{Error, ReadSeek, Result, Store, delta};

impl Store {
    /// The content `hash` as it lies in this store, whole or put together; `None` when it is not there. Its bytes are not
    /// compared: who needs them to be right hashes them, as [`Store::repair`] does.
    pub fn object(&self, hash: &[u8; 32]) -> Option<Box<dyn ReadSeek>> {
        let layout = &self.0.layout;
        let whole = layout.object(hash);
        match fs::symlink_metadata(&whole) {
            Ok(about) if about.is_file() => File::open(&whole).ok().map(|file| Box::new(file) as Box<dyn ReadSeek>),
            _ => {
                let size = delta::header(&layout.delta(hash)).ok()?.size;
                delta::open(layout, hash, size).ok().map(|file| Box::new(file) as Box<dyn ReadSeek>)
            }
        }
    }

    /// Stores the object `hash` anew from `content`, over a damaged one; durable when it returns.
    ///
    /// Fails with [`Error::OtherContent`] when the bytes are others; the store is then as it was.
    pub fn repair(&self, hash: &[u8; 32], content: &mut dyn Read) -> Result<()> {
        let layout = &self.0.layout;
        let barrier = Barrier::open(layout.root(), &layout.store_file())?;
        let objects = Objects::new(layout.clone(), barrier.flush, Uuid::new_v4().to_string());
        let mut part = objects.part()?;
        let (mut hasher, mut size, mut buffer) = (blake3::Hasher::new(), 0, vec![0; 256 << 10]);
        loop {
            let count = match content.read(&mut buffer) {
                Ok(0) => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                result => result.map_err(at(&layout.object(hash)))?,
            };
            part.file.write_all(&buffer[..count]).map_err(writing(&part.path, count as u64))?;
            hasher.update(&buffer[..count]);
            size += count as u64;
        }
        if hasher.finalize() != *hash {
            return Err(Error::OtherContent { expected: hex(hash) });
        }
        objects.take_part(part, hash, size)?;
        barrier.wait(objects.folders())
    }
}
