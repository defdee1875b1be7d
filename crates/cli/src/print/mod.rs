//! Answers as text for people, or as JSON for programs.

pub mod imports;
mod job;
pub mod keeping;
pub mod sealing;

pub use job::{Progress, done, warnings};

use engine::api::ApiError;
use serde_json::Value;
use std::io::Write;

/// The items of a JSON array.
pub fn rows(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text<'a>(row: &'a Value, key: &str) -> &'a str {
    row[key].as_str().unwrap_or("")
}

/// Control characters in names of a phone must not reach the terminal.
pub fn plain(text: &str) -> String {
    text.chars().map(|letter| if letter.is_control() { ' ' } else { letter }).collect()
}

/// A pipe that was closed early (`heirloom list … | head`) is no failure.
pub fn line(text: &str) {
    let _ = writeln!(std::io::stdout(), "{}", plain(text));
}

pub fn json(value: &Value) {
    let _ = writeln!(std::io::stdout(), "{value:#}");
}

pub fn error(error: &ApiError, as_json: bool) {
    if as_json {
        json(&serde_json::json!(error));
        return;
    }
    eprintln!("heirloom: {}", plain(&error.message));
    if let Some(detail) = &error.detail {
        eprintln!("  ({})", plain(detail));
    }
}

/// Prints the answer as JSON, or each row as a line.
fn table(value: &Value, items: &Value, as_json: bool, nothing: &str, row: impl Fn(&Value) -> String) {
    if as_json {
        return json(value);
    }
    if rows(items).next().is_none() {
        line(nothing);
    }
    rows(items).for_each(|item| line(&row(item)));
}

pub fn devices(value: &Value, as_json: bool) {
    table(value, value, as_json, "No device is attached, and there are no versions yet.", |device| {
        let state = if device["attached"] == true { text(device, "trust") } else { "away" };
        format!(
            "{}  {}  {} {}  {state}  {} versions",
            text(device, "udid"),
            text(device, "name"),
            text(device, "model"),
            text(device, "system"),
            device["versions"]
        )
    });
}

pub fn versions(value: &Value, as_json: bool) {
    table(value, &value["versions"], as_json, "There are no versions here.", |version| {
        let made = version["made"].as_i64().and_then(engine::iso_time).unwrap_or_default();
        format!(
            "{}  {made}  {}  {} files  {}  +{}  {}{}",
            text(version, "id"),
            text(version, "device_name"),
            version["files"],
            size(version["bytes"].as_u64()),
            size(version["new_bytes"].as_u64()),
            text(version, "origin"),
            if version["incomplete"] == true { "  incomplete" } else { "" },
        )
    });
    if !as_json {
        for record in rows(&value["damaged"]) {
            let told = format!("{} {}: {}", text(record, "udid"), text(record, "file"), text(record, "reason"));
            eprintln!("damaged record: {}", plain(&told));
        }
        for version in rows(&value["sealed"]) {
            let made = version["made"].as_i64().and_then(engine::iso_time).unwrap_or_default();
            let (udid, key) = (text(version, "udid"), text(version, "key"));
            line(&format!("{udid}@{}  {made}  sealed: the key {key} is not on this computer", version["number"]));
        }
    }
}

/// What a version says of itself and is not true.
pub fn contradictions(sentences: &Value) {
    rows(sentences).filter_map(Value::as_str).for_each(|sentence| eprintln!("{}", plain(sentence)));
}

pub fn kinds(value: &Value, as_json: bool) {
    table(value, value, as_json, "Nothing.", |kind| {
        let problem = kind["problem"]["message"].as_str().or(kind["empty"].as_str()).unwrap_or("");
        format!(
            "{:<10} {:>8}  {problem}",
            text(kind, "id"),
            kind["count"].as_u64().map_or("?".to_string(), |count| count.to_string())
        )
    });
}

pub fn domains(value: &Value, as_json: bool) {
    table(value, value, as_json, "No files.", |domain| {
        format!("{:>8}  {}", domain["files"].as_u64().unwrap_or(0), text(domain, "domain"))
    });
}

pub fn files(value: &Value, as_json: bool) {
    table(value, value, as_json, "Nothing here.", |node| {
        let mark = if node["kind"] == "folder" { "/" } else { "" };
        format!(
            "{:>12}  {}{mark}",
            node["size"].as_u64().map_or(String::new(), |size| size.to_string()),
            text(node, "path")
        )
    });
}

/// Originals that are only in iCloud.
pub fn away(value: &Value, as_json: bool) {
    let count = value["count"].as_u64().unwrap_or(0);
    let nothing = match value["known"] == true {
        true => "All originals are on the device.",
        false => "The device does not tell which originals are only in iCloud.",
    };
    table(value, &value["originals"], as_json, nothing, |one| {
        let when = one["when"].as_i64().and_then(engine::iso_time).unwrap_or_default();
        format!("{:>12}  {when:<24}  {}", size(one["size"].as_u64()), text(one, "name"))
    });
    if !as_json && count > 0 {
        line(&format!("{count} originals are only in iCloud, {}.", size(value["bytes"].as_u64())));
    }
}

