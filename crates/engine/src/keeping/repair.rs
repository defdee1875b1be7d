//! Bringing damaged content back from another location of this computer.

use super::store_at;
use crate::Engine;
use crate::library::known_locations;
use store::Store;

/// Stores the content `hash` anew when another store has it whole; true when it does now.
///
/// A disk that is away or a copy that is damaged as well is no failure: the next full backup brings back what the device
/// still has.
pub(super) fn from_elsewhere(engine: &Engine, store: &Store, hash: &[u8; 32]) -> bool {
    known_locations(engine).iter().any(|location| {
        let other = store_at(engine, &location.to_string_lossy()).ok().filter(|other| other.id() != store.id());
        let Some(mut content) = other.and_then(|other| other.object(hash)) else { return false };
        match store.repair(hash, &mut content) {
            Ok(()) => {
                tracing::info!(object = %hex::encode(hash), from = %location.display(), "damaged content was brought back");
                true
            }
            Err(error) => {
                tracing::warn!(%error, from = %location.display(), "damaged content could not be brought back");
                false
            }
        }
    })
}
