//! Drawings sent as messages, as SVG pictures: Digital Touch and handwriting.
//!
//! Both payloads are protocol buffers of Apple's. What is made here holds numbers and colours only, nothing of the payload's
//! text, and is served as a picture.

mod handwriting;
mod svg;
mod touch;

/// Larger payloads are not drawn; a page of handwriting has 20 KiB.
const MAX_PAYLOAD: usize = 1 << 20;

/// The picture of a bubble of one of the two apps; `None` where it cannot be drawn.
pub(super) fn draw(bundle: &str, payload: &[u8]) -> Option<String> {
    if payload.len() > MAX_PAYLOAD {
        return None;
    }
    if bundle.ends_with("HandwritingProvider") { handwriting::draw(payload) } else { touch::draw(payload) }
}

/// What was sent, by name: "Tap", "Sketch".
pub(super) fn title(bundle: &str, payload: Option<&[u8]>) -> String {
    let touch = payload.filter(|_| bundle.ends_with("DigitalTouchBalloonProvider")).and_then(touch::name);
    match touch {
        Some(name) => format!("Digital Touch: {name}"),
        None if bundle.ends_with("HandwritingProvider") => "Handwritten message".to_owned(),
        None => "Digital Touch".to_owned(),
    }
}

#[cfg(test)]
mod tests;
