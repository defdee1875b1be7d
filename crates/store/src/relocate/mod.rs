//! A store goes to another place: by one rename where both are on one volume; else copied, checked, and only then given
//! up at the old place. `docs/store-format.md` says what lies where meanwhile.

mod content;
mod records;

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use tracing::info;
use uuid::Uuid;

use crate::barrier::flush_folder;
use crate::error::{at, writing};
use crate::fault::{left_out, point};
use crate::layout::Layout;
use crate::lease::{CLEAN_UP, Lease, host_name, now};
use crate::store::{names_in, write_store_file};
use crate::{Error, Result, Store, StoreKey};
use content::Content;

/// What a move did. All counts are 0 where an earlier one had done everything but tell so.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved {
    /// Nothing had to be copied.
    pub renamed: bool,
    pub objects: u64,
    /// The size of those, in bytes.
    pub bytes: u64,
    /// Versions, expired ones and damaged ones.
    pub records: u64,
    /// Contents that some version names and that were damaged or missing already: they are not whole now either.
    pub damaged: Vec<[u8; 32]>,
    /// Torn contents that nobody names; they stayed behind.
    pub left: u64,
}

/// `MOVING.json`, at the new place: what is under way.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Moving {
    store: Uuid,
    pub from: PathBuf,
    /// Objects of the groups below are there for good.
    group: u16,
}

/// `MOVED.json`, at the old place: where the store is now.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Note {
    store: Uuid,
    pub to: PathBuf,
    /// The computer that moved it, and so knows it by that path.
    pub host: String,
    /// Unix milliseconds.
    time: i64,
}

