//! How a location is sealed, for people.

use super::{json, line, rows, text};
use serde_json::Value;

pub fn on(location: &Value, sheet: &Value, as_json: bool) {
    if as_json {
        return json(location);
    }
    line(&format!("New versions in {} are sealed with the key {}.", text(location, "path"), key(location)));
    line(&format!("Its recovery key is in {}: print it, keep the paper, delete the file.", text(sheet, "path")));
    line("Without that sheet and this computer's keychain nobody can open these versions.");
}

pub fn off(location: &Value, as_json: bool) {
    if as_json {
        return json(location);
    }
    line(&format!("New versions in {} are not sealed. Those that are stay so.", text(location, "path")));
}

pub fn unlocked(taken: &Value, as_json: bool) {
    if as_json {
        return json(taken);
    }
    let location = &taken["location"];
    line(&format!("{}  {} versions", text(location, "path"), location["versions"]));
    if let Some(problem) = taken["forgotten"]["message"].as_str() {
        line(&format!("The key is right, but was not kept for the next time. {problem}"));
    }
    missing(location);
}

/// What is still needed, if anything.
pub fn missing(location: &Value) {
    let sealing = &location["sealing"];
    let needs: Vec<&str> = rows(&sealing["needs"]).filter_map(Value::as_str).collect();
    if !needs.is_empty() {
        let (count, keys) = (&sealing["unreadable"], needs.join(", "));
        line(&format!(
            "{}  sealed: the key {keys} is not on this computer, {count} versions cannot be read (seal unlock)",
            text(location, "path")
        ));
    }
}

fn key(location: &Value) -> &str {
    location["sealing"]["key"].as_str().unwrap_or_default()
}
