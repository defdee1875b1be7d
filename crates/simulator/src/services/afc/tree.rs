//! The files one AFC connection sees: what is on the phone, under what hosts wrote.

use crate::contents::{FileKind, PhoneFile};
use crate::device::{Device, lock};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Read};
use std::sync::{Arc, Mutex};
use wire::afc::status;

/// Bytes hosts may write below one root; what they write stays in memory.
const OVERLAY_LIMIT: u64 = 256 << 20;

/// An AFC status other than 0.
pub(crate) type Refusal = u64;

/// What hosts wrote and removed, by path.
#[derive(Default)]
pub(super) struct Overlay {
    nodes: BTreeMap<String, Node>,
}

enum Node {
    Folder { modified: u64 },
    File { bytes: Vec<u8>, modified: u64 },
    Link { target: String },
    Gone,
}

pub(crate) struct Tree {
    device: Arc<Device>,
    base: Base,
    overlay: Arc<Mutex<Overlay>>,
}

enum Base {
    Media,
    /// The documents of an app by path, folders included.
    Documents(BTreeMap<String, PhoneFile>),
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stat {
    pub kind: FileKind,
    pub size: u64,
    /// Nanoseconds since 1970.
    pub modified: u64,
    pub target: Option<String>,
}

impl Tree {
    /// `/var/mobile/Media`.
    pub fn media(device: Arc<Device>) -> Tree {
        let overlay = device.files.overlay("");
        Tree { device, base: Base::Media, overlay }
    }

    /// The whole of a file hosts may have written; `None` when there is none.
    pub fn bytes(&self, path: &str) -> Option<Vec<u8>> {
        let mut bytes = Vec::new();
        self.open(path).ok()?.take(OVERLAY_LIMIT).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }

    /// The `Documents` folder of an app. Reads the whole list of files, so it may take a while.
    pub fn documents(device: Arc<Device>, id: &str) -> io::Result<Tree> {
        let domain = format!("AppDomain-{id}");
        let mut documents = BTreeMap::new();
        for file in device.contents().files().map_err(io::Error::other)? {
            if file.domain == domain && file.path.split('/').next() == Some("Documents") {
                documents.insert(file.path.clone(), file);
            }
        }
        let overlay = device.files.overlay(id);
        lock(&overlay).nodes.entry("Documents".into()).or_insert(Node::Folder { modified: 0 });
        Ok(Tree { device, base: Base::Documents(documents), overlay })
    }

    pub fn stat(&self, path: &str) -> Result<Stat, Refusal> {
        let folder = |modified| Stat { kind: FileKind::Folder, size: 0, modified, target: None };
        if path.is_empty() {
            return Ok(folder(0));
        }
        let overlay = lock(&self.overlay);
        match overlay.nodes.get(path) {
            Some(Node::Folder { modified }) => Ok(folder(*modified)),
            Some(Node::File { bytes, modified }) => {
                Ok(Stat { kind: FileKind::File, size: bytes.len() as u64, modified: *modified, target: None })
            }
            Some(Node::Link { target }) => {
                Ok(Stat { kind: FileKind::Link, size: target.len() as u64, modified: 0, target: Some(target.clone()) })
            }
            Some(Node::Gone) => Err(status::NOT_FOUND),
            None if overlay.hides(path) => Err(status::NOT_FOUND),
            None => self.base_stat(path).ok_or(status::NOT_FOUND),
        }
    }

    /// The names in a folder, sorted, without `.` and `..`.
    pub fn list(&self, folder: &str) -> Result<BTreeSet<String>, Refusal> {
        if self.stat(folder)?.kind != FileKind::Folder {
            return Err(status::INVALID_ARGUMENT);
        }
        let overlay = lock(&self.overlay);
        let mut names = BTreeSet::new();
        if !overlay.hides(&format!("{folder}/.")) && !matches!(overlay.nodes.get(folder), Some(Node::Gone)) {
            names.extend(self.base_list(folder));
        }
        for (path, node) in overlay.children(folder) {
            let name = path.rsplit('/').next().unwrap_or(path).to_string();
            match node {
                Node::Gone => names.remove(&name),
                _ => names.insert(name),
            };
        }
        Ok(names)
    }

