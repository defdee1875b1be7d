//! `heirloom restore`: a version onto a device.

use crate::door::{Door, optional};
use crate::passwords::Source;
use crate::print;
use engine::api::{ApiError, Code, Result};
use serde_json::{Value, json};
use std::path::PathBuf;

#[derive(clap::Args)]
pub struct Restore {
    /// A version's id, or `latest` of the very device
    version: String,
    /// The device to restore to; the only attached one when left out
    #[arg(long)]
    to: Option<String>,
    /// Only look whether the device can take the version
    #[arg(long)]
    check: bool,
    /// The name of the device, to confirm that what is on it gets replaced
    #[arg(long, value_name = "NAME", required_unless_present = "check")]
    yes: Option<String>,
    /// Keep the device's own settings
    #[arg(long)]
    keep_settings: bool,
    /// Remove what is on the device and not in the version
    #[arg(long)]
    remove_others: bool,
    /// Do not restart the device at the end
    #[arg(long)]
    no_reboot: bool,
    /// Do not have the device download the apps of the version
    #[arg(long)]
    no_apps: bool,
    /// The folder that holds the store
    #[arg(long)]
    location: Option<PathBuf>,
    /// Read the backup password from the first line of standard input
    #[arg(long)]
    password_stdin: bool,
}

pub async fn run(door: &Door, asked: Restore) -> Result<()> {
    let udid = door.device(asked.to).await?;
    let location = optional(asked.location)?;
    let check = json!({ "version": asked.version, "location": location, "udid": udid });
    let found = door.call("restore.check", check).await?;
    if asked.check || found["ready"] != true {
        print::findings(&found["findings"], &found, door.json && asked.check);
        let refused = ApiError::new(Code::RestoreNotReady, "The restore was not started: something stands in the way.");
        return if asked.check { Ok(()) } else { Err(refused) };
    }
    if !door.json {
        print::findings(&found["findings"], &found, false);
    }
    let source = Source::new(asked.password_stdin);
    let wanted = asked.password_stdin || found["needsPassword"] == true;
    let password = if wanted { Value::from(source.password("Backup password")?.as_str()) } else { Value::Null };
    let order = json!({
        "version": asked.version,
        "location": location,
        "udid": udid,
        "keepSettings": asked.keep_settings,
        "removeOthers": asked.remove_others,
        "reboot": !asked.no_reboot,
        "apps": !asked.no_apps,
        "password": password,
        "confirmedName": asked.yes.unwrap_or_default(),
    });
    door.job("restore.start", order).await?;
    if !door.json {
        print::rows(&found["afterwards"]).filter_map(Value::as_str).for_each(print::line);
    }
    Ok(())
}
