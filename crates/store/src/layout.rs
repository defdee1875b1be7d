//! Where everything lies inside a store, and what it is called.

use std::path::{Path, PathBuf};

use time::macros::format_description;
use time::{OffsetDateTime, PrimitiveDateTime};

use crate::seal::KeyId;
use crate::{Error, Result};

/// A BLAKE3-256 hash.
pub(crate) type Hash = [u8; 32];

/// The paths of one store.
#[derive(Debug, Clone)]
pub(crate) struct Layout {
    root: PathBuf,
}

impl Layout {
    /// The store below `location`.
    pub fn new(location: &Path) -> Layout {
        Layout { root: location.join("Heirloom") }
    }

    pub fn root(&self) -> &Path {
        &self.root
    }
    pub fn store_file(&self) -> PathBuf {
        self.root.join("STORE.json")
    }
    pub fn readme(&self) -> PathBuf {
        self.root.join("README.txt")
    }
    pub fn reader(&self) -> PathBuf {
        self.root.join("reader.py")
    }
    pub fn ballast(&self) -> PathBuf {
        self.root.join("ballast")
    }
    /// At the new place of a store: what a move that is under way has done.
    pub fn moving(&self) -> PathBuf {
        self.root.join("MOVING.json")
    }
    /// At the old place of a store: where it is now.
    pub fn moved(&self) -> PathBuf {
        self.root.join("MOVED.json")
    }
    pub fn objects(&self) -> PathBuf {
        self.root.join("objects")
    }
    /// Large files on their way in.
    pub fn parts(&self) -> PathBuf {
        self.root.join("objects").join("tmp")
    }
    /// The folder of one of the 4,096 groups of objects.
    pub fn object_folder(&self, group: u16) -> PathBuf {
        self.objects().join(format!("{group:03x}"))
    }
    pub fn object(&self, hash: &Hash) -> PathBuf {
        self.object_folder(group(hash)).join(hex(hash))
    }
    pub fn devices(&self) -> PathBuf {
        self.root.join("devices")
    }
    /// `udid` has passed [`check_udid`].
    pub fn versions(&self, udid: &str) -> PathBuf {
        self.devices().join(udid).join("versions")
    }
    pub fn quarantine(&self, udid: &str) -> PathBuf {
        self.devices().join(udid).join("quarantine")
    }
    /// Records of versions that were given up, until a clean-up; their numbers and their objects count.
    pub fn expired(&self, udid: &str) -> PathBuf {
        self.devices().join(udid).join("expired")
    }
    /// The delta that stands for an object.
    pub fn delta(&self, hash: &Hash) -> PathBuf {
        self.object_folder(group(hash)).join(format!("{}.delta", hex(hash)))
    }
    /// The object, where it is, even put aside by a clean-up that was cut.
    pub fn whole(&self, hash: &Hash) -> PathBuf {
        let (object, aside) = (self.object(hash), self.doomed().join(hex(hash)));
        if !object.exists() && aside.exists() { aside } else { object }
    }
    /// Where an object or delta of that file name lies; `None` when it is not the name of one.
    pub fn object_named(&self, name: &str) -> Option<PathBuf> {
        object_hash(name).map(|hash| self.object_folder(group(&hash)).join(name))
    }
    /// Objects a clean-up has put aside, for a last look before they go.
    pub fn doomed(&self) -> PathBuf {
        self.objects().join("doomed")
    }
    /// Objects found damaged, under the name they had.
    pub fn damaged_objects(&self) -> PathBuf {
        self.objects().join("damaged")
    }
    /// What turned sealing on and off.
    pub fn sealing(&self) -> PathBuf {
        self.root.join("sealing")
    }
    pub fn leases(&self) -> PathBuf {
        self.root.join("leases")
    }
    pub fn lease(&self, udid: &str) -> PathBuf {
        self.leases().join(format!("{udid}.json"))
    }
}

/// The group of an object: the first three hex digits of its name.
pub(crate) fn group(hash: &Hash) -> u16 {
    u16::from(hash[0]) << 4 | u16::from(hash[1]) >> 4
}

/// The hash in the file name of an object or delta; `None` when it is not the name of one.
pub(crate) fn object_hash(name: &str) -> Option<Hash> {
    let digits = name.strip_suffix(".delta").unwrap_or(name);
    blake3::Hash::from_hex(digits).ok().map(|hash| *hash.as_bytes()).filter(|hash| hex(hash) == digits)
}

/// Lower-case hex.
pub(crate) fn hex(hash: &Hash) -> String {
    blake3::Hash::from_bytes(*hash).to_hex().to_string()
}

/// Refuses anything but 1 to 64 of `0-9 A-Z a-z -`, so that a device name is always one plain folder name.
pub(crate) fn check_udid(udid: &str) -> Result<()> {
    let good = (1..=64).contains(&udid.len()) && udid.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if good { Ok(()) } else { Err(Error::BadDevice { udid: udid.chars().take(80).collect() }) }
}

