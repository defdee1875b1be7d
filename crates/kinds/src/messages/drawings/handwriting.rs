//! Handwritten messages.
//!
//! Field 4 holds the drawing: 3 its frame (four 16-bit numbers, 0x8000 added to each), 5 how it is packed (4: xz), 6 the
//! length of the unpacked strokes, 8 the strokes. A stroke is a count and so many points of four 16-bit numbers: x, y and
//! width, 0x8000 added to each, and one that is always 0x7FFF. All numbers are little-endian.

use super::svg::Picture;
use crate::protobuf::{Field, last};

/// Strokes that unpack to more are not drawn; a full page has 60 KiB.
const MAX_STROKES: u64 = 4 << 20;
/// The width of the widest pen, as the points give it.
const WIDEST: f32 = 24.0;
/// Pixels of the widest pen, and around the drawing.
const PEN: f32 = 10.0;
const MARGIN: f32 = 8.0;

struct Point {
    x: i32,
    y: i32,
    width: i32,
}

/// The picture of a payload.
pub fn draw(payload: &[u8]) -> Option<String> {
    let drawing = last(payload, 4)?.bytes()?;
    let frame = last(drawing, 3)?.bytes()?;
    let (width, height) = (side(frame, 4)?, side(frame, 6)?);
    let packed = last(drawing, 8)?.bytes()?;
    let unpacked = match last(drawing, 5).and_then(Field::number) {
        Some(4) => unpack(packed)?,
        _ => packed.to_vec(),
    };
    let strokes = strokes(&unpacked)?;
    let points = || strokes.iter().flatten();
    let (left, right) = (points().map(|p| p.x).min()?, points().map(|p| p.x).max()?);
    let (top, bottom) = (points().map(|p| p.y).min()?, points().map(|p| p.y).max()?);
    let place = |at: i32, from: i32, to: i32, size: f32| {
        MARGIN + (at - from) as f32 / (to - from).max(1) as f32 * (size - MARGIN).max(1.0)
    };
    let mut picture = Picture::new(width + MARGIN, height + MARGIN, "#fff");
    for stroke in &strokes {
        // A pen that gets wider and thinner is a chain of lines, each in one width.
        for chain in stroke.chunk_by(|one, other| pen(one) == pen(other)) {
            let end = chain.last()?;
            let next = stroke.iter().skip_while(|point| !std::ptr::eq(*point, end)).nth(1);
            let chain = chain.iter().chain(next);
            let line: Vec<(f32, f32)> =
                chain.map(|p| (place(p.x, left, right, width), place(p.y, top, bottom, height))).collect();
            picture.line(&line, pen(end), "#1c1c1e");
        }
    }
    Some(picture.finish())
}

fn pen(point: &Point) -> f32 {
    (point.width as f32 / WIDEST * PEN).round().clamp(1.0, PEN)
}

/// A side of the frame, in pixels.
fn side(frame: &[u8], at: usize) -> Option<f32> {
    let side = word(frame, at)? - 0x8000;
    (1..=20_000).contains(&side).then_some(side as f32)
}

fn word(bytes: &[u8], at: usize) -> Option<i32> {
    let two = bytes.get(at..at + 2)?;
    Some(i32::from(u16::from_le_bytes([two[0], two[1]])))
}

fn strokes(bytes: &[u8]) -> Option<Vec<Vec<Point>>> {
    let (mut strokes, mut at) = (Vec::new(), 0);
    while at < bytes.len() {
        let count = word(bytes, at)? as usize;
        let points = bytes.get(at + 2..at + 2 + count * 8)?;
        let number = |point: &[u8], place| word(point, place).map(|word| word - 0x8000);
        let points = points
            .chunks_exact(8)
            .filter_map(|point| Some(Point { x: number(point, 0)?, y: number(point, 2)?, width: number(point, 4)? }));
        strokes.push(points.collect());
        at += 2 + count * 8;
    }
    Some(strokes)
}

/// Unpacks xz. The decoder has no limit of its own, so the sizes that the chunks tell of are added up first.
fn unpack(packed: &[u8]) -> Option<Vec<u8>> {
    if told_size(packed)? > MAX_STROKES {
        return None;
    }
    let mut unpacked = Vec::new();
    lzma_rs::xz_decompress(&mut &packed[..], &mut unpacked).ok()?;
    Some(unpacked)
}

/// How much the LZMA2 chunks of the first block unpack to.
fn told_size(packed: &[u8]) -> Option<u64> {
    const STREAM_HEADER: usize = 12;
    let block_header = (usize::from(*packed.get(STREAM_HEADER)?) + 1) * 4;
    let (mut at, mut size) = (STREAM_HEADER + block_header, 0u64);
    let big = |at: usize| Some(u64::from(u16::from_be_bytes(packed.get(at..at + 2)?.try_into().ok()?)));
    loop {
        let control = *packed.get(at)?;
        match control {
            0 => return Some(size),
            1 | 2 => {
                let length = big(at + 1)? + 1;
                size += length;
                at += 3 + length as usize;
            }
            0x80.. => {
                size += (u64::from(control & 0x1F) << 16) + big(at + 1)? + 1;
                let with_properties = usize::from(control >= 0xC0);
                at += 5 + with_properties + big(at + 3)? as usize + 1;
            }
            _ => return None,
        }
    }
}
