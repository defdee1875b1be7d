//! What a version's record says of it, and what we write there.

use crate::api::versions::{Origin, VersionSummary};
use crate::locks::Locks;
use std::collections::BTreeMap;
use store::{Store, VersionHead};

/// The notes of a version record; its keys are part of the store's format (`docs/store-format.md`).
#[derive(Clone, Debug, Default)]
pub struct DeviceNotes {
    pub name: String,
    pub product_type: String,
    pub system: String,
    pub build: String,
    pub serial: Option<String>,
    pub imported: bool,
    pub encrypted: bool,
    pub checked: bool,
    pub unreadable: u64,
    pub unconfirmed: bool,
    pub incomplete: bool,
    /// The note that names the files the device could not read.
    pub unreadable_list: Option<String>,
    /// The id of the key bag of an encrypted one: versions with the same open with the same password.
    pub keybag: Option<String>,
}

impl DeviceNotes {
    pub fn to_map(&self) -> BTreeMap<String, String> {
        let mut map = BTreeMap::new();
        let mut put = |key: &str, value: String| map.insert(key.to_string(), value);
        put("device-name", self.name.clone());
        put("product-type", self.product_type.clone());
        put("system", self.system.clone());
        put("build", self.build.clone());
        put("origin", if self.imported { "imported" } else { "backed-up" }.to_string());
        put("encrypted", self.encrypted.to_string());
        put("checked", self.checked.to_string());
        put("unreadable-files", self.unreadable.to_string());
        // Whatever counts on a whole version must not count on this one.
        put("unconfirmed", (self.unconfirmed || self.incomplete).to_string());
        put("incomplete", self.incomplete.to_string());
        if let Some(list) = &self.unreadable_list {
            put(crate::browse::unreadable::NOTE, list.clone());
        }
        if let Some(keybag) = &self.keybag {
            put("keybag", keybag.clone());
        }
        if let Some(serial) = &self.serial {
            put("serial", serial.clone());
        }
        map
    }
}

/// Whether a version is what was there of a backup that was cut or lacked files.
pub fn is_incomplete(head: &VersionHead) -> bool {
    head.notes.get("incomplete").is_some_and(|note| note == "true")
}

/// A version's id: `<udid>@<number>.<the store, shortened>`, as the same device may have a version 1 in several stores.
pub fn version_id(udid: &str, number: u64, store: &str) -> String {
    format!("{udid}@{number}.{}", store.get(..8).unwrap_or(store))
}

/// A version as the window lists it.
pub fn summarise(head: &VersionHead, store: &Store, pinned: bool, locks: &Locks) -> VersionSummary {
    let note = |key: &str| head.notes.get(key).cloned().unwrap_or_default();
    let product_type = note("product-type");
    let id = version_id(&head.udid, head.seq, store.id());
    VersionSummary {
        unlocked: locks.opens(&id, head.notes.get("keybag").map(String::as_str)),
        id,
        store: store.id().to_string(),
        udid: head.udid.clone(),
        location: store.location().to_string_lossy().into_owned(),
        number: head.seq,
        made: head.made,
        device_name: note("device-name"),
        model: device::marketing_name(&product_type).to_string(),
        product_type,
        system: note("system"),
        files: head.files,
        bytes: head.bytes,
        new_bytes: head.new_bytes,
        origin: if note("origin") == "imported" { Origin::Imported } else { Origin::BackedUp },
        encrypted: note("encrypted") == "true",
        checked: note("checked") == "true",
        unreadable: note("unreadable-files").parse().unwrap_or(0),
        unconfirmed: note("unconfirmed") == "true",
        incomplete: is_incomplete(head),
        pinned,
    }
}
