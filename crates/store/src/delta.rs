//! A large file that changes a little from version to version: the older content as the difference to the newer one.
//!
//! `<hash>.delta` stands beside where the object `<hash>` was: a header, then under zstd as many bytes as the content has,
//! each XORed with the byte at the same place of the base, or with 0 beyond its end. `docs/store-format.md` has it in prose.

use std::fs::{self, File};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use crate::barrier::forget_cached;
use crate::error::ObjectDamage;
use crate::layout::{Hash, Layout};
use crate::objects;

const MAGIC: [u8; 8] = *b"\x89HLD\r\n\x1a\n";
const FORMAT: u16 = 1;
const HEADER: usize = 112;
/// What the header's own checksum covers.
const CHECKED: usize = 80;
/// The most deltas that may lean on one another.
pub(crate) const LONGEST: u32 = 8;
/// A reader gives up after so many: no writer makes as many.
pub(crate) const MOST_READ: u32 = 32;
const LEVEL: i32 = 3;
const WINDOW_LOG: u32 = 27;

/// What a delta tells of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    /// The size of the content, in bytes.
    pub size: u64,
    pub base_size: u64,
    pub base: Hash,
    /// How many deltas in a row lean on this content.
    pub behind: u32,
    /// The length of what follows the header.
    packed: u64,
}

impl Header {
    fn bytes(&self) -> [u8; HEADER] {
        let mut bytes = [0; HEADER];
        bytes[..8].copy_from_slice(&MAGIC);
        bytes[8..10].copy_from_slice(&FORMAT.to_le_bytes());
        bytes[10..12].copy_from_slice(&(HEADER as u16).to_le_bytes());
        bytes[16..24].copy_from_slice(&self.size.to_le_bytes());
        bytes[24..32].copy_from_slice(&self.base_size.to_le_bytes());
        bytes[32..64].copy_from_slice(&self.base);
        bytes[64..68].copy_from_slice(&self.behind.to_le_bytes());
        bytes[72..80].copy_from_slice(&self.packed.to_le_bytes());
        let check = blake3::hash(&bytes[..CHECKED]);
        bytes[CHECKED..].copy_from_slice(check.as_bytes());
        bytes
    }

    fn parse(bytes: &[u8; HEADER]) -> Option<Header> {
        let number = |at: usize| bytes[at..at + 8].try_into().map(u64::from_le_bytes).ok();
        let behind = bytes[64..68].try_into().map(u32::from_le_bytes).ok()?;
        let base = bytes[32..64].try_into().ok()?;
        let header = Header { size: number(16)?, base_size: number(24)?, base, behind, packed: number(72)? };
        (header.bytes() == *bytes).then_some(header)
    }
}

/// Reads and checks the header of a delta; the file is then at the start of what follows it.
fn open_delta(path: &Path) -> Result<(File, Header), ObjectDamage> {
    let unreadable = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => ObjectDamage::Missing,
        kind => ObjectDamage::Unreadable(kind),
    };
    let about = fs::symlink_metadata(path).map_err(unreadable)?;
    if !about.is_file() {
        return Err(ObjectDamage::Missing);
    }
    let mut file = File::open(path).map_err(unreadable)?;
    let mut bytes = [0; HEADER];
    file.read_exact(&mut bytes).map_err(|_| ObjectDamage::WrongBytes)?;
    let header = Header::parse(&bytes).ok_or(ObjectDamage::WrongBytes)?;
    match about.len() == header.packed.saturating_add(HEADER as u64) {
        true => Ok((file, header)),
        false => Err(ObjectDamage::WrongBytes),
    }
}

/// Reads and checks the header of a delta.
pub(crate) fn header(path: &Path) -> Result<Header, ObjectDamage> {
    open_delta(path).map(|(_, header)| header)
}

