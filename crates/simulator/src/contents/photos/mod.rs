//! The photo library: every picture a pure function of its place in it.

pub(crate) mod files;
pub(crate) mod people;
pub(crate) mod places;
pub(crate) mod write;

use std::collections::BTreeSet;

use super::clock::{DAY, Zone, now};
use super::jpeg::Tone;
use super::persona::HOME;
use super::pictures::{Picture, Pictures};
use super::random::{Random, hash};
use super::samples::{HEIC, LIVE, MOV, Sample};
use super::scenes::Scene;
use super::{ContentsOptions, ExpectedAlbum, ExpectedPhotos};
use people::{KEYWORDS, PEOPLE};
use places::{PLACES, Place};

/// Pictures of one occasion.
const OUTING: u64 = 12;
pub(crate) const A_DAY: u64 = 6;

/// One picture, film or screenshot.
#[derive(Clone, Debug)]
pub(crate) struct Asset {
    pub index: u64,
    pub uuid: String,
    /// Unix seconds.
    pub taken: i64,
    pub zone: Zone,
    pub place: Option<(f64, f64)>,
    /// Where the outing went.
    pub town: &'static Place,
    pub shot: Shot,
    pub live: bool,
    pub favourite: bool,
    pub hidden: bool,
    /// Unix seconds.
    pub trashed: Option<i64>,
    pub edited: bool,
    /// The burst and whether this is its best picture.
    pub burst: Option<(String, bool)>,
    /// The original is only in iCloud.
    pub missing: bool,
    outing: u64,
}

/// What it is made from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Shot {
    Jpeg { picture: usize, tone: Tone },
    Heic { sample: usize },
    Screenshot { picture: usize },
    Video { sample: usize, sort: Film },
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Film {
    Plain,
    Slow,
    Lapse,
}

/// Pictures before day 1.
pub(crate) fn count(options: &ContentsOptions) -> u64 {
    ((900.0 * options.scale) as u64).max(48)
}

/// Pictures up to a day.
pub(crate) fn count_on(options: &ContentsOptions, day: u32) -> u64 {
    count(options) + A_DAY * u64::from(day)
}

/// A picture as it was when it came into the library.
pub(crate) fn asset(options: &ContentsOptions, index: u64) -> Asset {
    let first = count(options);
    let outing = index / OUTING;
    let (day, outing) =
        if index < first { (0, outing) } else { ((index - first) / A_DAY + 1, 1_000_000 + (index - first) / A_DAY) };
    let trip = &mut Random::of(options.seed, &[50, outing]);
    let place: &'static Place = if trip.percent(35) { &PLACES[trip.below(2) as usize] } else { trip.pick(PLACES) };
    let taken = if day == 0 {
        let part = (outing as f64 + 0.5) / first.div_ceil(OUTING) as f64;
        now(0) - (1971.0 * (1.0 - part).powf(1.5)) as i64 * DAY - trip.between(6, 10) * 3600
    } else {
        now(day as u32) - trip.between(5, 9) * 3600
    };
    let random = &mut Random::of(options.seed, &[51, index]);
    let taken = taken + (index % OUTING) as i64 * 540 + random.between(0, 300);
    let shot = shot(options, random, place.scenes[(index % 4) as usize], index);
    let still = !matches!(shot, Shot::Video { .. });
    let photo = matches!(shot, Shot::Jpeg { .. } | Shot::Heic { .. });
    let in_burst = day == 0 && outing % 5 == 2 && index % OUTING >= 8;
    let apart = day == 0 && (index % 71 == 13 || index % 83 == 29);
    let missing = day == 0 && outing % 9 == 1 && photo && !in_burst;
    Asset {
        index,
        uuid: Random::of(options.seed, &[52, index]).guid(),
        taken: if in_burst { taken - (index % OUTING - 8) as i64 * 540 } else { taken },
        zone: if matches!(shot, Shot::Screenshot { .. }) { HOME } else { place.zone },
        place: (!matches!(shot, Shot::Screenshot { .. }) && random.percent(88))
            .then(|| (place.latitude + random.float(-0.02, 0.02), place.longitude + random.float(-0.02, 0.02))),
        town: place,
        live: photo && !in_burst && !missing && random.percent(16),
        favourite: !apart && still && random.percent(8),
        hidden: day == 0 && index % 83 == 29 && index % 71 != 13,
        trashed: (day == 0 && index % 71 == 13).then(|| now(0) - (1 + index as i64 % 25) * DAY),
        edited: matches!(shot, Shot::Jpeg { .. }) && !in_burst && !missing && random.percent(5),
        burst: in_burst.then(|| (Random::of(options.seed, &[53, outing]).guid(), index % OUTING == 9)),
        missing,
        shot,
        outing,
    }
}

