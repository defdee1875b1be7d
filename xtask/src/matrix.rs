//! The table of what each client was seen to do with the pretend phone.

use crate::{Outcome, root};
use std::path::{Path, PathBuf};

const CLIENTS: [&str; 3] = ["Heirloom", "Idevicebackup2", "Pymobiledevice3"];
/// As `tests/peers/matrix.rs` names them.
const CELLS: [&str; 9] =
    ["Pair", "Full", "Incremental", "EncryptionOn", "EncryptionChange", "EncryptionOff", "Restore", "Afc", "Apps"];

/// An empty folder for the tests to note in.
pub fn folder() -> Result<PathBuf, String> {
    let folder = root().join("target/matrix");
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    Ok(folder)
}

/// Prints the table; a cell that no test filled is a failure.
pub fn print(folder: &Path) -> Outcome {
    let mut missing = Vec::new();
    let mut said = |cell: String| {
        std::fs::read_to_string(folder.join(&cell)).unwrap_or_else(|_| {
            missing.push(cell);
            "MISSING".into()
        })
    };
    row("", &CLIENTS.map(str::to_string));
    for cell in CELLS {
        row(cell, &CLIENTS.map(|client| said(format!("{client} {cell}"))));
    }
    println!();
    row("made by, restored by", &CLIENTS.map(str::to_string));
    for maker in CLIENTS {
        let to = |restorer| if restorer == maker { "-".to_string() } else { said(format!("{maker} to {restorer}")) };
        row(maker, &CLIENTS.map(to));
    }
    if missing.is_empty() { Ok(()) } else { Err(format!("no test filled {}", missing.join(", "))) }
}

fn row(name: &str, cells: &[String; 3]) {
    println!("{name:<22}{:<18}{:<18}{}", cells[0], cells[1], cells[2]);
}
