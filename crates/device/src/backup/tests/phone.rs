//! A scripted phone and files in memory.

use super::super::link::Link;
use super::super::report::Report;
use super::super::session::Session;
use super::super::stop::Stop;
use super::super::worker::Worker;
use super::super::{BackupEvent, BackupFiles, Listed, Outcome};
use crate::Result;
use plist::{Dictionary, Value};
use std::collections::BTreeMap;
use std::io::{self, Cursor, ErrorKind, Read};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use wire::devicelink::{EMPTY, block_header, signed};
use wire::frame;

#[derive(Default)]
pub(super) struct Memory {
    pub(super) stored: BTreeMap<String, Vec<u8>>,
    pub(super) folders: Vec<String>,
    pub(super) aborted: Vec<(String, String, u8, String)>,
    pub(super) copies: Vec<(String, String)>,
    pub(super) open: Option<(String, Vec<u8>)>,
    /// Bytes that still fit.
    pub(super) room: Option<usize>,
    pub(super) broken: Option<String>,
}

impl BackupFiles for Memory {
    fn begin(&mut self, _device_path: &str, path: &str) -> io::Result<()> {
        assert!(self.open.is_none(), "{path} begins before the last file ended");
        if self.broken.as_deref() == Some(path) {
            return Err(ErrorKind::PermissionDenied.into());
        }
        self.open = Some((path.into(), Vec::new()));
        Ok(())
    }

    fn write(&mut self, data: &[u8]) -> io::Result<()> {
        if let Some(room) = &mut self.room {
            *room = room.checked_sub(data.len()).ok_or(ErrorKind::StorageFull)?;
        }
        self.open.as_mut().unwrap().1.extend_from_slice(data);
        Ok(())
    }

    fn commit(&mut self) -> io::Result<()> {
        let (path, content) = self.open.take().unwrap();
        self.stored.insert(path, content);
        Ok(())
    }

    fn abort(&mut self, device_path: &str, path: &str, code: u8, text: &str) {
        self.open = None;
        self.aborted.push((device_path.into(), path.into(), code, text.into()));
    }

    fn rename(&mut self, from: &str, to: &str) -> io::Result<()> {
        let content = self.stored.remove(from).ok_or(ErrorKind::NotFound)?;
        self.stored.insert(to.into(), content);
        Ok(())
    }

    fn remove(&mut self, path: &str) -> io::Result<()> {
        self.stored.retain(|name, _| name != path && !name.starts_with(&format!("{path}/")));
        Ok(())
    }

    fn copy(&mut self, from: &str, to: &str) -> io::Result<()> {
        self.copies.push((from.into(), to.into()));
        Ok(())
    }

    fn make_folder(&mut self, path: &str) -> io::Result<()> {
        self.folders.push(path.into());
        Ok(())
    }

    fn list(&mut self, path: &str) -> io::Result<Vec<Listed>> {
        let prefix = format!("{path}/");
        let children = self.stored.iter().filter_map(|(name, content)| {
            let name = name.strip_prefix(&prefix)?.to_string();
            Some(Listed { name, is_folder: false, size: content.len() as u64, modified: 1_700_000_000_000 })
        });
        let children: Vec<Listed> = children.collect();
        if children.is_empty() { Err(ErrorKind::NotFound.into()) } else { Ok(children) }
    }

    fn open_read(&mut self, path: &str) -> io::Result<Box<dyn Read + Send>> {
        Ok(Box::new(Cursor::new(self.stored.get(path).cloned().ok_or(ErrorKind::NotFound)?)))
    }

    fn free_space(&mut self) -> io::Result<u64> {
        Ok(5 << 30)
    }
}

/// The phone's end of a session.
pub(super) struct Phone {
    pub(super) socket: DuplexStream,
    pub(super) post: mpsc::UnboundedSender<String>,
    pub(super) cancel: CancellationToken,
}

impl Phone {
    pub(super) async fn say(&mut self, items: Vec<Value>) {
        let bytes = frame::encode_binary(&Value::Array(items)).unwrap();
        self.socket.write_all(&bytes).await.unwrap();
    }

    pub(super) async fn hear(&mut self) -> Vec<Value> {
        let mut prefix = [0; 4];
        self.socket.read_exact(&mut prefix).await.unwrap();
        let mut body = vec![0; u32::from_be_bytes(prefix) as usize];
        self.socket.read_exact(&mut body).await.unwrap();
        frame::decode(&body).unwrap().into_array().unwrap()
    }

