//! Folders out of a flat table. A manifest has one row per file and no tree, so a folder is a range of paths:
//! everything from `folder/` up to `folder0` (`0` follows `/`).

use std::collections::BTreeMap;

use rusqlite::types::Value;
use rusqlite::{Row, ToSql};

use crate::entry::{Entry, EntryKind, Node};
use crate::error::{Error, Result};
use crate::manifest::{COLUMNS, Manifest, Placed, damaged};
use crate::record::{self, Record};
use crate::report::Reason;

/// Counts stop here: beyond it only "many" matters.
const MANY: u64 = 100_000;

/// Which index leads to the rows of a folder sooner.
#[derive(Clone, Copy, PartialEq)]
enum By {
    Domain,
    Path,
}

/// The paths below one folder.
struct Below {
    from: String,
    /// A blob where there is no end: text sorts below every blob.
    to: Value,
}

impl Below {
    fn new(folder: &str) -> Below {
        match folder.is_empty() {
            true => Below { from: String::new(), to: Value::Blob(Vec::new()) },
            false => Below { from: format!("{folder}/"), to: Value::Text(format!("{folder}0")) },
        }
    }
}

impl Manifest {
    /// The direct children of a folder, by name.
    pub(crate) fn list(&self, domain: &str, folder: &str) -> Result<Vec<Node>> {
        let folder = folder.trim_matches('/');
        let by = self.quicker(domain, folder)?;
        let mut children = Children::default();
        let mut below = Below::new(folder);
        // Reading in the order of paths, the inside of every sub-folder is jumped over.
        while let Some(jump) = self.each_path(domain, &below, by, |row, path| {
            let jump = children.add(folder, row, path);
            jump.filter(|_| by == By::Path)
        })? {
            below.from = jump;
        }
        let nodes = children.0.into_iter().map(|(name, row)| {
            let path = match folder {
                "" => name.clone(),
                _ => format!("{folder}/{name}"),
            };
            self.node(name, path, row)
        });
        nodes.collect()
    }

    fn node(&self, name: String, path: String, row: Option<i64>) -> Result<Node> {
        let mut node = Node { name, path, kind: EntryKind::Folder, size: None, modified: None, entry: None };
        let Some(row) = row else {
            return Ok(node);
        };
        if let Some(placed) = self.placed_row(row)? {
            node.kind = placed.kind;
            node.entry = placed.entry;
        }
        if let Some(record) = self.record_row(row)? {
            node.size = (node.kind == EntryKind::File).then_some(record.stat.size);
            node.modified = record.stat.modified;
        }
        Ok(node)
    }

    fn placed_row(&self, row: i64) -> Result<Option<Placed>> {
        let sql = format!("SELECT {COLUMNS} FROM Files WHERE rowid = ?1");
        let mut found = None;
        self.scan(&sql, &[&row], |row| {
            found = self.placed(row)?;
            Ok(None::<()>)
        })?;
        Ok(found)
    }

    /// The decoded record of a row; `None` (and counted) where it cannot be decoded.
    pub(crate) fn record_row(&self, row: i64) -> Result<Option<Record>> {
        let mut record = None;
        self.scan("SELECT file FROM Files WHERE rowid = ?1", &[&row], |row| {
            let bytes = row.get_ref(0)?.as_blob().ok();
            record = bytes.and_then(|bytes| record::decode(bytes).ok());
            Ok(None::<()>)
        })?;
        if record.is_none() {
            self.met.note(Reason::DamagedRecord, row);
        }
        Ok(record)
    }

    /// All files below a folder, by path.
    pub(crate) fn walk(&self, domain: &str, prefix: &str) -> Result<Vec<Entry>> {
        let prefix = prefix.trim_end_matches('/');
        let below = Below::new(prefix);
        // All of a domain is where its index leads; there is nothing to count.
        let by = if prefix.is_empty() { By::Domain } else { self.quicker(domain, prefix)? };
        // A unary plus keeps SQLite from using the index of that column.
        let condition = match by {
            By::Domain => "domain = ?1 AND +relativePath >= ?2 AND +relativePath < ?3",
            By::Path => "+domain = ?1 AND relativePath >= ?2 AND relativePath < ?3",
        };
        let sql = format!("SELECT {COLUMNS} FROM Files WHERE {condition}");
        let mut entries: Vec<Entry> = Vec::new();
        self.scan(&sql, &[&domain, &below.from, &below.to], |row| {
            let placed = self.placed(row)?.filter(|placed| placed.kind == EntryKind::File);
            entries.extend(placed.and_then(|placed| placed.entry));
            Ok(None::<()>)
        })?;
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(entries)
    }

