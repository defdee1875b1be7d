//! AES key wrap (RFC 3394) of 32-byte keys.

use super::Key;
use aes::Aes256;
use aes::cipher::{BlockCipherDecrypt, BlockCipherEncrypt, KeyInit};

/// What an unwrapped key must start with; the check of a password.
const CHECK: [u8; 8] = [0xA6; 8];
/// Eight-byte parts of a key, and rounds over them.
const PARTS: u64 = 4;
const ROUNDS: u64 = 6;

pub(super) type Wrapped = [u8; 40];

pub(super) fn wrap(under: &Key, key: &Key) -> Wrapped {
    let cipher = Aes256::new(under.into());
    let mut wrapped = [0; 40];
    wrapped[..8].copy_from_slice(&CHECK);
    wrapped[8..].copy_from_slice(key);
    for step in 0..ROUNDS * PARTS {
        let part = 8 + 8 * (step % PARTS) as usize;
        let mut block = [0; 16];
        block[..8].copy_from_slice(&wrapped[..8]);
        block[8..].copy_from_slice(&wrapped[part..part + 8]);
        cipher.encrypt_block((&mut block).into());
        for (byte, count) in block.iter_mut().zip((step + 1).to_be_bytes()) {
            *byte ^= count;
        }
        wrapped[..8].copy_from_slice(&block[..8]);
        wrapped[part..part + 8].copy_from_slice(&block[8..]);
    }
    wrapped
}

/// `None` when it was not wrapped under this key.
pub(super) fn unwrap(under: &Key, wrapped: &Wrapped) -> Option<Key> {
    let cipher = Aes256::new(under.into());
    let mut wrapped = *wrapped;
    for step in (0..ROUNDS * PARTS).rev() {
        let part = 8 + 8 * (step % PARTS) as usize;
        let mut block = [0; 16];
        block[..8].copy_from_slice(&wrapped[..8]);
        block[8..].copy_from_slice(&wrapped[part..part + 8]);
        for (byte, count) in block.iter_mut().zip((step + 1).to_be_bytes()) {
            *byte ^= count;
        }
        cipher.decrypt_block((&mut block).into());
        wrapped[..8].copy_from_slice(&block[..8]);
        wrapped[part..part + 8].copy_from_slice(&block[8..]);
    }
    let (check, key) = wrapped.split_at(8);
    if check != CHECK {
        return None;
    }
    key.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 3394, 4.6.
    #[test]
    fn the_example_of_the_standard() {
        let under = hex::decode("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f").unwrap();
        let key = hex::decode("00112233445566778899aabbccddeeff000102030405060708090a0b0c0d0e0f").unwrap();
        let expected = "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21";
        let (under, key): (Key, Key) = (under.try_into().unwrap(), key.try_into().unwrap());
        let wrapped = wrap(&under, &key);
        assert_eq!(hex::encode(wrapped), expected);
        assert_eq!(unwrap(&under, &wrapped), Some(key));
        assert_eq!(unwrap(&key, &wrapped), None);
    }
}
