//! Which photos, in which order.

use std::collections::{BTreeMap, HashMap};

use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::{Counts, Day, Photos, TypeCount, asset, failed};
use crate::{Query, Result};

/// The orders there are; the first is the usual one.
pub const SORTS: [&str; 3] = ["newest", "oldest", "added"];

/// Values of the filter `type`: id, what people call it, condition.
pub(super) const TYPES: [(&str, &str, &str); 14] = [
    ("photo", "Photos", "NOT video"),
    ("video", "Videos", "video"),
    ("live", "Live Photos", "live"),
    ("selfie", "Selfies", "selfie"),
    ("portrait", "Portraits", "portrait"),
    ("panorama", "Panoramas", "panorama"),
    ("burst", "Bursts", "burst IS NOT NULL"),
    ("screenshot", "Screenshots", "screenshot"),
    ("recording", "Screen Recordings", "subtype = 103"),
    ("slow-motion", "Slo-mo", "subtype = 101"),
    ("time-lapse", "Time-lapse", "subtype = 102"),
    ("raw", "RAW", "file LIKE '%.dng'"),
    ("edited", "Edited", "edited"),
    ("cloud", "Only in iCloud", "id IN (SELECT photo FROM away)"),
];

/// What the phone shows in its library.
pub(super) const SHOWN: &str = "NOT deleted AND NOT hidden AND NOT shared AND NOT aside";

impl Photos {
    /// The pictures that match, newest first.
    ///
    /// Filters: `album` = id, `folder` = id (of all albums below it), `person` = id, `place` = id, `keyword` = its text,
    /// `favourites`, `hidden`, `deleted`, `shared` = `1`, `type` = one of [`Counts::types`]. Several must all hold. Days are
    /// whole in every order by time: pictures are ordered by the day where they were taken, within it by the instant.
    pub fn ids(&mut self, query: &Query) -> Result<Vec<i64>> {
        let (conditions, values) = self.conditions(query)?;
        let order = match query.sort.as_deref() {
            Some("oldest") => "day IS NULL, day, created, id",
            Some("added") => "added IS NULL, added DESC, id DESC",
            _ => "day DESC, created DESC, id DESC",
        };
        let sql = format!("SELECT id FROM photo WHERE {conditions} ORDER BY {order}");
        let mut statement = self.library.prepare(&sql).map_err(failed)?;
        let ids = statement.query_map(params_from_iter(values), |row| row.get(0)).map_err(failed)?;
        ids.collect::<rusqlite::Result<_>>().map_err(failed)
    }

    /// The days of these pictures, in their order.
    pub fn days(&mut self, ids: &[i64]) -> Result<Vec<Day>> {
        let mut statement = self.library.prepare("SELECT id, day FROM photo").map_err(failed)?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?))).map_err(failed)?;
        let known: HashMap<i64, Option<i64>> = rows.collect::<rusqlite::Result<_>>().map_err(failed)?;
        let mut days: Vec<Day> = Vec::new();
        let mut last = None;
        for (position, id) in ids.iter().enumerate() {
            let number = known.get(id).copied().flatten();
            if last == Some(number)
                && let Some(day) = days.last_mut()
            {
                day.count += 1;
                continue;
            }
            last = Some(number);
            let from = u32::try_from(position).unwrap_or(u32::MAX);
            days.push(Day { day: number.map(asset::day).unwrap_or_default(), from, count: 1 });
        }
        Ok(days)
    }

    /// How many there are of what can be filtered for, and how many originals are missing.
    pub fn counts(&mut self) -> Result<Counts> {
        let missing = u32::try_from(self.missing()?).unwrap_or(u32::MAX);
        Ok(Counts { missing, ..self.tally()? })
    }

    /// The same without looking for the originals, which takes longer.
    pub(super) fn tally(&self) -> Result<Counts> {
        let count = |condition: &str| format!("COUNT(*) FILTER (WHERE {condition})");
        let mut columns = vec![
            count(SHOWN),
            count(&format!("favourite AND {SHOWN}")),
            count("hidden AND NOT deleted"),
            count("deleted"),
            count("shared AND NOT deleted"),
        ];
        columns.extend(TYPES.iter().map(|(id, _, condition)| count(&format!("{condition} AND {}", scope_of_type(id)))));
        let sql = format!("SELECT {} FROM photo", columns.join(", "));
        self.library
            .query_row(&sql, [], |row| {
                let mut types = Vec::new();
                for (at, (id, title, _)) in TYPES.iter().enumerate() {
                    types.push(TypeCount { id, title, count: row.get(5 + at)? });
                }
                types.retain(|found| found.count > 0);
                Ok(Counts {
                    shown: row.get(0)?,
                    favourites: row.get(1)?,
                    hidden: row.get(2)?,
                    deleted: row.get(3)?,
                    shared: row.get(4)?,
                    missing: 0,
                    types,
                })
            })
            .map_err(failed)
    }
}

