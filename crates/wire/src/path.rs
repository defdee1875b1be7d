//! Which paths from a phone are taken (`protocol.md` 3, rule 3).

/// Longest path accepted from a phone, in bytes.
pub const LIMIT: usize = 4096;
const DEPTH_LIMIT: usize = 16;

/// Why a path from the phone is not served.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Absolute staging paths such as `/.b/6/x` are answered "not found": anything else makes the phone give up (`protocol.md` 2.7.3).
    Absolute,
    /// `..`, NUL, an empty component, too long, too deep, or another device's folder.
    Wild,
}

/// The part of `path` below the device's folder; empty for the folder itself.
pub fn inside<'a>(path: &'a str, udid: &str) -> Result<&'a str, Refusal> {
    if path.starts_with('/') {
        return Err(Refusal::Absolute);
    }
    if path.is_empty() || path.len() > LIMIT || path.contains('\0') {
        return Err(Refusal::Wild);
    }
    let path = path.strip_suffix('/').unwrap_or(path);
    let parts = path.split('/');
    if parts.clone().count() > DEPTH_LIMIT || parts.clone().any(|part| matches!(part, "" | "." | "..")) {
        return Err(Refusal::Wild);
    }
    match path.split_once('/') {
        Some((first, rest)) if first == udid => Ok(rest),
        None if path == udid => Ok(""),
        _ => Err(Refusal::Wild),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_inside_the_devices_folder_pass() {
        assert_eq!(inside("U/Snapshot/ab/abcd", "U"), Ok("Snapshot/ab/abcd"));
        assert_eq!(inside("U", "U"), Ok(""));
        assert_eq!(inside("U/Snapshot/", "U"), Ok("Snapshot"));
        assert_eq!(inside("/.b/6/x", "U"), Err(Refusal::Absolute));
        for wild in ["", "V/x", "U/../x", "U//x", "U/./x", "U/a\0b", "..", "U/.."] {
            assert_eq!(inside(wild, "U"), Err(Refusal::Wild), "{wild:?}");
        }
        assert_eq!(inside(&format!("U/{}", "a/".repeat(20)), "U"), Err(Refusal::Wild));
        assert_eq!(inside(&format!("U/{}", "a".repeat(5000)), "U"), Err(Refusal::Wild));
    }
}
