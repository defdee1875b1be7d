//! The table: named columns and rows that are made one at a time.

use serde::{Serialize, Serializer};
use time::OffsetDateTime;
use ts_rs::TS;

/// One value of a table.
#[derive(TS, Clone, Debug, Default, PartialEq)]
#[ts(type = "null | string | number | boolean")]
pub enum Cell {
    #[default]
    Empty,
    Text(String),
    Integer(i64),
    Number(f64),
    /// Unix milliseconds UTC; written as ISO 8601.
    Time(i64),
    Bool(bool),
}

/// A column: `key` names it in JSON, `title` heads it in CSV.
#[derive(Serialize, TS, Clone, Copy, Debug, PartialEq, Eq)]
pub struct Column {
    pub key: &'static str,
    pub title: &'static str,
}

/// The rows of a table, each made when it is asked for, so that memory stays flat.
///
/// A row that cannot be read is left out and counted by the source; it never ends the table.
pub trait RowSource {
    fn columns(&self) -> &[Column];
    /// The next row, with one cell per column; `None` after the last.
    fn next(&mut self) -> Option<Vec<Cell>>;
}

/// Rows that are already there, or come from an iterator.
pub struct Rows<I> {
    columns: &'static [Column],
    rows: I,
}

impl<I: Iterator<Item = Vec<Cell>>> Rows<I> {
    pub fn new(columns: &'static [Column], rows: impl IntoIterator<IntoIter = I>) -> Rows<I> {
        Rows { columns, rows: rows.into_iter() }
    }
}

impl<I: Iterator<Item = Vec<Cell>>> RowSource for Rows<I> {
    fn columns(&self) -> &[Column] {
        self.columns
    }

    fn next(&mut self) -> Option<Vec<Cell>> {
        self.rows.next()
    }
}

impl Cell {
    /// The text, or [`Cell::Empty`] for none.
    pub fn text(value: Option<impl Into<String>>) -> Cell {
        value.map_or(Cell::Empty, |text| Cell::Text(text.into()))
    }

    /// The instant, or [`Cell::Empty`] for none.
    pub fn time(value: Option<i64>) -> Cell {
        value.map_or(Cell::Empty, Cell::Time)
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Cell {
        Cell::Text(text)
    }
}

impl Serialize for Cell {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        match self {
            Cell::Empty => out.serialize_unit(),
            Cell::Text(text) => out.serialize_str(text),
            Cell::Integer(number) => out.serialize_i64(*number),
            Cell::Number(number) => out.serialize_f64(*number),
            Cell::Time(ms) => iso_time(*ms).serialize(out),
            Cell::Bool(value) => out.serialize_bool(*value),
        }
    }
}

/// Unix milliseconds as ISO 8601 in UTC: `2026-11-22T21:49:03Z`, with `.123` only when there are any.
///
/// `None` outside the years 0 to 9999.
pub fn iso_time(ms: i64) -> Option<String> {
    let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(ms) * 1_000_000).ok()?;
    if !(0..=9999).contains(&at.year()) {
        return None;
    }
    let (date, time) = (at.date(), at.time());
    let mut text = format!(
        "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}",
        date.year(),
        u8::from(date.month()),
        date.day(),
        time.hour(),
        time.minute(),
        time.second()
    );
    if time.millisecond() != 0 {
        text.push_str(&format!(".{:03}", time.millisecond()));
    }
    text.push('Z');
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_iso_in_utc() {
        assert_eq!(iso_time(0).as_deref(), Some("1970-01-01T00:00:00Z"));
        assert_eq!(iso_time(1_795_384_143_007).as_deref(), Some("2026-11-22T21:49:03.007Z"));
        assert_eq!(iso_time(-1).as_deref(), Some("1969-12-31T23:59:59.999Z"));
        assert_eq!(iso_time(i64::MAX), None);
    }

    #[test]
    fn cells_are_plain_json_values() {
        let cells = [Cell::Empty, "a".into(), Cell::Integer(-3), Cell::Number(1.5), Cell::Time(0), Cell::Bool(true)];
        assert_eq!(serde_json::to_string(&cells).unwrap(), r#"[null,"a",-3,1.5,"1970-01-01T00:00:00Z",true]"#);
        assert_eq!(serde_json::to_string(&Cell::Time(i64::MIN)).unwrap(), "null");
    }
}
