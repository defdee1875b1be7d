//! Of each device the newest version as the folder Apple's programs take, beside the store of a location that wants it.
//!
//! `<location>/Heirloom Native/<UDID>`, and a mark that says that all of it is ours. It is made of the store and may be
//! deleted at any time: that costs building it again.

use super::store_at;
use crate::api::devices::JobStarted;
use crate::api::jobs::{Action, JobResult, Phase};
use crate::api::keeping::{KeptCopy, NativeCopies, NativeCopyRequest};
use crate::api::locations::LocationRequest;
use crate::api::{ApiError, Code, Result, Topic, blocking, disk_full};
use crate::jobs::Run;
use crate::library::{is_incomplete, known_locations, version_id};
use crate::{Engine, json_file};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use store::{Store, Version, VersionHead};

const FOLDER: &str = "Heirloom Native";
/// The file that says that the folder around it is ours.
pub const MARK: &str = "Heirloom.json";
/// What stays free on the disk: versions are worth more than a copy of one.
const LEFT_FREE: u64 = 1 << 30;
/// How often the free space is looked at, in bytes written.
const LOOK_EVERY: u64 = 64 << 20;

/// What is in the folder.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Mark {
    /// For people who find it.
    about: String,
    store: String,
    devices: BTreeMap<String, Holds>,
}

/// The numbers of the version a device's copy holds, and of the one it is being made into.
#[derive(Debug, Default, Clone, Copy, PartialEq, Serialize, Deserialize)]
struct Holds {
    holds: Option<u64>,
    becoming: Option<u64>,
}

const ABOUT: &str = "Copies of the newest version of each device, managed by Heirloom: changes made here are undone, and \
                     the folder may be deleted. The versions themselves are in the folder Heirloom beside this one.";

/// The copies of one location.
struct Copies {
    folder: PathBuf,
    mark: Mark,
}

impl Copies {
    /// Refuses a folder of that name that is somebody else's.
    fn open(location: &Path, store: &str) -> Result<Copies> {
        let folder = location.join(FOLDER);
        let mark: Option<Mark> = json_file::read(&folder.join(MARK));
        match mark {
            Some(mark) if mark.store == store => return Ok(Copies { folder, mark }),
            None if fs::read_dir(&folder).map_or(true, |mut inside| inside.next().is_none()) => {}
            _ => {
                let message = format!(
                    "{} holds something that Heirloom did not put there. Move it elsewhere, then try again.",
                    folder.display()
                );
                return Err(ApiError::new(Code::FileExists, message));
            }
        }
        Ok(Copies { folder, mark: Mark { about: ABOUT.into(), store: store.into(), devices: BTreeMap::new() } })
    }

    fn set(&mut self, udid: &str, holds: Option<Holds>) -> Result<()> {
        match holds {
            Some(holds) => drop(self.mark.devices.insert(udid.to_string(), holds)),
            None => drop(self.mark.devices.remove(udid)),
        }
        fs::create_dir_all(&self.folder).map_err(|error| ApiError::io(&self.folder, &error))?;
        json_file::write(&self.folder.join(MARK), &self.mark)
    }

    /// Takes the copy of a device away.
    fn remove(&mut self, udid: &str) -> Result<()> {
        let folder = self.folder.join(udid);
        match fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(ApiError::io(&folder, &error)),
            _ => self.set(udid, None),
        }
    }

    fn remove_all(mut self) -> Result<()> {
        for udid in self.mark.devices.keys().cloned().collect::<Vec<_>>() {
            self.remove(&udid)?;
        }
        let mark = self.folder.join(MARK);
        if mark.exists() {
            fs::remove_file(&mark).map_err(|error| ApiError::io(&mark, &error))?;
        }
        // What somebody else put there stays.
        let _ = fs::remove_dir(&self.folder);
        Ok(())
    }
}

pub async fn copies(engine: &Engine, asked: LocationRequest) -> Result<NativeCopies> {
    let engine = engine.clone();
    blocking(move || {
        let location = PathBuf::from(&asked.path);
        let on = engine.0.settings.get().native_copies.contains(&asked.path);
        let path = location.join(FOLDER).to_string_lossy().into_owned();
        if !on {
            return Ok(NativeCopies { on, path, devices: Vec::new() });
        }
        let store = store_at(&engine, &asked.path)?;
        let copies = Copies::open(&location, store.id())?;
        let mut devices = Vec::new();
        for udid in store.devices()? {
            let Some(newest) = newest(&store, &udid)? else { continue };
            let known = copies.mark.devices.get(&udid).copied().unwrap_or_default();
            let folder = copies.folder.join(&udid);
            devices.push(KeptCopy {
                device_name: newest.notes.get("device-name").cloned().unwrap_or_default(),
                version: known.holds.map(|number| version_id(&udid, number, store.id())),
                current: known == Holds { holds: Some(newest.seq), becoming: None } && folder.is_dir(),
                path: folder.to_string_lossy().into_owned(),
                udid,
            });
        }
        Ok(NativeCopies { on, path, devices })
    })
    .await
}

