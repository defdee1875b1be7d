//! The services lockdown starts, one file each (`protocol.md` 2.4 to 2.6).

mod afc;
mod apps;
mod assertions;
mod diagnostics;
mod heartbeat;
mod house_arrest;
mod notifications;
mod springboard;

pub(crate) use afc::{Shared as SharedFiles, Tree as Files};
pub(crate) use apps::app_bytes;

use crate::device::Device;
use crate::network::Link;
use crate::{backup, stream::Raw};
use std::io;
use std::sync::Arc;
use wire::lockdown::service;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Afc,
    Apps,
    Assertions,
    Backup,
    Diagnostics,
    Heartbeat,
    HouseArrest,
    InsecureNotifications,
    Notifications,
    Springboard,
}

impl Kind {
    pub fn named(name: &str) -> Option<Kind> {
        Some(match name {
            service::AFC => Kind::Afc,
            service::INSTALLATION_PROXY => Kind::Apps,
            "com.apple.mobile.assertion_agent" => Kind::Assertions,
            service::BACKUP => Kind::Backup,
            service::DIAGNOSTICS => Kind::Diagnostics,
            service::HEARTBEAT => Kind::Heartbeat,
            service::HOUSE_ARREST => Kind::HouseArrest,
            "com.apple.mobile.insecure_notification_proxy" => Kind::InsecureNotifications,
            service::NOTIFICATION_PROXY => Kind::Notifications,
            service::SPRINGBOARD => Kind::Springboard,
            _ => return None,
        })
    }

    /// Whether a locked phone starts it only for a host that shows its escrow bag.
    pub fn wants_unlocked(self) -> bool {
        matches!(self, Kind::Afc | Kind::Backup | Kind::HouseArrest)
    }
}

pub(crate) async fn serve(device: Arc<Device>, kind: Kind, stream: Raw, link: Link) -> io::Result<()> {
    match kind {
        Kind::Afc => afc::serve(afc::Tree::media(device.clone()), device, stream).await,
        Kind::Apps => apps::serve(device, stream).await,
        Kind::Assertions => assertions::serve(device, stream).await,
        Kind::Backup => backup::serve(device, stream).await,
        Kind::Diagnostics => diagnostics::serve(device, stream).await,
        Kind::Heartbeat => heartbeat::serve(device, stream, link).await,
        Kind::HouseArrest => house_arrest::serve(device, stream).await,
        Kind::InsecureNotifications | Kind::Notifications => notifications::serve(device, stream).await,
        Kind::Springboard => springboard::serve(device, stream).await,
    }
}
