//! Doors to decoders that are nobody's API, for `fuzz/` and the replay of its corpus alone.

pub use crate::messages::fuzzing::{app, body, drawing, history};
pub use crate::photos::places::place;
pub use crate::pictures::fuzzing::{heif, tiff};
pub use crate::sounds::fuzzing::sound;
pub use crate::whatsapp::fuzzing::marks;
