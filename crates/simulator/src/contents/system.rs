//! What every phone has besides its contents: preferences, the home screen's layout, known networks, and the files of apps.

use plist::{Date, Dictionary, Value};

use super::clock::{DAY, now};
use super::files::{Content, Listing};
use super::random::{Random, hash};
use super::{App, Contents, ContentsOptions, Persona, filler};

/// A property list in Apple's binary form.
fn binary(dictionary: Dictionary) -> Vec<u8> {
    let mut bytes = Vec::new();
    // Memory takes every write, and these values have nothing a binary list cannot hold.
    plist::to_writer_binary(&mut bytes, &Value::Dictionary(dictionary)).expect("a plain property list");
    bytes
}

fn list<'a>(pairs: impl IntoIterator<Item = (&'a str, Value)>) -> Vec<u8> {
    binary(pairs.into_iter().map(|(key, value)| (key.to_string(), value)).collect())
}

fn date(unix: i64) -> Value {
    let since = std::time::Duration::from_secs(unix.max(0).unsigned_abs());
    Value::Date(Date::from(std::time::UNIX_EPOCH + since))
}

/// Preferences that stay as they are: bundle, key and value.
const PREFERENCES: [(&str, &str, i64); 30] = [
    ("com.apple.Accessibility", "ReduceMotionEnabled", 0),
    ("com.apple.AppStore", "AutoPlay", 1),
    ("com.apple.Maps", "MapType", 3),
    ("com.apple.MobileSMS", "KeepMessageForDays", 0),
    ("com.apple.Music", "EQPreset", 4),
    ("com.apple.PhotoLibrary", "SortOrder", 1),
    ("com.apple.Preferences", "LastPane", 2),
    ("com.apple.Siri", "VoiceTrigger", 1),
    ("com.apple.VoiceMemos", "Quality", 0),
    ("com.apple.assistant.support", "Dictation", 1),
    ("com.apple.backboardd", "BKAutoBrightness", 1),
    ("com.apple.camera", "Grid", 1),
    ("com.apple.carousel", "Paired", 0),
    ("com.apple.chronod", "Widgets", 6),
    ("com.apple.compass", "TrueNorth", 1),
    ("com.apple.facetime", "LiveCaptions", 0),
    ("com.apple.findmy", "Enabled", 1),
    ("com.apple.homed", "Homes", 1),
    ("com.apple.iBooks", "Theme", 2),
    ("com.apple.keyboard", "Haptics", 1),
    ("com.apple.locationd", "Enabled", 1),
    ("com.apple.mobilecal", "WeekStart", 2),
    ("com.apple.mobilemail", "Threads", 1),
    ("com.apple.mobilenotes", "Accounts", 1),
    ("com.apple.mobilesafari", "Tabs", 14),
    ("com.apple.mobiletimer", "Alarms", 3),
    ("com.apple.news", "Follows", 5),
    ("com.apple.reminders", "Lists", 4),
    ("com.apple.stocks", "List", 7),
    ("com.apple.weather", "Cities", 5),
];

impl Contents {
    pub(crate) fn home_preferences(&self, listing: &mut Listing) {
        for (bundle, key, value) in PREFERENCES {
            let bytes = list([(key, Value::from(value)), ("Version", Value::from("17.5.1"))]);
            listing.bytes(format!("Library/Preferences/{bundle}.plist"), bytes);
        }
        let day = i64::from(self.day());
        // These change every day.
        let daily = [
            (
                "com.apple.springboard",
                list([("SBIconVisibility", Value::from(true)), ("SBUnlocks", Value::from(1200 + day * 61))]),
            ),
            (
                "com.apple.mobilephone",
                list([
                    ("LastDialed", Value::from(self.persona().phone_number.as_str())),
                    ("CallCount", Value::from(day * 3)),
                ]),
            ),
            ("com.apple.mobileslideshow", list([("LastOpened", date(now(self.day()) - 4000))])),
        ];
        for (bundle, bytes) in daily {
            listing.bytes(format!("Library/Preferences/{bundle}.plist"), bytes).modified = now(self.day()) - 3600;
        }
        let persona = self.persona();
        let language = Value::Array(vec![Value::from(persona.language.as_str()), Value::from("de")]);
        let global = list([("AppleLanguages", language), ("AppleLocale", Value::from(persona.locale.as_str()))]);
        listing.bytes("Library/Preferences/.GlobalPreferences.plist", global);
        listing.bytes("Library/SpringBoard/IconState.plist", icon_state(self.apps()));
        listing.file(
            "Library/SpringBoard/HomeBackground.cpbitmap",
            409_620,
            Content::Generated { seed: self.options().seed, length: 409_620 },
        );
        listing.bytes(
            "Library/ConfigurationProfiles/ClientTruth.plist",
            list([("ClientRestrictions", Value::Dictionary(Dictionary::new()))]),
        );
        listing.folder("Library/Mail");
        listing.folder("Library/Caches");
        listing.bytes("Library/Keyboard/en-dynamic.lm/empty.dat", Vec::new());
        listing.link("Library/Logs/Current", "../Caches");
    }

