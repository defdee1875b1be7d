use image::codecs::png::PngEncoder;
use image::imageops::FilterType;
use image::{DynamicImage, GenericImageView, ImageEncoder, Rgb, RgbImage, RgbaImage};

use super::{Picture, Result, Unreadable, Want};

/// Quality of the JPEGs made here: thumbnails of 256 pixels come out at 10 to 20 kB.
const QUALITY: u8 = 82;
/// The largest colour profile that is passed on; Apple's Display P3 has 548 bytes.
const MAX_PROFILE: usize = 64 << 10;

/// Makes the image at most `longest` pixels on its longest side.
pub fn shrink(image: DynamicImage, longest: u32) -> DynamicImage {
    let (width, height) = image.dimensions();
    let side = width.max(height);
    if side <= longest {
        return image;
    }
    // Averaging first makes the good filter cheap on 12-megapixel photos.
    let rough = if side / longest >= 4 { image.thumbnail(longest * 2, longest * 2) } else { image };
    rough.resize(longest, longest, FilterType::CatmullRom)
}

/// Writes a picture: JPEG, or PNG where something shows through a screen. `profile` is an ICC colour profile.
pub fn picture(image: DynamicImage, profile: Option<Vec<u8>>, want: Want) -> Result<Picture> {
    let profile = fit(profile);
    if image.color().has_alpha() {
        let image = image.to_rgba8();
        if matches!(want, Want::Print(_)) {
            return jpeg(&on_white(&image), profile, None, QUALITY);
        }
        if image.pixels().any(|pixel| pixel.0[3] != 255) {
            return png(&image, profile);
        }
    }
    jpeg(&image.to_rgb8(), profile, None, QUALITY)
}

/// Writes a picture as JPEG of that quality, on white where something shows through; `exif` is a TIFF structure.
pub fn photo(image: DynamicImage, profile: Option<Vec<u8>>, exif: Option<Vec<u8>>, quality: u8) -> Result<Vec<u8>> {
    let image = if image.color().has_alpha() { on_white(&image.to_rgba8()) } else { image.to_rgb8() };
    Ok(jpeg(&image, fit(profile), exif, quality)?.bytes)
}

/// A profile that may be passed on.
fn fit(profile: Option<Vec<u8>>) -> Option<Vec<u8>> {
    profile.filter(|icc| icc.len() <= MAX_PROFILE && icc.get(16..20) == Some(b"RGB "))
}

fn on_white(image: &RgbaImage) -> RgbImage {
    let mixed = |colour: u8, alpha: u8| {
        let (colour, alpha) = (u32::from(colour), u32::from(alpha));
        // At most 255.
        ((colour * alpha + 255 * (255 - alpha)) / 255) as u8
    };
    let pixel = |x, y| {
        let [red, green, blue, alpha] = image.get_pixel(x, y).0;
        Rgb([red, green, blue].map(|colour| mixed(colour, alpha)))
    };
    RgbImage::from_fn(image.width(), image.height(), pixel)
}

fn png(image: &RgbaImage, profile: Option<Vec<u8>>) -> Result<Picture> {
    let mut bytes = Vec::new();
    let mut encoder = PngEncoder::new(&mut bytes);
    if let Some(icc) = profile {
        encoder.set_icc_profile(icc).map_err(|error| Unreadable::Damaged(error.to_string()))?;
    }
    let (width, height) = image.dimensions();
    encoder
        .write_image(image, width, height, image::ExtendedColorType::Rgba8)
        .map_err(|error| Unreadable::Damaged(error.to_string()))?;
    Ok(Picture { mime: "image/png", bytes, width, height })
}

fn jpeg(image: &RgbImage, profile: Option<Vec<u8>>, exif: Option<Vec<u8>>, quality: u8) -> Result<Picture> {
    let mut bytes = Vec::new();
    let mut encoder = jpeg_encoder::Encoder::new(&mut bytes, quality);
    let damaged = |error: jpeg_encoder::EncodingError| Unreadable::Damaged(error.to_string());
    if let Some(exif) = exif {
        encoder.add_exif_metadata(&exif).map_err(damaged)?;
    }
    if let Some(icc) = profile {
        encoder.add_icc_profile(&icc).map_err(damaged)?;
    }
    let side = |side: u32| u16::try_from(side).map_err(|_| Unreadable::TooLarge("more than 65535 pixels wide or high"));
    encoder
        .encode(image, side(image.width())?, side(image.height())?, jpeg_encoder::ColorType::Rgb)
        .map_err(damaged)?;
    Ok(Picture { mime: "image/jpeg", bytes, width: image.width(), height: image.height() })
}
