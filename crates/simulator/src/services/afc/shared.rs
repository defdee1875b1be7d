//! What all AFC connections of a phone share: locks, and what hosts wrote.

use super::tree::Overlay;
use crate::device::lock;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

/// Who holds a lock: connection and handle.
pub(super) type Owner = (u64, u64);

#[derive(Default)]
pub(crate) struct Shared {
    locks: Mutex<HashMap<String, Vec<(Owner, bool)>>>,
    overlays: Mutex<HashMap<String, Arc<Mutex<Overlay>>>>,
    next_connection: AtomicU64,
}

impl Shared {
    pub(super) fn connection(&self) -> u64 {
        self.next_connection.fetch_add(1, Ordering::Relaxed)
    }

    /// What hosts wrote below one root.
    pub(super) fn overlay(&self, root: &str) -> Arc<Mutex<Overlay>> {
        lock(&self.overlays).entry(root.to_string()).or_default().clone()
    }

    /// Takes the lock of a path; `false` when another holds it. Never waits.
    pub(super) fn take(&self, path: &str, owner: Owner, exclusive: bool) -> bool {
        let mut locks = lock(&self.locks);
        let holders = locks.entry(path.to_string()).or_default();
        if holders.iter().any(|(holder, held)| *holder != owner && (exclusive || *held)) {
            return false;
        }
        holders.retain(|(holder, _)| *holder != owner);
        holders.push((owner, exclusive));
        true
    }

    pub(super) fn release(&self, owner: Owner) {
        self.release_where(|holder| holder == owner);
    }

    /// A connection that ends lets go of all it held.
    pub(super) fn release_connection(&self, connection: u64) {
        self.release_where(|(of, _)| of == connection);
    }

    fn release_where(&self, gone: impl Fn(Owner) -> bool) {
        let mut locks = lock(&self.locks);
        for holders in locks.values_mut() {
            holders.retain(|(holder, _)| !gone(*holder));
        }
        locks.retain(|_, holders| !holders.is_empty());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_exclusive_lock_keeps_others_out_until_its_connection_ends() {
        let shared = Shared::default();
        assert!(shared.take("lock_sync", (1, 1), true));
        assert!(shared.take("lock_sync", (1, 1), true), "taking it again is no conflict");
        assert!(!shared.take("lock_sync", (2, 1), true));
        assert!(!shared.take("lock_sync", (2, 1), false));
        assert!(shared.take("other", (2, 1), true));
        shared.release_connection(1);
        assert!(shared.take("lock_sync", (2, 1), true));
        shared.release((2, 1));
        assert!(shared.take("lock_sync", (3, 1), false) && shared.take("lock_sync", (4, 1), false));
        assert!(!shared.take("lock_sync", (5, 1), true));
    }
}
