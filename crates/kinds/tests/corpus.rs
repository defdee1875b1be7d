//! Hostile bytes, replayed.

#[path = "../../../fuzz/src/replay.rs"]
mod replay;
#[path = "../../../fuzz/src/kinds.rs"]
mod targets;

use replay::replay;

#[test]
fn typedstream() {
    replay("typedstream", targets::typedstream);
}

#[test]
fn payload() {
    replay("payload", targets::payload);
}

#[test]
fn heif() {
    replay("heif", targets::heif);
}

#[test]
fn tiff() {
    replay("tiff", targets::tiff);
}

#[test]
fn place() {
    replay("place", targets::place);
}

/// Seeds that fail at the first byte would find nothing.
#[test]
fn the_seeds_reach_the_inside() {
    use kinds::fuzzing;
    let styles = fuzzing::body(include_bytes!("../../../fuzz/corpus/typedstream/styles"));
    assert_eq!(styles, "bold link mention bold");
    assert_eq!(fuzzing::history(include_bytes!("../../../fuzz/corpus/payload/edited")), 1);
    assert!(fuzzing::heif(include_bytes!("../../../fuzz/corpus/heif/grid")));
    assert!(fuzzing::tiff(include_bytes!("../../../fuzz/corpus/tiff/raw")));
    assert!(fuzzing::place(include_bytes!("../../../fuzz/corpus/place/london")));
    assert!(!fuzzing::heif(include_bytes!("../../../fuzz/corpus/heif/no-room-for-the-number")));
}
