//! Other people's clients, from PyPI in an environment of their own below `target/`.

use crate::{Outcome, matrix, root, step, test};
use std::path::PathBuf;
use std::process::Command;

const PYTHON: &[&str] = &[
    "pymobiledevice3==11.45.0",
    "vobject==0.9.9",
    "iphone_backup_decrypt==0.11.2",
    "pyiosbackup==0.2.4",
    "pillow-heif==1.8.1",
];
/// In an environment of its own: it pins what the others want otherwise.
const MVT: &[&str] = &["mvt==2026.10.26"];

/// A Rust program, so it is built here: minutes, which only what asks for it pays.
const IMESSAGE_EXPORTER: &str = "5.0.1";

/// The environment of all that get along.
const SHARED: &str = "python";
const READER: &[&str] = &["blake3==1.0.11", "zstandard==0.25.0", "PyNaCl==1.6.2"];

/// Third-party clients against the pretend phone.
pub fn test() -> Outcome {
    let (programs, mvt) = (programs()?, python("python-mvt", MVT)?.join("bin/mvt-ios"));
    let seen = matrix::folder()?;
    step(Command::new("cargo").args(["build", "--workspace", "--bins"]).current_dir(root()))?;
    step(
        Command::new("cargo")
            .args(["test", "--workspace", "--test", "peers"])
            .current_dir(root())
            .env("HEIRLOOM_PEERS", programs)
            .env("HEIRLOOM_MVT", mvt)
            .env("HEIRLOOM_CLI", test::target("heirloom"))
            .env("HEIRLOOM_MATRIX", &seen),
    )?;
    matrix::print(&seen)
}

/// The folder of programs of the environment with all of them.
pub fn programs() -> Result<PathBuf, String> {
    Ok(python(SHARED, PYTHON)?.join("bin"))
}

/// A Python with what `docs/reader.py` imports.
pub fn reader_python() -> Result<PathBuf, String> {
    Ok(python(SHARED, READER)?.join("bin/python3"))
}

/// imessage-exporter, from crates.io: built once, kept below `target/`.
pub fn imessage_exporter() -> Result<PathBuf, String> {
    let folder = root().join("target/imessage-exporter");
    let program = folder.join("bin/imessage-exporter");
    if !program.exists() {
        let install = ["install", "imessage-exporter", "--version", IMESSAGE_EXPORTER, "--locked", "--quiet", "--root"];
        step(Command::new("cargo").args(install).arg(&folder).current_dir(root()))?;
    }
    Ok(program)
}

/// A program that comes in a Python package.
pub fn python_program(package: &str, program: &str) -> Result<PathBuf, String> {
    Ok(python(SHARED, &[package])?.join("bin").join(program))
}

/// The environment of that name with these packages installed.
fn python(name: &str, packages: &[&str]) -> Result<PathBuf, String> {
    let folder = root().join("target").join(name);
    if !folder.join("bin/pip").exists() {
        step(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    }
    step(
        Command::new(folder.join("bin/pip")).args(["install", "--quiet", "--disable-pip-version-check"]).args(packages),
    )?;
    Ok(folder)
}
