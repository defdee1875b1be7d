//! The drawn pictures of a phone: some sixty scenes and a few screenshots, encoded once and kept on disk.

use std::path::Path;

use super::error::{At, Result};
use super::paint::Canvas;
use super::random::Random;
use super::scenes::{Scene, screenshot};
use super::{ContentsOptions, jpeg};

const SIZES: [(usize, usize); 4] = [(1200, 900), (1024, 768), (1440, 1080), (800, 600)];
const SCREENSHOTS: u64 = 6;

/// One picture, its thumbnail and its size as it is looked at.
pub(crate) struct Picture {
    pub bytes: Vec<u8>,
    pub thumb: Vec<u8>,
    /// As stored.
    pub width: u32,
    pub height: u32,
    /// Exif orientation: 1, or 6 for one taken upright.
    pub orientation: u16,
}

/// All pictures copies are made of.
pub(crate) struct Pictures {
    pub scenes: Vec<Picture>,
    pub screenshots: Vec<Picture>,
}

impl Pictures {
    /// How many scenes a phone of this size draws.
    pub fn scene_count(options: &ContentsOptions) -> u64 {
        (60.0 * options.scale.max(0.0).sqrt()).round().clamp(12.0, 60.0) as u64
    }

    /// Reads the pictures of a folder, drawing those that are not there yet.
    pub fn open(options: &ContentsOptions, folder: &Path) -> Result<Pictures> {
        std::fs::create_dir_all(folder).at(folder)?;
        let scenes = (0..Pictures::scene_count(options))
            .map(|index| scene(options.seed, index, folder))
            .collect::<Result<_>>()?;
        let screenshots = (0..SCREENSHOTS).map(|index| screen(options.seed, index, folder)).collect::<Result<_>>()?;
        Ok(Pictures { scenes, screenshots })
    }
}

/// Reads a file, or makes it with `make` so that it appears whole or not at all.
fn kept(path: &Path, make: impl FnOnce() -> Vec<u8>) -> Result<Vec<u8>> {
    match std::fs::read(path) {
        Ok(bytes) => Ok(bytes),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let bytes = make();
            let part = path.with_extension("part");
            std::fs::write(&part, &bytes).at(&part)?;
            std::fs::rename(&part, path).at(path)?;
            Ok(bytes)
        }
        Err(source) => Err(source).at(path),
    }
}

fn scene(seed: u64, index: u64, folder: &Path) -> Result<Picture> {
    let upright = index % 5 == 3;
    let (long, short) = SIZES[(index / 3) as usize % SIZES.len()];
    let draw = || {
        let kind = Scene::ALL[index as usize % Scene::ALL.len()];
        let random = &mut Random::of(seed, &[1, index]);
        if upright { kind.draw(short, long, random).on_its_side() } else { kind.draw(long, short, random) }
    };
    let drawn = std::cell::OnceCell::<Canvas>::new();
    let bytes = kept(&folder.join(format!("scene-{index:02}.jpg")), || jpeg::encode(drawn.get_or_init(draw), 6))?;
    let thumb = kept(&folder.join(format!("scene-{index:02}-thumb.jpg")), || {
        let canvas = drawn.get_or_init(draw);
        // Thumbnails are stored as they are looked at.
        let small = canvas.scaled(360, 270);
        jpeg::encode(&if upright { turned_back(&small) } else { small }, 8)
    })?;
    Ok(Picture { bytes, thumb, width: long as u32, height: short as u32, orientation: if upright { 6 } else { 1 } })
}

/// Undoes [`Canvas::on_its_side`]: three more quarters.
fn turned_back(canvas: &Canvas) -> Canvas {
    canvas.on_its_side().on_its_side().on_its_side()
}

fn screen(seed: u64, index: u64, folder: &Path) -> Result<Picture> {
    let (width, height) = (590, 1278);
    let drawn = std::cell::OnceCell::<Canvas>::new();
    let draw = || screenshot(width, height, &mut Random::of(seed, &[2, index]));
    let bytes = kept(&folder.join(format!("screen-{index}.png")), || drawn.get_or_init(draw).png())?;
    let thumb = kept(&folder.join(format!("screen-{index}-thumb.jpg")), || {
        jpeg::encode(&drawn.get_or_init(draw).scaled(180, 390), 8)
    })?;
    Ok(Picture { bytes, thumb, width: width as u32, height: height as u32, orientation: 1 })
}

