//! The only commands a person needs: `cargo xtask run`, `cargo xtask test`, `cargo xtask bench`.

mod apt;
mod bench;
mod faults;
mod fuzz;
mod matrix;
mod peers;
mod run;
mod test;
mod ui;

use std::path::PathBuf;
use std::process::{Command, ExitCode};

const USAGE: &str = "\
cargo xtask run                 install what is missing, build, open the window
cargo xtask test [PART...]      all checks, or some of: fmt clippy ui rust peers web window deny
cargo xtask bench [CLAIM]       measure against a named peer: back-up browse media messages open store
cargo xtask faults [PART...]    cut, kill and spoil everything there is to cut, at full length: sweep links store
cargo xtask fuzz [TARGET] [S]   hostile bytes for every decoder, ten minutes each unless told
cargo xtask types               write ui/src/api/generated.ts";

type Outcome = Result<(), String>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, rest) = arguments.split_first().map_or(("", &[][..]), |(first, rest)| (first.as_str(), rest));
    let outcome = match command {
        "run" => run::run(rest),
        "test" => test::test(rest),
        "bench" => bench::bench(rest),
        "faults" => faults::faults(rest),
        "fuzz" => fuzz::fuzz(rest),
        "types" => test::write_types(),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("xtask: {reason}");
            ExitCode::FAILURE
        }
    }
}

/// The project's folder.
fn root() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// Runs a program in the project's folder and fails when it does.
fn sh(program: &str, arguments: &[&str]) -> Outcome {
    step(Command::new(program).args(arguments).current_dir(root()))
}

fn step(command: &mut Command) -> Outcome {
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let line = words.join(" ");
    eprintln!("\n== {line}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{line} ended with {status}")),
        Err(error) => Err(format!("{line} could not start: {error}")),
    }
}

/// Whether a program is there.
fn has(program: &str) -> bool {
    Command::new("sh")
        .args(["-c", &format!("command -v {program} >/dev/null 2>&1")])
        .status()
        .is_ok_and(|status| status.success())
}
