//! JPEG as an iPhone writes it: our pictures encoded once, then varied and dated without encoding again.

use jpeg_encoder::{ColorType, Encoder, QuantizationTableType, SamplingFactor};

use super::clock::Zone;
use super::paint::Canvas;

/// Bytes the Exif segment adds to a picture, whatever it says.
pub(crate) const EXIF_LENGTH: u64 = 512 + 10;

/// How a copy of a picture differs in tone: quarters the luma and chroma tables are scaled by.
/// The tables are all multiples of four, so a quarter more or less is exact: contrast and saturation change, nothing else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Tone {
    /// 3 to 5.
    pub contrast: u8,
    /// 2 to 6.
    pub saturation: u8,
}

/// What Exif says of a photo.
pub(crate) struct Exif<'a> {
    /// Unix seconds.
    pub taken: i64,
    pub zone: Zone,
    /// 1 as stored, 6 turned.
    pub orientation: u16,
    /// Degrees north and east.
    pub place: Option<(f64, f64)>,
    pub width: u32,
    pub height: u32,
    /// Told apart from every other photo by this.
    pub unique: &'a str,
}

/// Encodes a canvas, with tables that [`dated`] can vary.
pub(crate) fn encode(canvas: &Canvas, coarse: u16) -> Vec<u8> {
    let table = |steep: u16| {
        let cell = |index: u16| ((coarse * (2 + steep * (index % 8 + index / 8) / 2)) / 8 * 4).clamp(4, 48);
        QuantizationTableType::Custom(Box::new(std::array::from_fn(|index| cell(index as u16))))
    };
    let mut out = Vec::new();
    let mut encoder = Encoder::new(&mut out, 85);
    encoder.set_quantization_tables(table(1), table(2));
    encoder.set_sampling_factor(SamplingFactor::F_2_2);
    let encoded = encoder.encode(&canvas.pixels, canvas.width as u16, canvas.height as u16, ColorType::Rgb);
    // Canvases are never empty nor over 65,535 pixels wide, and memory takes every write.
    encoded.expect("a canvas is a valid picture");
    out
}

/// A copy of an encoded picture with Exif of its own and another tone. It is [`EXIF_LENGTH`] longer than `jpeg`.
pub(crate) fn dated(jpeg: &[u8], tone: Tone, exif: &Exif<'_>) -> Vec<u8> {
    let mut out = Vec::with_capacity(jpeg.len() + EXIF_LENGTH as usize);
    out.extend_from_slice(&jpeg[..2]);
    let block = exif_block(exif);
    out.extend_from_slice(&[0xff, 0xe1]);
    out.extend_from_slice(&((block.len() + 2) as u16).to_be_bytes());
    out.extend_from_slice(&block);
    let start = out.len();
    out.extend_from_slice(&jpeg[2..]);
    retone(&mut out[start..], tone);
    out
}

/// A copy in another tone, without Exif: the thumbnail of a photo.
pub(crate) fn toned(jpeg: &[u8], tone: Tone) -> Vec<u8> {
    let mut out = jpeg.to_vec();
    retone(&mut out[2..], tone);
    out
}

/// Scales the quantisation tables among the segments of a JPEG (without its first marker).
fn retone(segments: &mut [u8], tone: Tone) {
    let mut at = 0;
    while at + 4 <= segments.len() && segments[at] == 0xff && segments[at + 1] != 0xda {
        let length = usize::from(u16::from_be_bytes([segments[at + 2], segments[at + 3]]));
        if segments[at + 1] == 0xdb {
            for table in segments[at + 4..at + 2 + length].chunks_mut(65) {
                let quarters = u16::from(if table[0] == 0 { tone.contrast } else { tone.saturation });
                for cell in &mut table[1..] {
                    *cell = (u16::from(*cell) * quarters / 4).clamp(1, 255) as u8;
                }
            }
        }
        at += 2 + length;
    }
}

/// One directory of a TIFF being written.
struct Directory {
    entries: Vec<(u16, u16, u32, Vec<u8>)>,
}

impl Directory {
    fn new() -> Directory {
        Directory { entries: Vec::new() }
    }