/// Bytes [`named`] adds to a PNG.
pub(crate) const PNG_TEXT_LENGTH: u64 = 12 + 8 + 36;

/// A copy of a PNG with a text chunk of its own behind the header, so that no two screenshots are the same file.
pub(crate) fn named(png: &[u8], identity: &str) -> Vec<u8> {
    // Signature (8) and IHDR (25) come first in every PNG.
    let (head, rest) = png.split_at(33);
    let mut chunk = b"tEXtComment\0".to_vec();
    chunk.extend_from_slice(identity.as_bytes());
    let mut out = head.to_vec();
    out.extend_from_slice(&((chunk.len() - 4) as u32).to_be_bytes());
    out.extend_from_slice(&chunk);
    out.extend_from_slice(&crc32(&chunk).to_be_bytes());
    out.extend_from_slice(rest);
    out
}

fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0u32, |state, byte| {
        (0..8).fold(
            state ^ u32::from(*byte),
            |state, _| if state & 1 == 1 { (state >> 1) ^ 0xedb8_8320 } else { state >> 1 },
        )
    })
}

#[cfg(test)]
mod tests {
    use super::super::clock::{Summer, Zone};
    use super::super::samples::{HEIC, LIVE, MOV};
    use super::*;

    #[test]
    fn copies_are_valid_pictures_of_the_promised_length_in_their_own_tone() {
        let folder = tempfile::tempdir().unwrap();
        let options = ContentsOptions { scale: 0.0, ..ContentsOptions::default() };
        let picture = scene(options.seed, 3, folder.path()).unwrap();
        assert_eq!((picture.width, picture.height, picture.orientation), (1024, 768, 6));
        let zone = Zone { name: "Europe/Berlin", hours: 1, summer: Summer::Europe };
        let exif = jpeg::Exif {
            taken: 1_721_034_000,
            zone,
            orientation: 6,
            place: Some((-33.8568, 151.2153)),
            width: 1024,
            height: 768,
            unique: "AAAA-BBBB",
        };
        let copy = |tone| jpeg::dated(&picture.bytes, tone, &exif);
        let plain = copy(jpeg::Tone { contrast: 4, saturation: 4 });
        assert_eq!(plain.len() as u64, picture.bytes.len() as u64 + jpeg::EXIF_LENGTH);
        let grey = copy(jpeg::Tone { contrast: 3, saturation: 2 });
        assert_eq!(grey.len(), plain.len());
        let spread = |bytes: &[u8]| {
            let image = image::load_from_memory(bytes).unwrap().to_rgb8();
            assert_eq!(image.dimensions(), (1024, 768));
            image.pixels().map(|p| u64::from(p.0.iter().max().unwrap() - p.0.iter().min().unwrap())).sum::<u64>()
        };
        assert!(spread(&grey) * 10 < spread(&plain) * 7, "half the saturation");
        let png = screen(1, 0, folder.path()).unwrap();
        let copy = named(&png.bytes, "00000000-0000-4000-8000-000000000001");
        assert_eq!(copy.len() as u64, png.bytes.len() as u64 + PNG_TEXT_LENGTH);
        assert_eq!(
            image::load_from_memory(&copy).unwrap().to_rgb8(),
            image::load_from_memory(&png.bytes).unwrap().to_rgb8()
        );
        if let Some(out) = std::env::var_os("HEIRLOOM_DRAW").map(std::path::PathBuf::from) {
            std::fs::write(out.join("upright.jpg"), plain).unwrap();
            std::fs::write(out.join("grey.jpg"), grey).unwrap();
            std::fs::write(out.join("copy.png"), copy).unwrap();
            for (index, sample) in HEIC.iter().chain(&MOV).chain([&LIVE]).enumerate() {
                let ending = if sample.duration == 0.0 { "heic" } else { "mov" };
                std::fs::write(
                    out.join(format!("sample-{index}.{ending}")),
                    sample.copy(1_721_034_000, zone, "12345678-1234-4234-8234-123456789012"),
                )
                .unwrap();
            }
        }
    }
}