    pub(crate) fn app_files(&self, app: &App, place: usize, listing: &mut Listing) {
        let options = self.options();
        let preferences =
            list([("Launches", Value::from(place as i64 * 7 + 3)), ("Version", Value::from(app.version.as_str()))]);
        listing.bytes(format!("Library/Preferences/{}.plist", app.bundle_id), preferences);
        listing.folder("Documents");
        listing.folder("Library/Application Support");
        for index in 0..((14.0 * options.scale) as u64).clamp(3, 4000) {
            document(options, place as u64, index, listing);
        }
        odd_names(place, listing);
        // Every app gets its share of the files for tests of size.
        for index in (place as u64..options.extra_files).step_by(self.apps().len()) {
            let (seed, length) = (filler::seed(options, index), filler::length(options, index));
            listing.file(filler::path(index), length, Content::Generated { seed, length }).stamp = seed;
        }
        for (index, length) in
            options.extra_big.iter().enumerate().filter(|(index, _)| index % self.apps().len() == place)
        {
            let seed = hash(options.seed, &[82, index as u64]);
            listing
                .file(
                    format!("Documents/Films/film-{index}.mkv"),
                    *length,
                    Content::Generated { seed, length: *length },
                )
                .stamp = seed ^ length;
        }
    }
}

/// One of the documents of an app: notes, tables, small databases of its own.
fn document(options: &ContentsOptions, app: u64, index: u64, listing: &mut Listing) {
    let random = &mut Random::of(options.seed, &[90, app, index]);
    let made = now(0) - random.between(1, 900) * DAY;
    let file = match index % 4 {
        0 => {
            let lines: Vec<String> = (0..random.between(3, 40))
                .map(|line| format!("- [{}] item {line}", if random.percent(40) { 'x' } else { ' ' }))
                .collect();
            listing.bytes(format!("Documents/Lists/List {index}.md"), lines.join("\n").into_bytes())
        }
        1 => {
            let rows: Vec<String> = (0..random.between(4, 60))
                .map(|row| format!("{row};{};{}", random.between(1, 99), random.digits(4)))
                .collect();
            listing.bytes(format!("Documents/Tables/{index:03}.csv"), rows.join("\r\n").into_bytes())
        }
        2 => {
            let (seed, length) = (random.next(), random.between(800, 90_000).unsigned_abs());
            let file = listing.file(
                format!("Library/Application Support/Store/chunk-{index:04}.bin"),
                length,
                Content::Generated { seed, length },
            );
            file.stamp = seed;
            file
        }
        _ => {
            let text = format!(
                "{{\"id\":\"{}\",\"done\":{},\"score\":{}}}",
                random.guid(),
                random.percent(50),
                random.between(0, 1000)
            );
            listing.bytes(format!("Documents/State/{index:04}.json"), text.into_bytes())
        }
    };
    (file.modified, file.birth) = (made, made - 7200);
    file.protection_class = if app % 11 == 5 { 1 } else { 3 };
}

/// Names that have bitten file systems: emoji, right to left, both ways to write é, endless, nearly the same.
fn odd_names(place: usize, listing: &mut Listing) {
    let long = format!("Documents/{}.txt", "a very long name that goes on and on ".repeat(6).trim_end());
    let names: [&[&str]; 6] = [
        &["Documents/🏔️ Trip/🎒 packing list.txt", "Documents/🏔️ Trip/empty.txt"],
        &["Documents/ملاحظات/قائمة التسوق.txt", "Documents/רשימות/קניות.txt"],
        // Composed and decomposed: two names to a phone, one to many a computer.
        &["Documents/Caf\u{e9}.txt", "Documents/Cafe\u{301}.txt"],
        &["Documents/README.txt", "Documents/readme.txt"],
        &["Documents/CON.txt", "Documents/what: is? this*.txt", "Documents/ends with a dot."],
        &[],
    ];
    for path in names[place % names.len()] {
        let bytes = if path.ends_with("empty.txt") { Vec::new() } else { format!("{path}\n").into_bytes() };
        listing.bytes(*path, bytes);
    }
    if place % 6 == 5 {
        listing.bytes(long, b"long\n".to_vec());
        listing.link("Documents/Latest", "Lists/List 0.md");
    }
}

