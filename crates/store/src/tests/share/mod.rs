//! A share of a file server that fails the way SMB and NFS mounts do: a FUSE volume over a plain folder, and a fault that
//! comes after so many writes and stays until the share is mended.

mod answers;

use fuser::{
    BackgroundSession, Config, Errno, FileAttr, FileHandle, FileType, Generation, INodeNo, OpenFlags, TimeOrNow,
};
use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

/// What can be wrong with a share.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection drops: every call fails.
    Dropped,
    /// The server dies in the middle of a write: half of it is there, and every call after it fails.
    Killed,
    /// Every call takes this long before it is answered; once only.
    Stalled(Duration),
    /// Writes are taken and lost; only the flush or the close of the file says so.
    LostAtFlush,
    /// The server is full, and says so at once.
    Full,
    /// The quota is used up, and only the flush or the close of the file says so.
    OverQuota,
}

#[derive(Default)]
struct State {
    /// The fault to come, and after how many writes.
    coming: Option<(u64, Fault)>,
    fault: Option<Fault>,
    paths: Vec<PathBuf>,
    nodes: HashMap<PathBuf, u64>,
    files: HashMap<u64, Open>,
    handles: u64,
}

struct Open {
    file: Arc<File>,
    /// What the next flush or close of the file says.
    lost: Option<Errno>,
}

/// The mounted share; unmounted when dropped.
pub struct Share {
    place: PathBuf,
    state: Arc<Mutex<State>>,
    writes: Arc<AtomicU64>,
    _server: BackgroundSession,
}

impl Share {
    /// Serves `folder` at `place`; `None`, saying so, where this is not possible.
    pub fn mount(folder: &Path, place: &Path) -> Option<Share> {
        let (state, writes) = (Arc::new(Mutex::new(State::default())), Arc::new(AtomicU64::new(0)));
        let server = Server { folder: folder.to_path_buf(), state: Arc::clone(&state), writes: Arc::clone(&writes) };
        server.state().node(Path::new(""));
        let mounted = fuser::spawn_mount(server, place, &Config::default());
        let server = mounted.inspect_err(|error| println!("skipped: no FUSE volume: {error}")).ok()?;
        Some(Share { place: place.to_path_buf(), state, writes, _server: server })
    }

    /// Has the fault begin after so many more writes.
    pub fn fails(&self, after: u64, fault: Fault) {
        self.state.lock().unwrap().coming = Some((after, fault));
    }

    /// All is well again; returns whether anything was wrong.
    pub fn mend(&self) -> bool {
        let mut state = self.state.lock().unwrap();
        state.coming = None;
        state.fault.take().is_some()
    }

    /// Writes so far.
    pub fn writes(&self) -> u64 {
        self.writes.load(Ordering::Relaxed)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let _ = std::process::Command::new("umount").arg("-l").arg(&self.place).status();
    }
}

impl State {
    fn node(&mut self, path: &Path) -> u64 {
        if let Some(node) = self.nodes.get(path) {
            return *node;
        }
        self.paths.push(path.to_path_buf());
        let node = self.paths.len() as u64;
        self.nodes.insert(path.to_path_buf(), node);
        node
    }

    fn path(&self, node: INodeNo) -> PathBuf {
        self.paths[u64::from(node) as usize - 1].clone()
    }

    /// Everything at or below `from` is at `to` from now on.
    fn renamed(&mut self, from: &Path, to: &Path) {
        self.nodes.remove(to);
        for (index, path) in self.paths.iter_mut().enumerate() {
            if let Ok(below) = path.strip_prefix(from) {
                self.nodes.remove(path);
                *path = if below == Path::new("") { to.to_path_buf() } else { to.join(below) };
                self.nodes.insert(path.clone(), index as u64 + 1);
            }
        }
    }

    fn opened(&mut self, file: File) -> FileHandle {
        self.handles += 1;
        self.files.insert(self.handles, Open { file: Arc::new(file), lost: None });
        FileHandle(self.handles)
    }
}

struct Server {
    folder: PathBuf,
    state: Arc<Mutex<State>>,
    writes: Arc<AtomicU64>,
}

