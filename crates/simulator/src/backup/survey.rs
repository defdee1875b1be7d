//! Looks over everything on the phone before a backup: what changed since the snapshot the host has, what vanished, and the Manifest.db.

use super::encryption::{Encrypted, Sealing};
use super::ids::{Due, Ids, IdsWriter};
use super::memory::{ListReader, ListWriter, Sent, Snapshot};
use super::source::{ContentDigest, Source, UNKNOWN};
use super::{FileId, Step, broken, file_id, manifest};
use crate::Unreadable;
use crate::contents::FileKind;
use crate::device::Device;
use sha1::{Digest, Sha1};
use std::collections::HashSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a survey found. The long lists are files in its folder: memory stays flat.
pub(super) struct Survey {
    folder: PathBuf,
    /// How it is sealed; `None` in the clear.
    pub sealing: Option<Arc<Sealing>>,
    /// Content files the host needs, and their bytes on the wire.
    pub files: u64,
    pub bytes: u64,
    /// Content files the host has and the phone has no more.
    pub removed: u64,
    /// Which of the folders 00 to ff the files to send go to.
    pub folders: [bool; 256],
    /// Files among them that a cut backup left with the host.
    pub present: HashSet<FileId>,
}

impl Survey {
    /// Manifest.db as the phone reads it.
    pub fn manifest_db(&self) -> PathBuf {
        self.folder.join("Manifest.db")
    }

    /// Manifest.db as the host gets it.
    pub fn sent_manifest_db(&self) -> PathBuf {
        if self.sealing.is_some() { self.folder.join("Manifest.db.sealed") } else { self.manifest_db() }
    }

    pub fn changed(&self) -> io::Result<Ids> {
        Ids::open(&self.folder.join("changed"))
    }

    pub fn removed(&self) -> io::Result<Ids> {
        Ids::open(&self.folder.join("removed"))
    }

    /// Where the digests of the changed files go, in their order, while they are read.
    pub fn digests(&self) -> PathBuf {
        self.folder.join("digests")
    }

    /// The list of what the host has in the end, for the phone's memory.
    pub fn list(&self) -> io::Result<PathBuf> {
        let path = self.folder.join("files");
        let mut before = ListReader::open(&self.unread_list())?;
        let mut list = ListWriter::create(&path)?;
        let (mut changed, mut digests) = (self.changed()?, io::BufReader::new(File::open(self.digests())?));
        let mut next = changed.next()?;
        while let Some(Sent { domain, path, stamp, mut digest }) = before.next()? {
            if next.as_ref().is_some_and(|due| due.id == id_of(&domain, &path)) {
                digests.read_exact(&mut digest)?;
                next = changed.next()?;
            }
            list.add(&domain, &path, stamp, &digest)?;
        }
        list.finish()?;
        Ok(path)
    }

    /// The same list before the changed files were read.
    fn unread_list(&self) -> PathBuf {
        self.folder.join("files.unread")
    }

    /// Writes the Manifest.db the host gets.
    fn seal_manifest(&self) -> io::Result<()> {
        if let Some(sealing) = &self.sealing {
            let plain = File::open(self.manifest_db())?;
            let mut sealed = Encrypted::new(plain, &sealing.manifest_key().0);
            io::copy(&mut sealed, &mut File::create(self.sent_manifest_db())?)?;
        }
        Ok(())
    }
}

