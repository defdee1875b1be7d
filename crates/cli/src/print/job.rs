//! How a job goes, and how it ended.

use super::{imports, json, keeping, line, plain, size};
use engine::api::jobs::{Job, JobResult};
use std::io::{IsTerminal, Write};

/// One line that is written over, on a terminal; a line per phase elsewhere.
#[derive(Default)]
pub struct Progress {
    phase: String,
    drawn: bool,
}

impl Progress {
    pub fn show(&mut self, job: &Job) {
        let mut out = std::io::stderr();
        if !out.is_terminal() {
            if self.phase != job.phase_text {
                self.phase.clone_from(&job.phase_text);
                let _ = writeln!(out, "{}", job.phase_text);
            }
            return;
        }
        let percent = job.progress.map_or(String::new(), |share| format!("{:3.0} %  ", share * 100.0));
        let rate = job.rate.map_or(String::new(), |rate| format!("  {}/s", size(Some(rate))));
        let _ =
            write!(out, "\r\x1b[K{percent}{}  {} files  {}{rate}", job.phase_text, job.files, size(Some(job.bytes)));
        let _ = out.flush();
        self.drawn = true;
    }

    pub fn end(&mut self) {
        if self.drawn {
            eprintln!();
        }
    }
}

/// What the person is told beside the outcome.
pub fn warnings(job: &Job) {
    job.warnings.iter().for_each(|warning| eprintln!("{}", plain(warning)));
}

pub fn done(job: &Job, as_json: bool) {
    if as_json {
        return json(&serde_json::json!(job));
    }
    warnings(job);
    match &job.result {
        Some(JobResult::Version { version, files, bytes, new_bytes, .. }) => {
            line(&format!("{version}  {files} files, {}, {} of them new", size(Some(*bytes)), size(Some(*new_bytes))));
        }
        Some(JobResult::Imported { backups }) => imports::imported(backups),
        Some(JobResult::NativeCopy { files: 0, .. }) => line("no native copies are kept there any more"),
        Some(JobResult::NativeCopy { path, files, bytes }) => {
            line(&format!("{files} files, {}, kept in {path}", size(Some(*bytes))));
        }
        Some(JobResult::Export { path, items, .. }) => line(&format!("{items} exported to {path}")),
        Some(JobResult::Device { udid }) => line(&format!("{udid} trusts this computer")),
        Some(JobResult::Restored { files, bytes }) => line(&format!("restored {files} files, {}", size(Some(*bytes)))),
        Some(JobResult::PasswordChanged { encrypts: true }) => line("backups of this device are encrypted now"),
        Some(JobResult::PasswordChanged { encrypts: false }) => {
            line("backups of this device are not encrypted any more")
        }
        Some(JobResult::Copied { files, bytes, folder }) => {
            line(&format!("{files} files, {}, copied to {folder}", size(Some(*bytes))));
        }
        Some(JobResult::Verified(found)) => keeping::verified(found),
        Some(JobResult::Reclaimed(done)) => keeping::reclaimed(done),
        Some(JobResult::Moved(done)) => keeping::moved(done),
        Some(JobResult::OldCopyDeleted { bytes }) => line(&format!("old copy deleted, {} freed", size(Some(*bytes)))),
        None => {}
    }
    if job.skipped_count > 0 {
        eprintln!("{} left out:", job.skipped_count);
        job.skipped.iter().for_each(|skip| eprintln!("  {}: {}", plain(&skip.what), plain(&skip.why)));
    }
}