/// Where the delta of a content lies, put aside by a clean-up or not.
fn place(layout: &Layout, hash: &Hash) -> PathBuf {
    let path = layout.delta(hash);
    let aside = path.file_name().map(|name| layout.doomed().join(name)).filter(|aside| aside.exists());
    if path.exists() { path } else { aside.unwrap_or(path) }
}

/// Whether the content is there or can be put together, as far as that shows without reading it.
pub(crate) fn look(layout: &Layout, hash: &Hash, size: u64) -> Result<(), ObjectDamage> {
    match objects::look(&layout.object(hash), size) {
        Err(ObjectDamage::Missing) => look_at(hash, size, |hash| layout.whole(hash), |hash| place(layout, hash)),
        // Nearly always: one question to the volume.
        result => result,
    }
}

/// As [`look`], for a version about to rely on it: what a clean-up has put aside may be gone the next moment.
pub(crate) fn look_in_place(layout: &Layout, hash: &Hash, size: u64) -> Result<(), ObjectDamage> {
    look_at(hash, size, |hash| layout.object(hash), |hash| layout.delta(hash))
}

fn look_at(
    hash: &Hash,
    size: u64,
    whole: impl Fn(&Hash) -> PathBuf,
    delta: impl Fn(&Hash) -> PathBuf,
) -> Result<(), ObjectDamage> {
    let (mut hash, mut size) = (*hash, size);
    for turn in 0..MOST_READ {
        match objects::look(&whole(&hash), size) {
            Err(ObjectDamage::Missing) => {}
            result if turn == 0 => return result,
            result => return result.map_err(|_| ObjectDamage::WrongBytes),
        }
        let header = header(&delta(&hash))?;
        if header.size != size {
            return Err(ObjectDamage::WrongLength { expected: size, found: header.size });
        }
        (hash, size) = (header.base, header.base_size);
    }
    Err(ObjectDamage::WrongBytes)
}

/// The content, put together in a nameless file of this computer and compared with its hash.
pub(crate) fn open(layout: &Layout, hash: &Hash, size: u64) -> Result<File, ObjectDamage> {
    open_delta(&place(layout, hash))?;
    let mut reader = reader(layout, hash, size, 0)?;
    let mut file = nameless().map_err(|error| ObjectDamage::Unreadable(error.kind()))?;
    let found = copy(&mut reader, &mut file)?;
    if found != (*hash, size) {
        return Err(ObjectDamage::WrongBytes);
    }
    file.seek(SeekFrom::Start(0)).map_err(|error| ObjectDamage::Unreadable(error.kind()))?;
    Ok(file)
}

/// Puts the content together and compares it with its hash; nothing of it is kept.
pub(crate) fn verify(layout: &Layout, hash: &Hash, size: u64) -> Result<(), ObjectDamage> {
    open_delta(&place(layout, hash))?;
    let found = copy(&mut reader(layout, hash, size, 0)?, &mut io::sink())?;
    if found == (*hash, size) { Ok(()) } else { Err(ObjectDamage::WrongBytes) }
}

/// Hash and length of what was copied.
fn copy(from: &mut dyn Read, to: &mut dyn Write) -> Result<(Hash, u64), ObjectDamage> {
    let (mut hasher, mut length, mut buffer) = (blake3::Hasher::new(), 0, vec![0; 256 << 10]);
    loop {
        // What cannot be unpacked has been changed; a file that cannot be read is told as such.
        let count = from.read(&mut buffer).map_err(|error| match error.raw_os_error() {
            Some(_) => ObjectDamage::Unreadable(error.kind()),
            None => ObjectDamage::WrongBytes,
        })?;
        if count == 0 {
            return Ok((*hasher.finalize().as_bytes(), length));
        }
        hasher.update(&buffer[..count]);
        length += count as u64;
        to.write_all(&buffer[..count]).map_err(|error| ObjectDamage::Unreadable(error.kind()))?;
    }
}

