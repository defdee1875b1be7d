//! Makes a session a version. The order is the whole point: content durable first, then the record, then a look back.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use crate::barrier::{flush_folder, forget_cached};
use crate::draft::Draft;
use crate::entries::{LARGEST_CARRIED, LARGEST_INSIDE, Packer};
use crate::error::{ObjectDamage, at, writing};
use crate::fault::{left_out, point};
use crate::layout::{Hash, claim_name, record_name};
use crate::list::{EntryKind, INLINE, OBJECT, Row};
use crate::presence::Relied;
use crate::session::{Session, born};
use crate::tree::Node;
use crate::version::VersionHead;
use crate::{Error, Result, objects, path, presence, record, space};

/// What to make of a session.
#[derive(Debug, Clone, Default)]
pub struct Commit {
    /// When the backup was made, Unix milliseconds.
    pub made: i64,
    /// Kept with the version, readable without its file list. At most 1 MiB altogether.
    pub notes: BTreeMap<String, String>,
    /// Files named in `inline` up to this size are kept inside the record; 4 MiB is the most the format allows. In a sealed
    /// record they always are, up to 32 MiB; a larger one is [`Error::TooLarge`].
    pub inline_max: u64,
    /// Paths of files to keep inside the record.
    pub inline: Vec<String>,
    /// Paths that do not become part of the version, with all below them.
    pub leave_out: Vec<String>,
    /// Paths of large files that change a little each time: the content the last version has there is then kept as
    /// what differs from the new one.
    pub delta: Vec<String>,
}

impl Commit {
    fn leaves_out(&self, path: &str) -> bool {
        self.leave_out.iter().any(|folder| path::is_within(path, folder.trim_end_matches('/')))
    }
}

/// The list of the version to be, packed.
struct Packed {
    list: Vec<u8>,
    unpacked: u64,
    entries: u64,
    files: u64,
    bytes: u64,
    new_bytes: u64,
}

/// The empty file that reserves a number; taken away again whatever happens.
struct Claim(PathBuf);

impl Drop for Claim {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

impl Session {
    /// Makes the session a version. After success the version survives a power cut; after an error the last version
    /// is as it was and the session can be taken up again with [`crate::Base::Resume`].
    ///
    /// Fails with [`Error::ObjectDamaged`] when content of the version to be, also what it shares with earlier ones, is
    /// missing or has another size. Only that content sent again, or a session without the file, can then be committed.
    pub fn commit(mut self, commit: Commit) -> Result<VersionHead> {
        self.pool.drain()?;
        self.log.flush()?;
        point("objects stored");
        let (seq, claim) = self.claim()?;
        point("number claimed");
        let packed = self.pack_safely(&commit, seq)?;
        let head = VersionHead {
            udid: self.udid.clone(),
            seq,
            file: record_name(seq, commit.made),
            made: commit.made,
            files: packed.files,
            bytes: packed.bytes,
            new_bytes: packed.new_bytes,
            notes: commit.notes,
        };
        let base = self.newest.as_ref().filter(|_| self.over_newest).map_or(0, |version| version.head().seq);
        let draft = Draft {
            version: &head,
            base,
            session: self.id,
            store: self.store.0.uuid,
            packed: &packed.list,
            unpacked: packed.unpacked,
            entries: packed.entries,
        };
        let pieces = draft.pieces(self.key.as_ref())?;

        let path = self.store.0.layout.versions(&self.udid).join(&head.file);
        self.write_record(&path, &[&pieces.front, &pieces.list, &pieces.trailer])?;
        drop(pieces);
        point("record durable");
        let found = record::check(&path, &self.udid, &self.store.0.keys)
            .map_err(|damage| Error::RecordDamaged { path, damage })?;
        debug_assert_eq!(found.version, head);
        point("record checked");
        // A clean-up that was cut may have put aside what this version relies on.
        let _ = self.store.restore_doomed();
        self.thin(&commit.delta);
        drop(claim);
        point("claim dropped");
        let log = self.log.path().to_path_buf();
        // A log that stays is known by its session to be finished.
        let _ = fs::remove_file(log);
        point("log removed");
        drop(self);
        point("lease dropped");
        Ok(head)
    }

