//! Samples as a WAV file.

use super::caf::Sound;

/// Samples of 16 bits out of a sound of plain samples; `None` for sizes that are not known.
pub fn samples(sound: &Sound) -> Option<Vec<i16>> {
    const FLOAT: u32 = 1;
    const LITTLE: u32 = 2;
    let width = (sound.bits / 8) as usize;
    let ordered = |sample: &[u8]| {
        // The four highest bytes, highest first.
        let mut four = [0u8; 4];
        let bytes = sample.iter().rev().take(4);
        match sound.flags & LITTLE {
            0 => sample.iter().take(4).zip(&mut four).for_each(|(from, to)| *to = *from),
            _ => bytes.zip(&mut four).for_each(|(from, to)| *to = *from),
        }
        four
    };
    let sample = |bytes: &[u8]| match sound.flags & FLOAT {
        0 => (i32::from_be_bytes(ordered(bytes)) >> 16) as i16,
        _ => (f32::from_be_bytes(ordered(bytes)).clamp(-1.0, 1.0) * f32::from(i16::MAX)) as i16,
    };
    let known = if sound.flags & FLOAT == 0 { (1..=4).contains(&width) } else { width == 4 };
    known.then(|| sound.data.chunks_exact(width).map(sample).collect())
}

/// A WAV file of samples of 16 bits.
pub fn write(rate: u32, channels: u16, samples: &[i16]) -> Vec<u8> {
    let length = (samples.len() * 2) as u32;
    let frame = channels * 2;
    let mut out = Vec::with_capacity(44 + samples.len() * 2);
    out.extend(b"RIFF");
    out.extend((36 + length).to_le_bytes());
    out.extend(b"WAVEfmt \x10\0\0\0\x01\0");
    out.extend(channels.to_le_bytes());
    out.extend(rate.to_le_bytes());
    out.extend((rate * u32::from(frame)).to_le_bytes());
    out.extend(frame.to_le_bytes());
    out.extend(b"\x10\0data");
    out.extend(length.to_le_bytes());
    samples.iter().for_each(|sample| out.extend(sample.to_le_bytes()));
    out
}
