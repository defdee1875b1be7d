//! `cargo xtask fuzz [TARGET] [SECONDS]`: hostile bytes for every decoder, with cargo-fuzz and a nightly compiler.

use crate::{Outcome, has, root, sh, step};
use std::process::Command;

const SECONDS: u64 = 600;

pub fn fuzz(arguments: &[String]) -> Outcome {
    let seconds = arguments.iter().find_map(|argument| argument.parse().ok()).unwrap_or(SECONDS);
    let named: Vec<&String> = arguments.iter().filter(|argument| argument.parse::<u64>().is_err()).collect();
    if !has("cargo-fuzz") {
        sh("cargo", &["install", "cargo-fuzz", "--locked"])?;
    }
    let known = targets()?;
    if let Some(unknown) = named.iter().find(|name| !known.contains(name)) {
        return Err(format!("there is no target {unknown:?}; there are {}", known.join(", ")));
    }
    for target in known.iter().filter(|target| named.is_empty() || named.contains(target)) {
        let limit = format!("-max_total_time={seconds}");
        step(
            Command::new("cargo")
                .args(["+nightly", "fuzz", "run", target, "--", &limit, "-rss_limit_mb=300", "-timeout=10"])
                // Freed memory is held back to catch its use; 256 MB of that would pass for a leak.
                .env("ASAN_OPTIONS", "quarantine_size_mb=32")
                .current_dir(root()),
        )?;
    }
    Ok(())
}

fn targets() -> Result<Vec<String>, String> {
    let folder = root().join("fuzz/fuzz_targets");
    let files = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let names = files.flatten().filter_map(|file| Some(file.path().file_stem()?.to_str()?.to_string()));
    let mut names: Vec<String> = names.collect();
    names.sort();
    Ok(names)
}
