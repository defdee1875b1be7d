//! Why a location cannot be used: the disk is not connected, the server does not answer, the folder is gone, or
//! something else is in its place.

use crate::Engine;
use crate::api::{ApiError, Code};
use std::path::Path;
use store::{Volume, VolumeKind};

/// What stands in the way at a location, from what was seen of it and what is mounted there now. `failed` is what came of
/// using it; it stays what it is where nothing better is known.
pub fn why(engine: &Engine, location: &Path, failed: &ApiError) -> ApiError {
    let Some(known) = engine.0.seen.of(location) else { return failed.clone() };
    let now = engine.0.seen.mounted(location);
    let (code, message) = match judge(&known.volume, &now, failed.code) {
        Verdict::DiskAway => (Code::DiskOffline, disk_away(&known.volume, &now)),
        Verdict::ShareAway => (
            Code::ShareOffline,
            format!(
                "The share {} is not connected to this computer. Connect it, then try again.",
                named(&known.volume)
            ),
        ),
        Verdict::Silent => (
            Code::ShareOffline,
            match known.volume.kind {
                VolumeKind::Removable => "The disk does not answer. Pull its cable and plug it in again.".to_string(),
                _ => format!(
                    "The server of {} does not answer. Is it switched on, and is this computer on its network?",
                    named(&known.volume)
                ),
            },
        ),
        Verdict::FolderGone => (
            Code::LocationMissing,
            format!(
                "{} is gone, while the disk it was on is there: it was moved, renamed or deleted. Put it back, or add the folder that it is now.",
                location.display()
            ),
        ),
        Verdict::Other => return failed.clone(),
    };
    let detail = failed.detail.clone().unwrap_or_else(|| failed.message.clone());
    ApiError::new(code, message).detail(detail)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    DiskAway,
    ShareAway,
    /// It is mounted and does not answer.
    Silent,
    FolderGone,
    /// Whatever the error says.
    Other,
}

fn judge(seen: &Volume, now: &Volume, failed: Code) -> Verdict {
    let served = seen.kind.is_served();
    let there = now.mount == seen.mount
        && now.file_system == seen.file_system
        // A disk may come back under another device name; a share is called by its own.
        && (!served || now.source == seen.source);
    match failed {
        Code::NoStore | Code::LocationMissing | Code::FileMissing | Code::Io if !there => {
            if served {
                Verdict::ShareAway
            } else {
                Verdict::DiskAway
            }
        }
        Code::NoStore | Code::LocationMissing => Verdict::FolderGone,
        // Something that was asked over a wire and failed, or did not answer in time.
        Code::Io if served || seen.kind == VolumeKind::Removable => Verdict::Silent,
        _ => Verdict::Other,
    }
}

fn named(volume: &Volume) -> String {
    if volume.source.is_empty() { volume.mount.display().to_string() } else { volume.source.clone() }
}

fn disk_away(seen: &Volume, now: &Volume) -> String {
    let mount = seen.mount.display();
    match now.mount == seen.mount {
        true => format!("Another disk is connected at {mount}. Connect the one with the backups, then try again."),
        false => format!("The disk that is used at {mount} is not connected. Plug it in, then try again."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn volume(kind: VolumeKind, file_system: &str, mount: &str, source: &str) -> Volume {
        let (file_system, source) = (file_system.to_string(), source.to_string());
        Volume { kind, file_system, mount: PathBuf::from(mount), source, mount_id: 1, device: 1, gives_up: false }
    }

    #[test]
    fn offline_is_told_apart_from_missing() {
        let root = volume(VolumeKind::Disk, "ext4", "/", "/dev/vda");
        let disk = volume(VolumeKind::Removable, "exfat", "/media/me/Blue", "/dev/sdb1");
        let nas = volume(VolumeKind::Share, "cifs", "/mnt/nas", "//nas/backups");
        let cases = [
            (&disk, &root, Code::LocationMissing, Verdict::DiskAway),
            (&disk, &root, Code::NoStore, Verdict::DiskAway),
            (
                &disk,
                &volume(VolumeKind::Removable, "exfat", "/media/me/Blue", "/dev/sdc1"),
                Code::NoStore,
                Verdict::FolderGone,
            ),
            (
                &disk,
                &volume(VolumeKind::Removable, "ext4", "/media/me/Blue", "/dev/sdb1"),
                Code::NoStore,
                Verdict::DiskAway,
            ),
            (&disk, &disk, Code::Io, Verdict::Silent),
            (&nas, &root, Code::NoStore, Verdict::ShareAway),
            (&nas, &volume(VolumeKind::Disk, "autofs", "/mnt/nas", "systemd-1"), Code::Io, Verdict::ShareAway),
            (&nas, &volume(VolumeKind::Share, "cifs", "/mnt/nas", "//nas/films"), Code::NoStore, Verdict::ShareAway),
            (&nas, &nas, Code::Io, Verdict::Silent),
            (&nas, &nas, Code::NoStore, Verdict::FolderGone),
            (&root, &root, Code::LocationMissing, Verdict::FolderGone),
            (&root, &root, Code::StoreDamaged, Verdict::Other),
            (&root, &root, Code::Io, Verdict::Other),
        ];
        for (seen, now, failed, expected) in cases {
            assert_eq!(judge(seen, now, failed), expected, "{seen:?} {now:?} {failed:?}");
        }
        assert!(disk_away(&disk, &root).contains("/media/me/Blue is not connected"));
    }
}
