//! Brings back what an unfinished session had, from its log.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use uuid::Uuid;

use crate::layout::Hash;
use crate::list::List;
use crate::log::{Begin, Line, Lines, Log};
use crate::objects::{self, Objects};
use crate::tree::Tree;
use crate::version::Version;
use crate::{Result, Store};

const THREADS: usize = 4;

/// A virtual file system as a log tells it, and the log, ready to go on.
pub(crate) struct Replayed {
    pub tree: Tree,
    pub log: Log,
    pub over_newest: bool,
    pub session: Uuid,
}

impl Store {
    /// Whether a log can be gone on with: no version has come since, and the one below is still there. Tells that one.
    pub(crate) fn base_of(&self, udid: &str, begin: &Begin) -> Result<Option<Option<u64>>> {
        if begin.store != self.0.uuid || begin.udid != udid || begin.from_nothing {
            return Ok(None);
        }
        let headers = self.headers(udid)?;
        let (Some(session), Some(newest)) = (begin.newest, headers.last()) else {
            return Ok((begin.newest.is_none() && headers.is_empty()).then_some(None));
        };
        let unchanged = newest.session == session || begin.last == Some(newest.seq);
        let below = headers.iter().rfind(|header| header.session == session);
        Ok(below.filter(|_| unchanged).map(|header| Some(header.seq)))
    }

    /// Whether a log is of this source, and no version has been made of it.
    pub(crate) fn is_of_source(&self, udid: &str, log: &Path, source: u64) -> Result<bool> {
        Ok(match Lines::open(log)? {
            Some((begin, _)) => begin.source == Some(source) && self.is_unfinished_source(udid, &begin)?,
            None => false,
        })
    }

    /// Whether a log is of some source, and no version has been made of it.
    pub(crate) fn is_unfinished_source(&self, udid: &str, begin: &Begin) -> Result<bool> {
        let ours = begin.store == self.0.uuid && begin.udid == udid && begin.source.is_some();
        Ok(ours && !self.headers(udid)?.iter().any(|header| header.session == begin.session))
    }

    /// The version below the unfinished session of this device, when it can be gone on with.
    pub(crate) fn base_to_resume(&self, udid: &str, log: &Path) -> Result<Option<Option<u64>>> {
        match Lines::open(log)? {
            Some((begin, _)) => self.base_of(udid, &begin),
            None => Ok(None),
        }
    }
}

/// Replays the log at `path` over the version it began with; `None` when it has none of its own any more.
///
/// Every object the log names and no version is known to rely on is hashed first. The replay ends before the first
/// one that is not whole, so that the result is always a state the session once had.
pub(crate) fn replay(
    store: &Store,
    path: &Path,
    below: Option<&Version>,
    objects: &Objects,
) -> Result<Option<Replayed>> {
    let Some((begin, mut lines)) = Lines::open(path)? else { return Ok(None) };
    let known = below.map(Version::files);
    let mut named = HashMap::new();
    while let Some(line) = lines.next()? {
        if let Line::File { hash, size, .. } = line
            && let Some(hash) = parse(&hash)
        {
            named.insert(hash, size);
        }
    }
    let lost = lost(named, known.map(|list| &**list), store, objects);
    let below = known.filter(|_| begin.over_newest).map(Arc::clone).unwrap_or_default();
    let mut tree = Tree::over(below);
    let Some((_, mut lines)) = Lines::open(path)? else { return Ok(None) };
    let mut good = lines.length;
    while let Some(line) = lines.next()? {
        if !apply(&mut tree, line, &lost) {
            break;
        }
        good = lines.length;
    }
    let Begin { over_newest, session, .. } = begin;
    Ok(Some(Replayed { tree, log: Log::go_on(path, good)?, over_newest, session }))
}

fn parse(hash: &str) -> Option<Hash> {
    blake3::Hash::from_hex(hash).ok().map(|hash| *hash.as_bytes())
}

/// Does again what a line tells; false when that cannot be.
fn apply(tree: &mut Tree, line: Line, lost: &HashSet<Hash>) -> bool {
    let done = match line {
        Line::Begin(_) => return false,
        Line::File { path, hash, size, modified } => match parse(&hash).filter(|hash| !lost.contains(hash)) {
            Some(hash) => tree.put(&path, size, hash, modified),
            None => return false,
        },
        Line::Inside { path, content, modified } => match Line::content(&content) {
            Some(bytes) => tree.put_inside(&path, bytes, modified),
            None => return false,
        },
        Line::Folder { path, modified } => tree.make_folder(&path, modified),
        Line::Rename { from, to } => tree.rename(&from, &to),
        Line::Copy { from, to } => tree.copy(&from, &to),
        Line::Remove { path } => tree.remove(&path),
    };
    done.is_ok()
}

/// The objects among `named` that are not whole. Those that are become as durable as new ones.
fn lost(named: HashMap<Hash, u64>, known: Option<&List>, store: &Store, objects: &Objects) -> HashSet<Hash> {
    let known =
        |hash: &Hash, size| known.and_then(|list| list.object(hash)) == Some(size) && objects.present(hash, size);
    let at_risk: Vec<(Hash, u64)> = named.into_iter().filter(|(hash, size)| !known(hash, *size)).collect();
    let (next, lost) = (AtomicUsize::new(0), Mutex::new(HashSet::new()));
    std::thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                while let Some((hash, size)) = at_risk.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let path = store.0.layout.object(hash);
                    let whole = objects::verify(&path, hash, *size).is_ok() && objects.adopt(hash).is_ok();
                    if !whole {
                        lost.lock().unwrap_or_else(PoisonError::into_inner).insert(*hash);
                    }
                }
            });
        }
    });
    lost.into_inner().unwrap_or_else(PoisonError::into_inner)
}
