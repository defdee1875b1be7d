//! What is in the keychain: passwords of known networks and of websites.

use super::clock::{DAY, civil, now};
use super::random::Random;
use super::{ContentsOptions, Persona};

/// One password of the keychain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Secret {
    pub of: SecretOf,
    /// The network's name, or the user's.
    pub account: String,
    pub password: String,
    /// Unix seconds.
    pub made: i64,
    /// 6 to 8 open with a backup's password, 9 to 11 only on the phone itself (`formats.md` 1.5).
    pub class: u32,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SecretOf {
    Wifi,
    Website { server: String },
}

impl Secret {
    /// When it was made, as ASN.1 writes a time: `20261120213000Z`.
    pub(crate) fn generalized_time(&self) -> String {
        let (year, month, day) = civil(self.made.div_euclid(DAY));
        let second = self.made.rem_euclid(DAY);
        format!("{year:04}{month:02}{day:02}{:02}{:02}{:02}Z", second / 3600, second / 60 % 60, second % 60)
    }
}

/// The same on every day.
pub(crate) fn all(options: &ContentsOptions, persona: &Persona) -> Vec<Secret> {
    let websites = [
        ("mail.example.com", 6),
        ("forum.example.org", 6),
        ("shop.example.net", 8),
        ("bahn.example.de", 6),
        ("bücher.example.de", 7),
        ("bank.example.com", 9),
    ];
    // The last two never leave the phone.
    let networks =
        [("Haus 14", 7), ("Lantern Yoga 🧘", 7), ("Fritz!Wald 7", 8), ("RailGo WiFi", 10), ("Copper Kettle Guest", 11)];
    let wifi = networks.map(|(name, class)| (SecretOf::Wifi, name.to_string(), class));
    let website =
        |(server, class): (&str, u32)| (SecretOf::Website { server: server.into() }, persona.email.clone(), class);
    let all = wifi.into_iter().chain(websites.map(website));
    let secret = |(number, (of, account, class)): (usize, (SecretOf, String, u32))| {
        let random = &mut Random::of(options.seed, &[90, number as u64]);
        let words = ["amber", "Brücke", "cobalt", "drift", "ember", "fjord", "granite", "harbor"];
        let password = format!("{}-{}-{}", random.pick(&words), random.pick(&words), random.digits(4));
        Secret { of, account, password, made: now(0) - random.between(20, 1900) * DAY, class }
    };
    all.enumerate().map(secret).collect()
}
