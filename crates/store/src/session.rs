//! One running backup: a virtual file system over a version. No stored byte of any version is ever changed.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use uuid::Uuid;

use crate::barrier::{Barrier, flush_folder};
use crate::error::at;
use crate::layout::{Hash, check_udid};
use crate::lease::{CLEAN_UP, Lease, now};
use crate::list::{EntryKind, List};
use crate::log::{self, Begin, Line, Log};
use crate::objects::Objects;
use crate::pool::Pool;
use crate::seal::StoreKey;
use crate::tree::{Node, Tree};
use crate::version::{Entry, ReadSeek, Version, VersionHead};
use crate::writer::{FileWriter, Whole, WholeContent};
use crate::{Error, Result, Store, resume, store::names_in, version};

/// What lies below the changes of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Base {
    /// The newest version.
    Newest,
    /// Nothing; content that is stored already is still not stored again.
    Empty,
    /// What the unfinished session of this device had, over the version it began with; the newest version when there is
    /// none, when a version has come since, or when it began with [`Base::Empty`]. Ask [`Session::resumed`].
    Resume,
    /// The version of this number: where one with a higher number holds an older state, imported later.
    Version(u64),
    /// Nothing, or what an unfinished session had that began with the same number: what is taken in from one source,
    /// such as a folder, goes on only with what came from there. Ask [`Session::resumed`].
    Source(u64),
}

/// What a session took in so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Received {
    pub files: u64,
    /// The sum of their sizes, in bytes.
    pub bytes: u64,
    /// Of those, what had to be written. Trails behind by what is being written now.
    pub new_bytes: u64,
    /// Of those, what was stored already.
    pub reused_bytes: u64,
    /// Of those, what shares its blocks with the file it came from and took no space; see [`Session::take_in`].
    pub shared_bytes: u64,
}

/// The virtual file system of one device, until it is committed, kept or discarded. Dropped, it is kept.
pub struct Session {
    pub(crate) store: Store,
    pub(crate) udid: String,
    /// Names the record; a resumed session keeps the id of its log.
    pub(crate) id: Uuid,
    /// The newest version at the start, or the one chosen as its base.
    pub(crate) newest: Option<Version>,
    /// Whether the newest version lies below the changes.
    pub(crate) over_newest: bool,
    pub(crate) tree: Tree,
    pub(crate) log: Log,
    pub(crate) objects: Arc<Objects>,
    pub(crate) barrier: Barrier,
    pub(crate) pool: Pool,
    pub(crate) lease: Lease,
    pub(crate) sessions: PathBuf,
    /// What its record will be sealed with.
    pub(crate) key: Option<StoreKey>,
    /// Names of files that lie in a sealed record and nowhere else.
    inside: Vec<String>,
    /// Whether sharing blocks with a source is worth another try.
    pub(crate) shares: bool,
    started: i64,
    resumed: bool,
    /// The number the version will most likely have.
    next: u64,
    pub(crate) received: Received,
}

impl Store {
    /// Starts a session on a device. `sessions` is a folder of this computer, the same for every session.
    ///
    /// Fails with [`Error::DeviceBusy`] while another session on this device runs, here or elsewhere; with
    /// [`Error::StoreBusy`] while a clean-up does not give way; with
    /// [`Error::BadDevice`] when the store has a device of that name in another case; with [`Error::KeyNeeded`] when the
    /// newest version, or the one to come, is sealed with a key that is not at hand. The log of an earlier, unfinished
    /// session is given up unless `base` goes on with it.
    pub fn begin(&self, udid: &str, sessions: &Path, base: Base) -> Result<Session> {
        check_udid(udid)?;
        if udid.eq_ignore_ascii_case(CLEAN_UP) {
            return Err(Error::BadDevice { udid: udid.to_owned() });
        }
        self.check_name_is_its_own(udid)?;
        fs::create_dir_all(sessions).map_err(at(sessions))?;
        let layout = &self.0.layout;
        let id = Uuid::new_v4();
        let lease = Lease::take(layout, sessions, self.id(), udid, id)?;
        self.wait_for_clean_up(sessions, udid)?;
        self.restore_doomed()?;
        self.prepare_device(udid)?;
        let key = self.sealing_key()?;
        let barrier = Barrier::open(layout.root(), &layout.store_file())?;
        let objects = Arc::new(Objects::new(layout.clone(), barrier.flush, id.to_string()));
        let newest = self.newest_for_writing(udid)?;
        self.drop_claims(udid)?;
        let last = newest.as_ref().map(|version| version.head().seq);
        let log_path = sessions.join(log::name(self.id(), udid));
        let unfinished = match base {
            Base::Resume => self.base_to_resume(udid, &log_path)?,
            Base::Source(source) => self.is_of_source(udid, &log_path, source)?.then_some(last),
            Base::Newest | Base::Empty | Base::Version(_) => None,
        };
        let below = match base {
            Base::Version(seq) => Some(seq),
            _ => unfinished.unwrap_or(last),
        };
        let newest = match below.filter(|below| Some(*below) != last) {
            Some(below) => Some(self.version(udid, below)?),
            None => newest,
        };
        let earlier = match unfinished {
            Some(_) => resume::replay(self, &log_path, newest.as_ref(), &objects)?,
            None => None,
        };
        let resumed = earlier.is_some();
        let resume::Replayed { tree, log, over_newest, session } = match earlier {
            Some(earlier) => earlier,
            None => {
                let source = if let Base::Source(source) = base { Some(source) } else { None };
                let from_nothing = base == Base::Empty || source.is_some();
                let over_newest = !from_nothing && newest.is_some();
                let made_by = newest.as_ref().map(|version| version.0.header.session);
                let below = newest.as_ref().filter(|_| over_newest).map(|version| Arc::clone(version.files()));
                let (udid, store, started) = (udid.to_owned(), self.0.uuid, now());
                let newest = made_by;
                let begin =
                    Begin { udid, store, session: id, started, newest, last, over_newest, from_nothing, source };
                let tree = Tree::over(below.unwrap_or_default());
                resume::Replayed { tree, log: Log::start(&log_path, begin)?, over_newest, session: id }
            }
        };
        Ok(Session {
            store: self.clone(),
            udid: udid.to_owned(),
            id: session,
            next: self.last_seq(udid)? + 1,
            newest,
            over_newest,
            tree,
            log,
            pool: Pool::new(Arc::clone(&objects)),
            objects,
            barrier,
            lease,
            sessions: sessions.to_path_buf(),
            key,
            inside: Vec::new(),
            shares: true,
            started: now(),
            resumed,
            received: Received::default(),
        })
    }

