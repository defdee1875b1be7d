//! Looks at the watched folders when something in them changes, and now and then.

use super::{Look, look};
use crate::Engine;
use notify::{RecommendedWatcher, RecursiveMode, Watcher};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

/// Shares tell of no changes.
const NOW_AND_THEN: Duration = Duration::from_secs(60);
/// Changes come in swarms.
const SETTLE: Duration = Duration::from_millis(300);

/// Starts looking; it ends with the engine.
pub fn start(engine: &Engine) {
    let engine = engine.clone();
    tokio::spawn(async move {
        let stopping = engine.0.stopping.clone();
        let mut watched = Watched::default();
        loop {
            let own = engine.clone();
            let Ok(Look { watch, again }) = tokio::task::spawn_blocking(move || look(&own)).await else {
                tracing::error!("looking for backups of other programs panicked");
                return;
            };
            if watched.follow(&engine, watch) {
                // What came between the look and the watch nobody has told.
                continue;
            }
            let wait = again.unwrap_or(NOW_AND_THEN).min(NOW_AND_THEN);
            tokio::select! {
                () = stopping.cancelled() => return,
                () = engine.0.offers.wake.notified() => tokio::time::sleep(SETTLE).await,
                () = tokio::time::sleep(wait) => {}
            }
        }
    });
}

/// The folders whose changes are told.
#[derive(Default)]
struct Watched {
    folders: BTreeSet<PathBuf>,
    watcher: Option<RecommendedWatcher>,
}

impl Watched {
    /// Watches these from now on; whether they are others than before.
    fn follow(&mut self, engine: &Engine, folders: BTreeSet<PathBuf>) -> bool {
        if folders == self.folders {
            return false;
        }
        let own = engine.clone();
        let heard = move |event: notify::Result<notify::Event>| {
            // Looking is an event as well: taking that for a change would look for ever.
            if event.is_ok_and(|event| !event.kind.is_access()) {
                own.0.offers.look_again();
            }
        };
        self.watcher = notify::recommended_watcher(heard).ok();
        if let Some(watcher) = &mut self.watcher {
            for folder in &folders {
                if let Err(wrong) = watcher.watch(folder, RecursiveMode::NonRecursive) {
                    tracing::info!(%wrong, folder = %folder.display(), "looked at now and then only");
                }
            }
        }
        self.folders = folders;
        true
    }
}
