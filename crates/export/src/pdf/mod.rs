//! Talk on paper: a title page, days, and bubbles at the left and the right, as PDF.
//!
//! What is said is handed over in the plain shapes of [`content`]; who said it, and on which phone, is not known here.
//! [`Fonts`] breaks text into lines (parley: every script, both directions, the fonts of this computer), [`Volume`] puts
//! lines on pages, and [`ops`] draws pages (krilla). Why these two: `docs/decisions/0007-pdf.md`.
//!
//! A volume is made in memory, so that what is long must be cut into several: [`Volume::full`] says when.

mod bubble;
mod content;
mod emoji;
mod fonts;
mod front;
mod line;
mod ops;
mod paragraphs;
#[cfg(test)]
mod tests;
mod volume;

pub use content::{Bubble, Front, Piece, Run, Side};
pub use fonts::{Fonts, Uncovered};
pub use paragraphs::isolated;
pub use volume::Volume;

/// The largest picture on a page, in points (1/72 inch).
pub const PICTURE: (f32, f32) = (252.0, 300.0);
/// More pixels than this on its longest side a picture needs not have: 200 dots an inch at [`PICTURE`].
pub const PICTURE_PIXELS: u32 = 834;
