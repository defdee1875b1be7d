//! Room on the volume: how much there is, and a reserve to be able to finish on a full one.

use std::collections::BTreeSet;
use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;

use crate::error::at;
use crate::holdings::{Holdings, Place, RecordFile};
use crate::{Error, Result, Store};

/// The size of the reserve, in bytes.
pub(crate) const BALLAST: u64 = if cfg!(test) { 1 << 20 } else { 64 << 20 };
/// Below this much free space no reserve is made, in bytes.
pub(crate) const PLENTY: u64 = 2 << 30;

/// What a store takes on its volume.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Space {
    /// All objects, in bytes, whether a version names them or not.
    pub objects_bytes: u64,
    pub objects: u64,
    /// Device, number, and the bytes that this version alone holds: what a clean-up frees when it is given up. What
    /// another version's content leans on as a delta is not its alone. By device and number, expired ones too.
    pub by_version: Vec<(String, u64, u64)>,
    /// Objects that no version names, in bytes: a clean-up may take them away one day.
    pub unnamed_bytes: u64,
}

impl Store {
    /// What the store takes, and what each version holds alone. Reads every record and lists every object.
    pub fn space(&self) -> Result<Space> {
        let holdings = Holdings::of(self)?;
        let alone = |(index, file): (usize, &RecordFile)| {
            (file.udid.clone(), file.seq, holdings.only(&BTreeSet::from([index])))
        };
        let kept = holdings.records.iter().enumerate().filter(|(_, file)| file.place != Place::Quarantine);
        let mut by_version: Vec<_> = kept.map(alone).collect();
        by_version.sort();
        let Holdings { objects, objects_bytes, .. } = holdings;
        let unnamed_bytes = objects_bytes.saturating_sub(holdings.named());
        Ok(Space { objects_bytes, objects, by_version, unnamed_bytes })
    }
}

/// The bytes this user may still write to the volume of `folder`.
pub(crate) fn free(folder: &Path) -> Result<u64> {
    fs4::available_space(folder).map_err(at(folder))
}

/// Makes the reserve unless it is there or space is short. A store works without, so no failure is told.
pub(crate) fn make_ballast(path: &Path) {
    let plenty = path.parent().is_some_and(|folder| fs4::available_space(folder).is_ok_and(|free| free >= PLENTY));
    if !plenty {
        return;
    }
    if let Ok(file) = OpenOptions::new().write(true).create_new(true).open(path)
        && reserve(&file).is_err()
    {
        drop(file);
        release_ballast(path);
    }
}

fn reserve(mut file: &File) -> std::io::Result<()> {
    if fs4::FileExt::allocate(file, BALLAST).is_ok() {
        return Ok(());
    }
    // No reservation on this volume: bytes that cannot be compressed away.
    let mut noise = blake3::Hasher::new().finalize_xof();
    let mut block = vec![0; 1 << 20];
    for _ in 0..BALLAST / block.len() as u64 {
        noise.fill(&mut block);
        file.write_all(&block)?;
    }
    Ok(())
}

/// Does something that needs a little room; on a full volume the reserve is spent on it, and it is tried again.
pub(crate) fn with_reserve<T>(ballast: &Path, mut work: impl FnMut() -> Result<T>) -> Result<T> {
    match work() {
        Err(Error::DiskFull { .. }) if release_ballast(ballast) => work(),
        result => result,
    }
}

/// Gives the reserve back to the volume; returns whether there was one.
pub(crate) fn release_ballast(path: &Path) -> bool {
    fs::remove_file(path).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reserve_takes_space_and_gives_it_back() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ballast");
        if free(folder.path()).unwrap() < PLENTY {
            println!("skipped: less than 2 GiB free");
            return;
        }
        make_ballast(&path);
        assert_eq!(fs::metadata(&path).unwrap().len(), BALLAST);
        assert!(release_ballast(&path));
        assert!(!release_ballast(&path));
    }
}
