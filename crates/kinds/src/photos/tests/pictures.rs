//! Which bytes are shown.

use super::*;
use crate::{Media, MediaSize};

const RED: [u8; 3] = [220, 20, 20];
const GREEN: [u8; 3] = [20, 220, 20];
const BLUE: [u8; 3] = [20, 20, 220];

fn shown(reader: &mut dyn crate::Reader, path: &str, want: MediaSize) -> Option<(u32, u32, [u8; 3])> {
    match reader.media(path, want).unwrap()? {
        Media::Bytes { bytes, .. } => {
            let image = image::load_from_memory(&bytes).unwrap().to_rgb8();
            let colour = image.get_pixel(image.width() / 2, image.height() / 2).0;
            let near = |wanted: [u8; 3]| colour.iter().zip(wanted).all(|(a, b)| a.abs_diff(b) < 12);
            let colour = [RED, GREEN, BLUE].into_iter().find(|wanted| near(*wanted)).unwrap();
            Some((image.width(), image.height(), colour))
        }
        Media::File { .. } => panic!("{path} is a file"),
    }
}

fn file(reader: &mut dyn crate::Reader, path: &str, want: MediaSize) -> Option<(String, String, String)> {
    match reader.media(path, want).unwrap()? {
        Media::File { mime, name, entry } => Some((mime, name, entry.path)),
        Media::Bytes { .. } => panic!("{path} is bytes"),
    }
}

#[test]
fn thumbnails_of_the_phone_come_first() {
    let size = [("ZWIDTH", "1200"), ("ZHEIGHT", "900")];
    let rows = [
        asset(1, "IMG_0001.JPG", &size),
        asset(2, "IMG_0002.HEIC", &[size[0], size[1], ("ZCLOUDLOCALSTATE", "1")]),
        asset(3, "IMG_0003.MOV", &size),
        asset(4, "IMG_0004.MOV", &size),
    ];
    let thumbnail = |file: &str| format!("Media/PhotoData/Thumbnails/V2/DCIM/100APPLE/{file}/5005.JPG");
    let backup = with_library(&rows)
        .file(DOMAIN, "Media/DCIM/100APPLE/IMG_0001.JPG", &jpeg(1200, 900, RED))
        .file(DOMAIN, &thumbnail("IMG_0001.JPG"), &jpeg(400, 300, GREEN))
        .file(DOMAIN, &thumbnail("IMG_0002.HEIC"), &jpeg(400, 300, GREEN))
        .file(DOMAIN, "Media/DCIM/100APPLE/IMG_0003.MOV", b"video")
        .file(DOMAIN, &thumbnail("IMG_0003.MOV"), &jpeg(400, 300, BLUE))
        .file(DOMAIN, "Media/DCIM/100APPLE/IMG_0004.MOV", b"video")
        .open();
    let mut reader = open(backup);
    let reader = reader.as_mut();
    assert_eq!(shown(reader, "photo/1", MediaSize::Thumb(256)), Some((256, 192, GREEN)));
    assert_eq!(shown(reader, "photo/1", MediaSize::Thumb(800)), Some((800, 600, RED)), "too small: the original");
    assert_eq!(shown(reader, "photo/1", MediaSize::Screen), Some((1200, 900, RED)));
    assert_eq!(shown(reader, "photo/2", MediaSize::Screen), Some((400, 300, GREEN)), "the best there is");
    assert_eq!(file(reader, "photo/2", MediaSize::Original), None);
    assert_eq!(shown(reader, "photo/3", MediaSize::Thumb(256)), Some((256, 192, BLUE)));
    assert_eq!(shown(reader, "photo/4", MediaSize::Thumb(256)), None, "no poster");
    let (mime, name, path) = file(reader, "photo/4", MediaSize::Original).unwrap();
    assert_eq!((&*mime, &*name, &*path), ("video/quicktime", "IMG_0004.MOV", "Media/DCIM/100APPLE/IMG_0004.MOV"));

    let tiles = reader.as_photos().unwrap().tiles(&[1, 2]).unwrap();
    assert_eq!(tiles[0].missing, None);
    assert_eq!(reader.as_photos().unwrap().missing().unwrap(), 1);
    assert_eq!(tiles[1].missing.as_deref(), Some("The original is in iCloud Photos, not on the phone."));
}

