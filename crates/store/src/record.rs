//! The version record (`.ver`), byte by byte: `docs/store-format.md` is the same in prose.
//!
//! Header (fixed) · head (JSON) · file list (zstd) · BLAKE3 of all before. Numbers are little-endian.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::entries::{Entries, LARGEST_LIST, Listed, MOST_ENTRIES};
use crate::error::Damage;
use crate::list::List;
use crate::version::VersionHead;

const MAGIC: [u8; 8] = *b"\x89HLV\r\n\x1a\n";
const FORMAT: u16 = 1;
pub(crate) const HEADER: usize = 128;
const TRAILER: usize = 32;
/// The largest head, in bytes.
pub(crate) const LARGEST_HEAD: usize = 1 << 20;
const HEAD_JSON: u8 = 0;
const LIST_ZSTD: u8 = 1;

/// The fixed part of a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub seq: u64,
    /// The version this one was built on; 0 when it started empty.
    pub base: u64,
    pub session: Uuid,
    pub store: Uuid,
    pub head_length: u32,
    pub packed: u64,
    pub unpacked: u64,
    pub entries: u64,
    head_check: [u8; 32],
}

/// What can be known of a version without its list.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub header: Header,
    pub version: VersionHead,
}

#[derive(Serialize, Deserialize)]
struct HeadJson {
    udid: String,
    made: i64,
    files: u64,
    bytes: u64,
    new_bytes: u64,
    #[serde(default)]
    notes: BTreeMap<String, String>,
}

/// Everything a new record needs but its list.
pub(crate) struct Draft<'a> {
    pub version: &'a VersionHead,
    pub base: u64,
    pub session: Uuid,
    pub store: Uuid,
    pub packed: &'a [u8],
    pub unpacked: u64,
    pub entries: u64,
}

impl Draft<'_> {
    /// All that precedes the packed list; `None` when the notes are too large.
    fn front(&self) -> Option<Vec<u8>> {
        let version = self.version;
        let head = serde_json::to_vec(&HeadJson {
            udid: version.udid.clone(),
            made: version.made,
            files: version.files,
            bytes: version.bytes,
            new_bytes: version.new_bytes,
            notes: version.notes.clone(),
        })
        .ok()
        .filter(|head| head.len() <= LARGEST_HEAD)?;
        let mut front = Vec::with_capacity(HEADER + head.len());
        front.extend_from_slice(&MAGIC);
        front.extend_from_slice(&FORMAT.to_le_bytes());
        front.extend_from_slice(&(HEADER as u16).to_le_bytes());
        front.extend_from_slice(&0u32.to_le_bytes());
        front.extend_from_slice(&version.seq.to_le_bytes());
        front.extend_from_slice(&self.base.to_le_bytes());
        front.extend_from_slice(self.session.as_bytes());
        front.extend_from_slice(self.store.as_bytes());
        front.extend_from_slice(&(head.len() as u32).to_le_bytes());
        front.extend_from_slice(&[HEAD_JSON, LIST_ZSTD, 0, 0]);
        front.extend_from_slice(&(self.packed.len() as u64).to_le_bytes());
        front.extend_from_slice(&self.unpacked.to_le_bytes());
        front.extend_from_slice(&self.entries.to_le_bytes());
        let check = blake3::Hasher::new().update(&front).update(&head).finalize();
        front.extend_from_slice(check.as_bytes());
        front.extend_from_slice(&head);
        Some(front)
    }

    /// What goes before and after the packed list. `None` when the notes are too large.
    pub fn front_and_trailer(&self) -> Option<(Vec<u8>, [u8; 32])> {
        let front = self.front()?;
        let trailer = blake3::Hasher::new().update(&front).update(self.packed).finalize();
        Some((front, *trailer.as_bytes()))
    }
}

fn unreadable(error: io::Error) -> Damage {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Damage::WrongLength,
        kind => Damage::Unreadable(kind),
    }
}

/// Takes numbers off the front of a header.
struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        let (front, rest) = self.0.split_at(N);
        self.0 = rest;
        // A slice of N bytes always becomes an array of N bytes.
        front.try_into().unwrap_or([0; N])
    }
    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }
}

impl Header {
    fn parse(bytes: &[u8; HEADER]) -> Result<Header, Damage> {
        let mut fields = Fields(bytes);
        if fields.take() != MAGIC {
            return Err(Damage::NotARecord);
        }
        let format = u16::from_le_bytes(fields.take());
        let length = u16::from_le_bytes(fields.take());
        let flags = u32::from_le_bytes(fields.take());
        let (seq, base) = (fields.u64(), fields.u64());
        let (session, store) = (Uuid::from_bytes(fields.take()), Uuid::from_bytes(fields.take()));
        let head_length = u32::from_le_bytes(fields.take());
        let codecs: [u8; 4] = fields.take();
        let header = Header {
            seq,
            base,
            session,
            store,
            head_length,
            packed: fields.u64(),
            unpacked: fields.u64(),
            entries: fields.u64(),
            head_check: fields.take(),
        };
        if format != FORMAT || flags != 0 || codecs != [HEAD_JSON, LIST_ZSTD, 0, 0] || length as usize != HEADER {
            return Err(Damage::NewerFormat);
        }
        let too_much = head_length as usize > LARGEST_HEAD
            || header.packed > LARGEST_LIST
            || header.unpacked > LARGEST_LIST
            || header.entries > MOST_ENTRIES;
        if too_much { Err(Damage::Limit) } else { Ok(header) }
    }

