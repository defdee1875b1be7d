//! What macOS tells of volumes: `statfs`.

use super::{Flush, Volume, VolumeKind, kind_by_name};
use std::ffi::{CStr, CString, OsStr};
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// `MNT_REMOVABLE` of sys/mount.h.
const REMOVABLE: u32 = 0x200;

/// The nearest folder that is there answers; `statfs` is told by the kernel without asking a server.
pub fn mounted_at(path: &Path) -> Volume {
    path.ancestors().find_map(about).unwrap_or(Volume::unknown(PathBuf::from("/")))
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
        source: text(&about.f_mntfromname).to_string_lossy().into_owned(),
        ..Volume::unknown(PathBuf::from(OsStr::from_bytes(text(&about.f_mntonname).to_bytes())))
    })
}

pub fn flush_of(_file: &File) -> Flush {
    Flush::EachFile
}
