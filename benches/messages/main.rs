//! A million messages: looking at them, finding in them, indexing them, and exporting them beside imessage-exporter.
//!
//! Goals: exports to HTML and text three times as fast as imessage-exporter on the same database, in less memory; the search
//! index filled at 100,000 messages a second on one core. Attachments are left out on both sides: copying them measures the disk.
//! Needs some 30 GB of space; `--quick` makes do with a fiftieth of it.

use benches::{Phone, Took, beside, median, run};
use engine::{Config, Engine, api};
use serde_json::{Value, json};
use std::error::Error;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const RUNS: usize = 3;
const MB: f64 = 1_000_000.0;
/// A word the pretend phone's people say now and then.
const WORD: &str = "tomorrow";

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let Some(peer) = std::env::var_os("HEIRLOOM_IMESSAGE_EXPORTER") else {
        return Err("`cargo xtask bench messages` installs the program this is measured against".into());
    };
    let folder = match std::env::var_os("HEIRLOOM_BENCH_FOLDER") {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir()?,
    };
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (scale, longest) = if quick { (1.3, 4_000) } else { (67.0, 200_000) };
    let home = folder.path().join("home");
    back_up(folder.path(), &home, scale, longest)?;
    std::fs::remove_dir_all(folder.path().join("phone"))?;
    look(&home).await?;
    index(&home).await?;
    std::fs::remove_dir_all(home.join("native"))?;
    let database = folder.path().join("sms.db");
    save_database(&home, &database).await?;
    for format in ["html", "txt"] {
        let to = folder.path().join(format);
        let ours = run(Command::new(beside("heirloom"))
            .args(["--json", "export", "messages", "latest", "--no-attachments", "--format", format, "--to"])
            .arg(to.join("ours"))
            .env("HEIRLOOM_HOME", &home))?;
        let theirs = run(Command::new(&peer)
            .args(["--copy-method", "disabled", "--platform", "macOS", "--format", format, "--db-path"])
            .arg(&database)
            .arg("--export-path")
            .arg(to.join("theirs")))?;
        tell(format, &ours, &theirs);
        std::fs::remove_dir_all(&to)?;
    }
    Ok(())
}

fn back_up(folder: &Path, home: &Path, scale: f64, longest: u64) -> Result<(), Box<dyn Error>> {
    let size = ["--scale".into(), scale.to_string(), "--longest-conversation".into(), longest.to_string()];
    let phone = Phone::start(&folder.join("phone"), &size)?;
    run(Command::new(beside("heirloom"))
        .args(["--json", "back-up"])
        .env("HEIRLOOM_HOME", home)
        .env("USBMUXD_SOCKET_ADDRESS", &phone.address))?;
    Ok(())
}

async fn engine(home: &Path) -> Result<Engine, String> {
    let config = Config { watch_devices: false, index: false, ..Config::below(home) };
    Engine::start(config).await.map_err(|error| error.message)
}

async fn call(engine: &Engine, name: &str, body: Value) -> Result<Value, String> {
    api::call(engine, name, body).await.map_err(|error| format!("{name}: {}", error.message))
}

/// What one look at the conversations took.
struct Look {
    list: Duration,
    open: Duration,
    find: Duration,
    messages: u64,
    found: usize,
}

/// The first list of conversations, the longest of them opened at its end, and a word found in it.
async fn look(home: &Path) -> Result<(), String> {
    let mut looks = Vec::new();
    for _ in 0..RUNS {
        let engine = engine(home).await?;
        let opened = call(&engine, "version.open", json!({ "version": "latest" })).await?;
        let version = &opened["version"]["id"];
        let started = Instant::now();
        let view = call(&engine, "view.open", json!({ "version": version, "kind": "messages" })).await?;
        call(&engine, "view.rows", json!({ "view": view["view"], "from": 0, "count": 50 })).await?;
        let list = started.elapsed();
        let longest = longest(&engine, version, &view).await?;
        let started = Instant::now();
        let asked = json!({ "version": version, "kind": "messages", "conversation": longest });
        let thread = call(&engine, "conversation.open", asked).await?;
        let messages = thread["count"].as_u64().unwrap_or(0);
        let newest = json!({ "view": thread["view"], "from": messages.saturating_sub(100), "count": 100 });
        call(&engine, "conversation.rows", newest).await?;
        let open = started.elapsed();
        let started = Instant::now();
        let found = call(&engine, "conversation.find", json!({ "view": thread["view"], "text": WORD })).await?;
        let (find, found) = (started.elapsed(), found.as_array().map_or(0, Vec::len));
        looks.push(Look { list, open, find, messages, found });
        engine.stop().await;
    }
    let part = |which: fn(&Look) -> Duration| median(looks.iter().map(which).collect()).as_secs_f64() * 1000.0;
    let last = looks.last().ok_or("nothing was looked at")?;
    println!(
        "first list of conversations {:.0} ms; a conversation of {} messages opened in {:.0} ms, \"{WORD}\" found {} times in {:.0} ms",
        part(|look| look.list),
        last.messages,
        part(|look| look.open),
        last.found,
        part(|look| look.find)
    );
    Ok(())
}