    /// Refuses a device whose folder a volume that ignores case would take for that of another.
    fn check_name_is_its_own(&self, udid: &str) -> Result<()> {
        let names = names_in(&self.0.layout.devices())?;
        match names.iter().any(|name| name != udid && name.eq_ignore_ascii_case(udid)) {
            true => Err(Error::BadDevice { udid: udid.to_owned() }),
            false => Ok(()),
        }
    }

    /// Makes the folders of a device.
    fn prepare_device(&self, udid: &str) -> Result<()> {
        let layout = &self.0.layout;
        for folder in [layout.versions(udid), layout.quarantine(udid)] {
            if !folder.is_dir() {
                fs::create_dir_all(&folder).map_err(at(&folder))?;
                folder.parent().map_or(Ok(()), flush_folder)?;
                flush_folder(&layout.devices())?;
            }
        }
        Ok(())
    }

    /// Takes away number claims of sessions that are no more.
    fn drop_claims(&self, udid: &str) -> Result<()> {
        let versions = self.0.layout.versions(udid);
        for name in names_in(&versions)?.iter().filter(|name| crate::layout::claim_seq(name).is_some()) {
            let claim = versions.join(name);
            fs::remove_file(&claim).map_err(at(&claim))?;
        }
        Ok(())
    }
}

impl Session {
    /// Names of files that, where the version will be sealed, lie in its record and never as objects: they would tell
    /// what sealing is to hide. They stay in memory until then, and may have 32 MiB each.
    pub fn keep_inside(&mut self, names: &[&str]) {
        self.inside = names.iter().map(|name| (*name).to_owned()).collect();
    }

    pub(crate) fn is_inside(&self, path: &str) -> bool {
        let name = path.rsplit('/').next().unwrap_or(path);
        self.key.is_some() && self.inside.iter().any(|inside| inside == name)
    }

    /// The newest version when the session began; what [`Base::Newest`] lies over.
    pub fn newest(&self) -> Option<&VersionHead> {
        self.newest.as_ref().map(Version::head)
    }

    /// Whether this session goes on where an unfinished one ended.
    pub fn resumed(&self) -> bool {
        self.resumed
    }

    /// The bytes this user may still write to the volume of the store.
    pub fn free_space(&self) -> Result<u64> {
        self.store.free_space()
    }

    /// What came in so far.
    pub fn received(&self) -> Received {
        let (written, found) = self.pool.sums();
        let Received { new_bytes, reused_bytes, .. } = self.received;
        Received { new_bytes: new_bytes + written, reused_bytes: reused_bytes + found, ..self.received }
    }

    pub(crate) fn previous(&self) -> Option<&List> {
        self.newest.as_ref().map(|version| &**version.files())
    }

    fn entry(&self, path: &str, node: Node) -> Entry {
        let mut row = self.tree.row(node);
        row.born = born(self.previous(), path, row.kind, &row.hash).unwrap_or(self.next);
        Entry::new(path, &row)
    }

    /// The file or folder at `path`; `""` is the root.
    pub fn get(&self, path: &str) -> Option<Entry> {
        match self.tree.find(path) {
            Some(node) => Some(self.entry(path, node)),
            None => self.tree.is_folder(path).then(|| Entry::implied(path, self.started, self.next)),
        }
    }

    /// What lies directly in `folder`, by name; `""` is the root.
    pub fn list(&self, folder: &str) -> Vec<Entry> {
        let entry = |(path, node): (String, Option<Node>)| match node {
            Some(node) => self.entry(&path, node),
            None => Entry::implied(&path, self.started, self.next),
        };
        self.tree.children(folder).into_iter().map(entry).collect()
    }

