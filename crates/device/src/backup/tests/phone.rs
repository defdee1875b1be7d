//! A scripted phone and files in memory.

use super::super::aim::Aim;
use super::super::link::Link;
use super::super::report::Report;
use super::super::session::Session;
use super::super::side::Side;
use super::super::start::pass_on;
use super::super::{BackupEvent, BackupFiles, Listed, Outcome, Phase, back_up};
use crate::Result;
use plist::{Dictionary, Value};
use std::collections::BTreeMap;
use std::io::{self, Cursor, ErrorKind, Read};
use tokio::io::{AsyncReadExt, AsyncWriteExt, DuplexStream};
use tokio::sync::mpsc;
use tokio::time::Instant;
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
    /// The next file is stored once this says so: a disk that does not answer.
    pub(super) hangs: Option<std::sync::mpsc::Receiver<()>>,
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
        if let Some(hangs) = self.hangs.take() {
            hangs.recv().unwrap();
        }
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
        Ok(self.room.map_or(5 << 30, |room| room as u64))
    }
}

/// The phone's end of a session.
pub(super) struct Phone {
    pub(super) socket: DuplexStream,
    pub(super) post: mpsc::Sender<String>,
    pub(super) cancel: CancellationToken,
    pub(super) request: Dictionary,
}

impl Phone {
    /// Posts a notification, and waits until it has been heard.
    pub(super) async fn post(&self, name: &str) {
        self.post.send(name.into()).await.unwrap();
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }

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

    /// Waits, without a clock of its own, until the other side is gone.
    pub(super) async fn gone(&mut self) {
        self.socket.read_to_end(&mut Vec::new()).await.unwrap();
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

pub(super) struct Ended<F = Memory> {
    pub(super) result: Result<()>,
    pub(super) outcome: Outcome,
    pub(super) files: F,
    pub(super) events: Vec<BackupEvent>,
    pub(super) at: Instant,
}

/// Runs one backup against `script`; the phone has heard the request already.
pub(super) async fn against<S: Future<Output = ()> + Send + 'static>(
    files: Memory,
    script: impl FnOnce(Phone) -> S,
) -> Ended {
    session(Aim::BackUp, back_up::request("U", true), &["U"], files, async |phone| {
        let options = phone.request["Options"].as_dictionary().unwrap();
        assert_eq!(phone.request["TargetIdentifier"].as_string(), Some("U"));
        assert_eq!(options["ForceFullBackup"].as_boolean(), Some(true));
        script(phone).await;
    })
    .await
}

/// Runs one session against `script`; the phone has heard the request already.
pub(super) async fn session<F: BackupFiles + 'static>(
    aim: Aim,
    request: Dictionary,
    folders: &[&str],
    files: F,
    script: impl AsyncFnOnce(Phone),
) -> Ended<F> {
    let (near, socket) = tokio::io::duplex(1 << 20);
    let (post, heard) = mpsc::channel(8);
    let cancel = CancellationToken::new();
    let mut side = Side::open(files, &cancel);
    let (passcode, _passing) = pass_on(heard, side.stop.clone());
    let (events, mut told) = mpsc::unbounded_channel();
    let mut link = Link::new(Box::new(near), side.stop.clone());
    let folders = folders.iter().map(|folder| folder.to_string()).collect();
    let session = async {
        let mut session = Session::new(&mut link, &mut side.worker, Report::new(events), aim, folders);
        let result = session.run(request, passcode).await;
        let outcome = session.report.outcome;
        if !matches!(result, Err(crate::Error::Disconnected)) {
            link.disconnect().await;
        }
        (result, outcome, Instant::now())
    };
    let phone = async {
        let mut phone = Phone { socket, post, cancel: cancel.clone(), request: Dictionary::new() };
        phone.request = phone.hear().await.remove(1).into_dictionary().unwrap();
        script(phone).await;
    };
    let ((result, outcome, at), ()) = tokio::join!(session, phone);
    let (result, files) = side.close(result).await;
    let events = std::iter::from_fn(|| told.try_recv().ok()).collect();
    Ended { result, outcome, files, events, at }
}

impl<F> Ended<F> {
    pub(super) fn phases(&self) -> Vec<Phase> {
        let phase = |event: &BackupEvent| match event {
            BackupEvent::Phase(phase) => Some(*phase),
            _ => None,
        };
        self.events.iter().filter_map(phase).collect()
    }
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
