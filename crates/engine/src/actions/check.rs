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
}

/// Opens the backup a session holds and looks for the content of every row; hands the session back either way.
///
/// A row without content is excused when the phone said it could not read that file (`unreadable`, paths as the phone names
/// them in the backup folder); any other is `Code::BackupInconsistent`. Blocking.
pub fn whole(session: Session, unreadable: &BTreeSet<String>, scratch: &Path, run: &Run) -> (Session, Result<Checked>) {
    run.phase(Phase::Checking, "Checking that everything arrived");
    let files = Arc::new(SessionFiles::new(session));
    let checked = open_and_check(files.clone(), unreadable, scratch, run);
    // The backup over it was dropped inside: this is the only handle left.
    match Arc::try_unwrap(files) {
        Ok(files) => (files.into_session(), checked),
        Err(_) => unreachable!("the checked backup holds the session's files no longer"),
    }
}

fn open_and_check(
    files: Arc<SessionFiles>,
    unreadable: &BTreeSet<String>,
    scratch: &Path,
    run: &Run,
) -> Result<Checked> {
    let backup = match Backup::open(files as Arc<dyn FileSet>, scratch) {
        Ok(backup) => backup,
        Err(backup::Error::Encrypted) => return Ok(Checked { encrypted: true }),
        Err(error) => return Err(error.into()),
    };
    let report = backup.check(&mut |_, _| {})?;
    run.check()?;
    let excused = |(domain, path): &(String, String)| {
        let content = backup::content_path(&backup::file_id(domain, path));
        unreadable.iter().any(|known| known.ends_with(&content))
    };
    if let Some((domain, path)) = report.missing.iter().find(|missing| !excused(missing)) {
        return Err(ApiError::new(
            Code::BackupInconsistent,
            "Files are missing from what the device sent, so no version was made of it. Earlier versions are untouched; try again.",
        )
        .detail(format!("{} missing, among them {domain}: {path}", report.missing_count)));
    }
    Ok(Checked { encrypted: false })
}