/// Walks the phone once. `base` is what the host has; files the faults make `unreadable` stay due for the next backup.
pub(super) fn survey(
    device: &Device,
    sealing: Option<Arc<Sealing>>,
    base: Option<&Snapshot>,
    unreadable: &[Unreadable],
    folder: &Path,
) -> Step<Survey> {
    let source = Source::new(device, sealing.clone())?;
    let mut survey = Survey {
        folder: folder.to_owned(),
        sealing,
        files: 0,
        bytes: 0,
        removed: 0,
        folders: [false; 256],
        present: HashSet::new(),
    };
    let mut manifest = manifest::Writer::create(&survey.manifest_db()).map_err(broken)?;
    let mut list = ListWriter::create(&survey.unread_list()).map_err(broken)?;
    let mut changed = IdsWriter::create(&folder.join("changed")).map_err(broken)?;
    let mut older = Older::open(base, &folder.join("removed")).map_err(broken)?;
    let mut last = None;
    for file in source.files()? {
        let place = Some((file.domain.clone(), file.path.clone()));
        if last >= place {
            return Err(broken(format_args!("the contents are out of order at {place:?}")));
        }
        last = place;
        let id = file_id(&file);
        let is_file = file.kind == FileKind::File;
        let key = is_file.then(|| source.key(&file, &id)).flatten();
        manifest.add(&file, &id, key.as_ref()).map_err(broken)?;
        if !is_file {
            continue;
        }
        let sent = older.find(&file.domain, &file.path).map_err(broken)?;
        let fails = unreadable.iter().any(|fault| fault.domain == file.domain && fault.path == file.path);
        let stamp = if fails { !file.stamp } else { file.stamp };
        let known = sent.filter(|(stamp, _)| *stamp == file.stamp);
        list.add(&file.domain, &file.path, stamp, &known.map_or(UNKNOWN, |(_, digest)| digest)).map_err(broken)?;
        if known.is_none() {
            let size = source.sent_size(&file);
            changed.add(&Due { id, readable: !fails, size }).map_err(broken)?;
            survey.files += 1;
            survey.bytes += size;
            survey.folders[usize::from(id[0])] = true;
        }
    }
    survey.removed = older.finish().map_err(broken)?;
    list.finish().map_err(broken)?;
    changed.finish().map_err(broken)?;
    manifest.finish().map_err(broken)?;
    survey.seal_manifest().map_err(broken)?;
    Ok(survey)
}

fn id_of(domain: &str, path: &str) -> FileId {
    Sha1::new().chain_update(domain).chain_update("-").chain_update(path).finalize().into()
}

/// The list of the older snapshot, walked beside the phone's own: both are in order.
struct Older {
    reader: Option<ListReader>,
    ahead: Option<Sent>,
    removed: IdsWriter,
    count: u64,
}

impl Older {
    fn open(base: Option<&Snapshot>, removed: &Path) -> io::Result<Older> {
        let reader = base.map(Snapshot::files).transpose()?;
        let mut older = Older { reader, ahead: None, removed: IdsWriter::create(removed)?, count: 0 };
        older.advance()?;
        Ok(older)
    }

    fn advance(&mut self) -> io::Result<()> {
        self.ahead = match &mut self.reader {
            Some(reader) => reader.next()?,
            None => None,
        };
        Ok(())
    }

    /// The stamp the host has of a file, and its digest; files passed over have vanished.
    fn find(&mut self, domain: &str, path: &str) -> io::Result<Option<(u64, ContentDigest)>> {
        while let Some(sent) = &self.ahead {
            match (sent.domain.as_str(), sent.path.as_str()).cmp(&(domain, path)) {
                std::cmp::Ordering::Less => self.vanished()?,
                std::cmp::Ordering::Equal => {
                    let found = (sent.stamp, sent.digest);
                    self.advance()?;
                    return Ok(Some(found));
                }
                std::cmp::Ordering::Greater => return Ok(None),
            }
        }
        Ok(None)
    }

    fn vanished(&mut self) -> io::Result<()> {
        if let Some(sent) = self.ahead.take() {
            self.removed.add(&Due { id: id_of(&sent.domain, &sent.path), readable: true, size: 0 })?;
            self.count += 1;
        }
        self.advance()
    }

    fn finish(mut self) -> io::Result<u64> {
        while self.ahead.is_some() {
            self.vanished()?;
        }
        self.removed.finish()?;
        Ok(self.count)
    }
}
