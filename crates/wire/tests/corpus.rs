//! Replays what the fuzz targets begin with and what they once failed on, without a fuzzer.

#[path = "../../../fuzz/src/wire.rs"]
mod targets;

fn replay(target: &str, run: fn(&[u8])) {
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

#[test]
fn usbmux() {
    replay("usbmux", targets::usbmux);
}

#[test]
fn lockdown() {
    replay("lockdown", targets::lockdown);
}

#[test]
fn devicelink() {
    replay("devicelink", targets::devicelink);
}

#[test]
fn afc() {
    replay("afc", targets::afc);
}
