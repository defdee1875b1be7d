//! What each client was seen to do here, for the table that `cargo xtask test peers` prints at the end.

use crate::backups::Client;
use std::path::PathBuf;

/// Something a client does with a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    Pair,
    Full,
    Incremental,
    EncryptionOn,
    EncryptionChange,
    EncryptionOff,
    Restore,
    Afc,
    Apps,
}

/// Says that a client did it, and was found to have done it right.
pub fn proven(client: Client, cell: Cell) {
    note(&format!("{client:?} {cell:?}"), "yes");
}

/// Says that this place cannot tell.
pub fn skipped(client: Client, cell: Cell) {
    note(&format!("{client:?} {cell:?}"), "skipped");
}

/// Says that what one client backed up came back whole through another.
pub fn came_back(maker: Client, restorer: Client) {
    proven(restorer, Cell::Restore);
    note(&format!("{maker:?} to {restorer:?}"), "yes");
}

/// Tests of a process run side by side, and each may run again: a file for each cell.
fn note(cell: &str, said: &str) {
    if let Some(folder) = std::env::var_os("HEIRLOOM_MATRIX").map(PathBuf::from) {
        std::fs::write(folder.join(cell), said).expect("a folder to note in");
    }
}
