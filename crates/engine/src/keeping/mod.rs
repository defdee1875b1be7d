//! Looking after what is kept: which versions stay, what they take, and whether what was stored is still that.

mod give_up;
mod health;
mod look;
pub mod native;
mod pace;
mod readiness;
mod repair;
mod rounds;
mod rule;
mod space;

pub use give_up::{bring_back, expire, expired, pin};
pub use health::{Records, health};
pub use look::verify;
pub use readiness::readiness;
pub use rounds::start;
pub use rule::{after_backup, apply, get_rule, preview, reclaim, set_rule};
pub use space::space;

use crate::Engine;
use crate::api::versions::VersionSummary;
use crate::api::{Result, Topic};
use crate::library::{open_store, summarise};
use std::path::Path;
use store::{Store, VersionHead};

/// The store of a location that is known or named; never made. Blocking.
fn store_at(engine: &Engine, path: &str) -> Result<Store> {
    open_store(engine, Path::new(path), false)
}

/// An expired or planned version as the window lists it.
fn summary(engine: &Engine, store: &Store, head: &VersionHead, pinned: bool) -> VersionSummary {
    summarise(head, store, pinned, &engine.0.locks)
}

/// Versions came or went: tell everyone, and the index.
fn tell(engine: &Engine) {
    crate::index::new_version(engine);
    for topic in [Topic::Versions, Topic::Devices, Topic::Locations] {
        engine.changed(topic);
    }
}
