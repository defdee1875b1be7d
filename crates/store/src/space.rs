//! Room on the volume: how much there is, and a reserve to be able to finish on a full one.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::path::Path;

use crate::Result;
use crate::error::at;

/// The size of the reserve, in bytes.
pub(crate) const BALLAST: u64 = if cfg!(test) { 1 << 20 } else { 64 << 20 };
/// Below this much free space no reserve is made, in bytes.
pub(crate) const PLENTY: u64 = 2 << 30;

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
