//! Keeping an existing backup folder as a version. The folder is only ever read.

use super::back_up::{Made, SNAPSHOT, commit, made_version, put_by};
use super::check::{self, Doubts};
use crate::api::devices::JobStarted;
use crate::api::jobs::{Action, Phase};
use crate::api::versions::{ImportCheck, ImportRequest};
use crate::api::{ApiError, Code, Result, Secret, blocking};
use crate::jobs::Run;
use crate::library::{DeviceNotes, all_versions, location_for, open_store};
use crate::{Engine, locks};
use backup::{Backup, Facts, Folder, Locked, Password};
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;
use store::{Base, Session};

/// Files deeper than this are not part of a backup.
const DEPTH: usize = 8;
const CHUNK: usize = 256 << 10;

pub async fn check(engine: &Engine, asked: ImportRequest) -> Result<ImportCheck> {
    let engine = engine.clone();
    blocking(move || {
        let (folder, facts) = look(&engine, Path::new(&asked.folder))?;
        Ok(ImportCheck {
            folder: folder.to_string_lossy().into_owned(),
            udid: facts.udid,
            device_name: facts.device_name,
            model: device::marketing_name(&facts.product_type).to_string(),
            system: facts.product_version,
            made: facts.made,
            encrypted: facts.encrypted,
        })
    })
    .await
}

pub async fn start(engine: &Engine, asked: ImportRequest) -> Result<JobStarted> {
    let own = engine.clone();
    let looked = engine.clone();
    let given = PathBuf::from(&asked.folder);
    let (folder, facts) = blocking(move || look(&looked, &given)).await?;
    let location = asked.location.as_ref().map_or_else(|| location_for(engine, &facts.udid), PathBuf::from);
    let (title, udid) = (format!("Import {}", facts.device_name), facts.udid.clone());
    let job = engine.0.jobs.start(Action::Import, title, Some(udid), |run| async move {
        let doing = own.clone();
        let into = location.clone();
        let made = blocking(move || {
            if let Some(password) = asked.password {
                prove(&doing, &folder, &facts.udid, &password, &run)?;
            }
            import(&doing, &folder, &facts, &into, &run)
        })
        .await?;
        Ok(made_version(&own, made, &location))
    })?;
    Ok(JobStarted { job })
}

/// Finds the backup in what the person chose: the folder itself, or the one folder inside it that is a backup.
fn look(engine: &Engine, given: &Path) -> Result<(PathBuf, Facts)> {
    let read = |folder: &Path| facts_in(folder, &engine.0.opened.scratch());
    let refused = match read(given) {
        Err(error @ backup::Error::NotABackup) => error,
        found => return Ok((given.to_path_buf(), usable(found?)?)),
    };
    let inside = std::fs::read_dir(given).map_err(|error| ApiError::io(given, &error))?;
    let folders = inside.flatten().map(|entry| entry.path()).filter(|path| path.is_dir());
    let mut found: Vec<_> =
        folders.filter(|path| path.join("Manifest.db").exists() || path.join("Info.plist").exists()).collect();
    match (found.pop(), found.is_empty()) {
        (Some(folder), true) => {
            let facts = usable(read(&folder)?)?;
            Ok((folder, facts))
        }
        (Some(_), false) => Err(ApiError::new(
            Code::NotABackup,
            "There are several backups in this folder. Choose one of the folders inside it.",
        )),
        _ => Err(refused.into()),
    }
}

/// The facts of a finished backup; an encrypted one tells them without its password.
fn facts_in(folder: &Path, scratch: &Path) -> backup::Result<Facts> {
    let files = Arc::new(Folder::new(folder.to_path_buf()));
    match Backup::open(files.clone(), scratch) {
        Ok(backup) => Ok(backup.facts().clone()),
        Err(backup::Error::Encrypted) => Backup::facts_of(&*files),
        Err(error) => Err(error),
    }
}

fn usable(mut facts: Facts) -> Result<Facts> {
    // Info.plist writes old devices' names in capitals; one device must not become two.
    facts.udid = device::normalise_udid(&facts.udid);
    let named = !facts.udid.is_empty()
        && facts.udid.len() <= 64
        && facts.udid.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if named {
        return Ok(facts);
    }
    Err(ApiError::new(
        Code::BackupDamaged,
        "This backup does not say which device it is of, so it cannot be kept with that device's versions.",
    ))
}

/// Tries a password on an encrypted folder before anything is copied; every file in it is looked for then.
fn prove(engine: &Engine, folder: &Path, udid: &str, password: &Secret, run: &Run) -> Result<()> {
    let Some(locked) = Locked::look(&Folder::new(folder.to_path_buf()))? else { return Ok(()) };
    run.phase(Phase::Checking, "Checking the password");
    let password = Password::new(password.as_str());
    locks::opener_of(engine, udid, &locked, Some(&password), &|| run.cancelled()).map(drop)
}

