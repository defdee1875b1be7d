//! Where a decrypted file ends. AES in CBC mode only knows whole blocks, and `Size` of the record is wrong for the few files
//! that changed while they were copied, so both are weighed (`formats.md` 1.5, "End of file rule").

use std::io;

pub(crate) const BLOCK: u64 = 16;

/// How well the bytes of a file agree with its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// The file is whole.
    Whole,
    /// All its bytes are there, but not as many as its record says: it changed while the backup was made.
    SizeDiffers,
    /// Neither its padding nor its size is where it should be: bytes are missing at the end, or were added.
    Incomplete,
    /// It is not a whole number of blocks: what cannot be decrypted is left out.
    Damaged,
}

/// The length of the plain content, and how sure that is. `padding` tells the length of the padding in the last block, where
/// it has any (PKCS#7); it is asked only when it matters.
pub(crate) fn ending(
    encrypted: u64,
    size: Option<u64>,
    padding: impl FnOnce() -> io::Result<Option<u64>>,
) -> io::Result<(u64, Ending)> {
    let whole = encrypted / BLOCK * BLOCK;
    if encrypted != whole {
        return Ok((whole, Ending::Damaged));
    }
    if let Some(size) = size.filter(|size| (size / BLOCK + 1).checked_mul(BLOCK) == Some(encrypted)) {
        return Ok((size, Ending::Whole));
    }
    if size != Some(encrypted)
        && let Some(padding) = padding()?
    {
        let ending = if size.is_none() { Ending::Whole } else { Ending::SizeDiffers };
        return Ok((encrypted - padding, ending));
    }
    match size.filter(|size| *size <= encrypted && encrypted - size < BLOCK) {
        Some(size) => Ok((size, Ending::Whole)),
        None => Ok((encrypted, Ending::Incomplete)),
    }
}

/// The length of a block's PKCS#7 padding: 1 to 16 bytes that all say how many they are.
pub(crate) fn padding(block: &[u8; BLOCK as usize]) -> Option<u64> {
    let last = block[15];
    let length = usize::from(last);
    let padded = (1..=16).contains(&length) && block[16 - length..].iter().all(|byte| *byte == last);
    padded.then_some(length as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_branch_of_the_rule() {
        use Ending::{Damaged, Incomplete, SizeDiffers, Whole};
        // Encrypted length, size of the record, padding of the last block -> length, ending.
        for (encrypted, size, padding, expected) in [
            // 1: cut inside a block.
            (47, Some(40), Some(8), (32, Damaged)),
            (5, None, None, (0, Damaged)),
            // 2: as it should be; the padding is not even looked at.
            (48, Some(40), None, (40, Whole)),
            (48, Some(32), Some(3), (32, Whole)),
            (16, Some(0), Some(16), (0, Whole)),
            // 3: padded, and the size is another.
            (48, Some(500), Some(8), (40, SizeDiffers)),
            (48, Some(3), Some(16), (32, SizeDiffers)),
            (48, None, Some(8), (40, Whole)),
            // 4: never padded; what looks like padding belongs to the file.
            (48, Some(48), Some(1), (48, Whole)),
            (48, Some(48), None, (48, Whole)),
            (0, Some(0), None, (0, Whole)),
            // 5: cut between blocks, or something else altogether.
            (48, Some(500), None, (48, Incomplete)),
            (48, Some(3), None, (48, Incomplete)),
            (48, None, None, (48, Incomplete)),
            (0, Some(7), None, (0, Incomplete)),
            (0, None, None, (0, Incomplete)),
            (48, Some(u64::MAX), None, (48, Incomplete)),
        ] {
            assert_eq!(ending(encrypted, size, || Ok(padding)).unwrap(), expected, "{encrypted} {size:?} {padding:?}");
        }
    }

    #[test]
    fn only_whole_padding_counts() {
        let block = |tail: &[u8]| {
            let mut block = [0xEE; 16];
            block[16 - tail.len()..].copy_from_slice(tail);
            padding(&block)
        };
        assert_eq!(block(&[1]), Some(1));
        assert_eq!(block(&[4, 4, 4, 4]), Some(4));
        assert_eq!(block(&[16; 16]), Some(16));
        for none in [&[0][..], &[3, 2, 3], &[17], &[16; 15]] {
            assert_eq!(block(none), None, "{none:?}");
        }
    }
}
