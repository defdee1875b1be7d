//! PBKDF2 (RFC 8018 5.2) with HMAC, for millions of rounds that a person may want to stop.
//!
//! An own loop over the compression functions of `sha1` and `sha2`: the two padded keys are hashed once, so a round is two
//! compressions and nothing else, and between rounds it can be asked whether to go on.

use sha1::Digest;
use zeroize::{Zeroize, Zeroizing};

/// Rounds between two questions whether to stop: a few milliseconds.
const ROUNDS_AT_ONCE: u32 = 1 << 14;
const BLOCK: usize = 64;

/// A hash by its compression function.
pub(crate) trait Hash {
    type State: Copy + Zeroize + AsRef<[u32]> + AsMut<[u32]>;
    const START: Self::State;
    fn compress(state: &mut Self::State, block: &[u8; BLOCK]);
    fn digest(parts: &[&[u8]]) -> Zeroizing<Vec<u8>>;
}

pub(crate) struct Sha256;

impl Hash for Sha256 {
    type State = [u32; 8];
    const START: [u32; 8] =
        [0x6a09_e667, 0xbb67_ae85, 0x3c6e_f372, 0xa54f_f53a, 0x510e_527f, 0x9b05_688c, 0x1f83_d9ab, 0x5be0_cd19];

    #[inline(always)]
    fn compress(state: &mut [u32; 8], block: &[u8; BLOCK]) {
        sha2::block_api::compress256(state, std::slice::from_ref(block));
    }

    fn digest(parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
        hashed::<sha2::Sha256>(parts)
    }
}

pub(crate) struct Sha1;

impl Hash for Sha1 {
    type State = [u32; 5];
    const START: [u32; 5] = [0x6745_2301, 0xefcd_ab89, 0x98ba_dcfe, 0x1032_5476, 0xc3d2_e1f0];

    #[inline(always)]
    fn compress(state: &mut [u32; 5], block: &[u8; BLOCK]) {
        sha1::block_api::compress(state, std::slice::from_ref(block));
    }

    fn digest(parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
        hashed::<sha1::Sha1>(parts)
    }
}

fn hashed<D: Digest>(parts: &[&[u8]]) -> Zeroizing<Vec<u8>> {
    let mut hash = D::new();
    for part in parts {
        hash.update(part);
    }
    Zeroizing::new(hash.finalize().to_vec())
}

/// 32 bytes out of a password; `None` when `cancelled` said so.
pub(crate) fn pbkdf2<H: Hash>(
    password: &[u8],
    salt: &[u8],
    rounds: u32,
    cancelled: &dyn Fn() -> bool,
) -> Option<Zeroizing<[u8; 32]>> {
    let mut out = Zeroizing::new([0u8; 32]);
    let hmac = Hmac::<H>::new(password);
    let size = H::START.as_ref().len() * 4;
    for (number, part) in (1u32..).zip(out.chunks_mut(size)) {
        let sum = hmac.rounds(&[salt, &number.to_be_bytes()], rounds, cancelled)?;
        part.copy_from_slice(&sum[..part.len()]);
    }
    Some(out)
}

/// HMAC with its key already hashed in.
struct Hmac<H: Hash> {
    inner_key: Zeroizing<[u8; BLOCK]>,
    outer_key: Zeroizing<[u8; BLOCK]>,
    inner: Zeroizing<H::State>,
    outer: Zeroizing<H::State>,
}

impl<H: Hash> Hmac<H> {
    fn new(password: &[u8]) -> Hmac<H> {
        let short = (password.len() > BLOCK).then(|| H::digest(&[password]));
        let key = short.as_ref().map_or(password, |short| short.as_slice());
        let padded = |byte: u8| {
            let mut block = Zeroizing::new([byte; BLOCK]);
            block.iter_mut().zip(key).for_each(|(padded, key)| *padded ^= key);
            block
        };
        let (inner_key, outer_key) = (padded(0x36), padded(0x5c));
        let begun = |key| {
            let mut state = Zeroizing::new(H::START);
            H::compress(&mut state, key);
            state
        };
        let (inner, outer) = (begun(&inner_key), begun(&outer_key));
        Hmac { inner_key, outer_key, inner, outer }
    }

