//! Exporting items of a kind.

use crate::door::{Door, optional, whole};
use crate::options::At;
use chrono::{DateTime, Days, Local, NaiveDate, TimeZone};
use clap::Args;
use engine::api::{ApiError, Code, Result};
use serde_json::json;
use std::path::PathBuf;

#[derive(Args)]
pub struct Export {
    kind: String,
    version: String,
    /// Such as txt, csv, json, vcf, folder; see `kinds --json`
    #[arg(long)]
    format: String,
    /// The folder to export to
    #[arg(long, required_unless_present = "again")]
    to: Option<PathBuf>,
    /// Only these items, by id
    #[arg(long, value_delimiter = ',')]
    ids: Option<Vec<i64>>,
    /// Of conversations, only messages from this day on, such as 2026-11-30
    #[arg(long, value_name = "DATE")]
    from: Option<String>,
    /// Of conversations, only messages up to the end of this day
    #[arg(long, value_name = "DATE")]
    until: Option<String>,
    /// Of conversations, only these messages, by id
    #[arg(long, value_delimiter = ',', value_name = "IDS")]
    messages: Option<Vec<i64>>,
    /// Of conversations, the messages without their attachments
    #[arg(long)]
    no_attachments: bool,
    /// List the SHA-256 of every file, and tell which version it came from
    #[arg(long)]
    hashes: bool,
    /// Add what is new to this folder of an earlier export of conversations, or go on with one of photos
    #[arg(long, value_name = "FOLDER", conflicts_with = "to")]
    again: Option<PathBuf>,
    #[command(flatten)]
    photos: Photos,
    #[command(flatten)]
    at: At,
}

/// How photos are exported as files.
#[derive(Args)]
struct Photos {
    /// Of photos that were edited: as taken, as edited, or both, which is usual
    #[arg(long, value_parser = ["originals", "edits", "both"])]
    content: Option<String>,
    /// Make HEIC photos JPEGs of this quality
    #[arg(long, value_name = "1-100", value_parser = clap::value_parser!(u8).range(1..=100))]
    jpeg: Option<u8>,
    /// Write what is known of each photo into an XMP file beside it
    #[arg(long)]
    sidecars: bool,
    /// Put photos into folders by the day or month they were taken, or by album
    #[arg(long, value_parser = ["flat", "day", "month", "album"])]
    folders: Option<String>,
    /// What photos are called, with {name}, {date}, {time}, {number} and {album}; their own names when left out
    #[arg(long, value_name = "PATTERN")]
    names: Option<String>,
}

pub async fn export(door: &Door, asked: Export) -> Result<()> {
    if asked.kind == "photos" && asked.format == "folder" {
        return photos(door, asked).await;
    }
    let Photos { content, jpeg, sidecars, folders, names } = &asked.photos;
    if content.is_some() || jpeg.is_some() || *sidecars || folders.is_some() || names.is_some() {
        let message = "--content, --jpeg, --sidecars, --folders and --names are for photos --format folder.";
        return Err(ApiError::new(Code::BadRequest, message));
    }
    let version = door.open(&asked.version, asked.at).await?;
    let body = json!({
        "version": version,
        "kind": asked.kind,
        "format": asked.format,
        "to": optional(asked.to)?.unwrap_or_default(),
        "ids": asked.ids,
        "from": asked.from.as_deref().map(begin_of).transpose()?,
        "until": asked.until.as_deref().map(end_of).transpose()?,
        "messages": asked.messages,
        "attachments": !asked.no_attachments,
        "hashes": asked.hashes,
        "again": asked.again.as_deref().map(whole).transpose()?,
    });
    door.job("export.start", body).await
}

async fn photos(door: &Door, asked: Export) -> Result<()> {
    let dated = asked.from.is_some() || asked.until.is_some();
    if dated || asked.messages.is_some() || asked.no_attachments || asked.hashes {
        let message = "--from, --until, --messages, --no-attachments and --hashes are for conversations.";
        return Err(ApiError::new(Code::BadRequest, message));
    }
    let version = door.open(&asked.version, asked.at).await?;
    let Photos { content, jpeg, sidecars, folders, names } = asked.photos;
    let body = json!({
        "version": version,
        "to": optional(asked.to)?.unwrap_or_default(),
        "ids": asked.ids,
        "content": content.as_deref().unwrap_or("both"),
        "jpeg": jpeg,
        "sidecars": sidecars,
        "folders": folders.as_deref().unwrap_or("flat"),
        "names": names,
        "again": asked.again.as_deref().map(whole).transpose()?,
    });
    door.job("photos.export", body).await
}

/// The first millisecond of a day here.
fn begin_of(day: &str) -> Result<i64> {
    Ok(midnight(parse(day)?, day)?.timestamp_millis())
}

/// The last millisecond of a day here.
fn end_of(day: &str) -> Result<i64> {
    let next = parse(day)?.checked_add_days(Days::new(1)).ok_or_else(|| no_day(day))?;
    Ok(midnight(next, day)?.timestamp_millis() - 1)
}

fn parse(day: &str) -> Result<NaiveDate> {
    NaiveDate::parse_from_str(day, "%Y-%m-%d").map_err(|_| no_day(day))
}

/// When a day begins; where clocks jump over midnight, an hour later.
fn midnight(date: NaiveDate, day: &str) -> Result<DateTime<Local>> {
    let hours = (0..3).filter_map(|hour| date.and_hms_opt(hour, 0, 0));
    hours.filter_map(|at| Local.from_local_datetime(&at).earliest()).next().ok_or_else(|| no_day(day))
}

fn no_day(day: &str) -> ApiError {
    ApiError::new(Code::BadRequest, format!("\"{day}\" is no day: write it as in 2026-11-30."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_whole() {
        let (begin, end) = (begin_of("2026-02-28").unwrap(), end_of("2026-02-28").unwrap());
        assert_eq!(end - begin, 24 * 60 * 60 * 1000 - 1);
        assert_eq!(end_of("2026-02-28").unwrap() + 1, begin_of("2026-03-01").unwrap());
        for wrong in ["", "2026-02-30", "28.2.2026", "yesterday"] {
            assert_eq!(begin_of(wrong).unwrap_err().code, Code::BadRequest, "{wrong}");
        }
    }
}