/// Turns the copies of a location on and builds them, or off and takes them away.
pub async fn keep(engine: &Engine, asked: NativeCopyRequest) -> Result<JobStarted> {
    if !known_locations(engine).iter().any(|known| known.to_string_lossy() == asked.path) {
        let message = "This location is not among yours. Add it first.";
        return Err(ApiError::new(Code::BadRequest, message).detail(asked.path));
    }
    let title = if asked.on { "Keep native copies" } else { "Remove the native copies" };
    let own = engine.clone();
    let job = engine
        .0
        .jobs
        .start(Action::Export, title, None, |run| async move { blocking(move || switch(&own, &asked, &run)).await })?;
    Ok(JobStarted { job })
}

fn switch(engine: &Engine, asked: &NativeCopyRequest, run: &Run) -> Result<JobResult> {
    let store = store_at(engine, &asked.path)?;
    if asked.on {
        refuse_sealed(&store)?;
    }
    let mut copies = Copies::open(Path::new(&asked.path), store.id())?;
    let path = copies.folder.to_string_lossy().into_owned();
    engine.0.settings.change(|settings| {
        settings.native_copies.remove(&asked.path);
        settings.native_copies.extend(asked.on.then(|| asked.path.clone()));
    })?;
    let told = || [Topic::Settings, Topic::Locations].map(|topic| engine.changed(topic));
    told();
    if !asked.on {
        run.phase(Phase::Cleaning, "Removing the copies");
        copies.remove_all()?;
        return Ok(JobResult::NativeCopy { path, files: 0, bytes: 0 });
    }
    let (mut files, mut bytes) = (0, 0);
    for udid in store.devices()? {
        let done = update(&store, &mut copies, &udid, run)?;
        (files, bytes) = (files + done.0, bytes + done.1);
    }
    told();
    Ok(JobResult::NativeCopy { path, files, bytes })
}

/// A device has a new version: its copy follows, where the location keeps one. The version is there already; what goes
/// wrong here is only told. Blocking.
pub fn after_version(engine: &Engine, location: &Path, udid: &str, run: &Run) {
    let path = location.to_string_lossy();
    if !engine.0.settings.get().native_copies.contains(&*path) {
        return;
    }
    let updated = store_at(engine, &path).and_then(|store| {
        refuse_sealed(&store)?;
        let mut copies = Copies::open(location, store.id())?;
        update(&store, &mut copies, udid, run)
    });
    if let Err(error) = updated {
        run.warn(format!("The version is kept. Its native copy was not brought up to date: {}", error.message));
    }
    engine.changed(Topic::Locations);
}

/// A plain copy would show what a seal hides.
fn refuse_sealed(store: &Store) -> Result<()> {
    match store.sealing()?.on {
        None => Ok(()),
        Some(_) => Err(ApiError::new(
            Code::BadRequest,
            "This location is sealed, and a plain copy beside it would show what the seal hides.",
        )),
    }
}

/// The version a copy is of: what was taken last, and is whole.
fn newest(store: &Store, udid: &str) -> Result<Option<VersionHead>> {
    let versions = store.versions(udid)?.versions.into_iter();
    Ok(versions.filter(|head| !is_incomplete(head)).max_by_key(|head| (head.made, head.seq)))
}

/// Brings the copy of a device to its newest version; returns how many files and bytes it holds.
fn update(store: &Store, copies: &mut Copies, udid: &str, run: &Run) -> Result<(u64, u64)> {
    let Some(head) = newest(store, udid)? else {
        copies.remove(udid)?;
        return Ok((0, 0));
    };
    run.phase(Phase::Writing, "Bringing the native copy up to date");
    let version = store.version(udid, head.seq)?;
    let known = copies.mark.devices.get(udid).copied().unwrap_or_default();
    let earlier = known_content(store, udid, known);
    copies.set(udid, Some(Holds { becoming: Some(head.seq), ..known }))?;
    let (mut looked, mut full) = (0, false);
    let folder = copies.folder.join(udid);
    let done = store.update_native(&version, &earlier, &folder, &mut |done, total| {
        run.amounts(0, done, Some(total));
        run.progress(done as f64 / total.max(1) as f64);
        if done >= looked {
            looked = done + LOOK_EVERY;
            full = store.free_space().is_ok_and(|free| free < LEFT_FREE);
        }
        !full && !run.cancelled()
    });
    let no_room = full || matches!(&done, Err(store::Error::DiskFull { .. }));
    if no_room {
        // Versions need the room more.
        copies.remove(udid)?;
        let error = disk_full(Some(head.bytes + LEFT_FREE), store.free_space().ok());
        return Err(error.detail("the copy was taken away again"));
    }
    let done = done?;
    run.check()?;
    for file in &done.written.damaged {
        run.skip(&file.path, format!("Its stored content is damaged: {}.", file.damage));
    }
    copies.set(udid, Some(Holds { holds: Some(head.seq), becoming: None }))?;
    Ok((done.written.files + done.kept, head.bytes))
}

/// The versions whose files may lie in a device's copy; none when one of them is gone, as then nothing is known.
fn known_content(store: &Store, udid: &str, known: Holds) -> Vec<Version> {
    let numbers = [known.holds, known.becoming].into_iter().flatten();
    numbers.map(|number| store.version(udid, number)).collect::<store::Result<_>>().unwrap_or_default()
}