/// The name of a record, as `000042-20261122T2149Z.ver`. `made` in Unix milliseconds.
pub(crate) fn record_name(seq: u64, made: i64) -> String {
    let format = format_description!("[year][month][day]T[hour][minute]Z");
    let time = OffsetDateTime::from_unix_timestamp(made.div_euclid(1000))
        .ok()
        .filter(|time| (0..=9999).contains(&time.year()))
        .unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let time = time.format(&format).unwrap_or_else(|_| "19700101T0000Z".into());
    format!("{seq:06}-{time}.ver")
}

/// The number in the name of a record; `None` when it is not the name of one.
pub(crate) fn record_seq(name: &str) -> Option<u64> {
    let (seq, rest) = name.strip_suffix(".ver")?.split_once('-')?;
    numbered(seq).filter(|_| !rest.is_empty() && rest.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// The minute in the name of a record, Unix milliseconds; `None` when it is not the name of one that a writer made.
pub(crate) fn record_time(name: &str) -> Option<i64> {
    let format = format_description!("[year][month][day]T[hour][minute]Z");
    let (_, time) = name.strip_suffix(".ver")?.split_once('-')?;
    let time = PrimitiveDateTime::parse(time, &format).ok()?;
    Some(time.assume_utc().unix_timestamp() * 1000)
}

/// The name of the empty file that turned sealing on or off.
pub(crate) fn switch_name(number: u64, key: &KeyId, on: bool) -> String {
    format!("{number:06}-{}.{}", key.hex(), if on { "on" } else { "off" })
}

/// Number, key, and whether it turned sealing on; `None` when it is not the name of a switch.
pub(crate) fn switch_parts(name: &str) -> Option<(u64, KeyId, bool)> {
    let (rest, on) = match name.strip_suffix(".on") {
        Some(rest) => (rest, true),
        None => (name.strip_suffix(".off")?, false),
    };
    let (number, key) = rest.split_once('-')?;
    Some((numbered(number)?, KeyId::from_hex(key)?, on))
}

/// The name of the empty file that reserves a number while its record is being written.
pub(crate) fn claim_name(seq: u64) -> String {
    format!("{seq:06}.claim")
}

/// The number in the name of a claim; `None` when it is not the name of one.
pub(crate) fn claim_seq(name: &str) -> Option<u64> {
    numbered(name.strip_suffix(".claim")?)
}

/// The name of the file that pins the version of a record.
pub(crate) fn pin_name(record: &str) -> String {
    format!("{record}.pin")
}

/// The number in the name of a pin; `None` when it is not the name of one.
pub(crate) fn pin_seq(name: &str) -> Option<u64> {
    record_seq(name.strip_suffix(".pin")?)
}

/// The name of the file that tells since when a version is expired.
pub(crate) fn since_name(record: &str) -> String {
    format!("{record}.since")
}

/// The name of a record that was being written when its session was cut: it never was a version.
pub(crate) fn torn_name(record: &str) -> String {
    format!("{record}.torn")
}

/// The name of a damaged record a person has given up: it holds up no clean-up any more.
pub(crate) fn given_up_name(record: &str) -> String {
    format!("{record}.given-up")
}

/// The name of the empty file that keeps the highest number used, when the record that had it is gone.
pub(crate) fn gone_name(record: &str) -> String {
    format!("{record}.gone")
}

/// The number in the name of a record that is none any more.
pub(crate) fn former_seq(name: &str) -> Option<u64> {
    [".torn", ".given-up", ".gone"].iter().find_map(|suffix| record_seq(name.strip_suffix(suffix)?))
}

fn numbered(text: &str) -> Option<u64> {
    let digits = (6..=18).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|seq| digits && *seq > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn record_names_carry_number_and_minute() {
        assert_eq!(record_name(42, 1_795_384_175_000), "000042-20261122T2149Z.ver");
        assert_eq!(record_name(1, i64::MAX), "000001-19700101T0000Z.ver");
        assert_eq!(record_seq("000042-20261122T2149Z.ver"), Some(42));
        assert_eq!(record_seq("1234567-20261122T2149Z.ver"), Some(1_234_567));
        assert_eq!(record_time("000042-20261122T2149Z.ver"), Some(1_795_384_140_000));
        assert_eq!(record_time("000042-x.ver"), None);
    }

    #[test]
    fn strangers_in_the_folder_are_not_records() {
        for name in
            ["._000042-20261122T2149Z.ver", "42-x.ver", "000042.ver", "000042-.ver", "+00042-a.ver", "000000-a.ver"]
        {
            assert_eq!(record_seq(name), None, "{name}");
        }
        assert_eq!(record_seq("000042-20261122T2149Z (1).ver"), None);
        assert_eq!(claim_seq("000042.claim"), Some(42));
    }

    #[test]
    fn a_device_name_is_one_folder_name() {
        for bad in ["", "..", "a/b", "a b", "ä", &"a".repeat(65)] {
            assert!(matches!(check_udid(bad), Err(Error::BadDevice { .. })), "{bad}");
        }
        assert!(check_udid("00008110-001A2B3C4D5E6F70").is_ok());
    }

    #[test]
    fn objects_fan_out_by_three_hex_digits() {
        let hash = *blake3::hash(b"").as_bytes();
        let path = Layout::new(Path::new("/x")).object(&hash);
        assert!(
            path.ends_with("Heirloom/objects/af1/af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262")
        );
    }
}
