//! Encrypted backups, written from the format alone (`formats.md` 1.5, 1.9).
//!
//! [`vault`] is the backup password as the phone keeps it; [`keybag`] what of it goes into a backup; [`wrap`] and [`cipher`] are the two
//! ways keys and files are encrypted; [`keychain`] seals the entries of the keychain.

mod cipher;
mod keybag;
mod keychain;
mod vault;
mod wrap;

pub(super) use cipher::{Decrypt, Encrypted, encrypted_size};
pub(super) use keybag::{ClassKeys, Shut};
pub(super) use keychain::keychain;
pub(crate) use vault::Vault;
pub(super) use vault::{Refused, Sealing};

type Key = [u8; 32];

/// A key below a class key, as manifests hold it: the class, little-endian, and the wrapped key.
pub(super) type WrappedKey = [u8; 44];
