mod reference;

use std::sync::Arc;

use image::{DynamicImage, GenericImageView, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};

use super::*;
use reference::references;

fn encoded(image: impl Into<DynamicImage>, format: ImageFormat) -> Vec<u8> {
    let mut bytes = std::io::Cursor::new(Vec::new());
    image.into().write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn decoded(picture: &Picture) -> DynamicImage {
    let image = image::load_from_memory(&picture.bytes).unwrap();
    assert_eq!((image.width(), image.height()), (picture.width, picture.height));
    image
}

fn made(bytes: &[u8], want: Want) -> Picture {
    render(&mut &bytes[..], want).unwrap()
}

/// Red on the left, blue on the right.
fn two_halves(width: u32, height: u32) -> RgbImage {
    let half = width as usize / 2;
    let row = [[250, 10, 10].repeat(half), [10, 10, 250].repeat(width as usize - half)].concat();
    RgbImage::from_raw(width, height, row.repeat(height as usize)).unwrap()
}

/// A JPEG with an Exif block that says how the camera was held.
fn held(jpeg: &[u8], orientation: u8) -> Vec<u8> {
    let mut exif = b"Exif\0\0MM\0\x2a\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01".to_vec();
    exif.extend([0, orientation, 0, 0, 0, 0, 0, 0]);
    let mut bytes = vec![0xff, 0xd8, 0xff, 0xe1];
    bytes.extend((exif.len() as u16 + 2).to_be_bytes());
    bytes.extend(exif);
    bytes.extend(&jpeg[2..]);
    bytes
}

#[test]
fn photos_are_turned_upright() {
    let jpeg = encoded(two_halves(600, 400), ImageFormat::Jpeg);
    // 6: the camera was turned left, so the left side of the data is the top.
    let upright = decoded(&made(&held(&jpeg, 6), Want::Thumb(300)));
    assert_eq!(upright.dimensions(), (200, 300));
    assert!(upright.get_pixel(100, 20).0[0] > 200, "red on top");
    assert!(upright.get_pixel(100, 280).0[2] > 200, "blue below");
    // 3: upside down.
    let upright = decoded(&made(&held(&jpeg, 3), Want::Screen));
    assert_eq!(upright.dimensions(), (600, 400));
    assert!(upright.get_pixel(20, 200).0[2] > 200, "blue on the left");
}

#[test]
fn what_a_web_view_can_draw_stays_as_it_is() {
    let jpeg = encoded(two_halves(800, 600), ImageFormat::Jpeg);
    assert_eq!(made(&jpeg, Want::Screen).bytes, jpeg);
    assert_eq!(made(&held(&jpeg, 1), Want::Screen).bytes, held(&jpeg, 1));
    let screenshot = encoded(two_halves(300, 2796), ImageFormat::Png);
    let picture = made(&screenshot, Want::Screen);
    assert_eq!((picture.mime, picture.bytes), ("image/png", screenshot.clone()));
    // Named one thing, being another: bytes decide.
    assert_eq!(made(&screenshot, Want::Thumb(256)).mime, "image/jpeg");

    let large = encoded(two_halves(10_400, 104), ImageFormat::Jpeg);
    let picture = made(&large, Want::Screen);
    assert_eq!((picture.width, picture.height), (2560, 26));
    let small = encoded(two_halves(40, 30), ImageFormat::Gif);
    assert_eq!(made(&small, Want::Thumb(256)).bytes, small, "nothing is blown up");
}

#[test]
fn on_paper_all_is_jpeg_on_white() {
    let clear = RgbaImage::from_fn(40, 20, |x, _| if x < 20 { Rgba([0, 0, 0, 0]) } else { Rgba([200, 0, 0, 255]) });
    let printed = made(&encoded(clear, ImageFormat::Png), Want::Print(834));
    assert_eq!(printed.mime, "image/jpeg");
    let (left, right) = (decoded(&printed).get_pixel(5, 10).0, decoded(&printed).get_pixel(35, 10).0);
    assert!(left[..3].iter().all(|part| *part > 245), "white where it was clear: {left:?}");
    assert!(right[0] > 180 && right[1] < 20, "red where it was red: {right:?}");
    let small = encoded(two_halves(60, 40), ImageFormat::Gif);
    assert_eq!(made(&small, Want::Print(834)).mime, "image/jpeg");
    assert_eq!(
        decoded(&made(&encoded(two_halves(900, 300), ImageFormat::Jpeg), Want::Print(450))).dimensions(),
        (450, 150)
    );
}

#[test]
fn transparency_stays() {
    let sticker = RgbaImage::from_fn(600, 300, |x, _| Rgba([200, 30, 30, if x < 300 { 0 } else { 255 }]));
    let picture = made(&encoded(sticker, ImageFormat::Png), Want::Thumb(200));
    assert_eq!(picture.mime, "image/png");
    let image = decoded(&picture);
    assert_eq!(image.dimensions(), (200, 100));
    assert_eq!((image.get_pixel(10, 50).0[3], image.get_pixel(190, 50).0[3]), (0, 255));
    let opaque = RgbaImage::from_pixel(600, 300, Rgba([1, 2, 3, 255]));
    assert_eq!(made(&encoded(opaque, ImageFormat::WebP), Want::Thumb(200)).mime, "image/jpeg");
}

#[test]
fn a_raw_photo_is_shown_by_its_preview() {
    let preview = encoded(two_halves(600, 400), ImageFormat::Jpeg);
    // One directory: JPEG, its place and length, and that the camera was turned.
    let mut raw = b"II*\0\x08\0\0\0\x03\0".to_vec();
    for (tag, kind, value) in [(0x0112_u16, 3_u16, 6_u32), (0x0201, 4, 50), (0x0202, 4, preview.len() as u32)] {
        raw.extend([tag.to_le_bytes(), kind.to_le_bytes()].concat());
        raw.extend([1, value].map(u32::to_le_bytes).concat());
    }
    raw.resize(50, 0);
    raw.extend(&preview);
    raw.extend([0; 1000]);
    let upright = decoded(&made(&raw, Want::Screen));
    assert_eq!(upright.dimensions(), (400, 600));
    assert!(upright.get_pixel(200, 20).0[0] > 200, "red on top");
    assert!(matches!(render(&mut &raw[..40], Want::Screen), Err(Unreadable::Unknown)));
}

#[test]
fn what_is_no_picture_has_a_reason() {
    let reason = |bytes: &[u8]| render(&mut &bytes[..], Want::Thumb(256)).unwrap_err();
    assert!(matches!(reason(b""), Unreadable::Unknown));
    assert!(matches!(reason(b"\0\0\0\x14ftypqt  \0\0\0\0qt  "), Unreadable::Unknown));
    assert!(matches!(reason(b"\0\0\0\x1cftypavif\0\0\0\0mif1avif"), Unreadable::Unknown));
    assert!(matches!(reason(b"\xff\xd8\xff\xe0"), Unreadable::Damaged(_)));

    let jpeg = encoded(two_halves(600, 400), ImageFormat::Jpeg);
    for cut in [20, 200, jpeg.len() / 2] {
        // A cut JPEG shows what is there, or says that it is damaged.
        let _ = render(&mut &jpeg[..cut], Want::Thumb(256));
    }
    // A PNG that claims 100,000 x 100,000 pixels.
    let mut png = encoded(two_halves(8, 8), ImageFormat::Png);
    png[16..24].copy_from_slice(&[0, 1, 0x86, 0xa0, 0, 1, 0x86, 0xa0]);
    assert!(matches!(reason(&png), Unreadable::TooLarge(_) | Unreadable::Damaged(_)));
    // A list of parts that is larger than any phone makes it.
    let mut heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".to_vec();
    heic.extend((600_000_u32).to_be_bytes());
    heic.extend(b"meta");
    heic.resize(700_000, 0);
    assert!(matches!(reason(&heic), Unreadable::TooLarge(_)));
}

/// Flips bytes of real pictures; whatever comes out, nothing may crash.
fn damage(rounds: u32) {
    let mut random = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = move |below: usize| {
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        (random % below as u64) as usize
    };
    let heics = references().into_iter().filter(|found| found.path.metadata().unwrap().len() < 8000);
    let mut pictures: Vec<Vec<u8>> = heics.map(|found| std::fs::read(found.path).unwrap()).collect();
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::Gif, ImageFormat::WebP] {
        pictures.push(encoded(two_halves(64, 48), format));
    }
    for _ in 0..rounds {
        for picture in &pictures {
            let mut bytes = picture.clone();
            for _ in 0..=next(4) {
                let at = if next(2) == 0 { next(bytes.len()) } else { next(bytes.len().min(600)) };
                bytes[at] = next(256) as u8;
            }
            if next(8) == 0 {
                bytes.truncate(next(bytes.len()).max(1));
            }
            let _ = render(&mut &bytes[..], Want::Thumb(32));
        }
    }
}

