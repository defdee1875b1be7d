//! A backup's keybag: class keys behind a password (`formats.md` 1.5). Eleven classes make the 1,388 bytes of a real one.

use super::wrap::{Wrapped, unwrap, wrap};
use super::{Key, WrappedKey};
use crate::Rounds;
use ring::pbkdf2::{PBKDF2_HMAC_SHA1, PBKDF2_HMAC_SHA256, derive};
use std::collections::BTreeMap;
use std::num::NonZeroU32;

pub(super) const CLASSES: u32 = 11;
/// These also need a key that never leaves a device, so a backup does not open them.
pub(super) const OF_THE_DEVICE: [u32; 4] = [5, 9, 10, 11];
const BY_PASSWORD: u32 = 2;
const BY_PASSWORD_AND_DEVICE: u32 = 3;
/// `TYPE` of a backup's bag, and its version from iOS 10.2.
const BACKUP: u32 = 1;
const VERSION: u32 = 5;
/// More rounds than any bag asks for.
const ROUNDS_LIMIT: u32 = 100_000_000;

/// What a new bag is made of.
pub(super) struct Making<'a> {
    pub password: &'a str,
    pub rounds: Rounds,
    /// Bytes nobody can guess, the same for the same name.
    pub random: &'a dyn Fn(&str) -> Key,
    /// What the bag says is the key of a class.
    pub class_key: &'a dyn Fn(u32) -> Key,
}

pub(super) fn make(making: &Making) -> Vec<u8> {
    let random = making.random;
    let (salt, outer_salt) = (random("salt"), random("outer salt"));
    let (salt, outer_salt) = (&salt[..20], &outer_salt[..20]);
    let passkey = passkey(making.password, Some((outer_salt, making.rounds.outer)), salt, making.rounds.inner);
    let mut bag = Vec::new();
    let mut put = |tag: &[u8; 4], value: &[u8]| {
        bag.extend_from_slice(tag);
        // At most 40.
        bag.extend_from_slice(&(value.len() as u32).to_be_bytes());
        bag.extend_from_slice(value);
    };
    put(b"VERS", &VERSION.to_be_bytes());
    put(b"TYPE", &BACKUP.to_be_bytes());
    put(b"UUID", &random("bag")[..16]);
    put(b"HMCK", &wrap(&passkey, &random("check")));
    put(b"WRAP", &BY_PASSWORD.to_be_bytes());
    put(b"SALT", salt);
    put(b"ITER", &making.rounds.inner.to_be_bytes());
    put(b"DPWT", &BY_PASSWORD.to_be_bytes());
    put(b"DPIC", &making.rounds.outer.to_be_bytes());
    put(b"DPSL", outer_salt);
    for class in (1..=CLASSES).rev() {
        let wrapping = if OF_THE_DEVICE.contains(&class) { BY_PASSWORD_AND_DEVICE } else { BY_PASSWORD };
        put(b"UUID", &random(&format!("class {class}"))[..16]);
        put(b"CLAS", &class.to_be_bytes());
        put(b"WRAP", &wrapping.to_be_bytes());
        put(b"KTYP", &0u32.to_be_bytes());
        put(b"WPKY", &wrap(&passkey, &(making.class_key)(class)));
    }
    bag
}

/// The key that wraps the class keys. From iOS 10.2 the password goes through an outer hash first.
fn passkey(password: &str, outer: Option<(&[u8], u32)>, salt: &[u8], inner: u32) -> Key {
    let rounds = |count: u32| NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN);
    let mut key = [0; 32];
    match outer {
        None => derive(PBKDF2_HMAC_SHA1, rounds(inner), salt, password.as_bytes(), &mut key),
        Some((outer_salt, outer)) => {
            let mut hashed = [0; 32];
            derive(PBKDF2_HMAC_SHA256, rounds(outer), outer_salt, password.as_bytes(), &mut hashed);
            derive(PBKDF2_HMAC_SHA1, rounds(inner), salt, &hashed, &mut key);
        }
    }
    key
}

/// Why a bag does not open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::backup) enum Shut {
    Malformed,
    WrongPassword,
}

/// The keys of an opened bag, by class.
pub(in crate::backup) struct ClassKeys(BTreeMap<u32, Key>);

