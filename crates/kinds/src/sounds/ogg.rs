//! Opus packets in an Ogg file (RFC 3533, RFC 7845).

use super::caf::Sound;

/// Ogg counts Opus in these, whatever the sound was recorded in.
const RATE: u64 = 48_000;
const SERIAL: u32 = 1;
/// Packets a page: a second of speech.
const PAGE: usize = 50;
/// A page has at most this many pieces of up to 255 bytes.
const MOST_PIECES: usize = 255;

/// Puts the packets of a sound into an Ogg file; `None` where it has none, or more channels than two.
pub fn opus(sound: &Sound) -> Option<Vec<u8>> {
    if sound.channels > 2 {
        return None;
    }
    let in_ogg = |frames: u32| u64::from(frames) * RATE / u64::from(sound.rate);
    let skipped = u16::try_from(in_ogg(sound.priming)).unwrap_or(u16::MAX);
    let mut head = b"OpusHead\x01".to_vec();
    head.push(sound.channels as u8);
    head.extend(skipped.to_le_bytes());
    head.extend(sound.rate.to_le_bytes());
    head.extend([0, 0, 0]);
    let mut writer = Writer { out: Vec::with_capacity(sound.data.len() + sound.data.len() / 50), pages: 0 };
    writer.page(2, 0, &[&head]);
    writer.page(0, 0, &[b"OpusTags\x08\0\0\0Heirloom\0\0\0\0"]);
    let frames = in_ogg(sound.frames_per_packet.max(1));
    let packets: Vec<&[u8]> = sound.packets().filter(|packet| packet.len() < MOST_PIECES * 255).collect();
    let mut at = 0u64;
    let mut rest = packets.as_slice();
    while !rest.is_empty() {
        let (mut count, mut pieces) = (0, 0);
        while count < rest.len().min(PAGE) {
            pieces += rest[count].len() / 255 + 1;
            if pieces > MOST_PIECES {
                break;
            }
            count += 1;
        }
        let (page, after) = rest.split_at(count.max(1));
        rest = after;
        at += frames * page.len() as u64;
        writer.page(if rest.is_empty() { 4 } else { 0 }, at, page);
    }
    (!packets.is_empty()).then_some(writer.out)
}

struct Writer {
    out: Vec<u8>,
    pages: u32,
}

impl Writer {
    /// `kind`: 2 the first page, 4 the last.
    fn page(&mut self, kind: u8, position: u64, packets: &[&[u8]]) {
        let start = self.out.len();
        self.out.extend(b"OggS\0");
        self.out.push(kind);
        self.out.extend(position.to_le_bytes());
        self.out.extend(SERIAL.to_le_bytes());
        self.out.extend(self.pages.to_le_bytes());
        self.out.extend([0; 4]);
        let mut pieces = Vec::new();
        for packet in packets {
            pieces.extend(std::iter::repeat_n(255u8, packet.len() / 255));
            pieces.push((packet.len() % 255) as u8);
        }
        self.out.push(pieces.len() as u8);
        self.out.extend(pieces);
        packets.iter().for_each(|packet| self.out.extend(*packet));
        let sum = checksum(&self.out[start..]).to_le_bytes();
        self.out[start + 22..start + 26].copy_from_slice(&sum);
        self.pages += 1;
    }
}

/// CRC-32 with the polynomial 0x04C11DB7, highest bit first.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0u32, |sum, byte| {
        (0..8).fold(sum ^ (u32::from(*byte) << 24), |sum, _| (sum << 1) ^ if sum >> 31 == 1 { 0x04C1_1DB7 } else { 0 })
    })
}
