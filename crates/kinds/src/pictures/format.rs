/// A format of picture that can be decoded here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Jpeg,
    Png,
    Gif,
    WebP,
    /// HEIC: what iPhones take photos in since iOS 11.
    Heif,
    /// Raw photos (DNG) and other TIFF files: the preview inside is shown.
    Tiff,
}

/// Brands of HEVC still pictures in the `ftyp` box (ISO/IEC 23008-12).
const HEIF_BRANDS: [&[u8]; 6] = [b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2"];

impl Format {
    /// What the first bytes (64 are enough) say a file is. Names and declared types are not to be trusted:
    /// screenshots called `.jpeg` that are PNG are common.
    pub fn of(head: &[u8]) -> Option<Format> {
        if head.starts_with(b"\xff\xd8\xff") {
            Some(Format::Jpeg)
        } else if head.starts_with(b"\x89PNG\r\n\x1a\n") {
            Some(Format::Png)
        } else if head.starts_with(b"GIF87a") || head.starts_with(b"GIF89a") {
            Some(Format::Gif)
        } else if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
            Some(Format::WebP)
        } else if head.starts_with(b"II*\0") || head.starts_with(b"MM\0*") {
            Some(Format::Tiff)
        } else if head.get(4..8) == Some(b"ftyp") && is_heif(head) {
            Some(Format::Heif)
        } else {
            None
        }
    }

    pub fn mime(self) -> &'static str {
        match self {
            Format::Jpeg => "image/jpeg",
            Format::Png => "image/png",
            Format::Gif => "image/gif",
            Format::WebP => "image/webp",
            Format::Heif => "image/heic",
            Format::Tiff => "image/tiff",
        }
    }
}

/// The major brand or one of the compatible ones names a still picture, and none names AVIF (AV1 is not decoded here).
fn is_heif(head: &[u8]) -> bool {
    let size = head.get(..4).map_or(0, |size| u32::from_be_bytes([size[0], size[1], size[2], size[3]]) as usize);
    let brands = &head[8..size.clamp(8, head.len())];
    let mut brands = brands.chunks_exact(4).enumerate().filter(|(at, _)| *at != 1).map(|(_, brand)| brand);
    let any = brands.clone().any(|brand| HEIF_BRANDS.contains(&brand));
    any && !brands.any(|brand| brand == b"avif" || brand == b"avis")
}