    /// One block of PBKDF2: the first round hashes the salt, each further one the result of the round before; all are summed.
    fn rounds(&self, salt: &[&[u8]], rounds: u32, cancelled: &dyn Fn() -> bool) -> Option<Zeroizing<Vec<u8>>> {
        let parts: Vec<&[u8]> = [&self.inner_key[..]].into_iter().chain(salt.iter().copied()).collect();
        let first = H::digest(&[&self.outer_key[..], &H::digest(&parts)]);
        let mut sum = first.clone();
        let mut block = self.last_block(&first);
        let mut left = rounds.saturating_sub(1);
        while left > 0 {
            if cancelled() {
                return None;
            }
            let now = left.min(ROUNDS_AT_ONCE);
            for _ in 0..now {
                self.round(&mut block, &mut sum);
            }
            left -= now;
        }
        Some(sum)
    }

    /// The second and last block of either hash: a digest behind a key of one block, padded. Both hashes have the same.
    fn last_block(&self, digest: &[u8]) -> Zeroizing<[u8; BLOCK]> {
        let mut block = Zeroizing::new([0u8; BLOCK]);
        block[..digest.len()].copy_from_slice(digest);
        block[digest.len()] = 0x80;
        let bits = (BLOCK + digest.len()) as u64 * 8;
        block[BLOCK - 8..].copy_from_slice(&bits.to_be_bytes());
        block
    }

    #[inline(always)]
    fn round(&self, block: &mut [u8; BLOCK], sum: &mut [u8]) {
        let mut state = *self.inner;
        H::compress(&mut state, block);
        store(&state, block);
        state = *self.outer;
        H::compress(&mut state, block);
        store(&state, block);
        sum.iter_mut().zip(block.iter()).for_each(|(sum, byte)| *sum ^= byte);
    }
}

#[inline(always)]
fn store(state: &impl AsRef<[u32]>, block: &mut [u8; BLOCK]) {
    for (word, bytes) in state.as_ref().iter().zip(block.chunks_exact_mut(4)) {
        bytes.copy_from_slice(&word.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Expected values by `hashlib.pbkdf2_hmac` (OpenSSL).
    #[test]
    fn as_openssl_derives() {
        let go = || false;
        let long = "long ".repeat(30);
        for (password, salt, rounds, sha1, sha256) in KNOWN {
            let password = if *password == "long" { &long } else { *password };
            let (password, salt) = (password.as_bytes(), salt.as_bytes());
            assert_eq!(hex(&*pbkdf2::<Sha1>(password, salt, *rounds, &go).unwrap()), *sha1);
            assert_eq!(hex(&*pbkdf2::<Sha256>(password, salt, *rounds, &go).unwrap()), *sha256);
        }
    }

    #[test]
    fn it_stops_when_asked() {
        let asked = std::cell::Cell::new(0);
        let stop = || asked.replace(asked.get() + 1) == 2;
        assert!(pbkdf2::<Sha256>(b"p", b"s", u32::MAX, &stop).is_none());
        assert_eq!(asked.get(), 3);
    }

    type Known = (&'static str, &'static str, u32, &'static str, &'static str);
    const KNOWN: &[Known] = &[
        (
            "password",
            "salt",
            1,
            "0c60c80f961f0e71f3a9b524af6012062fe037a6e0f0eb94fe8fc46bdc637164",
            "120fb6cffcf8b32c43e7225256c4f837a86548c92ccc35480805987cb70be17b",
        ),
        (
            "password",
            "salt",
            4096,
            "4b007901b765489abead49d926f721d065a429c12e463f6c4cd79401085b03db",
            "c5e478d59288c841aa530db6845c4c8d962893a001ce4e11a4963873aa98134a",
        ),
        (
            "",
            "0123456789abcdefghij",
            2,
            "0e16e31be8029fd9656949284688a10b8843466efd05aa2aab1761dbbb686a77",
            "a366490a7408c18fdab3bd13d351e230ee32a024f0a7025ff3f626677a2ef37e",
        ),
        (
            "long",
            "saltSALTsaltSALTsalt",
            20000,
            "38b38f161d54c9fd5bf2e643221129d4dc01ad3edaee12c4bef6811e9f9b313f",
            "e8759676243424d3eb76f456c203d297ae6cba75c6aae322bf74134bea688811",
        ),
    ];
}
