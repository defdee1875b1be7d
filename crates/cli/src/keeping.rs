//! Looking after what is kept, from the terminal.

use crate::door::{Door, optional, whole};
use crate::print;
use clap::Subcommand;
use engine::api::{ApiError, Code, Result};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

#[derive(Subcommand)]
pub enum Keeping {
    /// List the locations: where, how many versions, how much is free, what the disk or share is and can do
    Stores,
    /// Move all versions of a location to another folder; the same command goes on with a move that was cut
    Move {
        from: PathBuf,
        to: PathBuf,
        /// Afterwards delete the copy that stays at the old place when the two lie on different disks
        #[arg(long)]
        delete_old: bool,
    },
    /// Choose where the next versions of a device go
    KeepIn {
        /// A known location; the default one when left out
        location: Option<PathBuf>,
        /// A device's UDID; the only one there is when left out
        #[arg(long)]
        device: Option<String>,
    },
    /// Look whether everything in a location is there, or with --bytes whether every byte is still what was stored
    Verify {
        location: PathBuf,
        /// Read everything; takes as long as the disk takes
        #[arg(long)]
        bytes: bool,
    },
    /// Give up a version; it can be brought back for 7 days
    Expire {
        /// A version's id
        #[arg(required_unless_present = "dry_run", conflicts_with = "dry_run")]
        version: Option<String>,
        /// Only tell what the rule of the location would give up
        #[arg(long)]
        dry_run: bool,
        /// All known locations when left out
        #[arg(long)]
        location: Option<PathBuf>,
    },
    /// Make an expired version one of the versions again, or list those that can be
    BringBack {
        /// A version's id; the list when left out
        version: Option<String>,
        #[arg(long)]
        location: Option<PathBuf>,
    },
    /// Take away what no version of a location needs any more, 7 days after
    Reclaim { location: PathBuf },
    /// Keep a version whatever the rule
    Pin {
        version: String,
        #[arg(long)]
        location: Option<PathBuf>,
    },
    /// Take the pin of a version away
    Unpin {
        version: String,
        #[arg(long)]
        location: Option<PathBuf>,
    },
    /// Tell whether a version could be restored: everything is there, its list opens, its password is known
    Readiness {
        /// A version's id, or `latest`
        version: String,
        #[arg(long)]
        location: Option<PathBuf>,
    },
}

pub async fn run(door: &Door, command: Keeping) -> Result<()> {
    match command {
        Keeping::Stores => stores(door).await?,
        Keeping::Move { from, to, delete_old } => relocate(door, &from, &to, delete_old).await?,
        Keeping::KeepIn { location, device } => {
            let (udid, location) = (door.known_device(device).await?, optional(location)?);
            door.call("device.keepIn", json!({ "udid": udid, "location": location })).await?;
            print::keeping::kept_in(&udid, location.as_deref(), door.json);
        }
        Keeping::Verify { location, bytes } => {
            let depth = if bytes { "bytes" } else { "presence" };
            door.job("location.verify", json!({ "path": whole(&location)?, "depth": depth })).await?;
        }
        Keeping::Expire { version: Some(version), location, .. } => {
            let asked = json!({ "version": version, "location": optional(location)? });
            print::keeping::expired(&json!([door.call("version.expire", asked).await?]), door.json);
        }
        Keeping::Expire { location, .. } => dry_run(door, location).await?,
        Keeping::BringBack { version, location } => bring_back(door, version, location).await?,
        Keeping::Reclaim { location } => door.job("location.reclaim", json!({ "path": whole(&location)? })).await?,
        Keeping::Pin { version, location } => pin(door, version, location, true).await?,
        Keeping::Unpin { version, location } => pin(door, version, location, false).await?,
        Keeping::Readiness { version, location } => {
            let asked = json!({ "version": version, "location": optional(location)? });
            print::keeping::readiness(&door.call("version.readiness", asked).await?, door.json);
        }
    }
    Ok(())
}

/// The locations, each with what stands behind it where it can be reached.
async fn stores(door: &Door) -> Result<()> {
    let mut known = door.call("locations.list", json!({})).await?;
    for location in known.as_array_mut().into_iter().flatten() {
        if location["problem"].is_null() && !location["free"].is_null() {
            // One that went away in between is told the next time.
            let volume = door.call("location.volume", json!({ "path": location["path"] })).await;
            location["volume"] = volume.unwrap_or(Value::Null);
        }
    }
    print::keeping::stores(&known, door.json);
    Ok(())
}

async fn relocate(door: &Door, from: &Path, to: &Path, delete_old: bool) -> Result<()> {
    let (from, to) = (whole(from)?, whole(to)?);
    let known = door.call("locations.list", json!({})).await?;
    let moved_before = !print::rows(&known).any(|location| location["path"] == from.as_str());
    let volume = door.call("location.volume", json!({ "path": to })).await;
    // Only the old copy is left to be deleted.
    let old = volume.ok().filter(|volume| moved_before && volume["oldCopy"] == from.as_str());
    if old.is_none() {
        door.job("location.move", json!({ "from": from, "to": to })).await?;
    }
    if delete_old && door.call("location.volume", json!({ "path": to })).await?["oldCopy"].is_string() {
        door.job("location.removeOld", json!({ "path": to })).await?;
    }
    Ok(())
}

async fn pin(door: &Door, version: String, location: Option<PathBuf>, pinned: bool) -> Result<()> {
    let asked = json!({ "version": version, "location": optional(location)?, "pinned": pinned });
    print::keeping::pinned(&door.call("version.pin", asked).await?, pinned, door.json);
    Ok(())
}

/// The location named, or all known ones that can be reached.
async fn locations(door: &Door, named: Option<PathBuf>) -> Result<Vec<String>> {
    if let Some(path) = optional(named)? {
        return Ok(vec![path]);
    }
    let known = door.call("locations.list", json!({})).await?;
    // Without a store there are no versions; what is wrong with a location `stores` tells.
    let usable = print::rows(&known).filter(|location| location["problem"].is_null() && !location["free"].is_null());
    Ok(usable.filter_map(|location| location["path"].as_str().map(str::to_string)).collect())
}

async fn dry_run(door: &Door, location: Option<PathBuf>) -> Result<()> {
    let mut plans = Vec::new();
    for path in locations(door, location).await? {
        let planned = door.call("retention.preview", json!({ "path": path })).await?;
        plans.extend(print::rows(&planned).cloned());
    }
    print::keeping::plans(&json!(plans), door.json);
    Ok(())
}

async fn bring_back(door: &Door, version: Option<String>, location: Option<PathBuf>) -> Result<()> {
    let mut all: Vec<Value> = Vec::new();
    for path in locations(door, location).await? {
        let expired = door.call("expired.list", json!({ "path": path })).await?;
        all.extend(print::rows(&expired).cloned());
    }
    let Some(version) = version else {
        print::keeping::expired(&json!(all), door.json);
        return Ok(());
    };
    let named = |id: &str| id == version || id.split_once('.').is_some_and(|(short, _)| short == version);
    let fitting: Vec<&Value> = all.iter().filter(|gone| gone["version"]["id"].as_str().is_some_and(named)).collect();
    let [gone] = fitting.as_slice() else {
        let message = "No expired version of that id can be brought back.";
        return Err(ApiError::new(Code::VersionNotFound, message).detail(version));
    };
    let of = &gone["version"];
    let asked = json!({ "udid": of["udid"], "number": of["number"], "path": of["location"] });
    let back = door.call("version.bringBack", asked).await?;
    print::versions(&json!({ "versions": [back], "damaged": [] }), door.json);
    Ok(())
}
