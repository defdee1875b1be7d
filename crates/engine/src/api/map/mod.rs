//! Every error of the crates below, as a code with words: what happened, and what to do.

mod backup;
mod device;
mod store;
mod usbmuxd;

pub use device::{Doing, failed};
pub use usbmuxd::no_usbmuxd;

use super::{ApiError, Code};
use std::io;
use std::path::Path;

impl ApiError {
    /// An I/O error with the path it happened at.
    pub fn io(path: &Path, error: &io::Error) -> ApiError {
        let shown = path.display();
        let (code, message) = match error.kind() {
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
                (Code::DiskFull, format!("The disk that holds {shown} is full. Free some space and try again."))
            }
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => (
                Code::LocationReadOnly,
                format!("Heirloom may not write to {shown}. Choose another folder, or change its permissions."),
            ),
            io::ErrorKind::NotFound => (Code::FileMissing, format!("{shown} is not there any more.")),
            io::ErrorKind::AlreadyExists => (Code::FileExists, format!("{shown} exists already.")),
            _ => (Code::Io, format!("{shown} could not be read or written.")),
        };
        ApiError::new(code, message).detail(error.to_string())
    }

    /// An I/O error while a folder or file of the person's is read.
    pub fn reading(path: &Path, error: &io::Error) -> ApiError {
        if error.kind() != io::ErrorKind::PermissionDenied {
            return ApiError::io(path, error);
        }
        let what = if cfg!(target_os = "macos") {
            "Allow it in System Settings, Privacy & Security, Full Disk Access, then start Heirloom again."
        } else {
            "Change its permissions, or copy it to a folder of yours."
        };
        let message = format!("Heirloom may not look into {}. {what}", path.display());
        ApiError::new(Code::FolderForbidden, message).detail(error.to_string())
    }
}

/// The whole chain of causes, for `detail`.
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

/// A number of bytes for people.
pub fn size(bytes: u64) -> String {
    match bytes {
        1_000_000_000.. => format!("{:.1} GB", bytes as f64 / 1e9),
        // Never less than is needed.
        _ => format!("{} MB", bytes.div_ceil(1_000_000)),
    }
}

/// The disk that holds the backups is full, with what is missing where that is known; the bytes are in `detail`.
pub fn disk_full(needed: Option<u64>, free: Option<u64>) -> ApiError {
    let message = match (needed, free) {
        (Some(needed), Some(free)) if needed > free => format!(
            "The disk for the backups is full: {} more are needed, {} are free. Free some space or choose another location, then try again.",
            size(needed - free),
            size(free)
        ),
        // Somebody else freed or took some meanwhile.
        (Some(needed), _) => format!(
            "The disk for the backups is full: {} could not be written. Free some space or choose another location, then try again.",
            size(needed)
        ),
        _ => {
            "The disk for the backups is full. Free some space or choose another location, then try again.".to_string()
        }
    };
    let numbers =
        [needed.map(|bytes| format!("{bytes} bytes needed")), free.map(|bytes| format!("{bytes} bytes free"))];
    ApiError {
        detail: Some(numbers.into_iter().flatten().collect::<Vec<_>>().join(", ")).filter(|told| !told.is_empty()),
        ..ApiError::new(Code::DiskFull, format!("{message} Earlier versions are untouched."))
    }
}
