//! AFC, the phone's file service (`protocol.md` 2.5).

mod file;
mod folder;
mod link;
#[cfg(test)]
mod tests;
mod transfer;

use crate::stream::Socket;
use crate::{Error, Result};
pub(crate) use file::{Mode, OpenFile};
pub(crate) use folder::Shape;
use link::{Answer, Ask};
use tokio::sync::{mpsc, oneshot};
use wire::afc::{op, status};

/// Most answers are a number or two.
const SMALL: usize = 64 << 10;
const DOING: &str = "reading files of the device";

/// A connection to the phone's file service. Clones share it; it closes with the last one.
#[derive(Clone)]
pub(crate) struct Afc {
    asks: mpsc::UnboundedSender<Ask>,
}

/// An answer under way. Dropping it is fine at any time.
struct Coming {
    path: String,
    answer: oneshot::Receiver<Result<Answer>>,
}

impl Coming {
    async fn get(self) -> Result<Answer> {
        let answer = self.answer.await.map_err(|_| Error::Disconnected)??;
        if answer.operation != op::STATUS {
            return Ok(answer);
        }
        match answer.body.first_chunk::<8>().map(|number| u64::from_le_bytes(*number)) {
            Some(status::OK) => Ok(Answer { body: Vec::new(), ..answer }),
            Some(number) => Err(Error::Afc { path: self.path, number }),
            None => Err(Error::Unexpected { doing: DOING }),
        }
    }
}

impl Afc {
    pub(crate) fn new(socket: Socket) -> Afc {
        Afc { asks: link::start(socket) }
    }

    /// A whole small file. `None` when there is none, or it is longer than `limit`.
    pub(crate) async fn read_file(&self, path: &str, limit: usize) -> Result<Option<Vec<u8>>> {
        let read = async {
            let file = self.open(path, Mode::Read).await?;
            let content = file.read_all(limit).await?;
            file.close().await?;
            Ok(content)
        };
        match read.await {
            Err(Error::Afc { .. }) => Ok(None),
            other => other,
        }
    }

    /// Removes a file or an empty folder.
    pub(crate) async fn remove(&self, path: &str) -> Result<()> {
        self.ask(path, op::REMOVE_PATH, with_nul(path)).await.map(drop)
    }

    /// Makes a folder, whose parent is there; it may be there itself.
    pub(crate) async fn make_folder(&self, path: &str) -> Result<()> {
        match self.ask(path, op::MAKE_DIR, with_nul(path)).await {
            Err(Error::Afc { number: status::EXISTS, .. }) => Ok(()),
            other => other.map(drop),
        }
    }

    /// Moves a file over another of that name, if there is one.
    pub(crate) async fn replace(&self, from: &str, to: &str) -> Result<()> {
        let arguments = [with_nul(from), with_nul(to)].concat();
        match self.ask(to, op::RENAME, arguments.clone()).await {
            Err(Error::Afc { number: status::EXISTS, .. }) => {
                self.remove(to).await?;
                self.ask(to, op::RENAME, arguments).await.map(drop)
            }
            other => other.map(drop),
        }
    }

    async fn ask(&self, path: &str, operation: u64, arguments: Vec<u8>) -> Result<Answer> {
        self.send(path, operation, arguments, Vec::new(), SMALL).get().await
    }

    /// Sends an operation now; its answer comes when it comes.
    fn send(&self, path: &str, operation: u64, arguments: Vec<u8>, payload: Vec<u8>, limit: usize) -> Coming {
        let (answer, coming) = oneshot::channel();
        // With the connection gone `answer` is dropped here, which `Coming` takes for what it is.
        let _ = self.asks.send(Ask { operation, arguments, payload, limit, answer: Some(answer) });
        Coming { path: path.to_string(), answer: coming }
    }

    /// Sends an operation for whose answer nobody waits.
    fn tell(&self, operation: u64, arguments: Vec<u8>) {
        let _ = self.asks.send(Ask { operation, arguments, payload: Vec::new(), limit: SMALL, answer: None });
    }
}

fn with_nul(path: &str) -> Vec<u8> {
    [path.as_bytes(), &[0]].concat()
}