    /// The status of the last message: number, text, payload.
    pub(super) async fn status(&mut self) -> (i64, String, Value) {
        let mut items = self.hear().await;
        assert_eq!(items.len(), 4);
        assert_eq!(items[0].as_string(), Some("DLMessageStatusResponse"));
        let payload = items.remove(3);
        (signed(&items[1]).unwrap(), items[2].as_string().unwrap().into(), payload)
    }

    pub(super) async fn ask(&mut self, items: Vec<Value>) -> (i64, String, Value) {
        self.say(items).await;
        self.status().await
    }

    pub(super) async fn path(&mut self, path: &str) {
        self.socket.write_all(&(path.len() as u32).to_be_bytes()).await.unwrap();
        self.socket.write_all(path.as_bytes()).await.unwrap();
    }

    pub(super) async fn file(&mut self, device_path: &str, path: &str, blocks: &[(u8, &[u8])]) {
        self.path(device_path).await;
        self.path(path).await;
        for (code, payload) in blocks {
            self.socket.write_all(&block_header(*code, payload.len())).await.unwrap();
            self.socket.write_all(payload).await.unwrap();
        }
    }

    pub(super) async fn end(&mut self) {
        self.socket.write_all(&[0; 4]).await.unwrap();
    }

    /// Reads exactly the bytes of a download answer.
    pub(super) async fn bytes(&mut self, expected: &[u8]) {
        let mut got = vec![0; expected.len()];
        self.socket.read_exact(&mut got).await.unwrap();
        assert_eq!(got, expected);
    }

    /// The last word, and waiting for the other side to finish.
    pub(super) async fn finish(mut self, code: i64) {
        let mut answer = Dictionary::new();
        answer.insert("MessageName".into(), "Response".into());
        answer.insert("ErrorCode".into(), code.into());
        self.say(vec!["DLMessageProcessMessage".into(), Value::Dictionary(answer)]).await;
    }
}

pub(super) struct Ended {
    pub(super) result: Result<()>,
    pub(super) outcome: Outcome,
    pub(super) files: Memory,
    pub(super) events: Vec<BackupEvent>,
}

/// Runs one session against `script`; the phone has heard the request already.
pub(super) async fn against<S: Future<Output = ()> + Send + 'static>(
    files: Memory,
    script: impl FnOnce(Phone) -> S,
) -> Ended {
    let (near, socket) = tokio::io::duplex(1 << 20);
    let (post, notices) = mpsc::unbounded_channel();
    let cancel = CancellationToken::new();
    let mut phone = Phone { socket, post, cancel: cancel.clone() };
    let (stop, _follower) = Stop::following(&cancel);
    let (mut worker, finished) = Worker::start(files);
    let (events, mut told) = mpsc::unbounded_channel();
    let backing_up = tokio::spawn(async move {
        let link = Link::new(Box::new(near), stop);
        let mut session = Session::new(link, &mut worker, Report::new(events), "U");
        let result = session.back_up(true, notices).await;
        let outcome = session.report.outcome.clone();
        if !matches!(result, Err(crate::Error::Disconnected)) {
            session.link.disconnect().await;
        }
        worker.close().await;
        (result, outcome)
    });
    let request = phone.hear().await;
    let request = request[1].as_dictionary().unwrap().clone();
    assert_eq!(request.get("MessageName").unwrap().as_string(), Some("Backup"));
    assert_eq!(request.get("TargetIdentifier").unwrap().as_string(), Some("U"));
    let options = request.get("Options").unwrap().as_dictionary().unwrap();
    assert_eq!(options.get("ForceFullBackup").unwrap().as_boolean(), Some(true));
    tokio::spawn(script(phone)).await.unwrap();
    let (result, outcome) = backing_up.await.unwrap();
    let (files, panicked) = finished.files().await;
    assert!(!panicked);
    let events = std::iter::from_fn(|| told.try_recv().ok()).collect();
    Ended { result, outcome, files, events }
}

pub(super) fn empty() -> Value {
    Value::Dictionary(Dictionary::new())
}

/// A status that says "done".
pub(super) fn done() -> (i64, String, Value) {
    (0, EMPTY.into(), empty())
}

pub(super) fn upload() -> Vec<Value> {
    vec!["DLMessageUploadFiles".into(), empty(), Value::Real(50.0), 100.into()]
}

pub(super) fn strings(items: &[&str]) -> Value {
    Value::Array(items.iter().map(|item| Value::from(*item)).collect())
}

pub(super) fn pairs(items: &[(&str, &str)]) -> Value {
    Value::Dictionary(items.iter().map(|(from, to)| (from.to_string(), Value::from(*to))).collect())
}
