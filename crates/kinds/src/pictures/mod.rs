//! Pictures a web view can draw, made from whatever a phone keeps.
//!
//! [`render`] turns the bytes of a picture (JPEG, PNG, GIF, WebP, HEIC, the preview of a raw photo) into an upright thumbnail or screen picture.
//! The bytes are hostile: what they are is decided by looking at them, and pixels, bytes and time are limited. A picture
//! that cannot be shown is an [`Unreadable`] with a reason, never a crash. [`Cache`] keeps what was made.

mod bounded;
mod cache;
mod encode;
mod format;
pub(crate) mod fuzzing;
mod heif;
mod raster;
#[cfg(test)]
mod tests;
mod tiff;

use std::io::Read;

use image::metadata::Orientation;

pub use cache::Cache;
pub use format::Format;

/// The longest side of a screen picture, in pixels.
pub const SCREEN: u32 = 2560;
/// The largest file that is looked at: 128 MiB, twice the largest JPEG or HEIC a phone makes.
const MAX_BYTES: u64 = 128 << 20;
/// The largest JPEG, PNG, GIF or WebP that is decoded, in pixels.
const MAX_PIXELS: u64 = 200_000_000;

/// What a picture is made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Want {
    /// At most this many pixels on the longest side; small pictures are not blown up.
    Thumb(u32),
    /// For a whole window: at most [`SCREEN`] pixels on the longest side, unless a web view can draw the file as it is
    /// (upright JPEG, PNG, GIF or WebP of at most 16 megapixels).
    Screen,
    /// For paper: a JPEG on white, at most this many pixels on the longest side.
    Print(u32),
}

impl Want {
    fn longest(self) -> u32 {
        match self {
            Want::Thumb(side) | Want::Print(side) => side.clamp(1, SCREEN),
            Want::Screen => SCREEN,
        }
    }
}

/// A picture ready to be sent to a web view.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    pub mime: &'static str,
    pub bytes: Vec<u8>,
    /// Pixels.
    pub width: u32,
    pub height: u32,
}

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// Not a picture, or of a format that is not decoded here (videos, AVIF, TIFF without a preview).
    #[error("not a picture that can be shown here")]
    Unknown,
    #[error("the picture is too large to be shown: {0}")]
    TooLarge(&'static str),
    #[error("the picture is damaged: {0}")]
    Damaged(String),
    #[error("making the picture took too long")]
    TooSlow,
    #[error("the picture could not be read: {0}")]
    Read(#[from] std::io::Error),
}

pub type Result<T> = std::result::Result<T, Unreadable>;

/// Makes an upright picture of the size that is wanted.
///
/// Colours keep their profile; transparency stays (as PNG), except on paper. Reads the source to its end, at most 128 MiB.
pub fn render(source: &mut dyn Read, want: Want) -> Result<Picture> {
    let (format, bytes) = take(source)?;
    match format {
        Format::Heif => heif::render(bytes, want),
        Format::Tiff => raw(bytes, want),
        format => raster::render(format, bytes, want, Orientation::NoTransforms),
    }
}

/// A raw photo is shown by the largest preview inside it; there is no other way of seeing it.
fn raw(mut bytes: Vec<u8>, want: Want) -> Result<Picture> {
    let (preview, held) = bounded::run(0, move || {
        let (place, held) = tiff::preview(&bytes).ok_or(Unreadable::Unknown)?;
        bytes.truncate(place.end);
        Ok((bytes.split_off(place.start), held))
    })?;
    raster::render(Format::Jpeg, preview, want, Orientation::from_exif(held).unwrap_or(Orientation::NoTransforms))
}

/// Makes a JPEG of a whole HEIC: every pixel, upright, with its colour profile and its Exif data. `quality` is 1 to 100.
///
/// [`Unreadable::Unknown`] for what is no HEIC, of which only the first bytes are read.
pub fn jpeg_of_heic(source: &mut dyn Read, quality: u8) -> Result<Vec<u8>> {
    let mut head = Vec::new();
    (&mut *source).take(64).read_to_end(&mut head)?;
    if Format::of(&head) != Some(Format::Heif) {
        return Err(Unreadable::Unknown);
    }
    let (_, bytes) = take(&mut head.as_slice().chain(source))?;
    heif::convert(bytes, quality.clamp(1, 100))
}

/// Reads a picture into memory, unless its first bytes already say that it is none.
fn take(source: &mut dyn Read) -> Result<(Format, Vec<u8>)> {
    let mut bytes = Vec::new();
    (&mut *source).take(64).read_to_end(&mut bytes)?;
    let format = Format::of(&bytes).ok_or(Unreadable::Unknown)?;
    source.take(MAX_BYTES).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(Unreadable::TooLarge("more than 128 MB"));
    }
    Ok((format, bytes))
}
