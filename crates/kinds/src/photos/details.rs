//! All about one picture, for the viewer's side panel.

use std::io::BufReader;

use backup::Entry;
use exif::{Field, In, Tag};
use rusqlite::{OptionalExtension, Row, params};

use super::asset::{Asset, text};
use super::files::mime;
use super::schema::columns;
use super::{Details, Photos, Position, failed};
use crate::Result;

/// What the camera noted.
#[derive(Default)]
struct Camera {
    camera: Option<String>,
    lens: Option<String>,
    /// Seconds.
    shutter: Option<f64>,
    aperture: Option<f64>,
    iso: Option<u32>,
    /// Millimetres on 35 mm film.
    focal_length: Option<f64>,
}

impl Photos {
    /// All that is known about one picture; `None` for an unknown id.
    pub fn details(&mut self, id: i64) -> Result<Option<Details>> {
        let Some(asset) = self.asset(id)? else {
            return Ok(None);
        };
        let original = asset.original(&self.backup)?;
        let size = match &original {
            Some(entry) => self.backup.stat(entry).ok().map(|stat| stat.size).filter(|size| *size > 0).or(asset.size),
            None => asset.size,
        };
        let edited = asset.render(&self.backup)?;
        let camera = self.camera(&asset, original.as_ref()).map_err(failed)?;
        let burst = self.burst(&asset).map_err(failed)?;
        Ok(Some(Details {
            id,
            uuid: asset.uuid.clone(),
            name: asset.name(),
            path: asset.path(),
            kind: asset.kind(),
            media: format!("photo/{id}"),
            mime: mime(&asset.file).to_owned(),
            live: asset.live_video(&self.backup)?.map(|_| format!("live/{id}")),
            original: edited.as_ref().and(original.as_ref()).map(|_| format!("original/{id}")),
            edited: edited.map(|_| format!("edited/{id}")),
            missing: original.is_none().then(|| asset.why_missing().to_owned()),
            size,
            width: asset.width,
            height: asset.height,
            duration: asset.playing_time(),
            when: asset.when(),
            local_time: asset.local_time(),
            added: asset.added,
            deleted: asset.deleted_on.filter(|_| asset.deleted),
            favourite: asset.favourite,
            hidden: asset.hidden,
            title: asset.title.clone(),
            caption: asset.caption.clone(),
            exposure: camera.exposure(),
            camera: camera.camera,
            lens: camera.lens,
            place: asset.position().map(|(latitude, longitude)| Position { latitude, longitude }),
            albums: self.albums_of(&[id])?.remove(&id).unwrap_or_default(),
            place_name: self.places_of(&[id])?.remove(&id).map(|place| place.name),
            people: self.people_of(&[id])?.remove(&id).unwrap_or_default(),
            keywords: self.keywords_of(&[id])?.remove(&id).unwrap_or_default(),
            burst: u32::try_from(burst.len()).ok().filter(|count| *count > 0),
            burst_ids: burst,
        }))
    }

    /// The pictures of its burst; deleted ones among deleted ones only.
    fn burst(&self, asset: &Asset) -> rusqlite::Result<Vec<i64>> {
        let sql = "SELECT id FROM photo WHERE burst = ? AND deleted = ? AND hidden = ? ORDER BY created, id";
        let mut statement = self.library.prepare_cached(sql)?;
        let ids = statement.query_map(params![asset.burst, asset.deleted, asset.hidden], |row| row.get(0))?;
        ids.collect()
    }

    /// From the database, which knows it also for videos and for originals in iCloud; else from the file.
    fn camera(&self, asset: &Asset, original: Option<&Entry>) -> rusqlite::Result<Camera> {
        let known = columns(&self.library, "ZEXTENDEDATTRIBUTES")?;
        if let (Some(row), true) = (asset.extended, known.contains("ZCAMERAMODEL")) {
            let sql = "SELECT * FROM ZEXTENDEDATTRIBUTES WHERE Z_PK = ?";
            let found = self.library.query_row(sql, [row], |row| Ok(Camera::of_row(row))).optional()?;
            if let Some(found) = found.filter(|found| found.camera.is_some()) {
                return Ok(found);
            }
        }
        let source = original.filter(|_| !asset.video).and_then(|entry| self.backup.read(entry).ok());
        Ok(source.and_then(|source| Camera::of_file(&mut BufReader::new(source))).unwrap_or_default())
    }
}

