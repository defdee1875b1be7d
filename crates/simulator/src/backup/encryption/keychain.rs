//! keychain-backup.plist of an encrypted backup (`formats.md` 1.7).

use super::Sealing;
use crate::contents::{Secret, SecretOf};
use aes_gcm::aead::{AeadInOut, consts::U0};
use aes_gcm::{AesGcm, KeyInit, Nonce, aes::Aes256};
use plist::{Dictionary, Value};

/// The version of an item's data that is publicly understood.
const DATA_VERSION: u32 = 3;

/// The list with every secret sealed by the class key it belongs to.
pub(in crate::backup) fn keychain(sealing: &Sealing, secrets: &[Secret]) -> Result<Vec<u8>, plist::Error> {
    let mut list =
        Dictionary::from_iter(["cert", "genp", "inet", "keys"].map(|table| (table, Value::Array(Vec::new()))));
    for (number, secret) in secrets.iter().enumerate() {
        let table = match secret.of {
            SecretOf::Wifi => "genp",
            SecretOf::Website { .. } => "inet",
        };
        let mut reference = table.as_bytes().to_vec();
        reference.extend_from_slice(&sealing.derive(&["reference", &number.to_string()])[..16]);
        let item = Dictionary::from_iter([
            ("v_Data", Value::Data(seal(sealing, number, secret))),
            ("v_PersistentRef", Value::Data(reference)),
        ]);
        if let Some(Value::Array(items)) = list.get_mut(table) {
            items.push(item.into());
        }
    }
    let mut bytes = Vec::new();
    Value::Dictionary(list).to_writer_binary(&mut bytes)?;
    Ok(bytes)
}

fn seal(sealing: &Sealing, number: usize, secret: &Secret) -> Vec<u8> {
    let key = sealing.derive(&["keychain", &number.to_string()]);
    let wrapped = sealing.wrapped(secret.class, &key);
    let (class, wrapped) = wrapped.split_at(4);
    let mut data = DATA_VERSION.to_le_bytes().to_vec();
    data.extend_from_slice(class);
    // 40.
    data.extend_from_slice(&(wrapped.len() as u32).to_le_bytes());
    data.extend_from_slice(wrapped);
    let mut content = attributes(secret);
    let cipher = AesGcm::<Aes256, U0>::new((&key).into());
    let tag = cipher.encrypt_inout_detached(&Nonce::<U0>::default(), b"", content.as_mut_slice().into());
    data.extend_from_slice(&content);
    // A few hundred bytes: far from what the mode cannot take.
    data.extend_from_slice(&tag.expect("a short text"));
    data
}

/// The attributes of an item as DER: a set of pairs of name and value.
fn attributes(secret: &Secret) -> Vec<u8> {
    let made = der(TIME, secret.generalized_time().as_bytes());
    let mut pairs = vec![
        ("acct", der(TEXT, secret.account.as_bytes())),
        ("cdat", made.clone()),
        ("mdat", made),
        ("pdmn", der(TEXT, protection(secret.class).as_bytes())),
        ("sync", der(INTEGER, &[0])),
        ("tomb", der(INTEGER, &[0])),
        ("v_Data", der(OCTETS, secret.password.as_bytes())),
    ];
    match &secret.of {
        SecretOf::Wifi => pairs.extend([
            ("agrp", der(TEXT, b"apple")),
            ("labl", der(TEXT, b"AirPort")),
            ("svce", der(TEXT, b"AirPort")),
        ]),
        SecretOf::Website { server } => pairs.extend([
            ("agrp", der(TEXT, b"com.apple.cfnetwork")),
            ("atyp", der(TEXT, b"form")),
            ("labl", der(TEXT, format!("{server} ({})", secret.account).as_bytes())),
            ("path", der(TEXT, b"")),
            ("port", der(INTEGER, &443u16.to_be_bytes())),
            ("ptcl", der(TEXT, b"htps")),
            ("srvr", der(TEXT, server.as_bytes())),
        ]),
    }
    let mut members: Vec<Vec<u8>> =
        pairs.into_iter().map(|(name, value)| der(SEQUENCE, &[der(TEXT, name.as_bytes()), value].concat())).collect();
    // DER orders the members of a set by their bytes.
    members.sort();
    der(SET, &members.concat())
}

const INTEGER: u8 = 0x02;
const OCTETS: u8 = 0x04;
const TEXT: u8 = 0x0C;
const TIME: u8 = 0x18;
const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;

fn der(tag: u8, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![tag];
    match content.len() {
        short @ ..0x80 => bytes.push(short as u8),
        // A keychain item is far below 64 KiB.
        long => {
            bytes.push(0x82);
            bytes.extend_from_slice(&(long as u16).to_be_bytes());
        }
    }
    bytes.extend_from_slice(content);
    bytes
}

/// When an item can be read, as the keychain abbreviates it.
fn protection(class: u32) -> &'static str {
    match class {
        6 => "ak",
        7 => "ck",
        8 => "dk",
        9 => "aku",
        10 => "cku",
        _ => "dku",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{ClassKeys, Vault};
    use super::*;
    use crate::Encryption;

    fn number(bytes: &[u8]) -> u32 {
        u32::from_le_bytes(bytes.try_into().unwrap())
    }

    #[test]
    fn items_open_with_the_keys_of_the_bag_but_for_those_of_the_device() {
        let home = tempfile::tempdir().unwrap();
        let sealing = Vault::open(home.path(), 1, Some(&Encryption::new("p")), false).unwrap().sealing().unwrap();
        let keys = ClassKeys::open(sealing.bag(), "p").unwrap();
        let secret =
            |class, of| Secret { of, account: "Haus 14".into(), password: "amber".into(), made: 1_795_210_200, class };
        let secrets = [secret(7, SecretOf::Wifi), secret(9, SecretOf::Website { server: "a.example".into() })];
        let list = plist::Value::from_reader(std::io::Cursor::new(keychain(&sealing, &secrets).unwrap())).unwrap();
        let data = |table: &str| {
            let item = list.as_dictionary().unwrap()[table].as_array().unwrap()[0].as_dictionary().unwrap();
            item["v_Data"].as_data().unwrap().to_vec()
        };
        let (wifi, website) = (data("genp"), data("inet"));
        assert_eq!((number(&wifi[..4]), number(&wifi[4..8]), number(&wifi[8..12])), (3, 7, 40));
        let wrapped = |data: &[u8]| [&data[4..8], &data[12..52]].concat().try_into().unwrap();
        assert!(keys.unwrap(&wrapped(&website)).is_none());
        let key = keys.unwrap(&wrapped(&wifi)).unwrap();
        let (mut content, tag) = (wifi[52..wifi.len() - 16].to_vec(), &wifi[wifi.len() - 16..]);
        let tag = aes_gcm::Tag::try_from(tag).unwrap();
        let cipher = AesGcm::<Aes256, U0>::new((&key).into());
        cipher.decrypt_inout_detached(&Nonce::<U0>::default(), b"", content.as_mut_slice().into(), &tag).unwrap();
        assert_eq!(content[0], SET);
        let holds = |part: &[u8]| content.windows(part.len()).any(|window| window == part);
        assert!(holds(b"\x0c\x06v_Data\x04\x05amber") && holds(b"\x18\x0f20261120213000Z"));
    }
}
