//! The files of a picture: the original, its thumbnail, its film, its edit.

use plist::{Dictionary, Value};

use super::{Asset, Film, LIVE_FILM, Shot};
use crate::contents::jpeg::{self, Exif, Tone};
use crate::contents::pictures::{self, Pictures};

/// One of the files that belong to a picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Original,
    Film,
    Thumb,
    Render,
    Adjustments,
    Aae,
}

/// The parts a picture has on the phone.
pub(crate) fn parts(asset: &Asset) -> Vec<Part> {
    let mut parts = vec![Part::Thumb];
    parts.extend((!asset.missing).then_some(Part::Original));
    parts.extend(asset.live.then_some(Part::Film));
    if asset.edited {
        parts.extend([Part::Render, Part::Adjustments, Part::Aae]);
    }
    parts
}

/// Where a part lies in `CameraRollDomain`.
pub(crate) fn path(asset: &Asset, part: Part) -> String {
    let (stem, ending) = (asset.stem(), asset.ending());
    match part {
        Part::Original => format!("Media/DCIM/{stem}.{ending}"),
        Part::Film => format!("Media/DCIM/{stem}.MOV"),
        Part::Thumb => format!("Media/PhotoData/Thumbnails/V2/DCIM/{stem}.{ending}/5005.JPG"),
        Part::Render => format!("Media/PhotoData/Mutations/DCIM/{stem}/Adjustments/FullSizeRender.jpg"),
        Part::Adjustments => format!("Media/PhotoData/Mutations/DCIM/{stem}/Adjustments/Adjustments.plist"),
        Part::Aae => format!("Media/DCIM/{stem}.AAE"),
    }
}

/// The length of a part, without making it.
pub(crate) fn length(asset: &Asset, part: Part, pictures: &Pictures) -> u64 {
    let drawn = asset.picture(pictures);
    let length = match (part, asset.sample(), drawn) {
        (Part::Film, _, _) => return LIVE_FILM.length(),
        (Part::Original, Some(sample), _) => return sample.length(),
        (Part::Thumb, Some(sample), _) => sample.thumb.len(),
        (Part::Original, None, Some(picture)) => {
            let added = if matches!(asset.shot, Shot::Screenshot { .. }) {
                pictures::PNG_TEXT_LENGTH
            } else {
                jpeg::EXIF_LENGTH
            };
            return picture.bytes.len() as u64 + added;
        }
        (Part::Render, _, Some(picture)) => return picture.bytes.len() as u64 + jpeg::EXIF_LENGTH,
        (Part::Thumb, None, Some(picture)) => picture.thumb.len(),
        (Part::Adjustments | Part::Aae, _, _) => adjustments(asset).len(),
        _ => 0,
    };
    length as u64
}

/// The bytes of a part.
pub(crate) fn bytes(asset: &Asset, part: Part, pictures: &Pictures) -> Vec<u8> {
    let (width, height, orientation) = asset.size(pictures);
    let exif = Exif {
        taken: asset.taken,
        zone: asset.zone,
        orientation,
        place: asset.place,
        width,
        height,
        unique: &asset.uuid,
    };
    match (part, asset.shot, asset.picture(pictures)) {
        (Part::Film, _, _) => LIVE_FILM.copy(asset.taken, asset.zone, &asset.uuid),
        (Part::Adjustments | Part::Aae, _, _) => adjustments(asset),
        (Part::Original, Shot::Jpeg { tone, .. }, Some(picture)) => jpeg::dated(&picture.bytes, tone, &exif),
        // The edit took most of the color out.
        (Part::Render, _, Some(picture)) => jpeg::dated(&picture.bytes, Tone { contrast: 5, saturation: 2 }, &exif),
        (Part::Original, Shot::Screenshot { .. }, Some(picture)) => pictures::named(&picture.bytes, &asset.uuid),
        (Part::Thumb, Shot::Jpeg { tone, .. }, Some(picture)) => {
            jpeg::toned(&picture.thumb, if asset.edited { Tone { contrast: 5, saturation: 2 } } else { tone })
        }
        (Part::Thumb, _, Some(picture)) => picture.thumb.clone(),
        (Part::Original, _, None) => {
            asset.sample().map(|sample| sample.copy(asset.taken, asset.zone, &asset.uuid)).unwrap_or_default()
        }
        (Part::Thumb, _, None) => asset.sample().map(|sample| sample.thumb.to_vec()).unwrap_or_default(),
        _ => Vec::new(),
    }
}

fn xml(dictionary: Dictionary) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Memory takes every write, and these values have nothing a list cannot hold.
    plist::to_writer_xml(&mut bytes, &Value::Dictionary(dictionary)).expect("a plain property list");
    bytes
}

/// The recipe of an edit.
fn adjustments(asset: &Asset) -> Vec<u8> {
    xml(Dictionary::from_iter([
        ("adjustmentBaseVersion", Value::from(0)),
        ("adjustmentData", Value::Data(asset.uuid.as_bytes().to_vec())),
        ("adjustmentEditorBundleID", Value::from("com.apple.mobileslideshow")),
        ("adjustmentFormatIdentifier", Value::from("com.apple.photo")),
        ("adjustmentFormatVersion", Value::from("1.9")),
        ("adjustmentRenderTypes", Value::from(0)),
    ]))
}

/// The extended attributes assetsd keeps on an original, as a binary plist.
pub(crate) fn attributes(asset: &Asset, trashed: bool) -> Vec<u8> {
    let flag = |set: bool| Value::Data(vec![b'0' + u8::from(set)]);
    let uuid = hex::decode(asset.uuid.replace('-', "")).unwrap_or_default();
    let mut bytes = Vec::new();
    let all = Dictionary::from_iter([
        ("com.apple.assetsd.UUID", Value::Data(uuid)),
        ("com.apple.assetsd.favorite", flag(asset.favourite)),
        ("com.apple.assetsd.hidden", flag(asset.hidden)),
        (
            "com.apple.assetsd.originalFilename",
            Value::Data(format!("IMG_{:04}.{}", (asset.index + 1) % 10_000, asset.ending()).into_bytes()),
        ),
        ("com.apple.assetsd.timeZoneName", Value::Data(asset.zone.name.as_bytes().to_vec())),
        ("com.apple.assetsd.trashed", flag(trashed)),
    ]);
    plist::to_writer_binary(&mut bytes, &Value::Dictionary(all)).expect("a plain property list");
    bytes
}

/// `ZKINDSUBTYPE`.
pub(crate) fn subtype(asset: &Asset) -> i64 {
    match asset.shot {
        Shot::Screenshot { .. } => 10,
        Shot::Video { sort: Film::Slow, .. } => 101,
        Shot::Video { sort: Film::Lapse, .. } => 102,
        _ if asset.live => 2,
        _ => 0,
    }
}