#[test]
fn live_and_edited_pictures() {
    let rows =
        [asset(1, "IMG_0001.JPG", &[("ZKINDSUBTYPE", "2"), ("ZADJUSTMENTSSTATE", "2")]), asset(2, "IMG_0002.JPG", &[])];
    let edited = "Media/PhotoData/Mutations/DCIM/100APPLE/IMG_0001/Adjustments";
    let backup = with_library(&rows)
        .file(DOMAIN, "Media/DCIM/100APPLE/IMG_0001.JPG", &jpeg(600, 400, RED))
        .file(DOMAIN, "Media/DCIM/100APPLE/IMG_0001.MOV", b"moving")
        .file(DOMAIN, &format!("{edited}/Adjustments.plist"), b"recipe")
        .file(DOMAIN, &format!("{edited}/FullSizeRender.mov"), b"moving")
        .file(DOMAIN, &format!("{edited}/FullSizeRender.jpg"), &jpeg(400, 400, BLUE))
        .file(DOMAIN, "Media/DCIM/100APPLE/IMG_0002.JPG", &jpeg(600, 400, GREEN))
        .file(DOMAIN, "Media/DCIM/100APPLE/IMG_0002.MOV", b"not of a live photo")
        .open();
    let mut reader = open(backup);
    let reader = reader.as_mut();
    assert_eq!(shown(reader, "photo/1", MediaSize::Screen), Some((400, 400, BLUE)), "as edited");
    assert_eq!(shown(reader, "original/1", MediaSize::Screen), Some((600, 400, RED)), "as it was taken");
    let (_, name, path) = file(reader, "photo/1", MediaSize::Original).unwrap();
    assert_eq!((&*name, &*path), ("IMG_0001.JPG", "Media/DCIM/100APPLE/IMG_0001.JPG"));
    let (_, name, path) = file(reader, "edited/1", MediaSize::Original).unwrap();
    assert_eq!((&*name, path), ("IMG_0001 (edited).jpg", format!("{edited}/FullSizeRender.jpg")));
    let (mime, name, _) = file(reader, "live/1", MediaSize::Screen).unwrap();
    assert_eq!((&*mime, &*name), ("video/quicktime", "IMG_0001.MOV"));
    assert_eq!(file(reader, "live/2", MediaSize::Original), None);
    assert_eq!(file(reader, "edited/2", MediaSize::Original), None);

    let details = reader.as_photos().unwrap().details(1).unwrap().unwrap();
    assert_eq!((details.live.as_deref(), details.edited.as_deref()), (Some("live/1"), Some("edited/1")));
    assert_eq!(details.original.as_deref(), Some("original/1"));
    assert_eq!(details.size, Some(jpeg(600, 400, RED).len() as u64));
    assert_eq!(details.local_time.as_deref(), Some("2026-11-22 01:00:01 +01:00"));
}

#[test]
fn a_damaged_picture_has_a_reason() {
    let rows = [asset(1, "IMG_0001.JPG", &[]), asset(2, "IMG_0002.DNG", &[])];
    let backup = with_library(&rows)
        .file(DOMAIN, "Media/DCIM/100APPLE/IMG_0001.JPG", b"\xff\xd8\xff\xe0 and then nothing of use")
        .file(DOMAIN, "Media/DCIM/100APPLE/IMG_0002.DNG", b"II*\0 raw")
        .open();
    let mut reader = open(backup);
    assert!(matches!(reader.media("photo/1", MediaSize::Screen), Err(crate::Error::Picture(_))));
    assert!(reader.media("photo/2", MediaSize::Screen).unwrap().is_none());
}
