//! What backups are in a folder, and whether they can be kept.

use crate::Engine;
use crate::api::imports::{FoundBackup, ImportLook};
use crate::api::versions::VersionSummary;
use crate::api::{ApiError, Code, Result};
use crate::keeping::native;
use crate::library::all_versions;
use backup::{Backup, Facts, FileSet, Folder, Locked};
use std::collections::VecDeque;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

/// How deep below a chosen folder backups are looked for: `iMazing.Versions/Versions/<UDID>/<date>` is the deepest known.
const DEPTH: usize = 4;
/// Folders looked at, and backups listed, at most.
const FOLDERS: usize = 20_000;
const BACKUPS: usize = 500;
/// Files that only the root of a backup has.
const SIGNS: [&str; 5] = ["Manifest.db", "Manifest.mbdb", "Manifest.mbdx", "Manifest.plist", "Status.plist"];

/// The backups in what the person chose, oldest first: the folder itself, or those inside it. Blocking.
pub fn look(engine: &Engine, given: &Path) -> Result<ImportLook> {
    let (folders, more) = find(given)?;
    let (known, _) = all_versions(engine, None)?;
    let mut backups: Vec<FoundBackup> = folders.iter().map(|folder| look_at(engine, folder, &known)).collect();
    by_date(&mut backups);
    let folder = given.to_string_lossy().into_owned();
    if backups.is_empty() {
        return Err(ApiError::from(backup::Error::NotABackup).detail(folder));
    }
    Ok(ImportLook { folder, backups, more })
}

/// Oldest first; those without a date come last, they are most likely cut ones.
pub fn by_date(backups: &mut [FoundBackup]) {
    backups.sort_by(|a, b| (a.made.is_none(), a.made, &a.folder).cmp(&(b.made.is_none(), b.made, &b.folder)));
}

/// The backup folders at or below a folder, and whether there is more than was looked at. Blocking.
///
/// A folder inside that may not be read is passed over; the chosen one must be readable. Links are not followed, and
/// neither our own stores nor the copies we keep for other programs are backups of others.
pub fn find(given: &Path) -> Result<(Vec<PathBuf>, bool)> {
    let (mut found, mut todo, mut seen) = (Vec::new(), VecDeque::from([(given.to_path_buf(), 0)]), 0);
    while let Some((here, depth)) = todo.pop_front() {
        seen += 1;
        if seen > FOLDERS || found.len() >= BACKUPS {
            return Ok((found, true));
        }
        let inside = match Inside::of(&here) {
            Ok(inside) => inside,
            Err(error) if depth == 0 => return Err(ApiError::reading(&here, &error)),
            Err(_) => continue,
        };
        if inside.is_backup(&here) {
            found.push(here);
        } else if depth < DEPTH && !inside.is_ours() {
            todo.extend(inside.folders.into_iter().map(|folder| (folder, depth + 1)));
        }
    }
    Ok((found, false))
}

/// The names in a folder.
struct Inside {
    files: Vec<String>,
    folders: Vec<PathBuf>,
}

impl Inside {
    fn of(folder: &Path) -> io::Result<Inside> {
        let (mut files, mut folders) = (Vec::new(), Vec::new());
        for entry in std::fs::read_dir(folder)? {
            let entry = entry?;
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => folders.push(entry.path()),
                Ok(kind) if kind.is_file() => files.extend(entry.file_name().into_string()),
                _ => {}
            }
        }
        folders.sort();
        Ok(Inside { files, folders })
    }

    fn has(&self, name: &str) -> bool {
        self.files.iter().any(|file| file == name)
    }

    /// Info.plist alone is in many folders that are no backups.
    fn is_backup(&self, here: &Path) -> bool {
        let snapshot = self.folders.iter().any(|folder| folder.ends_with(crate::actions::back_up::SNAPSHOT));
        let begun = snapshot || here.file_name().and_then(|name| name.to_str()).is_some_and(is_device_name);
        SIGNS.iter().any(|sign| self.has(sign)) || (begun && self.has("Info.plist")) || (snapshot && begun_in(here))
    }

    fn is_ours(&self) -> bool {
        self.has("STORE.json") || self.has(native::MARK)
    }
}

fn begun_in(here: &Path) -> bool {
    let snapshot = here.join(crate::actions::back_up::SNAPSHOT);
    SIGNS.iter().any(|sign| snapshot.join(sign).is_file())
}

/// `<UDID>` or `<UDID>-<date>-<time>`: 40 hex digits, or 8 and 16 with a dash.
fn is_device_name(name: &str) -> bool {
    let hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let old = name.get(..40).is_some_and(hex);
    let new = name.get(..25).is_some_and(|start| {
        start.split_once('-').is_some_and(|(chip, rest)| chip.len() == 8 && rest.len() == 16 && hex(chip) && hex(rest))
    });
    old || new
}

