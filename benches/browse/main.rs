//! Opening a version of 500,000 files to its first screen, and scrolling a conversation of 100,000 messages.
//!
//! Goal: the first screen under one second with warm caches. The peer for a page of messages is Debian's `sqlite3`, which prints
//! the same rows undecoded: the ratio says what bodies, people, reactions and attachments cost on top of SQLite.

use benches::{Phone, answer, beside, median, run};
use engine::{Config, Engine, api};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

const RUNS: usize = 5;
const PAGE: u64 = 200;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = match std::env::var_os("HEIRLOOM_BENCH_FOLDER") {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir()?,
    };
    let quick = std::env::args().any(|argument| argument == "--quick");
    let (files, scale, longest) = if quick { (20_000, 1.0, 5_000) } else { (500_000, 20.0, 100_000) };
    let home = folder.path().join("home");
    let phone = Phone::start(
        &folder.path().join("phone"),
        &[
            "--scale".into(),
            scale.to_string(),
            "--longest-conversation".into(),
            longest.to_string(),
            "--extra-files".into(),
            files.to_string(),
        ],
    )?;
    run(Command::new(beside("heirloom"))
        .args(["--json", "back-up"])
        .env("HEIRLOOM_HOME", &home)
        .env("USBMUXD_SOCKET_ADDRESS", &phone.address))?;
    drop(phone);

    let mut opening = Vec::new();
    for _ in 0..RUNS {
        opening.push(first_screen(&home).await?);
    }
    let part = |which: fn(&FirstScreen) -> Duration| millis(median(opening.iter().map(which).collect()));
    println!(
        "version of {files} extra files, scale {scale}: first screen {:.0} ms (medians of {RUNS}, warm): the version {:.0} ms, its \
         conversations {:.0} ms, a screen of them {:.0} ms",
        part(|took| took.version + took.conversations + took.screen),
        part(|took| took.version),
        part(|took| took.conversations),
        part(|took| took.screen)
    );
    scroll(&home).await?;
    in_a_window(&home)?;
    photos_in_a_window(&home)?;
    Ok(())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

async fn engine(home: &Path) -> Result<Engine, String> {
    let config = Config { watch_devices: false, index: false, ..Config::below(home) };
    Engine::start(config).await.map_err(|error| error.message)
}

async fn call(engine: &Engine, name: &str, body: Value) -> Result<Value, String> {
    api::call(engine, name, body).await.map_err(|error| format!("{name}: {}", error.message))
}

struct FirstScreen {
    version: Duration,
    conversations: Duration,
    screen: Duration,
}

/// From the click on a listed version to its conversations on screen, in an engine that has not opened it before.
async fn first_screen(home: &Path) -> Result<FirstScreen, String> {
    let engine = engine(home).await?;
    call(&engine, "versions.list", json!({})).await?;
    let started = Instant::now();
    let opened = call(&engine, "version.open", json!({ "version": "latest" })).await?;
    let version = started.elapsed();
    let view = call(&engine, "view.open", json!({ "version": opened["version"]["id"], "kind": "messages" })).await?;
    let conversations = started.elapsed() - version;
    call(&engine, "view.rows", json!({ "view": view["view"], "from": 0, "count": 50 })).await?;
    let screen = started.elapsed() - version - conversations;
    engine.stop().await;
    Ok(FirstScreen { version, conversations, screen })
}