fn icon_state(apps: &[App]) -> Vec<u8> {
    let names = |apps: &[App]| Value::Array(apps.iter().map(|app| Value::from(app.bundle_id.as_str())).collect());
    let dock = ["com.apple.mobilephone", "com.apple.MobileSMS", "com.apple.mobilesafari", "com.apple.camera"]
        .map(Value::from)
        .to_vec();
    list([("buttonBar", Value::Array(dock)), ("iconLists", Value::Array(apps.chunks(24).map(names).collect()))])
}

/// Small domains: each has a file or two, so that a phone's usual domains are all there.
pub(crate) const SMALL: [&str; 9] = [
    "HealthDomain",
    "HomeKitDomain",
    "InstallDomain",
    "KeychainDomain",
    "ManagedPreferencesDomain",
    "RootDomain",
    "SystemPreferencesDomain",
    "TonesDomain",
    "WirelessDomain",
];

pub(crate) fn small_domain(domain: &str, persona: &Persona, listing: &mut Listing) {
    match domain {
        "KeychainDomain" => {
            let empty = || Value::Array(Vec::new());
            let bytes = list([("genp", empty()), ("inet", empty()), ("cert", empty()), ("keys", empty())]);
            listing.bytes("keychain-backup.plist", bytes).protection_class = 1;
        }
        "SystemPreferencesDomain" => {
            listing.bytes("com.apple.wifi.known-networks.plist", known_networks()).protection_class = 4;
            listing.bytes(
                "SystemConfiguration/preferences.plist",
                list([("ComputerName", Value::from(persona.device_name.as_str()))]),
            );
        }
        "WirelessDomain" => {
            listing.bytes(
                "Library/Preferences/com.apple.commcenter.plist",
                list([
                    ("PhoneNumber", Value::from(persona.phone_number.as_str())),
                    ("imeis", Value::Array(vec![Value::from(persona.imei.as_str())])),
                ]),
            );
            listing
                .bytes("Library/Preferences/com.apple.commcenter.data.plist", list([("Roaming", Value::from(true))]));
        }
        "RootDomain" => {
            listing.bytes(
                "Library/Preferences/com.apple.preferences.network.plist",
                list([("airplane-mode", Value::from(false))]),
            );
            listing.bytes("Library/Caches/locationd/clients.plist", list([("com.apple.Maps", Value::from(true))]));
            listing.link("Library/Preferences/Current", "com.apple.preferences.network.plist");
        }
        "TonesDomain" => {
            listing.bytes(
                "Media/iTunes_Control/iTunes/Ringtones.plist",
                list([("Ringtones", Value::Dictionary(Dictionary::new()))]),
            );
        }
        "HealthDomain" => listing.folder("Health"),
        "HomeKitDomain" => listing.folder("Library/homed"),
        "InstallDomain" => listing.folder("Library/Caches"),
        _ => {
            listing.bytes("mobile/.GlobalPreferences.plist", list([]));
        }
    }
}

fn known_networks() -> Vec<u8> {
    let networks =
        ["Haus 14", "Copper Kettle Guest", "RailGo WiFi", "Lantern Yoga 🧘", "Fritz!Wald 7", "Aeropuerto_Free"];
    let network = |(index, name): (usize, &&str)| {
        let joined = now(0) - (index as i64 * 71 + 5) * DAY;
        let inside = Dictionary::from_iter([
            ("SSID", Value::Data(name.as_bytes().to_vec())),
            ("AddedAt", date(joined - 90 * DAY)),
            ("JoinedByUserAt", date(joined)),
            ("UpdatedAt", date(joined)),
            ("AddReason", Value::from("WiFi Settings")),
            ("SupportedSecurityTypes", Value::from(if index % 3 == 1 { "Open" } else { "WPA2/WPA3 Personal" })),
            ("Hidden", Value::from(false)),
        ]);
        (format!("wifi.network.ssid.{name}"), Value::Dictionary(inside))
    };
    binary(networks.iter().enumerate().map(network).collect())
}