    /// The bytes of a file from its start.
    pub fn open(&self, path: &str) -> Result<Box<dyn Read + Send>, Refusal> {
        if self.stat(path)?.kind != FileKind::File {
            return Err(status::IS_DIRECTORY);
        }
        if let Some(Node::File { bytes, .. }) = lock(&self.overlay).nodes.get(path) {
            return Ok(Box::new(io::Cursor::new(bytes.clone())));
        }
        let contents = self.device.contents();
        match &self.base {
            Base::Media => contents.media_open(path).ok_or(status::NOT_FOUND),
            Base::Documents(files) => {
                let file = files.get(path).ok_or(status::NOT_FOUND)?;
                contents.open(file).map_err(|_| status::READ)
            }
        }
    }

    /// Makes a file hosts can write: the phone's own bytes are taken over unless it is to be `empty`.
    pub fn make_writable(&self, path: &str, empty: bool) -> Result<(), Refusal> {
        let size = match self.stat(path) {
            Ok(stat) if stat.kind != FileKind::File => return Err(status::IS_DIRECTORY),
            Ok(stat) => Some(stat.size),
            Err(_) => None,
        };
        self.parent_exists(path)?;
        let mut bytes = Vec::new();
        if let Some(size) = size.filter(|_| !empty) {
            lock(&self.overlay).room_for(size)?;
            self.open(path)?.take(size).read_to_end(&mut bytes).map_err(|_| status::READ)?;
        }
        self.put(path, Node::File { bytes, modified: self.now() });
        Ok(())
    }

    pub fn write(&self, path: &str, at: u64, data: &[u8]) -> Result<(), Refusal> {
        let now = self.now();
        let mut overlay = lock(&self.overlay);
        let end = at.saturating_add(data.len() as u64);
        let length = overlay.length(path)?.max(end);
        let bytes = overlay.resize(path, length, now)?;
        // Both fit: resize refuses lengths beyond the limit.
        bytes[at as usize..end as usize].copy_from_slice(data);
        Ok(())
    }

    pub fn set_size(&self, path: &str, size: u64) -> Result<(), Refusal> {
        let now = self.now();
        lock(&self.overlay).resize(path, size, now).map(|_| ())
    }

    pub fn set_modified(&self, path: &str, nanoseconds: u64) -> Result<(), Refusal> {
        match lock(&self.overlay).nodes.get_mut(path) {
            Some(Node::File { modified, .. } | Node::Folder { modified }) => *modified = nanoseconds,
            _ => return Err(status::PERMISSION),
        }
        Ok(())
    }

    pub fn make_folder(&self, path: &str) -> Result<(), Refusal> {
        match self.stat(path) {
            Ok(stat) if stat.kind == FileKind::Folder => return Ok(()),
            Ok(_) => return Err(status::EXISTS),
            Err(_) => {}
        }
        if let Some((parent, _)) = path.rsplit_once('/') {
            self.make_folder(parent)?;
        }
        self.put(path, Node::Folder { modified: self.now() });
        Ok(())
    }

    pub fn make_link(&self, target: &str, path: &str) -> Result<(), Refusal> {
        if target.starts_with('/') || target.split('/').any(|part| part == "..") {
            return Err(status::PERMISSION);
        }
        self.parent_exists(path)?;
        if self.stat(path).is_ok() {
            return Err(status::EXISTS);
        }
        self.put(path, Node::Link { target: target.to_string() });
        Ok(())
    }

    pub fn remove(&self, path: &str, with_contents: bool) -> Result<(), Refusal> {
        if self.stat(path)?.kind == FileKind::Folder {
            if path.is_empty() {
                return Err(status::PERMISSION);
            }
            if !with_contents && !self.list(path)?.is_empty() {
                return Err(status::NOT_EMPTY);
            }
        }
        let below = format!("{path}/");
        let mut overlay = lock(&self.overlay);
        overlay.nodes.retain(|other, _| !other.starts_with(&below));
        overlay.nodes.insert(path.to_string(), Node::Gone);
        Ok(())
    }

