//! The thread that stores files, and the async side's handle on it.
//!
//! Commands go over in batches through a bounded channel, so that hashing and writing overlap with reading TLS, small
//! files cost no round trip, and memory stays flat: at most [`QUEUE`] batches of about [`BATCH_BYTES`] wait.

use super::BackupFiles;
use super::stop::Stop;
use crate::{Error, Result};
use bytes::Bytes;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot};
use wire::devicelink::status;

const QUEUE: usize = 16;
const BATCH_BYTES: usize = 256 << 10;
const BATCH_COMMANDS: usize = 256;

pub(super) type Work = Box<dyn FnOnce(&mut dyn BackupFiles) + Send>;

enum Command {
    Begin { device_path: String, path: String },
    Write(Bytes),
    Commit,
    Abort { device_path: String, path: String, code: u8, text: String },
    Settle(oneshot::Sender<Settled>),
    Do(Work),
}

/// What became of the files since the last time it was asked.
#[derive(Debug, Default)]
pub(super) struct Settled {
    pub(super) files: u64,
    pub(super) bytes: u64,
    /// The first file that could not be stored.
    pub(super) failure: Option<(String, io::Error)>,
    /// The disk is full, since now or earlier.
    pub(super) full: bool,
}

/// Sends work to the files thread. A disk may keep that thread for ever: a wish to stop ends every wait for it.
pub(super) struct Worker {
    queue: mpsc::Sender<Vec<Command>>,
    stop: Stop,
    batch: Vec<Command>,
    batch_bytes: usize,
}

/// Work the files' thread was given.
pub(super) struct Underway<T> {
    result: oneshot::Receiver<T>,
    stop: Stop,
}

impl<T> Underway<T> {
    pub(super) async fn done(self) -> Result<T> {
        self.stop.or_now(self.result).await?.map_err(|_| Error::FilesStopped)
    }
}

/// Gives the files back at the end.
pub(super) struct Finished<F> {
    thread: JoinHandle<(F, bool)>,
}

impl Worker {
    pub(super) fn start<F: BackupFiles + 'static>(files: F, stop: Stop) -> (Worker, Finished<F>) {
        let (queue, commands) = mpsc::channel(QUEUE);
        let thread = std::thread::spawn(move || serve(files, commands));
        (Worker { queue, stop, batch: Vec::new(), batch_bytes: 0 }, Finished { thread })
    }

    pub(super) async fn begin(&mut self, device_path: String, path: String) -> Result<()> {
        let length = device_path.len() + path.len();
        self.push(Command::Begin { device_path, path }, length).await
    }

    pub(super) async fn write(&mut self, data: Bytes) -> Result<()> {
        let length = data.len();
        self.push(Command::Write(data), length).await
    }

    pub(super) async fn commit(&mut self) -> Result<()> {
        self.push(Command::Commit, 0).await
    }

    pub(super) async fn abort(&mut self, device_path: String, path: String, code: u8, text: String) -> Result<()> {
        let length = device_path.len() + path.len() + text.len();
        self.push(Command::Abort { device_path, path, code, text }, length).await
    }

    /// Waits until everything sent so far is stored or failed.
    pub(super) async fn settle(&mut self) -> Result<Settled> {
        let (sender, settled) = oneshot::channel();
        self.push(Command::Settle(sender), 0).await?;
        self.flush().await?;
        self.stop.or_now(settled).await?.map_err(|_| Error::FilesStopped)
    }

    /// Runs `work` after everything sent so far and returns its result.
    pub(super) async fn run<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut dyn BackupFiles) -> T + Send + 'static,
    ) -> Result<T> {
        self.begin_work(work).await?.done().await
    }

    /// The same, without waiting for the result.
    pub(super) async fn begin_work<T: Send + 'static>(
        &mut self,
        work: impl FnOnce(&mut dyn BackupFiles) -> T + Send + 'static,
    ) -> Result<Underway<T>> {
        let (sender, result) = oneshot::channel();
        let work: Work = Box::new(move |files| drop(sender.send(work(files))));
        self.push(Command::Do(work), 0).await?;
        self.flush().await?;
        Ok(Underway { result, stop: self.stop.clone() })
    }

    /// Sends the rest: what arrived before the end is kept. Waits for the thread, wish to stop or not.
    pub(super) async fn close(mut self) {
        // A thread that is gone says so when it is joined.
        let _ = self.queue.send(std::mem::take(&mut self.batch)).await;
    }

    async fn push(&mut self, command: Command, bytes: usize) -> Result<()> {
        self.batch.push(command);
        self.batch_bytes += bytes;
        if self.batch_bytes >= BATCH_BYTES || self.batch.len() >= BATCH_COMMANDS {
            self.flush().await?;
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<()> {
        // Where a wish to stop comes first, the batch stays for the end.
        let room = self.stop.or_now(self.queue.reserve()).await?.map_err(|_| Error::FilesStopped)?;
        room.send(std::mem::replace(&mut self.batch, Vec::with_capacity(BATCH_COMMANDS)));
        self.batch_bytes = 0;
        Ok(())
    }
}

impl<F: Send + 'static> Finished<F> {
    /// Waits for the thread, whose [`Worker`] must be gone. `true` when it panicked in the files' code.
    pub(super) async fn files(self) -> (F, bool) {
        let joined = tokio::task::spawn_blocking(|| self.thread.join()).await;
        match joined {
            Ok(Ok(back)) => back,
            // The thread's own code catches the panics of the files; what is left is ours.
            Ok(Err(panic)) => std::panic::resume_unwind(panic),
            Err(error) => std::panic::resume_unwind(error.into_panic()),
        }
    }
}

