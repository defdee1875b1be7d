//! Drawings: real payloads against the pictures another program made of them.

use super::{draw, title};
use crate::testing::realdata;

const ROOT: &str = "Josh961+imessage-exporter-standalone/exporter-cli/imessage-database/test_data";
const HANDWRITING: &str = "com.apple.Handwriting.HandwritingProvider";
const TOUCH: &str = "com.apple.DigitalTouchBalloonProvider";

/// All points of the lines in a picture.
fn points(svg: &str) -> Vec<(f32, f32)> {
    let lines = svg.split("points=\"").skip(1).map(|rest| rest.split('"').next().unwrap());
    let pairs = lines.flat_map(str::split_whitespace).map(|pair| pair.split_once(',').unwrap());
    pairs.map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap())).collect()
}

#[test]
fn handwriting_goes_through_the_same_points() {
    for name in ["test", "handwriting"] {
        let file = |end: &str| realdata(&format!("{ROOT}/handwritten_message/{name}.{end}"));
        let (Some(payload), Some(expected)) = (file("bin"), file("svg")) else { return };
        let drawn = draw(HANDWRITING, &std::fs::read(payload).unwrap()).unwrap();
        let (mut ours, theirs) = (points(&drawn), points(&std::fs::read_to_string(expected).unwrap()));
        assert!(theirs.len() > 500);
        ours.dedup();
        // They leave points out and round to whole pixels.
        let near = |(x, y): &(f32, f32)| ours.iter().any(|(a, b)| (a - x).abs() <= 1.5 && (b - y).abs() <= 1.5);
        let missed = theirs.iter().filter(|point| !near(point)).count();
        assert!(missed * 100 <= theirs.len(), "{name}: {missed} of {}", theirs.len());
        let box_of = |points: &[(f32, f32)]| {
            let (x, y) = (points.iter().map(|p| p.0), points.iter().map(|p| p.1));
            [
                x.clone().fold(f32::MAX, f32::min),
                x.fold(0.0, f32::max),
                y.clone().fold(f32::MAX, f32::min),
                y.fold(0.0, f32::max),
            ]
        };
        for (our, their) in box_of(&ours).iter().zip(box_of(&theirs)) {
            assert!((our - their).abs() <= 1.5, "{name}: {our} {their}");
        }
    }
}

#[test]
fn real_touches() {
    for (name, shown, part) in
        [("tap", "Tap", "<circle"), ("heartbreak", "Heartbreak", "<polyline"), ("fireball", "Fireball", "#ff9500")]
    {
        let Some(path) = realdata(&format!("{ROOT}/digital_touch_message/{name}.bin")) else { return };
        let payload = std::fs::read(path).unwrap();
        assert_eq!(title(TOUCH, Some(&payload)), format!("Digital Touch: {shown}"));
        let drawn = draw(TOUCH, &payload).unwrap();
        assert!(drawn.contains(part), "{drawn}");
    }
}

#[test]
fn a_sketch_of_two_strokes_in_their_colours() {
    let inside = b"\x08\x02\x12\x10\x02\x00\x00\x00\x00\x00\xff\xff\xff\xff\x01\x00\xff\x7f\xff\x7f\x1a\x08\xff\x00\x10\xff\x00\xff\x00\xff";
    let payload = [&[0x08, 0x04, 0x1a, inside.len() as u8][..], inside].concat();
    let drawn = draw(TOUCH, &payload).unwrap();
    assert_eq!(points(&drawn), [(0.0, 0.0), (240.0, 240.0), (120.0, 120.0), (120.0, 120.0)]);
    assert!(drawn.contains("#ff0010") && drawn.contains("#00ff00"));
}

/// Cut and changed anywhere: no panic, and never a size that was not told.
#[test]
fn damaged_payloads_are_not_drawn_or_drawn_in_part() {
    for path in ["handwritten_message/test.bin", "digital_touch_message/tap.bin"] {
        let Some(path) = realdata(&format!("{ROOT}/{path}")) else { return };
        let payload = std::fs::read(path).unwrap();
        for at in (0..payload.len()).step_by(1 + payload.len() / 200) {
            let mut changed = payload.clone();
            changed[at] ^= 0xff;
            for bytes in [&payload[..at], &changed] {
                draw(HANDWRITING, bytes);
                draw(TOUCH, bytes);
            }
        }
    }
    assert_eq!(title(HANDWRITING, None), "Handwritten message");
    assert_eq!(draw(TOUCH, &vec![0x08; 2 << 20]), None);
}
