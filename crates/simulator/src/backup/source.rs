//! What a backup made now holds, and the form in which each file of it crosses the wire.

use super::encryption::{Encrypted, Sealing, WrappedKey, encrypted_size, keychain};
use super::{FileId, Step, broken};
use crate::contents::{Contents, PhoneFile};
use crate::device::Device;
use ring::digest::{Context, SHA256};
use std::io::{self, Read};
use std::sync::{Arc, RwLockReadGuard};

/// SHA-256 of a file as it is on the phone; zeros where nobody knows it.
pub(super) type ContentDigest = [u8; 32];
pub(super) const UNKNOWN: ContentDigest = [0; 32];

const KEYCHAIN: (&str, &str) = ("KeychainDomain", "keychain-backup.plist");

/// The files of the phone as one backup sees them, in the clear or sealed.
pub(super) struct Source<'a> {
    contents: RwLockReadGuard<'a, Contents>,
    sealing: Option<Arc<Sealing>>,
    /// The keychain, and its stamp: it is sealed by the bag, so it changes with it.
    keychain: Option<(Vec<u8>, u64)>,
}

impl<'a> Source<'a> {
    pub fn new(device: &'a Device, sealing: Option<Arc<Sealing>>) -> Step<Source<'a>> {
        let contents = device.contents();
        let keychain = match &sealing {
            None => None,
            Some(sealing) => {
                let bytes = keychain(sealing, &contents.secrets()).map_err(broken)?;
                let digest = digest_of(&bytes);
                let mut stamp = [0; 8];
                stamp.copy_from_slice(&digest[..8]);
                Some((bytes, u64::from_le_bytes(stamp)))
            }
        };
        Ok(Source { contents, sealing, keychain })
    }

    /// Ordered by domain and path.
    pub fn files(&self) -> Step<impl Iterator<Item = PhoneFile> + '_> {
        let all = if self.sealing.is_some() { self.contents.all_files() } else { self.contents.files() };
        Ok(all.map_err(broken)?.map(|file| match &self.keychain {
            Some((bytes, stamp)) if (file.domain.as_str(), file.path.as_str()) == KEYCHAIN => {
                file.with_bytes(bytes.clone(), *stamp)
            }
            _ => file,
        }))
    }

    /// The bytes as they are on the phone.
    pub fn open(&self, file: &PhoneFile) -> crate::contents::Result<Box<dyn Read + Send>> {
        self.contents.open(file)
    }

    /// Reads `plain` in the form that crosses the wire.
    pub fn sealed<'r>(&self, file: &PhoneFile, id: &FileId, plain: impl Read + 'r) -> Box<dyn Read + 'r> {
        match &self.sealing {
            None => Box::new(plain),
            Some(sealing) => {
                Box::new(Encrypted::new(plain, &sealing.file_key(file.protection_class, id, file.stamp).0))
            }
        }
    }

    /// The key of a file as the manifest holds it; `None` in the clear.
    pub fn key(&self, file: &PhoneFile, id: &FileId) -> Option<WrappedKey> {
        Some(self.sealing.as_ref()?.file_key(file.protection_class, id, file.stamp).1)
    }

    /// Bytes of a file on the wire.
    pub fn sent_size(&self, file: &PhoneFile) -> u64 {
        if self.sealing.is_some() { encrypted_size(file.size) } else { file.size }
    }
}

pub(super) fn digest_of(bytes: &[u8]) -> ContentDigest {
    finished(&ring::digest::digest(&SHA256, bytes))
}

pub(super) fn finished(digest: &ring::digest::Digest) -> ContentDigest {
    let mut bytes = UNKNOWN;
    bytes.copy_from_slice(digest.as_ref());
    bytes
}

/// Digests what is read through it.
pub(super) struct Digesting<R> {
    reader: R,
    context: Context,
}

impl<R: Read> Digesting<R> {
    pub fn new(reader: R) -> Digesting<R> {
        Digesting { reader, context: Context::new(&SHA256) }
    }

    pub fn finish(self) -> ContentDigest {
        finished(&self.context.finish())
    }
}

impl<R: Read> Read for Digesting<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        self.context.update(&buffer[..count]);
        Ok(count)
    }
}
