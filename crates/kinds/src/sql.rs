//! Reading SQLite without trusting its types: any column may hold anything.

use backup::{Backup, Database};
use rusqlite::types::ValueRef;
use rusqlite::{Connection, Params, Row};

use crate::{Error, Place, Report, Result};

/// The longest text that is taken; what is beyond is cut.
const MOST_TEXT: usize = 16 << 20;

/// The column as text, whatever it holds; `None` for NULL, an empty text and a missing column.
pub fn text(row: &Row, column: usize) -> Option<String> {
    let mut text = match row.get_ref(column).ok()? {
        ValueRef::Null => return None,
        ValueRef::Integer(number) => number.to_string(),
        ValueRef::Real(number) => number.to_string(),
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => {
            String::from_utf8_lossy(&bytes[..bytes.len().min(MOST_TEXT)]).into_owned()
        }
    };
    text.truncate(text.trim_end_matches('\0').len());
    (!text.is_empty()).then_some(text)
}

/// The column as a number with fractions; texts that spell one count.
pub fn real(row: &Row, column: usize) -> Option<f64> {
    let number = match row.get_ref(column).ok()? {
        ValueRef::Integer(number) => number as f64,
        ValueRef::Real(number) => number,
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok()?.trim().parse().ok()?,
        ValueRef::Null | ValueRef::Blob(_) => return None,
    };
    number.is_finite().then_some(number)
}

/// The column as a whole number; texts that spell one count.
pub fn integer(row: &Row, column: usize) -> Option<i64> {
    match row.get_ref(column).ok()? {
        ValueRef::Integer(number) => Some(number),
        ValueRef::Real(number) => Some(number as i64),
        ValueRef::Text(bytes) => std::str::from_utf8(bytes).ok()?.trim().parse().ok(),
        ValueRef::Null | ValueRef::Blob(_) => None,
    }
}

/// The column's bytes; `None` when it holds none.
pub fn bytes(row: &Row, column: usize) -> Option<Vec<u8>> {
    match row.get_ref(column).ok()? {
        ValueRef::Text(bytes) | ValueRef::Blob(bytes) if !bytes.is_empty() => Some(bytes.to_vec()),
        _ => None,
    }
}

/// Opens a database that can be done without: where it is damaged, a note in the report takes its place.
pub fn spare(backup: &Backup, place: Place, report: &mut Report) -> Result<Option<Database>> {
    use backup::Error::{BadFileId, ContentMissing, DatabaseDamaged};
    match backup.database(place.domain, place.path) {
        Err(error @ (DatabaseDamaged { .. } | ContentMissing { .. } | BadFileId { .. })) => {
            report.note(format!("{}: {error}.", place.path));
            Ok(None)
        }
        other => Ok(other?),
    }
}

/// Hands every row of a query to `take`.
///
/// A query that cannot even start is an error; a database that breaks off midway is noted in the report, and what was
/// read until then stays.
pub fn each(
    db: &Connection,
    kind: &'static str,
    sql: &str,
    params: impl Params,
    report: &mut Report,
    mut take: impl FnMut(&Row, &mut Report),
) -> Result<()> {
    let failed = |source| Error::Database { kind, source };
    let mut statement = db.prepare_cached(sql).map_err(failed)?;
    let mut rows = statement.query(params).map_err(failed)?;
    loop {
        match rows.next() {
            Ok(Some(row)) => take(row, report),
            Ok(None) => return Ok(()),
            Err(error) => {
                report.note(format!("The database is damaged; reading ended early ({error})."));
                return Ok(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_type_can_be_read_as_every_other() {
        let db = Connection::open_in_memory().unwrap();
        let sql = "SELECT 5, 1.5, ' 7 ', x'616200', NULL, '', x'ff'";
        db.query_row(sql, [], |row| {
            assert_eq!((text(row, 0).unwrap().as_str(), integer(row, 0), real(row, 0)), ("5", Some(5), Some(5.0)));
            assert_eq!((text(row, 1).unwrap().as_str(), integer(row, 1), real(row, 1)), ("1.5", Some(1), Some(1.5)));
            assert_eq!((integer(row, 2), real(row, 2)), (Some(7), Some(7.0)));
            assert_eq!((text(row, 3).unwrap().as_str(), integer(row, 3)), ("ab", None));
            assert_eq!((text(row, 4), real(row, 4), bytes(row, 4)), (None, None, None));
            assert_eq!((text(row, 5), bytes(row, 5)), (None, None));
            assert_eq!((text(row, 6).unwrap().as_str(), bytes(row, 6)), ("\u{fffd}", Some(vec![0xff])));
            assert_eq!((text(row, 99), integer(row, 99)), (None, None));
            Ok(())
        })
        .unwrap();
    }

    #[test]
    fn a_query_that_cannot_start_is_an_error() {
        let db = Connection::open_in_memory().unwrap();
        let mut report = Report::default();
        assert!(each(&db, "calls", "SELECT 1 FROM missing", [], &mut report, |_, _| {}).is_err());
        let mut read = 0;
        each(&db, "calls", "VALUES (1), (2)", [], &mut report, |_, _| read += 1).unwrap();
        assert_eq!((read, report), (2, Report::default()));
    }
}
