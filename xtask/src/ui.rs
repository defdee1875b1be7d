//! The page: npm packages and the built `ui/dist`.

use crate::{Outcome, root, step};
use std::path::Path;
use std::process::Command;
use std::time::SystemTime;

pub fn npm(arguments: &[&str]) -> Outcome {
    step(Command::new("npm").args(arguments).current_dir(root().join("ui")))
}

/// `npm ci`, unless what is installed is newer than the lock file.
pub fn install() -> Outcome {
    let (lock, done) = (root().join("ui/package-lock.json"), root().join("ui/node_modules/.package-lock.json"));
    if modified(&done) > modified(&lock) {
        return Ok(());
    }
    npm(&["ci", "--no-audit", "--no-fund"])
}

/// Installs and builds; embedding it is Cargo's part.
pub fn build() -> Outcome {
    install()?;
    npm(&["run", "build"])
}

fn modified(path: &Path) -> Option<SystemTime> {
    path.metadata().and_then(|meta| meta.modified()).ok()
}
