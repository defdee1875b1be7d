//! `cargo xtask faults [PART...]`: what can go wrong, at full length; `cargo xtask test` runs a sample of the same tests.

use crate::{Outcome, apt, root, sh, step};
use std::process::Command;

/// A part: its name, the package and the tests in it, and those meant by their names.
type Part = (&'static str, &'static str, &'static [&'static str], &'static [&'static str]);

const PARTS: [Part; 3] = [
    ("sweep", "tests", &["--test", "journeys"], &["sweep::", "killed::"]),
    ("links", "tests", &["--test", "journeys"], &["links::"]),
    ("store", "store", &["--lib"], &[]),
];

pub fn faults(named: &[String]) -> Outcome {
    if let Some(unknown) = named.iter().find(|name| !PARTS.iter().any(|(part, ..)| part == name)) {
        return Err(format!("there is no part {unknown:?}; there are {}", PARTS.map(|(part, ..)| part).join(", ")));
    }
    apt::install(apt::WINDOW)?;
    apt::install(apt::TESTS)?;
    sh("cargo", &["build", "--workspace", "--bins"])?;
    for (_, package, tests, only) in
        PARTS.iter().filter(|(part, ..)| named.is_empty() || named.iter().any(|n| n == part))
    {
        step(
            Command::new("cargo")
                .args(["test", "--package", package])
                .args(*tests)
                .args(["--", "--nocapture"])
                .args(*only)
                .current_dir(root())
                .env("HEIRLOOM_FAULTS", "full"),
        )?;
    }
    Ok(())
}
