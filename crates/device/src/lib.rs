//! Talks to an iPhone: finds it, pairs, reads facts and files, backs it up.
//!
//! `usbmuxd` gives sockets to phones ([`Usbmux`]); `lockdown` on the phone starts services over TLS pinned to the key
//! the phone showed when it was paired; [`back_up`] runs a mobilebackup2 session against a [`BackupFiles`].
//! Facts about the protocols are numbered after `protocol.md`.

mod afc;
mod apps;
mod backup;
mod certificates;
mod error;
mod facts;
mod heartbeat;
mod info;
mod lockdown;
mod models;
mod mux;
mod notifications;
mod pair;
mod record;
mod stream;
mod sync;
mod tls;

pub use backup::{
    BackupEvent, BackupFailure, BackupFiles, BackupOptions, IconCache, Listed, Outcome, Phase, Refused, Unreadable,
    back_up,
};
pub use error::{Error, Result};
pub use facts::{Battery, Facts, Storage, facts};
pub use models::marketing_name;
pub use mux::{Address, Attached, Connection, Event, Usbmux};
pub use pair::{PairStep, pair, pair_anew, unpair};
pub use tokio_util::sync::CancellationToken;
pub use wire::usbmux::normalise_udid;

/// Log targets that must stay quiet, as `tracing` filter directives.
///
/// `idevice` prints whole property lists below `info`: passwords and keys would land in the log. Whoever sets up
/// logging appends these after the person's own directives.
pub const QUIET_LOGS: &str = "idevice=error,rustls=warn";
