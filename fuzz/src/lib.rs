//! What each target does with its bytes. A module per crate, written so that a plain test of that crate can take the
//! same file and replay `corpus/` through it (`crates/*/tests/corpus.rs`).

pub mod backup;
pub mod kinds;
pub mod store;
pub mod wire;
