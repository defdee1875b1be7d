//! Where the owner took pictures, and what the phone looked up for it.

use plist::{Dictionary, Uid, Value};

use crate::contents::clock::{Summer, Zone};
use crate::contents::scenes::Scene;

#[derive(Debug)]
pub(crate) struct Place {
    pub city: &'static str,
    pub state: &'static str,
    pub country: &'static str,
    /// ISO 3166-1.
    pub code: &'static str,
    pub latitude: f64,
    pub longitude: f64,
    pub zone: Zone,
    /// What there is to see.
    pub scenes: [Scene; 4],
}

const fn zone(name: &'static str, hours: i64, summer: Summer) -> Zone {
    Zone { name, hours, summer }
}

macro_rules! place {
    ($city:literal, $state:literal, $country:literal, $code:literal, $latitude:literal, $longitude:literal, $zone:literal, $hours:literal, $summer:ident,
        [$($scene:ident),+]) => {
        Place {
            city: $city,
            state: $state,
            country: $country,
            code: $code,
            latitude: $latitude,
            longitude: $longitude,
            zone: zone($zone, $hours, Summer::$summer),
            scenes: [$(Scene::$scene),+],
        }
    };
}

pub(crate) const PLACES: &[Place] = &[
    place!(
        "Berlin",
        "Berlin",
        "Germany",
        "DE",
        52.4907,
        13.4256,
        "Europe/Berlin",
        1,
        Europe,
        [Skyline, Plate, Cat, Party]
    ),
    place!(
        "Berlin",
        "Berlin",
        "Germany",
        "DE",
        52.5163,
        13.3350,
        "Europe/Berlin",
        1,
        Europe,
        [Flowers, Forest, Plate, Cat]
    ),
    place!(
        "Copenhagen",
        "Capital Region",
        "Denmark",
        "DK",
        55.6798,
        12.5914,
        "Europe/Copenhagen",
        1,
        Europe,
        [Houses, Plate, Sea, Skyline]
    ),
    place!(
        "Lisbon",
        "Lisbon",
        "Portugal",
        "PT",
        38.7139,
        -9.1334,
        "Europe/Lisbon",
        0,
        Europe,
        [Houses, Sea, Plate, Skyline]
    ),
    place!(
        "Tromsø",
        "Troms",
        "Norway",
        "NO",
        69.6492,
        18.9553,
        "Europe/Oslo",
        1,
        Europe,
        [Northern, Mountains, Houses, Northern]
    ),
    place!(
        "Chamonix",
        "Auvergne-Rhône-Alpes",
        "France",
        "FR",
        45.9237,
        6.8694,
        "Europe/Paris",
        1,
        Europe,
        [Mountains, Forest, Mountains, Plate]
    ),
    place!(
        "Göreme",
        "Nevşehir",
        "Türkiye",
        "TR",
        38.6431,
        34.8289,
        "Europe/Istanbul",
        3,
        Never,
        [Balloons, Dunes, Plate, Balloons]
    ),
    place!(
        "Merzouga",
        "Drâa-Tafilalet",
        "Morocco",
        "MA",
        31.0802,
        -4.0133,
        "Africa/Casablanca",
        1,
        Never,
        [Dunes, Northern, Plate, Dunes]
    ),
    place!(
        "Kyoto",
        "Kyoto",
        "Japan",
        "JP",
        35.0116,
        135.7681,
        "Asia/Tokyo",
        9,
        Never,
        [Flowers, Forest, Plate, Houses]
    ),
    place!(
        "Rügen",
        "Mecklenburg-Vorpommern",
        "Germany",
        "DE",
        54.5735,
        13.6640,
        "Europe/Berlin",
        1,
        Europe,
        [Sea, Forest, Flowers, Party]
    ),
    place!(
        "Bristol",
        "England",
        "United Kingdom",
        "GB",
        51.4545,
        -2.5879,
        "Europe/London",
        0,
        Europe,
        [Balloons, Houses, Cat, Party]
    ),
];

/// `ZREVERSELOCATIONDATA` of a place: the archive of a `PLRevGeoLocationInfo`, as iOS 17 writes it.
pub(crate) fn located(place: &Place) -> Vec<u8> {
    let uid = |number: usize| Value::Uid(Uid::new(number as u64));
    let mut objects: Vec<Value> = vec!["$null".into()];
    let mut put = |object: Value| {
        objects.push(object);
        Value::Uid(Uid::new(objects.len() as u64 - 1))
    };
    let mut class = |name: &str| {
        let classes = Value::Array(vec![name.into(), "NSObject".into()]);
        put(dictionary([("$classname", name.into()), ("$classes", classes)]))
    };
    let [top, address, item, info, array] =
        ["PLRevGeoLocationInfo", "CNPostalAddress", "PLRevGeoMapItem", "PLRevGeoMapItemAdditionalPlaceInfo", "NSArray"]
            .map(&mut class);
    let [city, state, country, code] =
        [place.city, place.state, place.country, place.code].map(|text| put(text.into()));
    // Types of names: 4 a city, 2 a state, 1 a country.
    let infos = [(&city, 4_i64, 8.9e8), (&state, 2, 2.0e11), (&country, 1, 3.6e11)].map(|(name, kind, area)| {
        let facts = [("name", name.clone()), ("placeType", kind.into()), ("area", Value::Real(area))];
        put(dictionary(facts.into_iter().chain([("dominantOrderType", 0_i64.into()), ("$class", info.clone())])))
    });
    let sorted = put(dictionary([("NS.objects", Value::Array(infos.to_vec())), ("$class", array)]));
    let facts = [("sortedPlaceInfos", sorted), ("finalPlaceInfos", uid(0)), ("$class", item)];
    let item = put(dictionary(facts));
    let postal = [("_city", city), ("_state", state), ("_country", country), ("_ISOCountryCode", code.clone())];
    let postal = put(dictionary(postal.into_iter().chain([("$class", address)])));
    let line = put(format!("{}, {}", place.city, place.country).into());
    let facts = [
        ("addressString", line),
        ("countryCode", code),
        ("mapItem", item),
        ("postalAddress", postal),
        ("isHome", false.into()),
        ("version", 13_i64.into()),
        ("$class", top),
    ];
    let root = put(dictionary(facts));
    let archive = dictionary([
        ("$version", 100_000_i64.into()),
        ("$archiver", "NSKeyedArchiver".into()),
        ("$top", dictionary([("root", root)])),
        ("$objects", Value::Array(objects)),
    ]);
    let mut bytes = Vec::new();
    plist::to_writer_binary(&mut bytes, &archive).expect("a plain property list");
    bytes
}

fn dictionary<'a>(pairs: impl IntoIterator<Item = (&'a str, Value)>) -> Value {
    Value::Dictionary(pairs.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Dictionary>())
}
