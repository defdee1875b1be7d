//! Who writes to a device: a file lock for this computer, a small file in the store for all others.
//!
//! Two sessions on one device would waste work; they could not damage anything.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::error::{at, writing};
use crate::fault::point;
use crate::layout::Layout;
use crate::{Error, Result};

/// The name under which a clean-up takes its lease; no device may have it.
pub(crate) const CLEAN_UP: &str = "gc";

/// A lease not renewed for this long is no lease, in milliseconds.
pub(crate) const STALE: u64 = 10 * 60 * 1000;
const RENEW: Duration = Duration::from_secs(60);
/// Writing a lease takes less.
const PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 50 } else { 5000 });

/// Recovery holds the local lock for less, unless the log it reads is very long.
const LOCAL_PATIENCE: Duration = Duration::from_millis(if cfg!(test) { 500 } else { 2000 });

/// The content of a lease file.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Holder {
    /// A name made up once for this computer; host names are not unique.
    pub computer: Uuid,
    /// For people.
    pub host: String,
    pub pid: u32,
    pub session: Uuid,
    /// When it was last renewed, Unix milliseconds.
    pub time: i64,
}

impl Holder {
    pub fn is_fresh(&self) -> bool {
        self.time.abs_diff(now()) < STALE
    }
}

/// Now, in Unix milliseconds.
pub(crate) fn now() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
}

/// The lock on a device of a store that other sessions on this computer see. Ends with the process.
pub(crate) struct LocalLock {
    file: File,
}

impl Drop for LocalLock {
    fn drop(&mut self) {
        // Closing is not enough: a process being started just now holds a copy of the handle for a moment.
        let _ = fs4::FileExt::unlock(&self.file);
    }
}

impl LocalLock {
    /// `None` when another session holds it.
    pub fn try_take(sessions: &Path, store: &str, udid: &str) -> Result<Option<LocalLock>> {
        let path = sessions.join(format!("{store}.{udid}.lock"));
        let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path).map_err(at(&path))?;
        match fs4::FileExt::try_lock(&file) {
            Ok(()) => Ok(Some(LocalLock { file })),
            Err(fs4::TryLockError::WouldBlock) => Ok(None),
            Err(fs4::TryLockError::Error(error)) => Err(at(&path)(error)),
        }
    }

    /// As [`LocalLock::try_take`]; gives a recovery that runs just now some time to end.
    fn take_patiently(sessions: &Path, store: &str, udid: &str) -> Result<Option<LocalLock>> {
        let since = Instant::now();
        loop {
            match LocalLock::try_take(sessions, store, udid)? {
                None if since.elapsed() < LOCAL_PATIENCE => std::thread::sleep(LOCAL_PATIENCE / 40),
                result => return Ok(result),
            }
        }
    }
}

/// The right to write to a device, kept until dropped.
pub(crate) struct Lease {
    path: PathBuf,
    holder: Holder,
    /// When the file was last written, Unix milliseconds; stays old after a pause in which
    /// it may have counted for nothing.
    renewed: Arc<AtomicI64>,
    ended: Arc<(Mutex<bool>, Condvar)>,
    renewing: Option<JoinHandle<()>>,
    _lock: LocalLock,
}

impl Lease {
    /// Fails with [`Error::DeviceBusy`] while another session holds it.
    pub fn take(layout: &Layout, sessions: &Path, store: &str, udid: &str, session: Uuid) -> Result<Lease> {
        let computer = computer(sessions)?;
        let busy = |holder: String| Error::DeviceBusy { udid: udid.to_owned(), holder };
        let lock = LocalLock::take_patiently(sessions, store, udid)?.ok_or_else(|| busy("this computer".into()))?;
        let path = layout.lease(udid);
        match read_patiently(&path)? {
            Found::Nothing => {}
            // With the local lock in hand, a lease of this computer is what a killed process left.
            Found::Holder(holder) if holder.computer != computer && holder.is_fresh() => {
                return Err(busy(holder.host));
            }
            Found::Holder(_) | Found::Unclear => remove(&path)?,
        }
        let holder = Holder { computer, host: host_name(), pid: std::process::id(), session, time: now() };
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(mut file) => {
                point("lease created");
                let bytes = json(&holder);
                if let Err(error) = file.write_all(&bytes) {
                    // Empty, it would keep everybody out for a while: on a full disk also the clean-up that makes room.
                    let _ = remove(&path);
                    return Err(writing(&path, bytes.len() as u64)(error));
                }
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(busy("another computer".into())),
            Err(error) => return Err(at(&path)(error)),
        }
        point("lease written");
        let ended = Arc::new((Mutex::new(false), Condvar::new()));
        let renewed = Arc::new(AtomicI64::new(holder.time));
        let renewing = Some(renew(path.clone(), holder.clone(), Arc::clone(&renewed), Arc::clone(&ended)));
        Ok(Lease { path, holder, renewed, ended, renewing, _lock: lock })
    }