impl Camera {
    fn of_row(row: &Row) -> Camera {
        let real = |name| row.get::<_, Option<f64>>(name).ok().flatten().filter(|value| *value > 0.0);
        let words = |name| text(row, name).ok().flatten();
        Camera {
            camera: camera(words("ZCAMERAMAKE"), words("ZCAMERAMODEL")),
            lens: words("ZLENSMODEL"),
            shutter: real("ZSHUTTERSPEED"),
            aperture: real("ZAPERTURE"),
            iso: row.get::<_, Option<u32>>("ZISO").ok().flatten().filter(|iso| *iso > 0),
            focal_length: real("ZFOCALLENGTHIN35MM"),
        }
    }

    /// From Exif data in JPEG, HEIC, TIFF, PNG or WebP.
    fn of_file<R: std::io::BufRead + std::io::Seek>(source: &mut R) -> Option<Camera> {
        let exif = exif::Reader::new().read_from_container(source).ok()?;
        let field = |tag: Tag| exif.get_field(tag, In::PRIMARY);
        let number = |tag: Tag| field(tag).and_then(real).filter(|value| value.is_finite() && *value > 0.0);
        Some(Camera {
            camera: camera(field(Tag::Make).and_then(ascii), field(Tag::Model).and_then(ascii)),
            lens: field(Tag::LensModel).and_then(ascii),
            shutter: number(Tag::ExposureTime),
            aperture: number(Tag::FNumber),
            iso: field(Tag::PhotographicSensitivity).and_then(|field| field.value.get_uint(0)),
            focal_length: number(Tag::FocalLengthIn35mmFilm),
        })
    }

    fn exposure(&self) -> Option<String> {
        let shutter = self.shutter.map(|seconds| match seconds {
            long if long >= 0.4 => format!("{} s", rounded(long)),
            short => format!("1/{:.0} s", 1.0 / short),
        });
        let parts = [
            shutter,
            self.aperture.map(|number| format!("f/{}", rounded(number))),
            self.iso.map(|iso| format!("ISO {iso}")),
            self.focal_length.map(|length| format!("{length:.0} mm")),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| parts.join(" · "))
    }
}

/// Maker and model, without saying the maker twice.
fn camera(make: Option<String>, model: Option<String>) -> Option<String> {
    match (make, model) {
        (Some(make), Some(model)) if !model.to_lowercase().starts_with(&make.to_lowercase()) => {
            Some(format!("{make} {model}"))
        }
        (make, model) => model.or(make),
    }
}

fn rounded(number: f64) -> f64 {
    (number * 10.0).round() / 10.0
}

fn real(field: &Field) -> Option<f64> {
    match &field.value {
        exif::Value::Rational(values) => values.first().map(|value| value.to_f64()),
        other => other.get_uint(0).map(f64::from),
    }
}

fn ascii(field: &Field) -> Option<String> {
    let exif::Value::Ascii(texts) = &field.value else { return None };
    let text = String::from_utf8_lossy(texts.first()?);
    let text = text.trim_matches(|c: char| c == '\0' || c.is_whitespace());
    (!text.is_empty() && text.len() <= 200).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exposures_as_people_write_them() {
        let camera = Camera {
            shutter: Some(1.0 / 121.0),
            aperture: Some(1.779_999),
            iso: Some(64),
            focal_length: Some(26.0),
            ..Camera::default()
        };
        assert_eq!(camera.exposure().unwrap(), "1/121 s · f/1.8 · ISO 64 · 26 mm");
        assert_eq!(Camera { shutter: Some(2.0), ..Camera::default() }.exposure().unwrap(), "2 s");
        assert_eq!(Camera::default().exposure(), None);
    }

    #[test]
    fn cameras_say_their_maker_once() {
        let named = |make: &str, model: &str| super::camera(Some(make.into()), Some(model.into())).unwrap();
        assert_eq!(named("Apple", "iPhone 13 Pro"), "Apple iPhone 13 Pro");
        assert_eq!(named("Canon", "Canon EOS 5D"), "Canon EOS 5D");
    }
}
