//! The phone and its owner.

use super::ContentsOptions;
use super::clock::{Summer, Zone};
use super::random::Random;

/// Where the owner lives.
pub(crate) const HOME: Zone = Zone { name: "Europe/Berlin", hours: 1, summer: Summer::Europe };

/// The phone itself and whose it is. All from the seed, none of it belongs to a real device.
#[derive(Clone, Debug, PartialEq)]
pub struct Persona {
    pub owner: String,
    pub device_name: String,
    /// `iPhone15,2`.
    pub product_type: String,
    pub product_name: String,
    pub model_number: String,
    pub hardware_model: String,
    /// `17.5.1`.
    pub version: String,
    pub build: String,
    pub serial: String,
    /// `00008120-` and 16 hex digits.
    pub udid: String,
    pub unique_chip_id: u64,
    pub imei: String,
    pub imei2: String,
    pub meid: String,
    pub iccid: String,
    pub phone_number: String,
    pub email: String,
    pub wifi_address: String,
    pub bluetooth_address: String,
    pub ethernet_address: String,
    pub time_zone: String,
    pub language: String,
    pub locale: String,
    /// Bytes.
    pub disk_size: u64,
    /// Bytes.
    pub disk_free: u64,
    /// 0..=100.
    pub battery_percent: u8,
    pub charging: bool,
}

impl Persona {
    pub(crate) fn of(options: &ContentsOptions) -> Persona {
        let random = &mut Random::of(options.seed, &[20]);
        let owners = ["Maya Lindberg", "Jonas Okafor", "Clara Moretti", "Sam Whitfield", "Nadia Haddad", "Theo Nguyen"];
        // The first phone of a demo is always Maya's.
        let owner = if options.seed == 1 { owners[0] } else { *random.pick(&owners) };
        let first = owner.split(' ').next().unwrap_or(owner);
        // ECIDs of this chip have four leading zero bits; the owner's UDID is chip id and ECID.
        let chip = random.next() >> 11;
        let letters = |random: &mut Random| {
            (0..10).map(|_| *random.pick(b"CDFGHJKLMNPQRTVWXY0123469") as char).collect::<String>()
        };
        let mac = |random: &mut Random| {
            // Locally administered: no maker owns these.
            let rest: Vec<String> = (0..5).map(|_| format!("{:02x}", random.below(256))).collect();
            format!("02:{}", rest.join(":"))
        };
        Persona {
            owner: owner.into(),
            device_name: format!("{first}’s iPhone"),
            product_type: "iPhone15,2".into(),
            product_name: "iPhone OS".into(),
            model_number: "MQ0D3".into(),
            hardware_model: "D73AP".into(),
            version: "17.5.1".into(),
            build: "21F90".into(),
            serial: letters(random),
            udid: format!("00008120-{chip:016X}"),
            unique_chip_id: chip,
            imei: imei(random),
            imei2: imei(random),
            meid: format!("99{}", random.digits(12)),
            iccid: format!("8949020{}", random.digits(12)),
            phone_number: format!("+4917139200{}", random.digits(2)),
            email: format!("{}@example.com", owner.to_lowercase().replace(' ', ".")),
            wifi_address: mac(random),
            bluetooth_address: mac(random),
            ethernet_address: mac(random),
            time_zone: HOME.name.into(),
            language: "en".into(),
            locale: "en_DE".into(),
            disk_size: 128_000_000_000,
            disk_free: 41_000_000_000 + random.below(9_000_000_000),
            battery_percent: random.between(34, 96) as u8,
            charging: true,
        }
    }
}

/// A 15-digit number with the test type code 00 and a right check digit.
fn imei(random: &mut Random) -> String {
    let body = format!("004{}", random.digits(11));
    let sum: u32 = body
        .bytes()
        .enumerate()
        .map(|(index, digit)| {
            let digit = u32::from(digit - b'0') * if index % 2 == 1 { 2 } else { 1 };
            digit / 10 + digit % 10
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}
