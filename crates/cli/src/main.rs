//! heirloom: the same engine from a terminal.
//!
//! Exit codes: 0 done, 1 failed (with `--json` the error is an object with `code` and `message`), 2 usage.

mod attached;
mod commands;
mod door;
mod encryption;
mod exports;
mod imports;
mod keeping;
mod options;
mod passwords;
mod print;
mod restore;
mod sealing;
mod simulate;

use clap::Parser;
use options::{Command, Options};
use std::process::ExitCode;

fn main() -> ExitCode {
    let options = Options::parse();
    let log = std::env::var("HEIRLOOM_LOG").unwrap_or_else(|_| "warn".to_string());
    let filter = tracing_subscriber::EnvFilter::new(format!("{log},{}", engine::QUIET_LOGS));
    tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).init();

    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("heirloom: could not start: {error}");
            return ExitCode::FAILURE;
        }
    };
    let outcome = runtime.block_on(async {
        match options.command {
            Command::Simulate(phones) => simulate::run(phones).await,
            command => commands::run(command, options.json).await,
        }
    });
    // Connections of the pretend phones and device watchers are not waited for.
    runtime.shutdown_background();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            print::error(&error, options.json);
            ExitCode::FAILURE
        }
    }
}
