//! What is read of a picture before its decoder; see [`crate::fuzzing`].

use super::Format;
use super::heif::boxes;

/// Reads the boxes of a HEIF container and makes its thumbnail the main picture; `false` where it is refused.
pub fn heif(bytes: &[u8]) -> bool {
    Format::of(bytes);
    let Ok(container) = boxes::inspect(bytes) else { return false };
    if let Some(thumbnail) = container.thumbnail {
        let mut named = bytes.to_vec();
        container.name_primary(&mut named, thumbnail);
        assert!(boxes::inspect(&named).is_ok());
    }
    true
}
