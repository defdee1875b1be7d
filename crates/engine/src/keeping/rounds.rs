//! What is done by itself while the app runs: once a day each location's rule, and a look at a part of its content.

use super::pace::Pace;
use super::{look, rule, store_at};
use crate::Engine;
use crate::api::Result;
use crate::library::known_locations;
use crate::locations::try_out;
use std::cell::Cell;
use std::time::{Duration, Instant};
use store::{Depth, Store};

/// The first round waits for the start to be over; the next ones look whether a day has passed.
const FIRST: Duration = Duration::from_secs(120);
const EVERY: Duration = Duration::from_secs(15 * 60);
/// How often a look asks whether others write to the store.
const LOOK_AROUND: Duration = Duration::from_secs(5);

/// Starts the rounds; they end with the engine.
pub fn start(engine: &Engine) {
    let engine = engine.clone();
    tokio::spawn(async move {
        let stopping = engine.0.stopping.clone();
        let mut wait = FIRST;
        while stopping.run_until_cancelled(tokio::time::sleep(wait)).await.is_some() {
            let own = engine.clone();
            if let Err(failed) = tokio::task::spawn_blocking(move || round(&own)).await {
                tracing::error!(%failed, "looking after the locations panicked");
            }
            wait = EVERY;
        }
    });
}

/// One round over all locations that can be reached. Blocking.
pub(super) fn round(engine: &Engine) {
    for location in known_locations(engine) {
        if !idle(engine) {
            return;
        }
        // A location that is away is told where locations are listed.
        if let Err(error) = look_after(engine, &location.to_string_lossy()) {
            tracing::info!(%error, location = %location.display(), "not looked after today");
        }
    }
}

fn look_after(engine: &Engine, path: &str) -> Result<()> {
    let store = store_at(engine, path)?;
    try_out(engine, &store);
    // With versions that cannot be read nothing is given up, and no look would count.
    store.check_keys()?;
    if engine.0.records.of(store.id()).rule_due(crate::now()) {
        rule::give_up(engine, path, &|| !idle(engine), None)?;
    }
    if let Some((number, part)) = engine.0.records.of(store.id()).due(crate::now()) {
        let (mut pace, yields) = (Pace::new(), Yielding::new(engine, &store));
        let mut go_on = |_: u64, _: u64| pace.rest(&|| yields.go_on());
        look::look(engine, &store, (part, Some(number)), Depth::Bytes, &mut go_on)?;
    }
    Ok(())
}

/// Gives way to jobs here, and to whoever else writes to the store: another window, the terminal, another computer.
struct Yielding<'a> {
    engine: &'a Engine,
    store: &'a Store,
    looked: Cell<Option<Instant>>,
}

impl Yielding<'_> {
    fn new<'a>(engine: &'a Engine, store: &'a Store) -> Yielding<'a> {
        Yielding { engine, store, looked: Cell::new(None) }
    }

    fn go_on(&self) -> bool {
        if !idle(self.engine) {
            return false;
        }
        if self.looked.get().is_some_and(|looked| looked.elapsed() < LOOK_AROUND) {
            return true;
        }
        self.looked.set(Some(Instant::now()));
        self.store.writer(self.engine.0.library.sessions()).is_ok_and(|writer| writer.is_none())
    }
}

/// Whether nobody waits for the disk: what a person asked for goes first.
fn idle(engine: &Engine) -> bool {
    !engine.0.stopping.is_cancelled() && engine.0.jobs.list().iter().all(|job| job.ended.is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Config;
    use std::io::Write;
    use store::{Base, Commit};

    fn config(home: &std::path::Path) -> Config {
        Config { watch_devices: false, index: false, ..Config::below(home) }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_round_looks_at_a_part_once_a_day_and_finds_what_is_lost() {
        let home = tempfile::tempdir().unwrap();
        let engine = Engine::start(config(home.path())).await.unwrap();
        let store = Store::create_or_open(&home.path().join("Backups")).unwrap();
        let mut session = store.begin("DEVICE-1", &home.path().join("data/sessions"), Base::Newest).unwrap();
        // Enough for each of the parts to get some.
        for number in 0..300 {
            let mut file = session.create(&format!("{number:02x}/file{number}")).unwrap();
            file.write_all(format!("content {number}").as_bytes()).unwrap();
            session.finish_file(file).unwrap();
        }
        session.commit(Commit { made: crate::now(), ..Commit::default() }).unwrap();
        let first = store.location().join("Heirloom/objects");
        let lost = std::fs::read_dir(&first).unwrap().flatten().map(|entry| entry.path());
        let lost = lost.filter(|path| path.file_name().is_some_and(|name| name.len() == 3)).min().unwrap();
        std::fs::remove_dir_all(lost).unwrap();

        let own = engine.clone();
        tokio::task::spawn_blocking(move || (round(&own), round(&own))).await.unwrap();
        let asked = serde_json::json!({ "path": store.location() });
        let health = crate::api::call(&engine, "location.health", asked).await.unwrap();
        assert_eq!(
            health["covered"].as_f64(),
            Some(1.0 / 30.0),
            "one part, although there were two rounds: {health:#}"
        );
        assert!(health["lastVerified"].is_i64());
        assert_eq!(health["damaged"][0]["versions"][0], crate::library::version_id("DEVICE-1", 1, store.id()));
        assert_eq!(health["damaged"][0]["inPlace"], false);
        engine.stop().await;
    }

    /// A backup from the terminal, or from another computer, has the disk to itself.
    #[tokio::test(flavor = "multi_thread")]
    async fn a_look_gives_way_to_whoever_writes() {
        let home = tempfile::tempdir().unwrap();
        let engine = Engine::start(config(home.path())).await.unwrap();
        let store = Store::create_or_open(&home.path().join("Backups")).unwrap();
        assert!(Yielding::new(&engine, &store).go_on());
        let session = store.begin("DEVICE-1", &home.path().join("another computer"), Base::Newest).unwrap();
        let yields = Yielding::new(&engine, &store);
        assert!(!yields.go_on());
        session.discard().unwrap();
        yields.looked.set(None);
        assert!(yields.go_on());
        engine.stop().await;
    }
}