    /// Reserves the number after the highest there is, against any other writer.
    fn claim(&self) -> Result<(u64, Claim)> {
        let versions = self.store.0.layout.versions(&self.udid);
        let mut seq = self.store.last_seq(&self.udid)? + 1;
        loop {
            let path = versions.join(claim_name(seq));
            match File::create_new(&path) {
                Ok(_) => {
                    let claim = Claim(path);
                    // Somebody may have finished this number between the look and the claim.
                    if !self.store.has_record(&self.udid, seq)? {
                        return Ok((seq, claim));
                    }
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(at(&path)(error)),
            }
            seq += 1;
        }
    }

    /// Packs the list and makes its content durable, while no clean-up can take any of it away: the lease counts all
    /// the time from before the look at the objects until the record is about to be created.
    fn pack_safely(&self, commit: &Commit, seq: u64) -> Result<Packed> {
        for _ in 0..5 {
            self.lease.hold()?;
            self.store.wait_for_clean_up(&self.sessions, &self.udid)?;
            let packed = self.pack(commit, seq)?;
            self.barrier.wait(self.objects.folders())?;
            point("objects durable");
            if self.lease.held() {
                return Ok(packed);
            }
        }
        let path = self.store.0.layout.lease(&self.udid);
        Err(Error::Io { path, source: io::ErrorKind::TimedOut.into() })
    }

    /// Packs the list, once every object it relies on, new or from versions before, is seen to be there with its size.
    fn pack(&self, commit: &Commit, seq: u64) -> Result<Packed> {
        let versions = self.store.0.layout.versions(&self.udid);
        let inline: HashSet<&str> = commit.inline.iter().map(String::as_str).collect();
        let new_bytes = self.check_presence(commit, &inline)?;
        let mut packer = Packer::new().map_err(at(&versions))?;
        let (mut files, mut bytes) = (0, 0u64);
        for (path, node) in self.tree.walk("").filter(|(path, _)| !commit.leaves_out(path)) {
            let mut row = self.tree.row(node);
            if !self.untouched(path, node) {
                row.born = born(self.previous(), path, row.kind, &row.hash).unwrap_or(seq);
            }
            let mut content = Vec::new();
            let mut carried = self.tree.carried(node);
            if row.kind == EntryKind::File {
                files += 1;
                bytes = bytes.saturating_add(row.size);
                if self.carries(commit, &inline, path, &row)? {
                    content = self.content(path, &row.hash, row.size)?;
                    (row.codec, carried) = (INLINE, &content);
                }
            }
            packer.push(path, &row, carried).map_err(at(&versions))?;
            drop(content);
        }
        let (list, unpacked, entries) = packer.finish().map_err(at(&versions))?.ok_or(Error::TooLarge)?;
        Ok(Packed { list, unpacked, entries, files, bytes, new_bytes })
    }

    /// Looks whether all content is there that the record will name, and returns how many bytes no earlier version has.
    ///
    /// Walks of their own, so that what they gather is gone before the list is packed. Each gathers a part of the hashes:
    /// together they would be the most that a backup holds in memory.
    fn check_presence(&self, commit: &Commit, inline: &HashSet<&str>) -> Result<u64> {
        let (mut new_bytes, mut lost) = (0, None);
        for part in 0..presence::PARTS {
            let mut relied = Vec::new();
            for (path, node) in self.tree.walk("").filter(|(path, _)| !commit.leaves_out(path)) {
                let row = self.tree.row(node);
                if presence::part(&row.hash) != part {
                    continue;
                }
                let stored = |hash| self.previous().and_then(|list| list.object(hash));
                let new = !self.untouched(path, node) && stored(&row.hash) != Some(row.size);
                if row.kind != EntryKind::File || row.codec != OBJECT {
                    let sent = new && row.codec == INLINE && matches!(node, Node::Fresh(_));
                    new_bytes += if sent { row.size } else { 0 };
                } else if self.carries(commit, inline, path, &row)? {
                    new_bytes += if new { row.size } else { 0 };
                } else {
                    relied.push(Relied { hash: row.hash, size: row.size, path, new });
                }
            }
            lost = presence::first(lost, presence::check(&self.store.0.layout, &mut relied));
            new_bytes += relied.iter().filter(|relied| relied.new).map(|relied| relied.size).sum::<u64>();
        }
        match lost {
            Some((path, damage)) => Err(Error::ObjectDamaged { path: path.to_owned(), damage }),
            None => Ok(new_bytes),
        }
    }

    /// Whether the content of a file, an object now, goes into the record itself.
    fn carries(&self, commit: &Commit, inline: &HashSet<&str>, path: &str, row: &Row) -> Result<bool> {
        if row.codec != OBJECT || !inline.contains(path) {
            return Ok(false);
        }
        match self.key {
            Some(_) if row.size > LARGEST_INSIDE => Err(Error::TooLarge),
            Some(_) => Ok(true),
            None => Ok(row.size <= commit.inline_max.min(LARGEST_CARRIED)),
        }
    }

    /// Whether an entry is as the version below has it, at the same path.
    fn untouched(&self, path: &str, node: Node) -> bool {
        self.over_newest && matches!(node, Node::Base(index) if self.tree.base.path(index as usize) == path)
    }

    fn content(&self, path: &str, hash: &Hash, size: u64) -> Result<Vec<u8>> {
        let damaged = |damage| Error::ObjectDamaged { path: path.to_owned(), damage };
        let object = self.store.0.layout.object(hash);
        let file = objects::open(&object, size).map_err(damaged)?;
        let mut bytes = Vec::with_capacity(size as usize);
        file.take(size).read_to_end(&mut bytes).map_err(at(&object))?;
        if blake3::hash(&bytes) == *hash { Ok(bytes) } else { Err(damaged(ObjectDamage::WrongBytes)) }
    }

    /// Writes the record under its final name. On a full disk the reserve of the store is spent on it.
    fn write_record(&self, path: &Path, parts: &[&[u8]]) -> Result<()> {
        space::with_reserve(&self.store.0.layout.ballast(), || write_new(path, parts))
    }
}

/// Writes and flushes a new file, and its name; nothing of it stays when that fails.
fn write_new(path: &Path, parts: &[&[u8]]) -> Result<()> {
    let length = parts.iter().map(|part| part.len() as u64).sum();
    let file = objects::create(path).map_err(writing(path, length))?;
    point("record created");
    let written = fill(&file, parts).map_err(writing(path, length));
    let written = written.and_then(|()| flush_name(path));
    if written.is_err() {
        drop(file);
        let _ = fs::remove_file(path);
        return written;
    }
    forget_cached(&file);
    Ok(())
}

fn flush_name(path: &Path) -> Result<()> {
    match path.parent() {
        Some(folder) if !left_out("record flush") => flush_folder(folder),
        _ => Ok(()),
    }
}

fn fill(mut file: &File, parts: &[&[u8]]) -> io::Result<()> {
    for part in parts {
        let (first, second) = part.split_at(part.len() / 2);
        file.write_all(first)?;
        point("record part written");
        file.write_all(second)?;
    }
    point("record written");
    if left_out("record flush") { Ok(()) } else { file.sync_all() }
}
