//! One backup folder on its way to a version.

use super::Amounts;
use super::files::{self, Found};
use crate::actions::back_up::{Made, commit};
use crate::actions::check::{self, Doubts};
use crate::actions::session::put_by;
use crate::api::imports::{FoundBackup, ImportRequest};
use crate::api::jobs::Phase;
use crate::api::{ApiError, Code, Result};
use crate::jobs::Run;
use crate::library::{DeviceNotes, all_versions, open_store, version_id};
use crate::{Engine, browse, locks};
use backup::{Backup, Folder, Locked, Password};
use std::path::Path;
use store::{Base, Session};

/// One of the backups of an import.
pub struct Take<'a> {
    pub engine: &'a Engine,
    pub backup: &'a FoundBackup,
    pub asked: &'a ImportRequest,
    pub location: &'a Path,
    pub run: &'a Run,
}

/// What was made of it.
#[derive(Default)]
pub struct Taken {
    pub version: Option<String>,
    pub files: u64,
    pub bytes: u64,
    pub new_bytes: u64,
    pub shared_bytes: u64,
    pub earlier_files: u64,
    pub missing: u64,
}

impl Take<'_> {
    /// Makes a version of it; `of` is its number among several. What was copied when it fails or is cancelled is known
    /// the next time.
    pub fn one(&self, of: Option<(usize, usize)>, amounts: &mut Amounts) -> Result<(Made, Taken)> {
        let store = open_store(self.engine, self.location, true)?;
        let made = self.backup.made.unwrap_or_else(crate::now);
        self.refuse_twice(made)?;
        // One that is whole is taken whole, whatever else was asked for.
        let cut = match &self.backup.problem {
            None => false,
            Some(_) if self.asked.incomplete && self.backup.incomplete => true,
            Some(problem) => return Err(problem.clone()),
        };
        self.prove(cut)?;
        let base = Base::Source(self.source(made, cut));
        let mut session = store.begin(&self.backup.udid, self.engine.0.library.sessions(), base)?;
        session.keep_inside(&check::PLISTS);
        let copied = self.copy(&mut session, cut, of, amounts);
        let earlier_files = match copied {
            Ok(earlier) => earlier,
            Err(error) => {
                put_by(session);
                return Err(error);
            }
        };
        let shared_bytes = session.received().shared_bytes;
        let (made, missing) = self.keep(session, made, cut, store.id())?;
        let version = version_id(&made.head.udid, made.head.seq, &made.store);
        let (files, bytes, new_bytes) = (made.head.files, made.head.bytes, made.head.new_bytes);
        Ok((made, Taken { version: Some(version), files, bytes, new_bytes, shared_bytes, earlier_files, missing }))
    }

    /// It may have become a version since it was looked at.
    fn refuse_twice(&self, made: i64) -> Result<()> {
        let (known, _) = all_versions(self.engine, Some(self.location))?;
        if known.iter().any(|version| version.udid == self.backup.udid && version.made == made) {
            let message = "This backup is already among the versions of this device.";
            return Err(ApiError::new(Code::AlreadyImported, message));
        }
        Ok(())
    }

    fn folder(&self) -> &Path {
        Path::new(&self.backup.folder)
    }

    /// Names this backup in this state: only an earlier try of the same one is gone on with.
    fn source(&self, made: i64, cut: bool) -> u64 {
        let mut hasher = blake3::Hasher::new_derive_key("Heirloom 2026 source of an import");
        hasher.update(self.backup.folder.as_bytes()).update(&made.to_le_bytes()).update(&[u8::from(cut)]);
        let hash = hasher.finalize();
        // A hash has 32 bytes.
        u64::from_le_bytes(std::array::from_fn(|index| hash.as_bytes()[index]))
    }

    /// Tries a password on an encrypted folder before anything is copied; every file in it is looked for then.
    fn prove(&self, cut: bool) -> Result<()> {
        let Some(password) = self.asked.password.as_ref().filter(|_| self.backup.encrypted) else { return Ok(()) };
        let folder = self.folder().to_path_buf();
        let files = if cut { Folder::cut(folder) } else { Folder::new(folder) };
        let Some(locked) = Locked::look(&files)? else { return Ok(()) };
        self.run.phase(Phase::Checking, "Checking the password");
        let (password, udid) = (Password::new(password.as_str()), &self.backup.udid);
        locks::opener_of(self.engine, udid, &locked, Some(&password), &|| self.run.cancelled()).map(drop)
    }

    /// Takes every file in; returns how many an earlier try had brought.
    fn copy(&self, session: &mut Session, cut: bool, of: Option<(usize, usize)>, amounts: &Amounts) -> Result<u64> {
        let cancelled = || self.run.cancelled();
        let found = files::list(self.folder(), cut, &mut |path, why| self.run.skip(path, why), &cancelled)?;
        match of {
            Some((number, all)) => {
                self.run.phase(Phase::Receiving, &format!("Copying files, backup {number} of {all}"))
            }
            None => self.run.phase(Phase::Receiving, "Copying files"),
        }
        self.foresee(session, &found)?;
        forget_others(session, &found)?;
        let (mut bytes, mut earlier) = (0, 0);
        for (done, file) in found.iter().enumerate() {
            let mut progress = |read: u64| {
                bytes += read;
                amounts.tell(done as u64, bytes, self.run);
                !self.run.cancelled()
            };
            let taken = session.take_in(&file.path, &file.source, &mut progress)?;
            self.run.check()?;
            if taken == store::Taken::Earlier {
                (bytes, earlier) = (bytes + file.size, earlier + 1);
            }
        }
        amounts.tell(found.len() as u64, bytes, self.run);
        // Small files are stored in the background: what went wrong there is told before what is missing is looked for.
        session.settle()?;
        // Apple's tools replace files: a backup made meanwhile would otherwise be kept half old, half new.
        if files::list(self.folder(), cut, &mut |_, _| {}, &cancelled)? != found { Err(changed()) } else { Ok(earlier) }
    }

    /// Says before it happens that the disk may turn out too small.
    fn foresee(&self, session: &Session, found: &[Found]) -> Result<()> {
        let (free, coming) = (session.free_space()?, found.iter().map(|file| file.size).sum::<u64>());
        if coming > free {
            self.run.warn(format!(
                "The disk may turn out too small: {:.1} GB are free, and the backup of {} holds {:.1} GB. What is kept already takes no more space.",
                free as f64 / 1e9,
                self.backup.device_name,
                coming as f64 / 1e9,
            ));
        }
        Ok(())
    }

    /// Checks what arrived and makes a version of it; tells how many files are missing.
    fn keep(&self, session: Session, made: i64, cut: bool, store: &str) -> Result<(Made, u64)> {
        let expected = if self.asked.incomplete { check::Expected::WhatIsThere } else { check::Expected::WholeFolder };
        let (session, checked) =
            check::whole(self.engine, &self.backup.udid, session, expected, &Doubts::default(), self.run);
        let (checked, facts) = match checked.and_then(|checked| Ok((checked, self.facts(cut)?))) {
            Ok(checked) => checked,
            Err(error) => {
                put_by(session);
                return Err(error);
            }
        };
        self.run.phase(Phase::Keeping, "Making it safe on the disk");
        let notes = DeviceNotes {
            name: facts.device_name,
            product_type: facts.product_type,
            system: facts.product_version,
            build: facts.build_version,
            serial: facts.serial,
            imported: true,
            encrypted: checked.encrypted,
            checked: checked.looked_inside,
            unreadable: checked.missing,
            // Nothing in the folder says that its making ended well.
            unconfirmed: !facts.complete,
            incomplete: cut || checked.missing > 0,
            unreadable_list: browse::unreadable::write(&checked.unreadable, checked.encrypted),
            keybag: checked.keybag,
        };
        let head = session.commit(commit(made, &notes))?;
        let (unreadable, unreadable_count) = (checked.unreadable, checked.missing);
        Ok((Made { head, store: store.to_string(), unreadable, unreadable_count }, checked.missing))
    }

    fn facts(&self, cut: bool) -> Result<backup::Facts> {
        let folder = self.folder().to_path_buf();
        Ok(Backup::facts_of(&if cut { Folder::cut(folder) } else { Folder::new(folder) })?)
    }
}

/// Takes away what an earlier try brought and the folder does not have any more.
fn forget_others(session: &mut Session, found: &[Found]) -> Result<()> {
    let known: std::collections::HashSet<&str> = found.iter().map(|file| file.path.as_str()).collect();
    let mut todo = vec![String::new()];
    while let Some(folder) = todo.pop() {
        for entry in session.list(&folder) {
            match entry.kind {
                store::EntryKind::Folder => todo.push(entry.path),
                store::EntryKind::File if known.contains(entry.path.as_str()) => {}
                store::EntryKind::File => session.remove(&entry.path)?,
            }
        }
    }
    Ok(())
}

fn changed() -> ApiError {
    ApiError::new(
        Code::BackupUnfinished,
        "This backup changed while it was being copied: it is still being written. Wait until that has ended, then try again.",
    )
}