fn import(engine: &Engine, folder: &Path, facts: &Facts, location: &Path, run: &Run) -> Result<Made> {
    let store = open_store(engine, location, true)?;
    let made = facts.made.unwrap_or_else(crate::now);
    let (known, _) = all_versions(engine, Some(location))?;
    if known.iter().any(|version| version.udid == facts.udid && version.made == made) {
        return Err(ApiError::new(Code::AlreadyImported, "This backup is already among the versions of this device."));
    }
    run.phase(Phase::Reading, "Looking at the folder");
    let files = list(folder, &mut |path, why| run.skip(path, why), run)?;
    let mut session = store.begin(&facts.udid, engine.0.library.sessions(), Base::Empty)?;
    session.keep_inside(&check::PLISTS);
    if let Err(error) = copy_all(&mut session, folder, &files, run) {
        put_by(session);
        return Err(error);
    }
    let (session, checked) = check::whole(engine, &facts.udid, session, &Doubts::default(), run);
    let checked = match checked {
        Ok(checked) => checked,
        Err(error) => {
            put_by(session);
            return Err(error);
        }
    };
    run.phase(Phase::Keeping, "Making it safe on the disk");
    let notes = DeviceNotes {
        name: facts.device_name.clone(),
        product_type: facts.product_type.clone(),
        system: facts.product_version.clone(),
        build: facts.build_version.clone(),
        serial: facts.serial.clone(),
        imported: true,
        encrypted: checked.encrypted,
        checked: checked.looked_inside,
        unreadable: 0,
        // Nothing in the folder says that its making ended well.
        unconfirmed: !facts.complete,
        unreadable_list: None,
        keybag: checked.keybag,
    };
    let head = session.commit(commit(made, &notes))?;
    Ok(Made { head, store: store.id().to_string(), unreadable: Vec::new(), unreadable_count: 0 })
}

#[derive(PartialEq)]
struct Found {
    path: String,
    size: u64,
    modified: Option<SystemTime>,
}

/// Every plain file of the folder; links and oddities are named and left.
fn list(folder: &Path, left: &mut dyn FnMut(String, &str), run: &Run) -> Result<Vec<Found>> {
    let (mut files, mut todo) = (Vec::new(), vec![(String::new(), 0)]);
    while let Some((prefix, depth)) = todo.pop() {
        run.check()?;
        let here = folder.join(&prefix);
        for entry in std::fs::read_dir(&here).map_err(|error| ApiError::io(&here, &error))? {
            let entry = entry.map_err(|error| ApiError::io(&here, &error))?;
            let Some(name) = entry.file_name().to_str().map(str::to_string) else {
                left(entry.path().to_string_lossy().into_owned(), "its name is not text");
                continue;
            };
            let path = if prefix.is_empty() { name } else { format!("{prefix}/{name}") };
            // Not followed: a link in a backup folder leads nowhere a backup keeps anything.
            let meta = entry.metadata().map_err(|error| ApiError::io(&entry.path(), &error))?;
            if meta.is_dir() && depth >= DEPTH {
                left(path, "it lies too deep to be part of a backup");
            } else if meta.is_dir() {
                if path != SNAPSHOT {
                    todo.push((path, depth + 1));
                }
            } else if meta.is_file() {
                files.push(Found { path, size: meta.len(), modified: meta.modified().ok() });
            } else if meta.is_symlink() {
                left(path, "it is a link, not a file");
            }
        }
    }
    files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(files)
}

fn copy_all(session: &mut Session, folder: &Path, files: &[Found], run: &Run) -> Result<()> {
    let total: u64 = files.iter().map(|file| file.size).sum();
    let mut buffer = vec![0; CHUNK];
    let mut bytes = 0;
    run.phase(Phase::Receiving, "Copying files");
    for (done, file) in files.iter().enumerate() {
        let path = folder.join(&file.path);
        let mut source = File::open(&path).map_err(|error| ApiError::io(&path, &error))?;
        let mut writer = session.create(&file.path)?;
        let mut copied = 0;
        loop {
            run.check()?;
            let read = source.read(&mut buffer).map_err(|error| ApiError::io(&path, &error))?;
            if read == 0 {
                break;
            }
            writer.write_all(&buffer[..read]).map_err(|error| ApiError::io(&path, &error))?;
            copied += read as u64;
            run.amounts(done as u64, bytes + copied, Some(total));
        }
        if copied != file.size {
            return Err(changed());
        }
        session.finish_file(writer)?;
        bytes += copied;
        run.progress(bytes as f64 / total.max(1) as f64);
    }
    run.amounts(files.len() as u64, bytes, Some(total));
    // Apple's tools replace files: a backup made meanwhile would otherwise be kept half old, half new.
    if list(folder, &mut |_, _| {}, run)? != files { Err(changed()) } else { Ok(()) }
}

fn changed() -> ApiError {
    ApiError::new(
        Code::BackupUnfinished,
        "This backup changed while it was being copied: it is still being written. Wait until that has ended, then try again.",
    )
}
