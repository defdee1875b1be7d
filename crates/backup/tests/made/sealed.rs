//! Small made-up encrypted backups (`formats.md` 1.9), by other means than the crate's own: PBKDF2 is that of the `pbkdf2`
//! crate, wrapping and encrypting is done here.

use std::path::PathBuf;
use std::sync::Arc;

use aes::Aes256;
use aes::cipher::{Array, BlockCipherEncrypt, BlockModeEncrypt, InnerIvInit, KeyInit};
use aes_gcm::aead::{Aead, consts::U0};
use backup::{Backup, Folder, Keys, Locked, Password, Result, content_path, file_id};
use plist::Value;
use sha2::{Digest, Sha256};

use super::{Made, dictionary, record, text};

/// How the keys are locked.
#[derive(Clone, Copy, PartialEq)]
pub enum Generation {
    /// Before iOS 10.2: one derivation.
    One,
    /// Since iOS 10.2: two.
    Two,
}

pub struct Sealed {
    pub made: Made,
    pub password: String,
    pub generation: Generation,
    /// Whether Manifest.db is padded.
    pub padded: bool,
}

/// Rounds of the first and the second derivation: few, for the sake of quick tests.
const ROUNDS: (u32, u32) = (50, 20);
const SALTS: ([u8; 20], [u8; 20]) = ([0xD1; 20], [0x5A; 20]);
pub const MANIFEST_CLASS: u32 = 4;

/// A key that differs for every name.
pub fn key(name: &str) -> [u8; 32] {
    Sha256::digest(name).into()
}

fn class_key(class: u32) -> [u8; 32] {
    key(&format!("class {class}"))
}

/// RFC 3394.
pub fn wrap(with: &[u8; 32], key: &[u8; 32]) -> Vec<u8> {
    let cipher = Aes256::new(&Array::from(*with));
    let mut check = [0xA6u8; 8];
    let mut key = *key;
    for round in 0..6u64 {
        for part in 0..4u64 {
            let at = part as usize * 8;
            let mut block = Array::from([0u8; 16]);
            block[..8].copy_from_slice(&check);
            block[8..].copy_from_slice(&key[at..at + 8]);
            cipher.encrypt_block(&mut block);
            let count = u64::from_be_bytes(block[..8].try_into().unwrap()) ^ (round * 4 + part + 1);
            check = count.to_be_bytes();
            key[at..at + 8].copy_from_slice(&block[8..]);
        }
    }
    [&check[..], &key].concat()
}

/// Class and key as files have them.
pub fn wrapped(class: u32, key: &[u8; 32]) -> Vec<u8> {
    [&class.to_le_bytes()[..], &wrap(&class_key(class), key)].concat()
}

/// Whole blocks, encrypted.
pub fn encrypt(key: &[u8; 32], blocks: &[u8]) -> Vec<u8> {
    let mut blocks = blocks.to_vec();
    let (chunks, rest) = Array::slice_as_chunks_mut(&mut blocks);
    assert!(rest.is_empty());
    cbc::Encryptor::inner_iv_init(Aes256::new(&Array::from(*key)), &Array::from([0; 16])).encrypt_blocks(chunks);
    blocks
}

pub fn padded(content: &[u8]) -> Vec<u8> {
    let padding = 16 - content.len() % 16;
    [content, &vec![padding as u8; padding]].concat()
}

fn put(bag: &mut Vec<u8>, tag: &str, value: &[u8]) {
    bag.extend(tag.as_bytes());
    bag.extend((value.len() as u32).to_be_bytes());
    bag.extend(value);
}

impl Sealed {
    pub fn new() -> Sealed {
        let made = Made::new();
        Sealed { made, password: "pass wörd".into(), generation: Generation::Two, padded: true }
    }

