//! The one source of chance: xoshiro256++ seeded by splitmix64, so that a seed gives the same phone everywhere.

use std::io::Read;

/// A small deterministic generator. Not for secrets.
#[derive(Clone, Debug)]
pub(crate) struct Random([u64; 4]);

impl Random {
    pub fn new(seed: u64) -> Random {
        let mut state = seed;
        let mut next = || {
            state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
            mix(state)
        };
        Random([next(), next(), next(), next()])
    }

    /// The generator of one thing: the same path of numbers below the same seed is always the same stream.
    pub fn of(seed: u64, path: &[u64]) -> Random {
        Random::new(hash(seed, path))
    }

    #[inline]
    pub fn next(&mut self) -> u64 {
        let [a, b, c, d] = self.0;
        let result = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let [mut a, mut b, mut c, mut d] = [a, b, c ^ a, d ^ b];
        let shifted = b << 17;
        b ^= c;
        a ^= d;
        c ^= shifted;
        d = d.rotate_left(45);
        self.0 = [a, b, c, d];
        result
    }

    /// 0 to `end`, without `end`; 0 when `end` is 0.
    pub fn below(&mut self, end: u64) -> u64 {
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u64
    }

    /// `from` to `to`, both included.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        from + self.below((to - from + 1).max(1) as u64) as i64
    }

    /// 0.0 to 1.0, without 1.0.
    pub fn fraction(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    pub fn float(&mut self, from: f64, to: f64) -> f64 {
        from + (to - from) * self.fraction()
    }

    pub fn percent(&mut self, chance: u64) -> bool {
        self.below(100) < chance
    }

    /// One of a list that is never empty.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len() as u64) as usize]
    }

    /// A GUID as Apple writes it: upper case, version 4.
    pub fn guid(&mut self) -> String {
        let high = self.next() & 0xffff_ffff_ffff_0fff | 0x4000;
        let low = self.next() & 0x3fff_ffff_ffff_ffff | 0x8000_0000_0000_0000;
        format!(
            "{:08X}-{:04X}-{:04X}-{:04X}-{:012X}",
            high >> 32,
            (high >> 16) & 0xffff,
            high & 0xffff,
            low >> 48,
            low & 0xffff_ffff_ffff
        )
    }

    /// `count` decimal digits.
    pub fn digits(&mut self, count: usize) -> String {
        (0..count).map(|_| char::from(b'0' + self.below(10) as u8)).collect()
    }
}

fn mix(state: u64) -> u64 {
    let z = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// A number out of numbers, well mixed.
pub(crate) fn hash(seed: u64, path: &[u64]) -> u64 {
    path.iter().fold(mix(seed ^ 0x6a09_e667_f3bc_c908), |state, step| {
        mix(state.wrapping_mul(0x2545_f491_4f6c_dd1d) ^ mix(step.wrapping_add(0x9e37_79b9_7f4a_7c15)))
    })
}

/// A number out of text (FNV-1a, mixed).
pub(crate) fn hash_text(text: &str) -> u64 {
    mix(text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325, |state, byte| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)))
}

/// `left` bytes that cannot be compressed, made while they are read.
pub(crate) struct Generated {
    random: Random,
    left: u64,
    pending: [u8; 8],
    pending_at: usize,
}

impl Generated {
    pub fn new(seed: u64, length: u64) -> Generated {
        Generated { random: Random::new(seed), left: length, pending: [0; 8], pending_at: 8 }
    }
}

impl Read for Generated {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let length = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let (mut out, total) = (&mut buffer[..length], length);
        while self.pending_at < 8 && !out.is_empty() {
            out[0] = self.pending[self.pending_at];
            self.pending_at += 1;
            out = &mut out[1..];
        }
        let mut words = out.chunks_exact_mut(8);
        for word in &mut words {
            word.copy_from_slice(&self.random.next().to_le_bytes());
        }
        let rest = words.into_remainder();
        if !rest.is_empty() {
            self.pending = self.random.next().to_le_bytes();
            rest.copy_from_slice(&self.pending[..rest.len()]);
            self.pending_at = rest.len();
        }
        self.left -= total as u64;
        Ok(total)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generated_bytes_do_not_depend_on_how_they_are_read() {
        let mut whole = Vec::new();
        Generated::new(7, 10_007).read_to_end(&mut whole).unwrap();
        assert_eq!(whole.len(), 10_007);
        let mut reader = Generated::new(7, 10_007);
        let (mut parts, mut step) = (Vec::new(), 1);
        loop {
            let mut buffer = vec![0; step % 23 + 1];
            let length = reader.read(&mut buffer).unwrap();
            if length == 0 {
                break;
            }
            parts.extend_from_slice(&buffer[..length]);
            step += 1;
        }
        assert_eq!(parts, whole);
    }

    #[test]
    fn guids_are_version_4_and_streams_differ() {
        let guid = Random::of(1, &[2, 3]).guid();
        assert_eq!((guid.len(), &guid[14..15]), (36, "4"));
        assert!("89AB".contains(&guid[19..20]));
        assert_eq!(guid, Random::of(1, &[2, 3]).guid());
        assert_ne!(guid, Random::of(1, &[3, 2]).guid());
    }
}
