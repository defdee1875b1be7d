//! Looks over everything on the phone before a backup: what changed since the snapshot the host has, what vanished, and the Manifest.db.

use super::memory::{ListWriter, Sent, Snapshot};
use super::{FileId, Step, broken, file_id, manifest};
use crate::Unreadable;
use crate::contents::FileKind;
use crate::device::Device;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::{Path, PathBuf};

/// What a survey found. The long lists are files in its folder: memory stays flat.
pub(super) struct Survey {
    folder: PathBuf,
    /// Content files to send, and their bytes.
    pub files: u64,
    pub bytes: u64,
    /// Content files the host has and the phone has no more.
    pub removed: u64,
    /// Which of the folders 00 to ff the files to send go to.
    pub folders: [bool; 256],
}

impl Survey {
    pub fn manifest_db(&self) -> PathBuf {
        self.folder.join("Manifest.db")
    }

    /// The list of what the host will have, for the phone's memory.
    pub fn list(&self) -> PathBuf {
        self.folder.join("files")
    }

    pub fn changed(&self) -> io::Result<Ids> {
        Ids::open(&self.folder.join("changed"))
    }

    pub fn removed(&self) -> io::Result<Ids> {
        Ids::open(&self.folder.join("removed"))
    }
}

/// Walks the phone once. `base` is what the host has; files the faults make `unreadable` stay due for the next backup.
pub(super) fn survey(
    device: &Device,
    base: Option<&Snapshot>,
    unreadable: &[Unreadable],
    folder: &Path,
) -> Step<Survey> {
    let mut survey = Survey { folder: folder.to_owned(), files: 0, bytes: 0, removed: 0, folders: [false; 256] };
    let mut manifest = manifest::Writer::create(&survey.manifest_db()).map_err(broken)?;
    let mut list = ListWriter::create(&survey.list()).map_err(broken)?;
    let mut changed = IdsWriter::create(&folder.join("changed")).map_err(broken)?;
    let mut older = Older::open(base, &folder.join("removed")).map_err(broken)?;
    let contents = device.contents();
    let mut last = None;
    for file in contents.files().map_err(broken)? {
        let place = Some((file.domain.clone(), file.path.clone()));
        if last >= place {
            return Err(broken(format_args!("the contents are out of order at {place:?}")));
        }
        last = place;
        let id = file_id(&file);
        manifest.add(&file, &id).map_err(broken)?;
        if file.kind != FileKind::File {
            continue;
        }
        let sent = older.stamp_of(&file.domain, &file.path).map_err(broken)?;
        let fails = unreadable.iter().any(|fault| fault.domain == file.domain && fault.path == file.path);
        let stamp = if fails { !file.stamp } else { file.stamp };
        list.add(&file.domain, &file.path, stamp).map_err(broken)?;
        if sent != Some(file.stamp) {
            changed.add(&id, !fails).map_err(broken)?;
            survey.files += 1;
            survey.bytes += file.size;
            survey.folders[usize::from(id[0])] = true;
        }
    }
    survey.removed = older.finish().map_err(broken)?;
    list.finish().map_err(broken)?;
    changed.file.flush().map_err(broken)?;
    manifest.finish().map_err(broken)?;
    Ok(survey)
}

/// The list of the older snapshot, walked beside the phone's own: both are in order.
struct Older {
    reader: Option<super::memory::ListReader>,
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

    /// The stamp the host has of a file; files passed over have vanished.
    fn stamp_of(&mut self, domain: &str, path: &str) -> io::Result<Option<u64>> {
        while let Some(sent) = &self.ahead {
            match (sent.domain.as_str(), sent.path.as_str()).cmp(&(domain, path)) {
                std::cmp::Ordering::Less => self.vanished()?,
                std::cmp::Ordering::Equal => {
                    let stamp = sent.stamp;
                    self.advance()?;
                    return Ok(Some(stamp));
                }
                std::cmp::Ordering::Greater => return Ok(None),
            }
        }
        Ok(None)
    }

    fn vanished(&mut self) -> io::Result<()> {
        if let Some(sent) = self.ahead.take() {
            use sha1::{Digest, Sha1};
            let hash = Sha1::new().chain_update(&sent.domain).chain_update("-").chain_update(&sent.path);
            self.removed.add(&hash.finalize().into(), true)?;
            self.count += 1;
        }
        self.advance()
    }

    fn finish(mut self) -> io::Result<u64> {
        while self.ahead.is_some() {
            self.vanished()?;
        }
        self.removed.file.flush()?;
        Ok(self.count)
    }
}

/// A list of file names on disk, each with whether it can be read.
struct IdsWriter {
    file: BufWriter<File>,
}

impl IdsWriter {
    fn create(path: &Path) -> io::Result<IdsWriter> {
        Ok(IdsWriter { file: BufWriter::with_capacity(1 << 16, File::create(path)?) })
    }

    fn add(&mut self, id: &FileId, readable: bool) -> io::Result<()> {
        self.file.write_all(id)?;
        self.file.write_all(&[readable.into()])
    }
}

pub(super) struct Ids {
    file: BufReader<File>,
}

impl Ids {
    fn open(path: &Path) -> io::Result<Ids> {
        Ok(Ids { file: BufReader::with_capacity(1 << 16, File::open(path)?) })
    }

    pub fn next(&mut self) -> io::Result<Option<(FileId, bool)>> {
        let mut bytes = [0; 21];
        match self.file.read_exact(&mut bytes) {
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            read => read?,
        }
        let mut id = [0; 20];
        id.copy_from_slice(&bytes[..20]);
        Ok(Some((id, bytes[20] != 0)))
    }

    /// Up to `count` names of files that can be read; empty at the end.
    pub fn some(&mut self, count: usize) -> io::Result<Vec<FileId>> {
        let mut ids = Vec::new();
        while ids.len() < count {
            match self.next()? {
                Some((id, true)) => ids.push(id),
                Some((_, false)) => {}
                None => break,
            }
        }
        Ok(ids)
    }
}
