//! Finding cards by words, in every version at once.

use super::fill;
use crate::Engine;
use crate::api::Result;
use crate::api::browse::{Hit, SearchResults};
use rusqlite::{Connection, Row, params};

const HITS: i64 = 500;

/// Cards in which every word of `text` occurs (the last one as a beginning), best first. From a damaged index comes nothing:
/// all that is to be indexed again is pending then.
pub fn find(engine: &Engine, text: &str, udid: Option<&str>) -> Result<SearchResults> {
    let index = &engine.0.index;
    let broken = |error| index.broken(error);
    match index.reader().map_err(broken).and_then(|reader| find_in(engine, &reader, text, udid)) {
        Err(_) if index.is_damaged() => {
            let empty = super::empty().map_err(broken)?;
            find_in(engine, &empty, text, udid)
        }
        found => found,
    }
}

fn find_in(engine: &Engine, index: &Connection, text: &str, udid: Option<&str>) -> Result<SearchResults> {
    let standing = fill::standing(engine, index)?;
    let (pending, locked) = (standing.pending.len() as u64, standing.locked);
    if pending > 0 {
        fill::new_version(engine);
    }
    let Some(words) = words(text) else { return Ok(SearchResults { hits: Vec::new(), pending, locked }) };
    let hits = hits(index, &words, udid).map_err(|error| engine.0.index.broken(error))?;
    Ok(SearchResults { hits, pending, locked })
}

fn hits(index: &Connection, words: &str, udid: Option<&str>) -> rusqlite::Result<Vec<Hit>> {
    let mut query = index.prepare(
        "SELECT kind, cards.udid, cards.title, cards.text, at, opens, first, last, cards.store,
                (SELECT seq FROM versions v WHERE v.store = cards.store AND v.udid = cards.udid ORDER BY made DESC LIMIT 1),
                (SELECT max(seq) FROM versions v
                 WHERE v.store = cards.store AND v.udid = cards.udid AND seq BETWEEN first AND last) AS there
         FROM words JOIN cards ON cards.id = words.rowid
         WHERE words MATCH ?1 AND (?2 IS NULL OR cards.udid = ?2) AND there IS NOT NULL
         ORDER BY rank, at DESC LIMIT ?3",
    )?;
    query.query_map(params![words, udid, HITS], hit)?.collect()
}

fn hit(row: &Row<'_>) -> rusqlite::Result<Hit> {
    let (udid, first, last): (String, i64, i64) = (row.get(1)?, row.get(6)?, row.get(7)?);
    let (store, newest, there): (String, Option<i64>, i64) = (row.get(8)?, row.get(9)?, row.get(10)?);
    Ok(Hit {
        kind: row.get(0)?,
        version: crate::library::version_id(&udid, there as u64, &store),
        udid,
        title: row.get(2)?,
        text: row.get(3)?,
        when: row.get(4)?,
        opens: row.get(5)?,
        first: first as u64,
        last: last as u64,
        // An older backup imported later has a higher number: what counts is when a version was made.
        vanished: newest.is_some_and(|newest| !(first..=last).contains(&newest)),
    })
}

/// The words as an FTS5 query in which nothing a person types is an operator; `None` when there are none.
fn words(text: &str) -> Option<String> {
    let words: Vec<String> = text.split_whitespace().map(|word| format!("\"{}\"", word.replace('"', "\"\""))).collect();
    (!words.is_empty()).then(|| format!("{}*", words.join(" ")))
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn what_people_type_is_never_an_operator() {
        assert_eq!(words("anna OR \"x").unwrap(), "\"anna\" \"OR\" \"\"\"x\"*");
        assert_eq!(words("  "), None);
    }
}