/// The longest conversation, page by page from its end, as scrolling up asks for it.
async fn scroll(home: &Path) -> Result<(), String> {
    let engine = engine(home).await?;
    let opened = call(&engine, "version.open", json!({ "version": "latest" })).await?;
    let version = &opened["version"]["id"];
    let view = call(&engine, "view.open", json!({ "version": version, "kind": "messages" })).await?;
    let cards = call(&engine, "view.rows", json!({ "view": view["view"], "from": 0, "count": 1000 })).await?;
    let mut longest = (0, Value::Null);
    for card in cards.as_array().into_iter().flatten() {
        let thread = call(
            &engine,
            "conversation.open",
            json!({ "version": version, "kind": "messages", "conversation": card["id"] }),
        )
        .await?;
        let count = thread["count"].as_u64().unwrap_or(0);
        if count > longest.0 {
            longest = (count, thread["view"].clone());
        } else {
            call(&engine, "view.close", json!({ "view": thread["view"] })).await?;
        }
    }
    let (count, view) = longest;
    let mut pages = Vec::new();
    for page in 0..40 {
        let from = count.saturating_sub((page + 1) * PAGE);
        let started = Instant::now();
        call(&engine, "conversation.rows", json!({ "view": view, "from": from, "count": PAGE })).await?;
        pages.push(started.elapsed());
    }
    let worst = pages.iter().max().copied().unwrap_or_default();
    let own = median(pages);
    let peer = sqlite3(&engine, version, home).await?;
    println!(
        "conversation of {count} messages: a page of {PAGE} in {:.1} ms (median of 40), {:.1} ms at worst; sqlite3 alone {:.1} ms, {:.1} times that",
        millis(own),
        millis(worst),
        millis(peer),
        own.as_secs_f64() / peer.as_secs_f64()
    );
    engine.stop().await;
    Ok(())
}

/// What a script of `tests/web` saw in Chromium without a graphics card.
fn seen(script: &str, home: &Path, arguments: &[&str]) -> Result<Value, Box<dyn std::error::Error>> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/web").join(script);
    let mut node = Command::new("node");
    let (seen, _) =
        answer(node.arg(script).arg(home).args(arguments).env("HEIRLOOM_WEB_HOST", beside("web-host")), "")?;
    Ok(seen)
}

/// The same conversation scrolled with a wheel.
fn in_a_window(home: &Path) -> Result<(), Box<dyn std::error::Error>> {
    let seen = seen("scroll.js", home, &[])?;
    let number = |name: &str| seen[name].as_f64().unwrap_or(f64::NAN);
    println!(
        "conversation of {} messages in a window: {} frames, {} took over 100 ms, {:.0} ms at worst; its middle was empty for {:.0} \
         ms at most",
        seen["count"],
        seen["frames"],
        seen["late"],
        number("worst"),
        number("missing")
    );
    Ok(())
}

/// The photos scrolled with a wheel, and jumped about in; those there are, and so many that they come again and again.
fn photos_in_a_window(home: &Path) -> Result<(), Box<dyn std::error::Error>> {
    for arguments in [&[][..], &["200000"]] {
        let seen = seen("scroll-photos.js", home, arguments)?;
        for (how, took) in [("wheeled", &seen["wheeled"]), ("scrubbed", &seen["scrubbed"])] {
            println!(
                "{} photos {how} in a window: {} frames, {} took over 50 ms, {} ms at worst; tiles came {} ms after a stop (median), \
                 {} ms beyond 200 ms at most; pictures {} ms and {} ms",
                seen["count"],
                took["frames"],
                took["late"],
                took["worst"],
                took["tiles"],
                took["tilesBlank"],
                took["pictures"],
                took["picturesBlank"]
            );
        }
    }
    Ok(())
}

/// What `sqlite3` takes to print the newest page of the longest chat, its start included.
async fn sqlite3(engine: &Engine, version: &Value, home: &Path) -> Result<Duration, String> {
    let to = home.join("sms.db");
    let asked = json!({ "version": version, "domain": "HomeDomain", "path": "Library/SMS/sms.db", "to": to });
    call(engine, "file.saveAs", asked).await?;
    let longest = "SELECT chat_id FROM chat_message_join GROUP BY chat_id ORDER BY count(*) DESC LIMIT 1";
    let chat = Command::new("sqlite3").arg(&to).arg(longest).output().map_err(|error| error.to_string())?;
    let query = format!(
        "SELECT m.* FROM chat_message_join j JOIN message m ON m.ROWID = j.message_id
         WHERE j.chat_id = {} ORDER BY j.message_date DESC LIMIT {PAGE}",
        String::from_utf8_lossy(&chat.stdout).trim()
    );
    let mut times = Vec::new();
    for _ in 0..RUNS {
        times.push(run(Command::new("sqlite3").arg(&to).arg(&query)).map_err(|error| error.to_string())?.wall);
    }
    Ok(median(times))
}
