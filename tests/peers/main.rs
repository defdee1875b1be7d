//! Other people's programs against the pretend phone and against what Heirloom wrote.
//!
//! `cargo xtask test peers` installs them and says where they are; without it each test says so and returns.

mod apps;
mod backups;
mod cards;
mod certificates;
mod computer;
mod copies;
mod databases;
mod encryption;
mod libimobiledevice;
mod matrix;
mod native;
mod photos;
mod pymobiledevice;
mod restore;
mod same_bytes;