    fn text(&mut self, tag: u16, text: &str) {
        let mut bytes = text.as_bytes().to_vec();
        bytes.push(0);
        self.entries.push((tag, 2, bytes.len() as u32, bytes));
    }

    fn short(&mut self, tag: u16, value: u16) {
        self.entries.push((tag, 3, 1, value.to_be_bytes().to_vec()));
    }

    fn long(&mut self, tag: u16, value: u32) {
        self.entries.push((tag, 4, 1, value.to_be_bytes().to_vec()));
    }

    fn rationals(&mut self, tag: u16, values: &[(u32, u32)]) {
        let bytes = values.iter().flat_map(|(above, below)| [above.to_be_bytes(), below.to_be_bytes()].concat());
        self.entries.push((tag, 5, values.len() as u32, bytes.collect()));
    }

    /// Its bytes when it starts at `offset` of the TIFF.
    fn bytes(&self, offset: usize) -> Vec<u8> {
        let mut table = (self.entries.len() as u16).to_be_bytes().to_vec();
        let mut data = Vec::new();
        let data_at = offset + 2 + self.entries.len() * 12 + 4;
        for (tag, kind, count, value) in &self.entries {
            table.extend_from_slice(&tag.to_be_bytes());
            table.extend_from_slice(&kind.to_be_bytes());
            table.extend_from_slice(&count.to_be_bytes());
            if value.len() <= 4 {
                table.extend(value.iter().copied().chain(std::iter::repeat(0)).take(4));
            } else {
                table.extend_from_slice(&((data_at + data.len()) as u32).to_be_bytes());
                data.extend_from_slice(value);
                data.resize(data.len().next_multiple_of(2), 0);
            }
        }
        table.extend_from_slice(&[0; 4]);
        table.extend_from_slice(&data);
        table
    }
}

fn exif_block(exif: &Exif<'_>) -> Vec<u8> {
    let (date, offset) = exif.zone.exif(exif.taken);
    let mut photo = Directory::new();
    photo.rationals(0x829a, &[(1, 125)]);
    photo.rationals(0x829d, &[(178, 100)]);
    photo.short(0x8827, 80);
    photo.text(0x9003, &date);
    photo.text(0x9004, &date);
    photo.text(0x9011, &offset);
    photo.text(0x9012, &offset);
    photo.long(0xa002, exif.width);
    photo.long(0xa003, exif.height);
    photo.text(0xa420, &exif.unique.replace('-', ""));
    let gps = exif.place.map(|(latitude, longitude)| {
        let mut gps = Directory::new();
        gps.text(1, if latitude < 0.0 { "S" } else { "N" });
        gps.rationals(2, &degrees(latitude));
        gps.text(3, if longitude < 0.0 { "W" } else { "E" });
        gps.rationals(4, &degrees(longitude));
        gps
    });
    let root = |photo_at: usize, gps_at: usize| {
        let mut root = Directory::new();
        root.text(0x010f, "Apple");
        root.text(0x0110, "iPhone 14 Pro");
        root.short(0x0112, exif.orientation);
        root.text(0x0131, "17.5.1");
        root.text(0x0132, &date);
        root.long(0x8769, photo_at as u32);
        if gps.is_some() {
            root.long(0x8825, gps_at as u32);
        }
        root
    };
    let photo_at = 8 + root(0, 0).bytes(8).len();
    let gps_at = photo_at + photo.bytes(photo_at).len();
    let mut block = b"Exif\0\0MM\0\x2a\0\0\0\x08".to_vec();
    block.extend(root(photo_at, gps_at).bytes(8));
    block.extend(photo.bytes(photo_at));
    block.extend(gps.iter().flat_map(|gps| gps.bytes(gps_at)));
    debug_assert!(block.len() <= EXIF_LENGTH as usize - 4, "Exif of {} bytes", block.len());
    block.resize(EXIF_LENGTH as usize - 4, 0);
    block
}

fn degrees(value: f64) -> [(u32, u32); 3] {
    let hundredths = (value.abs() * 360_000.0).round() as u32;
    [(hundredths / 360_000, 1), (hundredths / 6000 % 60, 1), (hundredths % 6000, 100)]
}
