//! The backup password of a phone: remembered over restarts, as the keybag it made.

use super::keybag::{self, ClassKeys, Making, OF_THE_DEVICE};
use super::wrap::wrap;
use super::{Key, WrappedKey};
use crate::device::lock;
use crate::stream::dictionary;
use crate::{Encryption, Error, Result, Rounds};
use aes::Aes256;
use aes::cipher::{BlockCipherEncrypt, KeyInit};
use plist::Value;
use ring::hmac;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// `ProtectionClass` of Manifest.db: until first unlock.
const MANIFEST_CLASS: u32 = 3;

pub(crate) struct Vault {
    path: PathBuf,
    seed: u64,
    rounds: Rounds,
    must_encrypt: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Passwords set so far. With the seed it decides every key, so that the same history leaves the same bytes on any host.
    generation: u64,
    sealing: Option<Arc<Sealing>>,
}

/// Why a password was not changed.
#[derive(Debug)]
pub(in crate::backup) enum Refused {
    WrongPassword,
    /// A profile asks for a password.
    MustEncrypt,
    /// It could not be remembered.
    Broken(Error),
}

impl Vault {
    /// What the phone of this home remembers; a phone without a memory takes the password of its options.
    pub fn open(home: &Path, seed: u64, encryption: Option<&Encryption>, must_encrypt: bool) -> Result<Vault> {
        let path = home.join("backup-password.plist");
        let rounds = encryption.map(|encryption| encryption.rounds).unwrap_or_default();
        let vault = Vault { path, seed, rounds, must_encrypt, state: Mutex::default() };
        match Value::from_file(&vault.path) {
            Ok(remembered) => *lock(&vault.state) = State::read(seed, &remembered),
            Err(_) if vault.path.exists() => return Err(Error::Vault { path: vault.path }),
            Err(_) => {
                if let Some(encryption) = encryption {
                    vault.remember(1, Some(&encryption.password))?;
                }
            }
        }
        Ok(vault)
    }

    /// How a backup made now is sealed; `None` for one in the clear.
    pub(in crate::backup) fn sealing(&self) -> Option<Arc<Sealing>> {
        lock(&self.state).sealing.clone()
    }

    pub fn encrypts(&self) -> bool {
        lock(&self.state).sealing.is_some()
    }

    /// Sets (`new` alone), changes (both) or takes away (`old` alone) the password. Hashes passwords, which takes its time.
    pub(in crate::backup) fn change(&self, old: Option<&str>, new: Option<&str>) -> std::result::Result<(), Refused> {
        match (self.sealing(), old) {
            (Some(sealing), Some(old)) if ClassKeys::open(&sealing.bag, old).is_ok() => {}
            (None, None) => {}
            _ => return Err(Refused::WrongPassword),
        }
        if new.is_none() && self.must_encrypt {
            return Err(Refused::MustEncrypt);
        }
        let generation = lock(&self.state).generation + 1;
        self.remember(generation, new).map_err(Refused::Broken)
    }

    fn remember(&self, generation: u64, password: Option<&str>) -> Result<()> {
        let sealing = password.map(|password| Arc::new(Sealing::make(self.seed, generation, password, self.rounds)));
        let mut content = dictionary([("Generation", generation.into())]);
        if let Some(sealing) = &sealing {
            content.insert("KeyBag".into(), Value::Data(sealing.bag.clone()));
        }
        Value::Dictionary(content).to_file_xml(&self.path).map_err(Error::plist(&self.path))?;
        *lock(&self.state) = State { generation, sealing };
        Ok(())
    }
}

impl State {
    fn read(seed: u64, remembered: &Value) -> State {
        let field = |key| remembered.as_dictionary()?.get(key);
        let generation = field("Generation").and_then(Value::as_unsigned_integer).unwrap_or(0);
        let bag = field("KeyBag").and_then(Value::as_data);
        let sealing = bag.map(|bag| Arc::new(Sealing { secret: secret(seed, generation), bag: bag.to_vec() }));
        State { generation, sealing }
    }
}

/// Everything an encrypted backup is sealed with. A change of the password makes a new one, and everything is sent again.
pub(in crate::backup) struct Sealing {
    secret: Key,
    bag: Vec<u8>,
}

impl Sealing {
    fn make(seed: u64, generation: u64, password: &str, rounds: Rounds) -> Sealing {
        let mut sealing = Sealing { secret: secret(seed, generation), bag: Vec::new() };
        let random = |name: &str| sealing.derive(&["bag", name]);
        let class_key = |class| sealing.bag_key(class);
        sealing.bag = keybag::make(&Making { password, rounds, random: &random, class_key: &class_key });
        sealing
    }

