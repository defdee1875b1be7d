//! What a row of `ZWAMESSAGE` holds in blobs; see [`crate::fuzzing`].

use super::marks;

/// Reactions and what is answered.
pub fn marks(bytes: &[u8]) {
    marks::reactions(bytes, |who| who.unwrap_or_default().to_owned());
    marks::answered(bytes);
}
