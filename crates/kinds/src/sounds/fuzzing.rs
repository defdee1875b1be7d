//! Sound of a container; see [`crate::fuzzing`].

/// Makes a sound playable.
pub fn sound(bytes: &[u8]) {
    super::playable(bytes);
}
