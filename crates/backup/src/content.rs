//! From a row of the manifest to the bytes of its file, decrypted where they are encrypted.

use std::path::PathBuf;

use crate::backup::Backup;
use crate::database::{Database, copy_out, open_in_place, private_folder, write_out};
use crate::decrypt::Decrypted;
use crate::ending::{BLOCK, Ending};
use crate::entry::{Entry, is_file_id};
use crate::error::{Error, Result};
use crate::files::ReadSeek;
use crate::form::Form;
use crate::keys::Key;
use crate::record::Record;

/// Where a content lies, and what it is encrypted with.
struct Content {
    path: String,
    seal: Option<Seal>,
}

struct Seal {
    key: Key,
    /// Of the plain content, by its record.
    size: Option<u64>,
}

impl Backup {
    /// The content of one file; decrypted from wherever it is read.
    pub fn read(&self, entry: &Entry) -> Result<Box<dyn ReadSeek>> {
        let content = self.content(entry)?;
        match content.seal {
            Some(seal) => Ok(Box::new(self.decrypted(entry, &content.path, &seal)?)),
            None => self.stored(entry, &content.path),
        }
    }

    /// How many bytes of a file can be read; 0 when it is missing. Its record may say another number: [`Backup::ending`].
    pub fn length(&self, entry: &Entry) -> Result<u64> {
        let Content { path, seal } = self.content(entry)?;
        let size = self.files.size(&path).map_err(|source| Error::Read { path: path.clone(), source })?;
        match (seal, size) {
            (Some(seal), Some(_)) => Ok(self.decrypted(entry, &path, &seal)?.length()),
            (_, size) => Ok(size.unwrap_or(0)),
        }
    }

    /// How well the content of a file agrees with its record.
    pub fn ending(&self, entry: &Entry) -> Result<Ending> {
        let Content { path, seal } = self.content(entry)?;
        if let Some(seal) = seal {
            return Ok(self.decrypted(entry, &path, &seal)?.ending());
        }
        let length = self.files.size(&path).map_err(|source| Error::Read { path, source })?;
        let length = length.ok_or_else(|| missing(entry))?;
        match self.record(entry)?.size.is_none_or(|size| size == length) {
            true => Ok(Ending::Whole),
            false => Ok(Ending::SizeDiffers),
        }
    }

    /// The bytes of one file as a plain local file, where they are one: never where they are encrypted. Never written to.
    pub fn local_path(&self, entry: &Entry) -> Result<Option<PathBuf>> {
        let content = self.content(entry)?;
        Ok(self.files.local_path(&content.path).filter(|_| content.seal.is_none()))
    }

    /// A database with its write-ahead log, opened; `None` where the backup lists no such file.
    ///
    /// Without a log it is read in place where it is a plain local file, else from a private copy.
    pub fn database(&self, domain: &str, path: &str) -> Result<Option<Database>> {
        let Some(entry) = self.find(domain, path)? else {
            return Ok(None);
        };
        let log = self.find(domain, &format!("{path}-wal"))?;
        let damaged = |source| Error::DatabaseDamaged { domain: domain.to_owned(), path: path.to_owned(), source };
        if let (None, Some(local)) = (&log, self.local_path(&entry)?) {
            return open_in_place(&local).map(Some).map_err(damaged);
        }
        let folder = private_folder(&self.scratch)?;
        let copy = folder.path().join("database");
        if !self.copy_out(&entry, &copy)? {
            return Err(missing(&entry));
        }
        // On a phone whole databases can live in their log, the main file being one empty page.
        if let Some(log) = log {
            self.copy_out(&log, &folder.path().join("database-wal"))?;
        }
        Database::open(&copy, folder).map(Some).map_err(damaged)
    }

    /// Copies a content, decrypted, to a new file; `false` where it is missing.
    fn copy_out(&self, entry: &Entry, to: &std::path::Path) -> Result<bool> {
        let Content { path, seal } = self.content(entry)?;
        let Some(seal) = seal else {
            return copy_out(&*self.files, &path, to);
        };
        match self.decrypted(entry, &path, &seal) {
            Ok(mut plain) => write_out(&path, &mut plain, to).map(|()| true),
            Err(Error::ContentMissing { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// What the manifest says about a file.
    pub(crate) fn record(&self, entry: &Entry) -> Result<Record> {
        let record = self.manifest.record_row(entry.row)?;
        record.ok_or_else(|| Error::RecordDamaged { domain: entry.domain.clone(), path: entry.path.clone() })
    }

    fn content(&self, entry: &Entry) -> Result<Content> {
        if !is_file_id(&entry.file_id) {
            return Err(Error::BadFileId { domain: entry.domain.clone(), path: entry.path.clone() });
        }
        let path = self.content_path(&entry.file_id);
        // Only where something speaks of encryption is the record looked at.
        if !self.facts().encrypted && self.facts().claims_encrypted != Some(true) {
            return Ok(Content { path, seal: None });
        }
        let Record { size, key, .. } = self.record(entry)?;
        // Files without a key of their own are in the clear in encrypted backups too.
        let Some(wrapped) = key else {
            return Ok(Content { path, seal: None });
        };
        if self.form == Form::Plain && self.is_plain(&path, size)? {
            return Ok(Content { path, seal: None });
        }
        let keys = self.keys.as_ref().ok_or(Error::Encrypted)?;
        let key = keys.open(&wrapped);
        let key = key.ok_or_else(|| Error::KeyMissing { domain: entry.domain.clone(), path: entry.path.clone() })?;
        Ok(Content { path, seal: Some(Seal { key, size }) })
    }

    /// Beside a readable Manifest.db the keys may be left over: someone decrypted the whole backup, or the manifest alone.
    /// Encrypted content is padded, so it never has the size of its file.
    fn is_plain(&self, path: &str, size: Option<u64>) -> Result<bool> {
        let stored = self.files.size(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        Ok(stored.is_none_or(|stored| Some(stored) == size || stored % BLOCK != 0))
    }

    fn decrypted(&self, entry: &Entry, path: &str, seal: &Seal) -> Result<Decrypted> {
        let source = self.stored(entry, path)?;
        Decrypted::new(source, &seal.key, seal.size).map_err(|source| Error::Read { path: path.to_owned(), source })
    }

    /// The bytes as they lie in the backup.
    fn stored(&self, entry: &Entry, path: &str) -> Result<Box<dyn ReadSeek>> {
        let opened = self.files.open(path).map_err(|source| Error::Read { path: path.to_owned(), source })?;
        opened.ok_or_else(|| missing(entry))
    }
}

fn missing(entry: &Entry) -> Error {
    Error::ContentMissing { domain: entry.domain.clone(), path: entry.path.clone() }
}
