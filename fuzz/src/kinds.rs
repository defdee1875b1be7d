//! The decoders of `crates/kinds`: what apps keep in blobs and files of their own.

use std::sync::Once;

use kinds::fuzzing;

/// The archived body of a message.
pub fn typedstream(bytes: &[u8]) {
    static ONCE: Once = Once::new();
    ONCE.call_once(pass_over_caught_panics);
    // Every letter stands in the bytes; what is no UTF-8 takes three bytes for one.
    assert!(fuzzing::body(bytes).len() <= bytes.len() * 3);
}

/// What else a message holds: its history, the payload of an app's bubble, a drawing, a recording; marks of WhatsApp.
pub fn payload(bytes: &[u8]) {
    fuzzing::history(bytes);
    for bundle in ["com.apple.messages.URLBalloonProvider", "com.apple.messages.Polls", "a:b:c"] {
        fuzzing::app(bundle, bytes);
    }
    fuzzing::drawing(bytes);
    fuzzing::sound(bytes);
    fuzzing::marks(bytes);
}

/// The boxes of a HEIF container.
pub fn heif(bytes: &[u8]) {
    fuzzing::heif(bytes);
}

/// Directories of a TIFF structure: previews of raw photos, Exif data.
pub fn tiff(bytes: &[u8]) {
    fuzzing::tiff(bytes);
}

/// What a phone looked up for a position.
pub fn place(bytes: &[u8]) {
    fuzzing::place(bytes);
}

/// The panics of the typedstream decoder are caught where it is called; a fuzzer would end at them all the same.
fn pass_over_caught_panics() {
    std::panic::set_hook(Box::new(|panic| {
        if !panic.location().is_some_and(|at| at.file().contains("crabstep")) {
            eprintln!("{panic}");
        }
    }));
}
