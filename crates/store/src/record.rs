//! The version record (`.ver`), byte by byte: `docs/store-format.md` is the same in prose.
//!
//! Header (fixed) · head (JSON) · file list (zstd) · BLAKE3 of all before. Numbers are little-endian. Of a sealed record
//! head and list are encrypted; both checksums are over what lies on the disk, so damage is told without the key.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use uuid::Uuid;

use crate::draft::HeadJson;
use crate::entries::{Entries, LARGEST_LIST, Listed, MOST_ENTRIES};
use crate::error::Damage;
use crate::list::List;
use crate::seal::{BOUND, KeyId, NONCE, Seal};
use crate::sealing::Keys;
use crate::version::VersionHead;

pub(crate) const MAGIC: [u8; 8] = *b"\x89HLV\r\n\x1a\n";
pub(crate) const FORMAT: u16 = 1;
pub(crate) const HEADER: usize = 128;
pub(crate) const TRAILER: usize = 32;
/// The largest head, in bytes.
pub(crate) const LARGEST_HEAD: usize = 1 << 20;
/// Flags and codecs of a record that is not sealed, and of one that is.
pub(crate) const PLAIN: (u32, [u8; 4]) = (0, [0, 1, 0, 0]);
pub(crate) const SEALED: (u32, [u8; 4]) = (1, [1, 2, 0, 0]);

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
    pub sealed: bool,
    head_check: [u8; 32],
}

