//! What the app does that takes a while; each is one job.

mod again;
pub mod back_up;
mod check;
pub mod encryption;
pub mod export;
mod icons;
pub mod import;
pub mod key_sheet;
pub mod native;
pub mod pair;
pub mod photos;
pub mod preflight;
mod progress;
pub mod recovery;
pub mod restore;
mod serve;
mod session;
mod space;
