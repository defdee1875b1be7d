//! A folder as a backup has it: many small files, few large ones, in 256 folders, of bytes nobody can pack.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

/// A phone's files; the same number and generation always make the same one.
pub struct Tree {
    pub folder: PathBuf,
    pub files: u64,
}

/// Random bytes that are the same each time.
fn noise(what: &str, number: u64, generation: u64) -> blake3::OutputReader {
    blake3::Hasher::new_derive_key(what).update(&number.to_le_bytes()).update(&generation.to_le_bytes()).finalize_xof()
}

/// A number from 0 to 1.
fn chance(what: &str, number: u64) -> f64 {
    let mut bytes = [0; 8];
    noise(what, number, 0).fill(&mut bytes);
    u64::from_le_bytes(bytes) as f64 / u64::MAX as f64
}

/// Half of the files are below 7 KB, one in ten is above 60 KB, one in a hundred above 1.6 MB.
fn size(number: u64) -> u64 {
    const STEPS: [(f64, f64); 5] =
        [(0.0, 200.0), (0.5, 6_600.0), (0.9, 58_000.0), (0.99, 1_600_000.0), (1.0, 8_000_000.0)];
    let at = chance("size", number);
    let upper = STEPS.iter().position(|(share, _)| *share >= at).unwrap_or(4).max(1);
    let ((from, small), (to, large)) = (STEPS[upper - 1], STEPS[upper]);
    let within = (at - from) / (to - from);
    (small.ln() + (large.ln() - small.ln()) * within).exp() as u64
}

/// The path of a file within the backup.
pub fn name(number: u64) -> String {
    let hash = blake3::hash(&number.to_le_bytes()).to_hex();
    format!("{}/{}", &hash[..2], &hash[..40])
}

impl Tree {
    pub fn make(folder: PathBuf, files: u64) -> io::Result<Tree> {
        for group in 0..256 {
            fs::create_dir_all(folder.join(format!("{group:02x}")))?;
        }
        let tree = Tree { folder, files };
        (0..files).try_for_each(|number| tree.write(number, 0))?;
        Ok(tree)
    }

    fn write(&self, number: u64, generation: u64) -> io::Result<()> {
        let mut file = File::create(self.folder.join(name(number)))?;
        let (mut left, mut bytes) = (size(number), noise("content", number, generation));
        let mut buffer = [0; 64 << 10];
        while left > 0 {
            let piece = &mut buffer[..left.min(64 << 10) as usize];
            bytes.fill(piece);
            file.write_all(piece)?;
            left -= piece.len() as u64;
        }
        Ok(())
    }

    /// One file in fifty is another one; their paths.
    pub fn change(&self) -> io::Result<Vec<String>> {
        let changed: Vec<u64> = (0..self.files).filter(|number| number % 50 == 7).collect();
        changed.iter().try_for_each(|number| self.write(*number, 1))?;
        Ok(changed.into_iter().map(name).collect())
    }

    /// All paths, folder by folder.
    pub fn paths(folder: &Path) -> io::Result<Vec<String>> {
        let mut paths = Vec::new();
        for group in fs::read_dir(folder)? {
            let group = group?;
            for file in fs::read_dir(group.path())? {
                paths.push(format!("{}/{}", group.file_name().display(), file?.file_name().display()));
            }
        }
        paths.sort();
        Ok(paths)
    }
}

/// What a folder takes on its disk, in bytes.
pub fn space(folder: &Path) -> io::Result<u64> {
    use std::os::unix::fs::MetadataExt;
    let (mut sum, mut todo) = (0, vec![folder.to_path_buf()]);
    while let Some(here) = todo.pop() {
        for entry in fs::read_dir(here)? {
            let entry = entry?;
            let about = entry.metadata()?;
            sum += about.blocks() * 512;
            if about.is_dir() {
                todo.push(entry.path());
            }
        }
    }
    Ok(sum)
}