    /// Writes the lease anew just now. Fails with [`Error::DeviceBusy`] when another session has taken it meanwhile.
    pub fn hold(&self) -> Result<()> {
        if let Found::Holder(found) = read(&self.path)?
            && found.session != self.holder.session
        {
            let udid = self.path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            return Err(Error::DeviceBusy { udid, holder: found.host });
        }
        let time = now();
        write_over(&self.path, &Holder { time, ..self.holder.clone() })?;
        self.renewed.store(time, Ordering::SeqCst);
        Ok(())
    }

    /// Whether the lease has counted all the time since [`Lease::hold`], for every other computer.
    pub fn held(&self) -> bool {
        let ours = matches!(read(&self.path), Ok(Found::Holder(found)) if found.session == self.holder.session);
        ours && self.renewed.load(Ordering::SeqCst).abs_diff(now()) < STALE / 2
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        *self.ended.0.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.ended.1.notify_all();
        if let Some(thread) = self.renewing.take() {
            let _ = thread.join();
        }
        if matches!(read(&self.path), Ok(Found::Holder(holder)) if holder.session == self.holder.session) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

/// Writes the lease anew every minute, as long as it is ours. A failed renewal is not an error: the next may do.
fn renew(
    path: PathBuf,
    mut holder: Holder,
    renewed: Arc<AtomicI64>,
    ended: Arc<(Mutex<bool>, Condvar)>,
) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut over = ended.0.lock().unwrap_or_else(PoisonError::into_inner);
        while !*over {
            let (state, timeout) = ended.1.wait_timeout(over, RENEW).unwrap_or_else(PoisonError::into_inner);
            over = state;
            let ours = || matches!(read(&path), Ok(Found::Holder(found)) if found.session == holder.session);
            if timeout.timed_out() && !*over && ours() {
                holder.time = now();
                let written = write_over(&path, &holder).is_ok();
                // After a long pause, as of a computer asleep, it stays told until the lease is held anew.
                let _ = renewed.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |last| {
                    (written && last.abs_diff(holder.time) < STALE / 2).then_some(holder.time)
                });
            }
        }
    })
}

/// Writes a lease anew, in the place of the old one: on a full disk, too, and never empty in between.
fn write_over(path: &Path, holder: &Holder) -> Result<()> {
    let bytes = json(holder);
    let mut file = OpenOptions::new().write(true).create(true).truncate(false).open(path).map_err(at(path))?;
    let written = file.write_all(&bytes).and_then(|()| file.set_len(bytes.len() as u64));
    written.map_err(writing(path, bytes.len() as u64))
}

/// What a lease file says.
pub(crate) enum Found {
    Nothing,
    Holder(Holder),
    /// Being written just now, or left half-written by a killed process.
    Unclear,
}

/// Reads a lease file.
pub(crate) fn read(path: &Path) -> Result<Found> {
    match fs::read(path) {
        Ok(bytes) => Ok(match serde_json::from_slice(&bytes) {
            Ok(holder) => Found::Holder(holder),
            Err(_) => Found::Unclear,
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Found::Nothing),
        Err(error) => Err(at(path)(error)),
    }
}

/// Whether the holder may still be at work; `local` tells whether a lease of this computer is.
pub(crate) fn is_live(found: &Found, computer: Uuid, local: impl FnOnce() -> bool) -> bool {
    match found {
        Found::Nothing => false,
        Found::Unclear => true,
        Found::Holder(holder) if holder.computer == computer => local(),
        Found::Holder(holder) => holder.is_fresh(),
    }
}

/// As [`read`]; gives one that is being written some time to become clear.
fn read_patiently(path: &Path) -> Result<Found> {
    let since = Instant::now();
    loop {
        match read(path)? {
            Found::Unclear if since.elapsed() < PATIENCE => std::thread::sleep(PATIENCE / 10),
            found => return Ok(found),
        }
    }
}

fn remove(path: &Path) -> Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(path)(error)),
        _ => Ok(()),
    }
}

fn json(holder: &Holder) -> Vec<u8> {
    serde_json::to_vec(holder).unwrap_or_default()
}

