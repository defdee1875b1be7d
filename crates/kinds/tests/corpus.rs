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

/// Seeds that fail at the first byte would find nothing.
#[test]
fn the_seeds_reach_the_inside() {
    use kinds::fuzzing;
    let styles = fuzzing::body(include_bytes!("../../../fuzz/corpus/typedstream/styles"));
    assert_eq!(styles, "bold link mention bold");
    assert_eq!(fuzzing::history(include_bytes!("../../../fuzz/corpus/payload/edited")), 1);
    assert!(fuzzing::heif(include_bytes!("../../../fuzz/corpus/heif/grid")));
    assert!(!fuzzing::heif(include_bytes!("../../../fuzz/corpus/heif/no-room-for-the-number")));
}
