//! Doors to decoders that are nobody's API, for `fuzz/` and the replay of its corpus alone.

use zeroize::Zeroizing;

use crate::der::fields;
use crate::error::Result;
use crate::keybag::Keybag;
use crate::keychain::{self, Opened};
use crate::keys::Keys;
use crate::mbdb::{MAGIC, Records};
use crate::mbfile;
use crate::password::Password;
use crate::record::{self, Stat};

/// Every byte of the key that opens class 6 for [`keychain_item`].
pub const CLASS_KEY: u8 = 0x42;

/// The records of a list behind its header, each as it is read again from its row; the second is whether it ended well.
pub fn mbdb(list: &[u8]) -> (Vec<Option<Stat>>, bool) {
    let mut records = Records { source: list, raw: Vec::new() };
    let mut stats = Vec::new();
    loop {
        match records.next() {
            Ok(Some(_)) => stats.push(file_record(&[MAGIC, &records.raw].concat())),
            ended => return (stats, ended.is_ok()),
        }
    }
}

/// What the record of a row says; `None` where it is none. Panics where it reads otherwise in place than taken apart.
pub fn file_record(bytes: &[u8]) -> Option<Stat> {
    let record = record::decode(bytes).ok()?;
    if let Some(read) = mbfile::read(bytes)
        && let Ok(whole) = record::decode_any(bytes)
    {
        assert_eq!(read, whole);
    }
    Some(record.stat)
}

/// The identity of a key bag, and whether the password opens it. A bag of more than one round counts as shut.
pub fn keybag(bytes: &[u8], password: &str) -> Result<(String, bool)> {
    let bag = Keybag::parse(bytes)?;
    Ok((bag.id(), bag.unlock(&Password::new(password), &|| true).is_ok()))
}

/// Whether a sealed item of the keychain opens with [`CLASS_KEY`].
pub fn keychain_item(sealed: &[u8]) -> bool {
    let keys = Keys::new(String::new(), vec![(6, Zeroizing::new([CLASS_KEY; 32]))]);
    matches!(keychain::opened("genp", sealed, &keys), Opened::Item(_) | Opened::Deleted)
}

/// The secret of an item whose seal is already off; `None` where it is no item.
pub fn keychain_secret(group: &str, opened: &[u8]) -> Option<Zeroizing<String>> {
    match keychain::item(group, &fields(opened)?) {
        Opened::Item(item) => Some(item.secret()),
        _ => None,
    }
}
