//! Is what arrived a whole backup? Asked before a version is made of it.

use crate::api::jobs::{Phase, UnreadableFile};
use crate::api::{ApiError, Code, Result};
use crate::jobs::Run;
use crate::library::SessionFiles;
use crate::{Engine, locks};
use backup::{Backup, CheckReport, FileSet, Locked};
use device::Unreadable;
use std::collections::BTreeSet;
use std::sync::Arc;
use store::Session;

/// Names of the plists kept inside the record, so that a version can be described without its objects.
pub const PLISTS: [&str; 3] = ["Info.plist", "Manifest.plist", "Status.plist"];
/// Files named in the result of a backup; the rest is only counted.
const NAMED: usize = 1000;
/// An encrypted manifest is a whole number of these (`formats.md` 1.5).
const BLOCK: u64 = 16;

/// What must have arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// All the device sent, finished.
    FromDevice,
    /// All of a finished folder.
    WholeFolder,
    /// Whatever the folder has, as far as its list of files can be read.
    WhatIsThere,
}

/// What checking came to.
#[derive(Default)]
pub struct Checked {
    pub encrypted: bool,
    pub keybag: Option<String>,
    /// Whether every file its manifest names was looked for; needs the password of an encrypted one.
    pub looked_inside: bool,
    /// Files that are shorter than the manifest says, where the device's word gave reason to doubt them.
    pub short: u64,
    /// Files the list names and that are not there, where that was allowed.
    pub missing: u64,
    /// The first of what the device could not read, of the short ones, and of what is missing.
    pub unreadable: Vec<UnreadableFile>,
}

/// What the device said of single files while it sent them.
#[derive(Default)]
pub struct Doubts {
    /// Could not be read on the device.
    pub unreadable: Vec<Unreadable>,
    /// Came, but with an error at the end.
    pub suspect: Vec<Unreadable>,
}

/// Opens the backup a session holds and looks for the content of every row; hands the session back either way.
///
/// A row without content is excused when the device said it could not read that file, or when no more than what is there
/// is expected; any other is `Code::BackupInconsistent`. Doubtful files are settled by their length and named when they are short. An encrypted
/// backup whose password is not known here is looked at from outside only. Blocking.
pub fn whole(
    engine: &Engine,
    udid: &str,
    session: Session,
    expected: Expected,
    doubts: &Doubts,
    run: &Run,
) -> (Session, Result<Checked>) {
    run.phase(Phase::Checking, "Checking that everything arrived");
    let files = Arc::new(SessionFiles::new(session));
    let checked = open_and_check(engine, udid, files.clone(), (expected, doubts), run);
    // The backup over it was dropped inside: this is the only handle left.
    match Arc::try_unwrap(files) {
        Ok(files) => (files.into_session(), checked),
        Err(_) => unreachable!("the checked backup holds the session's files no longer"),
    }
}

fn open_and_check(
    engine: &Engine,
    udid: &str,
    files: Arc<SessionFiles>,
    (expected, doubts): (Expected, &Doubts),
    run: &Run,
) -> Result<Checked> {
    let scratch = engine.0.opened.scratch();
    if expected != Expected::WhatIsThere {
        Backup::require_finished(&*files)?;
    }
    let locked = match Backup::open(files.clone(), &scratch) {
        Ok(backup) => return inside(&backup, (expected, doubts), Checked::default(), run),
        Err(backup::Error::Encrypted) => Locked::look(&*files)?.ok_or(backup::Error::Encrypted)?,
        Err(error) => return Err(error.into()),
    };
    let checked = Checked { encrypted: true, keybag: Some(locked.keybag_id().to_string()), ..Checked::default() };
    match locks::quietly(engine, udid, &locked, &|| run.cancelled())? {
        Some(keys) => inside(&Backup::open_unlocked(files, &scratch, &keys)?, (expected, doubts), checked, run),
        None => outside(&*files, doubts, checked, run),
    }
}

/// The list of an encrypted backup can only be weighed: it must be there, and of a size that encryption makes.
fn outside(files: &dyn FileSet, doubts: &Doubts, mut checked: Checked, run: &Run) -> Result<Checked> {
    let size = files.size("Manifest.db").map_err(|error| ApiError::io("Manifest.db".as_ref(), &error))?;
    if !size.is_some_and(|size| size > 0 && size % BLOCK == 0) {
        return Err(inconsistent("The list of files did not arrive whole", "Manifest.db"));
    }
    for file in &doubts.unreadable {
        checked
            .name(UnreadableFile { domain: String::new(), path: file.device_path.clone(), reason: reason(file) }, run);
    }
    Ok(checked)
}

