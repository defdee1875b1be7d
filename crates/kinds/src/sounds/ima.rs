//! IMA ADPCM as Apple packs it: packets of 34 bytes for 64 samples of one channel.

use super::caf::Sound;

const PACKET: usize = 34;
const INDEX: [i32; 8] = [-1, -1, -1, -1, 2, 4, 6, 8];
const STEPS: [i32; 89] = [
    7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97, 107,
    118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796, 876, 963,
    1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871, 5358, 5894,
    6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623, 27086, 29794,
    32767,
];

/// All samples, those of the channels in turns.
pub fn samples(sound: &Sound) -> Vec<i16> {
    let channels = usize::from(sound.channels);
    let mut out = Vec::with_capacity(sound.data.len() * 2);
    for block in sound.data.chunks_exact(PACKET * channels) {
        let decoded: Vec<[i16; 64]> = block.chunks_exact(PACKET).map(packet).collect();
        out.extend((0..64).flat_map(|at| decoded.iter().map(move |samples| samples[at])));
    }
    out
}

fn packet(bytes: &[u8]) -> [i16; 64] {
    let head = i16::from_be_bytes([bytes[0], bytes[1]]);
    let (mut value, mut index) = (i32::from(head) & !0x7F, i32::from(head & 0x7F).min(88));
    let mut out = [0; 64];
    for (at, sample) in out.iter_mut().enumerate() {
        let nibble = i32::from(if at % 2 == 0 { bytes[2 + at / 2] & 15 } else { bytes[2 + at / 2] >> 4 });
        // `index` is kept within the table.
        let step = STEPS[index as usize];
        let change = step / 8
            + [4, 2, 1].iter().enumerate().map(|(by, bit)| if nibble & bit != 0 { step >> by } else { 0 }).sum::<i32>();
        value = (if nibble & 8 != 0 { value - change } else { value + change }).clamp(-32_768, 32_767);
        index = (index + INDEX[(nibble & 7) as usize]).clamp(0, 88);
        *sample = value as i16;
    }
    out
}
