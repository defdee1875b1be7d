//! What was seen of each location on this computer: one small file, written whole, that may be lost.

use super::patience::Silent;
use crate::api::Result;
use crate::json_file;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::{Capabilities, Volume};

/// The locations that were seen, and which of them are silent or being moved now.
pub struct Seen {
    path: PathBuf,
    locations: Mutex<BTreeMap<PathBuf, Known>>,
    pub(super) silent: Silent,
    pub(super) moving: Mutex<BTreeSet<PathBuf>>,
}

/// What was seen of one location when its store was last opened.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Known {
    /// The location without links on the way: what is mounted there can then be told without asking it.
    pub real: PathBuf,
    pub volume: Volume,
    /// As tried out on this very mount; `None` where nothing could be written.
    pub can: Option<Capabilities>,
    /// Whether that was tried on this mount.
    pub tried: bool,
    /// Where a move has left a whole copy.
    #[serde(default)]
    pub old_copy: Option<PathBuf>,
}

impl Seen {
    pub fn open(data: &Path) -> Seen {
        let path = data.join("locations.json");
        let locations = Mutex::new(json_file::read(&path).unwrap_or_default());
        Seen { path, locations, silent: Silent::default(), moving: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<PathBuf, Known>> {
        self.locations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn of(&self, location: &Path) -> Option<Known> {
        self.lock().get(location).cloned()
    }

    /// Notes down what is known of a location now.
    pub(super) fn note(&self, location: &Path, known: Known) -> Result<()> {
        let mut locations = self.lock();
        if locations.get(location) == Some(&known) {
            return Ok(());
        }
        locations.insert(location.to_path_buf(), known);
        json_file::write(&self.path, &*locations)
    }

    pub fn forget(&self, location: &Path) -> Result<()> {
        let mut locations = self.lock();
        match locations.remove(location) {
            Some(_) => json_file::write(&self.path, &*locations),
            None => Ok(()),
        }
    }

    /// What is mounted where a location is or was; asks the system only.
    pub(super) fn mounted(&self, location: &Path) -> Volume {
        let real = self.of(location).map(|known| known.real);
        Volume::mounted_at(real.as_deref().unwrap_or(location))
    }

    /// Whether a job moves a location away just now.
    pub fn is_moving(&self, location: &Path) -> bool {
        self.moving.lock().unwrap_or_else(PoisonError::into_inner).contains(location)
    }
}
