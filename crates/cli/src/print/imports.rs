//! Backups of other programs, for people.

use super::{line, plain, size, table, text};
use engine::api::imports::ImportedBackup;
use serde_json::Value;

pub fn found(value: &Value, as_json: bool) {
    table(value, value, as_json, "No backup is there.", |backup| {
        let made = backup["made"].as_i64().and_then(engine::iso_time).unwrap_or_else(|| "no date".into());
        let encrypted = if backup["encrypted"] == true { "  encrypted" } else { "" };
        let state = match (backup["imported"].as_str(), backup["problem"]["message"].as_str()) {
            (Some(version), _) => format!("  kept as {version}"),
            (None, Some(problem)) => format!("  {problem}"),
            (None, None) => String::new(),
        };
        let name = format!("{}  {} {}", text(backup, "device_name"), text(backup, "model"), text(backup, "system"));
        format!("{made}  {}  {name}{encrypted}  {}{state}", text(backup, "udid"), text(backup, "folder"))
    });
}

pub fn imported(backups: &[ImportedBackup]) {
    for backup in backups {
        match (&backup.version, &backup.problem) {
            (Some(version), _) => {
                let sums = format!("{} files, {}", backup.files, size(Some(backup.bytes)));
                let shared = match backup.shared_bytes {
                    0 => String::new(),
                    bytes => format!(", {} shared with the folder", size(Some(bytes))),
                };
                line(&format!("{version}  {sums}, {} of them new{shared}", size(Some(backup.new_bytes))));
                if backup.missing > 0 {
                    line(&format!("  {} files were not in the folder; kept as incomplete", backup.missing));
                }
            }
            (None, Some(problem)) => eprintln!("{}: {}", plain(&backup.folder), plain(&problem.message)),
            (None, None) => {}
        }
    }
}
