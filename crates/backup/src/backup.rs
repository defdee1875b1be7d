use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rusqlite::OptionalExtension;

use crate::database::{Database, copy_out, open_in_place, private_folder};
use crate::entry::{Entry, Node, content_path, file_id, is_file_id};
use crate::error::{Error, OldFormat, Result};
use crate::facts::{Facts, Found, Plists};
use crate::files::{FileSet, ReadSeek};
use crate::manifest::{COLUMNS, DB, Manifest, damaged};
use crate::record::Stat;
use crate::report::{Reason, Report};

/// How much of the backup belongs to one domain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DomainSummary {
    pub domain: String,
    /// Files, without folders and links.
    pub files: u64,
}

/// One opened backup: unencrypted, complete, iOS 10 and later.
pub struct Backup {
    pub(crate) files: Arc<dyn FileSet>,
    pub(crate) manifest: Manifest,
    scratch: PathBuf,
    facts: Facts,
    bad_rows: OnceLock<Vec<(Reason, u64)>>,
}

impl Backup {
    /// Opens a backup. Private copies of its databases will lie below `scratch`.
    ///
    /// Strict: anything that is not a finished, readable backup is an error that names the situation. Info.plist may be
    /// missing or damaged (it is written by the computer); an empty one means that the run was cut.
    pub fn open(files: Arc<dyn FileSet>, scratch: &Path) -> Result<Backup> {
        let plists = Plists::read(&*files)?;
        let facts = plists.facts();
        let start = head(&*files, DB)?;
        if start.is_none() {
            return Err(without_manifest(&*files, &plists, &facts)?);
        }
        require_finished(&plists, &facts)?;
        if start.is_none_or(|start| start != *SQLITE) {
            return Err(not_sqlite(&*files, &plists, &facts)?);
        }
        let manifest = Manifest::open(&*files, scratch)?;
        if facts.claims_encrypted == Some(true) && manifest.has_ios10_encryption() {
            return Err(Error::OldFormat(OldFormat::Ios10Encrypted));
        }
        Ok(Backup { files, manifest, scratch: scratch.to_owned(), facts, bad_rows: OnceLock::new() })
    }

    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The facts of a backup that [`Backup::open`] may refuse: encrypted, unfinished, old. Whatever is missing stays empty.
    pub fn facts_of(files: &dyn FileSet) -> Result<Facts> {
        let plists = Plists::read(files)?;
        let mut facts = plists.facts();
        facts.encrypted = match head(files, DB)? {
            Some(start) => start != *SQLITE && claims_encryption(&plists, &facts),
            None => facts.claims_encrypted == Some(true),
        };
        Ok(facts)
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

    /// How many bytes of a file are in the backup; 0 when it is missing.
    pub fn length(&self, entry: &Entry) -> Result<u64> {
        let path = self.content(entry)?;
        let size = self.files.size(&path).map_err(|source| Error::Read { path, source })?;
        Ok(size.unwrap_or(0))
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
        let stat = self.manifest.stat_row(entry.row)?;
        stat.ok_or_else(|| Error::RecordDamaged { domain: entry.domain.clone(), path: entry.path.clone() })
    }

    /// The content of one file.
    pub fn read(&self, entry: &Entry) -> Result<Box<dyn ReadSeek>> {
        let path = self.content(entry)?;
        let opened = self.files.open(&path);
        let opened = opened.map_err(|source| Error::Read { path, source })?;
        opened.ok_or_else(|| missing(entry))
    }

    /// The bytes of one file as a plain local file, where they are one. Never written to.
    pub fn local_path(&self, entry: &Entry) -> Result<Option<PathBuf>> {
        Ok(self.files.local_path(&self.content(entry)?))
    }

    fn content(&self, entry: &Entry) -> Result<String> {
        if !is_file_id(&entry.file_id) {
            return Err(Error::BadFileId { domain: entry.domain.clone(), path: entry.path.clone() });
        }
        // A plain manifest over encrypted content: someone decrypted Manifest.db alone.
        if self.facts.claims_encrypted == Some(true)
            && self.manifest.stat_row(entry.row)?.is_some_and(|stat| stat.has_key)
        {
            return Err(Error::Encrypted);
        }
        Ok(content_path(&entry.file_id))
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
        if !copy_out(&*self.files, &self.content(&entry)?, &copy)? {
            return Err(missing(&entry));
        }
        // On a phone whole databases can live in their log, the main file being one empty page.
        if let Some(log) = log {
            copy_out(&*self.files, &self.content(&log)?, &folder.path().join("database-wal"))?;
        }
        Database::open(&copy, folder).map(Some).map_err(damaged)
    }

    /// Rows that are not used as they stand. The first call looks through the indexes of the manifest.
    pub fn report(&self) -> Report {
        let known = self.bad_rows.get_or_init(|| self.manifest.bad_rows().unwrap_or_default());
        let rows = known.iter().copied().chain(self.manifest.met.counts());
        Report { rows: rows.filter(|(_, count)| *count > 0).collect() }
    }
}

const SQLITE: &[u8; 16] = b"SQLite format 3\0";

/// The first 16 bytes of a file; fewer bytes are padded with zeros. `None` where there is no such file.
fn head(files: &dyn FileSet, name: &str) -> Result<Option<[u8; 16]>> {
    let failed = |source| Error::Read { path: name.to_owned(), source };
    let Some(file) = files.open(name).map_err(failed)? else {
        return Ok(None);
    };
    let mut start = Vec::new();
    file.take(16).read_to_end(&mut start).map_err(failed)?;
    start.resize(16, 0);
    Ok(start.try_into().ok())
}

fn without_manifest(files: &dyn FileSet, plists: &Plists, facts: &Facts) -> Result<Error> {
    if head(files, "Manifest.mbdb")?.is_some_and(|start| start.starts_with(b"mbdb")) {
        return Ok(Error::OldFormat(OldFormat::Mbdb));
    }
    if head(files, "Manifest.mbdx")?.is_some() {
        return Ok(Error::OldFormat(OldFormat::Mbdx));
    }
    if !plists.any() {
        return Ok(Error::NotABackup);
    }
    let state = facts.state.clone().unwrap_or_else(|| "no list of files".to_owned());
    Ok(Error::Unfinished { state })
}

fn require_finished(plists: &Plists, facts: &Facts) -> Result<()> {
    match &plists.status {
        Found::Empty => {
            return Err(Error::Unfinished { state: "empty".to_owned() });
        }
        Found::Damaged(source) => {
            return Err(Error::PlistDamaged { name: "Status.plist", source: source.clone() });
        }
        Found::Absent | Found::Here(_) => {}
    }
    // Without a state nothing says that the run was cut; `Facts::complete` stays false.
    if let Some(state) = facts.state.as_ref().filter(|_| !facts.complete) {
        return Err(Error::Unfinished { state: state.clone() });
    }
    match plists.info {
        Found::Empty => Err(Error::InfoEmpty),
        _ => Ok(()),
    }
}

/// Encrypted content is a whole number of AES blocks; anything else is damage, whatever the plist claims.
fn not_sqlite(files: &dyn FileSet, plists: &Plists, facts: &Facts) -> Result<Error> {
    let size = files.size(DB).map_err(|source| Error::Read { path: DB.to_owned(), source })?;
    let blocks = size.is_some_and(|size| size > 0 && size % 16 == 0);
    Ok(match blocks && claims_encryption(plists, facts) {
        true => Error::Encrypted,
        false => Error::ManifestDamaged { source: None },
    })
}

fn claims_encryption(plists: &Plists, facts: &Facts) -> bool {
    facts.claims_encrypted == Some(true) || plists.has_manifest_key()
}

fn missing(entry: &Entry) -> Error {
    Error::ContentMissing { domain: entry.domain.clone(), path: entry.path.clone() }
}
