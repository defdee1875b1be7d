//! Where pictures were taken, in words: what the phone looked up and keeps beside each picture. No network is asked.
//!
//! `ZREVERSELOCATIONDATA` is a keyed archive (`PLRevGeoLocationInfo`) with a postal address and a list of names from the
//! smallest area to the largest, each with a type. They are read once, when they are first needed.

use std::collections::BTreeMap;

use backup::archive;
use plist::{Dictionary, Value};
use rusqlite::{OptionalExtension, params};

use super::query::SHOWN;
use super::schema::columns;
use super::{Photos, PlaceCount, failed};
use crate::{Result, fold};

/// The largest archive that is read, in bytes: phones write 2,000.
const MAX_ARCHIVE: usize = 64 << 10;
/// The longest name that is kept, in bytes.
const MAX_NAME: usize = 200;

/// `placeType` of a name.
const COUNTRY: i64 = 1;
const STATE: i64 = 2;
const CITY: i64 = 4;
const OF_INTEREST: i64 = 8;

const TABLES: &str = "
    CREATE TEMP TABLE place (id TEXT PRIMARY KEY, title TEXT, country TEXT);
    CREATE TEMP TABLE place_photo (photo INTEGER PRIMARY KEY, place TEXT, name TEXT, spot TEXT, city TEXT, state TEXT,
        words TEXT);";

/// One place as the phone tells it.
#[derive(Debug, Default, PartialEq, Eq)]
struct Found {
    code: Option<String>,
    country: Option<String>,
    state: Option<String>,
    city: Option<String>,
    interest: Option<String>,
    /// All its names, for a search.
    all: Vec<String>,
}

/// A place in words, for what is written beside a picture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Words {
    /// As people say it: `St James's Park, London, United Kingdom`.
    pub name: String,
    /// A sight, a park.
    pub spot: Option<String>,
    pub city: Option<String>,
    pub state: Option<String>,
    pub country: Option<String>,
}

impl Photos {
    /// The towns and regions in which the pictures of the main grid were taken, those with most pictures first.
    pub fn places(&mut self) -> Result<Vec<PlaceCount>> {
        self.read_places()?;
        let sql = format!(
            "SELECT place.id AS place, place.title AS title, country, COUNT(*) AS pictures, photo.id AS newest,
                 MAX(COALESCE(created, -1e12))
             FROM place_photo JOIN photo ON photo.id = photo JOIN place ON place.id = place
             WHERE {SHOWN} GROUP BY place.id ORDER BY pictures DESC, place.title"
        );
        let mut statement = self.library.prepare(&sql).map_err(failed)?;
        let places = statement.query_map([], |row| {
            Ok(PlaceCount {
                id: row.get("place")?,
                title: row.get("title")?,
                country: row.get("country")?,
                count: row.get("pictures")?,
                cover: Some(format!("photo/{}", row.get::<_, i64>("newest")?)),
            })
        });
        places.and_then(Iterator::collect).map_err(failed)
    }

    /// The places of pictures in words.
    pub(super) fn places_of(&self, ids: &[i64]) -> Result<BTreeMap<i64, Words>> {
        self.read_places()?;
        let sql =
            "SELECT name, spot, city, state, country FROM place_photo JOIN place ON place.id = place WHERE photo = ?";
        let mut statement = self.library.prepare_cached(sql).map_err(failed)?;
        let mut found = BTreeMap::new();
        for id in ids {
            let words = statement.query_row([id], |row| {
                let [spot, city, state, country] = [1, 2, 3, 4].map(|column| row.get(column));
                Ok(Words { name: row.get(0)?, spot: spot?, city: city?, state: state?, country: country? })
            });
            found.extend(words.optional().map_err(failed)?.map(|words| (*id, words)));
        }
        Ok(found)
    }

    /// Fills the tables `place` and `place_photo`, unless that was done.
    pub(super) fn read_places(&self) -> Result<()> {
        if self.places_read.get().is_some() {
            return Ok(());
        }
        self.fill_places().map_err(failed)?;
        let _ = self.places_read.set(());
        Ok(())
    }

