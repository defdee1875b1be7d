use crate::backup::Backup;
use crate::entry::is_file_id;
use crate::error::{Error, Result};
use crate::manifest::damaged;

/// What [`Backup::check`] found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CheckReport {
    /// Rows of the manifest.
    pub rows: u64,
    /// Rows that stand for a file.
    pub files: u64,
    /// The first files without content, `(domain, path)`; at most a thousand.
    pub missing: Vec<(String, String)>,
    /// How many files have no content, those without a valid identifier among them.
    pub missing_count: u64,
}

const MOST_MISSING: usize = 1000;
/// Rows read per query; the manifest is free for others in between.
const PAGE: usize = 2000;

struct FileRow {
    row: i64,
    file_id: Option<String>,
    domain: String,
    path: String,
}

impl Backup {
    /// Whether every file the manifest lists has its content. `progress` gets files done and files in total.
    pub fn check(&self, progress: &mut dyn FnMut(u64, u64)) -> Result<CheckReport> {
        let (rows, total) = self.totals()?;
        let mut report = CheckReport { rows, ..CheckReport::default() };
        let mut after = i64::MIN;
        loop {
            let page = self.file_rows(after)?;
            for file in &page {
                report.files += 1;
                if !self.has_content(file)? {
                    report.missing_count += 1;
                    if report.missing.len() < MOST_MISSING {
                        report.missing.push((file.domain.clone(), file.path.clone()));
                    }
                }
            }
            progress(report.files, total);
            match page.last() {
                Some(last) if page.len() == PAGE => after = last.row,
                _ => return Ok(report),
            }
        }
    }

    fn totals(&self) -> Result<(u64, u64)> {
        let database = self.manifest.lock();
        let count = |sql: &str| -> Result<u64> {
            let count: i64 = database.query_row(sql, [], |row| row.get(0)).map_err(damaged)?;
            Ok(count.max(0) as u64)
        };
        Ok((count("SELECT count(*) FROM Files")?, count("SELECT count(*) FROM Files WHERE flags = 1")?))
    }

    fn file_rows(&self, after: i64) -> Result<Vec<FileRow>> {
        let database = self.manifest.lock();
        let sql = format!(
            "SELECT rowid, fileID, domain, relativePath FROM Files WHERE flags = 1 AND rowid > ?1 ORDER BY rowid LIMIT {PAGE}"
        );
        let mut statement = database.prepare_cached(&sql).map_err(damaged)?;
        let rows = statement.query_map([after], |row| {
            // Names are only shown here, so any value will do.
            let shown = |column| match row.get_ref(column)? {
                rusqlite::types::ValueRef::Text(text) => {
                    Ok::<_, rusqlite::Error>(String::from_utf8_lossy(text).into_owned())
                }
                _ => Ok(String::new()),
            };
            Ok(FileRow {
                row: row.get(0)?,
                file_id: row.get_ref(1)?.as_str().ok().map(str::to_owned),
                domain: shown(2)?,
                path: shown(3)?,
            })
        });
        rows.and_then(Iterator::collect).map_err(damaged)
    }

    fn has_content(&self, file: &FileRow) -> Result<bool> {
        let Some(file_id) = file.file_id.as_deref().filter(|id| is_file_id(id)) else {
            return Ok(false);
        };
        let path = self.content_path(file_id);
        match self.files.size(&path) {
            Ok(size) => Ok(size.is_some()),
            Err(source) => Err(Error::Read { path, source }),
        }
    }
}
