//! AES key wrap (RFC 3394): a key locked with another key, with a check value of its own.

use aes::cipher::{Block, BlockCipherDecrypt, BlockSizeUser, KeyInit, consts::U16};
use zeroize::Zeroizing;

/// What every unwrapped key must start with (RFC 3394 2.2.3.1); anything else means a wrong key or damage.
const CHECK: [u8; 8] = [0xA6; 8];

/// Unwraps a key; `None` where the check value is not there or the length fits no wrapped key.
pub(crate) fn unwrap<C>(with: &[u8], wrapped: &[u8]) -> Option<Zeroizing<Vec<u8>>>
where
    C: BlockCipherDecrypt + BlockSizeUser<BlockSize = U16> + KeyInit,
{
    let cipher = C::new_from_slice(with).ok()?;
    let (check, key) = wrapped.split_first_chunk::<8>()?;
    if key.len() < 16 || key.len() % 8 != 0 {
        return None;
    }
    let mut check = *check;
    let mut key = Zeroizing::new(key.to_vec());
    let parts = key.len() / 8;
    for step in (1..=6 * parts).rev() {
        let part = &mut key[(step - 1) % parts * 8..][..8];
        let mut block = Block::<C>::default();
        let counted = u64::from_be_bytes(check) ^ step as u64;
        block[..8].copy_from_slice(&counted.to_be_bytes());
        block[8..].copy_from_slice(part);
        cipher.decrypt_block(&mut block);
        check.copy_from_slice(&block[..8]);
        part.copy_from_slice(&block[8..]);
    }
    (check == CHECK).then_some(key)
}

/// Unwraps a key of 32 bytes, the only length a backup has.
pub(crate) fn unwrap_key(with: &[u8; 32], wrapped: &[u8; 40]) -> Option<Zeroizing<[u8; 32]>> {
    let key = unwrap::<aes::Aes256Dec>(with, wrapped)?;
    let mut fixed = Zeroizing::new([0; 32]);
    fixed.copy_from_slice(&key);
    Some(fixed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len()).step_by(2).map(|at| u8::from_str_radix(&hex[at..at + 2], 16).unwrap()).collect()
    }

    /// RFC 3394 4.1, 4.2, 4.3 and 4.6.
    #[test]
    fn the_vectors_of_the_standard() {
        let with = bytes("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F");
        let key = bytes("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F");
        let short = "1FA68B0A8112B447AEF34BD8FB5A7B829D3E862371D2CFE5";
        assert_eq!(*unwrap::<aes::Aes128Dec>(&with[..16], &bytes(short)).unwrap(), key[..16]);
        let short = "96778B25AE6CA435F92B5B97C050AED2468AB8A17AD84E5D";
        assert_eq!(*unwrap::<aes::Aes192Dec>(&with[..24], &bytes(short)).unwrap(), key[..16]);
        let short = "64E8C3F9CE0F5BA263E9777905818A2A93C8191E7D6E8AE7";
        assert_eq!(*unwrap::<aes::Aes256Dec>(&with, &bytes(short)).unwrap(), key[..16]);
        let long = "28C9F404C4B810F4CBCCB35CFB87F8263F5786E2D80ED326CBC7F0E71A99F43BFB988B9B7A02DD21";
        let wrapped: [u8; 40] = bytes(long).try_into().unwrap();
        let with: [u8; 32] = with.try_into().unwrap();
        assert_eq!(unwrap_key(&with, &wrapped).unwrap()[..], key);

        for at in 0..40 {
            let mut damaged = wrapped;
            damaged[at] ^= 1;
            assert!(unwrap_key(&with, &damaged).is_none());
        }
        for length in [0, 7, 8, 16, 23, 41] {
            assert!(unwrap::<aes::Aes256Dec>(&with, &vec![0; length]).is_none());
        }
    }
}
