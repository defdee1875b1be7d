//! Keeping the backups of other programs, and keeping folders for them.

use crate::door::{Door, optional, whole};
use crate::options::At;
use crate::passwords::Source;
use crate::print;
use engine::api::imports::ImportedBackup;
use engine::api::jobs::JobResult;
use engine::api::{ApiError, Code, Result};
use serde_json::json;
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Import {
    /// Backups, or folders that hold some: then all of these that are whole and not imported yet, oldest first
    #[arg(required = true)]
    folders: Vec<PathBuf>,
    /// Only tell what backups are there
    #[arg(long)]
    list: bool,
    /// Keep what there is of backups that were cut or lack files: to look inside, never to restore from
    #[arg(long)]
    incomplete: bool,
    /// With a password, an encrypted one is checked file by file; it is kept whole without
    #[command(flatten)]
    at: At,
}

pub async fn import(door: &Door, asked: Import) -> Result<()> {
    let folders = asked.folders.iter().map(|folder| whole(folder)).collect::<Result<Vec<_>>>()?;
    if asked.list {
        let mut found = Vec::new();
        for folder in &folders {
            let looked = door.call("import.check", json!({ "folder": folder })).await?;
            found.extend(print::rows(&looked["backups"]).cloned());
        }
        print::imports::found(&json!(found), door.json);
        return Ok(());
    }
    let location = optional(asked.at.location)?;
    let mut body = json!({ "folders": folders, "location": location, "incomplete": asked.incomplete });
    if asked.at.password_stdin {
        body["password"] = Source::new(true).password("Backup password")?.as_str().into();
    }
    match door.ended("import.start", body).await?.result {
        Some(JobResult::Imported { backups }) => all_kept(&backups),
        _ => Ok(()),
    }
}

/// A script must notice when something was not kept.
fn all_kept(backups: &[ImportedBackup]) -> Result<()> {
    match backups.iter().find_map(|backup| backup.problem.clone()) {
        Some(problem) => Err(problem),
        None => Ok(()),
    }
}

#[derive(clap::Args)]
pub struct Native {
    /// A version's id, or `latest`
    #[arg(required_unless_present = "keep", conflicts_with = "keep")]
    version: Option<String>,
    /// The folder to write to; the backup becomes `<UDID>` in it
    #[arg(long, required_unless_present = "keep", conflicts_with = "keep")]
    to: Option<PathBuf>,
    /// Keep the newest version of each device of a location as such a folder, brought up to date after each backup; or stop that
    #[arg(long, value_enum, requires = "location")]
    keep: Option<Switch>,
    /// The folder that holds the store
    #[arg(long)]
    location: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, clap::ValueEnum)]
pub enum Switch {
    On,
    Off,
}

pub async fn native(door: &Door, asked: Native) -> Result<()> {
    let location = optional(asked.location)?;
    match (asked.keep, asked.version, asked.to) {
        (Some(keep), ..) => {
            door.call("location.add", json!({ "path": location })).await?;
            door.job("native.keep", json!({ "path": location, "on": keep == Switch::On })).await
        }
        (None, Some(version), Some(to)) => {
            let body = json!({ "version": version, "to": whole(&to)?, "location": location });
            door.job("native.start", body).await
        }
        // The command line asks for both.
        _ => Err(ApiError::new(Code::BadRequest, "Name a version and a folder to write to.")),
    }
}
