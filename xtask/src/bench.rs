//! `cargo xtask bench`: what is claimed of speed, measured against a named peer in the same run.

use crate::{Outcome, apt, peers, sh, step, test, ui};
use std::path::PathBuf;
use std::process::Command;

const CLAIMS: &[&str] = &["back-up", "browse", "media", "messages", "open", "store"];

pub fn bench(named: &[String]) -> Outcome {
    if let Some(unknown) = named.iter().find(|name| !CLAIMS.contains(&name.as_str())) {
        return Err(format!("there is no claim {unknown:?}; there are {}", CLAIMS.join(", ")));
    }
    apt::install(&["borgbackup", "chromium", "ifuse", "libimobiledevice-utils", "openssl", "restic", "sqlite3"])?;
    let programs = peers::programs()?;
    ui::build()?;
    test::web_packages()?;
    sh("cargo", &["build", "--release", "--package", "cli", "--package", "benches", "--package", "tests", "--bins"])?;
    // It takes minutes to build: only for the claim that is measured against it.
    let measured = named.is_empty() || named.iter().any(|name| name == "messages");
    let exporter = if measured { peers::imessage_exporter(peers::Speed::Optimised)? } else { PathBuf::new() };
    for claim in CLAIMS.iter().filter(|claim| named.is_empty() || named.iter().any(|name| name == *claim)) {
        step(
            Command::new("cargo")
                .args(["run", "--release", "--quiet", "--package", "benches", "--bin", claim])
                .env("HEIRLOOM_PEERS", &programs)
                .env("HEIRLOOM_IMESSAGE_EXPORTER", &exporter)
                .current_dir(crate::root()),
        )?;
    }
    Ok(())
}
