//! Doors to decoders that are nobody's API, for `fuzz/` and the replay of its corpus alone.

pub use crate::messages::fuzzing::{app, body, drawing, history};
pub use crate::pictures::fuzzing::heif;
pub use crate::sounds::fuzzing::sound;
pub use crate::whatsapp::fuzzing::marks;
