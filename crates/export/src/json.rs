//! JSON: one array of objects, written row by row.

use std::io::{self, Write};

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::{Cell, Column, Error, Result, RowSource};

/// Writes all rows as objects keyed by the columns; returns how many rows.
pub fn write(rows: &mut dyn RowSource, out: &mut dyn Write) -> Result<u64> {
    let columns = rows.columns().to_vec();
    let mut written = 0;
    out.write_all(b"[").map_err(Error::Output)?;
    while let Some(cells) = rows.next() {
        let before: &[u8] = if written == 0 { b"\n" } else { b",\n" };
        out.write_all(before).map_err(Error::Output)?;
        let row = Row { columns: &columns, cells: &cells };
        serde_json::to_writer(&mut *out, &row).map_err(|error| Error::Output(io::Error::from(error)))?;
        written += 1;
    }
    out.write_all(b"\n]\n").map_err(Error::Output)?;
    Ok(written)
}

struct Row<'a> {
    columns: &'a [Column],
    cells: &'a [Cell],
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, out: S) -> std::result::Result<S::Ok, S::Error> {
        let mut map = out.serialize_map(Some(self.columns.len()))?;
        for (index, column) in self.columns.iter().enumerate() {
            map.serialize_entry(column.key, self.cells.get(index).unwrap_or(&Cell::Empty))?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rows;

    const COLUMNS: [Column; 2] = [Column { key: "name", title: "Name" }, Column { key: "n", title: "N" }];

    #[test]
    fn rows_become_objects_in_column_order() {
        let mut out = Vec::new();
        let mut rows = Rows::new(&COLUMNS, vec![vec!["a \"b\"\n".into(), Cell::Integer(1)], vec![Cell::Empty]]);
        assert_eq!(write(&mut rows, &mut out).unwrap(), 2);
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text, "[\n{\"name\":\"a \\\"b\\\"\\n\",\"n\":1},\n{\"name\":null,\"n\":null}\n]\n");
        assert!(serde_json::from_str::<serde_json::Value>(&text).is_ok());
    }

    #[test]
    fn an_empty_table_is_an_empty_array() {
        let mut out = Vec::new();
        write(&mut Rows::new(&COLUMNS, []), &mut out).unwrap();
        assert_eq!(serde_json::from_slice::<Vec<u8>>(&out).unwrap(), Vec::<u8>::new());
    }
}
