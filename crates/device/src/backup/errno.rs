//! Host errors as the numbers phones understand (`protocol.md` 2.7.6). A wrong number has consequences: "not found"
//! told as "other" makes the phone give up.

use std::io::{Error, ErrorKind};
use wire::devicelink::status;

/// The status number for a failed file operation.
pub(super) fn code(error: &Error) -> i64 {
    match error.kind() {
        ErrorKind::NotFound => status::NOT_FOUND,
        ErrorKind::AlreadyExists => status::EXISTS,
        ErrorKind::NotADirectory => status::NOT_DIRECTORY,
        ErrorKind::IsADirectory => status::IS_DIRECTORY,
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => status::NO_SPACE,
        _ => by_number(error.raw_os_error()),
    }
}

const LOOP: i64 = -10;

/// Errors without a stable kind: EIO, ELOOP; on Windows, sharing and lock violations.
fn by_number(number: Option<i32>) -> i64 {
    const ELOOP: i32 = if cfg!(target_os = "linux") { 40 } else { 62 };
    match number {
        Some(32 | 33) if cfg!(windows) => status::IO,
        Some(5) if cfg!(unix) => status::IO,
        Some(ELOOP) if cfg!(unix) => LOOP,
        _ => status::OTHER,
    }
}

/// Short words for a status number; host paths are none of the phone's business.
pub(super) fn text(code: i64) -> &'static str {
    match code {
        status::NOT_FOUND => "No such file or directory",
        status::EXISTS => "File exists",
        status::NOT_DIRECTORY => "Not a directory",
        status::IS_DIRECTORY => "Is a directory",
        LOOP => "Too many levels of symbolic links",
        status::IO => "Input/output error",
        status::NO_SPACE => "No space left on device",
        _ => "Operation failed",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_numbers_map_as_documented() {
        for (kind, expected) in [
            (ErrorKind::NotFound, -6),
            (ErrorKind::AlreadyExists, -7),
            (ErrorKind::NotADirectory, -8),
            (ErrorKind::IsADirectory, -9),
            (ErrorKind::StorageFull, -15),
            (ErrorKind::QuotaExceeded, -15),
            (ErrorKind::PermissionDenied, -1),
        ] {
            assert_eq!(code(&Error::from(kind)), expected, "{kind}");
        }
        #[cfg(target_os = "linux")]
        for (number, expected) in [(2, -6), (17, -7), (20, -8), (21, -9), (40, -10), (5, -11), (28, -15), (13, -1)] {
            assert_eq!(code(&Error::from_raw_os_error(number)), expected, "{number}");
        }
    }
}
