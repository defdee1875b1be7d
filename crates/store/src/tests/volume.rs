//! Small volumes of other file systems, in files, for tests that may mount: as root, with the programs that make them.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Runs a program without a word; whether it did its work.
pub fn run(program: &str, arguments: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}

/// A file system of this computer's kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileSystem {
    Ext4,
    Xfs,
    Btrfs,
}

impl FileSystem {
    pub const ALL: [FileSystem; 3] = [FileSystem::Ext4, FileSystem::Xfs, FileSystem::Btrfs];

    /// The smallest that its program makes, and some room, in bytes.
    pub fn size(self) -> u64 {
        match self {
            FileSystem::Ext4 => 24 << 20,
            FileSystem::Xfs => 320 << 20,
            FileSystem::Btrfs => 128 << 20,
        }
    }

    /// Makes it in a file.
    #[must_use]
    pub fn format(self, file: &Path) -> bool {
        let file = file.to_str().unwrap();
        match self {
            // Nothing is kept back for root: full is full.
            FileSystem::Ext4 => run("mkfs.ext4", &["-q", "-F", "-m", "0", file]),
            FileSystem::Xfs => run("mkfs.xfs", &["-q", "-f", "-K", file]),
            FileSystem::Btrfs => run("mkfs.btrfs", &["-q", "-f", "-K", file]),
        }
    }
}

/// A mounted volume; gone when dropped.
pub struct Volume {
    folder: tempfile::TempDir,
}

impl Volume {
    /// `None`, saying so, where this is not possible.
    pub fn make(kind: FileSystem, size: u64) -> Option<Volume> {
        let volume = Volume { folder: super::quick_folder() };
        std::fs::File::create(volume.image()).unwrap().set_len(size).unwrap();
        std::fs::create_dir(volume.place()).unwrap();
        let (image, place) = (volume.image(), volume.place());
        let made =
            kind.format(&image) && run("mount", &["-o", "loop", image.to_str().unwrap(), place.to_str().unwrap()]);
        if !made {
            println!("skipped: {kind:?} cannot be made or mounted here");
        }
        made.then_some(volume)
    }

    fn image(&self) -> PathBuf {
        self.folder.path().join("image")
    }

    pub fn place(&self) -> PathBuf {
        self.folder.path().join("volume")
    }

    /// A folder beside it, of this computer.
    pub fn sessions(&self) -> PathBuf {
        self.folder.path().join("sessions")
    }

    #[must_use]
    pub fn remount(&self, options: &str) -> bool {
        run("mount", &["-o", &format!("remount,{options}"), self.place().to_str().unwrap()])
    }
}

impl Drop for Volume {
    fn drop(&mut self) {
        run("umount", &["-l", self.place().to_str().unwrap()]);
    }
}
