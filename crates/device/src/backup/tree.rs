//! What the phone asks of the backup's folders, and which paths it may name.

use super::session::{Answer, STATUS, Session};
use super::{BackupFiles, Listed, Refused, errno};
use crate::{Error, Result};
use plist::{Date, Dictionary, Value};
use std::io;
use std::time::{Duration, SystemTime};
use wire::devicelink::status;
use wire::path::Refusal;

/// Longest listing given.
const LISTED: usize = 300_000;

impl Session<'_> {
    pub(super) async fn list(&mut self, path: &str) -> Result<Answer> {
        let path = match self.checked(path) {
            Ok(path) => path,
            Err(refusal) => return Ok(Answer::refused(refusal)),
        };
        Ok(match self.worker.run(move |files| files.list(&path)).await? {
            Err(error) => Answer::failed(errno::code(&error)),
            // More than any phone has in one folder; the answer would not fit its memory either.
            Ok(children) if children.len() > LISTED => Answer::failed(status::OTHER),
            Ok(children) => {
                let entries = children.into_iter().map(|child| (child.name.clone(), described(&child)));
                Answer::with(Value::Dictionary(entries.collect()))
            }
        })
    }

    pub(super) async fn rename(&mut self, moves: Vec<(String, String)>, progress: Option<f64>) -> Result<Answer> {
        let mut refusal = None;
        let mut inside = Vec::with_capacity(moves.len());
        for (from, to) in moves {
            match (self.below(&from), self.below(&to)) {
                (Ok(from), Ok(to)) => inside.push((from, to)),
                (Err(refused), _) | (_, Err(refused)) => refusal = refusal.or(Some(refused)),
            }
        }
        self.status_sent |= inside.iter().any(|(_, to)| to == STATUS);
        let answer = self.change(inside, |files, (from, to)| files.rename(from, to)).await?;
        self.report.progress(progress);
        Ok(refusal.map_or(answer, Answer::refused))
    }

    /// Does `change` for each item; the first failure is the answer, the others are done all the same.
    pub(super) async fn change<T: Send + 'static>(
        &mut self,
        items: Vec<T>,
        change: impl Fn(&mut dyn BackupFiles, &T) -> io::Result<()> + Send + 'static,
    ) -> Result<Answer> {
        let failed = self.worker.run(move |files| {
            let mut failed = None;
            for item in &items {
                if let Err(error) = change(files, item) {
                    failed.get_or_insert(error);
                }
            }
            failed
        });
        let Some(error) = failed.await? else { return Ok(Answer::done()) };
        let code = errno::code(&error);
        // What is missing or in the way is the phone's business; a failing disk is ours.
        if matches!(code, status::OTHER | status::IO | status::NO_SPACE) {
            self.failed("", &error);
        }
        Ok(Answer::failed(code))
    }

    /// Remembers that storing failed, for the verdict.
    pub(super) fn failed(&mut self, path: &str, error: &io::Error) {
        if self.failure.is_none() {
            self.failure = Some(match errno::code(error) {
                status::NO_SPACE => Error::DiskFull { needed: self.needed, free: self.free },
                _ => Error::Files { path: path.to_string(), source: copied(error) },
            });
        }
    }

    /// The part of a phone's path below the device's folder; what is refused is remembered.
    pub(super) fn checked(&mut self, path: &str) -> Result<String, Refusal> {
        let inside = self.inside(path).map(str::to_string);
        if inside.is_err() {
            self.report.refused(Refused::Path { path: path.to_string() });
        }
        inside
    }

    /// The same, and not the device's folder itself: that is neither moved nor removed.
    pub(super) fn below(&mut self, path: &str) -> Result<String, Refusal> {
        match self.checked(path)? {
            inside if inside.is_empty() => Err(Refusal::Wild),
            inside => Ok(inside),
        }
    }

    pub(super) fn all_below(&mut self, paths: Vec<String>) -> (Vec<String>, Option<Refusal>) {
        let mut refusal = None;
        let mut inside = Vec::with_capacity(paths.len());
        for path in paths {
            match self.below(&path) {
                Ok(path) => inside.push(path),
                Err(refused) => refusal = refusal.or(Some(refused)),
            }
        }
        (inside, refusal)
    }
}

fn described(child: &Listed) -> Value {
    let kind = if child.is_folder { "DLFileTypeDirectory" } else { "DLFileTypeRegular" };
    let modified = SystemTime::UNIX_EPOCH + Duration::from_millis(child.modified.max(0) as u64);
    let mut entry = Dictionary::new();
    entry.insert("DLFileType".into(), kind.into());
    entry.insert("DLFileSize".into(), child.size.into());
    entry.insert("DLFileModificationDate".into(), Value::Date(Date::from(modified)));
    Value::Dictionary(entry)
}

/// `io::Error` cannot be cloned; number, kind and words can.
fn copied(error: &io::Error) -> io::Error {
    match error.raw_os_error() {
        Some(number) => io::Error::from_raw_os_error(number),
        None => io::Error::new(error.kind(), error.to_string()),
    }
}