#[test]
fn damaged_pictures_do_no_harm() {
    damage(8);
}

#[test]
#[ignore = "slow: as long as there is patience for"]
fn many_damaged_pictures_do_no_harm() {
    damage(4000);
}

#[test]
fn the_cache_keeps_and_forgets() {
    let folder = tempfile::tempdir().unwrap();
    let jpeg = |shade: u8| encoded(RgbImage::from_pixel(64, 64, Rgb([shade; 3])), ImageFormat::Jpeg);
    let size = jpeg(1).len() as u64;
    let cache = Cache::new(folder.path().join("made"), size * 20);
    assert_eq!(cache.get("a"), None);
    cache.put("a", &jpeg(1)).unwrap();
    cache.put("a", &jpeg(2)).unwrap();
    assert_eq!(cache.get("a"), Some(("image/jpeg", jpeg(2))));
    cache.put("no picture", b"text").unwrap();
    assert_eq!(cache.get("no picture"), None);

    for number in 0..40 {
        cache.put(&number.to_string(), &jpeg(number)).unwrap();
    }
    let kept = (0..40).filter(|number| cache.get(&number.to_string()).is_some()).count();
    assert!((15..=20).contains(&kept), "{kept} are kept");
    assert!(cache.get("39").is_some(), "the newest stays");
    // A second cache on the same folder counts what is there.
    let again = Cache::new(folder.path().join("made"), size * 20);
    assert_eq!(again.get("39"), Some(("image/jpeg", jpeg(39))));
    again.put("new", &jpeg(99)).unwrap();
    assert!(again.get("new").is_some());
}

