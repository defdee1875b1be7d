use super::{Afc, Coming, with_nul};
use crate::{Error, Result};
use std::collections::VecDeque;
use wire::afc::op;

/// Longest listing of one folder, in bytes and names.
const LISTING: usize = 8 << 20;
const ENTRIES: usize = 200_000;
/// No file system of a phone has longer names, in bytes.
const NAME: usize = 1020;
const INFO: usize = 16 << 10;
/// Questions about entries under way at once.
const IN_FLIGHT: usize = 32;

/// What a path on the phone is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    File,
    Folder,
    /// A link, a socket and the like.
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    pub(crate) shape: Shape,
    /// Bytes.
    pub(crate) size: u64,
    /// Unix milliseconds.
    pub(crate) modified: Option<i64>,
}

impl Afc {
    /// A folder's entries, by name. Names no path may hold and entries that went meanwhile are left out.
    pub(crate) async fn list(&self, folder: &str) -> Result<Vec<(String, Entry)>> {
        let listing = self.send(folder, op::READ_DIR, with_nul(folder), Vec::new(), LISTING).get().await?.body;
        if wire::afc::strings(&listing).count() > ENTRIES {
            return Err(Error::Unexpected { doing: "listing a folder" });
        }
        let mut names: Vec<String> = wire::afc::strings(&listing).filter_map(|name| checked(name, folder)).collect();
        drop(listing);
        names.sort_unstable();
        names.dedup();

        let mut entries = Vec::new();
        let mut coming: VecDeque<(String, Coming)> = VecDeque::new();
        let mut names = names.into_iter();
        loop {
            while let Some(name) = (coming.len() < IN_FLIGHT).then(|| names.next()).flatten() {
                let path = format!("{}/{name}", folder.trim_end_matches('/'));
                coming.push_back((name, self.ask_info(&path)));
            }
            let Some((name, answer)) = coming.pop_front() else { return Ok(entries) };
            match answer.get().await {
                Ok(answer) => entries.push((name, entry(&answer.body))),
                Err(Error::Afc { number, .. }) => tracing::debug!(number, "an entry of a folder cannot be looked at"),
                Err(error) => return Err(error),
            }
        }
    }

    pub(crate) async fn info(&self, path: &str) -> Result<Entry> {
        Ok(entry(&self.ask_info(path).get().await?.body))
    }

    fn ask_info(&self, path: &str) -> Coming {
        self.send(path, op::GET_FILE_INFO, with_nul(path), Vec::new(), INFO)
    }
}

fn checked(name: &[u8], folder: &str) -> Option<String> {
    if name.is_empty() || name == b"." || name == b".." {
        return None;
    }
    match std::str::from_utf8(name) {
        Ok(text) if text.len() <= NAME && !text.contains('/') => Some(text.to_string()),
        _ => {
            tracing::warn!(folder, length = name.len(), "a file whose name cannot be used is left out");
            None
        }
    }
}

/// Keys and values of `GET_FILE_INFO`; times are nanoseconds since 1970.
fn entry(body: &[u8]) -> Entry {
    let mut found = Entry { shape: Shape::Other, size: 0, modified: None };
    let mut words = wire::afc::strings(body);
    while let (Some(key), Some(value)) = (words.next(), words.next()) {
        let Ok(value) = std::str::from_utf8(value) else { continue };
        match key {
            b"st_size" => found.size = value.parse().unwrap_or(0),
            b"st_mtime" => found.modified = value.parse::<i64>().ok().map(|time| time.div_euclid(1_000_000)),
            b"st_ifmt" if value == "S_IFREG" => found.shape = Shape::File,
            b"st_ifmt" if value == "S_IFDIR" => found.shape = Shape::Folder,
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_says_what_it_is_in_milliseconds() {
        let read = entry(b"st_size\x0012\0st_ifmt\0S_IFREG\0st_mtime\x001700000000123456789\0");
        assert_eq!(read, Entry { shape: Shape::File, size: 12, modified: Some(1_700_000_000_123) });
        let link = entry(b"st_ifmt\0S_IFLNK\0st_size\0many\0st_mtime\0-1\0");
        assert_eq!(link, Entry { shape: Shape::Other, size: 0, modified: Some(-1) });
    }

    #[test]
    fn names_that_climb_or_cut_paths_are_left_out() {
        assert_eq!(checked(b"IMG_0001.HEIC", "/"), Some("IMG_0001.HEIC".into()));
        for bad in [&b""[..], b".", b"..", b"a/b", b"../x", b"\xff", &[b'a'; 1021]] {
            assert_eq!(checked(bad, "/"), None, "{bad:?}");
        }
    }
}