    fn fill_places(&self) -> rusqlite::Result<()> {
        let changes = self.library.unchecked_transaction()?;
        changes.execute_batch(TABLES)?;
        let known = columns(&self.library, "ZADDITIONALASSETATTRIBUTES")?;
        if known.contains("ZREVERSELOCATIONDATA") && known.contains("ZASSET") {
            let sql = "SELECT ZASSET, ZREVERSELOCATIONDATA FROM ZADDITIONALASSETATTRIBUTES
                WHERE ZREVERSELOCATIONDATA IS NOT NULL AND ZASSET IS NOT NULL";
            let mut statement = changes.prepare(sql)?;
            let mut rows = statement.query([])?;
            let mut place = changes.prepare("INSERT OR IGNORE INTO place VALUES (?, ?, ?)")?;
            let mut photo = changes.prepare("INSERT OR REPLACE INTO place_photo VALUES (?, ?, ?, ?, ?, ?, ?)")?;
            while let Some(row) = rows.next()? {
                let bytes = row.get_ref(1)?.as_blob().ok().filter(|bytes| bytes.len() <= MAX_ARCHIVE);
                let found = bytes.and_then(Found::read).and_then(|found| Some((found.place()?, found)));
                if let (Some(((id, title), found)), Ok(asset)) = (found, row.get::<_, i64>(0)) {
                    place.execute(params![id, title, found.country])?;
                    let (name, words) = (found.name(), found.words());
                    photo.execute(params![asset, id, name, found.interest, found.city, found.state, words])?;
                }
            }
        }
        changes.commit()
    }
}

impl Found {
    fn read(bytes: &[u8]) -> Option<Found> {
        let tree = archive::unarchive(bytes).ok()?.into_dictionary()?;
        let inside = |name: &str| tree.get(name).and_then(Value::as_dictionary);
        let address = |name: &str| inside("postalAddress").and_then(|address| named(address, name));
        let infos = inside("mapItem").and_then(|item| item.get("sortedPlaceInfos")).and_then(Value::as_array);
        let infos: Vec<(i64, String)> = infos.into_iter().flatten().filter_map(info).collect();
        // Names are sorted by their area: of two cities the smaller comes first, which the phone shows.
        let of_type = |wanted: i64| infos.iter().find(|(kind, _)| *kind == wanted).map(|(_, name)| name.clone());
        let found = Found {
            code: named(&tree, "countryCode").or_else(|| address("_ISOCountryCode")),
            country: address("_country").or_else(|| of_type(COUNTRY)),
            state: address("_state").or_else(|| of_type(STATE)),
            city: address("_city").or_else(|| address("_subAdministrativeArea")).or_else(|| of_type(CITY)),
            interest: of_type(OF_INTEREST),
            all: infos.iter().map(|(_, name)| name.clone()).chain(address("_subLocality")).collect(),
        };
        Some(found)
    }

    /// Id and title of the town, else the region, else the country.
    fn place(&self) -> Option<(String, String)> {
        let title = [&self.city, &self.state, &self.country].into_iter().flatten().next()?.clone();
        let state = self.state.as_deref().filter(|_| self.city.is_some());
        let parts = [self.code.as_deref().or(self.country.as_deref()), state, Some(&title)];
        // A slash in a name would only make an id ambiguous, never lead anywhere.
        Some((parts.into_iter().flatten().collect::<Vec<_>>().join("/"), title))
    }

    fn name(&self) -> String {
        let mut parts: Vec<&str> = Vec::new();
        let region = self.state.as_ref().filter(|_| self.city.is_none());
        for part in [self.interest.as_ref(), self.city.as_ref(), region, self.country.as_ref()].into_iter().flatten() {
            if parts.last() != Some(&part.as_str()) {
                parts.push(part);
            }
        }
        parts.join(", ")
    }

    /// What a search looks at.
    fn words(&self) -> String {
        let named = [&self.city, &self.state, &self.country].into_iter().flatten();
        let mut words: Vec<String> = self.all.iter().chain(named).map(|name| fold(name)).collect();
        words.sort();
        words.dedup();
        words.join(" ")
    }
}

/// Reads the archive of a place; whether it names one. For [`crate::fuzzing`].
pub fn place(bytes: &[u8]) -> bool {
    Found::read(bytes).is_some_and(|found| {
        assert!(found.name().len() <= 4 * (MAX_NAME + 2));
        found.place().is_some()
    })
}

/// Type and name of one entry of `sortedPlaceInfos`.
fn info(entry: &Value) -> Option<(i64, String)> {
    let entry = entry.as_dictionary()?;
    Some((entry.get("placeType")?.as_signed_integer()?, named(entry, "name")?))
}

/// A name with something in it, of a fit length.
fn named(fields: &Dictionary, name: &str) -> Option<String> {
    let text = fields.get(name)?.as_string()?.trim();
    (!text.is_empty() && text.len() <= MAX_NAME).then(|| text.to_owned())
}
