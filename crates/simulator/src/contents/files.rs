//! The files of a backup as the phone lists them.

use std::collections::BTreeSet;
use std::io::{Cursor, Read};
use std::path::PathBuf;
use std::sync::Arc;

use super::error::{At, Result};
use super::messages::attachments;
use super::photos::files::Part;
use super::pictures::Pictures;
use super::random::{Generated, hash_text};
use super::{ContentsOptions, photos};

/// What a path is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    File,
    Folder,
    Link,
}

/// One file, folder or link of the phone.
#[derive(Clone, Debug)]
pub struct PhoneFile {
    pub domain: String,
    pub path: String,
    pub kind: FileKind,
    /// POSIX `st_mode`, type bits included.
    pub mode: u32,
    /// Bytes; 0 for folders and links.
    pub size: u64,
    /// Unix seconds.
    pub modified: i64,
    /// Unix seconds.
    pub birth: i64,
    /// 1 to 4; 0 for folders and links.
    pub protection_class: u8,
    /// Where a link leads.
    pub target: Option<String>,
    /// A binary plist of extended attributes, as a backup keeps it.
    pub extended_attributes: Option<Vec<u8>>,
    /// Changes exactly when the content changes.
    pub stamp: u64,
    /// Only encrypted backups hold it.
    pub private: bool,
    pub(crate) content: Content,
}

impl PhoneFile {
    /// Gives the file other bytes; `stamp` must change exactly when they do.
    pub(crate) fn with_bytes(self, bytes: Vec<u8>, stamp: u64) -> PhoneFile {
        PhoneFile { size: bytes.len() as u64, stamp, content: Content::Bytes(bytes.into()), ..self }
    }

    /// The bytes of a small file kept in memory.
    pub(crate) fn in_memory(&self) -> Option<&[u8]> {
        match &self.content {
            Content::Bytes(bytes) => Some(bytes),
            _ => None,
        }
    }
}

/// Where the bytes of a file come from.
#[derive(Clone, Debug)]
pub(crate) enum Content {
    None,
    Bytes(Arc<[u8]>),
    Generated {
        seed: u64,
        length: u64,
    },
    /// A database of this computer.
    Kept(PathBuf),
    Photo {
        index: u64,
        part: Part,
    },
    Attachment {
        guid: Arc<str>,
        made: i64,
    },
}

/// What is known of a path of `/var/mobile/Media`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MediaStat {
    pub is_folder: bool,
    /// Bytes.
    pub size: u64,
    /// Unix seconds.
    pub modified: i64,
}

impl Content {
    /// The bytes.
    pub fn open(&self, options: &ContentsOptions, pictures: &Pictures, name: &str) -> Result<Box<dyn Read + Send>> {
        Ok(match self {
            Content::None => Box::new(std::io::empty()),
            Content::Bytes(bytes) => Box::new(Cursor::new(bytes.clone())),
            Content::Generated { seed, length } => Box::new(Generated::new(*seed, *length)),
            Content::Kept(path) => Box::new(std::fs::File::open(path).at(path)?),
            Content::Photo { index, part } => {
                Box::new(Cursor::new(photos::files::bytes(&photos::asset(options, *index), *part, pictures)))
            }
            Content::Attachment { guid, made } => {
                Box::new(Cursor::new(attachments::bytes(attachments::kind_of(name), guid, *made, pictures)))
            }
        })
    }
}

/// The files of one domain while they are gathered.
pub(crate) struct Listing {
    domain: String,
    files: Vec<PhoneFile>,
    /// When the phone was set up: what nothing else is known of dates from then. Unix seconds.
    since: i64,
}

impl Listing {
    pub fn new(domain: &str, since: i64) -> Listing {
        Listing { domain: domain.into(), files: Vec::new(), since }
    }

    fn add(&mut self, path: String, kind: FileKind, mode: u32) -> &mut PhoneFile {
        let stamp = hash_text(&path);
        self.files.push(PhoneFile {
            domain: self.domain.clone(),
            path,
            kind,
            mode,
            size: 0,
            modified: self.since,
            birth: self.since,
            protection_class: 0,
            target: None,
            extended_attributes: None,
            stamp,
            private: false,
            content: Content::None,
        });
        let last = self.files.len() - 1;
        &mut self.files[last]
    }

    pub fn folder(&mut self, path: impl Into<String>) {
        self.add(path.into(), FileKind::Folder, 0o040_755);
    }

    pub fn link(&mut self, path: impl Into<String>, target: &str) {
        let file = self.add(path.into(), FileKind::Link, 0o120_755);
        file.target = Some(target.into());
        file.stamp = hash_text(target);
    }

    /// A file of protection class 3; its stamp is that of its path until told otherwise.
    pub fn file(&mut self, path: impl Into<String>, size: u64, content: Content) -> &mut PhoneFile {
        let file = self.add(path.into(), FileKind::File, 0o100_644);
        (file.size, file.protection_class, file.content) = (size, 3, content);
        file
    }

    /// A small file with its bytes; the stamp follows from them.
    pub fn bytes(&mut self, path: impl Into<String>, bytes: Vec<u8>) -> &mut PhoneFile {
        let stamp = bytes.chunks(8).fold(bytes.len() as u64, |state, chunk| {
            let mut word = [0; 8];
            word[..chunk.len()].copy_from_slice(chunk);
            super::random::hash(state, &[u64::from_le_bytes(word)])
        });
        let file = self.file(path, bytes.len() as u64, Content::Bytes(bytes.into()));
        file.stamp = stamp;
        file
    }

    /// Everything, the folders above included, sorted by path.
    pub fn sorted(mut self) -> Vec<PhoneFile> {
        let mut known: BTreeSet<String> =
            self.files.iter().filter(|file| file.kind == FileKind::Folder).map(|file| file.path.clone()).collect();
        let mut above = Vec::new();
        for file in &self.files {
            let mut path = file.path.as_str();
            while let Some((folder, _)) = path.rsplit_once('/') {
                if !known.insert(folder.to_string()) {
                    break;
                }
                above.push(folder.to_string());
                path = folder;
            }
        }
        above.extend(known.insert(String::new()).then(String::new));
        above.into_iter().for_each(|folder| self.folder(folder));
        self.files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        self.files
    }
}