    /// Hands row number and path of every row below to `take`, until it names a path to go on from.
    fn each_path(
        &self,
        domain: &str,
        below: &Below,
        by: By,
        mut take: impl FnMut(i64, &str) -> Option<String>,
    ) -> Result<Option<String>> {
        let sql = match (by, &self.indexes) {
            (By::Domain, _) => "SELECT rowid, relativePath FROM Files \
                 WHERE domain = ?1 AND +relativePath >= ?2 AND +relativePath < ?3"
                .to_owned(),
            // Both answers come out of the two indexes, which are small: the table has a record of a KiB in every row.
            (By::Path, Some((of_domain, of_path))) => format!(
                "SELECT p.rowid, p.relativePath FROM Files p INDEXED BY {of_path} \
                 CROSS JOIN Files d INDEXED BY {of_domain} ON d.domain = ?1 AND d.rowid = p.rowid \
                 WHERE p.relativePath >= ?2 AND p.relativePath < ?3 ORDER BY p.relativePath"
            ),
            (By::Path, None) => "SELECT rowid, relativePath FROM Files \
                 WHERE +domain = ?1 AND relativePath >= ?2 AND relativePath < ?3 ORDER BY relativePath"
                .to_owned(),
        };
        self.scan(&sql, &[&domain, &below.from, &below.to], |row| {
            let number = row.get(0)?;
            let path = self.text(row.get_ref(1)?, number);
            Ok(path.and_then(|path| take(number, path)))
        })
    }

    /// Runs a query and hands out its rows until `take` has an answer.
    fn scan<T>(
        &self,
        sql: &str,
        parameters: &[&dyn ToSql],
        mut take: impl FnMut(&Row<'_>) -> rusqlite::Result<Option<T>>,
    ) -> Result<Option<T>> {
        let database = self.lock();
        let mut statement = database.prepare_cached(sql).map_err(damaged)?;
        let mut rows = statement.query(parameters).map_err(damaged)?;
        while let Some(row) = rows.next().map_err(damaged)? {
            if let Some(answer) = take(row).map_err(damaged)? {
                return Ok(Some(answer));
            }
        }
        Ok(None)
    }

    fn quicker(&self, domain: &str, folder: &str) -> Result<By> {
        let below = Below::new(folder);
        // Answered by the index alone, and never by more of it than matters.
        let count = |condition: &str, parameters: &[&dyn ToSql]| {
            let sql = format!("SELECT count(*) FROM (SELECT 1 FROM Files WHERE {condition} LIMIT {MANY})");
            let count: Option<i64> = self.scan(&sql, parameters, |row| row.get(0).map(Some))?;
            Ok::<u64, Error>(count.unwrap_or(0).max(0) as u64)
        };
        let of_domain = count("domain = ?1", &[&domain])?;
        let range = "relativePath >= ?1 AND relativePath < ?2";
        let of_path = count(range, &[&below.from, &below.to])?;
        // A row found through its domain must be fetched from the table, which is slower.
        Ok(match of_domain * 4 <= of_path {
            true => By::Domain,
            false => By::Path,
        })
    }
}

/// Children of one folder by name; `None` for a folder only known from what lies in it.
#[derive(Default)]
struct Children(BTreeMap<String, Option<i64>>);

impl Children {
    /// Adds the child that a row below `folder` belongs to. For a row deeper inside, returns the path behind that child's inside.
    fn add(&mut self, folder: &str, row: i64, path: &str) -> Option<String> {
        let skip = if folder.is_empty() { 0 } else { folder.len() + 1 };
        let rest = path.get(skip..)?;
        let name = rest.split('/').next().unwrap_or("");
        let inside = rest.len() > name.len();
        // An empty name is the folder's own row, or a path with empty parts (counted by the report).
        if !name.is_empty() {
            match self.0.get_mut(name) {
                Some(child) if !inside => *child = child.or(Some(row)),
                Some(_) => {}
                None => {
                    self.0.insert(name.to_owned(), (!inside).then_some(row));
                }
            }
        }
        inside.then(|| format!("{}0", &path[..skip + name.len()]))
    }
}