    pub fn keybag(&self) -> Vec<u8> {
        let password = self.password.as_bytes();
        let two = self.generation == Generation::Two;
        let mut bag = Vec::new();
        put(&mut bag, "VERS", &(if two { 5u32 } else { 3 }).to_be_bytes());
        put(&mut bag, "TYPE", &1u32.to_be_bytes());
        put(&mut bag, "UUID", &[0x11; 16]);
        put(&mut bag, "HMCK", &[0x22; 40]);
        put(&mut bag, "WRAP", &1u32.to_be_bytes());
        put(&mut bag, "SALT", &SALTS.1);
        put(&mut bag, "ITER", &ROUNDS.1.to_be_bytes());
        let mut derived = password.to_vec();
        if two {
            put(&mut bag, "DPWT", &0u32.to_be_bytes());
            put(&mut bag, "DPIC", &ROUNDS.0.to_be_bytes());
            put(&mut bag, "DPSL", &SALTS.0);
            derived = pbkdf2::pbkdf2_hmac_array::<Sha256, 32>(password, &SALTS.0, ROUNDS.0).to_vec();
        }
        let key = pbkdf2::pbkdf2_hmac_array::<sha1::Sha1, 32>(&derived, &SALTS.1, ROUNDS.1);
        put(&mut bag, "XTRA", b"nobody knows this tag");
        for class in (1..=11u32).rev() {
            // Classes 5 and 9 to 11 need a key of the device as well.
            let locked = if class == 5 || class >= 9 { 3u32 } else { 2 };
            put(&mut bag, "UUID", &[class as u8; 16]);
            put(&mut bag, "CLAS", &class.to_be_bytes());
            put(&mut bag, "WRAP", &locked.to_be_bytes());
            put(&mut bag, "KTYP", &0u32.to_be_bytes());
            put(&mut bag, "WPKY", &wrap(&key, &class_key(class)));
        }
        bag
    }

    /// A file with what is stored of it and the size its record claims (negative: none).
    pub fn stored(&self, domain: &str, path: &str, class: u32, size: i64, blocks: &[u8]) -> PathBuf {
        let id = file_id(domain, path);
        let key = key(&id);
        let extra = [("EncryptionKey", Value::Data(wrapped(class, &key)))];
        self.made.row(domain, path, 1, record(0o100_644, size, &extra));
        let to = self.made.path().join(content_path(&id));
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        let whole = blocks.len() / 16 * 16;
        std::fs::write(&to, [&encrypt(&key, &blocks[..whole]), &blocks[whole..]].concat()).unwrap();
        to
    }

    pub fn file(&self, domain: &str, path: &str, content: &[u8]) -> PathBuf {
        self.stored(domain, path, 3, content.len() as i64, &padded(content))
    }

    /// A keychain item as the device writes it.
    pub fn keychain_item(class: u32, fields: &[(&str, &str)]) -> Value {
        let put = |tag: u8, content: &[u8]| [&[tag, 0x82], &(content.len() as u16).to_be_bytes()[..], content].concat();
        let pairs = fields
            .iter()
            .map(|(name, value)| put(0x30, &[put(0x0C, name.as_bytes()), put(0x0C, value.as_bytes())].concat()));
        let plain = put(0x31, &pairs.collect::<Vec<_>>().concat());
        let key = key("item");
        let cipher = aes_gcm::AesGcm::<Aes256, U0>::new(&Array::from(key));
        let sealed = cipher.encrypt(&Default::default(), &plain[..]).unwrap();
        let header: Vec<u8> = [3, class, 40].iter().flat_map(|word: &u32| word.to_le_bytes()).collect();
        let data = [header, wrap(&class_key(class), &key), sealed].concat();
        dictionary(&[("v_Data", Value::Data(data)), ("v_PersistentRef", Value::Data(vec![1]))])
    }

    /// Writes the key bag and encrypts Manifest.db: nothing can be added afterwards.
    pub fn close(&self) {
        let manifest_key = key("manifest");
        let mut fields = vec![
            ("IsEncrypted", Value::Boolean(true)),
            ("BackupKeyBag", Value::Data(self.keybag())),
            ("Version", text("10.0")),
            ("Lockdown", dictionary(&[("ProductVersion", text("17.1")), ("UniqueDeviceID", text("made"))])),
        ];
        if self.generation == Generation::Two {
            fields.push(("ManifestKey", Value::Data(wrapped(MANIFEST_CLASS, &manifest_key))));
            let manifest = self.made.path().join("Manifest.db");
            let plain = std::fs::read(&manifest).unwrap();
            let plain = if self.padded { padded(&plain) } else { plain };
            std::fs::write(manifest, encrypt(&manifest_key, &plain)).unwrap();
        }
        self.made.plist("Manifest.plist", &dictionary(&fields));
    }

    pub fn locked(&self) -> Locked {
        Locked::look(&Folder::new(self.made.path().to_owned())).unwrap().unwrap()
    }

    pub fn keys(&self) -> Keys {
        self.locked().unlock(&Password::new(&self.password), &|| false).unwrap()
    }

    pub fn open(&self) -> Result<Backup> {
        let files = Arc::new(Folder::new(self.made.path().to_owned()));
        Backup::open_unlocked(files, &self.made.scratch(), &self.keys())
    }
}
