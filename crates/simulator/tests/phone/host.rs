//! A host that keeps a backup in memory: the least that a phone can be backed up to and restored from.

use crate::client::dictionary;
use crate::visit::{Tls, Visitor};
use plist::{Dictionary, Value};
use std::collections::BTreeMap;
use std::io::{self, Read, Write};
use wire::devicelink::{self as dl, Message, block, status};
use wire::frame;

/// The files of a host by path, the device's folder included.
pub type Files = BTreeMap<String, Vec<u8>>;

/// One session of mobilebackup2.
pub struct Host {
    link: Tls,
    pub files: Files,
    /// What paths that begin with these are answered with instead of -6.
    pub errors: BTreeMap<String, i64>,
    /// Paths the phone asked for.
    pub asked: Vec<String>,
}

impl Host {
    /// A session that said hello.
    pub fn open(visitor: &Visitor, files: Files) -> Host {
        let link = visitor.service("com.apple.mobilebackup2");
        let mut host = Host { link, files, errors: BTreeMap::new(), asked: Vec::new() };
        assert!(matches!(host.receive().unwrap(), Message::VersionExchange { major: 400, .. }));
        host.send(dl::versions_ok(400)).unwrap();
        assert_eq!(host.receive().unwrap(), Message::DeviceReady);
        let versions = Value::Array(vec![Value::Real(2.0), Value::Real(2.1)]);
        let hello = [("MessageName", "Hello".into()), ("SupportedProtocolVersions", versions)];
        host.send(dl::process(dictionary(hello))).unwrap();
        assert!(matches!(host.receive().unwrap(), Message::Process(_)));
        host
    }

    /// Asks for something and serves the phone until its final answer: its code, and all of it.
    pub fn ask(&mut self, name: &str, udid: &str, more: Dictionary) -> (i64, Dictionary) {
        self.serve(name, udid, more).unwrap()
    }

    /// Like [`Host::ask`], with a phone that may leave; what came of a file it was sending is kept.
    pub fn serve(&mut self, name: &str, udid: &str, more: Dictionary) -> io::Result<(i64, Dictionary)> {
        let mut request = dictionary([("MessageName", name.into()), ("TargetIdentifier", udid.into())]);
        request.extend(more);
        self.send(dl::process(request))?;
        loop {
            let (code, payload) = match self.receive()? {
                Message::Process(last) => return Ok((last["ErrorCode"].as_signed_integer().unwrap(), last)),
                Message::DownloadFiles { paths, .. } => self.give(paths)?,
                Message::UploadFiles { .. } => {
                    self.take()?;
                    (status::OK, nothing())
                }
                Message::FreeDiskSpace => (status::OK, (1u64 << 40).into()),
                Message::ContentsOfDirectory { path } => (status::OK, self.list(&path)),
                Message::CreateDirectory { .. } => (status::OK, nothing()),
                Message::MoveItems { moves, .. } => {
                    for (from, to) in moves {
                        let moved = self.files.remove(&from).unwrap();
                        self.files.insert(to, moved);
                    }
                    (status::OK, nothing())
                }
                Message::RemoveItems { paths, .. } => {
                    let below = |path: &String, gone: &String| path == gone || path.starts_with(&format!("{gone}/"));
                    self.files.retain(|path, _| !paths.iter().any(|gone| below(path, gone)));
                    (status::OK, nothing())
                }
                Message::CopyItem { from, to } => {
                    let to = |path: &String| path.strip_prefix(&from).map(|rest| format!("{to}{rest}"));
                    let copied = |(path, bytes): (&String, &Vec<u8>)| Some((to(path)?, bytes.clone()));
                    let copies: Files = self.files.iter().filter_map(copied).collect();
                    self.files.extend(copies);
                    (status::OK, nothing())
                }
                other => panic!("{other:?}"),
            };
            self.send(dl::status_response(code, None, payload))?;
        }
    }

    fn give(&mut self, paths: Vec<String>) -> io::Result<(i64, Value)> {
        let mut errors = Dictionary::new();
        for path in paths {
            let mut bytes = (path.len() as u32).to_be_bytes().to_vec();
            bytes.extend_from_slice(path.as_bytes());
            let error = self.errors.iter().find(|(start, _)| path.starts_with(*start)).map(|(_, code)| *code);
            match self.files.get(&path).filter(|_| error.is_none()) {
                Some(file) => {
                    for piece in file.chunks(dl::BLOCK_TO_DEVICE) {
                        bytes.extend_from_slice(&dl::block_header(block::DATA, piece.len()));
                        bytes.extend_from_slice(piece);
                    }
                    bytes.extend_from_slice(&dl::block_header(block::SUCCESS, 0));
                }
                None => {
                    bytes.extend_from_slice(&dl::block_header(block::LOCAL_ERROR, 4));
                    bytes.extend_from_slice(b"gone");
                    let code = Value::from(error.unwrap_or(status::NOT_FOUND));
                    let about = dictionary([("DLFileErrorString", "gone".into()), ("DLFileErrorCode", code)]);
                    errors.insert(path.clone(), about.into());
                }
            }
            self.link.write_all(&bytes)?;
            self.asked.push(path);
        }
        self.link.write_all(&[0; 4])?;
        Ok((if errors.is_empty() { status::OK } else { status::MULTI }, errors.into()))
    }

    fn take(&mut self) -> io::Result<()> {
        while !self.text()?.is_empty() {
            let (path, mut bytes) = (self.text()?, Vec::new());
            let ended = self.content(&mut bytes);
            self.files.insert(path, bytes);
            ended?;
        }
        Ok(())
    }

    fn content(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        loop {
            let mut prefix = [0; 4];
            self.link.read_exact(&mut prefix)?;
            let mut payload = vec![0; dl::block_length(prefix).unwrap().unwrap() + 1];
            self.link.read_exact(&mut payload)?;
            match payload[0] {
                block::DATA => bytes.extend_from_slice(&payload[1..]),
                block::SUCCESS => return Ok(()),
                other => panic!("{other}"),
            }
        }
    }

    fn text(&mut self) -> io::Result<String> {
        let mut length = [0; 4];
        self.link.read_exact(&mut length)?;
        let mut text = vec![0; u32::from_be_bytes(length) as usize];
        self.link.read_exact(&mut text)?;
        Ok(String::from_utf8(text).unwrap())
    }

    fn list(&self, folder: &str) -> Value {
        let mut names = Dictionary::new();
        for (path, bytes) in &self.files {
            let Some(rest) = path.strip_prefix(folder).and_then(|rest| rest.strip_prefix('/')) else { continue };
            let (name, kind, size) = match rest.split_once('/') {
                Some((name, _)) => (name, "DLFileTypeDirectory", 0),
                None => (rest, "DLFileTypeRegular", bytes.len() as u64),
            };
            names.insert(name.into(), dictionary([("DLFileType", kind.into()), ("DLFileSize", size.into())]).into());
        }
        names.into()
    }

    fn send(&mut self, message: Value) -> io::Result<()> {
        self.link.write_all(&frame::encode_binary(&message).unwrap())
    }

    fn receive(&mut self) -> io::Result<Message> {
        let mut prefix = [0; 4];
        self.link.read_exact(&mut prefix)?;
        let mut body = vec![0; frame::length(prefix, frame::BACKUP_LIMIT).unwrap()];
        self.link.read_exact(&mut body)?;
        Ok(Message::parse(frame::decode(&body).unwrap()).unwrap())
    }
}

fn nothing() -> Value {
    Dictionary::new().into()
}