/// Looks for the content of every file the backup's list names.
fn inside(
    backup: &Backup,
    (expected, doubts): (Expected, &Doubts),
    mut checked: Checked,
    run: &Run,
) -> Result<Checked> {
    let report = backup.check(&mut |_, _| {})?;
    run.check()?;
    for sentence in backup.facts().contradictions() {
        run.warn(sentence.to_string());
    }
    if expected == Expected::WhatIsThere {
        checked.looked_inside = true;
        missing(report, &mut checked, run);
        return Ok(checked);
    }
    let named: BTreeSet<&str> = doubts.unreadable.iter().map(|file| file_id(&file.path)).collect();
    let excused = |(domain, path): &(String, String)| named.contains(backup::file_id(domain, path).as_str());
    // Only the first missing files are named; more than that cannot all be excused one by one.
    let unnamed = report.missing_count > report.missing.len() as u64;
    if let Some((domain, path)) = report.missing.iter().find(|missing| unnamed || !excused(missing)) {
        let missing = format!("{} missing, among them {domain}: {path}", report.missing_count);
        let what = match expected {
            Expected::FromDevice => "Files are missing from what the device sent",
            Expected::WholeFolder | Expected::WhatIsThere => return Err(gaps(report.missing_count, &missing)),
        };
        return Err(inconsistent(what, &missing));
    }
    checked.looked_inside = true;
    for file in &doubts.unreadable {
        let (domain, path) = match backup.find_id(file_id(&file.path))? {
            Some(entry) => (entry.domain, entry.path),
            None => (String::new(), file.device_path.clone()),
        };
        checked.name(UnreadableFile { domain, path, reason: reason(file) }, run);
    }
    short(backup, doubts, &mut checked, run)?;
    Ok(checked)
}

/// Names the files that are not there.
fn missing(report: CheckReport, checked: &mut Checked, run: &Run) {
    checked.missing = report.missing_count;
    let unnamed = report.missing_count - report.missing.len() as u64;
    for (domain, path) in report.missing {
        checked.name(UnreadableFile { domain, path, reason: "It was not in the folder.".into() }, run);
    }
    if unnamed > 0 {
        run.warn(format!("{unnamed} more files that its list names were not in the folder."));
    }
}

/// Names the doubtful files that are shorter than the manifest says.
fn short(backup: &Backup, doubts: &Doubts, checked: &mut Checked, run: &Run) -> Result<()> {
    for file in &doubts.suspect {
        let Some(entry) = backup.find_id(file_id(&file.path))? else { continue };
        let (wanted, there) = (backup.stat(&entry)?.size, backup.length(&entry)?);
        if there < wanted {
            checked.short += 1;
            let reason = format!("Only {there} of {wanted} bytes came.");
            checked.name(UnreadableFile { domain: entry.domain, path: entry.path, reason }, run);
        }
    }
    Ok(())
}

impl Checked {
    fn name(&mut self, file: UnreadableFile, run: &Run) {
        let what = if file.domain.is_empty() { file.path.clone() } else { format!("{}: {}", file.domain, file.path) };
        run.skip(what, file.reason.clone());
        if self.unreadable.len() < NAMED {
            self.unreadable.push(file);
        }
    }
}

fn reason(file: &Unreadable) -> String {
    format!("The device could not read it: {}", file.text)
}

/// The name a file has in a backup, whatever folder it was on its way to.
fn file_id(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or_default()
}

/// A finished folder that lacks files.
fn gaps(count: u64, detail: &str) -> ApiError {
    let message = format!(
        "{count} files that this backup's own list names are not in its folder, so it was not kept as a whole version. If you have no better one, keep what is there of it."
    );
    ApiError::new(Code::BackupIncomplete, message).detail(detail)
}

fn inconsistent(what: &str, detail: &str) -> ApiError {
    let message = format!("{what}, so no version was made of it. Earlier versions are untouched; try again.");
    ApiError::new(Code::BackupInconsistent, message).detail(detail)
}