/// Moves the store in `from` to the folder `to`, which is made where needed, and leaves word of it in `from`.
///
/// Every content is compared with its hash on the way, whatever lies in `to` already from an earlier, cut move is used,
/// and the old store stays the store until the new one is whole and durable. `sessions` is the folder given to
/// [`Store::begin`]; meanwhile nobody writes to the store. `progress` gets bytes done and bytes in all, and ends the move
/// with `false`; then, and only then, there is `None`: the same call goes on with it later.
///
/// Fails with [`Error::StoreBusy`] while a session or clean-up is at work, with [`Error::NotEmpty`] where something else
/// is in the way, with [`Error::DiskFull`] before anything is copied that would not fit, with [`Error::KeyNeeded`] where
/// versions are sealed with a key that is not among `keys`.
pub fn move_store(
    from: &Path,
    to: &Path,
    sessions: &Path,
    keys: &[StoreKey],
    progress: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<Option<Moved>> {
    let store = match Store::open(from) {
        Ok(store) => store,
        Err(error @ (Error::NoStore { .. } | Error::Moved { .. })) => return finish(from, to, error).map(Some),
        Err(error) => return Err(error),
    };
    keys.iter().for_each(|key| store.0.keys.add(key.clone()));
    store.check_keys()?;
    let inside = |path: &Path, other: &Layout| path.starts_with(other.root());
    let new = std::path::absolute(to).map_err(at(to))?;
    let (source, target) = (&store.0.layout, Layout::new(&new));
    if inside(&new, source) || inside(from, &target) || same_folder(from, to) {
        let name = |path: &Path| path.display().to_string();
        return Err(Error::InsideItself { from: name(from), to: name(to) });
    }
    let (lease, _) = store.alone(sessions)?;
    store.restore_doomed()?;
    fs::create_dir_all(to).map_err(at(to))?;
    let moved = match by_rename(&store, &target)? {
        Some(moved) => moved,
        None => match by_copy(&store, &lease, &new, keys, progress)? {
            Some(moved) => moved,
            None => return Ok(None),
        },
    };
    retire(source, &target, store.0.uuid, &new)?;
    info!(store = store.id(), from = %from.display(), to = %to.display(), ?moved, "the store was moved");
    Ok(Some(moved))
}

fn same_folder(one: &Path, other: &Path) -> bool {
    matches!((one.canonicalize(), other.canonicalize()), (Ok(one), Ok(other)) if one == other)
}

/// Whether nothing is there, or only an empty folder.
fn is_free(folder: &Path) -> bool {
    match fs::read_dir(folder) {
        Ok(mut names) => names.next().is_none(),
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

/// Ends a move that was cut after all of it had been done: only word of it was missing. Else fails with `error`.
fn finish(from: &Path, to: &Path, error: Error) -> Result<Moved> {
    let (source, target) = (Layout::new(from), Layout::new(to));
    let meant = match (note(&source), moving(&target)) {
        (Some(note), _) => Some(note.store),
        (None, Some(moving)) if moving.from == from => Some(moving.store),
        _ => None,
    };
    match Store::open(to) {
        Ok(store) if Some(store.0.uuid) == meant => {
            retire(&source, &target, store.0.uuid, to)?;
            Ok(Moved::default())
        }
        _ => Err(error),
    }
}

/// The whole store by one rename; `None` where that cannot be.
fn by_rename(store: &Store, target: &Layout) -> Result<Option<Moved>> {
    let source = &store.0.layout;
    if !is_free(target.root()) || left_out("rename of the root") {
        return Ok(None);
    }
    let records = store.all_records()?.0.len() as u64;
    write_moving(source, &Moving { store: store.0.uuid, from: store.location().to_path_buf(), group: 0 })?;
    point("move noted");
    if fs::rename(source.root(), target.root()).is_err() {
        // Two volumes, most likely; what else it may be, the copying will tell.
        fs::remove_file(source.moving()).map_err(at(&source.moving()))?;
        return Ok(None);
    }
    point("root renamed");
    for folder in [target.root().parent(), source.root().parent()].into_iter().flatten() {
        flush_folder(folder)?;
    }
    // Our own, which came along.
    let _ = fs::remove_file(target.lease(CLEAN_UP));
    Ok(Some(Moved { renamed: true, records, ..Moved::default() }))
}

/// The whole store by copying; `None` when it was told to stop.
fn by_copy(
    store: &Store,
    lease: &Lease,
    to: &Path,
    keys: &[StoreKey],
    progress: &mut dyn FnMut(u64, u64) -> bool,
) -> Result<Option<Moved>> {
    let (source, target) = (&store.0.layout, Layout::new(to));
    let in_the_way = || Error::NotEmpty { path: target.root().to_path_buf() };
    let earlier = match moving(&target) {
        Some(moving) if moving.store == store.0.uuid => Some(moving),
        None if is_free(target.root()) => None,
        _ => return Err(in_the_way()),
    };
    // All was done but to tell so: what came to either of them since must not be lost.
    let was_whole = target.store_file().exists();
    for folder in [target.parts(), target.devices(), target.leases()] {
        fs::create_dir_all(&folder).map_err(at(&folder))?;
    }
    let group = earlier.map_or(0, |moving| moving.group);
    let moving = Moving { store: store.0.uuid, from: store.location().to_path_buf(), group };
    write_moving(&target, &moving)?;
    point("move noted");
    let mut content = Content::begin(store, &target, moving, lease)?;
    if !content.copy(progress)? {
        return Ok(None);
    }
    let mut moved = content.sort_out_damage()?;
    point("content copied");
    moved.records = records::copy(source, &target, was_whole)?;
    point("records copied");
    let new = Store::at(to, store.0.uuid);
    keys.iter().for_each(|key| new.0.keys.add(key.clone()));
    content::check(store, &new, &mut moved.damaged)?;
    point("new place checked");
    if !lease.held() {
        return Err(Error::StoreBusy { holder: "another computer".into() });
    }
    if !was_whole {
        write_store_file(&target, store.0.uuid)?;
    }
    // What every store has besides.
    Store::create_or_open(to)?;
    Ok(Some(moved))
}

/// Leaves word at the old place, takes away what made it a store, and ends the move.
fn retire(source: &Layout, target: &Layout, store: Uuid, to: &Path) -> Result<()> {
    if note(source).is_none_or(|note| note.store != store) {
        fs::create_dir_all(source.root()).map_err(at(source.root()))?;
        write(&source.moved(), &Note { store, to: to.to_path_buf(), host: host_name(), time: now() })?;
        flush_folder(source.root())?;
    }
    point("word left");
    remove(&source.store_file())?;
    flush_folder(source.root())?;
    point("old place given up");
    remove(&target.moving())?;
    flush_folder(target.root())
}

/// Deletes what a finished move left at the old place; returns the bytes of the objects among it. A cut one is gone on
/// with by the same call.
///
/// Fails with [`Error::NotMoved`] where no finished move left anything, and with the error of opening the new place where
/// that is not there: what may be the only copy is not deleted.
pub fn remove_moved(from: &Path) -> Result<u64> {
    let layout = Layout::new(from);
    let not_moved = || Error::NotMoved { location: from.to_path_buf() };
    let note = note(&layout).filter(|_| !layout.store_file().exists()).ok_or_else(not_moved)?;
    if Store::open(&note.to)?.0.uuid != note.store {
        return Err(not_moved());
    }
    let mut bytes = 0;
    for group in names_in(&layout.objects())? {
        let folder = layout.objects().join(group);
        let files = fs::read_dir(&folder).into_iter().flatten().flatten();
        bytes += files.filter_map(|file| file.metadata().ok()).map(|about| about.len()).sum::<u64>();
        fs::remove_dir_all(&folder).map_err(at(&folder))?;
    }
    point("old objects deleted");
    for name in names_in(layout.root())?.iter().filter(|name| layout.root().join(name) != layout.moved()) {
        let path = layout.root().join(name);
        let is_folder = fs::symlink_metadata(&path).is_ok_and(|about| about.is_dir());
        if is_folder { fs::remove_dir_all(&path) } else { fs::remove_file(&path) }.map_err(at(&path))?;
    }
    remove(&layout.moved())?;
    fs::remove_dir(layout.root()).map_err(at(layout.root()))?;
    Ok(bytes)
}

/// What `MOVED.json` says; `None` where there is none, or one that was torn.
pub(crate) fn note(layout: &Layout) -> Option<Note> {
    read(&layout.moved())
}

/// What `MOVING.json` says.
pub(crate) fn moving(layout: &Layout) -> Option<Moving> {
    read(&layout.moving())
}

fn read<T: DeserializeOwned>(path: &Path) -> Option<T> {
    serde_json::from_slice(&fs::read(path).ok()?).ok()
}

fn write_moving(layout: &Layout, moving: &Moving) -> Result<()> {
    write(&layout.moving(), moving)
}

/// Writes a small file whole, over an older one.
fn write(path: &Path, value: &impl Serialize) -> Result<()> {
    let part = path.with_extension("part");
    let json = serde_json::to_vec_pretty(value).map_err(|error| at(path)(error.into()))?;
    let written = fs::File::create(&part).and_then(|mut file| {
        file.write_all(&json)?;
        file.sync_all()
    });
    written.and_then(|()| fs::rename(&part, path)).map_err(writing(path, json.len() as u64))
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(path)(error)),
        _ => Ok(()),
    }
}
