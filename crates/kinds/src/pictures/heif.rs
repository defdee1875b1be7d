//! HEIC, as iPhones take it: a grid of HEVC tiles in an ISO container, with a small thumbnail beside it.
//!
//! The decoder applies rotation and mirroring of the container. The Exif orientation repeats them and must not be applied
//! on top, except where the container has neither: camera apps write such files. Facts about the boxes: ISO/IEC 14496-12
//! chapter 8.11 and ISO/IEC 23008-12.

pub(super) mod boxes;

use boxes::Container;
use heic_decoder::{ChromaSampling, ChromaUpsampling, ColorInfo, RgbOptions};
use image::metadata::Orientation;
use image::{DynamicImage, RgbImage, RgbaImage};

use super::{Picture, Result, Unreadable, Want, bounded, encode, tiff};

/// The largest HEIC that is decoded, in pixels: a 63-megapixel panorama passes.
const MAX_PIXELS: u64 = 64_000_000;
/// Bytes that decoding needs for a pixel: planes of 32-bit numbers, once as tiles and once as a whole.
const MEMORY: u64 = 16;

/// A picture to decode: the file with the wanted item as its primary one.
struct Part {
    bytes: Vec<u8>,
    width: u64,
    height: u64,
}

/// What holds for the picture and its thumbnail.
#[derive(Clone)]
struct Look {
    profile: Option<Vec<u8>>,
    orientation: Orientation,
}

pub fn render(bytes: Vec<u8>, want: Want) -> Result<Picture> {
    let (whole, thumbnail, look) = bounded::run(0, move || {
        let container = boxes::inspect(&bytes)?;
        let thumbnail = thumbnail(&container, &bytes, want);
        let look = look(&container, &bytes);
        let whole = part(bytes)?;
        let thumbnail = thumbnail.filter(|found| same_shape(found, &whole));
        Ok((whole, thumbnail, look))
    })?;
    if let Some(Ok(picture)) = thumbnail.map(|part| make(part, look.clone(), want)) {
        return Ok(picture);
    }
    if whole.width * whole.height > MAX_PIXELS {
        return Err(Unreadable::TooLarge("more than 64 megapixels"));
    }
    make(whole, look, want)
}

/// A JPEG of the whole picture with its Exif data, in which the way it was held is upright now.
pub fn convert(bytes: Vec<u8>, quality: u8) -> Result<Vec<u8>> {
    let (whole, look, exif) = bounded::run(0, move || {
        let container = boxes::inspect(&bytes)?;
        let exif = heic_decoder::read_metadata(&bytes).unwrap_or_default().exif;
        let look = look(&container, &bytes);
        Ok((part(bytes)?, look, exif))
    })?;
    if whole.width * whole.height > MAX_PIXELS {
        return Err(Unreadable::TooLarge("more than 64 megapixels"));
    }
    bounded::run(whole.width * whole.height * MEMORY, move || {
        let mut image = decode(&whole.bytes)?;
        drop(whole.bytes);
        image.apply_orientation(look.orientation);
        let size = (image.width(), image.height());
        let exif = exif.map(|mut exif| {
            tiff::set_upright(&mut exif, size);
            exif
        });
        encode::photo(image, look.profile, exif, quality)
    })
}

/// The thumbnail beside the picture, when it is large enough.
fn thumbnail(container: &Container, bytes: &[u8], want: Want) -> Option<Part> {
    let Want::Thumb(side) = want else { return None };
    let mut bytes = bytes.to_vec();
    container.name_primary(&mut bytes, container.thumbnail?);
    part(bytes).ok().filter(|found| found.width.max(found.height) >= u64::from(side))
}

fn look(container: &Container, bytes: &[u8]) -> Look {
    let metadata = heic_decoder::read_metadata(bytes).unwrap_or_default();
    let exif = metadata.exif.filter(|_| !container.turns);
    let orientation = exif.and_then(|exif| Orientation::from_exif_chunk(&exif));
    Look { profile: metadata.icc_profile, orientation: orientation.unwrap_or(Orientation::NoTransforms) }
}

fn part(bytes: Vec<u8>) -> Result<Part> {
    let info = heic_decoder::probe(&bytes).map_err(damaged)?;
    Ok(Part { bytes, width: info.width as u64, height: info.height as u64 })
}

fn make(part: Part, look: Look, want: Want) -> Result<Picture> {
    bounded::run(part.width * part.height * MEMORY, move || {
        let mut image = encode::shrink(decode(&part.bytes)?, want.longest());
        image.apply_orientation(look.orientation);
        encode::picture(image, look.profile, want)
    })
}

/// Decodes the primary picture, turned as the container says.
pub(super) fn decode(bytes: &[u8]) -> Result<DynamicImage> {
    let mut decoded = heic_decoder::decode(bytes).map_err(damaged)?;
    centre(&mut decoded.chroma_sampling);
    let options = RgbOptions { color: Some(colours(decoded.color_info)), upsampling: ChromaUpsampling::Nearest };
    if decoded.alpha.is_some() {
        let rgba = decoded.to_rgba8_with_options(&options).map_err(damaged)?;
        drop(decoded);
        let image = RgbaImage::from_raw(rgba.width as u32, rgba.height as u32, rgba.data);
        return image.map(DynamicImage::ImageRgba8).ok_or(Unreadable::Unknown);
    }
    let rgb = decoded.to_rgb8_with_options(&options).map_err(damaged)?;
    drop(decoded);
    let image = RgbImage::from_raw(rgb.width as u32, rgb.height as u32, rgb.data);
    image.map(DynamicImage::ImageRgb8).ok_or(Unreadable::Unknown)
}

/// Takes a colour, of which there is one for four pixels, as that of the middle of these, so that each of them gets it.
///
/// So does libheif, whose pixels are the measure here. The decoder's own way (at the left, as H.265 E.3.1 infers for video, and
/// interpolated) differs from it by 34 to 55 dB, this by more than 49; and what is made a JPEG again has one colour for four pixels anyway.
fn centre(sampling: &mut ChromaSampling) {
    let middle = |every: u32| every.saturating_sub(1) as f32 / 2.0;
    (sampling.origin_x, sampling.origin_y) = (middle(sampling.sub_x), middle(sampling.sub_y));
}

/// How colours are coded. iPhones up to the 8 at least leave the matrix unspecified (2) and mean BT.601 (6), which is
/// also the default of ISO/IEC 23000-22 (7.3.6.4).
fn colours(said: Option<ColorInfo>) -> ColorInfo {
    const UNSPECIFIED: u16 = 2;
    const BT_601: u16 = 6;
    match said {
        Some(said) if said.matrix_coefficients != UNSPECIFIED => said,
        Some(said) => ColorInfo { matrix_coefficients: BT_601, ..said },
        None => ColorInfo {
            color_primaries: UNSPECIFIED,
            transfer_characteristics: UNSPECIFIED,
            matrix_coefficients: BT_601,
            full_range: false,
        },
    }
}

/// Whether a thumbnail shows the same picture the same way up: within 3 %, as thumbnails have whole pixels.
fn same_shape(thumbnail: &Part, whole: &Part) -> bool {
    let (left, right) = (thumbnail.width * whole.height, thumbnail.height * whole.width);
    left.abs_diff(right) * 33 <= left.max(right)
}

fn damaged(error: heic_decoder::HeifError) -> Unreadable {
    match error {
        heic_decoder::HeifError::Unsupported(_) => Unreadable::Unknown,
        heic_decoder::HeifError::LimitExceeded(_) => Unreadable::TooLarge("more than 64 megapixels"),
        other => Unreadable::Damaged(other.to_string()),
    }
}