fn serve<F: BackupFiles>(files: F, mut commands: mpsc::Receiver<Vec<Command>>) -> (F, bool) {
    let mut desk = Desk { files, open: None, settled: Settled::default(), full: false };
    while let Some(batch) = commands.blocking_recv() {
        // After a panic nothing more is asked of the files; they go back for the owner to judge.
        if catch_unwind(AssertUnwindSafe(|| batch.into_iter().for_each(|command| desk.take(command)))).is_err() {
            return (desk.files, true);
        }
    }
    if let Some((device_path, path)) = desk.open.take() {
        let cut = catch_unwind(AssertUnwindSafe(|| desk.files.abort(&device_path, &path, 0, "the connection was cut")));
        return (desk.files, cut.is_err());
    }
    (desk.files, false)
}

/// The thread's side: carries commands out, remembers what failed, keeps going.
struct Desk<F> {
    files: F,
    /// Device path and path of the file being written; `None` while one that failed is skipped.
    open: Option<(String, String)>,
    settled: Settled,
    /// Nothing more is tried after a full disk: the phone is told at the end of its batch.
    full: bool,
}

impl<F: BackupFiles> Desk<F> {
    fn take(&mut self, command: Command) {
        match command {
            Command::Begin { device_path, path } => {
                if !self.full {
                    match self.files.begin(&device_path, &path) {
                        Ok(()) => self.open = Some((device_path, path)),
                        Err(error) => self.fail(device_path, path, error),
                    }
                }
            }
            Command::Write(data) => {
                if self.open.is_some() {
                    let written = self.files.write(&data);
                    self.settled.bytes += if written.is_ok() { data.len() as u64 } else { 0 };
                    self.check(written);
                }
            }
            Command::Commit => {
                if self.open.is_some() {
                    let committed = self.files.commit();
                    self.settled.files += u64::from(committed.is_ok());
                    self.check(committed);
                    self.open = None;
                }
            }
            Command::Abort { device_path, path, code, text } => {
                self.open = None;
                self.files.abort(&device_path, &path, code, &text);
            }
            Command::Settle(sender) => {
                let settled = std::mem::take(&mut self.settled);
                drop(sender.send(Settled { full: self.full, ..settled }));
            }
            Command::Do(work) => work(&mut self.files),
        }
    }

    fn check(&mut self, result: io::Result<()>) {
        if let Err(error) = result
            && let Some((device_path, path)) = self.open.take()
        {
            self.fail(device_path, path, error);
        }
    }

    fn fail(&mut self, device_path: String, path: String, error: io::Error) {
        self.files.abort(&device_path, &path, 0, &error.to_string());
        self.full |= super::errno::code(&error) == status::NO_SPACE;
        self.settled.failure.get_or_insert((path, error));
    }
}
