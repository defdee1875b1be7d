//! A folder that gets its name only when it is whole.

use std::fs;
use std::path::{Path, PathBuf};

use crate::atomic::{create_free_folder, free_path};
use crate::{Error, Result, names};

/// A folder called `<name>.part` until it is settled; dropped before that, it is removed.
pub struct Staging {
    part: PathBuf,
    parent: PathBuf,
    name: String,
    settled: bool,
}

impl Staging {
    pub fn create(parent: &Path, name: &str) -> Result<Staging> {
        let name = names::safe_component(name);
        let part = create_free_folder(parent, &format!("{name}.part"))?;
        Ok(Staging { part, parent: parent.to_owned(), name, settled: false })
    }

    pub fn path(&self) -> &Path {
        &self.part
    }

    /// Gives the folder its name, or `name (2)` … when that is taken; returns where it is.
    pub fn settle(mut self) -> Result<PathBuf> {
        let goal = free_path(&self.parent, &self.name)?;
        fs::rename(&self.part, &goal).map_err(|source| Error::Write { path: goal.clone(), source })?;
        self.settled = true;
        Ok(goal)
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        if !self.settled {
            let _ = fs::remove_dir_all(&self.part);
        }
    }
}
