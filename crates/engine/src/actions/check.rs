//! Is what arrived a whole backup? Asked before a version is made of it.

use crate::api::jobs::Phase;
use crate::api::{ApiError, Code, Result};
use crate::jobs::Run;
use crate::library::SessionFiles;
use backup::{Backup, FileSet};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use store::Session;

/// Names of the plists kept inside the record, so that a version can be described without its objects.
pub const PLISTS: [&str; 3] = ["Info.plist", "Manifest.plist", "Status.plist"];

/// What checking came to.
pub struct Checked {
    pub encrypted: bool,
    /// Files that are shorter than the manifest says, where the phone's word gave reason to doubt them.
    pub short: u64,
}

/// What the phone said of single files while it sent them; paths in the backup folder, as the phone named them.
#[derive(Default)]
pub struct Doubts {
    /// Could not be read on the phone.
    pub unreadable: BTreeSet<String>,
    /// Came, but with an error at the end.
    pub suspect: BTreeSet<String>,
}

/// Opens the backup a session holds and looks for the content of every row; hands the session back either way.
///
/// A row without content is excused when the phone said it could not read that file; any other is
/// `Code::BackupInconsistent`. Doubtful files are settled by their length and named when they are short. Blocking.
pub fn whole(session: Session, doubts: &Doubts, scratch: &Path, run: &Run) -> (Session, Result<Checked>) {
    run.phase(Phase::Checking, "Checking that everything arrived");
    let files = Arc::new(SessionFiles::new(session));
    let checked = open_and_check(files.clone(), doubts, scratch, run);
    // The backup over it was dropped inside: this is the only handle left.
    match Arc::try_unwrap(files) {
        Ok(files) => (files.into_session(), checked),
        Err(_) => unreachable!("the checked backup holds the session's files no longer"),
    }
}

fn open_and_check(files: Arc<SessionFiles>, doubts: &Doubts, scratch: &Path, run: &Run) -> Result<Checked> {
    let backup = match Backup::open(files as Arc<dyn FileSet>, scratch) {
        Ok(backup) => backup,
        Err(backup::Error::Encrypted) => return Ok(Checked { encrypted: true, short: 0 }),
        Err(error) => return Err(error.into()),
    };
    let report = backup.check(&mut |_, _| {})?;
    run.check()?;
    let excused = |(domain, path): &(String, String)| {
        let content = backup::content_path(&backup::file_id(domain, path));
        doubts.unreadable.iter().any(|known| known.ends_with(&content))
    };
    // Only the first missing files are named; more than that cannot all be excused one by one.
    let unnamed = report.missing_count > report.missing.len() as u64;
    let unexcused = report.missing.iter().find(|missing| unnamed || !excused(missing));
    if let Some((domain, path)) = unexcused {
        return Err(ApiError::new(
            Code::BackupInconsistent,
            "Files are missing from what the device sent, so no version was made of it. Earlier versions are untouched; try again.",
        )
        .detail(format!("{} missing, among them {domain}: {path}", report.missing_count)));
    }
    Ok(Checked { encrypted: false, short: short(&backup, doubts, run)? })
}

/// How many of the doubtful files are shorter than the manifest says; each is named.
fn short(backup: &Backup, doubts: &Doubts, run: &Run) -> Result<u64> {
    let mut count = 0;
    for path in &doubts.suspect {
        let Some(entry) = backup.find_id(path.rsplit('/').next().unwrap_or_default())? else { continue };
        let (wanted, there) = (backup.stat(&entry)?.size, backup.length(&entry)?);
        if there < wanted {
            count += 1;
            run.skip(format!("{}: {}", entry.domain, entry.path), format!("Only {there} of {wanted} bytes came."));
        }
    }
    Ok(count)
}