fn shot(options: &ContentsOptions, random: &mut Random, scene: Scene, index: u64) -> Shot {
    let in_burst = index < count(options) && index / OUTING % 5 == 2 && index % OUTING >= 8;
    let sort = if in_burst { 99 } else { random.below(100) };
    match sort {
        0..=5 => Shot::Screenshot { picture: random.below(6) as usize },
        6..=12 => {
            let sample = match scene {
                Scene::Balloons | Scene::Dunes | Scene::Skyline => 0,
                Scene::Northern | Scene::Mountains => 1,
                _ => 2,
            };
            Shot::Video {
                sample,
                sort: *random.pick(&[Film::Plain, Film::Plain, Film::Plain, Film::Slow, Film::Lapse]),
            }
        }
        13..=26 => {
            let sample = match scene {
                Scene::Mountains | Scene::Forest => 0,
                Scene::Houses | Scene::Skyline => 2,
                Scene::Sea | Scene::Dunes => 3,
                _ => 1,
            };
            Shot::Heic { sample }
        }
        _ => {
            // Drawn pictures come in turns of all scenes; the ones of this scene are as many as there are turns.
            let all = Pictures::scene_count(options) as usize;
            let kind = Scene::ALL.iter().position(|one| *one == scene).unwrap_or(0);
            let turns = (all - kind).div_ceil(Scene::ALL.len());
            let turn = if in_burst { index / OUTING } else { random.next() };
            let picture = kind + turn as usize % turns * Scene::ALL.len();
            let tone = Tone { contrast: *random.pick(&[4, 4, 5, 3]), saturation: *random.pick(&[4, 4, 5, 3, 6]) };
            Shot::Jpeg { picture, tone }
        }
    }
}

/// Pictures thrown away since day 0, by index, with the day.
pub(crate) fn thrown_away(options: &ContentsOptions, day: u32) -> Vec<(u64, u32)> {
    let mut gone = Vec::new();
    let mut taken = BTreeSet::new();
    for day in 1..=day {
        let first = hash(options.seed, &[54, u64::from(day)]);
        let plain = |index: &u64| {
            let asset = asset(options, *index);
            asset.is_visible()
                && !asset.favourite
                && asset.burst.is_none()
                && !taken.contains(index)
                && albums_of(&asset).is_empty()
        };
        let found = (0..count(options)).map(|step| (first.wrapping_add(step)) % count(options)).find(plain);
        if let Some(index) = found {
            taken.insert(index);
            gone.push((index, day));
        }
    }
    gone
}

impl Asset {
    pub fn is_visible(&self) -> bool {
        !self.hidden && self.trashed.is_none()
    }

    /// `100APPLE/IMG_0001` of `DCIM`, without ending.
    pub fn stem(&self) -> String {
        let number = self.index + 1;
        format!("{}APPLE/IMG_{:04}", 100 + number / 1000, number % 10_000)
    }

    pub fn ending(&self) -> &'static str {
        match self.shot {
            Shot::Jpeg { .. } => "JPG",
            Shot::Heic { .. } => "HEIC",
            Shot::Screenshot { .. } => "PNG",
            Shot::Video { .. } => "MOV",
        }
    }

    /// The sample it is a copy of, for HEIC and films.
    pub fn sample(&self) -> Option<&'static Sample> {
        match self.shot {
            Shot::Heic { sample } => Some(&HEIC[sample]),
            Shot::Video { sample, .. } => Some(&MOV[sample]),
            _ => None,
        }
    }

    pub fn picture<'a>(&self, pictures: &'a Pictures) -> Option<&'a Picture> {
        match self.shot {
            Shot::Jpeg { picture, .. } => pictures.scenes.get(picture),
            Shot::Screenshot { picture } => pictures.screenshots.get(picture),
            _ => None,
        }
    }

    /// Stored width and height, and Exif orientation.
    pub fn size(&self, pictures: &Pictures) -> (u32, u32, u16) {
        match (self.sample(), self.picture(pictures)) {
            (Some(sample), _) => (sample.width, sample.height, 1),
            (None, Some(picture)) => (picture.width, picture.height, picture.orientation),
            (None, None) => (0, 0, 1),
        }
    }

    /// Seconds.
    pub fn duration(&self) -> f64 {
        self.sample().map_or(0.0, |sample| sample.duration)
    }
}

