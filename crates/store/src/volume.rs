//! What a volume is, as the system tells it. The only place that knows file systems by name: the barrier asks here, too.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

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

#[cfg(target_os = "linux")]
mod system {
    use super::*;
    use std::ffi::OsString;
    use std::os::fd::AsRawFd;
    use std::os::unix::ffi::OsStringExt;
    use std::os::unix::fs::MetadataExt;

    pub fn mounted_at(path: &Path) -> Volume {
        // A folder without read rights cannot be: the file is the process's own.
        let table = std::fs::read("/proc/self/mountinfo").unwrap_or_default();
        find(&table, path).unwrap_or(Volume {
            kind: VolumeKind::Unknown,
            file_system: String::new(),
            mount: PathBuf::from("/"),
            source: String::new(),
            mount_id: 0,
            device: 0,
            gives_up: false,
        })
    }

    /// The last mount of the table whose folder is the longest above `path`.
    pub fn find(table: &[u8], path: &Path) -> Option<Volume> {
        let mounts = table.split(|byte| *byte == b'\n').filter_map(parse);
        let above = mounts.filter(|(volume, _)| path.starts_with(&volume.mount));
        let (mut volume, options) = above.max_by_key(|(volume, _)| volume.mount.as_os_str().len())?;
        volume.gives_up = volume.file_system.starts_with("nfs") && options.split(',').any(|option| option == "soft");
        volume.kind = kind_by_name(&volume.file_system).unwrap_or_else(|| match disk(&volume.source) {
            Some(number) if may_be_pulled_out(number) => VolumeKind::Removable,
            _ => VolumeKind::Disk,
        });
        Some(volume)
    }

    /// One line of proc(5) mountinfo, and its last field.
    fn parse(line: &[u8]) -> Option<(Volume, String)> {
        let fields: Vec<&[u8]> = line.split(|byte| *byte == b' ').collect();
        let end = fields.iter().skip(6).position(|field| *field == b"-")? + 6;
        let text = |at: usize| fields.get(at).map(|field| String::from_utf8_lossy(&unescape(field)).into_owned());
        let volume = Volume {
            kind: VolumeKind::Unknown,
            file_system: text(end + 1)?,
            mount: PathBuf::from(OsString::from_vec(unescape(fields.get(4)?))),
            source: text(end + 2)?,
            mount_id: text(0)?.parse().ok()?,
            device: 0,
            gives_up: false,
        };
        Some((volume, text(end + 3).unwrap_or_default()))
    }

    /// Spaces and the like are written as `\` and three octal digits.
    fn unescape(field: &[u8]) -> Vec<u8> {
        let (mut plain, mut rest) = (Vec::with_capacity(field.len()), field);
        while let Some((first, after)) = rest.split_first() {
            let digits = after.get(..3).filter(|_| *first == b'\\').and_then(|three| std::str::from_utf8(three).ok());
            match digits.and_then(|digits| u8::from_str_radix(digits, 8).ok()) {
                Some(byte) => (plain.push(byte), rest = &after[3..]),
                None => (plain.push(*first), rest = after),
            };
        }
        plain
    }

    fn disk(source: &str) -> Option<u64> {
        let about = std::fs::metadata(source).ok().filter(|_| source.starts_with("/dev/"))?;
        Some(about.rdev())
    }

    /// Whether the disk hangs on USB, or calls itself removable; one behind a mapping (encrypted) counts by what is behind.
    fn may_be_pulled_out(number: u64) -> bool {
        let name = format!("/sys/dev/block/{}:{}", libc::major(number), libc::minor(number));
        std::fs::canonicalize(name).is_ok_and(|place| pulled_out(&place, 4))
    }

    fn pulled_out(place: &Path, depth: u32) -> bool {
        let removable = |place: &Path| std::fs::read(place.join("removable")).is_ok_and(|told| told.starts_with(b"1"));
        let on_usb = place.components().any(|part| part.as_os_str().to_string_lossy().starts_with("usb"));
        let behind = || std::fs::read_dir(place.join("slaves")).into_iter().flatten().flatten();
        on_usb
            || removable(place)
            || place.parent().is_some_and(removable)
            || depth > 0
                && behind().any(|one| one.path().canonicalize().is_ok_and(|place| pulled_out(&place, depth - 1)))
    }

    /// `syncfs` is trusted on local disks only; an unknown volume counts as one.
    pub fn flush_of(file: &File) -> Flush {
        const NFS: u32 = 0x6969;
        const SMB: [u32; 3] = [0x517B, 0xFF53_4D42, 0xFE53_4D42];
        const FUSE: u32 = 0x6573_5546;
        const CEPH: u32 = 0x00C3_6400;
        const V9FS: u32 = 0x0102_1997;
        // SAFETY: statfs is plain data; the call fills it or fails.
        let mut about: libc::statfs = unsafe { std::mem::zeroed() };
        // SAFETY: an open descriptor and a struct of the right type.
        if unsafe { libc::fstatfs(file.as_raw_fd(), &mut about) } != 0 {
            return Flush::EachFile;
        }
        let kind = about.f_type as u32;
        let remote = SMB.contains(&kind) || [NFS, FUSE, CEPH, V9FS].contains(&kind);
        if remote { Flush::EachFile } else { Flush::Volume }
    }
}

