//! What a row of `message` holds in blobs; see [`crate::fuzzing`].

use super::{apps, body, drawings, history};

/// The words of an archived body.
pub fn body(bytes: &[u8]) -> String {
    let words = body::words(&body::pieces(Some(bytes), None));
    assert!(words.is_empty() || !body::is_lost(bytes));
    words
}

/// How many earlier wordings `message_summary_info` tells of.
pub fn history(bytes: &[u8]) -> usize {
    history::read(bytes).edits.len()
}

/// Reads what an app sent in its bubble.
pub fn app(bundle: &str, payload: &[u8]) {
    apps::app(bundle, Some(payload));
}

/// Draws what was drawn by hand.
pub fn drawing(bytes: &[u8]) {
    for bundle in ["DigitalTouchBalloonProvider", "HandwritingProvider"] {
        drawings::draw(bundle, bytes);
        drawings::title(bundle, Some(bytes));
    }
}
