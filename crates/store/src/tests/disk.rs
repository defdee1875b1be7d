//! A disk that remembers every write and every flush in the order they came, so that its power can be cut afterwards at
//! any of them, with any part lost of what was not flushed. A FUSE volume with one file, of which `mount` makes a disk.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, UNIX_EPOCH};

use fuser::{
    BackgroundSession, Errno, FileAttr, FileHandle, FileType, Filesystem, Generation, INodeNo, LockOwner, OpenFlags,
    ReplyAttr, ReplyData, ReplyEmpty, ReplyEntry, ReplyWrite, Request, TimeOrNow, WriteFlags,
};

use super::volume::{FileSystem, run};

/// What a drive writes whole or not at all, in bytes.
const SECTOR: usize = 4096;

/// The sectors that are not all zeros.
pub type Content = BTreeMap<u64, Arc<[u8]>>;

/// Something that happened to the disk; a write never reaches over the end of a sector.
#[derive(Clone)]
pub enum Event {
    Write {
        at: u64,
        bytes: Box<[u8]>,
    },
    /// All writes before are durable.
    Flush,
    /// Somebody was told that this many versions are there for good.
    Promise(usize),
}

/// Does to a content what the event did.
pub fn apply(content: &mut Content, event: &Event) {
    let Event::Write { at, bytes } = event else { return };
    let (sector, within) = (at / SECTOR as u64, (at % SECTOR as u64) as usize);
    let held = content.entry(sector).or_insert_with(|| Arc::new([0; SECTOR]));
    Arc::make_mut(held)[within..within + bytes.len()].copy_from_slice(bytes);
    if content[&sector].iter().all(|byte| *byte == 0) {
        content.remove(&sector);
    }
}

#[derive(Default)]
struct State {
    content: Content,
    events: Vec<Event>,
}

/// The disk, mounted as a volume or not; taken apart when dropped.
pub struct Disk {
    kind: FileSystem,
    state: Arc<Mutex<State>>,
    folder: tempfile::TempDir,
    /// The file has another name each time, so that no cache confuses two contents.
    turn: u64,
    _server: BackgroundSession,
}

impl Disk {
    /// A disk with a new file system; `None`, saying so, where this is not possible.
    pub fn make(kind: FileSystem) -> Option<Disk> {
        let folder = super::quick_folder();
        let (device, place) = (folder.path().join("device"), folder.path().join("volume"));
        [&device, &place].iter().for_each(|folder| std::fs::create_dir(folder).unwrap());
        let state = Arc::new(Mutex::new(State::default()));
        let server = Server { size: kind.size(), state: Arc::clone(&state) };
        let mounted = fuser::spawn_mount(server, &device, &fuser::Config::default());
        let server = mounted.inspect_err(|error| println!("skipped: no FUSE volume: {error}")).ok()?;
        let mut disk = Disk { kind, state, folder, turn: 0, _server: server };
        if !disk.kind.format(&disk.file()) || !disk.mount() {
            println!("skipped: {kind:?} cannot be made or mounted here");
            return None;
        }
        Some(disk)
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("device").join(self.turn.to_string())
    }