    /// Renames a file or link, or a folder a host made; the phone's own folders stay where they are.
    pub fn rename(&self, from: &str, to: &str) -> Result<(), Refusal> {
        let stat = self.stat(from)?;
        self.parent_exists(to)?;
        if stat.kind == FileKind::File {
            self.make_writable(from, false)?;
        } else if self.base_stat(from).is_some() {
            return Err(status::PERMISSION);
        }
        let below = format!("{from}/");
        let mut overlay = lock(&self.overlay);
        let moved = |path: &String| path == from || path.starts_with(&below);
        let paths: Vec<String> = overlay.nodes.keys().filter(|path| moved(path)).cloned().collect();
        for path in paths {
            if let Some(node) = overlay.nodes.remove(&path) {
                overlay.nodes.insert(format!("{to}{}", &path[from.len()..]), node);
            }
        }
        overlay.nodes.insert(from.to_string(), Node::Gone);
        Ok(())
    }

    fn put(&self, path: &str, node: Node) {
        lock(&self.overlay).nodes.insert(path.to_string(), node);
    }

    fn parent_exists(&self, path: &str) -> Result<(), Refusal> {
        let parent = path.rsplit_once('/').map_or("", |(parent, _)| parent);
        if self.stat(parent)?.kind == FileKind::Folder { Ok(()) } else { Err(status::INVALID_ARGUMENT) }
    }

    fn now(&self) -> u64 {
        self.device.now().unsigned_abs() * 1_000_000_000
    }

    fn base_stat(&self, path: &str) -> Option<Stat> {
        let (kind, size, modified, target) = match &self.base {
            Base::Media => {
                let stat = self.device.contents().media_stat(path)?;
                let kind = if stat.is_folder { FileKind::Folder } else { FileKind::File };
                (kind, stat.size, stat.modified, None)
            }
            Base::Documents(files) => {
                let file = files.get(path)?;
                (file.kind, file.size, file.modified, file.target.clone())
            }
        };
        Some(Stat { kind, size, modified: modified.max(0).unsigned_abs() * 1_000_000_000, target })
    }

    fn base_list(&self, folder: &str) -> Vec<String> {
        match &self.base {
            Base::Media => self.device.contents().media_list(folder).unwrap_or_default(),
            Base::Documents(files) => {
                let below = if folder.is_empty() { String::new() } else { format!("{folder}/") };
                let inside = files.range(below.clone()..).map_while(|(path, _)| path.strip_prefix(&below));
                inside.filter(|name| !name.is_empty() && !name.contains('/')).map(str::to_string).collect()
            }
        }
    }
}

impl Overlay {
    /// Whether a folder above `path` was removed.
    fn hides(&self, path: &str) -> bool {
        let above = path.match_indices('/').map(|(at, _)| &path[..at]);
        above.into_iter().any(|folder| matches!(self.nodes.get(folder), Some(Node::Gone)))
    }

    fn length(&self, path: &str) -> Result<u64, Refusal> {
        match self.nodes.get(path) {
            Some(Node::File { bytes, .. }) => Ok(bytes.len() as u64),
            _ => Err(status::NOT_FOUND),
        }
    }

    /// Gives a file another length; new bytes are zero.
    fn resize(&mut self, path: &str, length: u64, now: u64) -> Result<&mut [u8], Refusal> {
        self.room_for(length.saturating_sub(self.length(path)?))?;
        let Some(Node::File { bytes, modified }) = self.nodes.get_mut(path) else { return Err(status::NOT_FOUND) };
        bytes.resize(length as usize, 0);
        *modified = now;
        Ok(bytes)
    }

    fn room_for(&self, more: u64) -> Result<(), Refusal> {
        let used: usize = self.nodes.values().map(Node::size).sum();
        if (used as u64).saturating_add(more) > OVERLAY_LIMIT { Err(status::NO_SPACE) } else { Ok(()) }
    }

    fn children<'a>(&'a self, folder: &str) -> impl Iterator<Item = (&'a str, &'a Node)> {
        let below = if folder.is_empty() { String::new() } else { format!("{folder}/") };
        self.nodes.iter().filter_map(move |(path, node)| {
            let name = path.strip_prefix(&below)?;
            (!name.is_empty() && !name.contains('/')).then_some((path.as_str(), node))
        })
    }
}

impl Node {
    fn size(&self) -> usize {
        if let Node::File { bytes, .. } = self { bytes.len() } else { 0 }
    }
}