/// The film that belongs to every live photo.
pub(crate) const LIVE_FILM: &Sample = &LIVE;

/// Titles of the albums; the last one is empty, the two before it are in a folder.
pub(crate) const ALBUMS: [&str; 8] =
    ["Lisbon 🌊", "Family", "Hikes ⛰️", "Recipes to try", "قطط 🐈", "Best of", "Norge 2024", "To print"];

/// Albums a picture is in, as places in [`ALBUMS`].
pub(crate) fn albums_of(asset: &Asset) -> Vec<usize> {
    if !asset.is_visible() || asset.outing >= 1_000_000 {
        return Vec::new();
    }
    let by_outing = (asset.outing % 10 < 5 && asset.index % 4 != 3).then_some((asset.outing % 10) as usize);
    let best = (asset.favourite && !asset.index.is_multiple_of(3)).then_some(5);
    let north = (asset.outing % 13 == 6 && asset.index.is_multiple_of(2)).then_some(6);
    by_outing.into_iter().chain(best).chain(north).collect()
}

/// What a reader must find.
pub(crate) fn expected(options: &ContentsOptions, day: u32) -> ExpectedPhotos {
    let gone: BTreeSet<u64> = thrown_away(options, day).into_iter().map(|(index, _)| index).collect();
    let none = |title: &str| ExpectedAlbum { title: title.into(), count: 0 };
    let mut counts = ExpectedPhotos {
        albums: ALBUMS.map(none).to_vec(),
        people: PEOPLE.map(|name| none(name.unwrap_or_default())).to_vec(),
        keywords: KEYWORDS.map(none).to_vec(),
        ..ExpectedPhotos::default()
    };
    for index in 0..count_on(options, day) {
        let asset = asset(options, index);
        let trashed = asset.trashed.is_some() || gone.contains(&index);
        let mut add = |to: fn(&mut ExpectedPhotos) -> &mut u64, when: bool| *to(&mut counts) += u64::from(when);
        add(|counts| &mut counts.assets, true);
        add(|counts| &mut counts.visible, !trashed && !asset.hidden);
        add(|counts| &mut counts.jpeg, matches!(asset.shot, Shot::Jpeg { .. }));
        add(|counts| &mut counts.heic, matches!(asset.shot, Shot::Heic { .. }));
        add(|counts| &mut counts.png, matches!(asset.shot, Shot::Screenshot { .. }));
        add(|counts| &mut counts.videos, matches!(asset.shot, Shot::Video { .. }));
        add(|counts| &mut counts.live, asset.live);
        add(|counts| &mut counts.favourites, asset.favourite);
        add(|counts| &mut counts.hidden, asset.hidden);
        add(|counts| &mut counts.trashed, trashed);
        add(|counts| &mut counts.edited, asset.edited);
        add(|counts| &mut counts.burst, asset.burst.is_some());
        add(|counts| &mut counts.missing, asset.missing);
        add(|counts| &mut counts.away, asset.missing && !trashed);
        for album in albums_of(&asset) {
            counts.albums[album].count += 1;
        }
        if trashed || asset.hidden {
            continue;
        }
        people::people_of(options, &asset).into_iter().for_each(|person| counts.people[person].count += 1);
        people::keywords_of(options, &asset).into_iter().for_each(|keyword| counts.keywords[keyword].count += 1);
        if asset.place.is_some() {
            *counts.places.entry(asset.town.city.into()).or_default() += 1;
        }
        counts.portraits += u64::from(people::is_portrait(options, &asset));
    }
    counts
}