    /// The content of the file at `path`; `None` when there is no such file.
    pub fn open(&self, path: &str) -> Result<Option<Box<dyn ReadSeek>>> {
        let Some(node) = self.tree.find(path) else { return Ok(None) };
        self.pool.settle(&self.tree.row(node).hash);
        version::open(&self.store.0.layout, path, &self.tree, node)
    }

    /// Begins to take in a file. Nothing changes before [`Session::finish_file`].
    ///
    /// Fails with [`Error::BadPath`], [`Error::NotAFolder`] or [`Error::IsAFolder`].
    pub fn create(&mut self, path: &str) -> Result<FileWriter> {
        self.tree.check_put(path)?;
        Ok(FileWriter::new(path, Arc::clone(&self.objects), self.is_inside(path)))
    }

    /// Puts a whole file at its path, over an older one if there is one.
    ///
    /// Fails with the error of any earlier write of the file. The error of a small file that is stored in the
    /// background is told by a later call; from then on the session can only be kept or discarded.
    pub fn finish_file(&mut self, writer: FileWriter) -> Result<Entry> {
        let path = writer.path.clone();
        self.tree.check_put(&path)?;
        self.put_whole(&path, writer.finish()?, now())
    }

    /// Puts content at a path; `modified` is its time in Unix milliseconds.
    pub(crate) fn put_whole(&mut self, path: &str, whole: Whole, modified: i64) -> Result<Entry> {
        let (hash, size) = (whole.hash, whole.size);
        match whole.content {
            WholeContent::Inside(bytes) => {
                self.received.new_bytes += size;
                self.log.add(&Line::inside(path, &bytes, modified))?;
                self.tree.put_inside(path, bytes, modified)?;
            }
            content => {
                self.store_object(content, &hash, size)?;
                self.log.add(&Line::file(path, &hash, size, modified))?;
                self.tree.put(path, size, hash, modified)?;
            }
        }
        self.received.files += 1;
        self.received.bytes += size;
        Ok(self.get(path).unwrap_or_else(|| Entry::implied(path, modified, self.next)))
    }

    /// Sees to it that content is an object.
    fn store_object(&mut self, content: WholeContent, hash: &Hash, size: u64) -> Result<()> {
        if self.is_committed(hash, size) {
            self.received.reused_bytes += size;
            return Ok(());
        }
        match content {
            WholeContent::Held(bytes) | WholeContent::Inside(bytes) => self.pool.put(*hash, bytes),
            WholeContent::Part(part) => {
                self.received.new_bytes += size;
                self.objects.take_part(part, hash, size)
            }
        }
    }

    /// Whether the newest version relies on this content, and it is there.
    pub(crate) fn is_committed(&self, hash: &Hash, size: u64) -> bool {
        self.previous().and_then(|list| list.object(hash)) == Some(size) && self.objects.present(hash, size)
    }

    /// Makes a folder and those above it; one that is there stays as it is.
    pub fn make_folder(&mut self, path: &str) -> Result<()> {
        let modified = now();
        self.tree.make_folder(path, modified)?;
        self.log.add(&Line::Folder { path: path.to_owned(), modified })
    }

    /// Moves a file or folder, replacing what is at `to` and making the folders above it.
    ///
    /// Fails with [`Error::NotFound`] when nothing is at `from`.
    pub fn rename(&mut self, from: &str, to: &str) -> Result<()> {
        self.tree.rename(from, to)?;
        self.log.add(&Line::Rename { from: from.to_owned(), to: to.to_owned() })
    }

    /// Takes away `path` and everything below; it may be missing.
    pub fn remove(&mut self, path: &str) -> Result<()> {
        self.tree.remove(path)?;
        self.log.add(&Line::Remove { path: path.to_owned() })
    }

    /// Copies a file or folder, replacing what is at `to` and making the folders above it. No content is copied.
    pub fn copy(&mut self, from: &str, to: &str) -> Result<()> {
        self.tree.copy(from, to)?;
        self.log.add(&Line::Copy { from: from.to_owned(), to: to.to_owned() })
    }

    /// Returns when all content that came in is stored, or with the first error of that.
    pub fn settle(&self) -> Result<()> {
        self.pool.drain()
    }

    /// Ends the session without a version; log and content stay for [`Base::Resume`].
    pub fn keep(mut self) -> Result<()> {
        let stored = self.pool.drain();
        self.log.sync()?;
        stored
    }

    /// Ends the session for good. Content it brought stays until a clean-up: another device may rely on it by now.
    pub fn discard(self) -> Result<()> {
        let Session { pool, log, lease, .. } = self;
        drop(pool);
        let path = log.path().to_path_buf();
        drop(log);
        fs::remove_file(&path).map_err(at(&path))?;
        drop(lease);
        Ok(())
    }
}

/// The version that first held this at `path`, when the version before has the same there.
pub(crate) fn born(previous: Option<&List>, path: &str, kind: EntryKind, hash: &Hash) -> Option<u64> {
    let list = previous?;
    let row = list.row(list.find(path)?);
    (row.kind == kind && row.hash == *hash).then_some(row.born)
}
