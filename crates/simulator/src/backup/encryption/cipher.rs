//! Files as an encrypted backup holds them: AES-256-CBC from a zero vector, padded to whole blocks (`formats.md` 1.5).

use super::Key;
use aes::Aes256;
use aes::cipher::{Array, BlockModeDecrypt, BlockModeEncrypt, KeyIvInit, consts::U16};
use std::io::{self, Read};

const BLOCK: usize = 16;
/// Bytes encrypted at a time; whole blocks.
const PIECE: usize = 64 << 10;

/// Bytes of a file of `size` bytes in an encrypted backup: there is always padding.
pub(in crate::backup) fn encrypted_size(size: u64) -> u64 {
    (size / BLOCK as u64 + 1) * BLOCK as u64
}

/// Encrypts what is read through it.
pub(in crate::backup) struct Encrypted<R> {
    plain: R,
    cipher: cbc::Encryptor<Aes256>,
    piece: Vec<u8>,
    given: usize,
    ended: bool,
}

impl<R: Read> Encrypted<R> {
    pub fn new(plain: R, key: &Key) -> Encrypted<R> {
        let cipher = cbc::Encryptor::new(key.into(), &[0; BLOCK].into());
        Encrypted { plain, cipher, piece: Vec::new(), given: 0, ended: false }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.piece.resize(PIECE, 0);
        let mut filled = 0;
        while filled < PIECE {
            match self.plain.read(&mut self.piece[filled..])? {
                0 => break,
                count => filled += count,
            }
        }
        self.piece.truncate(filled);
        if filled < PIECE {
            self.ended = true;
            // Between 1 and 16.
            let padding = BLOCK - filled % BLOCK;
            self.piece.resize(filled + padding, padding as u8);
        }
        let (blocks, _) = Array::<u8, U16>::slice_as_chunks_mut(&mut self.piece);
        self.cipher.encrypt_blocks(blocks);
        self.given = 0;
        Ok(())
    }
}

impl<R: Read> Read for Encrypted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.given == self.piece.len() && !self.ended {
            self.refill()?;
        }
        let count = buffer.len().min(self.piece.len() - self.given);
        buffer[..count].copy_from_slice(&self.piece[self.given..self.given + count]);
        self.given += count;
        Ok(count)
    }
}

/// Decrypts what is pushed into it; the last block is held back for its padding.
pub(in crate::backup) struct Decrypt {
    cipher: cbc::Decryptor<Aes256>,
    held: Vec<u8>,
}

impl Decrypt {
    pub fn new(key: &Key) -> Decrypt {
        Decrypt { cipher: cbc::Decryptor::new(key.into(), &[0; BLOCK].into()), held: Vec::new() }
    }

    /// The plain bytes that are certain now.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.held.extend_from_slice(bytes);
        let certain = self.held.len().saturating_sub(1) / BLOCK * BLOCK;
        let rest = self.held.split_off(certain);
        let mut plain = std::mem::replace(&mut self.held, rest);
        let (blocks, _) = Array::<u8, U16>::slice_as_chunks_mut(&mut plain);
        self.cipher.decrypt_blocks(blocks);
        plain
    }

    /// The last bytes; `None` when the file does not end in padding.
    pub fn finish(mut self) -> Option<Vec<u8>> {
        let mut last: [u8; BLOCK] = self.held.as_slice().try_into().ok()?;
        self.cipher.decrypt_block((&mut last).into());
        let padding = usize::from(last[BLOCK - 1]);
        let padded =
            (1..=BLOCK).contains(&padding) && last[BLOCK - padding..].iter().all(|b| usize::from(*b) == padding);
        padded.then(|| last[..BLOCK - padding].to_vec())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_comes_back_in_any_pieces() {
        let key = [7; 32];
        for length in [0, 1, 15, 16, 17, 4096, PIECE - 1, PIECE, PIECE + 1, 3 * PIECE + 5] {
            let plain: Vec<u8> = (0..length).map(|at| (at % 251) as u8).collect();
            let mut sealed = Vec::new();
            Encrypted::new(plain.as_slice(), &key).read_to_end(&mut sealed).unwrap();
            assert_eq!(sealed.len() as u64, encrypted_size(length as u64));
            for piece in [1, 16, 1000, 1 << 20] {
                let mut decrypt = Decrypt::new(&key);
                let mut back: Vec<u8> = sealed.chunks(piece).flat_map(|piece| decrypt.push(piece)).collect();
                back.extend(decrypt.finish().unwrap());
                assert!(back == plain, "{length} in pieces of {piece}");
                if length > PIECE {
                    break;
                }
            }
        }
        assert!(Decrypt::new(&key).finish().is_none());
        let mut cut = Decrypt::new(&key);
        cut.push(&[1; 40]);
        assert!(cut.finish().is_none());
    }

    /// `printf pretend | openssl enc -aes-256-cbc -K 603d… -iv 0…`.
    #[test]
    fn the_same_as_openssl() {
        let key = hex::decode("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4").unwrap();
        let mut sealed = Vec::new();
        Encrypted::new(&b"pretend"[..], &key.try_into().unwrap()).read_to_end(&mut sealed).unwrap();
        assert_eq!(hex::encode(sealed), "282f11cc91fa8b938fe741c29317e5b0");
    }
}