    /// Where the volume is mounted.
    pub fn place(&self) -> PathBuf {
        self.folder.path().join("volume")
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    #[must_use]
    fn mount(&mut self) -> bool {
        run("mount", &["-o", "loop", self.file().to_str().unwrap(), self.place().to_str().unwrap()])
    }

    fn unmount(&mut self) {
        assert!(run("umount", &[self.place().to_str().unwrap()]), "{:?} cannot be unmounted", self.kind);
        self.turn += 1;
    }

    /// Makes all that was written durable and forgets how it came.
    pub fn begin(&self) -> Content {
        assert!(run("sync", &["-f", self.place().to_str().unwrap()]));
        let mut state = self.state();
        state.events.clear();
        state.content.clone()
    }

    /// What happened since it began; the volume is gone afterwards.
    pub fn end(&mut self) -> Vec<Event> {
        let events = std::mem::take(&mut self.state().events);
        self.unmount();
        events
    }

    pub fn promise(&self, versions: usize) {
        self.state().events.push(Event::Promise(versions));
    }

    /// Mounts another content, shows it to `look` and unmounts it.
    pub fn with<T>(&mut self, content: Content, look: impl FnOnce(&Path) -> T) -> T {
        *self.state() = State { content, events: Vec::new() };
        assert!(self.mount(), "{:?} cannot be mounted after a cut", self.kind);
        let result = look(&self.place());
        self.unmount();
        result
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        for folder in ["volume", "device"] {
            run("umount", &["-l", self.folder.path().join(folder).to_str().unwrap()]);
        }
    }
}

/// What answers the kernel.
struct Server {
    size: u64,
    state: Arc<Mutex<State>>,
}

const ALWAYS: Duration = Duration::from_secs(3600);

impl Server {
    fn about(&self, node: INodeNo) -> FileAttr {
        let root = node == INodeNo::ROOT;
        FileAttr {
            ino: node,
            size: if root { 0 } else { self.size },
            blocks: 0,
            atime: UNIX_EPOCH,
            mtime: UNIX_EPOCH,
            ctime: UNIX_EPOCH,
            crtime: UNIX_EPOCH,
            kind: if root { FileType::Directory } else { FileType::RegularFile },
            perm: 0o700,
            nlink: 1,
            uid: 0,
            gid: 0,
            rdev: 0,
            blksize: SECTOR as u32,
            flags: 0,
        }
    }
}

impl Filesystem for Server {
    fn lookup(&self, _: &Request, _: INodeNo, name: &OsStr, reply: ReplyEntry) {
        match name.to_str().and_then(|name| name.parse::<u64>().ok()) {
            Some(turn) => reply.entry(&ALWAYS, &self.about(INodeNo(turn + 2)), Generation(0)),
            None => reply.error(Errno::ENOENT),
        }
    }

    fn getattr(&self, _: &Request, node: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        reply.attr(&ALWAYS, &self.about(node));
    }

    /// The size stays as it is; nothing else matters.
    fn setattr(
        &self,
        _: &Request,
        node: INodeNo,
        _: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        _: Option<u64>,
        _: Option<TimeOrNow>,
        _: Option<TimeOrNow>,
        _: Option<std::time::SystemTime>,
        _: Option<FileHandle>,
        _: Option<std::time::SystemTime>,
        _: Option<std::time::SystemTime>,
        _: Option<std::time::SystemTime>,
        _: Option<fuser::BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        reply.attr(&ALWAYS, &self.about(node));
    }

    fn read(
        &self,
        _: &Request,
        _: INodeNo,
        _: FileHandle,
        at: u64,
        length: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let state = self.state.lock().unwrap();
        let mut bytes = vec![0; u64::from(length).min(self.size.saturating_sub(at)) as usize];
        let end = at + bytes.len() as u64;
        let sectors = at / SECTOR as u64..end.div_ceil(SECTOR as u64);
        for (sector, held) in state.content.range(sectors) {
            let start = sector * SECTOR as u64;
            let (from, to) = (start.max(at), (start + SECTOR as u64).min(end));
            let piece = &held[(from - start) as usize..(to - start) as usize];
            bytes[(from - at) as usize..(to - at) as usize].copy_from_slice(piece);
        }
        reply.data(&bytes);
    }

    fn write(
        &self,
        _: &Request,
        _: INodeNo,
        _: FileHandle,
        at: u64,
        bytes: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let mut state = self.state.lock().unwrap();
        let (mut at, mut rest) = (at, bytes);
        while !rest.is_empty() {
            let (piece, left) = rest.split_at(rest.len().min(SECTOR - (at % SECTOR as u64) as usize));
            let event = Event::Write { at, bytes: piece.into() };
            apply(&mut state.content, &event);
            state.events.push(event);
            (at, rest) = (at + piece.len() as u64, left);
        }
        reply.written(bytes.len() as u32);
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        reply.ok();
    }

    fn fsync(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        self.state.lock().unwrap().events.push(Event::Flush);
        reply.ok();
    }
}