    /// `BackupKeyBag` of Manifest.plist.
    pub fn bag(&self) -> &[u8] {
        &self.bag
    }

    /// Tells the bags of a phone apart.
    pub fn id(&self) -> String {
        hex::encode(&self.derive(&["bag", "bag"])[..16])
    }

    /// The key of a content file and its form in the manifest: it stays the same while the file does, so the file need not be sent again.
    pub fn file_key(&self, class: u8, id: &[u8; 20], stamp: u64) -> (Key, WrappedKey) {
        let key = self.derive(&["file", &hex::encode(id), &stamp.to_string()]);
        (key, self.wrapped(class.into(), &key))
    }

    /// The key of Manifest.db and its form in Manifest.plist.
    pub fn manifest_key(&self) -> (Key, WrappedKey) {
        let key = self.derive(&["manifest"]);
        (key, self.wrapped(MANIFEST_CLASS, &key))
    }

    /// A key of its own for anything else, by name.
    pub(super) fn derive(&self, names: &[&str]) -> Key {
        derive(&self.secret, names)
    }

    pub(super) fn wrapped(&self, class: u32, key: &Key) -> WrappedKey {
        let mut wrapped = [0; 44];
        wrapped[..4].copy_from_slice(&class.to_le_bytes());
        wrapped[4..].copy_from_slice(&wrap(&self.class_key(class), key));
        wrapped
    }

    /// The key of a class.
    fn class_key(&self, class: u32) -> Key {
        self.derive(&["class", &class.to_string()])
    }

    /// What the bag holds of it: behind the device's own key where the class is of the device.
    fn bag_key(&self, class: u32) -> Key {
        let mut key = self.class_key(class);
        if OF_THE_DEVICE.contains(&class) {
            let hardware = Aes256::new((&self.derive(&["hardware"])).into());
            for half in key.chunks_exact_mut(16) {
                let mut block = [0; 16];
                block.copy_from_slice(half);
                hardware.encrypt_block((&mut block).into());
                half.copy_from_slice(&block);
            }
        }
        key
    }
}

fn secret(seed: u64, generation: u64) -> Key {
    derive(b"pretend iPhone", &[&seed.to_string(), &generation.to_string()])
}

fn derive(secret: &[u8], names: &[&str]) -> Key {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), names.join("/").as_bytes());
    let mut key = [0; 32];
    key.copy_from_slice(tag.as_ref());
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open(home: &Path, encryption: Option<&Encryption>) -> Vault {
        Vault::open(home, 7, encryption, false).unwrap()
    }

    #[test]
    fn the_password_is_remembered_changed_and_taken_away() {
        let home = tempfile::tempdir().unwrap();
        let first = Encryption::new("first");
        assert!(open(home.path(), None).sealing().is_none());
        let vault = open(home.path(), Some(&first));
        let sealing = vault.sealing().unwrap();
        let again = open(home.path(), None).sealing().unwrap();
        assert_eq!((again.bag(), again.id()), (sealing.bag(), sealing.id()));
        let key = sealing.file_key(3, &[1; 20], 5);
        assert_eq!(again.file_key(3, &[1; 20], 5), key);
        assert_eq!(ClassKeys::open(sealing.bag(), "first").unwrap().unwrap(&key.1), Some(key.0));

        for (old, new) in [(None, Some("x")), (Some("wrong"), Some("x")), (Some("wrong"), None), (None, None)] {
            assert!(matches!(vault.change(old, new), Err(Refused::WrongPassword)), "{old:?} {new:?}");
        }
        vault.change(Some("first"), Some("second")).unwrap();
        let second = vault.sealing().unwrap();
        assert_ne!(second.id(), sealing.id());
        assert_ne!(second.file_key(3, &[1; 20], 5).0, key.0);
        assert!(ClassKeys::open(second.bag(), "first").is_err());
        vault.change(Some("second"), None).unwrap();
        assert!(open(home.path(), Some(&first)).sealing().is_none(), "what a host set wins over the options");
        vault.change(None, Some("third")).unwrap();
        assert_ne!(vault.sealing().unwrap().id(), sealing.id());
    }

    #[test]
    fn keys_of_the_device_do_not_open_from_the_bag() {
        let home = tempfile::tempdir().unwrap();
        let sealing = open(home.path(), Some(&Encryption::new("p"))).sealing().unwrap();
        let keys = ClassKeys::open(sealing.bag(), "p").unwrap();
        for class in 1..=keybag::CLASSES {
            let opens = keys.unwrap(&sealing.wrapped(class, &[8; 32])) == Some([8; 32]);
            assert_eq!(opens, !OF_THE_DEVICE.contains(&class), "{class}");
        }
    }
}
