//! The full file list of a version in memory: sorted rows over one arena of paths, about 64 bytes and a path each.

use std::sync::OnceLock;

use crate::layout::Hash;
use crate::path;

/// The content is a whole object named by its hash.
pub(crate) const OBJECT: u8 = 0;
/// The content is inside the record.
pub(crate) const INLINE: u8 = 1;

/// Whether an entry is a file or a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// A file.
    File,
    /// A folder.
    Folder,
}

/// All a list knows of one entry, but its path and what else it carries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Row {
    pub kind: EntryKind,
    /// How the content is kept: [`OBJECT`], [`INLINE`], or a number only newer releases know.
    pub codec: u8,
    pub size: u64,
    /// Unix milliseconds.
    pub modified: i64,
    /// The version that first held this content at this path.
    pub born: u64,
    /// Zero for folders.
    pub hash: Hash,
}

/// Entries in strictly rising byte order of their paths.
#[derive(Debug, Default)]
pub(crate) struct List {
    paths: String,
    /// Where each path ends in `paths`.
    ends: Vec<u32>,
    rows: Vec<Row>,
    /// What entries carry besides their row, such as the content of an inline file: row, end in `carried`.
    carriers: Vec<(u32, u32)>,
    carried: Vec<u8>,
    by_hash: OnceLock<Vec<u32>>,
}

/// The next entry does not sort after the last one, or the list is full.
#[derive(Debug)]
pub(crate) struct Refused;

impl List {
    /// A list with room for that many entries, and bytes of paths.
    pub fn with_capacity(entries: usize, paths: usize) -> List {
        let (ends, rows) = (Vec::with_capacity(entries), Vec::with_capacity(entries));
        List { paths: String::with_capacity(paths), ends, rows, ..List::default() }
    }

    /// Adds an entry, which must sort after all others.
    pub fn push(&mut self, path: &str, row: Row, carried: &[u8]) -> Result<(), Refused> {
        if self.len() > 0 && path <= self.path(self.len() - 1) {
            return Err(Refused);
        }
        let end = u32::try_from(self.paths.len() + path.len()).map_err(|_| Refused)?;
        let index = u32::try_from(self.rows.len()).map_err(|_| Refused)?;
        if !carried.is_empty() {
            let end = u32::try_from(self.carried.len() + carried.len()).map_err(|_| Refused)?;
            self.carried.extend_from_slice(carried);
            self.carriers.push((index, end));
        }
        self.paths.push_str(path);
        self.ends.push(end);
        self.rows.push(row);
        Ok(())
    }

    /// Gives back what growing took too much.
    pub fn shrink(&mut self) {
        self.paths.shrink_to_fit();
        self.ends.shrink_to_fit();
        self.rows.shrink_to_fit();
    }

    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// `index` is below [`List::len`].
    pub fn path(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        &self.paths[start..self.ends[index] as usize]
    }

    /// `index` is below [`List::len`].
    pub fn row(&self, index: usize) -> &Row {
        &self.rows[index]
    }

    /// What the entry carries inside the record; empty for most.
    pub fn carried(&self, index: usize) -> &[u8] {
        match self.carriers.binary_search_by_key(&index, |(row, _)| *row as usize) {
            Ok(at) => {
                let start = if at == 0 { 0 } else { self.carriers[at - 1].1 as usize };
                &self.carried[start..self.carriers[at].1 as usize]
            }
            Err(_) => &[],
        }
    }

    /// The index of the first entry at or after `path`.
    pub fn lower_bound(&self, path: &str) -> usize {
        let (mut low, mut high) = (0, self.len());
        while low < high {
            let middle = low + (high - low) / 2;
            if self.path(middle) < path {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }

    /// The index of exactly `path`.
    pub fn find(&self, path: &str) -> Option<usize> {
        let index = self.lower_bound(path);
        (index < self.len() && self.path(index) == path).then_some(index)
    }

    /// Whether anything lies below `folder`.
    pub fn has_below(&self, folder: &str) -> bool {
        let start = path::below(folder);
        let index = self.lower_bound(&start);
        index < self.len() && self.path(index).starts_with(&start)
    }

    /// Whether the list relies on the object `hash`, and the size it should have.
    pub fn object(&self, hash: &Hash) -> Option<u64> {
        let by_hash = self.by_hash();
        let at = by_hash.binary_search_by(|row| self.rows[*row as usize].hash.cmp(hash)).ok()?;
        Some(self.rows[by_hash[at] as usize].size)
    }

    /// The entries that are whole objects, in the order of their hashes.
    pub fn by_hash(&self) -> &[u32] {
        self.by_hash.get_or_init(|| {
            let stored = |row: &Row| row.kind == EntryKind::File && row.codec == OBJECT;
            let rows = self.rows.iter().zip(0u32..);
            let mut order: Vec<u32> = rows.filter(|(row, _)| stored(row)).map(|(_, index)| index).collect();
            order.sort_unstable_by(|a, b| self.rows[*a as usize].hash.cmp(&self.rows[*b as usize].hash));
            order
        })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A file row whose content is `text`.
    pub fn file(text: &[u8]) -> Row {
        let hash = *blake3::hash(text).as_bytes();
        Row { kind: EntryKind::File, codec: OBJECT, size: text.len() as u64, modified: 5, born: 1, hash }
    }

    #[test]
    fn entries_are_found_and_order_is_kept() {
        let mut list = List::default();
        for (path, text) in [("a", "1"), ("a-b", "22"), ("a/b", "333"), ("b/c/d", "333")] {
            list.push(path, file(text.as_bytes()), &[]).unwrap();
        }
        assert!(list.push("b/c/d", file(b""), &[]).is_err());
        assert!(list.push("a/z", file(b""), &[]).is_err());
        assert_eq!(list.len(), 4);
        assert_eq!(list.find("a/b"), Some(2));
        assert_eq!(list.find("a/a"), None);
        assert_eq!(list.lower_bound("b"), 3);
        assert!(list.has_below("b") && list.has_below("b/c") && list.has_below(""));
        assert!(!list.has_below("b/c/d") && !list.has_below("a-b"));
        assert_eq!(list.object(&file(b"333").hash), Some(3));
        assert_eq!(list.object(&file(b"4").hash), None);
    }

    #[test]
    fn carried_bytes_belong_to_their_entry() {
        let mut list = List::default();
        for (index, carried) in ["", "one", "", "three"].iter().enumerate() {
            list.push(&format!("{index}"), Row { codec: INLINE, ..file(b"x") }, carried.as_bytes()).unwrap();
        }
        assert_eq!(list.carried(0), b"");
        assert_eq!(list.carried(1), b"one");
        assert_eq!(list.carried(3), b"three");
        assert_eq!(list.object(&file(b"x").hash), None, "inline content is no object");
    }

    #[test]
    fn a_row_stays_small() {
        assert!(size_of::<Row>() <= 64);
    }
}
