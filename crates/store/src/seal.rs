//! The key of a store, and sealing with it: XChaCha20-Poly1305, as `docs/store-format.md` lays it down.

use std::fmt;
use std::io::{self, Read};

use chacha20poly1305::aead::{AeadInOut, KeyInit};
use chacha20poly1305::{Tag, XChaCha20Poly1305, XNonce};
use data_encoding::{BASE32_NOPAD, HEXLOWER};
use zeroize::Zeroizing;

use crate::{Error, Result};

const KEY: usize = 32;
const ID: &str = "Heirloom 2026 store key: id";
const RECORDS: &str = "Heirloom 2026 store key: records";
/// What sealing adds to each part, in bytes.
pub(crate) const TAG: usize = 16;
/// The random bytes of a record's nonces.
pub(crate) const NONCE: usize = 16;
/// The bytes of the list in each part but the last.
pub(crate) const PART: usize = 64 << 10;
/// Marks the number of the last part of a list.
const LAST: u64 = 1 << 63;
/// The bytes of a header that every part of its record is bound to.
pub(crate) const BOUND: usize = 96;

/// How many bytes of the id follow the key in its written form, against typing errors.
const CHECK: usize = 3;
/// The written form leaves out the letters that look like others; RFC 4648 has the same values in another alphabet.
const WRITTEN: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const RFC: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
/// 35 bytes in letters of 5 bits.
const LETTERS: usize = 56;

/// What opens the sealed records of a store. Wiped from memory when dropped, never printed.
#[derive(Clone)]
pub struct StoreKey(Zeroizing<[u8; KEY]>);

/// Names a key without telling it; who has a key finds its id, and no other key has the same.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; KEY]);

impl StoreKey {
    /// A new key, from the system's source of randomness.
    pub fn generate() -> Result<StoreKey> {
        Ok(StoreKey(Zeroizing::new(random()?)))
    }

    /// A key that is known beforehand, for tests.
    pub(crate) fn known(bytes: [u8; KEY]) -> StoreKey {
        StoreKey(Zeroizing::new(bytes))
    }

    /// Reads the written form: case, blanks and hyphens do not count, `O` is 0, `I` and `L` are 1.
    ///
    /// Fails with [`Error::NotAKey`] when it has another length or a letter is wrong.
    pub fn parse(written: &str) -> Result<StoreKey> {
        let mut letters = Zeroizing::new(Vec::with_capacity(LETTERS));
        for letter in written.chars().filter(|letter| !letter.is_whitespace() && *letter != '-') {
            if letters.len() == LETTERS {
                return Err(Error::NotAKey);
            }
            letters.push(value(letter).map(|value| RFC[value]).ok_or(Error::NotAKey)?);
        }
        let bytes = Zeroizing::new(BASE32_NOPAD.decode(&letters).map_err(|_| Error::NotAKey)?);
        let (key, check) = bytes.split_first_chunk::<KEY>().ok_or(Error::NotAKey)?;
        let key = StoreKey(Zeroizing::new(*key));
        if check == &key.id().0[..CHECK] { Ok(key) } else { Err(Error::NotAKey) }
    }

    /// The form to write down: 14 groups of 4 letters.
    pub fn written(&self) -> Zeroizing<String> {
        let bytes = Zeroizing::new([&self.0[..], &self.id().0[..CHECK]].concat());
        let letters = Zeroizing::new(BASE32_NOPAD.encode(&bytes));
        let mut written = Zeroizing::new(String::with_capacity(LETTERS + LETTERS / 4));
        for (place, letter) in letters.bytes().enumerate() {
            if place > 0 && place % 4 == 0 {
                written.push('-');
            }
            let value = RFC.iter().position(|known| *known == letter).unwrap_or_default();
            written.push(char::from(WRITTEN[value]));
        }
        written
    }

    /// Its name.
    pub fn id(&self) -> KeyId {
        KeyId(blake3::derive_key(ID, &self.0[..]))
    }
}

/// The value of a letter of the written form.
fn value(letter: char) -> Option<usize> {
    let letter = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    WRITTEN.iter().position(|known| char::from(*known) == letter)
}

impl fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "StoreKey({}…)", self.id())
    }
}

impl KeyId {
    pub(crate) fn from_bytes(bytes: [u8; KEY]) -> KeyId {
        KeyId(bytes)
    }

    pub(crate) fn as_bytes(&self) -> &[u8; KEY] {
        &self.0
    }

