//! `cargo xtask faults`: what can go wrong, at full length; `cargo xtask test` runs a sample of the same tests.

use crate::{Outcome, root, sh, step};
use std::process::Command;

pub fn faults() -> Outcome {
    sh("cargo", &["build", "--workspace", "--bins"])?;
    let journeys = ("tests", &["--test", "journeys"][..], &["sweep", "links"][..]);
    for (package, tests, named) in [journeys, ("store", &["--lib"][..], &[][..])] {
        step(
            Command::new("cargo")
                .args(["test", "--package", package])
                .args(tests)
                .args(["--", "--nocapture"])
                .args(named)
                .current_dir(root())
                .env("HEIRLOOM_FAULTS", "full"),
        )?;
    }
    Ok(())
}
