//! The virtual file system: an immutable sorted list below, this session's changes above.
//!
//! Changes never touch the list. A file operation costs a few binary searches, whatever the number of files.
//! A folder exists when it was made or when something lies below it.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use crate::layout::Hash;
use crate::list::{EntryKind, INLINE, List, OBJECT, Row};
use crate::path;
use crate::walk::Walk;
use crate::{Error, Result};

/// What stands at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Node {
    /// The entry of that index in the list, here or moved here.
    Base(u32),
    /// The entry of that index in [`Tree::fresh`].
    Fresh(u32),
}

/// A list and what has been changed over it.
#[derive(Debug)]
pub(crate) struct Tree {
    pub(crate) base: Arc<List>,
    /// `None` where the list has something that is gone.
    pub(crate) over: BTreeMap<Box<str>, Option<Node>>,
    /// Paths whose content in the list, and everything below, is out of sight.
    cut: BTreeSet<Box<str>>,
    fresh: Vec<Fresh>,
    /// What fresh files hold that are no objects, by their index.
    inside: BTreeMap<u32, Box<[u8]>>,
}

/// An entry that is not from the list.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Fresh {
    pub kind: EntryKind,
    pub size: u64,
    /// Unix milliseconds.
    pub modified: i64,
    pub hash: Hash,
}

impl Tree {
    /// The list as it is.
    pub fn over(base: Arc<List>) -> Tree {
        Tree { base, over: BTreeMap::new(), cut: BTreeSet::new(), fresh: Vec::new(), inside: BTreeMap::new() }
    }

    /// The row of a node; `born` of a fresh one is 0.
    pub fn row(&self, node: Node) -> Row {
        match node {
            Node::Base(index) => *self.base.row(index as usize),
            Node::Fresh(index) => {
                let Fresh { kind, size, modified, hash } = self.fresh[index as usize];
                let codec = if self.inside.contains_key(&index) { INLINE } else { OBJECT };
                Row { kind, codec, size, modified, born: 0, hash }
            }
        }
    }

    /// What this node holds itself; empty for most.
    pub fn carried(&self, node: Node) -> &[u8] {
        match node {
            Node::Base(index) => self.base.carried(index as usize),
            Node::Fresh(index) => self.inside.get(&index).map_or(&[], |bytes| bytes),
        }
    }

    /// The file or made folder at exactly `path`.
    pub fn find(&self, path: &str) -> Option<Node> {
        match self.over.get(path) {
            Some(changed) => *changed,
            None if self.cut_above(path).is_some() => None,
            None => self.base.find(path).map(|index| Node::Base(index as u32)),
        }
    }

    /// The cut that hides `path` of the list.
    pub fn cut_above<'a>(&'a self, path: &'a str) -> Option<&'a str> {
        if self.cut.is_empty() {
            return None;
        }
        path::parents(path).chain([path]).find(|folder| self.cut.contains(*folder))
    }