    /// The length of the whole record, in bytes.
    fn record_length(&self) -> u64 {
        (HEADER + TRAILER) as u64 + u64::from(self.head_length) + self.packed
    }
}

/// Reads header and head from `input`, which is then at the start of the packed list; returns the bytes read, too.
fn read_front(input: &mut impl Read, length: u64) -> Result<(Header, HeadJson, Vec<u8>), Damage> {
    let mut bytes = [0; HEADER];
    input.read_exact(&mut bytes).map_err(unreadable)?;
    let header = Header::parse(&bytes)?;
    if header.record_length() != length {
        return Err(Damage::WrongLength);
    }
    let mut front = vec![0; HEADER + header.head_length as usize];
    front[..HEADER].copy_from_slice(&bytes);
    input.read_exact(&mut front[HEADER..]).map_err(unreadable)?;
    let check = blake3::Hasher::new().update(&front[..HEADER - 32]).update(&front[HEADER..]).finalize();
    if check != header.head_check {
        return Err(Damage::HeadChecksum);
    }
    let head = serde_json::from_slice(&front[HEADER..]).map_err(|_| Damage::Notes)?;
    Ok((header, head, front))
}

fn open(path: &Path) -> Result<(File, u64), Damage> {
    // Asked first: a link or a pipe somebody put there must not be followed or waited for.
    if !std::fs::symlink_metadata(path).map_err(unreadable)?.is_file() {
        return Err(Damage::NotARecord);
    }
    let file = File::open(path).map_err(unreadable)?;
    let length = file.metadata().map_err(unreadable)?.len();
    Ok((file, length))
}

fn placed(header: Header, head: HeadJson, path: &Path, udid: &str) -> Result<Head, Damage> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if head.udid != udid || crate::layout::record_seq(name) != Some(header.seq) {
        return Err(Damage::WrongPlace);
    }
    let version = VersionHead {
        udid: head.udid,
        seq: header.seq,
        file: name.to_owned(),
        made: head.made,
        files: head.files,
        bytes: head.bytes,
        new_bytes: head.new_bytes,
        notes: head.notes,
    };
    Ok(Head { header, version })
}

/// Reads and checks the head of the record at `path`. Cost does not depend on the number of files.
pub(crate) fn read_head(path: &Path, udid: &str) -> Result<Head, Damage> {
    let (mut file, length) = open(path)?;
    let (header, head, _) = read_front(&mut file, length)?;
    placed(header, head, path, udid)
}

/// The device a record belongs to, wherever it lies.
pub(crate) fn device(path: &Path) -> Result<String, Damage> {
    let (mut file, length) = open(path)?;
    read_front(&mut file, length).map(|(_, head, _)| head.udid)
}

/// Reads the whole record, checks every rule and the trailer, and hands each entry to `each`.
pub(crate) fn read(
    path: &Path,
    udid: &str,
    each: &mut dyn FnMut(Listed<'_>) -> Result<(), Damage>,
) -> Result<Head, Damage> {
    let (file, length) = open(path)?;
    read_from(file, length, path, udid, each)
}

/// As [`read`], for a record of `length` bytes that `input` is at the start of.
pub(crate) fn read_from(
    mut input: impl Read,
    length: u64,
    path: &Path,
    udid: &str,
    each: &mut dyn FnMut(Listed<'_>) -> Result<(), Damage>,
) -> Result<Head, Damage> {
    let (header, head, front) = read_front(&mut input, length)?;
    let head = placed(header, head, path, udid)?;
    let mut hasher = blake3::Hasher::new();
    hasher.update(&front);
    let mut packed = Hashing { input: (&mut input).take(header.packed), hasher };
    let listed = Entries::new(&mut packed, &header).and_then(|mut entries| {
        while let Some(entry) = entries.next()? {
            each(entry)?;
        }
        Ok(())
    });
    // A flipped bit in the list is told as such, whatever the unpacking made of it.
    io::copy(&mut packed, &mut io::sink()).map_err(unreadable)?;
    let found = packed.hasher.finalize();
    let mut trailer = [0; TRAILER];
    input.read_exact(&mut trailer).map_err(unreadable)?;
    if found != trailer {
        return Err(Damage::Checksum);
    }
    listed.map(|()| head)
}

/// Reads the whole record into memory.
pub(crate) fn load(path: &Path, udid: &str) -> Result<(Head, List), Damage> {
    let header = read_head(path, udid)?.header;
    // No more room in advance than a true list of this length could need, whatever the header says.
    let entries = header.entries.min(header.packed / 8) as usize;
    let paths = header.unpacked.saturating_sub(64 * header.entries).min(header.packed * 4) as usize;
    let mut list = List::with_capacity(entries, paths);
    let head = read(path, udid, &mut |(path, row, carried)| list.push(path, row, carried).map_err(|_| Damage::List))?;
    list.shrink();
    Ok((head, list))
}

/// Reads the whole record and keeps nothing of it.
pub(crate) fn check(path: &Path, udid: &str) -> Result<Head, Damage> {
    read(path, udid, &mut |_| Ok(()))
}

/// Hashes what is read through it.
struct Hashing<R> {
    input: R,
    hasher: blake3::Hasher,
}

impl<R: Read> Read for Hashing<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.input.read(buffer)?;
        self.hasher.update(&buffer[..count]);
        Ok(count)
    }
}