impl ClassKeys {
    /// Opens the bag of any phone. Takes as long as its rounds ask for.
    pub fn open(bag: &[u8], password: &str) -> Result<ClassKeys, Shut> {
        let (header, classes) = parse(bag).ok_or(Shut::Malformed)?;
        let number = |tag: &[u8; 4]| header.get(tag.as_slice()).and_then(|value| big_endian(value));
        let rounds = |tag: &[u8; 4]| number(tag).filter(|count| *count <= ROUNDS_LIMIT).ok_or(Shut::Malformed);
        let salt = header.get(b"SALT".as_slice()).ok_or(Shut::Malformed)?;
        let outer = match header.get(b"DPSL".as_slice()) {
            Some(salt) => Some((*salt, rounds(b"DPIC")?)),
            None => None,
        };
        let passkey = passkey(password, outer, salt, rounds(b"ITER")?);
        let mut keys = BTreeMap::new();
        for block in classes {
            let number = |tag: &[u8; 4]| block.get(tag.as_slice()).and_then(|value| big_endian(value));
            let (Some(class), Some(wrapping), Some(wrapped)) =
                (number(b"CLAS"), number(b"WRAP"), block.get(b"WPKY".as_slice()))
            else {
                continue;
            };
            if wrapping & BY_PASSWORD == 0 {
                continue;
            }
            let wrapped: &Wrapped = (*wrapped).try_into().map_err(|_| Shut::Malformed)?;
            keys.insert(class, unwrap(&passkey, wrapped).ok_or(Shut::WrongPassword)?);
        }
        if keys.is_empty() { Err(Shut::Malformed) } else { Ok(ClassKeys(keys)) }
    }

    /// The key of a file or manifest; `None` when no key of the bag opens it.
    pub fn unwrap(&self, wrapped: &WrappedKey) -> Option<Key> {
        let (class, wrapped) = wrapped.split_at(4);
        let class = u32::from_le_bytes(class.try_into().ok()?);
        unwrap(self.0.get(&class)?, wrapped.try_into().ok()?)
    }
}

type Block<'a> = BTreeMap<&'a [u8], &'a [u8]>;

/// The header and a block for each class: the second `UUID` and each after it begin one.
fn parse(mut bag: &[u8]) -> Option<(Block<'_>, Vec<Block<'_>>)> {
    let mut blocks = vec![Block::new()];
    while !bag.is_empty() {
        let (tag, rest) = bag.split_at_checked(4)?;
        let (length, rest) = rest.split_at_checked(4)?;
        let (value, rest) = rest.split_at_checked(big_endian(length)? as usize)?;
        bag = rest;
        if tag == b"UUID" && blocks.last()?.contains_key(tag) {
            blocks.push(Block::new());
        }
        blocks.last_mut()?.insert(tag, value);
    }
    let header = blocks.remove(0);
    Some((header, blocks))
}

fn big_endian(value: &[u8]) -> Option<u32> {
    Some(u32::from_be_bytes(value.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bag(password: &str) -> Vec<u8> {
        let random = |name: &str| {
            let mut bytes = [name.len() as u8; 32];
            bytes[..name.len().min(32)].copy_from_slice(&name.as_bytes()[..name.len().min(32)]);
            bytes
        };
        make(&Making {
            password,
            rounds: Rounds { outer: 20, inner: 10 },
            random: &random,
            class_key: &|class| [class as u8; 32],
        })
    }

    #[test]
    fn a_bag_is_as_long_as_a_real_one_and_opens_with_its_password() {
        let bag = bag("Grüße 🗝");
        assert_eq!(bag.len(), 1388);
        let keys = ClassKeys::open(&bag, "Grüße 🗝").unwrap();
        assert_eq!(keys.0.len(), 11);
        assert_eq!(keys.0[&4], [4; 32]);
        let mut wrapped = [0; 44];
        wrapped[0] = 4;
        wrapped[4..].copy_from_slice(&wrap(&[4; 32], &[9; 32]));
        assert_eq!(keys.unwrap(&wrapped), Some([9; 32]));
        wrapped[0] = 3;
        assert_eq!(keys.unwrap(&wrapped), None);
        assert_eq!(ClassKeys::open(&bag, "grüße 🗝").err(), Some(Shut::WrongPassword));
        assert_eq!(ClassKeys::open(&bag[..1000], "x").err(), Some(Shut::Malformed));
        assert_eq!(ClassKeys::open(&[], "x").err(), Some(Shut::Malformed));
    }
}