/// The kernel asks again each time.
const NEVER: Duration = Duration::ZERO;
const NEW: Generation = Generation(0);

/// Free blocks of 4 KiB: enough for any backup of a test, too little for a store to make its reserve.
const ROOM: u64 = 400_000;

type Result<T> = std::result::Result<T, Errno>;

fn errno(error: io::Error) -> Errno {
    Errno::from(error)
}

impl Server {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    fn real(&self, path: &Path) -> PathBuf {
        self.folder.join(path)
    }

    /// What every call meets first.
    fn reachable(&self) -> Result<()> {
        let fault = self.state().fault;
        match fault {
            Some(Fault::Dropped) => Err(Errno::EIO),
            Some(Fault::Killed) => Err(Errno::ENOTCONN),
            Some(Fault::Stalled(time)) => {
                self.state().fault = None;
                std::thread::sleep(time);
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn at(&self, node: INodeNo) -> Result<PathBuf> {
        self.reachable()?;
        Ok(self.state().path(node))
    }

    fn below(&self, parent: INodeNo, name: &OsStr) -> Result<PathBuf> {
        Ok(self.at(parent)?.join(name))
    }

    fn about(&self, path: &Path) -> Result<FileAttr> {
        let about = fs::symlink_metadata(self.real(path)).map_err(errno)?;
        Ok(attributes(self.state().node(path), &about))
    }

    /// As [`Server::below`], for what needs room on the server.
    fn room_for(&self, parent: INodeNo, name: &OsStr) -> Result<PathBuf> {
        let path = self.below(parent, name)?;
        if self.state().fault == Some(Fault::Full) { Err(Errno::ENOSPC) } else { Ok(path) }
    }

    fn make_folder(&self, parent: INodeNo, name: &OsStr) -> Result<FileAttr> {
        let path = self.room_for(parent, name)?;
        fs::create_dir(self.real(&path)).map_err(errno)?;
        self.about(&path)
    }

    fn make_file(&self, parent: INodeNo, name: &OsStr, mode: u32, flags: i32) -> Result<(FileAttr, FileHandle)> {
        let path = self.room_for(parent, name)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).create_new(flags & libc::O_EXCL != 0);
        options.truncate(flags & libc::O_TRUNC != 0);
        let file = options.open(self.real(&path)).map_err(errno)?;
        file.set_permissions(fs::Permissions::from_mode(mode & 0o777)).map_err(errno)?;
        Ok((self.about(&path)?, self.state().opened(file)))
    }

    fn open_file(&self, node: INodeNo, flags: OpenFlags) -> Result<FileHandle> {
        let path = self.at(node)?;
        let writing = flags.0 & libc::O_ACCMODE != libc::O_RDONLY;
        let truncate = writing && flags.0 & libc::O_TRUNC != 0;
        let file = OpenOptions::new().read(true).write(writing).truncate(truncate).open(self.real(&path));
        Ok(self.state().opened(file.map_err(errno)?))
    }

    fn read_file(&self, handle: FileHandle, at: u64, length: u32) -> Result<Vec<u8>> {
        self.reachable()?;
        let file = Arc::clone(&self.state().files[&u64::from(handle)].file);
        let (mut bytes, mut filled) = (vec![0; length as usize], 0);
        while filled < bytes.len() {
            match file.read_at(&mut bytes[filled..], at + filled as u64).map_err(errno)? {
                0 => break,
                count => filled += count,
            }
        }
        bytes.truncate(filled);
        Ok(bytes)
    }

    fn write_file(&self, handle: FileHandle, at: u64, bytes: &[u8]) -> Result<u32> {
        self.reachable()?;
        self.writes.fetch_add(1, Ordering::Relaxed);
        let mut state = self.state();
        let mut dies = false;
        if let Some((after, fault)) = state.coming {
            state.coming = (after > 0).then(|| (after - 1, fault));
            if after == 0 {
                state.fault = Some(fault);
                dies = fault == Fault::Killed;
            }
        }
        let fault = state.fault;
        let open = state.files.get_mut(&u64::from(handle)).ok_or(Errno::EBADF)?;
        match fault {
            Some(Fault::LostAtFlush) => open.lost = Some(Errno::EIO),
            Some(Fault::OverQuota) => open.lost = Some(Errno::EDQUOT),
            Some(Fault::Full) => return Err(Errno::ENOSPC),
            _ => {
                let file = Arc::clone(&open.file);
                drop(state);
                let arrives = if dies { &bytes[..bytes.len() / 2] } else { bytes };
                file.write_all_at(arrives, at).map_err(errno)?;
                self.reachable()?;
            }
        }
        Ok(bytes.len() as u32)
    }

    /// What a flush or a close says.
    fn flush_file(&self, handle: FileHandle) -> Result<()> {
        self.reachable()?;
        let mut state = self.state();
        match state.files.get_mut(&u64::from(handle)).and_then(|open| open.lost.take()) {
            Some(lost) => Err(lost),
            None => Ok(()),
        }
    }

    fn change(
        &self,
        node: INodeNo,
        mode: Option<u32>,
        size: Option<u64>,
        modified: Option<TimeOrNow>,
    ) -> Result<FileAttr> {
        let path = self.at(node)?;
        let real = self.real(&path);
        if let Some(mode) = mode {
            fs::set_permissions(&real, fs::Permissions::from_mode(mode & 0o777)).map_err(errno)?;
        }
        if let Some(size) = size {
            OpenOptions::new().write(true).open(&real).and_then(|file| file.set_len(size)).map_err(errno)?;
        }
        if let Some(modified) = modified {
            let time = match modified {
                TimeOrNow::SpecificTime(time) => time,
                TimeOrNow::Now => SystemTime::now(),
            };
            File::open(&real).and_then(|file| file.set_modified(time)).map_err(errno)?;
        }
        self.about(&path)
    }

    fn remove(&self, parent: INodeNo, name: &OsStr, how: fn(PathBuf) -> io::Result<()>) -> Result<()> {
        let path = self.below(parent, name)?;
        how(self.real(&path)).map_err(errno)?;
        self.state().nodes.remove(&path);
        Ok(())
    }

    fn rename_entry(&self, from: (INodeNo, &OsStr), to: (INodeNo, &OsStr)) -> Result<()> {
        let (from, to) = (self.below(from.0, from.1)?, self.below(to.0, to.1)?);
        fs::rename(self.real(&from), self.real(&to)).map_err(errno)?;
        self.state().renamed(&from, &to);
        Ok(())
    }

    /// Free blocks of 4 KiB.
    fn room(&self) -> Result<u64> {
        self.reachable()?;
        Ok(if matches!(self.state().fault, Some(Fault::Full | Fault::OverQuota)) { 0 } else { ROOM })
    }

    fn names(&self, node: INodeNo) -> Result<Vec<(u64, FileType, std::ffi::OsString)>> {
        let folder = self.at(node)?;
        let mut names: Vec<_> = fs::read_dir(self.real(&folder)).map_err(errno)?.flatten().collect();
        names.sort_by_key(fs::DirEntry::file_name);
        let mut state = self.state();
        let entry = |entry: fs::DirEntry| {
            let kind = FileType::from_std(entry.file_type().ok()?)?;
            Some((state.node(&folder.join(entry.file_name())), kind, entry.file_name()))
        };
        Ok(names.into_iter().filter_map(entry).collect())
    }
}

fn attributes(node: u64, about: &Metadata) -> FileAttr {
    FileAttr {
        ino: INodeNo(node),
        size: about.len(),
        blocks: about.blocks(),
        atime: about.accessed().unwrap_or(SystemTime::UNIX_EPOCH),
        mtime: about.modified().unwrap_or(SystemTime::UNIX_EPOCH),
        ctime: about.modified().unwrap_or(SystemTime::UNIX_EPOCH),
        crtime: SystemTime::UNIX_EPOCH,
        kind: FileType::from_std(about.file_type()).unwrap_or(FileType::RegularFile),
        perm: (about.mode() & 0o777) as u16,
        nlink: about.nlink() as u32,
        uid: about.uid(),
        gid: about.gid(),
        rdev: 0,
        blksize: 4096,
        flags: 0,
    }
}
