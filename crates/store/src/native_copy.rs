//! A plain folder that follows a device's newest version, for programs that look for one.

use std::fs;
use std::path::Path;

use crate::error::at;
use crate::native::{Exporting, place, set_modified};
use crate::take_in::modified;
use crate::version::Entry;
use crate::{EntryKind, NativeExport, Result, Store, Version, objects};

/// How coarse the times of a volume may be, and how far from what was set that leaves them; in milliseconds.
const COARSE: [(i64, u64); 2] = [(1_000, 2_000), (10, 10)];

/// What bringing a copy up to date came to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NativeCopy {
    /// What was written.
    pub written: NativeExport,
    /// Files that were there already.
    pub kept: u64,
    /// Files and folders that were there and are not in the version.
    pub removed: u64,
}

impl Store {
    /// Makes the folder `to` hold exactly the files of `version`; what else is in it goes. Files are written as by
    /// [`Store::export_native`].
    ///
    /// A file stays when all of `earlier` that have it have the same content there, and its size and time are those
    /// that were set for one of them. `earlier` are the versions the folder held, and was about to hold when an earlier call was cut:
    /// the one that is known to be there, or none for a folder of unknown content.
    pub fn update_native(
        &self,
        version: &Version,
        earlier: &[Version],
        to: &Path,
        progress: &mut dyn FnMut(u64, u64) -> bool,
    ) -> Result<NativeCopy> {
        fs::create_dir_all(to).map_err(at(to))?;
        let mut copy = NativeCopy { removed: remove_others(version, to, "")?, ..NativeCopy::default() };
        let mut export = Exporting::new(version, to, progress);
        for entry in version.entries() {
            let path = place(to, &entry.path)?;
            match entry.kind {
                EntryKind::Folder => fs::create_dir_all(&path).map_err(at(&path))?,
                EntryKind::File if stays(&entry, &path, earlier) => {
                    set_modified(&path, entry.modified)?;
                    copy.kept += 1;
                    export.step(entry.size);
                }
                EntryKind::File => {
                    objects::remove(&path).map_err(at(&path))?;
                    export.file(&entry, &path)?;
                }
            }
            if export.done.stopped {
                break;
            }
        }
        copy.written = export.done;
        Ok(copy)
    }
}

fn stays(entry: &Entry, path: &Path, earlier: &[Version]) -> bool {
    let known: Vec<Entry> = earlier.iter().filter_map(|version| version.get(&entry.path)).collect();
    if known.is_empty() || known.iter().any(|other| other.hash != entry.hash) {
        return false;
    }
    let Some(there) = fs::symlink_metadata(path).ok().filter(fs::Metadata::is_file) else { return false };
    // The same content may have come again, at another time.
    let mut times = known.iter().chain([entry]).map(|entry| entry.modified);
    there.len() == entry.size && times.any(|time| is_time(modified(&there), time))
}

/// Whether a volume gives `found` for a time that was set to `wanted`.
fn is_time(found: i64, wanted: i64) -> bool {
    let off = found.abs_diff(wanted);
    off == 0 || COARSE.iter().any(|(grain, reach)| found % grain == 0 && off < *reach)
}

/// Removes what the version does not have in `folder`, a path in it; links are removed, never followed.
fn remove_others(version: &Version, to: &Path, folder: &str) -> Result<u64> {
    let here = to.join(folder);
    let mut removed = 0;
    for found in fs::read_dir(&here).map_err(at(&here))? {
        let found = found.map_err(at(&here))?;
        let (path, is_folder) = (found.path(), found.file_type().map_err(at(&here))?.is_dir());
        let name = found.file_name().into_string().ok();
        let inside = name.map(|name| if folder.is_empty() { name } else { format!("{folder}/{name}") });
        let wanted = inside.as_deref().and_then(|inside| version.get(inside)).map(|entry| entry.kind);
        match (wanted, is_folder) {
            (Some(EntryKind::Folder), true) => removed += remove_others(version, to, &inside.unwrap_or_default())?,
            (Some(EntryKind::File), false) => {}
            (_, true) => {
                fs::remove_dir_all(&path).map_err(at(&path))?;
                removed += 1;
            }
            (_, false) => removed += u64::from(objects::remove(&path).map_err(at(&path))?),
        }
    }
    Ok(removed)
}
