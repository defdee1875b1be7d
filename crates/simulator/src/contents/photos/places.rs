//! Where the owner took pictures.

use crate::contents::clock::{Summer, Zone};
use crate::contents::scenes::Scene;

pub(crate) struct Place {
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
    ($latitude:literal, $longitude:literal, $zone:literal, $hours:literal, $summer:ident, [$($scene:ident),+]) => {
        Place { latitude: $latitude, longitude: $longitude, zone: zone($zone, $hours, Summer::$summer), scenes: [$(Scene::$scene),+] }
    };
}

pub(crate) const PLACES: &[Place] = &[
    // Berlin
    place!(52.4907, 13.4256, "Europe/Berlin", 1, Europe, [Skyline, Plate, Cat, Party]),
    // Berlin
    place!(52.5163, 13.3350, "Europe/Berlin", 1, Europe, [Flowers, Forest, Plate, Cat]),
    // Copenhagen
    place!(55.6798, 12.5914, "Europe/Copenhagen", 1, Europe, [Houses, Plate, Sea, Skyline]),
    // Lisbon
    place!(38.7139, -9.1334, "Europe/Lisbon", 0, Europe, [Houses, Sea, Plate, Skyline]),
    // Tromsø
    place!(69.6492, 18.9553, "Europe/Oslo", 1, Europe, [Northern, Mountains, Houses, Northern]),
    // Chamonix
    place!(45.9237, 6.8694, "Europe/Paris", 1, Europe, [Mountains, Forest, Mountains, Plate]),
    // Göreme
    place!(38.6431, 34.8289, "Europe/Istanbul", 3, Never, [Balloons, Dunes, Plate, Balloons]),
    // Merzouga
    place!(31.0802, -4.0133, "Africa/Casablanca", 1, Never, [Dunes, Northern, Plate, Dunes]),
    // Kyoto
    place!(35.0116, 135.7681, "Asia/Tokyo", 9, Never, [Flowers, Forest, Plate, Houses]),
    // Rügen
    place!(54.5735, 13.6640, "Europe/Berlin", 1, Europe, [Sea, Forest, Flowers, Party]),
    // Bristol
    place!(51.4545, -2.5879, "Europe/London", 0, Europe, [Balloons, Houses, Cat, Party]),
];
