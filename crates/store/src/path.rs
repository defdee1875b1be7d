//! The one rule for paths inside a version, and the small sums done with them.

use crate::{Error, Result};

/// The longest path, in bytes.
pub(crate) const LONGEST: usize = 4096;

/// Whether `path` may name something in a version.
///
/// It is relative, `/`-separated, at most [`LONGEST`] bytes, without NUL and without an empty, `.` or `..` part.
/// A backslash is an ordinary character: no path of a version ever becomes a path of this computer.
pub(crate) fn is_good(path: &str) -> bool {
    !path.is_empty()
        && path.len() <= LONGEST
        && !path.contains('\0')
        && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

/// As [`is_good`], as an error.
pub(crate) fn check(path: &str) -> Result<()> {
    if is_good(path) { Ok(()) } else { Err(Error::BadPath { path: path.chars().take(200).collect() }) }
}

/// Every folder above `path`, the outermost first.
pub(crate) fn parents(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

/// Whether `path` is `folder` or lies below it.
pub(crate) fn is_within(path: &str, folder: &str) -> bool {
    path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// What every path below `folder` starts with; `""` is the root.
pub(crate) fn below(folder: &str) -> String {
    if folder.is_empty() { String::new() } else { format!("{folder}/") }
}

/// The first string, in byte order, after everything below `folder`: `0` follows `/`.
pub(crate) fn after(folder: &str) -> String {
    format!("{folder}0")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hostile_paths_are_refused() {
        let long = "a".repeat(LONGEST + 1);
        for bad in ["", "/", "/etc/passwd", "a//b", "a/", "..", "a/../b", "./a", "a/.", "a\0b", &long] {
            assert!(matches!(check(bad), Err(Error::BadPath { .. })), "{bad:?}");
        }
        for good in ["a", "a/b", "C:\\x\\..\\y", "...", "a/..b", " ", "ä/日本", &long[1..]] {
            assert!(check(good).is_ok(), "{good:?}");
        }
    }

    #[test]
    fn parents_run_from_the_outside_in() {
        assert_eq!(parents("a/b/c").collect::<Vec<_>>(), ["a", "a/b"]);
        assert_eq!(parents("a").count(), 0);
    }

    #[test]
    fn a_sibling_with_the_same_start_is_not_within() {
        assert!(is_within("a/b", "a") && is_within("a", "a"));
        assert!(!is_within("a-b", "a") && !is_within("ab/c", "a"));
    }
}
