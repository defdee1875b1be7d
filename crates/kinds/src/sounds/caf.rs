//! Core Audio Format: chunks of a four-letter name and a length, all numbers big-endian.

/// More packets than eight hours of speech have.
const MOST_PACKETS: usize = 4 << 20;

/// What a file holds, as it stands in it.
pub struct Sound<'a> {
    pub format: [u8; 4],
    /// Of `lpcm`: 1 floating point, 2 little-endian.
    pub flags: u32,
    /// Samples a second.
    pub rate: u32,
    pub channels: u16,
    pub bits: u32,
    /// 0 where packets differ.
    pub bytes_per_packet: u32,
    pub frames_per_packet: u32,
    /// Frames at the start that are not to be heard.
    pub priming: u32,
    pub data: &'a [u8],
    /// The lengths of packets that differ in length.
    pub packets: Vec<u32>,
}

/// Reads a file; `None` where it is no such file or has no sound in it.
pub fn read(bytes: &[u8]) -> Option<Sound<'_>> {
    let mut rest = bytes.strip_prefix(b"caff")?.get(4..)?;
    let mut sound = None;
    let (mut data, mut table) = (None, None);
    while let Some((name, length, body)) = chunk(rest) {
        // The last chunk may have -1 for its length: up to the end.
        let length = usize::try_from(length).unwrap_or(body.len()).min(body.len());
        let (body, after) = body.split_at(length);
        rest = after;
        match name {
            b"desc" => sound = Some(description(body)?),
            // Behind a number that counts edits.
            b"data" => data = body.get(4..),
            b"pakt" => table = Some(body),
            _ => {}
        }
    }
    let mut sound = sound?;
    sound.data = data?;
    if let Some(table) = table {
        sound.priming = u32::from_be_bytes(table.get(16..20)?.try_into().ok()?);
        let count = i64::from_be_bytes(table.get(..8)?.try_into().ok()?);
        if sound.bytes_per_packet == 0 {
            let frames_follow = sound.frames_per_packet == 0;
            let mut numbers = Numbers(table.get(24..)?);
            for _ in 0..usize::try_from(count).ok()?.min(MOST_PACKETS) {
                let Some(length) = numbers.next() else { break };
                sound.packets.push(length);
                if frames_follow {
                    numbers.next()?;
                }
            }
        }
    }
    Some(sound)
}

fn chunk(bytes: &[u8]) -> Option<(&[u8; 4], i64, &[u8])> {
    let (head, body) = bytes.split_at_checked(12)?;
    Some((head[..4].try_into().ok()?, i64::from_be_bytes(head[4..].try_into().ok()?), body))
}

fn description<'a>(body: &[u8]) -> Option<Sound<'a>> {
    let number = |at: usize| Some(u32::from_be_bytes(body.get(at..at + 4)?.try_into().ok()?));
    let rate = f64::from_be_bytes(body.get(..8)?.try_into().ok()?);
    let channels = u16::try_from(number(24)?).ok()?;
    let sane = (1_000.0..=384_000.0).contains(&rate) && (1..=8).contains(&channels);
    sane.then_some(Sound {
        format: body.get(8..12)?.try_into().ok()?,
        flags: number(12)?,
        rate: rate as u32,
        channels,
        bits: number(28)?,
        bytes_per_packet: number(16)?,
        frames_per_packet: number(20)?,
        priming: 0,
        data: &[],
        packets: Vec::new(),
    })
}

/// Numbers of seven bits a byte, the highest first; the last byte has no top bit.
struct Numbers<'a>(&'a [u8]);

impl Iterator for Numbers<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let mut value = 0u32;
        for _ in 0..5 {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            value = value.checked_shl(7)? | u32::from(byte & 0x7F);
            if byte & 0x80 == 0 {
                return Some(value);
            }
        }
        None
    }
}

impl<'a> Sound<'a> {
    /// The packets in order; ends with the bytes.
    pub fn packets(&self) -> impl Iterator<Item = &'a [u8]> + '_ {
        let mut rest = self.data;
        let fixed = self.bytes_per_packet;
        let mut lengths = self.packets.iter();
        std::iter::from_fn(move || {
            let length = if fixed > 0 { fixed } else { *lengths.next()? };
            let (packet, after) = rest.split_at_checked(length as usize)?;
            rest = after;
            (!packet.is_empty()).then_some(packet)
        })
    }
}