pub fn hits(value: &Value, as_json: bool) {
    table(value, &value["hits"], as_json, "Nothing found.", |hit| {
        let gone = if hit["vanished"] == true { "  (vanished)" } else { "" };
        format!("{}  {}  {}: {}{gone}", text(hit, "version"), text(hit, "kind"), text(hit, "title"), text(hit, "text"))
    });
}

pub fn saved(value: &Value, as_json: bool) {
    if as_json { json(value) } else { line(text(value, "path")) }
}

pub fn document(value: &Value, as_json: bool) {
    if as_json {
        return json(value);
    }
    line(text(value, "title"));
    for block in rows(&value["blocks"]) {
        match (text(block, "type"), &block["value"]) {
            ("fields", fields) => {
                rows(fields).for_each(|field| line(&format!("  {:<16} {}", text(field, "label"), text(field, "value"))))
            }
            ("list", items) => rows(items).for_each(|item| line(&format!("  - {}", item.as_str().unwrap_or("")))),
            (_, Value::String(words)) => line(words),
            _ => {}
        }
    }
}

/// What a reader left out, on the error stream so that the rows stay clean.
pub fn skipped(sentences: &Value) {
    rows(sentences).for_each(|sentence| eprintln!("{}", plain(sentence.as_str().unwrap_or(""))));
}

/// Cards in pages, as one JSON array or as lines.
pub struct Cards {
    json: bool,
    first: bool,
}

impl Cards {
    pub fn begin(json: bool) -> Cards {
        if json {
            let _ = write!(std::io::stdout(), "[");
        }
        Cards { json, first: true }
    }

    pub fn page(&mut self, cards: &Value) {
        for card in rows(cards) {
            if self.json {
                let _ = write!(std::io::stdout(), "{}{card}", if self.first { "\n" } else { ",\n" });
                self.first = false;
            } else {
                line(&format!(
                    "{:>8}  {}  {}",
                    card["id"].as_i64().unwrap_or(0),
                    text(card, "title"),
                    text(card, "subtitle")
                ));
            }
        }
    }

    pub fn end(self) {
        if self.json {
            let _ = writeln!(std::io::stdout(), "\n]");
        }
    }
}

pub fn apps(value: &Value, as_json: bool) {
    table(value, value, as_json, "There are no apps.", |app| {
        let sizes = match (app["appBytes"].as_u64(), app["dataBytes"].as_u64()) {
            (None, None) => String::new(),
            (app, data) => format!("  {} and {} of data", size(app), size(data)),
        };
        let shares = if app["sharesDocuments"] == true { "  shares documents" } else { "" };
        format!("{}  {}  {}{sizes}{shares}", text(app, "bundle"), text(app, "name"), text(app, "version"))
    });
}

pub fn findings(rows: &Value, whole: &Value, as_json: bool) {
    table(whole, rows, as_json, "Nothing was looked at.", |finding| {
        format!("{:<8} {} {}", text(finding, "state"), text(finding, "title"), text(finding, "advice"))
    });
}

/// The values of an object, one a line; groups within are indented.
pub fn facts(value: &Value, as_json: bool) {
    if as_json {
        return json(value);
    }
    for (key, value) in value.as_object().into_iter().flatten() {
        match value {
            Value::Object(group) => {
                line(key);
                group
                    .iter()
                    .for_each(|(key, value)| line(&format!("  {key:<12} {}", value.to_string().trim_matches('"'))));
            }
            Value::Null => {}
            value => line(&format!("{key:<14} {}", value.to_string().trim_matches('"'))),
        }
    }
}

pub fn known(value: &Value, as_json: bool) {
    table(value, value, as_json, "No password is in this computer's keychain.", |known| {
        format!("{}  {}", text(known, "udid"), text(known, "deviceName"))
    });
}

pub fn check(value: &Value, as_json: bool) {
    if as_json {
        return json(value);
    }
    line(match value["matches"].as_bool() {
        Some(true) if value["newest"] == true => "This is the password of the newest encrypted version.",
        Some(true) => "This password opens an older version, not the newest.",
        Some(false) => "This password opens none of the encrypted versions.",
        None => "There is no encrypted version to try it on.",
    });
}

pub fn keychain(value: &Value, as_json: bool) {
    table(value, &value["items"], as_json, "There are no passwords in this version.", |item| {
        format!("{:>6}  {:<8} {}  {}", item["id"], text(item, "kind"), text(item, "title"), text(item, "account"))
    });
}

pub fn secret(value: &Value, as_json: bool) {
    if as_json { json(value) } else { line(text(value, "secret")) }
}

pub fn size(bytes: Option<u64>) -> String {
    let bytes = bytes.unwrap_or(0) as f64;
    match bytes {
        b if b >= 1e9 => format!("{:.1} GB", b / 1e9),
        b if b >= 1e6 => format!("{:.1} MB", b / 1e6),
        b if b >= 1e3 => format!("{:.0} kB", b / 1e3),
        b => format!("{b} bytes"),
    }
}
