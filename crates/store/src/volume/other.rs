//! What Windows, and any system not known better, tells of volumes.

use super::{Flush, Volume, VolumeKind};
use std::fs::File;
use std::path::{Component, Path, PathBuf, Prefix};

/// Only the spelling tells: `\\server\share` is one, all else may be anything.
pub fn mounted_at(path: &Path) -> Volume {
    let first = path.components().next();
    let share = matches!(&first, Some(Component::Prefix(prefix))
        if matches!(prefix.kind(), Prefix::UNC(..) | Prefix::VerbatimUNC(..)));
    let mount = first.map_or_else(PathBuf::new, |first| PathBuf::from(first.as_os_str()));
    Volume {
        kind: if share { VolumeKind::Share } else { VolumeKind::Unknown },
        source: mount.to_string_lossy().into_owned(),
        ..Volume::unknown(mount)
    }
}

pub fn flush_of(_file: &File) -> Flush {
    Flush::EachFile
}