    /// All of it, in 64 hex digits.
    pub fn hex(&self) -> String {
        HEXLOWER.encode(&self.0)
    }

    /// From 64 hex digits.
    pub fn from_hex(digits: &str) -> Option<KeyId> {
        let bytes = HEXLOWER.decode(digits.as_bytes()).ok()?;
        bytes.try_into().ok().map(KeyId)
    }
}

/// The first 8 hex digits, for people.
impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0[..4]))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

/// Bytes nobody can foretell.
pub(crate) fn random<const N: usize>() -> Result<[u8; N]> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|error| Error::NoRandomness { source: error.into() })?;
    Ok(bytes)
}

/// Seals and opens the parts of one record.
pub(crate) struct Seal {
    cipher: XChaCha20Poly1305,
    nonce: [u8; NONCE],
    bound: [u8; BOUND],
}

/// It was sealed with another key, belongs elsewhere, or was changed.
#[derive(Debug)]
pub(crate) struct Broken;

impl Seal {
    /// `bound` is the begin of the record's header, `nonce` never used before with this key.
    pub fn new(key: &StoreKey, nonce: [u8; NONCE], bound: [u8; BOUND]) -> Seal {
        let records = Zeroizing::new(blake3::derive_key(RECORDS, &key.0[..]));
        Seal { cipher: XChaCha20Poly1305::new((&*records).into()), nonce, bound }
    }

    fn nonce(&self, part: u64) -> XNonce {
        let mut nonce = XNonce::default();
        nonce[..NONCE].copy_from_slice(&self.nonce);
        nonce[NONCE..].copy_from_slice(&part.to_le_bytes());
        nonce
    }

    /// Seals one part at the end of `to`.
    fn seal(&self, part: u64, plain: &[u8], to: &mut Vec<u8>) -> Result<()> {
        let start = to.len();
        to.extend_from_slice(plain);
        let sealed = self.cipher.encrypt_inout_detached(&self.nonce(part), &self.bound, (&mut to[start..]).into());
        to.extend_from_slice(&sealed.map_err(|_| Error::TooLarge)?);
        Ok(())
    }

    /// Opens one part in its place; its plain bytes are what is before the tag.
    fn open<'a>(&self, part: u64, sealed: &'a mut [u8]) -> std::result::Result<&'a [u8], Broken> {
        let (bytes, tag) = sealed.split_last_chunk_mut::<TAG>().ok_or(Broken)?;
        let opened =
            self.cipher.decrypt_inout_detached(&self.nonce(part), &self.bound, (&mut *bytes).into(), &Tag::from(*tag));
        opened.map(|()| &*bytes).map_err(|_| Broken)
    }

    /// Seals the head, part 0.
    pub fn seal_head(&self, plain: &[u8], to: &mut Vec<u8>) -> Result<()> {
        self.seal(0, plain, to)
    }

    pub fn open_head(&self, sealed: &[u8]) -> std::result::Result<Vec<u8>, Broken> {
        let mut bytes = sealed.to_vec();
        self.open(0, &mut bytes).map(<[u8]>::to_vec)
    }

    /// Seals a packed list: parts 1, 2, …
    pub fn seal_list(&self, packed: &[u8]) -> Result<Vec<u8>> {
        let mut sealed = Vec::with_capacity(sealed_length(packed.len() as u64) as usize);
        let count = packed.chunks(PART).len() as u64;
        for (part, plain) in (1..).zip(packed.chunks(PART)) {
            self.seal(if part == count { part | LAST } else { part }, plain, &mut sealed)?;
        }
        Ok(sealed)
    }

    /// Reads a sealed list of `length` bytes, part by part.
    pub fn open_list<R: Read>(&self, input: R, length: u64) -> Opened<'_, R> {
        Opened { seal: self, input, left: length, part: 0, plain: Vec::new(), at: 0, broken: false }
    }
}

/// The length of a packed list once it is sealed.
pub(crate) fn sealed_length(packed: u64) -> u64 {
    packed + packed.div_ceil(PART as u64) * TAG as u64
}

/// A list being opened.
pub(crate) struct Opened<'a, R> {
    seal: &'a Seal,
    input: R,
    /// Sealed bytes not read yet.
    left: u64,
    /// The number of the part read last.
    part: u64,
    plain: Vec<u8>,
    at: usize,
    /// Whether a part could not be opened.
    pub broken: bool,
}

