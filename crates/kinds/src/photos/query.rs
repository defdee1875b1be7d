//! Which photos, in which order.

use std::collections::HashMap;

use rusqlite::params_from_iter;
use rusqlite::types::Value;

use super::{Counts, Day, Photos, TypeCount, asset, failed};
use crate::{Query, Result};

/// The orders there are; the first is the usual one.
pub const SORTS: [&str; 3] = ["newest", "oldest", "added"];

/// Values of the filter `type`: id, what people call it, condition.
const TYPES: [(&str, &str, &str); 12] = [
    ("photo", "Photos", "NOT video"),
    ("video", "Videos", "video"),
    ("live", "Live Photos", "live"),
    ("selfie", "Selfies", "selfie"),
    ("panorama", "Panoramas", "subtype = 1"),
    ("burst", "Bursts", "burst IS NOT NULL"),
    ("screenshot", "Screenshots", "screenshot"),
    ("recording", "Screen Recordings", "subtype = 103"),
    ("slow-motion", "Slo-mo", "subtype = 101"),
    ("time-lapse", "Time-lapse", "subtype = 102"),
    ("raw", "RAW", "file LIKE '%.dng'"),
    ("edited", "Edited", "edited"),
];

/// What the phone shows in its library.
const SHOWN: &str = "NOT deleted AND NOT hidden AND NOT shared AND NOT aside";

impl Photos {
    /// The pictures that match, newest first.
    ///
    /// Filters: `album` = id, `favourites`, `hidden`, `deleted`, `shared` = `1`, `type` = one of [`Counts::types`]. Days are
    /// whole in every order by time: pictures are ordered by the day where they were taken, within it by the instant.
    pub fn ids(&mut self, query: &Query) -> Result<Vec<i64>> {
        let (conditions, values) = conditions(query, self.library.albums);
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

    /// How many there are of what can be filtered for.
    pub fn counts(&mut self) -> Result<Counts> {
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

fn conditions(query: &Query, albums: bool) -> (String, Vec<Value>) {
    let wanted = |key: &str| query.filter.get(key).map(String::as_str);
    let on = |key: &str| wanted(key) == Some("1");
    let kind = TYPES.iter().find(|(id, _, _)| Some(*id) == wanted("type"));
    let mut values = Vec::new();
    let mut all = vec![];
    match (wanted("album").and_then(|album| album.parse::<i64>().ok()), kind) {
        (Some(album), _) if albums => {
            all.push("NOT deleted AND NOT hidden AND id IN (SELECT photo FROM album_photo WHERE album = ?)".to_owned());
            values.push(Value::Integer(album));
        }
        _ if wanted("album").is_some() => all.push("0".to_owned()),
        _ if on("deleted") => all.push("deleted".to_owned()),
        _ if on("hidden") => all.push("hidden AND NOT deleted".to_owned()),
        _ if on("shared") => all.push("shared AND NOT deleted".to_owned()),
        (_, Some((id, _, _))) => all.push(scope_of_type(id).to_owned()),
        _ => all.push(SHOWN.to_owned()),
    }
    if on("favourites") {
        all.push("favourite".to_owned());
    }
    if let Some(kind) = wanted("type") {
        all.push(TYPES.iter().find(|(id, _, _)| *id == kind).map_or("0", |(_, _, condition)| condition).to_owned());
    }
    for word in crate::fold(query.text.as_deref().unwrap_or_default()).split_whitespace() {
        let texts = ["original", "file", "title", "caption"].map(|text| format!("COALESCE({text}, '')"));
        all.push(format!("instr(fold({}), ?) > 0", texts.join(" || ' ' || ")));
        values.push(Value::Text(word.to_owned()));
    }
    (all.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(" AND "), values)
}
