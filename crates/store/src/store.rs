//! A store on some volume: opening, making, and what is in it.

use std::collections::HashMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::barrier::flush_folder;
use crate::error::at;
use crate::fault::point;
use crate::layout::{Layout, check_udid};
use crate::records::Memory;
use crate::sealing::Keys;
use crate::{Error, Result, lease, record, relocate, space};

/// The format this release reads and writes.
const FORMAT: u64 = 1;
const README: &str = include_str!("README.store.txt");
/// Reads a store without this program.
const READER: &str = include_str!("../../../docs/reader.py");

/// Keeps the versions of any number of devices. Cheap to clone; may be used from any thread.
#[derive(Clone)]
pub struct Store(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    location: PathBuf,
    pub layout: Layout,
    pub uuid: Uuid,
    id: String,
    pub keys: Keys,
    pub memory: Mutex<HashMap<PathBuf, Memory>>,
}

/// `STORE.json`.
#[derive(Serialize, Deserialize)]
struct StoreFile {
    format: u64,
    id: Uuid,
    /// Unix milliseconds.
    #[serde(default)]
    made: i64,
}

impl Store {
    /// Opens the store in `location`, or makes one there, with the folders leading to it.
    ///
    /// For a location that should have a store (a volume may not be mounted), use [`Store::open`].
    pub fn create_or_open(location: &Path) -> Result<Store> {
        let layout = Layout::new(location);
        if let Err(error @ (Error::Moved { .. } | Error::HalfMoved { .. })) = read_store_file(location, &layout) {
            return Err(error);
        }
        for folder in [layout.parts(), layout.devices(), layout.leases()] {
            fs::create_dir_all(&folder).map_err(at(&folder))?;
        }
        point("folders made");
        match read_store_file(location, &layout) {
            Err(Error::NoStore { .. }) => write_store_file(&layout, Uuid::new_v4())?,
            // A cut while it was being made, or a flipped bit: every record knows the store, too.
            Err(Error::StoreFileDamaged { path }) => {
                let id = known_id(&layout).unwrap_or_else(Uuid::new_v4);
                fs::remove_file(&path).map_err(at(&path))?;
                write_store_file(&layout, id)?;
            }
            Err(error) => return Err(error),
            Ok(_) => {}
        }
        for (path, text) in [(layout.readme(), README), (layout.reader(), READER)] {
            if fs::read(&path).ok().as_deref() != Some(text.as_bytes()) {
                fs::write(&path, text).map_err(at(&path))?;
            }
        }
        point("readme written");
        space::make_ballast(&layout.ballast());
        flush_folder(layout.root())?;
        Store::open(location)
    }

    /// Opens the store in `location`.
    ///
    /// Fails with [`Error::NoStore`] when there is none, [`Error::Moved`] or [`Error::HalfMoved`] where a move is the reason,
    /// [`Error::NewerFormat`] when this release is too old for it.
    pub fn open(location: &Path) -> Result<Store> {
        let layout = Layout::new(location);
        Ok(Store::at(location, read_store_file(location, &layout)?.id))
    }

    /// The store `uuid` in `location`, known to be there or about to be.
    pub(crate) fn at(location: &Path, uuid: Uuid) -> Store {
        let (layout, id, memory) = (Layout::new(location), uuid.to_string(), Mutex::default());
        Store(Arc::new(Inner { location: location.to_path_buf(), layout, uuid, id, keys: Keys::default(), memory }))
    }

    /// The name of the store, made up when it was made.
    pub fn id(&self) -> &str {
        &self.0.id
    }

    /// The folder that holds the store.
    pub fn location(&self) -> &Path {
        &self.0.location
    }

    /// The bytes this user may still write to the volume.
    pub fn free_space(&self) -> Result<u64> {
        space::free(self.0.layout.root())
    }

    /// The bytes the whole volume holds.
    pub fn total_space(&self) -> Result<u64> {
        fs4::total_space(self.0.layout.root()).map_err(at(self.0.layout.root()))
    }

    /// The devices that have a folder in the store, sorted.
    pub fn devices(&self) -> Result<Vec<String>> {
        let names = names_in(&self.0.layout.devices())?;
        let is_device = |name: &String| check_udid(name).is_ok() && self.0.layout.versions(name).is_dir();
        Ok(names.into_iter().filter(is_device).collect())
    }
}

impl Store {
    /// The folders that hold objects, in the order of their names.
    pub(crate) fn object_folders(&self) -> Result<Vec<PathBuf>> {
        let objects = self.0.layout.objects();
        let is_group = |name: &String| name.len() == 3 && u16::from_str_radix(name, 16).is_ok();
        Ok(names_in(&objects)?.into_iter().filter(is_group).map(|name| objects.join(name)).collect())
    }
}

/// The names in a folder, sorted; none when the folder is missing. Names that are not UTF-8 are none of ours.
pub(crate) fn names_in(folder: &Path) -> Result<Vec<String>> {
    let found = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        result => result.map_err(at(folder))?,
    };
    let mut names = Vec::new();
    for entry in found {
        names.extend(entry.map_err(at(folder))?.file_name().into_string());
    }
    names.sort_unstable();
    Ok(names)
}

fn read_store_file(location: &Path, layout: &Layout) -> Result<StoreFile> {
    let path = layout.store_file();
    let bytes = match fs::read(&path) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Err(no_store(location, layout));
        }
        result => result.map_err(at(&path))?,
    };
    #[derive(Deserialize)]
    struct Format {
        format: u64,
    }
    match serde_json::from_slice::<Format>(&bytes) {
        Ok(Format { format }) if format > FORMAT => {
            Err(Error::NewerFormat { location: location.to_path_buf(), format })
        }
        _ => serde_json::from_slice(&bytes).map_err(|_| Error::StoreFileDamaged { path }),
    }
}

/// Why there is no `STORE.json`.
fn no_store(location: &Path, layout: &Layout) -> Error {
    let location = location.to_path_buf();
    match (relocate::note(layout), relocate::moving(layout)) {
        (Some(note), _) => Error::Moved { location, to: note.to, host: note.host },
        (None, Some(moving)) => Error::HalfMoved { location, from: moving.from },
        (None, None) => Error::NoStore { location },
    }
}

pub(crate) fn write_store_file(layout: &Layout, id: Uuid) -> Result<()> {
    let path = layout.store_file();
    let content = StoreFile { format: FORMAT, id, made: lease::now() };
    let mut json = serde_json::to_vec_pretty(&content).map_err(|error| at(&path)(error.into()))?;
    json.push(b'\n');
    let mut file = match OpenOptions::new().write(true).create_new(true).open(&path) {
        // Another process made the store at the same time.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Ok(()),
        result => result.map_err(at(&path))?,
    };
    point("store file created");
    file.write_all(&json).and_then(|()| file.sync_all()).map_err(at(&path))?;
    point("store file written");
    Ok(())
}

/// The id of the store as its records tell it.
fn known_id(layout: &Layout) -> Option<Uuid> {
    let devices = names_in(&layout.devices()).ok()?;
    devices.iter().filter(|udid| check_udid(udid).is_ok()).find_map(|udid| {
        let records = names_in(&layout.versions(udid)).ok()?;
        let header = |name: &String| record::header(&layout.versions(udid).join(name)).ok();
        records.iter().rev().find_map(header).map(|header| header.store)
    })
}
