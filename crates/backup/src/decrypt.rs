use std::io::{self, Read, Seek, SeekFrom};

use aes::Aes256Dec;
use aes::cipher::{Array, BlockModeDecrypt, InnerIvInit, KeyInit};

use crate::ending::{BLOCK, Ending, ending, padding};
use crate::files::ReadSeek;
use crate::keys::Key;

/// Decrypted at once: enough for the cipher to work on many blocks side by side, little enough to stay near the processor.
const AT_ONCE: u64 = 256 << 10;

/// An encrypted file of a backup as its plain content: AES-256 in CBC mode over the whole file, starting from zeros.
///
/// A block needs nothing but the encrypted block before it, so reading may start anywhere; only what is read is decrypted.
pub(crate) struct Decrypted {
    source: Box<dyn ReadSeek>,
    cipher: Aes256Dec,
    /// Encrypted bytes in whole blocks.
    encrypted: u64,
    length: u64,
    ending: Ending,
    at: u64,
    /// Plain bytes from `start` on.
    plain: Vec<u8>,
    start: u64,
    /// The block the source would read next, where that is known.
    next: Option<u64>,
    /// The encrypted block before that one; zeros before the first.
    before: [u8; BLOCK as usize],
}

impl Decrypted {
    /// `size` is what the record says; the end of the file is found by the rule of [`ending`].
    pub(crate) fn new(mut source: Box<dyn ReadSeek>, key: &Key, size: Option<u64>) -> io::Result<Decrypted> {
        let encrypted = source.seek(SeekFrom::End(0))?;
        source.rewind()?;
        let mut content = Decrypted {
            source,
            cipher: Aes256Dec::new(&Array::from(**key)),
            encrypted: encrypted / BLOCK * BLOCK,
            length: 0,
            ending: Ending::Whole,
            at: 0,
            plain: Vec::new(),
            start: 0,
            next: Some(0),
            before: [0; BLOCK as usize],
        };
        (content.length, content.ending) = ending(encrypted, size, || content.last_padding())?;
        Ok(content)
    }

    /// Bytes of plain content.
    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    pub(crate) fn ending(&self) -> Ending {
        self.ending
    }

    fn last_padding(&mut self) -> io::Result<Option<u64>> {
        let Some(last) = self.encrypted.checked_sub(BLOCK) else {
            return Ok(None);
        };
        self.fill(last)?;
        Ok(self.plain.first_chunk().and_then(padding))
    }

    /// Decrypts from the block that begins at `start` and keeps it.
    fn fill(&mut self, start: u64) -> io::Result<()> {
        // Until all has gone well nothing is kept.
        let mut blocks = std::mem::take(&mut self.plain);
        blocks.resize(AT_ONCE.min(self.encrypted - start) as usize, 0);
        self.decrypt(start, &mut blocks)?;
        (self.plain, self.start) = (blocks, start);
        Ok(())
    }

    /// Decrypts whole blocks, the first of which begins at `start`.
    fn decrypt(&mut self, start: u64, blocks: &mut [u8]) -> io::Result<()> {
        if self.next != Some(start) {
            self.go_to(start)?;
        }
        self.next = None;
        self.source.read_exact(blocks)?;
        let before = Array::from(self.before);
        let (whole, _) = Array::slice_as_chunks_mut(blocks);
        if let Some(last) = whole.last() {
            self.before = (*last).into();
        }
        cbc::Decryptor::inner_iv_init(&self.cipher, &before).decrypt_blocks(whole);
        self.next = Some(start + blocks.len() as u64);
        Ok(())
    }

    fn is_ready(&self) -> bool {
        (self.start..self.start + self.plain.len() as u64).contains(&self.at)
    }

    /// Copies what is ready from the current place on.
    fn ready(&self, to: &mut [u8]) -> usize {
        let ready = &self.plain[(self.at - self.start) as usize..];
        let count = ready.len().min(to.len());
        to[..count].copy_from_slice(&ready[..count]);
        count
    }

    /// Brings the source to a block that does not follow what was read last.
    fn go_to(&mut self, start: u64) -> io::Result<()> {
        self.before = [0; BLOCK as usize];
        match start.checked_sub(BLOCK) {
            None => self.source.rewind(),
            Some(before) => {
                self.source.seek(SeekFrom::Start(before))?;
                self.source.read_exact(&mut self.before)
            }
        }
    }
}

impl Read for Decrypted {
    fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
        let left = usize::try_from(self.length.saturating_sub(self.at)).unwrap_or(usize::MAX).min(to.len());
        if left == 0 {
            return Ok(0);
        }
        let count = if self.is_ready() {
            self.ready(&mut to[..left])
        } else if left as u64 >= AT_ONCE && self.at.is_multiple_of(BLOCK) {
            // Straight to where it is wanted.
            self.decrypt(self.at, &mut to[..AT_ONCE as usize])?;
            AT_ONCE as usize
        } else {
            self.fill(self.at / BLOCK * BLOCK)?;
            self.ready(&mut to[..left])
        };
        self.at += count as u64;
        Ok(count)
    }
}

