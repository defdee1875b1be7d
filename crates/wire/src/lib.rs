//! Bytes to messages of Apple's protocols and back. No I/O; every length is capped.
//!
//! Client (`device`) and pretend phone (`simulator`) share this crate and nothing else:
//! what a message *means* is written twice, so that one misreading does not hide the other.

pub mod afc;
pub mod devicelink;
mod error;
pub mod frame;
pub mod lockdown;
pub mod path;
mod plist_caps;
pub mod usbmux;

pub use error::{Error, Result};
