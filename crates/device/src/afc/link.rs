//! One AFC connection: two tasks own it, so that whoever waits for an answer may stop waiting at any time.

use crate::stream::{Socket, lost, within};
use crate::{Error, Result};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf};
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::task::AbortOnDropHandle;
use wire::afc::{self, HEADER, Header};

/// Longest silence while an answer is due: a phone answers within a second or so; a sleeping disk takes longer.
const PATIENCE: Duration = Duration::from_secs(30);
const GLANCE: Duration = Duration::from_secs(1);
/// Sent at once; a slow network takes its time with each.
const PIECE: usize = 32 << 10;
/// How long a connection nobody uses any more waits for answers, so that the phone gets to close its files.
const LINGER: Duration = Duration::from_secs(1);
const DOING: &str = "reading files of the device";

/// One operation.
pub(super) struct Ask {
    pub(super) operation: u64,
    pub(super) arguments: Vec<u8>,
    pub(super) payload: Vec<u8>,
    /// Longest answer accepted.
    pub(super) limit: usize,
    /// `None`: nobody cares for the answer.
    pub(super) answer: Waiter,
}

type Waiter = Option<oneshot::Sender<Result<Answer>>>;

/// An answer; its arguments and payload come as one.
pub(super) struct Answer {
    pub(super) operation: u64,
    pub(super) body: Vec<u8>,
}

/// Starts the tasks. They end when every sender is gone or the connection is.
pub(super) fn start(socket: Socket) -> mpsc::UnboundedSender<Ask> {
    let (asks, asked) = mpsc::unbounded_channel();
    let (read, write) = tokio::io::split(socket);
    let waiting = Arc::new(Waiting::default());
    let reading = AbortOnDropHandle::new(tokio::spawn(hear(read, waiting.clone())));
    tokio::spawn(async move {
        // Held here: with the asking ends the hearing, and with both the connection.
        let _reading = reading;
        if say(write, asked, &waiting).await.is_ok() {
            let _ = tokio::time::timeout(LINGER, waiting.answered()).await;
        }
        waiting.end();
    });
    asks
}

/// Who waits for which packet number.
#[derive(Default)]
struct Waiting {
    table: Mutex<Table>,
    changed: Notify,
}

#[derive(Default)]
struct Table {
    open: BTreeMap<u64, Due>,
    ended: bool,
}

struct Due {
    limit: usize,
    waiter: Waiter,
    since: Instant,
}

impl Waiting {
    fn table(&self) -> MutexGuard<'_, Table> {
        self.table.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether an answer can still come.
    fn expect(&self, number: u64, limit: usize, waiter: Waiter) -> bool {
        let mut table = self.table();
        if !table.ended {
            table.open.insert(number, Due { limit, waiter, since: Instant::now() });
        }
        !table.ended
    }

    /// Since when the oldest answer is due.
    fn oldest(&self) -> Option<Instant> {
        self.table().open.first_key_value().map(|(_, due)| due.since)
    }

    /// Says why the connection ends to one who waits, and to the others that it does.
    fn fail(&self, error: Error) {
        let mut error = Some(error);
        for (_, due) in std::mem::take(&mut self.table().open) {
            if let Some(waiter) = due.waiter.filter(|waiter| !waiter.is_closed()) {
                let _ = waiter.send(Err(error.take().unwrap_or(Error::Disconnected)));
            }
        }
    }

    /// The connection is over: dropping the senders tells everyone.
    fn end(&self) {
        let mut table = self.table();
        table.ended = true;
        table.open.clear();
        self.changed.notify_one();
    }

    async fn answered(&self) {
        while !self.table().open.is_empty() {
            self.changed.notified().await;
        }
    }
}

async fn say(mut out: WriteHalf<Socket>, mut asked: mpsc::UnboundedReceiver<Ask>, waiting: &Waiting) -> Result<()> {
    let mut number = 0;
    while let Some(ask) = asked.recv().await {
        number += 1;
        if !waiting.expect(number, ask.limit, ask.answer) {
            return Err(Error::Disconnected);
        }
        let packet = afc::encode(number, ask.operation, &ask.arguments, &ask.payload);
        for piece in packet.chunks(PIECE) {
            within(PATIENCE, DOING, async { out.write_all(piece).await.map_err(lost(DOING)) }).await?;
        }
        within(PATIENCE, DOING, async { out.flush().await.map_err(lost(DOING)) }).await?;
    }
    Ok(())
}

async fn hear(mut from: ReadHalf<Socket>, waiting: Arc<Waiting>) {
    if let Err(error) = relay(&mut from, &waiting).await {
        if !matches!(error, Error::Disconnected) {
            tracing::warn!(%error, "the device's file service is given up");
        }
        waiting.fail(error);
    }
    waiting.end();
}

async fn relay(from: &mut ReadHalf<Socket>, waiting: &Waiting) -> Result<()> {
    loop {
        let mut header = [0; HEADER];
        fill(from, &mut header, waiting).await?;
        let header = Header::decode(header)?;
        let limit = waiting.table().open.get(&header.number).map(|due| due.limit);
        let limit = limit.ok_or(Error::Unexpected { doing: DOING })?;
        let length = header.arguments() + header.payload();
        if length > limit {
            return Err(wire::Error::TooLong { length: length as u64, limit: limit as u64 }.into());
        }
        let mut body = vec![0; length];
        fill(from, &mut body, waiting).await?;
        if let Some(waiter) = waiting.table().open.remove(&header.number).and_then(|due| due.waiter) {
            let _ = waiter.send(Ok(Answer { operation: header.operation, body }));
        }
        waiting.changed.notify_one();
    }
}

/// Fills `buffer`; [`Error::TimedOut`] when an answer is due and nothing comes for too long.
async fn fill(from: &mut ReadHalf<Socket>, buffer: &mut [u8], waiting: &Waiting) -> Result<()> {
    let (mut filled, mut heard) = (0, Instant::now());
    while filled < buffer.len() {
        match tokio::time::timeout(GLANCE, from.read(&mut buffer[filled..])).await {
            Ok(read) => match read.map_err(lost(DOING))? {
                0 => return Err(Error::Disconnected),
                length => {
                    filled += length;
                    heard = Instant::now();
                }
            },
            Err(_) if waiting.oldest().is_some_and(|since| since.max(heard).elapsed() >= PATIENCE) => {
                return Err(Error::TimedOut { doing: DOING });
            }
            Err(_) => {}
        }
    }
    Ok(())
}
