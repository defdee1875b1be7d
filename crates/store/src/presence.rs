//! Looks whether everything a new record will name is there, with its size. Many objects at once, no byte of them read.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use crate::delta;
use crate::error::ObjectDamage;
use crate::layout::{Hash, Layout, group, hex};

/// Waiting for a disk or a server, not computing.
const THREADS: usize = 8;
/// From so many in one folder on, one listing costs less than a look at each: a server or Windows tells the sizes with it.
const WORTH_LISTING: usize = 8;

/// Into how many parts the hashes are divided, so that not all contents are held in memory at once.
pub(crate) const PARTS: u8 = 4;

/// The part a hash belongs to; all of one folder of objects are in one.
pub(crate) fn part(hash: &Hash) -> u8 {
    hash[0] >> 6
}

/// A path that lost its content, and how.
pub(crate) type Lost<'a> = (&'a str, ObjectDamage);

/// The first in byte order of the paths.
pub(crate) fn first<'a>(one: Option<Lost<'a>>, other: Option<Lost<'a>>) -> Option<Lost<'a>> {
    one.into_iter().chain(other).min_by_key(|(path, _)| *path)
}

/// Content a version relies on, and the path it is told by.
pub(crate) struct Relied<'a> {
    pub hash: Hash,
    pub size: u64,
    pub path: &'a str,
    /// No earlier version has it.
    pub new: bool,
}

/// The first path, in byte order, whose object is missing or has another size.
/// Leaves each object in `relied` once, in the order of their hashes.
pub(crate) fn check<'a>(layout: &Layout, relied: &mut Vec<Relied<'a>>) -> Option<Lost<'a>> {
    relied.sort_unstable_by(|a, b| (&a.hash, a.size, a.path).cmp(&(&b.hash, b.size, b.path)));
    relied.dedup_by(|later, first| (&later.hash, later.size) == (&first.hash, first.size));
    let folders: Vec<&[Relied]> = relied.chunk_by(|a, b| group(&a.hash) == group(&b.hash)).collect();
    let (next, lost) = (AtomicUsize::new(0), Mutex::new(None));
    std::thread::scope(|scope| {
        for _ in 0..THREADS.min(folders.len()) {
            scope.spawn(|| {
                while let Some(folder) = folders.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let here = lost_in(layout, folder);
                    let mut lost = lost.lock().unwrap_or_else(PoisonError::into_inner);
                    *lost = first(lost.take(), here);
                }
            });
        }
    });
    lost.into_inner().unwrap_or_else(PoisonError::into_inner)
}

/// The first path that lost its content, among objects of one folder in the order of their hashes.
fn lost_in<'a>(layout: &Layout, folder: &[Relied<'a>]) -> Option<Lost<'a>> {
    let mut seen = vec![false; folder.len()];
    if folder.len() >= WORTH_LISTING {
        list(&layout.object_folder(group(&folder[0].hash)), folder, &mut seen);
    }
    // A listing may miss what is being replaced just now: only a look at the very object can condemn it.
    let unseen = folder.iter().zip(seen).filter(|(_, seen)| !seen).map(|(relied, _)| relied);
    let lost =
        unseen.filter_map(|relied| Some((relied.path, delta::look_in_place(layout, &relied.hash, relied.size).err()?)));
    lost.min_by_key(|(path, _)| *path)
}

/// Marks what the listing of the folder shows to be there with its size.
fn list(folder: &Path, relied: &[Relied<'_>], seen: &mut [bool]) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let hash = name.to_str().and_then(|name| blake3::Hash::from_hex(name).ok());
        let Some(hash) = hash.map(|hash| *hash.as_bytes()).filter(|hash| *name == *hex(hash)) else { continue };
        let first = relied.partition_point(|relied| relied.hash < hash);
        if relied.get(first).is_none_or(|relied| relied.hash != hash) {
            continue;
        }
        let Ok(about) = entry.metadata() else { continue };
        for (relied, seen) in relied[first..].iter().zip(&mut seen[first..]).take_while(|(one, _)| one.hash == hash) {
            *seen = about.is_file() && about.len() == relied.size;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Contents of 0, 1, 2 … bytes, all made to lie in one folder.
    fn place(count: usize) -> (tempfile::TempDir, Layout, Vec<(Hash, String)>) {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(folder.path());
        fs::create_dir_all(layout.object_folder(0xabc)).unwrap();
        let hash = |number: usize| {
            let mut hash = *blake3::hash(&number.to_le_bytes()).as_bytes();
            (hash[0], hash[1]) = (0xab, 0xc0 | hash[1] & 0x0f);
            hash
        };
        let all: Vec<_> = (0..count).map(|number| (hash(number), format!("file {number:03}"))).collect();
        for (size, (hash, _)) in all.iter().enumerate() {
            fs::write(layout.object(hash), vec![b'x'; size]).unwrap();
        }
        (folder, layout, all)
    }

    fn result(layout: &Layout, all: &[(Hash, String)]) -> Option<(String, ObjectDamage)> {
        let relied = all.iter().enumerate().map(|(size, (hash, path))| Relied {
            hash: *hash,
            size: size as u64,
            path,
            new: true,
        });
        check(layout, &mut relied.collect()).map(|(path, damage)| (path.to_owned(), damage))
    }

    #[test]
    fn the_first_path_that_lost_its_content_is_told() {
        for count in [5, WORTH_LISTING, 100] {
            let (_folder, layout, all) = place(count);
            assert_eq!(result(&layout, &all), None, "{count}");
            fs::remove_file(layout.object(&all[4].0)).unwrap();
            assert_eq!(result(&layout, &all), Some(("file 004".into(), ObjectDamage::Missing)), "{count}");
            fs::write(layout.object(&all[2].0), b"x").unwrap();
            let cut = ObjectDamage::WrongLength { expected: 2, found: 1 };
            assert_eq!(result(&layout, &all), Some(("file 002".into(), cut)), "{count}");
            fs::remove_dir_all(layout.objects()).unwrap();
            assert_eq!(result(&layout, &all), Some(("file 000".into(), ObjectDamage::Missing)), "{count}");
        }
    }

    #[test]
    fn two_sizes_of_one_object_cannot_both_be_right() {
        let (_folder, layout, mut all) = place(20);
        all[11].0 = all[10].0;
        let cut = ObjectDamage::WrongLength { expected: 11, found: 10 };
        assert_eq!(result(&layout, &all), Some(("file 011".into(), cut)));
    }

    #[test]
    #[cfg(unix)]
    fn a_link_is_no_object() {
        let (folder, layout, all) = place(20);
        let outside = folder.path().join("outside");
        fs::rename(layout.object(&all[9].0), &outside).unwrap();
        std::os::unix::fs::symlink(&outside, layout.object(&all[9].0)).unwrap();
        assert_eq!(result(&layout, &all), Some(("file 009".into(), ObjectDamage::Missing)));
    }
}
