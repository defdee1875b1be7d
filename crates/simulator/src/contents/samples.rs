//! The embedded sample media, each copy made its own: dated, identified, never twice the same bytes.

use super::clock::{COCOA, UTC, Zone};

/// Seconds between 1904, where QuickTime's clocks start, and 2001.
const QUICKTIME: i64 = 3_061_152_000;
const FREE_BOX: usize = 24;

/// One embedded file and its thumbnail.
pub(crate) struct Sample {
    bytes: &'static [u8],
    pub thumb: &'static [u8],
    pub width: u32,
    pub height: u32,
    /// Seconds, 0 for stills.
    pub duration: f64,
}

pub(crate) const HEIC: [Sample; 4] = [
    still(include_bytes!("../../assets/heic-1.heic"), include_bytes!("../../assets/heic-1.jpg")),
    still(include_bytes!("../../assets/heic-2.heic"), include_bytes!("../../assets/heic-2.jpg")),
    still(include_bytes!("../../assets/heic-3.heic"), include_bytes!("../../assets/heic-3.jpg")),
    still(include_bytes!("../../assets/heic-4.heic"), include_bytes!("../../assets/heic-4.jpg")),
];
pub(crate) const MOV: [Sample; 3] = [
    film(include_bytes!("../../assets/mov-1.mov"), include_bytes!("../../assets/mov-1.jpg"), 4.0),
    film(include_bytes!("../../assets/mov-2.mov"), include_bytes!("../../assets/mov-2.jpg"), 5.0),
    film(include_bytes!("../../assets/mov-3.mov"), include_bytes!("../../assets/mov-3.jpg"), 3.0),
];
/// The moving half of a live photo.
pub(crate) const LIVE: Sample =
    film(include_bytes!("../../assets/live-1.mov"), include_bytes!("../../assets/heic-2.jpg"), 2.0);
/// A voice message: Opus in CAF, 4 seconds.
pub(crate) const VOICE: &[u8] = include_bytes!("../../assets/voice.caf");
pub(crate) const GIF: &[u8] = include_bytes!("../../assets/dance.gif");

const fn still(bytes: &'static [u8], thumb: &'static [u8]) -> Sample {
    Sample { bytes, thumb, width: 1008, height: 756, duration: 0.0 }
}

const fn film(bytes: &'static [u8], thumb: &'static [u8], duration: f64) -> Sample {
    Sample { bytes, thumb, width: 640, height: 480, duration }
}

impl Sample {
    /// Length of every copy.
    pub fn length(&self) -> u64 {
        (self.bytes.len() + FREE_BOX) as u64
    }

    /// A copy taken at a moment; `identity` ties the halves of a live photo and tells copies apart.
    pub fn copy(&self, taken: i64, zone: Zone, identity: &str) -> Vec<u8> {
        let mut bytes = self.bytes.to_vec();
        let (date, offset) = zone.exif(taken);
        replace(&mut bytes, b"2000:01:01 00:00:00", date.as_bytes());
        let film_date = format!("{}T{}{}", date[..10].replace(':', "-"), &date[11..], offset.replace(':', ""));
        replace(&mut bytes, b"2000-01-01T00:00:00+0000", film_date.as_bytes());
        let (utc, _) = UTC.exif(taken);
        let utc = format!("{}T{}Z", utc[..10].replace(':', "-"), &utc[11..]);
        replace(&mut bytes, b"2000-01-01T00:00:00Z", utc.as_bytes());
        if self.duration == 0.0 {
            replace(&mut bytes, b"+00:00", offset.as_bytes());
        } else {
            let seconds = ((taken - COCOA + QUICKTIME) as u32).to_be_bytes();
            for kind in [b"mvhd", b"tkhd", b"mdhd"] {
                for at in places(&bytes, kind) {
                    // Type, version and flags, then creation and modification time.
                    bytes[at + 8..at + 12].copy_from_slice(&seconds);
                    bytes[at + 12..at + 16].copy_from_slice(&seconds);
                }
            }
        }
        replace(&mut bytes, b"00000000-0000-0000-0000-000000000000", identity.as_bytes());
        bytes.extend_from_slice(&(FREE_BOX as u32).to_be_bytes());
        bytes.extend_from_slice(b"free");
        bytes.extend(identity.bytes().filter(|byte| *byte != b'-').chain(std::iter::repeat(0)).take(16));
        bytes
    }
}

/// Bytes of an embedded file with `identity` behind them, where the format allows a tail nobody reads.
pub(crate) fn tailed(bytes: &[u8], identity: &str) -> Vec<u8> {
    [bytes, &identity.as_bytes()[..16]].concat()
}

fn places(bytes: &[u8], wanted: &[u8]) -> Vec<usize> {
    let first = wanted[0];
    let starts = bytes.windows(wanted.len()).enumerate();
    starts.filter(|(_, window)| window[0] == first && *window == wanted).map(|(at, _)| at).collect()
}

/// Writes `value` over every `placeholder` of the same length.
fn replace(bytes: &mut [u8], placeholder: &[u8], value: &[u8]) {
    if value.len() == placeholder.len() {
        for at in places(bytes, placeholder) {
            bytes[at..at + value.len()].copy_from_slice(value);
        }
    }
}
