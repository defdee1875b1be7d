//! The packed file list inside a record: one entry after the other, in byte order of the paths, under zstd.

use std::io::{self, BufRead, BufReader, Read, Write};

use crate::error::Damage;
use crate::layout::Hash;
use crate::list::{EntryKind, INLINE, OBJECT, Row};
use crate::path;
use crate::record::Header;

/// The longest list, packed or not, in bytes.
pub(crate) const LARGEST_LIST: u64 = 1 << 30;
/// The most entries of a list.
pub(crate) const MOST_ENTRIES: u64 = 8_000_000;
/// The most an entry may carry besides its path, in bytes.
pub(crate) const LARGEST_CARRIED: u64 = 4 << 20;
/// The same in a sealed record, where some files must not lie anywhere else.
pub(crate) const LARGEST_INSIDE: u64 = 32 << 20;

/// The fixed part of an entry.
const FIXED: usize = 64;
const FILE: u8 = 0;
const FOLDER: u8 = 1;
/// zstd levels above this cost more time than they save space on hashes.
const LEVEL: i32 = 3;
/// The largest zstd window a reader grants: 2^27 bytes.
const WINDOW_LOG: u32 = 27;

/// One entry: its path, its row, and what it carries.
pub(crate) type Listed<'a> = (&'a str, Row, &'a [u8]);

/// Reads the entries of a packed list and checks each of them.
pub(crate) struct Entries<R: Read> {
    input: io::Take<BufReader<zstd::Decoder<'static, BufReader<R>>>>,
    left: u64,
    path: String,
    last: String,
    carried: Vec<u8>,
    largest: u64,
}

impl<R: Read> Entries<R> {
    pub fn new(packed: R, header: &Header) -> Result<Entries<R>, Damage> {
        let mut decoder = zstd::Decoder::new(packed).map_err(|_| Damage::List)?.single_frame();
        decoder.window_log_max(WINDOW_LOG).map_err(|_| Damage::List)?;
        let input = BufReader::with_capacity(128 << 10, decoder).take(header.unpacked);
        let largest = if header.sealed { LARGEST_INSIDE } else { LARGEST_CARRIED };
        let (path, last, carried) = (String::new(), String::new(), Vec::new());
        Ok(Entries { input, left: header.entries, path, last, carried, largest })
    }

    /// The next entry; `None` at an orderly end.
    pub fn next(&mut self) -> Result<Option<Listed<'_>>, Damage> {
        if self.left == 0 {
            let ended = self.input.limit() == 0 && self.input.get_mut().fill_buf().is_ok_and(<[u8]>::is_empty);
            return if ended { Ok(None) } else { Err(Damage::List) };
        }
        self.left -= 1;
        let mut fixed = [0; FIXED];
        self.input.read_exact(&mut fixed).map_err(|_| Damage::List)?;
        let (row, path_length, carried) = parse(&fixed)?;
        if carried > self.largest {
            return Err(Damage::Limit);
        }
        self.read_path(path_length)?;
        self.carried.clear();
        let read = (&mut self.input).take(carried).read_to_end(&mut self.carried).map_err(|_| Damage::List)?;
        let whole = read as u64 == carried && (row.codec != INLINE || row.size == carried);
        if !whole || !path::is_good(&self.path) || self.path <= self.last {
            return Err(Damage::List);
        }
        Ok(Some((&self.path, row, &self.carried)))
    }

    fn read_path(&mut self, length: usize) -> Result<(), Damage> {
        std::mem::swap(&mut self.path, &mut self.last);
        let mut bytes = std::mem::take(&mut self.path).into_bytes();
        bytes.resize(length, 0);
        self.input.read_exact(&mut bytes).map_err(|_| Damage::List)?;
        self.path = String::from_utf8(bytes).map_err(|_| Damage::List)?;
        Ok(())
    }
}

/// Takes the fixed part apart: row, length of the path, length of what is carried.
fn parse(fixed: &[u8; FIXED]) -> Result<(Row, usize, u64), Damage> {
    let number = |at: usize| {
        let mut bytes = [0; 8];
        bytes.copy_from_slice(&fixed[at..at + 8]);
        u64::from_le_bytes(bytes)
    };
    let path_length = usize::from(u16::from_le_bytes([fixed[0], fixed[1]]));
    let kind = match fixed[2] {
        FILE => EntryKind::File,
        FOLDER => EntryKind::Folder,
        _ => return Err(Damage::List),
    };
    let carried = u64::from(u32::from_le_bytes([fixed[4], fixed[5], fixed[6], fixed[7]]));
    if path_length > path::LONGEST {
        return Err(Damage::Limit);
    }
    let mut hash: Hash = [0; 32];
    hash.copy_from_slice(&fixed[32..]);
    let (size, modified, born) = (number(8), number(16) as i64, number(24));
    Ok((Row { kind, codec: fixed[3], size, modified, born, hash }, path_length, carried))
}

/// Packs entries, given in order.
pub(crate) struct Packer {
    output: zstd::Encoder<'static, Vec<u8>>,
    pub unpacked: u64,
    pub entries: u64,
}

impl Packer {
    pub fn new() -> io::Result<Packer> {
        Ok(Packer { output: zstd::Encoder::new(Vec::new(), LEVEL)?, unpacked: 0, entries: 0 })
    }

    /// Adds an entry; its path is good and sorts after the last one, `carried` is at most [`LARGEST_INSIDE`], and at
    /// most [`LARGEST_CARRIED`] where the record is not sealed.
    pub fn push(&mut self, path: &str, row: &Row, carried: &[u8]) -> io::Result<()> {
        debug_assert!(path.len() <= path::LONGEST && carried.len() as u64 <= LARGEST_INSIDE);
        let mut fixed = [0; FIXED];
        fixed[..2].copy_from_slice(&(path.len() as u16).to_le_bytes());
        (fixed[2], fixed[3]) = match row.kind {
            EntryKind::File => (FILE, row.codec),
            EntryKind::Folder => (FOLDER, OBJECT),
        };
        fixed[4..8].copy_from_slice(&(carried.len() as u32).to_le_bytes());
        fixed[8..16].copy_from_slice(&row.size.to_le_bytes());
        fixed[16..24].copy_from_slice(&row.modified.to_le_bytes());
        fixed[24..32].copy_from_slice(&row.born.to_le_bytes());
        fixed[32..].copy_from_slice(&row.hash);
        for part in [&fixed[..], path.as_bytes(), carried] {
            self.output.write_all(part)?;
            self.unpacked += part.len() as u64;
        }
        self.entries += 1;
        Ok(())
    }

    /// The packed list, its length when unpacked, and the number of entries; `None` beyond the limits of the format.
    pub fn finish(self) -> io::Result<Option<(Vec<u8>, u64, u64)>> {
        let packed = self.output.finish()?;
        let fits = self.entries <= MOST_ENTRIES && self.unpacked <= LARGEST_LIST && packed.len() as u64 <= LARGEST_LIST;
        Ok(fits.then_some((packed, self.unpacked, self.entries)))
    }
}
