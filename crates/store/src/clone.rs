//! A second file with the same blocks, that part from the first one's when either is changed.

use std::fs::File;
use std::io;
use std::path::Path;

/// Makes `to`, which does not exist, a clone of the open file `from`.
///
/// Fails where the volume knows no clones, or the two lie on different ones. What then is at `to` is of no use.
#[cfg(target_os = "linux")]
pub(crate) fn clone(from: &File, to: &Path) -> io::Result<()> {
    use std::os::fd::AsRawFd;
    /// `_IOW(0x94, 9, int)`, linux/fs.h.
    const FICLONE: libc::c_ulong = 0x4004_9409;
    let target = File::create_new(to)?;
    // SAFETY: both descriptors are open; the call reads no memory of ours.
    if unsafe { libc::ioctl(target.as_raw_fd(), FICLONE as _, from.as_raw_fd()) } == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Makes `to`, which does not exist, a clone of `from`.
#[cfg(target_os = "macos")]
pub(crate) fn clone(from: &File, to: &Path) -> io::Result<()> {
    use std::ffi::CString;
    use std::os::fd::AsRawFd;
    use std::os::unix::ffi::OsStrExt;
    use std::os::unix::fs::PermissionsExt;
    let target = CString::new(to.as_os_str().as_bytes())?;
    // SAFETY: an open descriptor, and a text that ends with 0 and lives through the call.
    if unsafe { libc::fclonefileat(from.as_raw_fd(), libc::AT_FDCWD, target.as_ptr(), 0) } != 0 {
        return Err(io::Error::last_os_error());
    }
    // A clone takes over the rights, too, and objects are read-only.
    std::fs::set_permissions(to, std::fs::Permissions::from_mode(0o644))
}

/// No clones here.
#[cfg(not(any(target_os = "linux", target_os = "macos")))]
pub(crate) fn clone(_from: &File, _to: &Path) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}
