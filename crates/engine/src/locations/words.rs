//! What a volume means for backups, in plain words.

use crate::api::locations::{NoteLevel, VolumeNote};
use store::{Capabilities, Volume, VolumeKind};

/// A few words for what it is.
pub fn title(volume: &Volume) -> String {
    let what = match volume.kind {
        VolumeKind::Disk => "Disk of this computer",
        VolumeKind::Removable => "Removable disk",
        VolumeKind::Share => "Network share",
        VolumeKind::Program => "Folder served by a program",
        VolumeKind::Memory => "Memory",
        VolumeKind::Unknown => "Disk",
    };
    match name(&volume.file_system) {
        "" => what.to_string(),
        name => format!("{what} ({name})"),
    }
}

/// The file system as people write it.
fn name(file_system: &str) -> &str {
    match file_system {
        "exfat" => "exFAT",
        "vfat" | "msdos" => "FAT32",
        "ntfs" | "ntfs3" => "NTFS",
        "btrfs" => "Btrfs",
        "xfs" => "XFS",
        "apfs" => "APFS",
        "hfs" | "hfsplus" => "Mac OS Extended",
        "cifs" | "smb3" | "smbfs" => "SMB",
        "nfs" | "nfs4" => "NFS",
        "fuse.sshfs" => "SSH",
        other => other,
    }
}

/// What follows for backups, the gravest first; at least one sentence. `can` is `None` where nothing could be written.
pub fn notes(volume: &Volume, can: Option<&Capabilities>) -> Vec<VolumeNote> {
    let mut notes = Vec::new();
    let mut say = |level, text: &str| notes.push(VolumeNote { level, text: text.to_string() });
    what_it_is(volume, &mut say);
    match can {
        Some(can) => what_it_can(volume, can, &mut say),
        None => say(
            NoteLevel::Warning,
            "Nothing can be written here now: versions can be looked at, and none can be added.",
        ),
    }
    if notes.iter().all(|note| note.level != NoteLevel::Warning) {
        let text = "Everything that backups need was tried here and works.".to_string();
        notes.push(VolumeNote { level: NoteLevel::Good, text });
    }
    notes.sort_by_key(|note| note.level);
    notes
}

fn what_it_is(volume: &Volume, say: &mut dyn FnMut(NoteLevel, &str)) {
    let fat = ["exFAT", "FAT32"].contains(&name(&volume.file_system));
    if fat {
        let text = format!(
            "This disk is {}: unplugging it during a backup can damage the disk itself, not only that backup. Eject it first, always.",
            name(&volume.file_system)
        );
        say(NoteLevel::Warning, &text);
    }
    match volume.kind {
        VolumeKind::Share => {
            let text = format!(
                "This is a network share ({}): backups take longer; they are as safe. Over Wi-Fi they take much longer.",
                if volume.source.is_empty() { name(&volume.file_system) } else { &volume.source }
            );
            say(NoteLevel::Info, &text);
        }
        VolumeKind::Program => {
            let text = format!(
                "A program of this computer serves this folder ({}). Versions are as safe as what stands behind it.",
                volume.file_system
            );
            say(NoteLevel::Info, &text);
        }
        VolumeKind::Memory => say(
            NoteLevel::Warning,
            "This is the computer’s memory: everything here is gone when it is switched off. Keep versions elsewhere.",
        ),
        VolumeKind::Removable if !fat => {
            say(NoteLevel::Info, "This disk can be pulled out. Wait until a backup has ended, and eject it first.");
        }
        _ => {}
    }
    if volume.gives_up {
        say(
            NoteLevel::Warning,
            "This share is mounted “soft”: what is being written is lost when the server is silent for a while. The backup then fails, and earlier versions stay whole. Mounted “hard” it would wait.",
        );
    }
}

fn what_it_can(volume: &Volume, can: &Capabilities, say: &mut dyn FnMut(NoteLevel, &str)) {
    let mut warn_unless = |good: bool, text: &str| {
        if !good {
            say(NoteLevel::Warning, text);
        }
    };
    warn_unless(
        can.create_new,
        "It does not refuse a name that is taken: never back up to it from two computers at once.",
    );
    warn_unless(can.rename, "Files cannot be renamed here, so nothing larger than 8 MB can be kept.");
    warn_unless(
        can.flush_file,
        "It cannot be told to write everything down: after a power cut the newest version may be damaged. That would be noticed.",
    );
    warn_unless(
        can.large_files != Some(false),
        "It holds no file of 4 GB or more: a device with a longer video on it cannot be kept here.",
    );
    if can.time_step.is_none() {
        say(
            NoteLevel::Info,
            "It does not keep the time of a file, so some content is written again that is there already.",
        );
    }
    if !can.tells_free {
        say(NoteLevel::Info, "It does not tell how much is free, so nothing can warn before it is full.");
    }
    if !can.flush_folder && !cfg!(windows) && volume.kind.is_served() {
        say(NoteLevel::Info, "New names cannot be flushed here; its server does that by itself.");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::path::PathBuf;

    fn volume(kind: VolumeKind, file_system: &str) -> Volume {
        let (mount, source) = (PathBuf::from("/mnt"), "//nas/b".to_string());
        Volume { kind, file_system: file_system.into(), mount, source, mount_id: 1, device: 1, gives_up: false }
    }

    fn good() -> Capabilities {
        Capabilities {
            create_new: true,
            rename: true,
            hard_link: true,
            clone: false,
            flush_file: true,
            flush_folder: true,
            large_files: Some(true),
            case_sensitive: true,
            time_step: Some(1),
            tells_free: true,
        }
    }

    fn told(volume: &Volume, can: Option<&Capabilities>) -> Vec<(NoteLevel, String)> {
        notes(volume, can).into_iter().map(|note| (note.level, note.text)).collect()
    }

    #[test]
    fn a_good_disk_is_said_to_be_one() {
        let disk = volume(VolumeKind::Disk, "ext4");
        assert_eq!(title(&disk), "Disk of this computer (ext4)");
        let told = told(&disk, Some(&good()));
        assert_eq!(told, [(NoteLevel::Good, "Everything that backups need was tried here and works.".into())]);
    }

    #[test]
    fn what_matters_is_said_first_and_nothing_good_beside_a_warning() {
        let disk = volume(VolumeKind::Removable, "exfat");
        assert_eq!(title(&disk), "Removable disk (exFAT)");
        let cannot = Capabilities { time_step: None, ..good() };
        let told = told(&disk, Some(&cannot));
        assert_eq!(told.len(), 2);
        assert!(told[0].0 == NoteLevel::Warning && told[0].1.contains("can damage the disk itself"));
        assert_eq!(told[1].0, NoteLevel::Info);
    }

    #[test]
    fn a_share_is_as_safe() {
        let told = told(&volume(VolumeKind::Share, "cifs"), Some(&good()));
        assert!(told[0].1.contains("//nas/b") && told[0].1.contains("as safe"), "{told:?}");
        assert_eq!(told[1].0, NoteLevel::Good);
        assert_eq!(title(&volume(VolumeKind::Share, "cifs")), "Network share (SMB)");
    }

    #[test]
    fn what_cannot_be_done_is_said() {
        let disk = volume(VolumeKind::Disk, "vfat");
        let told = told(&disk, Some(&Capabilities { large_files: Some(false), flush_file: false, ..good() }));
        assert_eq!(told.iter().filter(|(level, _)| *level == NoteLevel::Warning).count(), 3, "{told:?}");
        assert!(notes(&disk, None)[0].level == NoteLevel::Warning);
    }
}
