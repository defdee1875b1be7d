//! A few threads that store small files, so that many of them in a row do not wait for the disk one by one.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;

use crate::layout::Hash;
use crate::objects::Objects;
use crate::{Error, Result};

/// A disk at hand keeps one busy; a server wants many files under way at once.
const THREADS: usize = 8;
/// So many files are handed over at once: waking a thread costs as much as writing a small file.
const HANDFUL: usize = 16;
/// Or so many bytes.
const HANDFUL_BYTES: usize = 1 << 20;
/// The most files and bytes that wait or are being written.
const MOST_FILES: usize = 512;
const MOST_BYTES: usize = 64 << 20;

/// The threads; ended and joined on drop, after what is being written now.
pub(crate) struct Pool {
    shared: Arc<Shared>,
    threads: Vec<JoinHandle<()>>,
}

struct Shared {
    objects: Arc<Objects>,
    state: Mutex<State>,
    /// There is work for one more thread.
    work: Condvar,
    /// Something was stored; told only while [`State::waiters`] is above 0.
    stored: Condvar,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<(Hash, Vec<u8>)>,
    /// Everything waiting or being written.
    pending: HashSet<Hash>,
    /// Threads at work.
    busy: usize,
    /// Callers that wait for something to be stored.
    waiters: usize,
    bytes: usize,
    /// Bytes of files that were not there yet.
    written: u64,
    /// Bytes of files that were there.
    found: u64,
    error: Option<Error>,
    failed: bool,
    closed: bool,
}

impl Shared {
    fn state(&self) -> MutexGuard<'_, State> {
        // The state is only ever changed in whole steps, so it is sound even after a panic elsewhere.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has a thread begin with what waits, and returns once something was stored.
    fn wait<'a>(&self, mut state: MutexGuard<'a, State>) -> MutexGuard<'a, State> {
        if state.busy == 0 {
            self.work.notify_one();
        }
        state.waiters += 1;
        state = self.stored.wait(state).unwrap_or_else(PoisonError::into_inner);
        state.waiters -= 1;
        state
    }

    fn work(&self) {
        let mut state = self.state();
        loop {
            while state.waiting.is_empty() && !state.closed {
                state = self.work.wait(state).unwrap_or_else(PoisonError::into_inner);
            }
            let Some((hash, bytes)) = state.waiting.pop_front() else { return };
            state.busy += 1;
            drop(state);
            let result = self.objects.put(&hash, &bytes);
            state = self.state();
            state.busy -= 1;
            state.pending.remove(&hash);
            state.bytes -= bytes.len();
            match result {
                Ok(true) => state.written += bytes.len() as u64,
                Ok(false) => state.found += bytes.len() as u64,
                Err(error) => state.fail(error),
            }
            if state.waiters > 0 {
                self.stored.notify_all();
            }
        }
    }
}

impl State {
    /// Remembers the first error and gives up what waits: the session cannot be committed any more.
    fn fail(&mut self, error: Error) {
        self.failed = true;
        self.error.get_or_insert(error);
        for (hash, bytes) in self.waiting.drain(..) {
            self.pending.remove(&hash);
            self.bytes -= bytes.len();
        }
    }

    fn check(&mut self) -> Result<()> {
        match self.error.take() {
            Some(error) => Err(error),
            None if self.failed => Err(Error::SessionFailed),
            None => Ok(()),
        }
    }
}

impl Pool {
    pub fn new(objects: Arc<Objects>) -> Pool {
        let shared =
            Arc::new(Shared { objects, state: Mutex::default(), work: Condvar::new(), stored: Condvar::new() });
        let start = |_| {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || shared.work())
        };
        let threads = (0..THREADS).map(start).collect();
        Pool { shared, threads }
    }

    /// Has `bytes` stored as `hash` soon; waits while too much is under way.
    ///
    /// Fails when an earlier write failed: with its error the first time, then with [`Error::SessionFailed`].
    pub fn put(&self, hash: Hash, bytes: Vec<u8>) -> Result<()> {
        let mut state = self.shared.state();
        loop {
            state.check()?;
            let full = state.pending.len() >= MOST_FILES || state.bytes + bytes.len() > MOST_BYTES;
            if !full || state.pending.is_empty() {
                break;
            }
            state = self.shared.wait(state);
        }
        if state.pending.insert(hash) {
            state.bytes += bytes.len();
            state.waiting.push_back((hash, bytes));
            // Those at work go on by themselves; another one is called when more comes than they get done.
            let hands = state.busy + 1;
            if state.waiting.len() >= HANDFUL * hands || state.bytes >= HANDFUL_BYTES * hands {
                self.shared.work.notify_one();
            }
        } else {
            state.found += bytes.len() as u64;
        }
        Ok(())
    }

    /// Returns when `hash` is not on its way any more.
    pub fn settle(&self, hash: &Hash) {
        let mut state = self.shared.state();
        while state.pending.contains(hash) {
            state = self.shared.wait(state);
        }
    }

    /// Returns when everything is stored, or with the first error.
    pub fn drain(&self) -> Result<()> {
        let mut state = self.shared.state();
        while !state.pending.is_empty() {
            state = self.shared.wait(state);
        }
        state.check()
    }

    /// Bytes written and bytes found to be there, so far.
    pub fn sums(&self) -> (u64, u64) {
        let state = self.shared.state();
        (state.written, state.found)
    }
}

impl Drop for Pool {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        state.closed = true;
        state.waiting.clear();
        drop(state);
        self.shared.work.notify_all();
        for thread in self.threads.drain(..) {
            let _ = thread.join();
        }
    }
}