    /// All there is from `from` on, in byte order.
    pub fn walk(&self, from: &str) -> Walk<'_> {
        Walk::new(self, from)
    }

    /// Whether a folder is at `path`; the root always is.
    pub fn is_folder(&self, path: &str) -> bool {
        match self.find(path) {
            Some(node) => self.row(node).kind == EntryKind::Folder,
            None => path.is_empty() || self.has_below(path),
        }
    }

    fn has_below(&self, folder: &str) -> bool {
        let below = path::below(folder);
        self.walk(&below).next().is_some_and(|(path, _)| path.starts_with(&below))
    }

    /// The direct children of `folder`, by name: each path, and its node when it was made itself.
    pub fn children(&self, folder: &str) -> BTreeMap<String, Option<Node>> {
        let below = path::below(folder);
        let mut children = BTreeMap::new();
        let mut walk = self.walk(&below);
        while let Some((path, node)) = walk.next().filter(|(path, _)| path.starts_with(&below)) {
            match path[below.len()..].find('/') {
                None => {
                    children.insert(path.to_owned(), Some(node));
                }
                Some(end) => {
                    let child = &path[..below.len() + end];
                    children.entry(child.to_owned()).or_insert(None);
                    walk.seek(&path::after(child));
                }
            }
        }
        children
    }

    /// Refuses a path that has a file where a folder must be.
    fn check_parents(&self, path: &str) -> Result<()> {
        let is_file = |folder: &&str| self.find(folder).is_some_and(|node| self.row(node).kind == EntryKind::File);
        match path::parents(path).find(is_file) {
            Some(file) => Err(Error::NotAFolder { path: file.to_owned() }),
            None => Ok(()),
        }
    }

    /// Refuses what [`Tree::put`] would refuse.
    pub fn check_put(&self, path: &str) -> Result<()> {
        path::check(path)?;
        self.check_parents(path)?;
        if self.is_folder(path) { Err(Error::IsAFolder { path: path.to_owned() }) } else { Ok(()) }
    }

    /// Puts a new file, over an older one if there is one.
    pub fn put(&mut self, path: &str, size: u64, hash: Hash, modified: i64) -> Result<()> {
        self.check_put(path)?;
        self.add(path, Fresh { kind: EntryKind::File, size, modified, hash })
    }

    /// As [`Tree::put`], for a file whose content is no object.
    pub fn put_inside(&mut self, path: &str, bytes: Vec<u8>, modified: i64) -> Result<()> {
        self.put(path, bytes.len() as u64, *blake3::hash(&bytes).as_bytes(), modified)?;
        // It was put there just now.
        if let Some(Node::Fresh(index)) = self.find(path) {
            self.inside.insert(index, bytes.into());
        }
        Ok(())
    }

    /// Makes a folder; one that is there already stays as it is.
    pub fn make_folder(&mut self, path: &str, modified: i64) -> Result<()> {
        path::check(path)?;
        self.check_parents(path)?;
        match self.find(path) {
            Some(node) if self.row(node).kind == EntryKind::File => Err(Error::NotAFolder { path: path.to_owned() }),
            Some(_) => Ok(()),
            None => self.add(path, Fresh { kind: EntryKind::Folder, size: 0, modified, hash: [0; 32] }),
        }
    }

    fn add(&mut self, path: &str, fresh: Fresh) -> Result<()> {
        let index = u32::try_from(self.fresh.len()).map_err(|_| Error::TooLarge)?;
        self.fresh.push(fresh);
        self.over.insert(path.into(), Some(Node::Fresh(index)));
        Ok(())
    }

    /// Takes away `path` and everything below; it may be missing.
    pub fn remove(&mut self, path: &str) -> Result<()> {
        path::check(path)?;
        self.over.remove(path);
        let below = path::below(path);
        let bounds = (Bound::Included(below.as_str()), Bound::Unbounded);
        let inside = self.over.range::<str, _>(bounds).take_while(|(inner, _)| inner.starts_with(&below));
        let inside: Vec<Box<str>> = inside.map(|(inner, _)| inner.clone()).collect();
        for inner in inside {
            self.over.remove(&inner);
        }
        if self.cut_above(path).is_some() {
            return Ok(());
        }
        if self.base.has_below(path) {
            self.cut.insert(path.into());
        } else if self.base.find(path).is_some() {
            self.over.insert(path.into(), None);
        }
        Ok(())
    }

    /// Moves a file or folder, replacing what is at `to` and making the folders above it.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<()> {
        let moved = self.gather(from, to)?;
        if from != to {
            self.remove(from)?;
            self.place(moved, to)?;
        }
        Ok(())
    }

    /// Copies a file or folder, replacing what is at `to` and making the folders above it.
    pub fn copy(&mut self, from: &str, to: &str) -> Result<()> {
        let copied = self.gather(from, to)?;
        if from != to { self.place(copied, to) } else { Ok(()) }
    }

    /// Everything at and below `from`, by its new path.
    fn gather(&self, from: &str, to: &str) -> Result<Vec<(Box<str>, Node)>> {
        path::check(from)?;
        path::check(to)?;
        if from != to && (path::is_within(from, to) || path::is_within(to, from)) {
            return Err(Error::InsideItself { from: from.to_owned(), to: to.to_owned() });
        }
        self.check_parents(to)?;
        let found = self.find(from);
        let mut all: Vec<(Box<str>, Node)> = found.map(|node| (to.into(), node)).into_iter().collect();
        if found.is_none_or(|node| self.row(node).kind == EntryKind::Folder) {
            let below = path::below(from);
            let inside = self.walk(&below).take_while(|(path, _)| path.starts_with(&below));
            for (path, node) in inside {
                let target = format!("{to}/{}", &path[below.len()..]);
                path::check(&target)?;
                all.push((target.into(), node));
            }
        }
        if all.is_empty() { Err(Error::NotFound { path: from.to_owned() }) } else { Ok(all) }
    }

    fn place(&mut self, nodes: Vec<(Box<str>, Node)>, to: &str) -> Result<()> {
        self.remove(to)?;
        self.over.extend(nodes.into_iter().map(|(path, node)| (path, Some(node))));
        Ok(())
    }
}
