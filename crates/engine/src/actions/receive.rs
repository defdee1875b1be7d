//! Between the phone's requests and the store: a session of the store as the files a backup is written to.

use device::{BackupFiles, Listed};
use std::io::{self, Read, Write};
use store::{EntryKind, FileWriter, Session};

/// The files of the backup that is being made.
pub struct Receiver {
    session: Session,
    writer: Option<FileWriter>,
}

impl Receiver {
    pub fn new(session: Session) -> Receiver {
        Receiver { session, writer: None }
    }

    pub fn into_session(self) -> Session {
        self.session
    }
}

impl BackupFiles for Receiver {
    fn begin(&mut self, _device_path: &str, path: &str) -> io::Result<()> {
        self.writer = Some(self.session.create(path)?);
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
            Some(writer) => Ok(self.session.finish_file(writer).map(drop)?),
            None => Err(io::Error::other("an end without a file")),
        }
    }

    fn abort(&mut self, _device_path: &str, _path: &str, _code: u8, _text: &str) {
        if let Some(writer) = self.writer.take() {
            writer.abort();
        }
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        Ok(self.session.rename(from, to)?)
    }

    fn remove(&mut self, path: &str) -> io::Result<()> {
        Ok(self.session.remove(path)?)
    }

    fn copy(&mut self, from: &str, to: &str) -> io::Result<()> {
        Ok(self.session.copy(from, to)?)
    }

    fn make_folder(&mut self, path: &str) -> io::Result<()> {
        // The backup's own folder is always there.
        if path.is_empty() {
            return Ok(());
        }
        Ok(self.session.make_folder(path)?)
    }

    fn list(&mut self, path: &str) -> io::Result<Vec<Listed>> {
        if !path.is_empty() && self.session.get(path).is_none_or(|entry| entry.kind != EntryKind::Folder) {
            return Err(io::ErrorKind::NotFound.into());
        }
        let children = self.session.list(path).into_iter();
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
        match self.session.open(path)? {
            Some(file) => Ok(Box::new(file)),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn free_space(&mut self) -> io::Result<u64> {
        Ok(self.session.free_space()?)
    }
}