#[test]
fn a_half_written_picture_is_not_given_out() {
    let folder = tempfile::tempdir().unwrap();
    let cache = Cache::new(folder.path(), 1 << 20);
    let jpeg = encoded(two_halves(64, 64), ImageFormat::Jpeg);
    cache.put("key", &jpeg).unwrap();
    let kept = std::fs::read_dir(folder.path()).unwrap().flatten().next().unwrap().path();
    let kept = std::fs::read_dir(kept).unwrap().flatten().next().unwrap().path();
    std::fs::write(&kept, &jpeg[..jpeg.len() / 2]).unwrap();
    assert_eq!(cache.get("key"), None);
    assert!(!kept.exists());
}

#[test]
fn many_threads_share_a_cache() {
    let folder = tempfile::tempdir().unwrap();
    let jpeg = Arc::new(encoded(two_halves(64, 64), ImageFormat::Jpeg));
    let cache = Arc::new(Cache::new(folder.path(), jpeg.len() as u64 * 30));
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let (cache, jpeg) = (cache.clone(), jpeg.clone());
            scope.spawn(move || {
                for number in 0..50 {
                    let key = ((number * 7 + thread) % 60).to_string();
                    cache.put(&key, &jpeg).unwrap();
                    if let Some((_, bytes)) = cache.get(&key) {
                        assert_eq!(&bytes, &*jpeg);
                    }
                }
            });
        }
    });
}
