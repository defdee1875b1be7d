//! Trying out what was found on the network.

use super::search::Place;
use crate::lockdown::Lockdown;
use crate::mux::direct;
use crate::record::PairRecord;
use crate::{Attached, Connection, Error, Result, Usbmux};
use plist::Value;
use std::sync::Arc;
use std::time::Duration;
use wire::usbmux::{LOCKDOWN_PORT, normalise_udid};

/// A phone in the same network answers in milliseconds, one that wakes in a second or two.
const KNOCK: Duration = Duration::from_secs(3);

/// The first of these addresses where something answers on lockdown's port.
pub(super) async fn reachable(addresses: &[Place]) -> Option<Place> {
    for (address, scope) in addresses {
        let knocked = tokio::time::timeout(KNOCK, direct::connect(*address, *scope, LOCKDOWN_PORT)).await;
        if matches!(knocked, Ok(Ok(_))) {
            return Some((*address, *scope));
        }
    }
    None
}

/// A phone at a place; `device_id` is the caller's.
pub(super) fn at(udid: &str, (address, scope): Place, device_id: u32) -> Attached {
    Attached { device_id, udid: udid.to_string(), connection: Connection::Network, address: Some(address), scope }
}

/// A session with the phone there; once, where [`Lockdown::trusted`] tries again.
///
/// Fails as that does, and with [`Error::WrongDevice`] when another phone answers.
pub(super) async fn session(mux: &Usbmux, who: &Attached) -> Result<Lockdown> {
    let stored = mux.read_pair_record(&who.udid).await?.ok_or(Error::NotTrusted)?;
    let record = Arc::new(PairRecord::read(&stored)?);
    let mut lockdown = Lockdown::open(mux, who).await?;
    lockdown.start_session(record).await?;
    // TLS 1.3 tells of a refused certificate with the first answer only.
    let udid = lockdown.value(None, Some("UniqueDeviceID")).await?.and_then(Value::into_string);
    match udid {
        Some(udid) if normalise_udid(&udid) == who.udid => Ok(lockdown),
        _ => Err(Error::WrongDevice),
    }
}
