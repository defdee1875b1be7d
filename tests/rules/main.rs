//! Rules of the house that a compiler does not check.

mod directions;
mod generated;
mod names;
mod sizes;

use std::path::{Path, PathBuf};

/// The project's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every source file below `folder` with one of the endings, as (path relative to the project, text).
fn sources(folder: &str, endings: &[&str]) -> Vec<(String, String)> {
    let (mut found, mut todo) = (Vec::new(), vec![root().join(folder)]);
    while let Some(here) = todo.pop() {
        for entry in std::fs::read_dir(&here).into_iter().flatten().flatten() {
            let (path, name) = (entry.path(), entry.file_name().to_string_lossy().into_owned());
            if path.is_dir() && !matches!(name.as_str(), "node_modules" | "dist" | "target" | "gen") {
                todo.push(path);
            } else if endings.iter().any(|ending| name.ends_with(ending)) && !name.ends_with(".test.ts") {
                let relative = path.strip_prefix(root()).unwrap_or(&path).to_string_lossy().into_owned();
                found.push((relative, std::fs::read_to_string(&path).unwrap_or_default()));
            }
        }
    }
    found.sort();
    assert!(!found.is_empty(), "no sources below {folder}");
    found
}
