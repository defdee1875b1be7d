//! A version, or a session about to become one, as the read-only set of files `backup` opens.

use backup::{FileSet, ReadSeek};
use std::io;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use store::{EntryKind, Session, Version};

/// The files of a kept version.
pub struct VersionFiles(pub Version);

impl FileSet for VersionFiles {
    fn open(&self, path: &str) -> io::Result<Option<Box<dyn ReadSeek>>> {
        Ok(self.0.open(path)?.map(|file| Box::new(file) as Box<dyn ReadSeek>))
    }

    fn size(&self, path: &str) -> io::Result<Option<u64>> {
        Ok(self.0.get(path).filter(|entry| entry.kind == EntryKind::File).map(|entry| entry.size))
    }

    fn local_path(&self, path: &str) -> Option<PathBuf> {
        self.0.local_path(path)
    }
}

/// The files of a session, checked before it is committed.
pub struct SessionFiles(Mutex<Session>);

impl SessionFiles {
    pub fn new(session: Session) -> SessionFiles {
        SessionFiles(Mutex::new(session))
    }

    pub fn into_session(self) -> Session {
        self.0.into_inner().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FileSet for SessionFiles {
    fn open(&self, path: &str) -> io::Result<Option<Box<dyn ReadSeek>>> {
        let session = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(session.open(path)?.map(|file| Box::new(file) as Box<dyn ReadSeek>))
    }

    fn size(&self, path: &str) -> io::Result<Option<u64>> {
        let session = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(session.get(path).filter(|entry| entry.kind == EntryKind::File).map(|entry| entry.size))
    }

    fn local_path(&self, _path: &str) -> Option<PathBuf> {
        None
    }
}
