//! One `MBFile`, the archived record of a file in Manifest.db (`formats.md` 1.2).

use super::FileId;
use super::encryption::WrappedKey;
use crate::contents::{FileKind, PhoneFile};
use crate::stream::dictionary;
use plist::{Dictionary, Uid, Value};
use sha1::{Digest, Sha1};

/// Every file of a phone belongs to the user `mobile`.
const MOBILE: u64 = 501;

/// The NSKeyedArchiver plist of `file`; `key` is that of its content in an encrypted backup.
pub(super) fn mb_file(file: &PhoneFile, id: &FileId, key: Option<&WrappedKey>) -> Result<Vec<u8>, plist::Error> {
    let inode = u32::from_be_bytes([id[0], id[1], id[2], id[3]]);
    let mut record = dictionary([
        ("LastModified", file.modified.into()),
        ("Flags", 0.into()),
        ("GroupID", MOBILE.into()),
        ("LastStatusChange", file.modified.into()),
        ("Birth", file.birth.into()),
        ("Size", file.size.into()),
        ("InodeNumber", u64::from(inode).into()),
        ("Mode", file.mode.into()),
        ("UserID", MOBILE.into()),
        ("ProtectionClass", u64::from(file.protection_class).into()),
    ]);
    let mut objects = vec![Value::from("$null"), Value::from(0)];
    let mut refer = |record: &mut Dictionary, key: &str, object: Value| {
        record.insert(key.into(), Value::Uid(Uid::new(objects.len() as u64)));
        objects.push(object);
    };
    if let Some(key) = key {
        let mut data = dictionary([("NS.data", Value::Data(key.to_vec()))]);
        refer(&mut data, "$class", class(&["NSMutableData", "NSData", "NSObject"]));
        refer(&mut record, "EncryptionKey", data.into());
    } else if let Some(bytes) = file.in_memory() {
        refer(&mut record, "Digest", Value::Data(Sha1::digest(bytes).to_vec()));
    }
    refer(&mut record, "RelativePath", file.path.as_str().into());
    if let Some(target) = file.target.as_ref().filter(|_| file.kind == FileKind::Link) {
        refer(&mut record, "Target", target.as_str().into());
    }
    if let Some(attributes) = &file.extended_attributes {
        refer(&mut record, "ExtendedAttributes", Value::Data(attributes.clone()));
    }
    refer(&mut record, "$class", class(&["MBFile", "NSObject"]));
    objects[1] = record.into();
    let archive = dictionary([
        ("$version", 100_000.into()),
        ("$archiver", "NSKeyedArchiver".into()),
        ("$top", dictionary([("root", Value::Uid(Uid::new(1)))]).into()),
        ("$objects", Value::Array(objects)),
    ]);
    let mut bytes = Vec::with_capacity(600);
    Value::Dictionary(archive).to_writer_binary(&mut bytes)?;
    Ok(bytes)
}

/// What an object is, and what that comes from.
fn class(names: &[&str]) -> Value {
    let classes = names.iter().map(|name| Value::from(*name)).collect();
    dictionary([("$classname", names[0].into()), ("$classes", Value::Array(classes))]).into()
}
