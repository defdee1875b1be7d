//! The originals, as files in a folder.

use std::path::Path;

use backup::Entry;
use export::{FolderWriter, Written};

use super::Photos;
use super::asset::{Asset, split};
#[cfg(test)]
use super::failed;
use super::media::edited_name;
use crate::{Error, Progress, Result};

/// Format id of the folder export.
pub const FOLDER: &str = "folder";

impl Photos {
    /// Writes originals, the videos of live photos beside them, and edited versions into a new folder `Photos` in `to`.
    ///
    /// Files get the name they were taken under and the time they were taken as their own. What is not in the backup is
    /// skipped with the reason. A cancelled export keeps the files that are whole.
    pub(super) fn export_folder(&mut self, ids: &[i64], to: &Path, run: &mut dyn Progress) -> Result<Written> {
        let mut folder = FolderWriter::create(to, "Photos")?;
        let mut items = 0;
        for (done, id) in ids.iter().enumerate() {
            if !run.step(done as u64, ids.len() as u64) {
                return Err(Error::Cancelled);
            }
            if let Some(asset) = self.asset(*id)? {
                items += u64::from(self.export_one(&asset, &mut folder)?);
            }
        }
        let mut written = folder.finish()?;
        written.items = items;
        Ok(written)
    }

    /// Whether anything of the picture could be written.
    fn export_one(&self, asset: &Asset, folder: &mut FolderWriter) -> Result<bool> {
        // A name someone gave may hold slashes, which would be folders here.
        let name = export::names::safe_component(&asset.name());
        let original = match asset.original(&self.backup)? {
            Some(entry) => self.copy(&entry, &name, asset, folder)?,
            None => {
                folder.skip(&name, asset.why_missing());
                None
            }
        };
        // Numbered like the picture it belongs to, so that the pair stays together.
        let stem = split(original.as_deref().unwrap_or(&name)).0.to_owned();
        let mut any = original.is_some();
        if let Some(entry) = asset.live_video(&self.backup)? {
            let name = format!("{stem}.{}", split(&entry.path).1);
            any |= self.copy(&entry, &name, asset, folder)?.is_some();
        }
        if let Some(entry) = asset.render(&self.backup)? {
            let name = if original.is_some() {
                format!("{stem} (edited).{}", split(&entry.path).1)
            } else {
                edited_name(asset, &entry)
            };
            any |= self.copy(&entry, &name, asset, folder)?.is_some();
        }
        Ok(any)
    }

    /// Copies one file and returns the name it got; `None`, with the reason noted, when it could not be read.
    fn copy(&self, entry: &Entry, name: &str, asset: &Asset, folder: &mut FolderWriter) -> Result<Option<String>> {
        let mut source = match self.backup.read(entry) {
            Ok(source) => source,
            Err(error) => {
                folder.skip(name, error.to_string());
                return Ok(None);
            }
        };
        match folder.add(name, asset.when(), &mut source) {
            Ok(path) => Ok(Some(path.to_string_lossy().into_owned())),
            Err(export::Error::Read { source, .. }) => {
                folder.skip(name, format!("it could not be read: {source}"));
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Every id that may be exported, for tests of completeness.
    #[cfg(test)]
    pub(super) fn all_ids(&self) -> Result<Vec<i64>> {
        let mut statement = self.library.prepare("SELECT id FROM photo ORDER BY id").map_err(failed)?;
        let ids = statement.query_map([], |row| row.get(0)).map_err(failed)?;
        ids.collect::<rusqlite::Result<_>>().map_err(failed)
    }
}