impl<R: Read> Opened<'_, R> {
    fn next_part(&mut self) -> io::Result<()> {
        let length = self.left.min((PART + TAG) as u64);
        self.left -= length;
        self.plain.resize(length as usize, 0);
        self.input.read_exact(&mut self.plain)?;
        self.part += 1;
        let number = if self.left == 0 { self.part | LAST } else { self.part };
        let opened = self.seal.open(number, &mut self.plain).map(<[u8]>::len);
        self.broken = opened.is_err();
        let length = opened.map_err(|Broken| io::Error::from(io::ErrorKind::InvalidData))?;
        self.plain.truncate(length);
        self.at = 0;
        Ok(())
    }
}

impl<R: Read> Read for Opened<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.broken {
            return Err(io::ErrorKind::InvalidData.into());
        }
        if self.at == self.plain.len() && self.left > 0 {
            self.next_part()?;
        }
        let count = (self.plain.len() - self.at).min(buffer.len());
        buffer[..count].copy_from_slice(&self.plain[self.at..self.at + count]);
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(byte: u8) -> StoreKey {
        StoreKey::known([byte; KEY])
    }

    #[test]
    fn a_key_is_read_as_it_was_written_and_typing_errors_are_told() {
        let key = StoreKey::generate().unwrap();
        let written = key.written();
        assert_eq!((written.len(), written.split('-').count()), (69, 14));
        assert!(written.bytes().all(|letter| letter == b'-' || WRITTEN.contains(&letter)));
        let typed = format!(" {} ", written.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l"));
        assert_eq!(StoreKey::parse(&typed).unwrap().id(), key.id());
        for place in (0..written.len()).filter(|place| written.as_bytes()[*place] != b'-') {
            let mut wrong = written.as_bytes().to_vec();
            wrong[place] = if wrong[place] == b'7' { b'8' } else { b'7' };
            assert!(matches!(StoreKey::parse(std::str::from_utf8(&wrong).unwrap()), Err(Error::NotAKey)), "{place}");
        }
        for wrong in ["", "0000", &format!("{}0", *written), &written[1..], "U", "ä"] {
            assert!(matches!(StoreKey::parse(wrong), Err(Error::NotAKey)), "{wrong}");
        }
        assert!(!format!("{key:?}").contains(&written[..4]), "never printed");
    }

    /// A key whose written form and id other programs can be compared with.
    #[test]
    fn the_written_form_and_the_id_are_those_of_the_format() {
        assert_eq!(key(0).id().hex(), blake3::Hasher::new_derive_key(ID).update(&[0; 32]).finalize().to_hex().as_str());
        assert!(key(0).written().starts_with("0000-0000-0000-0000-0000-0000-0000-0000-0000-0000-0000-0000-0"));
        assert!(key(255).written().starts_with("ZZZZ-ZZZZ-ZZZZ-"));
        assert_eq!(KeyId::from_hex(&key(7).id().hex()), Some(key(7).id()));
    }

    #[test]
    fn parts_open_only_in_their_own_place_of_their_own_record() {
        let list: Vec<u8> = (0..PART * 2 + 5).map(|at| at as u8).collect();
        for length in [1, PART - 1, PART, PART + 1, 2 * PART, list.len()] {
            let seal = Seal::new(&key(1), [2; NONCE], [3; BOUND]);
            let sealed = seal.seal_list(&list[..length]).unwrap();
            assert_eq!(sealed.len() as u64, sealed_length(length as u64));
            let open = |seal: &Seal, sealed: &[u8]| {
                let (mut opened, mut bytes) = (seal.open_list(sealed, sealed.len() as u64), Vec::new());
                let read = opened.read_to_end(&mut bytes).is_ok();
                assert_eq!(read, !opened.broken);
                read.then_some(bytes)
            };
            assert_eq!(open(&seal, &sealed).unwrap(), &list[..length]);
            for other in [
                Seal::new(&key(2), [2; NONCE], [3; BOUND]),
                Seal::new(&key(1), [3; NONCE], [3; BOUND]),
                Seal::new(&key(1), [2; NONCE], [4; BOUND]),
            ] {
                assert_eq!(open(&other, &sealed), None);
            }
            if length > PART {
                assert_eq!(open(&seal, &sealed[..PART + TAG]), None, "cut at the end of a part");
            }
            let mut flipped = sealed.clone();
            flipped[length / 2] ^= 1;
            assert_eq!(open(&seal, &flipped), None);
        }
    }
}
