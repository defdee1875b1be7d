//! Hostile bytes, replayed.

#[path = "../../../fuzz/src/replay.rs"]
mod replay;
#[path = "../../../fuzz/src/store.rs"]
mod targets;

use replay::replay;

#[test]
fn record() {
    replay("record", targets::record);
}

#[test]
fn list() {
    replay("list", targets::list);
}

/// Seeds that fail at the first byte would find nothing.
#[test]
fn the_seeds_reach_the_inside() {
    let read = |record: &[u8]| store::fuzzing::record(record, "000001-x.ver", "seed", None).unwrap();
    let bytes = include_bytes!("../../../fuzz/corpus/record/small");
    let small = read(bytes);
    let expected = [("Info.plist", 9), ("ab", 0), ("ab/ab01", 0), ("ab/ab02", 0)];
    assert_eq!(small, expected.map(|(path, carried)| (path.to_owned(), carried)));
    assert_eq!(read(include_bytes!("../../../fuzz/corpus/record/raw-block")).len(), 1);
    let sealed = targets::seal(bytes).unwrap();
    let opened = store::fuzzing::record(&sealed, "000001-x.ver", "seed", Some(&store::fuzzing::key()));
    assert_eq!(opened.unwrap(), small);
    let mut entry = [0; 65];
    (entry[0], entry[2], entry[64]) = (1, 1, b'a');
    assert_eq!(read(&targets::around(&entry)), [("a".to_owned(), 0)]);
}
