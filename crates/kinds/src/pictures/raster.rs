//! JPEG, PNG, GIF and WebP.

use std::io::Cursor;

use image::metadata::Orientation;
use image::{DynamicImage, ImageDecoder, ImageFormat, ImageReader, Limits};

use super::{Format, MAX_PIXELS, Picture, Result, Unreadable, Want, bounded, encode};

/// Decoded size that is refused: 200 megapixels with 8 bytes each.
const MAX_MEMORY: u64 = MAX_PIXELS * 8;
/// The largest file that goes to a web view as it is, in bytes and in pixels.
const AS_IT_IS: usize = 20 << 20;
const AS_IT_IS_PIXELS: u64 = 16_000_000;

/// What the headers of a picture say.
struct Head {
    width: u32,
    height: u32,
    orientation: Orientation,
    profile: Option<Vec<u8>>,
    exif: Option<Vec<u8>>,
}

/// `held` is how the camera was held, where the file itself does not say.
pub fn render(format: Format, bytes: Vec<u8>, want: Want, held: Orientation) -> Result<Picture> {
    // Parsing headers is quick and small, but as little to be trusted as decoding.
    let (bytes, mut head) = bounded::run(0, move || {
        let head = head(format, &bytes)?;
        Ok((bytes, head))
    })?;
    if head.orientation == Orientation::NoTransforms {
        head.orientation = held;
    }
    if passes(format, &bytes, &head, want) {
        return Ok(Picture { mime: format.mime(), bytes, width: head.width, height: head.height });
    }
    let pixels = u64::from(head.width) * u64::from(head.height);
    if pixels > MAX_PIXELS {
        return Err(Unreadable::TooLarge("more than 200 megapixels"));
    }
    bounded::run(pixels * 4, move || {
        let image = match embedded(&head, want) {
            Some(image) => image,
            None => decode(format, &bytes)?,
        };
        drop(bytes);
        let mut image = encode::shrink(image, want.longest());
        image.apply_orientation(head.orientation);
        encode::picture(image, head.profile, want)
    })
}

/// Whether a web view can have the file as it is: upright, of a fit size, and not a needless load.
fn passes(format: Format, bytes: &[u8], head: &Head, want: Want) -> bool {
    let pixels = u64::from(head.width) * u64::from(head.height);
    let longest = head.width.max(head.height);
    let fits = match want {
        Want::Thumb(side) => longest <= side && bytes.len() <= 64 << 10,
        // Moving pictures stay as they are; a decoded first image would be a loss.
        Want::Screen if format == Format::Gif => true,
        // A 12-megapixel photo is drawn sooner than it is made smaller, and can be zoomed into.
        Want::Screen => pixels <= AS_IT_IS_PIXELS && longest <= 8192,
        Want::Print(_) => false,
    };
    fits && bytes.len() <= AS_IT_IS && head.orientation == Orientation::NoTransforms
}

fn head(format: Format, bytes: &[u8]) -> Result<Head> {
    let mut decoder = decoder(format, bytes)?;
    let (width, height) = decoder.dimensions();
    let exif = decoder.exif_metadata().ok().flatten();
    let orientation = exif.as_deref().and_then(Orientation::from_exif_chunk).unwrap_or(Orientation::NoTransforms);
    let profile = decoder.icc_profile().ok().flatten();
    Ok(Head { width, height, orientation, profile, exif })
}

fn decode(format: Format, bytes: &[u8]) -> Result<DynamicImage> {
    DynamicImage::from_decoder(decoder(format, bytes)?).map_err(damaged)
}

fn decoder(format: Format, bytes: &[u8]) -> Result<impl ImageDecoder + '_> {
    let format = match format {
        Format::Jpeg => ImageFormat::Jpeg,
        Format::Png => ImageFormat::Png,
        Format::Gif => ImageFormat::Gif,
        Format::WebP => ImageFormat::WebP,
        Format::Heif | Format::Tiff => return Err(Unreadable::Unknown),
    };
    let mut limits = Limits::no_limits();
    limits.max_alloc = Some(MAX_MEMORY);
    let mut reader = ImageReader::with_format(Cursor::new(bytes), format);
    reader.limits(limits);
    reader.into_decoder().map_err(damaged)
}

/// The thumbnail inside a photo's Exif data, when it is large enough and shows the whole photo (some have black bars).
fn embedded(head: &Head, want: Want) -> Option<DynamicImage> {
    let Want::Thumb(side) = want else { return None };
    let exif = exif::Reader::new().read_raw(head.exif.clone()?).ok()?;
    let number = |tag| exif.get_field(tag, exif::In::THUMBNAIL)?.value.get_uint(0).map(|value| value as usize);
    let start = number(exif::Tag::JPEGInterchangeFormat)?;
    let end = start.checked_add(number(exif::Tag::JPEGInterchangeFormatLength)?)?;
    let image = decode(Format::Jpeg, exif.buf().get(start..end)?).ok()?;
    let (width, height) = (u64::from(image.width()), u64::from(image.height()));
    let (left, right) = (width * u64::from(head.height), height * u64::from(head.width));
    let same_shape = left.abs_diff(right) * 50 <= left.max(right);
    (width.max(height) >= u64::from(side) && same_shape).then_some(image)
}

fn damaged(error: image::ImageError) -> Unreadable {
    match error {
        image::ImageError::Limits(_) => Unreadable::TooLarge("more than 200 megapixels"),
        image::ImageError::Unsupported(_) => Unreadable::Unknown,
        other => Unreadable::Damaged(other.to_string()),
    }
}
