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
mod expiry;
mod facts;
mod heartbeat;
mod info;
mod keep_awake;
mod live;
mod lockdown;
mod models;
mod mux;
mod notifications;
mod pair;
mod readiness;
mod record;
mod secret;
mod stream;
mod sync;
mod tls;
mod wifi;

pub use backup::{
    BackupEvent, BackupFailure, BackupFiles, BackupOptions, IconCache, Listed, Outcome, PasswordChange, Phase, Refused,
    RestoreOptions, Unreadable, back_up, change_password, restore,
};
pub use error::{Error, Result};
pub use facts::{About, Battery, Facts, Storage, about, facts};
pub use live::{
    App, BatteryHealth, DeviceFiles, Documents, FileInfo, Found, Media, StorageUse, apps, apps_with_sizes, battery,
    icon, rename, restart, storage,
};
pub use models::marketing_name;
pub use mux::{Address, Attached, Connection, Event, Usbmux};
pub use pair::{PairStep, pair, pair_anew, unpair};
pub use readiness::{Readiness, readiness};
pub use secret::Secret;
pub use tokio_util::sync::CancellationToken;
pub use wifi::{
    Finding, Interfaces, KnownDevice, Match, Remembered, WifiDetail, WifiState, WifiStep, diagnose, known_device,
    set_wifi, wifi, wireless, wireless_over,
};
pub use wire::usbmux::normalise_udid;

/// Log targets that must stay quiet, as `tracing` filter directives.
///
/// Whoever sets up logging appends these after the person's own directives.
pub const QUIET_LOGS: &str = "rustls=warn,mdns_sd=error";
