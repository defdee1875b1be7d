//! What Linux tells of volumes: the mount table, sysfs and `statfs`.

use super::{Flush, Volume, VolumeKind, kind_by_name};
use std::ffi::OsString;
use std::fs::File;
use std::os::fd::AsRawFd;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

pub fn mounted_at(path: &Path) -> Volume {
    // A folder without read rights cannot be: the file is the process's own.
    let table = std::fs::read("/proc/self/mountinfo").unwrap_or_default();
    find(&table, path).unwrap_or(Volume::unknown(PathBuf::from("/")))
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
        file_system: text(end + 1)?,
        source: text(end + 2)?,
        mount_id: text(0)?.parse().ok()?,
        ..Volume::unknown(PathBuf::from(OsString::from_vec(unescape(fields.get(4)?))))
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
        || depth > 0 && behind().any(|one| one.path().canonicalize().is_ok_and(|place| pulled_out(&place, depth - 1)))
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

#[cfg(test)]
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
        find(TABLE, Path::new(path)).unwrap()
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