#[cfg(target_os = "macos")]
mod system {
    use super::*;
    use std::ffi::{CStr, CString, OsStr};
    use std::os::unix::ffi::OsStrExt;

    /// `MNT_REMOVABLE` of sys/mount.h.
    const REMOVABLE: u32 = 0x200;

    /// The nearest folder that is there answers; `statfs` is told by the kernel without asking a server.
    pub fn mounted_at(path: &Path) -> Volume {
        path.ancestors().find_map(about).unwrap_or(Volume {
            kind: VolumeKind::Unknown,
            file_system: String::new(),
            mount: PathBuf::from("/"),
            source: String::new(),
            mount_id: 0,
            device: 0,
            gives_up: false,
        })
    }

    fn about(path: &Path) -> Option<Volume> {
        let name = CString::new(path.as_os_str().as_bytes()).ok()?;
        // SAFETY: statfs is plain data; the call fills it or fails.
        let mut about: libc::statfs = unsafe { std::mem::zeroed() };
        // SAFETY: a text that ends with 0, and a struct of the right type.
        if unsafe { libc::statfs(name.as_ptr(), &mut about) } != 0 {
            return None;
        }
        // SAFETY: the kernel ends all three with 0 inside their arrays.
        let text = |field: &[libc::c_char]| unsafe { CStr::from_ptr(field.as_ptr()) }.to_owned();
        let file_system = text(&about.f_fstypename).to_string_lossy().into_owned();
        let kind = kind_by_name(&file_system).unwrap_or(match about.f_flags {
            flags if flags & REMOVABLE != 0 => VolumeKind::Removable,
            flags if flags & libc::MNT_LOCAL as u32 == 0 => VolumeKind::Share,
            _ => VolumeKind::Disk,
        });
        Some(Volume {
            kind,
            file_system,
            mount: PathBuf::from(OsStr::from_bytes(text(&about.f_mntonname).to_bytes())),
            source: text(&about.f_mntfromname).to_string_lossy().into_owned(),
            mount_id: 0,
            device: 0,
            gives_up: false,
        })
    }

    pub fn flush_of(_file: &File) -> Flush {
        Flush::EachFile
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
mod system {
    use super::*;
    use std::path::{Component, Prefix};

    /// Only the spelling tells: `\\server\share` is one, all else may be anything.
    pub fn mounted_at(path: &Path) -> Volume {
        let first = path.components().next();
        let share = matches!(&first, Some(Component::Prefix(prefix))
            if matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..)));
        let mount = first.map_or_else(PathBuf::new, |first| PathBuf::from(first.as_os_str()));
        Volume {
            kind: if share { VolumeKind::Share } else { VolumeKind::Unknown },
            file_system: String::new(),
            source: mount.to_string_lossy().into_owned(),
            mount,
            mount_id: 0,
            device: 0,
            gives_up: false,
        }
    }

    pub fn flush_of(_file: &File) -> Flush {
        Flush::EachFile
    }
}

/// How new files on the volume of an open file become durable.
pub(crate) fn flush_of(file: &File) -> Flush {
    system::flush_of(file)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    const TABLE: &[u8] = b"\
22 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw
31 22 0:40 / /media/me/My\\040Disk rw,nosuid shared:9 - fuseblk /dev/sdz1 rw,user_id=0
32 22 0:41 / /mnt/nas rw shared:10 master:2 - cifs //nas/backups rw,vers=3.1.1
33 22 0:42 / /mnt/nas rw - nfs4 nas:/backups rw,vers=4.2,soft,proto=tcp
34 22 0:43 / /mnt/nas/deep rw - fuse.bindfs /srv rw
35 22 0:44 / /mnt/ssh rw - fuse.sshfs me@host:/x rw
broken line
";

    fn at(path: &str) -> Volume {
        system::find(TABLE, Path::new(path)).unwrap()
    }

    #[test]
    fn the_last_and_longest_mount_above_a_path_counts() {
        assert_eq!((at("/home/x").mount, at("/home/x").kind), (PathBuf::from("/"), VolumeKind::Disk));
        let disk = at("/media/me/My Disk/Backups/Heirloom");
        assert_eq!((disk.mount, disk.file_system.as_str()), (PathBuf::from("/media/me/My Disk"), "fuseblk"));
        let nas = at("/mnt/nas/Backups");
        assert_eq!((nas.file_system.as_str(), nas.kind, nas.gives_up), ("nfs4", VolumeKind::Share, true));
        assert_eq!(at("/mnt/nas/deep/x").kind, VolumeKind::Program);
        assert_eq!(at("/mnt/ssh/x").kind, VolumeKind::Share);
        assert_eq!(at("/mnt/nasty").mount, PathBuf::from("/"));
    }

    #[test]
    fn a_path_knows_its_volume() {
        let memory = Path::new("/dev/shm");
        if memory.is_dir() && Volume::mounted_at(memory).mount == memory {
            let volume = Volume::of(memory).unwrap();
            assert_eq!((volume.kind, volume.file_system.as_str()), (VolumeKind::Memory, "tmpfs"));
            assert!(volume.is_in_place_of(&Volume::mounted_at(&memory.join("not there"))));
        }
        assert!(Volume::of(Path::new("/nowhere at all")).is_err());
    }
}
