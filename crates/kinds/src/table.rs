//! The two formats every kind has: its rows as CSV or JSON.

use std::path::Path;

use export::{AtomicFile, Cell, Column, RowSource, Written, csv, json};

use crate::{Error, Format, Progress, Reader, Result};

pub const CSV: Format = Format { id: "csv", title: "Spreadsheet (CSV)", extension: Some("csv") };
pub const JSON: Format = Format { id: "json", title: "JSON", extension: Some("json") };

/// Writes the rows of `ids` to a new file in `to`, called `name` with the extension of `format` (`csv` or `json`).
pub fn export_table(
    reader: &mut dyn Reader,
    ids: &[i64],
    format: &str,
    to: &Path,
    name: &str,
    run: &mut dyn Progress,
) -> Result<Written> {
    let write = match format {
        "csv" => csv::write,
        "json" => json::write,
        _ => return Err(Error::UnknownFormat { kind: "These items", format: format.to_owned() }),
    };
    let mut file = AtomicFile::create(to, &format!("{name}.{format}"))?;
    let mut watched = Watched { rows: reader.rows(ids)?, run, done: 0, total: ids.len() as u64, cancelled: false };
    let items = write(&mut watched, &mut file)?;
    if watched.cancelled {
        return Err(Error::Cancelled);
    }
    let bytes = file.bytes();
    Ok(Written { items, files: 1, bytes, skipped: Vec::new(), main: file.finish()? })
}

/// Rows that tell how far they are, and end early when asked to stop.
struct Watched<'a, 'r> {
    rows: Box<dyn RowSource + 'a>,
    run: &'r mut dyn Progress,
    done: u64,
    total: u64,
    cancelled: bool,
}

impl RowSource for Watched<'_, '_> {
    fn columns(&self) -> &[Column] {
        self.rows.columns()
    }

    fn next(&mut self) -> Option<Vec<Cell>> {
        if !self.run.step(self.done, self.total) {
            self.cancelled = true;
            return None;
        }
        self.done += 1;
        self.rows.next()
    }
}
