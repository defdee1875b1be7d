//! Phones on the network: switching it on, finding them, saying what is missing (`protocol.md` 2.9).

mod ask;
mod diagnose;
mod known;
mod matching;
mod reach;
mod search;
mod state;
mod watch;

pub use diagnose::{Finding, Remembered, WifiDetail, WifiStep, diagnose};
pub use known::{KnownDevice, known_device};
pub use matching::Match;
pub use search::Interfaces;
pub use state::{WifiState, set_wifi, wifi};
pub use watch::{wireless, wireless_over};
