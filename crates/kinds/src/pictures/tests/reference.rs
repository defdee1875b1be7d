//! Every HEIC of the real data against the pixels of libheif.

use std::ops::Range;
use std::path::{Path, PathBuf};

use image::{DynamicImage, RgbImage};
use serde_json::Value;

use super::*;
use crate::testing::realdata;

/// The least that pictures must be alike, in decibels.
const LEAST: f64 = 40.0;

/// A picture and what libheif made of it.
pub struct Reference {
    pub path: PathBuf,
    /// Its size, and its pixels averaged to at most 64 on the longest side; `None` where it is refused.
    answer: Option<((u32, u32), RgbImage)>,
}

/// All pictures libheif was asked for.
pub fn references() -> Vec<Reference> {
    let folder = ["_expected/dev", "_expected"]
        .into_iter()
        .find(|folder| realdata(&format!("{folder}/heic-reference.json")).is_some());
    let Some(folder) = folder else { return Vec::new() };
    let list = std::fs::read(realdata(&format!("{folder}/heic-reference.json")).unwrap()).unwrap();
    let list: Value = serde_json::from_slice(&list).unwrap();
    let answer = |found: &Value| {
        let side = |key: &str| Some(found[key].as_u64()? as u32);
        let small = realdata(&format!("{folder}/heic-reference-thumbs/{}", found["thumb64"].as_str()?))?;
        Some(((side("w")?, side("h")?), image::open(small).unwrap().to_rgb8()))
    };
    let all = list.as_object().unwrap().iter();
    all.filter_map(|(path, found)| Some(Reference { path: realdata(path)?, answer: answer(found) })).collect()
}

/// Averages as the reference was made (Pillow's `thumbnail` with `BOX`): first squares of as many whole pixels as leave at least
/// twice the size that is wanted, then boxes of the whole pixels nearest to each.
fn averaged(image: &RgbImage, width: u32, height: u32) -> RgbImage {
    let factor = |from: u32, to: u32| ((f64::from(from) / f64::from(to) / 2.0) as u32).max(1);
    let (across, down) = (factor(image.width(), width), factor(image.height(), height));
    let squares = |at: u32, by: u32, from: u32| at * by..((at + 1) * by).min(from);
    let (columns, rows) = (image.width().div_ceil(across), image.height().div_ceil(down));
    let reduced = RgbImage::from_fn(columns, rows, |x, y| {
        mean_of(image, squares(x, across, image.width()), squares(y, down, image.height()))
    });
    // The last square may be a narrow one: of the reduced picture only what the whole one fills is looked at.
    let filled = [f64::from(image.width()) / f64::from(across), f64::from(image.height()) / f64::from(down)];
    let span = |at: u32, filled: f64, most: u32, to: u32| {
        let scale = filled / f64::from(to);
        let (centre, half) = ((f64::from(at) + 0.5) * scale, scale.max(1.0) * 0.5);
        ((centre - half + 0.5).max(0.0) as u32)..((centre + half + 0.5) as u32).min(most)
    };
    RgbImage::from_fn(width, height, |x, y| {
        mean_of(&reduced, span(x, filled[0], columns, width), span(y, filled[1], rows, height))
    })
}

/// The mean of the pixels of a rectangle.
fn mean_of(image: &RgbImage, columns: Range<u32>, rows: Range<u32>) -> Rgb<u8> {
    let (mut sum, mut count) = ([0_u64; 3], 0);
    for row in rows {
        for column in columns.clone() {
            let pixel = image.get_pixel(column, row).0;
            (0..3).for_each(|part| sum[part] += u64::from(pixel[part]));
            count += 1;
        }
    }
    Rgb(sum.map(|part| ((part + count / 2) / count.max(1)) as u8))
}

/// How alike two pictures of one size are: the peak signal-to-noise ratio, at most 99 dB.
fn alike(ours: &RgbImage, theirs: &RgbImage) -> f64 {
    let squares = ours.as_raw().iter().zip(theirs.as_raw()).map(|(a, b)| f64::from(a.abs_diff(*b)).powi(2));
    let mean = squares.sum::<f64>() / ours.as_raw().len() as f64;
    (10.0 * (255.0 * 255.0 / mean).log10()).min(99.0)
}

