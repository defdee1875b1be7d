use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rusqlite::OptionalExtension;

use crate::entry::{Entry, Node, content_path, file_id};
use crate::error::{Error, OldFormat, Result};
use crate::facts::Facts;
use crate::files::FileSet;
use crate::form::{Form, Looked, facts_of, require_finished};
use crate::keybag::Keybag;
use crate::keys::Keys;
use crate::manifest::{COLUMNS, Manifest, damaged};
use crate::record::Stat;
use crate::report::{Reason, Report};

/// How much of the backup belongs to one domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainSummary {
    pub domain: String,
    /// Files, without folders and links.
    pub files: u64,
}

/// One opened backup: complete, iOS 5 and later, unlocked where it is encrypted.
pub struct Backup {
    pub(crate) files: Arc<dyn FileSet>,
    pub(crate) manifest: Manifest,
    pub(crate) form: Form,
    pub(crate) keys: Option<Keys>,
    pub(crate) scratch: PathBuf,
    facts: Facts,
    bad_rows: OnceLock<Vec<(Reason, u64)>>,
}

impl Backup {
    /// Opens a backup. Private copies of its databases will lie below `scratch`.
    ///
    /// Anything that cannot be read is an error that names the situation; an encrypted one is [`Error::Encrypted`]. A backup
    /// whose run was cut is opened as far as its list of files is there: see [`Backup::require_finished`].
    pub fn open(files: Arc<dyn FileSet>, scratch: &Path) -> Result<Backup> {
        let looked = Looked::at(&*files)?;
        if looked.facts.encrypted {
            return Err(Error::Encrypted);
        }
        Backup::of(files, scratch, looked, None)
    }

    /// Opens an encrypted backup with the keys of its password: from then on it reads like a plain one.
    ///
    /// Errors as [`Backup::open`]; [`Error::WrongPassword`] where the keys belong to another backup. One that is not encrypted
    /// is opened as well.
    pub fn open_unlocked(files: Arc<dyn FileSet>, scratch: &Path, keys: &Keys) -> Result<Backup> {
        let looked = Looked::at(&*files)?;
        if !looked.facts.encrypted {
            return Backup::of(files, scratch, looked, None);
        }
        let keybag = Keybag::parse(looked.plists.keybag().ok_or(Error::KeybagDamaged)?)?;
        if keybag.id() != keys.keybag_id() {
            return Err(Error::WrongPassword);
        }
        Backup::of(files, scratch, looked, Some(keys.clone()))
    }

    fn of(files: Arc<dyn FileSet>, scratch: &Path, looked: Looked, keys: Option<Keys>) -> Result<Backup> {
        let manifest = match (looked.form, &keys) {
            (Form::Plain, _) => Manifest::open(&*files, scratch)?,
            (Form::Mbdb { .. }, _) => Manifest::open_mbdb(&*files, scratch)?,
            (Form::Encrypted, None) => return Err(Error::Encrypted),
            (Form::Encrypted, Some(keys)) => {
                let wrapped = looked.plists.manifest_key().ok_or(Error::KeybagDamaged)?;
                let key = keys.open(wrapped).ok_or(Error::KeybagDamaged)?;
                Manifest::open_encrypted(&*files, scratch, &key)?
            }
        };
        if looked.facts.claims_encrypted == Some(true) && manifest.has_ios10_encryption() {
            return Err(Error::OldFormat(OldFormat::Ios10Encrypted));
        }
        Ok(Backup {
            files,
            manifest,
            form: looked.form,
            keys,
            scratch: scratch.to_owned(),
            facts: looked.facts,
            bad_rows: OnceLock::new(),
        })
    }

    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// Fails with [`Error::Unfinished`] or [`Error::InfoEmpty`] when the run that made a backup did not end, or has not yet.
    pub fn require_finished(files: &dyn FileSet) -> Result<()> {
        require_finished(files)
    }