/// One backup folder: what is in it, whether it is kept already, and why not where it cannot be. Blocking.
pub fn look_at(engine: &Engine, folder: &Path, known: &[VersionSummary]) -> FoundBackup {
    let scratch = engine.0.opened.scratch();
    let whole = facts_in(Arc::new(Folder::new(folder.to_path_buf())), true, &scratch);
    let cut = || facts_in(Arc::new(Folder::cut(folder.to_path_buf())), false, &scratch);
    let (facts, problem, incomplete) = match whole {
        Ok(facts) => (facts, None, false),
        // The files that are moved into their places last are the list and its plist.
        Err(error) => match cut() {
            Ok(facts) => (facts, Some(error), true),
            Err(_) => (Backup::facts_of(&Folder::new(folder.to_path_buf())).unwrap_or_default(), Some(error), false),
        },
    };
    describe(folder, facts, problem.map(ApiError::from), incomplete, known)
}

/// The facts of a readable backup; an encrypted one tells them without its password.
fn facts_in(files: Arc<dyn FileSet>, finished: bool, scratch: &Path) -> backup::Result<Facts> {
    if finished {
        Backup::require_finished(&*files)?;
    }
    match Backup::open(files.clone(), scratch) {
        Ok(backup) => Ok(backup.facts().clone()),
        Err(backup::Error::Encrypted) => match Locked::look(&*files)? {
            Some(locked) => Ok(locked.facts().clone()),
            None => Err(backup::Error::Encrypted),
        },
        Err(error) => Err(error),
    }
}

fn describe(
    folder: &Path,
    facts: Facts,
    problem: Option<ApiError>,
    incomplete: bool,
    known: &[VersionSummary],
) -> FoundBackup {
    // Info.plist writes old devices' names in capitals; one device must not become two.
    let udid = device::normalise_udid(&facts.udid);
    let named = store_name(&udid);
    let made = facts.made.or_else(|| written(folder));
    let imported = known.iter().find(|version| version.udid == udid && Some(version.made) == made);
    let problem = if named || problem.is_some() { problem } else { Some(nameless()) };
    FoundBackup {
        folder: folder.to_string_lossy().into_owned(),
        contradictions: facts.contradictions().iter().map(ToString::to_string).collect(),
        model: device::marketing_name(&facts.product_type).to_string(),
        device_name: facts.device_name,
        system: facts.product_version,
        encrypted: facts.encrypted,
        imported: imported.map(|version| version.id.clone()),
        incomplete: incomplete && named,
        udid,
        made,
        problem,
    }
}

/// Whether a device's versions can be kept under this name.
fn store_name(udid: &str) -> bool {
    !udid.is_empty() && udid.len() <= 64 && udid.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn nameless() -> ApiError {
    let message = "This backup does not say which device it is of, so it cannot be kept with that device's versions.";
    ApiError::new(Code::BackupDamaged, message)
}

/// When the list of files was written, for a backup whose plists have no date; Unix milliseconds.
fn written(folder: &Path) -> Option<i64> {
    let lists = ["Manifest.db", "Manifest.mbdb"].iter().find_map(|list| folder.join(list).metadata().ok());
    let since = lists?.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_millis()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn devices_folders_are_told_by_their_names() {
        for name in ["00008110-001A2B3C4D5E6F70", "00008110-001A2B3C4D5E6F70-20260108-104514", &"a".repeat(40)] {
            assert!(is_device_name(name), "{name}");
        }
        for name in ["", "Backup", "00008110-001A2B3C4D5E6F7", "0000811x-001A2B3C4D5E6F70", "ä0008110-001A2B3C4D5E6F70"]
        {
            assert!(!is_device_name(name), "{name}");
        }
    }

    #[test]
    fn backups_are_found_where_other_programs_put_them() {
        let home = tempfile::tempdir().unwrap();
        let (one, two) = ("00008110-001A2B3C4D5E6F70", "b".repeat(40));
        let folders = [
            one.to_string(),
            format!("{one}-20260108-104514"),
            format!("iMazing.Versions/Versions/{two}/2026-01-08 10-45-14"),
            "cut".into(),
        ];
        for folder in &folders[..3] {
            let folder = home.path().join(folder);
            std::fs::create_dir_all(folder.join("ab")).unwrap();
            std::fs::write(folder.join("Manifest.db"), b"").unwrap();
            // What is inside a backup is no other one.
            std::fs::write(folder.join("ab/Status.plist"), b"").unwrap();
        }
        std::fs::create_dir_all(home.path().join("cut/Snapshot")).unwrap();
        std::fs::write(home.path().join("cut/Snapshot/Status.plist"), b"").unwrap();
        for (folder, file) in [("An.app", "Info.plist"), ("Heirloom", "STORE.json"), ("Heirloom Native", native::MARK)]
        {
            std::fs::create_dir_all(home.path().join(folder).join(&two)).unwrap();
            std::fs::write(home.path().join(folder).join(file), b"").unwrap();
            if folder != "An.app" {
                std::fs::write(home.path().join(folder).join(&two).join("Manifest.db"), b"").unwrap();
            }
        }
        let mut expected: Vec<PathBuf> = folders.iter().map(|folder| home.path().join(folder)).collect();
        let (mut found, more) = find(home.path()).unwrap();
        found.sort();
        expected.sort();
        assert_eq!((found, more), (expected, false));
        assert_eq!(find(&home.path().join(one)).unwrap().0, [home.path().join(one)], "the folder itself");
    }
}
