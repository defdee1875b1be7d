//! Previews made of pictures: on disk for plain versions, in memory only for encrypted ones.

use kinds::pictures::Cache;
use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Bytes of previews kept on disk.
const ON_DISK: u64 = 2 << 30;
/// Bytes of previews of encrypted versions kept in memory.
const IN_MEMORY: usize = 64 << 20;

/// What was drawn once is not drawn again.
pub struct Previews {
    disk: Cache,
    private: Private,
}

/// Where a preview may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keep {
    OnDisk,
    /// It shows something of an encrypted version: nothing of it may stay in the clear on a disk.
    InMemory,
}

impl Previews {
    pub fn open(cache: &Path) -> Previews {
        Previews { disk: Cache::new(cache.join("previews"), ON_DISK), private: Private::default() }
    }

    pub fn get(&self, key: &str, keep: Keep) -> Option<(String, Vec<u8>)> {
        match keep {
            Keep::OnDisk => self.disk.get(key).map(|(mime, bytes)| (mime.to_string(), bytes)),
            Keep::InMemory => self.private.get(key),
        }
    }

    /// Keeps a preview; failing to only costs time later.
    pub fn put(&self, key: &str, keep: Keep, mime: &str, bytes: &[u8]) {
        match keep {
            Keep::OnDisk => {
                if let Err(wrong) = self.disk.put(key, bytes) {
                    tracing::info!(%wrong, "a preview could not be kept");
                }
            }
            Keep::InMemory => self.private.put(key, mime, bytes),
        }
    }

    /// Forgets the previews of encrypted versions.
    pub fn forget_private(&self) {
        *self.private.lock() = Held::default();
    }
}

#[derive(Default)]
struct Private(Mutex<Held>);

#[derive(Default)]
struct Held {
    bytes: usize,
    /// Oldest first: key, type, picture.
    pictures: VecDeque<(String, String, Vec<u8>)>,
}

impl Private {
    fn lock(&self) -> MutexGuard<'_, Held> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, key: &str) -> Option<(String, Vec<u8>)> {
        let held = self.lock();
        let (_, mime, bytes) = held.pictures.iter().rev().find(|(known, ..)| known == key)?;
        Some((mime.clone(), bytes.clone()))
    }

    fn put(&self, key: &str, mime: &str, bytes: &[u8]) {
        let mut held = self.lock();
        held.bytes += bytes.len();
        held.pictures.push_back((key.to_string(), mime.to_string(), bytes.to_vec()));
        while held.bytes > IN_MEMORY {
            let Some((.., gone)) = held.pictures.pop_front() else { break };
            held.bytes -= gone.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn previews_of_encrypted_versions_never_reach_the_disk() {
        let cache = tempfile::tempdir().unwrap();
        let previews = Previews::open(cache.path());
        previews.put("a", Keep::InMemory, "image/jpeg", b"secret");
        assert_eq!(previews.get("a", Keep::InMemory), Some(("image/jpeg".to_string(), b"secret".to_vec())));
        assert_eq!(previews.get("a", Keep::OnDisk), None);
        assert!(
            !cache.path().join("previews").exists()
                || std::fs::read_dir(cache.path().join("previews")).unwrap().next().is_none()
        );
        previews.forget_private();
        assert_eq!(previews.get("a", Keep::InMemory), None);
    }

    #[test]
    fn memory_is_bounded() {
        let private = Private::default();
        let megabyte = vec![0; 1 << 20];
        (0..100).for_each(|number| private.put(&number.to_string(), "image/png", &megabyte));
        assert!(private.lock().bytes <= IN_MEMORY && private.get("99").is_some() && private.get("0").is_none());
    }
}