    /// The facts of a backup that [`Backup::open`] may refuse: encrypted, unfinished, old. Whatever is missing stays empty.
    pub fn facts_of(files: &dyn FileSet) -> Result<Facts> {
        facts_of(files)
    }

    /// The domains with their number of files, by name.
    pub fn domains(&self) -> Result<Vec<DomainSummary>> {
        let database = self.manifest.lock();
        // Folders and links are few and found by the index of flags: all rows less those is quicker than reading every file.
        let sql = "SELECT domain, sum(n) FROM (
                SELECT domain, count(*) AS n FROM Files GROUP BY domain
                UNION ALL SELECT domain, -count(*) FROM Files WHERE flags IN (2, 4) GROUP BY domain)
            WHERE typeof(domain) = 'text' GROUP BY domain ORDER BY domain";
        let mut statement = database.prepare_cached(sql).map_err(damaged)?;
        let rows = statement.query_map([], |row| {
            let files: i64 = row.get(1)?;
            Ok(row
                .get_ref(0)?
                .as_str()
                .ok()
                .map(|domain| DomainSummary { domain: domain.to_owned(), files: files.max(0) as u64 }))
        });
        let summaries: rusqlite::Result<Vec<_>> = rows.and_then(Iterator::collect);
        Ok(summaries.map_err(damaged)?.into_iter().flatten().collect())
    }

    /// The row of one path. `None` where there is none, or none that may be followed.
    pub fn find(&self, domain: &str, path: &str) -> Result<Option<Entry>> {
        let by_id = format!("SELECT {COLUMNS} FROM Files WHERE fileID = ?3 AND domain = ?1 AND relativePath = ?2");
        let id = file_id(domain, path);
        if let Some(entry) = self.first(&by_id, &[&domain, &path, &id])? {
            return Ok(Some(entry));
        }
        let by_path = format!("SELECT {COLUMNS} FROM Files WHERE +domain = ?1 AND relativePath = ?2");
        self.first(&by_path, &[&domain, &path])
    }

    /// The row of one file identifier.
    pub fn find_id(&self, file_id: &str) -> Result<Option<Entry>> {
        self.first(&format!("SELECT {COLUMNS} FROM Files WHERE fileID = ?1"), &[&file_id])
    }

    fn first(&self, sql: &str, parameters: &[&dyn rusqlite::ToSql]) -> Result<Option<Entry>> {
        let database = self.manifest.lock();
        let mut statement = database.prepare_cached(sql).map_err(damaged)?;
        let placed = statement.query_row(parameters, |row| self.manifest.placed(row)).optional().map_err(damaged)?;
        Ok(placed.flatten().and_then(|placed| placed.entry))
    }

    /// The direct children of a folder, by name; `""` is the root of the domain.
    pub fn list(&self, domain: &str, folder: &str) -> Result<Vec<Node>> {
        self.manifest.list(domain, folder)
    }

    /// All files below a folder (not the folders and links themselves), by path; `""` is the whole domain.
    pub fn walk(&self, domain: &str, prefix: &str) -> Result<Vec<Entry>> {
        self.manifest.walk(domain, prefix)
    }

    /// Size, dates and mode of one entry, decoded from its record.
    pub fn stat(&self, entry: &Entry) -> Result<Stat> {
        self.record(entry).map(|record| record.stat)
    }

    /// Where a content lies in the folder of this backup; the identifier must pass [`crate::is_file_id`].
    pub fn content_path(&self, file_id: &str) -> String {
        match self.form {
            Form::Mbdb { .. } => file_id.to_owned(),
            Form::Plain | Form::Encrypted => content_path(file_id),
        }
    }

    /// Rows that are not used as they stand. The first call looks through the indexes of the manifest.
    pub fn report(&self) -> Report {
        let known = self.bad_rows.get_or_init(|| self.manifest.bad_rows().unwrap_or_default());
        let rows = known.iter().copied().chain(self.manifest.met.counts());
        Report { rows: rows.filter(|(_, count)| *count > 0).collect(), contradictions: self.facts.contradictions() }
    }
}
