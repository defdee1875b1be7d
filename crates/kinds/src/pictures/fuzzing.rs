//! What is read of a picture before its decoder; see [`crate::fuzzing`].

use super::heif::boxes;
use super::{Format, tiff};

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

/// Looks for the preview in a raw photo, and makes Exif data upright; `true` where there is a preview.
pub fn tiff(bytes: &[u8]) -> bool {
    let mut upright = bytes.to_vec();
    tiff::set_upright(&mut upright, (3024, 4032));
    assert_eq!(upright.len(), bytes.len());
    let preview = tiff::preview(bytes);
    assert!(preview.as_ref().is_none_or(|(place, _)| bytes.get(place.clone()).is_some_and(|jpeg| jpeg.len() >= 3)));
    preview.is_some()
}
