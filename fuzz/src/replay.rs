//! Replays what the fuzz targets begin with and what they once failed on, without a fuzzer.
//! The test of a crate takes this file beside the targets of that crate.

/// Runs a target over each of its inputs, and over the input cut anywhere.
pub fn replay(target: &str, run: fn(&[u8])) {
    let folder = format!("{}/../../fuzz/corpus/{target}", env!("CARGO_MANIFEST_DIR"));
    let mut replayed = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap();
        // Cut anywhere, a message is an error and nothing else.
        for length in (0..bytes.len()).step_by(1 + bytes.len() / 256) {
            run(&bytes[..length]);
        }
        run(&bytes);
        replayed += 1;
    }
    assert!(replayed > 0, "nothing to replay in {folder}");
}
