//! CSV for spreadsheets: RFC 4180, UTF-8 with a byte order mark, CRLF.

use std::io::Write;

use crate::{Cell, Column, Error, Result, RowSource, iso_time};

const BOM: &str = "\u{feff}";

/// Writes all rows under a line of titles; returns how many rows.
///
/// Text that a spreadsheet would run as a formula gets an apostrophe before it.
pub fn write(rows: &mut dyn RowSource, out: &mut dyn Write) -> Result<u64> {
    write_titles(rows.columns(), out)?;
    let mut written = 0;
    while let Some(cells) = rows.next() {
        write_row(&cells, out)?;
        written += 1;
    }
    Ok(written)
}

/// Begins a table: the mark of UTF-8 and the line of titles.
pub fn write_titles(columns: &[Column], out: &mut dyn Write) -> Result<()> {
    let titles: Vec<Cell> = columns.iter().map(|column| Cell::from(column.title)).collect();
    out.write_all(BOM.as_bytes()).map_err(Error::Output)?;
    write_row(&titles, out)
}

/// Writes one line.
pub fn write_row(cells: &[Cell], out: &mut dyn Write) -> Result<()> {
    let mut line = String::new();
    push_line(&mut line, cells);
    out.write_all(line.as_bytes()).map_err(Error::Output)
}

fn push_line(line: &mut String, cells: &[Cell]) {
    for (index, cell) in cells.iter().enumerate() {
        if index > 0 {
            line.push(',');
        }
        match cell {
            Cell::Empty => {}
            Cell::Text(text) => push_text(line, text),
            Cell::Integer(number) => line.push_str(&number.to_string()),
            Cell::Number(number) => line.push_str(&number.to_string()),
            Cell::Time(ms) => line.push_str(&iso_time(*ms).unwrap_or_default()),
            Cell::Bool(value) => line.push_str(if *value { "true" } else { "false" }),
        }
    }
    line.push_str("\r\n");
}

fn push_text(line: &mut String, text: &str) {
    let guarded = is_formula(text);
    if !guarded && !text.contains([',', '"', '\r', '\n']) {
        line.push_str(text);
        return;
    }
    line.push('"');
    if guarded {
        line.push('\'');
    }
    line.push_str(&text.replace('"', "\"\""));
    line.push('"');
}

/// Whether a spreadsheet would take the text for a formula: it begins with `=`, `@`, a tab or a line break, or with
/// `+` or `-` without being a plain number (so that phone numbers keep their `+`).
fn is_formula(text: &str) -> bool {
    let mut characters = text.chars();
    match characters.next() {
        Some('=' | '@' | '\t' | '\r' | '\n' | '\u{ff1d}' | '\u{ff20}' | '\u{ff0b}' | '\u{ff0d}') => true,
        Some('+' | '-') => !characters.all(|c| c.is_ascii_digit() || " ().-/".contains(c)),
        _ => false,
    }
}

#[cfg(test)]
mod tests;