/// Reads a content that is whole, or put together from its delta and what that leans on.
fn reader(layout: &Layout, hash: &Hash, size: u64, depth: u32) -> Result<Box<dyn Read>, ObjectDamage> {
    match objects::open(&layout.whole(hash), size) {
        Ok(file) => {
            forget_cached(&file);
            return Ok(Box::new(BufReader::with_capacity(128 << 10, file)));
        }
        Err(ObjectDamage::Missing) if depth < MOST_READ => {}
        Err(damage) => return Err(damage),
    }
    let (file, header) = open_delta(&place(layout, hash))?;
    if header.size != size {
        return Err(ObjectDamage::WrongLength { expected: size, found: header.size });
    }
    let base = reader(layout, &header.base, header.base_size, depth + 1)?;
    Ok(Box::new(apply(base, file, &header)?))
}

fn apply(base: Box<dyn Read>, packed: File, header: &Header) -> Result<Xor<impl Read + use<>>, ObjectDamage> {
    forget_cached(&packed);
    let mut difference = zstd::Decoder::new(packed).map_err(|_| ObjectDamage::WrongBytes)?.single_frame();
    difference.window_log_max(WINDOW_LOG).map_err(|_| ObjectDamage::WrongBytes)?;
    // A byte more than told is noticed by the length.
    Ok(Xor { difference: difference.take(header.size.saturating_add(1)), base })
}

/// Two streams XORed; the length is that of the first.
struct Xor<D> {
    difference: D,
    base: Box<dyn Read>,
}

impl<D: Read> Read for Xor<D> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.difference.read(buffer)?;
        let mut base = [0; 16 << 10];
        for part in buffer[..count].chunks_mut(base.len()) {
            let filled = fill(&mut self.base, &mut base[..part.len()])?;
            part.iter_mut().zip(&base[..filled]).for_each(|(byte, with)| *byte ^= with);
        }
        Ok(count)
    }
}

/// Fills the buffer as far as there is content.
fn fill(from: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match from.read(&mut buffer[filled..])? {
            0 => break,
            count => filled += count,
        }
    }
    Ok(filled)
}

/// Writes the delta that makes the object `hash` out of the object `base`, both whole; returns its length in bytes.
pub(crate) fn write(
    mut to: &File,
    layout: &Layout,
    (hash, size): (&Hash, u64),
    (base, base_size): (&Hash, u64),
    behind: u32,
) -> io::Result<u64> {
    let mut content = File::open(layout.object(hash))?;
    let base_file: Box<dyn Read> = Box::new(File::open(layout.object(base))?);
    to.write_all(&[0; HEADER])?;
    let mut output = zstd::Encoder::new(to, LEVEL)?;
    let mut xor = Xor { difference: &mut content, base: base_file };
    let mut buffer = vec![0; 128 << 10];
    loop {
        match xor.read(&mut buffer)? {
            0 => break,
            count => output.write_all(&buffer[..count])?,
        }
    }
    output.finish()?;
    let length = to.stream_position()?;
    let header = Header { size, base_size, base: *base, behind, packed: length - HEADER as u64 };
    to.seek(SeekFrom::Start(0))?;
    to.write_all(&header.bytes())?;
    Ok(length)
}

/// Whether the delta in the file `path`, which has no name yet that counts, makes exactly the content `hash`.
pub(crate) fn makes(path: &Path, layout: &Layout, hash: &Hash, size: u64) -> Result<(), ObjectDamage> {
    let (file, header) = open_delta(path)?;
    let base = reader(layout, &header.base, header.base_size, 0)?;
    let found = copy(&mut apply(base, file, &header)?, &mut io::sink())?;
    if found == (*hash, size) { Ok(()) } else { Err(ObjectDamage::WrongBytes) }
}

/// A file that goes with its handle; not in memory, as the usual folder for such files is on many systems.
fn nameless() -> io::Result<File> {
    let on_disk = Path::new("/var/tmp");
    if cfg!(target_os = "linux")
        && let Ok(file) = tempfile::tempfile_in(on_disk)
    {
        return Ok(file);
    }
    tempfile::tempfile()
}
