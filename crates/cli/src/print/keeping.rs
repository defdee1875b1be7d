//! How well the locations are, for people.

use super::{json, line, plain, rows, size, table, text};
use engine::api::keeping::{Reclaimed, Verified};
use engine::api::locations::MovedLocation;
use serde_json::Value;

pub fn stores(value: &Value, as_json: bool) {
    if as_json {
        return json(value);
    }
    for location in rows(value) {
        let free = location["free"].as_u64().map_or(String::new(), |free| format!("  {} free", size(Some(free))));
        let volume = &location["volume"];
        let title = volume["title"].as_str().map_or(String::new(), |title| format!("  {title}"));
        let sealed = if location["sealing"]["on"] == true { "  sealed" } else { "" };
        line(&format!("{}  {} versions{free}{title}{sealed}", text(location, "path"), location["versions"]));
        rows(&volume["notes"]).for_each(|note| line(&format!("  {}", text(note, "text"))));
        if let Some(problem) = location["problem"]["message"].as_str() {
            line(&format!("  {problem}"));
        }
        super::sealing::missing(location);
    }
    if rows(value).next().is_none() {
        line("No location is known.");
    }
}

pub fn moved(done: &MovedLocation) {
    let how = if done.renamed { ", nothing had to be copied" } else { "" };
    line(&format!("moved to {}{how}", plain(&done.to)));
    if done.objects > 0 {
        line(&format!(
            "{} versions, {} contents, {}, each compared on the way",
            done.records,
            done.objects,
            size(Some(done.bytes))
        ));
        line(&format!(
            "The old copy in {} is still there; move once more with --delete-old to delete it.",
            plain(&done.from)
        ));
    }
    if done.damaged > 0 {
        line(&format!(
            "{} contents were damaged before and are not whole at the new place either; verify tells which files.",
            done.damaged
        ));
    }
}

pub fn kept_in(udid: &str, location: Option<&str>, as_json: bool) {
    if as_json {
        return json(&serde_json::json!({ "udid": udid, "location": location }));
    }
    line(&format!("the next versions of {udid} go to {}", location.unwrap_or("the default location")));
}

pub fn verified(found: &Verified) {
    line(&format!("{} contents looked at, {}", found.objects, size(Some(found.bytes))));
    for record in &found.records {
        line(&format!("damaged version of {}: {}: {}", record.udid, record.file, record.reason));
    }
    for damaged in &found.damaged {
        let state = if damaged.repaired { "repaired" } else { "damaged" };
        line(&format!("{state}: {}: {}", damaged.hash, damaged.reason));
        damaged.files.iter().for_each(|file| line(&format!("  {}  {}", file.version, file.path)));
        let more = damaged.files_count.saturating_sub(damaged.files.len() as u64);
        if more > 0 {
            line(&format!("  and {more} more"));
        }
    }
    if found.sealed > 0 {
        line(&format!("{} versions are sealed with a key that is not here; they were not looked at.", found.sealed));
    }
    match found.damaged_count {
        0 if found.records.is_empty() => line("Nothing is damaged."),
        0 => {}
        count => line(&format!(
            "{count} damaged. What was not repaired comes back with the next full backup (back-up --full) where the device still has it."
        )),
    }
}

pub fn reclaimed(done: &Reclaimed) {
    line(&format!(
        "{} versions given up, {} gone for good, {} freed ({} contents, {} still too young)",
        done.expired,
        done.versions,
        size(Some(done.bytes)),
        done.objects,
        done.kept_young
    ));
    if done.stopped {
        line("It ended early; the rest is for the next time.");
    }
}

pub fn expired(value: &Value, as_json: bool) {
    table(value, value, as_json, "No version can be brought back.", |gone| {
        let until = gone["until"].as_i64().and_then(engine::iso_time).unwrap_or_default();
        format!("{}  {}  can be brought back until {until}", text(&gone["version"], "id"), made(&gone["version"]))
    });
}

fn made(version: &Value) -> String {
    version["made"].as_i64().and_then(engine::iso_time).unwrap_or_default()
}

pub fn plans(value: &Value, as_json: bool) {
    if as_json {
        return json(value);
    }
    for plan in rows(value) {
        line(&format!("{}  {}", text(plan, "udid"), text(plan, "deviceName")));
        if let Some(paused) = plan["paused"].as_object() {
            line(&format!(
                "  paused: version {} has {} files, version {} had {}",
                paused["to"], paused["filesAfter"], paused["from"], paused["filesBefore"]
            ));
        }
        for version in rows(&plan["remove"]) {
            line(&format!("  give up  {}  {}", text(version, "id"), made(version)));
        }
        for kept in rows(&plan["keep"]) {
            let version = &kept["version"];
            line(&format!("  keep     {}  {}  {}", text(version, "id"), made(version), text(kept, "because")));
        }
        line(&format!("  frees {}", size(plan["frees"].as_u64())));
    }
    if rows(value).next().is_none() {
        line("There are no versions here.");
    }
}

pub fn pinned(value: &Value, pinned: bool, as_json: bool) {
    if as_json {
        return json(value);
    }
    line(if pinned { "pinned" } else { "not pinned any more" });
}

pub fn readiness(value: &Value, as_json: bool) {
    if as_json {
        return json(value);
    }
    for finding in rows(&value["findings"]) {
        line(&format!("{:<8} {}", text(finding, "state"), text(finding, "title")));
        if !text(finding, "advice").is_empty() {
            line(&format!("         {}", plain(text(finding, "advice"))));
        }
    }
    line(if value["ready"] == true { "ready" } else { "not ready" });
}
