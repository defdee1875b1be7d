//! `cargo xtask run`: from a fresh checkout to an open window.

use crate::{Outcome, apt, step, ui};
use std::process::Command;

pub fn run(arguments: &[String]) -> Outcome {
    apt::install(apt::WINDOW)?;
    ui::build()?;
    step(
        Command::new("cargo")
            .args(["run", "--package", "heirloom-window", "--"])
            .args(arguments)
            .current_dir(crate::root()),
    )
}
