//! What the app does that takes a while; each is one job.

pub mod back_up;
mod check;
pub mod export;
mod icons;
pub mod import;
pub mod pair;
mod receive;