/// The conversation with the most messages.
async fn longest(engine: &Engine, version: &Value, view: &Value) -> Result<Value, String> {
    let cards = call(engine, "view.rows", json!({ "view": view["view"], "from": 0, "count": 1000 })).await?;
    let mut longest = (0, Value::Null);
    for card in cards.as_array().into_iter().flatten() {
        let asked = json!({ "version": version, "kind": "messages", "conversation": card["id"] });
        let thread = call(engine, "conversation.open", asked).await?;
        call(engine, "view.close", json!({ "view": thread["view"] })).await?;
        let count = thread["count"].as_u64().unwrap_or(0);
        if count >= longest.0 {
            longest = (count, card["id"].clone());
        }
    }
    Ok(longest.1)
}

/// How fast a kind hands out what the search index takes, from a backup folder as other programs write it.
async fn index(home: &Path) -> Result<(), Box<dyn Error>> {
    let engine = engine(home).await?;
    let folder = home.join("native");
    let opened = call(&engine, "version.open", json!({ "version": "latest" })).await?;
    let asked = json!({ "version": opened["version"]["id"], "location": opened["version"]["location"], "to": folder });
    let job = call(&engine, "native.start", asked).await?;
    let written = loop {
        let jobs = call(&engine, "jobs.list", json!({})).await?;
        let found = jobs.as_array().into_iter().flatten().find(|one| one["id"] == job["job"]).cloned();
        match found.filter(|one| !one["ended"].is_null()) {
            Some(ended) => break ended["result"]["path"].as_str().map(str::to_owned),
            None => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    };
    engine.stop().await;
    let written = written.ok_or("the backup folder could not be written")?;
    let scratch = home.join("scratch");
    std::fs::create_dir_all(&scratch)?;
    let files = std::sync::Arc::new(backup::Folder::new(std::path::PathBuf::from(written)));
    let backup = std::sync::Arc::new(backup::Backup::open(files, &scratch)?);
    let Some(kind) = kinds::by_id("messages") else { return Err("no messages".into()) };
    let kinds::Opened::Here(mut reader) = kind.open(backup)? else { return Err("no messages".into()) };
    let started = Instant::now();
    let mut cards = 0_u64;
    reader.index(&mut |_| cards += 1)?;
    let took = started.elapsed().as_secs_f64();
    println!("index: {cards} messages handed out in {took:.1} s on one core, {:.0} a second", cards as f64 / took);
    Ok(())
}

async fn save_database(home: &Path, to: &Path) -> Result<(), String> {
    let engine = engine(home).await?;
    let opened = call(&engine, "version.open", json!({ "version": "latest" })).await?;
    let version = &opened["version"]["id"];
    let asked = json!({ "version": version, "domain": "HomeDomain", "path": "Library/SMS/sms.db", "to": to });
    call(&engine, "file.saveAs", asked).await?;
    engine.stop().await;
    Ok(())
}

fn tell(format: &str, ours: &Took, theirs: &Took) {
    println!(
        "export to {format}: {:.1} s, {:.0} MB at most; imessage-exporter {:.1} s, {:.0} MB: {:.1} times as fast, {:.2} of the memory",
        ours.wall.as_secs_f64(),
        ours.memory as f64 / MB,
        theirs.wall.as_secs_f64(),
        theirs.memory as f64 / MB,
        theirs.wall.as_secs_f64() / ours.wall.as_secs_f64(),
        ours.memory as f64 / theirs.memory as f64
    );
}
