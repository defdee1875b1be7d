//! Digital Touch: taps, sketches, heartbeats, kisses and fireballs.
//!
//! Field 1 says which, field 3 holds it. Places are pairs of 16-bit numbers from 0 to 65,535 over the canvas, colours four
//! bytes each (red, green, blue, opacity). A sketch (1 how many strokes, 2 points, 3 colours) gives each stroke as a count
//! and so many points. Numbers are little-endian. Sketches and kisses are from descriptions, the rest is checked on real ones.

use super::svg::Picture;
use crate::protobuf::{Field, last};

/// Pixels of a side of the canvas.
const SIDE: f32 = 240.0;
const BLACK: &str = "#111";
/// More taps, strokes and points than a finger makes.
const MOST: usize = 20_000;
const RED: &str = "#ff3b30";
const HEART: &str = "M0 60C-90 0-70-60-30-60C-10-60 0-45 0-35C0-45 10-60 30-60C70-60 90 0 0 60Z";
const CRACK: [(f32, f32); 5] = [(120.0, 78.0), (108.0, 104.0), (130.0, 124.0), (112.0, 148.0), (120.0, 176.0)];
const LIPS: &str = "M-34 0C-20-22-8-20 0-12C8-20 20-22 34 0C18 24-18 24-34 0Z";
const FLAME: &str = "M0-70C14-36 48-20 44 22C42 52 22 66 0 66C-22 66-42 52-44 22C-46-6-22-18-20-40C-8-34-2-24 0-70Z";

/// The name of what was sent.
pub fn name(payload: &[u8]) -> Option<&'static str> {
    Some(match kind(payload)? {
        1 => "Tap",
        3 if broken_at(last(payload, 3)?.bytes()?).is_some() => "Heartbreak",
        3 => "Heartbeat",
        4 => "Sketch",
        6 => "Video",
        7 => "Kiss",
        8 => "Fireball",
        _ => return None,
    })
}

fn kind(payload: &[u8]) -> Option<u64> {
    last(payload, 1)?.number()
}

/// The picture of a payload.
pub fn draw(payload: &[u8]) -> Option<String> {
    let inside = last(payload, 3)?.bytes()?;
    let mut picture = Picture::new(SIDE, SIDE, BLACK);
    match kind(payload)? {
        1 => taps(inside, &mut picture)?,
        3 => heart(inside, &mut picture),
        4 => sketch(inside, &mut picture)?,
        7 => kisses(inside, &mut picture)?,
        8 => picture.shape(FLAME, (SIDE / 2.0, SIDE / 2.0), 0.0, "#ff9500"),
        _ => return None,
    }
    Some(picture.finish())
}

fn taps(inside: &[u8], picture: &mut Picture) -> Option<()> {
    let colours = last(inside, 4).and_then(Field::bytes).unwrap_or_default();
    for (tap, place) in places(last(inside, 3)?.bytes()?).enumerate().take(MOST) {
        picture.ring(place, 22.0, &colour(colours, tap));
    }
    Some(())
}

fn broken_at(inside: &[u8]) -> Option<f32> {
    last(inside, 6)?.float().filter(|seconds| *seconds > 0.0)
}

fn heart(inside: &[u8], picture: &mut Picture) {
    picture.shape(HEART, (SIDE / 2.0, SIDE / 2.0), 0.0, RED);
    if broken_at(inside).is_some() {
        picture.line(&CRACK, 5.0, "#111");
    } else if let Some(rate) = last(inside, 1).and_then(Field::float) {
        picture.words((SIDE / 2.0, 216.0), &format!("{rate:.0} beats a minute"));
    }
}

fn sketch(inside: &[u8], picture: &mut Picture) -> Option<()> {
    let colours = last(inside, 3).and_then(Field::bytes).unwrap_or_default();
    let mut rest = last(inside, 2)?.bytes()?;
    for stroke in 0..MOST {
        let Some((count, after)) = rest.split_at_checked(2) else { break };
        let length = usize::from(u16::from_le_bytes([count[0], count[1]])) * 4;
        let (points, after) = after.split_at(length.min(after.len()));
        rest = after;
        let mut points: Vec<(f32, f32)> = places(points).collect();
        // A dot is a line to itself.
        points.extend((points.len() == 1).then(|| points[0]));
        picture.line(&points, 6.0, &colour(colours, stroke));
    }
    Some(())
}

fn kisses(inside: &[u8], picture: &mut Picture) -> Option<()> {
    let turns = last(inside, 3).and_then(Field::bytes).unwrap_or_default();
    for (kiss, place) in places(last(inside, 2)?.bytes()?).enumerate().take(MOST) {
        let turn = turns.get(kiss * 2..kiss * 2 + 2).map_or(0, |two| i16::from_le_bytes([two[0], two[1]]));
        picture.shape(LIPS, place, f32::from(turn) / 65_535.0 * 360.0, "#ff2d55");
    }
    Some(())
}

/// Places on the canvas.
fn places(bytes: &[u8]) -> impl Iterator<Item = (f32, f32)> {
    let part = |low: u8, high: u8| f32::from(u16::from_le_bytes([low, high])) / 65_535.0 * SIDE;
    bytes.chunks_exact(4).map(move |four| (part(four[0], four[1]), part(four[2], four[3])))
}

/// The colour of one of several strokes as CSS; the last there is for those beyond, red where there is none.
fn colour(colours: &[u8], stroke: usize) -> String {
    match colours.chunks_exact(4).nth(stroke).or_else(|| colours.chunks_exact(4).last()) {
        Some(four) => format!("#{:02x}{:02x}{:02x}", four[0], four[1], four[2]),
        None => RED.to_owned(),
    }
}