/// What can be known of a version without its list.
#[derive(Debug, Clone)]
pub(crate) struct Head {
    pub header: Header,
    pub version: VersionHead,
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
            sealed: (flags, codecs) == SEALED,
            head_check: fields.take(),
        };
        let known = header.sealed || (flags, codecs) == PLAIN;
        if format != FORMAT || !known || length as usize != HEADER {
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

/// Header and head as they lie on the disk.
struct Front {
    header: Header,
    /// Both, one after the other.
    bytes: Vec<u8>,
}

/// Reads header and head from `input`, which is then at the start of the packed list.
fn read_front(input: &mut impl Read, length: u64) -> Result<Front, Damage> {
    let mut fixed = [0; HEADER];
    input.read_exact(&mut fixed).map_err(unreadable)?;
    let header = Header::parse(&fixed)?;
    if header.record_length() != length {
        return Err(Damage::WrongLength);
    }
    let mut bytes = vec![0; HEADER + header.head_length as usize];
    bytes[..HEADER].copy_from_slice(&fixed);
    input.read_exact(&mut bytes[HEADER..]).map_err(unreadable)?;
    let check = blake3::Hasher::new().update(&bytes[..BOUND]).update(&bytes[HEADER..]).finalize();
    if check != header.head_check { Err(Damage::HeadChecksum) } else { Ok(Front { header, bytes }) }
}

impl Front {
    /// The key a sealed one names, its nonce, and the sealed head.
    fn sealed(&self) -> Option<(KeyId, [u8; NONCE], &[u8])> {
        let (key, rest) = self.bytes[HEADER..].split_first_chunk().filter(|_| self.header.sealed)?;
        let (nonce, head) = rest.split_first_chunk()?;
        Some((KeyId::from_bytes(*key), *nonce, head))
    }

    /// The head, and of a sealed record what opens its list.
    fn open(&self, keys: &Keys) -> Result<(HeadJson, Option<Seal>), Damage> {
        let parse = |head: &[u8]| serde_json::from_slice(head).map_err(|_| Damage::Notes);
        if !self.header.sealed {
            return Ok((parse(&self.bytes[HEADER..])?, None));
        }
        let (id, nonce, head) = self.sealed().ok_or(Damage::Limit)?;
        let key = keys.find(&id).ok_or(Damage::KeyNeeded(id))?;
        let bound = self.bytes.first_chunk().ok_or(Damage::Limit)?;
        let seal = Seal::new(&key, nonce, *bound);
        let head = seal.open_head(head).map_err(|_| Damage::Seal)?;
        Ok((parse(&head)?, Some(seal)))
    }
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

/// Whether the record lies under its own number.
fn check_number(header: &Header, path: &Path) -> Result<(), Damage> {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    if crate::layout::record_seq(name) == Some(header.seq) { Ok(()) } else { Err(Damage::WrongPlace) }
}

fn placed(header: Header, head: HeadJson, path: &Path, udid: &str) -> Result<Head, Damage> {
    if head.udid != udid {
        return Err(Damage::WrongPlace);
    }
    let file = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    let HeadJson { udid, made, files, bytes, new_bytes, notes } = head;
    Ok(Head { header, version: VersionHead { udid, seq: header.seq, file, made, files, bytes, new_bytes, notes } })
}

/// Reads and checks the head of the record at `path`. Cost does not depend on the number of files.
pub(crate) fn read_head(path: &Path, udid: &str, keys: &Keys) -> Result<Head, Damage> {
    let (mut file, length) = open(path)?;
    let front = read_front(&mut file, length)?;
    check_number(&front.header, path)?;
    placed(front.header, front.open(keys)?.0, path, udid)
}

/// Reads the header of the record at `path`, for which no key is needed.
pub(crate) fn header(path: &Path) -> Result<Header, Damage> {
    let (mut file, length) = open(path)?;
    let front = read_front(&mut file, length)?;
    check_number(&front.header, path).map(|()| front.header)
}

/// The key a sealed record names.
pub(crate) fn key_id(path: &Path) -> Option<KeyId> {
    let (mut file, length) = open(path).ok()?;
    read_front(&mut file, length).ok()?.sealed().map(|(key, ..)| key)
}

/// The device a record belongs to, wherever it lies.
pub(crate) fn device(path: &Path, keys: &Keys) -> Result<String, Damage> {
    let (mut file, length) = open(path)?;
    read_front(&mut file, length)?.open(keys).map(|(head, _)| head.udid)
}

/// Reads the whole record, checks every rule and the trailer, and hands each entry to `each`.
///
/// Fails with [`Damage::KeyNeeded`] when it is sealed with a key that is not at hand, and its trailer is right.
pub(crate) fn read(
    path: &Path,
    udid: &str,
    keys: &Keys,
    each: &mut dyn FnMut(Listed<'_>) -> Result<(), Damage>,
) -> Result<Head, Damage> {
    let (file, length) = open(path)?;
    read_from(file, length, path, udid, keys, each)
}

/// As [`read`], for a record of `length` bytes that `input` is at the start of.
pub(crate) fn read_from(
    mut input: impl Read,
    length: u64,
    path: &Path,
    udid: &str,
    keys: &Keys,
    each: &mut dyn FnMut(Listed<'_>) -> Result<(), Damage>,
) -> Result<Head, Damage> {
    let front = read_front(&mut input, length)?;
    let header = front.header;
    check_number(&header, path)?;
    let opened = match front.open(keys) {
        Ok((head, seal)) => Ok((placed(header, head, path, udid)?, seal)),
        Err(damage @ Damage::KeyNeeded(_)) => Err(damage),
        Err(damage) => return Err(damage),
    };
    let mut hasher = blake3::Hasher::new();
    hasher.update(&front.bytes);
    let mut packed = Hashing { input: (&mut input).take(header.packed), hasher };
    let listed = opened.and_then(|(head, seal)| {
        match seal {
            None => list_entries(&mut packed, &header, each),
            Some(seal) => list_sealed(&mut packed, &seal, &header, each),
        }
        .map(|()| head)
    });
    // A flipped bit in the list is told as such, whatever the unpacking made of it.
    io::copy(&mut packed, &mut io::sink()).map_err(unreadable)?;
    let found = packed.hasher.finalize();
    let mut trailer = [0; TRAILER];
    input.read_exact(&mut trailer).map_err(unreadable)?;
    if found != trailer { Err(Damage::Checksum) } else { listed }
}

fn list_entries(
    packed: impl Read,
    header: &Header,
    each: &mut dyn FnMut(Listed<'_>) -> Result<(), Damage>,
) -> Result<(), Damage> {
    let mut entries = Entries::new(packed, header)?;
    while let Some(entry) = entries.next()? {
        each(entry)?;
    }
    Ok(())
}

fn list_sealed(
    packed: impl Read,
    seal: &Seal,
    header: &Header,
    each: &mut dyn FnMut(Listed<'_>) -> Result<(), Damage>,
) -> Result<(), Damage> {
    let mut plain = seal.open_list(packed, header.packed);
    let listed = list_entries(&mut plain, header, each);
    // To its end: also what follows the list must have been sealed with it.
    let rest = io::copy(&mut plain, &mut io::sink());
    if plain.broken || rest.is_err() { Err(Damage::Seal) } else { listed }
}

/// Reads the whole record into memory.
pub(crate) fn load(path: &Path, udid: &str, keys: &Keys) -> Result<(Head, List), Damage> {
    let header = read_head(path, udid, keys)?.header;
    // No more room in advance than a true list of this length could need, whatever the header says.
    let entries = header.entries.min(header.packed / 8) as usize;
    let paths = header.unpacked.saturating_sub(64 * header.entries).min(header.packed * 4) as usize;
    let mut list = List::with_capacity(entries, paths);
    let head =
        read(path, udid, keys, &mut |(path, row, carried)| list.push(path, row, carried).map_err(|_| Damage::List))?;
    list.shrink();
    Ok((head, list))
}

/// Reads the whole record and keeps nothing of it.
pub(crate) fn check(path: &Path, udid: &str, keys: &Keys) -> Result<Head, Damage> {
    read(path, udid, keys, &mut |_| Ok(()))
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
