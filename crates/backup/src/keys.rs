use std::collections::BTreeMap;
use std::sync::Arc;

use zeroize::Zeroizing;

use crate::keywrap::unwrap_key;

/// A key of AES-256, wiped when dropped.
pub(crate) type Key = Zeroizing<[u8; 32]>;

/// The unlocked class keys of one key bag. Clones share them; they are wiped when the last one goes.
#[derive(Clone)]
pub struct Keys(Arc<Unlocked>);

struct Unlocked {
    keybag_id: String,
    classes: BTreeMap<u32, Key>,
}

impl Keys {
    pub(crate) fn new(keybag_id: String, classes: Vec<(u32, Key)>) -> Keys {
        Keys(Arc::new(Unlocked { keybag_id, classes: classes.into_iter().collect() }))
    }

    /// The bag they came out of: [`crate::Locked::keybag_id`].
    pub fn keybag_id(&self) -> &str {
        &self.0.keybag_id
    }

    /// Opens a key as files and the manifest have it: the class (u32, little-endian) and 40 bytes wrapped with its key.
    pub(crate) fn open(&self, wrapped: &[u8]) -> Option<Key> {
        let (class, wrapped) = wrapped.split_first_chunk::<4>()?;
        self.open_with(u32::from_le_bytes(*class), wrapped)
    }

    pub(crate) fn open_with(&self, class: u32, wrapped: &[u8]) -> Option<Key> {
        unwrap_key(self.0.classes.get(&class)?, wrapped.try_into().ok()?)
    }
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}
