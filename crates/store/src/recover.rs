//! At start: what killed sessions left behind.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::at;
use crate::layout::check_udid;
use crate::lease::{self, Found, LocalLock};
use crate::log::{self, Line, Lines};
use crate::store::names_in;
use crate::{Result, Store};

/// A session that ended without a version, and can be taken up with [`crate::Base::Resume`], or
/// [`crate::Base::Source`] where it took in a folder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnfinishedSession {
    pub udid: String,
    /// When it began, Unix milliseconds.
    pub started: i64,
    /// How many files it had taken in.
    pub files: u64,
    /// The sum of their sizes, in bytes.
    pub bytes: u64,
    pub log: PathBuf,
}

impl Store {
    /// Tidies up after killed sessions of this computer and tells which of them can be taken up again.
    ///
    /// `sessions` is the folder given to [`Store::begin`]. Running sessions, here or elsewhere, are left alone. What
    /// cannot be tidied up, as on a volume that is mounted read-only, stays and is no error.
    pub fn recover(&self, sessions: &Path) -> Result<Vec<UnfinishedSession>> {
        fs::create_dir_all(sessions).map_err(at(sessions))?;
        // Best effort: nothing is removed unless every lease could be read, and what stays is in nobody's way.
        let _ = self.remove_parts(sessions);
        let _ = self.restore_doomed();
        let mut unfinished = Vec::new();
        for name in names_in(sessions)? {
            let ours = name.strip_suffix(".log").and_then(|name| name.strip_prefix(self.id()));
            let Some(udid) = ours.and_then(|rest| rest.strip_prefix('.')).filter(|udid| check_udid(udid).is_ok())
            else {
                continue;
            };
            if let Some(_lock) = LocalLock::try_take(sessions, self.id(), udid)? {
                unfinished.extend(self.unfinished(udid, &sessions.join(log::name(self.id(), udid)))?);
            }
        }
        Ok(unfinished)
    }

    /// What the log tells; a log that is of no use is removed.
    fn unfinished(&self, udid: &str, path: &Path) -> Result<Option<UnfinishedSession>> {
        let opened = match Lines::open(path)? {
            Some((begin, lines)) => {
                let of_use = self.base_of(udid, &begin)?.is_some() || self.is_unfinished_source(udid, &begin)?;
                of_use.then_some((begin, lines))
            }
            None => None,
        };
        let Some((begin, mut lines)) = opened else {
            // Made into a version already, or left behind by a newer one: of no use either way.
            let _ = fs::remove_file(path);
            return Ok(None);
        };
        let (mut files, mut bytes) = (0, 0u64);
        while let Some(line) = lines.next()? {
            let size = match line {
                Line::File { size, .. } => size,
                Line::Inside { content, .. } => Line::content(&content).map_or(0, |content| content.len() as u64),
                _ => continue,
            };
            files += 1;
            bytes = bytes.saturating_add(size);
        }
        let (udid, started, log) = (udid.to_owned(), begin.started, path.to_path_buf());
        Ok(Some(UnfinishedSession { udid, started, files, bytes, log }))
    }

    /// Removes half-received large files, and leases of this computer, that no running session owns.
    fn remove_parts(&self, sessions: &Path) -> Result<()> {
        let layout = &self.0.layout;
        let computer = lease::computer(sessions)?;
        // Parts are listed before leases are read: a session that begins in between cannot lose one.
        let parts = names_in(&layout.parts())?;
        let mut live = HashSet::new();
        for name in names_in(&layout.leases())? {
            let Some(udid) = name.strip_suffix(".json").filter(|udid| check_udid(udid).is_ok()) else { continue };
            let found = lease::read(&layout.lease(udid))?;
            let lock = LocalLock::try_take(sessions, self.id(), udid)?;
            if lease::is_live(&found, computer, || lock.is_none()) {
                match found {
                    Found::Holder(holder) => drop(live.insert(holder.session.to_string())),
                    // Somebody is just beginning, and has no parts yet.
                    Found::Nothing | Found::Unclear => {}
                }
            } else if lock.is_some() {
                let _ = fs::remove_file(layout.lease(udid));
            }
        }
        let owner = |name: &str| name.get(..36).map(str::to_owned).unwrap_or_default();
        for name in parts.iter().filter(|name| name.ends_with(".part") && !live.contains(&owner(name))) {
            let _ = fs::remove_file(layout.parts().join(name));
        }
        Ok(())
    }
}