impl Seek for Decrypted {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let at = match to {
            SeekFrom::Start(at) => Some(at),
            SeekFrom::End(by) => self.length.checked_add_signed(by),
            SeekFrom::Current(by) => self.at.checked_add_signed(by),
        };
        self.at = at.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.at)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    use aes::cipher::BlockModeEncrypt;
    use zeroize::Zeroizing;

    use super::*;

    /// Counts what is read, and fails once when told to.
    struct Watched {
        file: io::Cursor<Vec<u8>>,
        read: Arc<AtomicU64>,
        fail_at: Arc<AtomicU64>,
    }

    impl Read for Watched {
        fn read(&mut self, to: &mut [u8]) -> io::Result<usize> {
            let fails = self.file.position() >= self.fail_at.load(Ordering::Relaxed);
            if fails {
                self.fail_at.store(u64::MAX, Ordering::Relaxed);
                return Err(io::ErrorKind::TimedOut.into());
            }
            let count = self.file.read(to)?;
            self.read.fetch_add(count as u64, Ordering::Relaxed);
            Ok(count)
        }
    }

    impl Seek for Watched {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.file.seek(to)
        }
    }

    const SIZE: usize = 3_000_000;

    fn made() -> (Vec<u8>, Decrypted, Arc<AtomicU64>, Arc<AtomicU64>) {
        let plain: Vec<u8> = (0..SIZE as u64).map(|n| (n.wrapping_mul(n) >> 5) as u8).collect();
        let padding = 16 - SIZE % 16;
        let mut stored = [&plain[..], &vec![padding as u8; padding]].concat();
        let cipher = aes::Aes256Enc::new(&Array::from([9; 32]));
        let (blocks, _) = Array::slice_as_chunks_mut(&mut stored);
        cbc::Encryptor::inner_iv_init(cipher, &Array::from([0; 16])).encrypt_blocks(blocks);
        let (read, fail_at) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(u64::MAX)));
        let source = Watched { file: io::Cursor::new(stored), read: read.clone(), fail_at: fail_at.clone() };
        let content = Decrypted::new(Box::new(source), &Zeroizing::new([9; 32]), Some(SIZE as u64)).unwrap();
        (plain, content, read, fail_at)
    }

    #[test]
    fn only_what_is_read_is_decrypted() {
        let (plain, mut content, read, _) = made();
        assert_eq!(read.load(Ordering::Relaxed), 0, "opening a file that is as it should be reads nothing");
        content.seek(SeekFrom::Start(2_000_001)).unwrap();
        let mut byte = [0];
        content.read_exact(&mut byte).unwrap();
        assert_eq!(byte[0], plain[2_000_001]);
        assert!(read.load(Ordering::Relaxed) <= AT_ONCE + BLOCK);
    }

    /// Requests of any size, from any place: small ones through the kept blocks, large ones straight to their place.
    #[test]
    fn small_and_large_requests_mix() {
        let (plain, mut content, ..) = made();
        let mut at = 0;
        let mut buffer = vec![0; 1 << 20];
        for step in 0..400usize {
            let length = [1, 15, 16, 4096, 300_000, 1 << 20][step % 6].min(SIZE - at);
            content.seek(SeekFrom::Start(at as u64)).unwrap();
            content.read_exact(&mut buffer[..length]).unwrap();
            assert!(buffer[..length] == plain[at..at + length], "{length} bytes at {at}");
            at = match step % 4 {
                0 => (at + 7_919 * step) % SIZE,
                1 => at / 16 * 16,
                _ => (at + length) % SIZE,
            };
        }
        content.rewind().unwrap();
        let mut all = Vec::new();
        assert_eq!(content.read_to_end(&mut all).unwrap(), SIZE);
        assert!(all == plain);
    }

    #[test]
    fn a_failure_leaves_no_wrong_bytes_behind() {
        for fail_at in [0, 100_000, 262_144, 900_000, 2_800_000] {
            let (plain, mut content, _, fails) = made();
            fails.store(fail_at, Ordering::Relaxed);
            let mut part = vec![0; 700];
            let mut failures = 0;
            for at in (0..SIZE - 700).step_by(699) {
                content.seek(SeekFrom::Start(at as u64)).unwrap();
                match content.read_exact(&mut part) {
                    Ok(()) => assert!(part == plain[at..at + 700], "{at} after failing at {fail_at}"),
                    Err(_) => failures += 1,
                }
            }
            assert_eq!(failures, 1);
        }
    }
}