/// The made-up name of this computer, kept in the sessions folder.
pub(crate) fn computer(sessions: &Path) -> Result<Uuid> {
    let path = sessions.join("computer");
    let read = || fs::read_to_string(&path).ok().and_then(|text| text.trim().parse().ok());
    if let Some(known) = read() {
        return Ok(known);
    }
    let made = Uuid::new_v4();
    let mut file = tempfile::NamedTempFile::new_in(sessions).map_err(at(sessions))?;
    file.write_all(made.to_string().as_bytes()).map_err(at(&path))?;
    // Whoever comes second at the very first start takes the name of the first; a damaged one is replaced.
    match file.persist_noclobber(&path) {
        Ok(_) => Ok(made),
        Err(taken) => match read() {
            Some(known) => Ok(known),
            None => taken.file.persist(&path).map(|_| made).map_err(|error| at(&path)(error.error)),
        },
    }
}

/// What this computer is called, for people.
pub(crate) fn host_name() -> String {
    #[cfg(unix)]
    {
        let mut buffer = [0u8; 256];
        // SAFETY: the buffer is as long as told; its last byte stays 0.
        let done = unsafe { libc::gethostname(buffer.as_mut_ptr().cast(), buffer.len() - 1) } == 0;
        let length = buffer.iter().position(|byte| *byte == 0).unwrap_or(0);
        if done && length > 0 {
            return String::from_utf8_lossy(&buffer[..length]).into_owned();
        }
    }
    std::env::var("COMPUTERNAME").unwrap_or_else(|_| "another computer".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place() -> (tempfile::TempDir, Layout, PathBuf) {
        let folder = tempfile::tempdir().unwrap();
        let layout = Layout::new(folder.path());
        let sessions = folder.path().join("sessions");
        fs::create_dir_all(layout.leases()).unwrap();
        fs::create_dir_all(&sessions).unwrap();
        (folder, layout, sessions)
    }

    fn holder(time: i64) -> Holder {
        Holder { computer: Uuid::new_v4(), host: "den".into(), pid: 1, session: Uuid::new_v4(), time }
    }

    #[test]
    fn a_fresh_lease_of_another_computer_is_respected() {
        let (_folder, layout, sessions) = place();
        fs::write(layout.lease("A"), json(&holder(now() - 60_000))).unwrap();
        let result = Lease::take(&layout, &sessions, "s", "A", Uuid::new_v4());
        assert!(matches!(result, Err(Error::DeviceBusy { holder, .. }) if holder == "den"));
    }

    #[test]
    fn a_lease_that_was_never_written_does_not_block() {
        let (_folder, layout, sessions) = place();
        fs::write(layout.lease("A"), b"{\"comp").unwrap();
        Lease::take(&layout, &sessions, "s", "A", Uuid::new_v4()).unwrap();
    }

    #[test]
    fn a_stale_lease_is_taken_over_and_given_back() {
        let (_folder, layout, sessions) = place();
        fs::write(layout.lease("A"), json(&holder(now() - STALE as i64))).unwrap();
        let session = Uuid::new_v4();
        let lease = Lease::take(&layout, &sessions, "s", "A", session).unwrap();
        assert!(matches!(read(&layout.lease("A")).unwrap(), Found::Holder(holder) if holder.session == session));
        drop(lease);
        assert!(!layout.lease("A").exists());
    }

    #[test]
    fn a_lease_written_anew_is_the_same_file_and_whole() {
        let (_folder, layout, sessions) = place();
        let lease = Lease::take(&layout, &sessions, "s", "A", Uuid::new_v4()).unwrap();
        let path = layout.lease("A");
        // As an older, longer one.
        fs::write(&path, [json(&lease.holder), vec![b' '; 50]].concat()).unwrap();
        let beside = path.with_extension("beside");
        fs::hard_link(&path, &beside).unwrap();
        lease.hold().unwrap();
        let Found::Holder(holder) = read(&beside).unwrap() else { panic!("another file, or half of one") };
        assert_eq!(holder.session, lease.holder.session);
        assert_eq!(fs::metadata(&path).unwrap().len(), json(&holder).len() as u64);
    }

    #[test]
    fn what_a_killed_process_left_does_not_block() {
        let (_folder, layout, sessions) = place();
        let left = Holder { computer: computer(&sessions).unwrap(), ..holder(now()) };
        fs::write(layout.lease("A"), json(&left)).unwrap();
        Lease::take(&layout, &sessions, "s", "A", Uuid::new_v4()).unwrap();
        assert_eq!(computer(&sessions).unwrap(), left.computer);
    }
}
