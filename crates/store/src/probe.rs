//! Tries out what a volume can do, in a folder of its own that is gone afterwards. Takes a fraction of a second.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::barrier::flush_file;
use crate::clone::clone;
use crate::error::at;
use crate::store::names_in;
use crate::volume::Volume;
use crate::{Result, Store};

/// Beyond what FAT can hold in one file.
const LARGE: u64 = (4 << 30) + 1;
/// No volume is as large: one that says so does not know.
const ABSURD: u64 = 1 << 60;
/// File systems that fill a file that grows, so that a large one cannot be tried out; all of them hold one.
const FILLING: [&str; 6] = ["exfat", "fuseblk", "hfs", "hfsplus", "ufsd", "texfat"];
/// Those that hold none.
const SMALL: [&str; 3] = ["vfat", "msdos", "fat"];

/// What a volume can do, as tried out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Capabilities {
    /// A name that is taken is refused: what keeps two computers from writing over one another.
    pub create_new: bool,
    pub rename: bool,
    pub hard_link: bool,
    /// Copies that share their blocks.
    pub clone: bool,
    /// Files can be flushed to the disk.
    pub flush_file: bool,
    /// New names in a folder can be, too.
    pub flush_folder: bool,
    /// Files of more than 4 GiB; `None` where that could not be tried.
    pub large_files: Option<bool>,
    /// Names that differ only in capitals are two.
    pub case_sensitive: bool,
    /// The step in which it keeps times, in nanoseconds; `None` where it does not keep the time it is told.
    pub time_step: Option<u64>,
    /// The sizes it tells of itself can be true.
    pub tells_free: bool,
}

/// The folder for trying out; gone when dropped.
struct Place(PathBuf);

impl Drop for Place {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

impl Place {
    /// Makes the folder, and takes away what a probe that was cut has left.
    fn make(parts: &Path) -> Result<Place> {
        for left in names_in(parts)?.iter().filter(|name| name.starts_with("probe-")) {
            let _ = fs::remove_dir_all(parts.join(left));
        }
        let folder = parts.join(format!("probe-{}", Uuid::new_v4()));
        fs::create_dir(&folder).map_err(at(&folder))?;
        Ok(Place(folder))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Store {
    /// What the volume of the store is, as the system tells it.
    pub fn volume(&self) -> Result<Volume> {
        Volume::of(self.0.layout.root()).map_err(at(self.0.layout.root()))
    }

    /// Tries out what the volume of the store can do, and leaves nothing behind.
    ///
    /// Fails where nothing at all can be written.
    pub fn probe(&self) -> Result<Capabilities> {
        let file_system = self.volume()?.file_system;
        let place = Place::make(&self.0.layout.parts())?;
        let first = place.path("first");
        let mut file = File::create_new(&first).map_err(at(&first))?;
        file.write_all(b"heirloom").map_err(at(&first))?;
        let taken = |error: io::Error| error.kind() == io::ErrorKind::AlreadyExists;
        Ok(Capabilities {
            create_new: File::create_new(&first).err().is_some_and(taken),
            flush_file: flush_file(&file).is_ok(),
            flush_folder: !cfg!(windows) && File::open(&place.0).and_then(|folder| folder.sync_all()).is_ok(),
            large_files: holds_large(&file_system, &place.path("large")),
            time_step: time_step(&file),
            hard_link: fs::hard_link(&first, place.path("link")).is_ok(),
            clone: File::open(&first).and_then(|first| clone(&first, &place.path("clone"))).is_ok()
                && same_bytes(&place.path("clone")),
            case_sensitive: !place.path("FIRST").exists(),
            tells_free: self.tells_free(),
            // Last: the file has another name from then on.
            rename: fs::rename(&first, place.path("second")).is_ok() && same_bytes(&place.path("second")),
        })
    }

    fn tells_free(&self) -> bool {
        match (self.total_space(), self.free_space()) {
            (Ok(total), Ok(free)) => total > 0 && total < ABSURD && free <= total,
            _ => false,
        }
    }
}

fn same_bytes(path: &Path) -> bool {
    fs::read(path).is_ok_and(|bytes| bytes == b"heirloom")
}

/// Whether a file may be larger than 4 GiB: tried by its length alone, which takes no room where holes are kept as such.
fn holds_large(file_system: &str, path: &Path) -> Option<bool> {
    if SMALL.contains(&file_system) {
        return Some(false);
    }
    if FILLING.contains(&file_system) {
        return Some(true);
    }
    // Windows fills a file that grows, whatever the volume.
    if !cfg!(unix) {
        return None;
    }
    let file = File::create_new(path).ok()?;
    let answer = match file.set_len(LARGE) {
        Ok(()) => Some(file.metadata().is_ok_and(|about| about.len() == LARGE)),
        Err(error) if matches!(error.kind(), io::ErrorKind::FileTooLarge | io::ErrorKind::InvalidInput) => Some(false),
        // Too little room, or a quota: that tells nothing.
        Err(_) => None,
    };
    drop(file);
    let _ = fs::remove_file(path);
    answer
}

/// The coarsest step that explains what became of a time with nanoseconds and an odd second.
fn time_step(file: &File) -> Option<u64> {
    const STEPS: [u64; 7] = [1, 100, 1_000, 1_000_000, 10_000_000, 1_000_000_000, 2_000_000_000];
    let told: u64 = 1_700_000_001_123_456_789;
    file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_nanos(told)).ok()?;
    let kept = file.metadata().and_then(|about| about.modified()).ok()?;
    let kept = kept.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_nanos();
    STEPS.into_iter().find(|step| kept == u128::from(told - told % step))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tests::Place as Made;

    #[test]
    fn a_probe_tells_what_the_volume_can_and_leaves_nothing() {
        let place = Made::new();
        let parts = place.store.0.layout.parts();
        fs::create_dir(parts.join("probe-left by a cut one")).unwrap();
        let before = std::time::Instant::now();
        let can = place.store.probe().unwrap();
        assert!(before.elapsed() < Duration::from_secs(1), "{:?}", before.elapsed());
        assert_eq!(fs::read_dir(&parts).unwrap().count(), 0, "nothing is left");
        assert!(can.create_new && can.rename && can.flush_file && can.tells_free, "{can:?}");
        if cfg!(target_os = "linux") {
            let expected = Capabilities {
                hard_link: true,
                flush_folder: true,
                large_files: Some(true),
                case_sensitive: true,
                time_step: Some(1),
                ..can.clone()
            };
            assert_eq!(can, expected);
        }
    }

    #[test]
    fn where_nothing_can_be_written_there_is_nothing_to_tell() {
        let place = Made::new();
        let parts = place.store.0.layout.parts();
        fs::remove_dir(&parts).unwrap();
        fs::write(&parts, b"in the way").unwrap();
        assert!(place.store.probe().is_err());
    }

    #[test]
    fn known_file_systems_need_not_be_tried() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(holds_large("vfat", &folder.path().join("large")), Some(false));
        assert_eq!(holds_large("exfat", &folder.path().join("large")), Some(true));
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
