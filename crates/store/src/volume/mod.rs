//! What a volume is, as the system tells it. The only place that knows file systems by name: the barrier asks here, too.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

#[cfg_attr(target_os = "linux", path = "linux.rs")]
#[cfg_attr(target_os = "macos", path = "macos.rs")]
#[cfg_attr(not(any(target_os = "linux", target_os = "macos")), path = "other.rs")]
mod system;

/// What stands behind a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum VolumeKind {
    /// A disk of this computer that stays.
    Disk,
    /// A disk that may be pulled out.
    Removable,
    /// A folder of another computer.
    Share,
    /// A folder that some program of this computer serves (FUSE); what is behind it only that program knows.
    Program,
    /// Memory: gone when the computer is switched off.
    Memory,
    Unknown,
}

impl VolumeKind {
    /// Whether its not answering is somebody's not answering, not a disk's.
    pub fn is_served(self) -> bool {
        matches!(self, VolumeKind::Share | VolumeKind::Program)
    }
}

/// One mounted volume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Volume {
    pub kind: VolumeKind,
    /// As the system calls it, such as `ext4`, `cifs`, `fuse.sshfs`; empty where it does not tell.
    pub file_system: String,
    /// The folder it is mounted at.
    pub mount: PathBuf,
    /// The device or the share, such as `/dev/sdb1`, `//nas/backups`; empty where unknown.
    pub source: String,
    /// Another number for each time something is mounted there, as far as the system has one; else 0.
    pub mount_id: u64,
    /// The number of the device; two paths of one volume have the same.
    pub device: u64,
    /// A network share that gives up on a silent server by itself (NFS mounted `soft`): writes may then be lost.
    pub gives_up: bool,
}

impl Volume {
    /// The volume that holds `path`, an existing file or folder.
    pub fn of(path: &Path) -> io::Result<Volume> {
        let real = path.canonicalize()?;
        let device = device(&real)?;
        Ok(Volume { device, ..Volume::mounted_at(&real) })
    }

    /// The volume that is mounted where `path` would be, a path without links. Asks the system only, never the volume: it
    /// answers also where the volume does not. `device` is 0.
    pub fn mounted_at(path: &Path) -> Volume {
        system::mounted_at(path)
    }

    /// A volume of which only the folder is known.
    fn unknown(mount: PathBuf) -> Volume {
        Volume {
            kind: VolumeKind::Unknown,
            file_system: String::new(),
            mount,
            source: String::new(),
            mount_id: 0,
            device: 0,
            gives_up: false,
        }
    }

    /// Whether both are the same thing at the same place; it may have been taken out and put back in between.
    pub fn is_in_place_of(&self, seen: &Volume) -> bool {
        self.mount == seen.mount && self.file_system == seen.file_system && self.source == seen.source
    }
}

/// How new files on a volume become durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flush {
    /// All at once, by the barrier.
    Volume,
    /// Each by itself, then the barrier.
    EachFile,
}

#[cfg(unix)]
fn device(path: &Path) -> io::Result<u64> {
    use std::os::unix::fs::MetadataExt;
    Ok(std::fs::metadata(path)?.dev())
}

#[cfg(not(unix))]
fn device(path: &Path) -> io::Result<u64> {
    std::fs::metadata(path).map(|_| 0)
}

/// What a file system's name tells; `fuseblk` is a disk behind a program, so its device decides.
#[cfg(unix)]
fn kind_by_name(file_system: &str) -> Option<VolumeKind> {
    const SHARES: [&str; 16] = [
        "nfs", "nfs4", "cifs", "smb3", "smbfs", "smb2", "afs", "afpfs", "webdav", "davfs", "ceph", "9p", "virtiofs",
        "vboxsf", "drvfs", "ncpfs",
    ];
    const SERVED: [&str; 7] = ["sshfs", "davfs", "rclone", "s3fs", "gvfsd-fuse", "glusterfs", "smbnetfs"];
    match file_system.strip_prefix("fuse") {
        Some("blk") => None,
        Some(program) => match SERVED.contains(&program.trim_start_matches('.')) {
            true => Some(VolumeKind::Share),
            false => Some(VolumeKind::Program),
        },
        None if SHARES.contains(&file_system) => Some(VolumeKind::Share),
        None if ["tmpfs", "ramfs"].contains(&file_system) => Some(VolumeKind::Memory),
        None => None,
    }
}

/// How new files on the volume of an open file become durable.
pub(crate) fn flush_of(file: &File) -> Flush {
    system::flush_of(file)
}
