//! Goes through a [`Tree`] in byte order, list and changes merged.

use std::collections::btree_map;
use std::iter::Peekable;
use std::ops::Bound;

use crate::path;
use crate::tree::{Node, Tree};

/// The files and made folders of a tree from some path on.
pub(crate) struct Walk<'a> {
    tree: &'a Tree,
    index: usize,
    over: Peekable<btree_map::Range<'a, Box<str>, Option<Node>>>,
}

impl<'a> Walk<'a> {
    pub fn new(tree: &'a Tree, from: &str) -> Walk<'a> {
        let over = tree.over.range::<str, _>((Bound::Included(from), Bound::Unbounded)).peekable();
        Walk { tree, index: tree.base.lower_bound(from), over }
    }

    /// Goes on at `from`, which is ahead.
    pub fn seek(&mut self, from: &str) {
        *self = Walk::new(self.tree, from);
    }

    /// The next entry of the list that no cut hides.
    fn base(&mut self) -> Option<&'a str> {
        let tree = self.tree;
        while self.index < tree.base.len() {
            let path = tree.base.path(self.index);
            match tree.cut_above(path) {
                None => return Some(path),
                // `a` and `a/x` are hidden, `a-b` between them is not.
                Some(cut) if cut == path => self.index += 1,
                Some(cut) => self.index = tree.base.lower_bound(&path::after(cut)),
            }
        }
        None
    }
}

impl<'a> Iterator for Walk<'a> {
    type Item = (&'a str, Node);

    fn next(&mut self) -> Option<(&'a str, Node)> {
        loop {
            let base = self.base();
            let changed = self.over.peek().map(|(path, node)| (&***path, **node));
            if let Some(path) = base.filter(|path| changed.is_none_or(|(changed, _)| *path < changed)) {
                self.index += 1;
                return Some((path, Node::Base(self.index as u32 - 1)));
            }
            let (path, node) = changed?;
            self.over.next();
            if base == Some(path) {
                self.index += 1;
            }
            if let Some(node) = node {
                return Some((path, node));
            }
        }
    }
}