/// The rest of a burst is shown among the bursts only.
fn scope_of_type(id: &str) -> &'static str {
    if id == "burst" { "NOT deleted AND NOT hidden AND NOT shared" } else { SHOWN }
}

impl Photos {
    fn conditions(&self, query: &Query) -> Result<(String, Vec<Value>)> {
        let mut values = Vec::new();
        let mut all = vec![self.scope(&query.filter)?];
        if query.filter.get("favourites").is_some_and(|on| on == "1") {
            all.push("favourite".to_owned());
        }
        if let Some(kind) = query.filter.get("type") {
            all.push(TYPES.iter().find(|(id, _, _)| id == kind).map_or("0", |(_, _, condition)| condition).to_owned());
        }
        self.facets(&query.filter, &mut all, &mut values)?;
        all.extend(self.search(query.text.as_deref().unwrap_or_default(), &mut values)?);
        Ok((all.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(" AND "), values))
    }

    /// Where to look: an album, or one of the lists that the phone shows apart.
    fn scope(&self, filter: &BTreeMap<String, String>) -> Result<String> {
        let on = |key: &str| filter.get(key).is_some_and(|on| on == "1");
        let in_albums = |albums: &[String]| {
            let albums = albums.join(", ");
            format!("NOT deleted AND NOT hidden AND id IN (SELECT photo FROM album_photo WHERE album IN ({albums}))")
        };
        if filter.contains_key("album") || filter.contains_key("folder") {
            let id = |key: &str| filter.get(key).and_then(|id| id.parse::<i64>().ok());
            let albums = match (id("album"), id("folder")) {
                _ if !self.library.has.albums => return Ok("0".to_owned()),
                (Some(album), _) => vec![album],
                (None, Some(folder)) => self.albums_below(folder)?,
                (None, None) => return Ok("0".to_owned()),
            };
            return Ok(in_albums(&albums.iter().map(i64::to_string).collect::<Vec<_>>()));
        }
        Ok(match () {
            () if on("deleted") => "deleted",
            () if on("hidden") => "hidden AND NOT deleted",
            () if on("shared") => "shared AND NOT deleted",
            () => scope_of_type(filter.get("type").map_or("", String::as_str)),
        }
        .to_owned())
    }

    /// People, places and keywords.
    fn facets(&self, filter: &BTreeMap<String, String>, all: &mut Vec<String>, values: &mut Vec<Value>) -> Result<()> {
        if let Some(person) = filter.get("person") {
            let known = person.parse().ok().filter(|_| self.library.has.people).map(Value::Integer);
            all.push(of("person_photo WHERE person = ?", known, values));
        }
        if let Some(place) = filter.get("place") {
            self.read_places()?;
            all.push(of("place_photo WHERE place = ?", Some(Value::Text(place.clone())), values));
        }
        if let Some(keyword) = filter.get("keyword") {
            let known = self.library.has.keywords.then(|| Value::Text(keyword.clone()));
            all.push(of("keyword_photo JOIN ZKEYWORD ON Z_PK = keyword WHERE ZTITLE = ?", known, values));
        }
        Ok(())
    }
}

/// The condition that a picture is in one of the views of pictures; never where there is no such thing.
fn of(rows: &str, value: Option<Value>, values: &mut Vec<Value>) -> String {
    match value {
        Some(value) => {
            values.push(value);
            format!("id IN (SELECT photo FROM {rows})")
        }
        None => "0".to_owned(),
    }
}
