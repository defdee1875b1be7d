//! The keychain inside an encrypted backup (`formats.md` 1.7, `docs/formats/keychain.md`).

use std::io::Read;

use aes_gcm::aead::consts::U0;
use aes_gcm::aead::{Aead, KeyInit};
use aes_gcm::{AesGcm, Nonce, aes::Aes256};
use plist::{Dictionary, Value};
use zeroize::Zeroizing;

use crate::backup::Backup;
use crate::der::{Der, fields};
use crate::error::{Error, Result};
use crate::keys::Keys;
use crate::plists;

const DOMAIN: &str = "KeychainDomain";
const PATH: &str = "keychain-backup.plist";
const MAX_KEYCHAIN: u64 = 64 << 20;

/// The keychain of an encrypted backup. The most sensitive thing in it: never log it, never export it unasked.
#[derive(Debug, Default)]
pub struct Keychain {
    pub items: Vec<KeychainItem>,
    /// Items that only the device itself can open (classes 9 to 11).
    pub this_device_only: u64,
    /// Items that are damaged or of an unknown form.
    pub unreadable: u64,
}

/// What sort of secret an item holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum KeychainKind {
    /// The password of a wireless network.
    Wifi,
    /// An account of a web site.
    Website,
    /// A secret of an app or of the system, a certificate, a key.
    Other,
}

/// One secret with what is known about it.
#[derive(Clone)]
pub struct KeychainItem {
    pub kind: KeychainKind,
    /// The network, the site or the service.
    pub title: String,
    /// Whose secret it is; empty where nothing says so.
    pub account: String,
    /// Unix milliseconds.
    pub created: Option<i64>,
    secret: Zeroizing<Vec<u8>>,
}

impl KeychainItem {
    /// The secret as text; as hexadecimal digits where it is no text.
    pub fn secret(&self) -> Zeroizing<String> {
        let mut shown = Zeroizing::new(String::with_capacity(self.secret.len() * 2));
        match std::str::from_utf8(&self.secret) {
            Ok(text) if !text.chars().any(|letter| letter.is_control() && !letter.is_whitespace()) => {
                shown.push_str(text);
            }
            _ => {
                for byte in self.secret.iter() {
                    for digit in [byte >> 4, byte & 0x0F] {
                        shown.extend(char::from_digit(digit.into(), 16));
                    }
                }
            }
        }
        shown
    }
}

impl std::fmt::Debug for KeychainItem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("KeychainItem").field("kind", &self.kind).finish_non_exhaustive()
    }
}

impl Backup {
    /// The passwords and accounts of the device; `None` where the backup holds no keychain or is not encrypted: then its keys
    /// never leave the device.
    pub fn keychain(&self) -> Result<Option<Keychain>> {
        let Some(keys) = &self.keys else {
            return Ok(None);
        };
        let Some(entry) = self.find(DOMAIN, PATH)? else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        let failed = |source| Error::Read { path: PATH.to_owned(), source };
        self.read(&entry)?.take(MAX_KEYCHAIN + 1).read_to_end(&mut bytes).map_err(failed)?;
        let damaged = |source| Error::PlistDamaged { name: PATH, source };
        if bytes.len() as u64 > MAX_KEYCHAIN {
            return Err(damaged(plists::PlistError::TooBig));
        }
        let groups = plists::parse(&bytes).map_err(damaged)?;
        let groups = groups.as_dictionary().ok_or_else(|| damaged(plists::PlistError::NotAPlist))?;
        Ok(Some(Keychain::read(groups, keys)))
    }
}

/// What became of one item.
pub(crate) enum Opened {
    Item(KeychainItem),
    /// The trace of an item that was deleted.
    Deleted,
    OnlyOnDevice,
    Unreadable,
}

impl Keychain {
    fn read(groups: &Dictionary, keys: &Keys) -> Keychain {
        let mut keychain = Keychain::default();
        for group in ["genp", "inet", "cert", "keys"] {
            let rows = groups.get(group).and_then(Value::as_array);
            for row in rows.into_iter().flatten() {
                let data = row.as_dictionary().and_then(|row| row.get("v_Data")?.as_data());
                match data.map_or(Opened::Unreadable, |data| opened(group, data, keys)) {
                    Opened::Item(item) => keychain.items.push(item),
                    Opened::Deleted => {}
                    Opened::OnlyOnDevice => keychain.this_device_only += 1,
                    Opened::Unreadable => keychain.unreadable += 1,
                }
            }
        }
        keychain
    }
}

/// Opens one item: version 3, class and length of the wrapped key (each u32, little-endian), the wrapped key, then AES-256-GCM
/// with an empty nonce and the tag at the end.
pub(crate) fn opened(group: &str, data: &[u8], keys: &Keys) -> Opened {
    let Some((header, rest)) = data.split_first_chunk::<12>() else {
        return Opened::Unreadable;
    };
    let word = |at: usize| u32::from_le_bytes([header[at], header[at + 1], header[at + 2], header[at + 3]]);
    let (version, class) = (word(0), word(4));
    let key_length = usize::try_from(word(8)).unwrap_or(usize::MAX);
    if version != 3 {
        return Opened::Unreadable;
    }
    if (9..=11).contains(&class) {
        return Opened::OnlyOnDevice;
    }
    let Some((wrapped, sealed)) = rest.split_at_checked(key_length) else {
        return Opened::Unreadable;
    };
    let Some(key) = keys.open_with(class, wrapped) else {
        return Opened::Unreadable;
    };
    let cipher = AesGcm::<Aes256, U0>::new(&(*key).into());
    let plain = cipher.decrypt(&Nonce::<U0>::default(), sealed).map(Zeroizing::new);
    let Some(fields) = plain.as_ref().ok().and_then(|plain| fields(plain)) else {
        return Opened::Unreadable;
    };
    item(group, &fields)
}

pub(crate) fn item(group: &str, fields: &[(&str, Der<'_>)]) -> Opened {
    let field = |name: &str| fields.iter().find(|(key, _)| *key == name).map(|(_, value)| *value);
    let text = |name: &str| match field(name) {
        Some(Der::Text(text)) => text.to_owned(),
        // The names of networks are bytes.
        Some(Der::Bytes(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        _ => String::new(),
    };
    if field("tomb") == Some(Der::Number(1)) {
        return Opened::Deleted;
    }
    let secret = match field("v_Data") {
        Some(Der::Text(text)) => text.as_bytes(),
        Some(Der::Bytes(bytes)) => bytes,
        _ => &[],
    };
    let wifi = group == "genp" && text("agrp") == "apple" && text("svce") == "AirPort";
    // Mail and file servers are internet accounts as well.
    let web = group == "inet" && ["", "http", "htps"].contains(&text("ptcl").as_str());
    let named = |names: &[&str]| names.iter().map(|name| text(name)).find(|text| !text.is_empty()).unwrap_or_default();
    let (kind, title, account) = match (wifi, web) {
        (true, _) => (KeychainKind::Wifi, text("acct"), String::new()),
        (_, true) => (KeychainKind::Website, named(&["srvr", "labl"]), text("acct")),
        _ => (KeychainKind::Other, named(&["srvr", "labl", "svce", "agrp"]), text("acct")),
    };
    let created = match field("cdat") {
        Some(Der::Time(time)) => Some(time),
        _ => None,
    };
    Opened::Item(KeychainItem { kind, title, account, created, secret: Zeroizing::new(secret.to_vec()) })
}
