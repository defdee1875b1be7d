//! Doors to decoders that are nobody's API, for `fuzz/` and the replay of its corpus alone.

pub use crate::messages::fuzzing::{app, body, history};
pub use crate::pictures::fuzzing::heif;