/// Our pixels, as the container wants them turned, their colours whether something shows through or not.
fn pixels(bytes: &[u8]) -> Result<RgbImage> {
    let decoded = heif::decode(bytes)?;
    Ok(match decoded {
        DynamicImage::ImageRgba8(image) => RgbImage::from_fn(image.width(), image.height(), |x, y| {
            let [red, green, blue, _] = image.get_pixel(x, y).0;
            Rgb([red, green, blue])
        }),
        other => other.to_rgb8(),
    })
}

/// Greys of 10 and 12 bits, which the reference cut to white, are compared with the same picture in 8 bits.
fn is_cut(path: &Path) -> bool {
    path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("L_1"))
}

#[test]
fn every_valid_heic_has_the_pixels_of_libheif_and_every_malformed_one_a_reason() {
    let (mut valid, mut refused, mut least) = (0, 0, 99.0_f64);
    let all = references();
    for Reference { path, answer } in &all {
        let bytes = std::fs::read(path).unwrap();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let Some((size, small)) = answer else {
            let why = render(&mut &bytes[..], Want::Screen).expect_err("libheif refuses it");
            assert!(!why.to_string().is_empty());
            println!("{name}: {why}");
            refused += 1;
            continue;
        };
        let ours = pixels(&bytes).unwrap_or_else(|why| panic!("{name}: {why}"));
        assert_eq!(ours.dimensions(), *size, "{name}");
        let small = match is_cut(path) {
            true => {
                let same = path.with_file_name(name.replace("L_10_", "L_8_").replace("L_12_", "L_8_"));
                let Ok(same) = std::fs::read(same) else { continue };
                averaged(&pixels(&same).unwrap(), small.width(), small.height())
            }
            false => small.clone(),
        };
        let likeness = alike(&averaged(&ours, small.width(), small.height()), &small);
        println!("{name}: {likeness:.1} dB");
        assert!(likeness >= LEAST, "{name}: {likeness:.1} dB");
        (valid, least) = (valid + 1, least.min(likeness));
    }
    println!("{valid} valid, at least {least:.1} dB; {refused} malformed");
    assert!(all.is_empty() || valid >= 20 && refused >= 3, "{valid} valid, {refused} malformed");
}

/// What the app shows: upright, with a thumbnail from inside the photo where there is one.
#[test]
fn what_is_shown_has_the_size_and_the_colours_of_the_photo() {
    for Reference { path, answer } in references() {
        let Some(((mut width, mut height), small)) = answer else { continue };
        if is_cut(&path) {
            continue;
        }
        // This one is turned by its Exif data alone, which libheif leaves to others.
        if path.ends_with("iphone_7.heic") {
            (width, height) = (height, width);
        }
        let bytes = std::fs::read(&path).unwrap();
        // Decoding 12 megapixels once, above, is enough.
        let large = bytes.len() > 45_000;
        for want in [Want::Thumb(256), Want::Screen].into_iter().filter(|want| !large || *want != Want::Screen) {
            let image = decoded(&made(&bytes, want)).to_rgb8();
            let scale = f64::from(want.longest()) / f64::from(width.max(height));
            let sides = [width, height].map(|side| (f64::from(side) * scale.min(1.0)).round());
            for (ours, theirs) in [image.width(), image.height()].into_iter().zip(sides) {
                assert!((f64::from(ours) - theirs).abs() <= 1.0, "{}: {:?}", path.display(), image.dimensions());
            }
            // Chroma is interpolated differently, which shows in pictures of a few pixels.
            let tolerance = if width < 100 { 5.0 } else { 2.0 };
            for (ours, theirs) in mean(&image).into_iter().zip(mean(&small)) {
                assert!((ours - theirs).abs() < tolerance, "{}: {:?}", path.display(), mean(&image));
            }
        }
    }
}

fn mean(image: &RgbImage) -> [f64; 3] {
    let mut sum = [0.0; 3];
    for pixel in image.pixels() {
        (0..3).for_each(|part| sum[part] += f64::from(pixel.0[part]));
    }
    sum.map(|part| part / f64::from(image.width() * image.height()))
}
