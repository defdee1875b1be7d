//! What looking after the locations found so far: one small file, written whole, that may be lost.

use super::rule::rule_of;
use super::store_at;
use crate::api::keeping::{DamagedContent, LocationHealth, PausedDevice, RetentionKind};
use crate::api::locations::LocationRequest;
use crate::api::{Result, blocking};
use crate::{Engine, json_file};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::{Part, Store};

/// A store is looked at byte by byte in so many parts, one a day.
pub(super) const PARTS: u16 = 30;
const DAY: i64 = 24 * 60 * 60 * 1000;
/// How long a look counts.
const COUNTS: i64 = 60 * DAY;

/// What is known of each store, by its id.
pub struct Records {
    path: PathBuf,
    stores: Mutex<BTreeMap<String, Known>>,
}

/// What is known of one store.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct Known {
    /// When each part was last looked at byte by byte, Unix ms; 0 for never.
    parts: Vec<i64>,
    /// Where to go on in the part that is being looked at: its number, and the group of objects.
    rest: Option<(u16, u16)>,
    damaged: Vec<DamagedContent>,
    paused: Vec<PausedDevice>,
    /// When the rule was last applied, Unix ms.
    ruled: i64,
}

impl Known {
    /// The part to look at now: the one begun, or the one not looked at for the longest time; `None` when one was looked at today.
    pub fn due(&self, now: i64) -> Option<(u16, Part)> {
        if let Some((part, from)) = self.rest.filter(|(part, _)| *part < PARTS) {
            let whole = Part::slice(u64::from(part), PARTS);
            return Some((part, Part { from: from.clamp(whole.from, whole.to), to: whole.to }));
        }
        if self.last().is_some_and(|last| now.saturating_sub(last) < DAY) {
            return None;
        }
        let part = (0..PARTS).min_by_key(|part| self.parts.get(usize::from(*part)).copied().unwrap_or(0))?;
        Some((part, Part::slice(u64::from(part), PARTS)))
    }

    /// Whether the rule was not applied today.
    pub fn rule_due(&self, now: i64) -> bool {
        now.saturating_sub(self.ruled) >= DAY
    }

    fn last(&self) -> Option<i64> {
        self.parts.iter().copied().max().filter(|last| *last > 0)
    }

    fn covered(&self, now: i64) -> f64 {
        let looked = self.parts.iter().filter(|at| **at > 0 && now.saturating_sub(**at) < COUNTS).count();
        looked as f64 / f64::from(PARTS)
    }

    fn looked(&mut self, part: u16, now: i64) {
        self.parts.resize(usize::from(PARTS), 0);
        self.parts[usize::from(part)] = now;
    }
}

impl Records {
    pub fn open(data: &Path) -> Records {
        let path = data.join("keeping.json");
        let stores = Mutex::new(json_file::read(&path).unwrap_or_default());
        Records { path, stores }
    }

    fn lock(&self) -> MutexGuard<'_, BTreeMap<String, Known>> {
        self.stores.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn of(&self, store: &str) -> Known {
        self.lock().get(store).cloned().unwrap_or_default()
    }

    fn change(&self, store: &str, change: impl FnOnce(&mut Known)) -> Result<()> {
        let mut stores = self.lock();
        let known = stores.entry(store.to_string()).or_default();
        let before = known.clone();
        change(known);
        if *known == before {
            return Ok(());
        }
        json_file::write(&self.path, &*stores)
    }

    /// The rule was applied, and these devices are left out for now.
    pub(super) fn ruled(&self, store: &str, paused: Vec<PausedDevice>) -> Result<()> {
        self.change(store, |known| (known.paused, known.ruled) = (paused, crate::now()))
    }

    /// A part was looked at; what is damaged in it replaces what was known of it.
    pub(super) fn looked(&self, store: &str, seen: &Seen) -> Result<()> {
        self.change(store, |known| {
            known.damaged.retain(|damaged| !seen.covers(&damaged.hash));
            known.damaged.extend(seen.damaged.iter().filter(|damaged| !damaged.repaired).cloned());
            if !seen.bytes {
                return;
            }
            let whole = (0..PARTS).filter(|part| {
                let part = Part::slice(u64::from(*part), PARTS);
                seen.part.from <= part.from && part.to <= seen.end()
            });
            whole.for_each(|part| known.looked(part, crate::now()));
            if let Some(part) = seen.daily {
                known.rest = seen.rest.map(|rest| (part, rest.from));
                if seen.rest.is_none() {
                    known.looked(part, crate::now());
                }
            }
        })
    }
}

/// What a look at a part came to.
pub(super) struct Seen {
    pub part: Part,
    /// What is left of it.
    pub rest: Option<Part>,
    /// Whether every byte was looked at.
    pub bytes: bool,
    /// The number of the part, for the daily look.
    pub daily: Option<u16>,
    pub damaged: Vec<DamagedContent>,
}

impl Seen {
    fn end(&self) -> u16 {
        self.rest.map_or(self.part.to, |rest| rest.from)
    }

    /// Whether the object of that name lies in what was looked at.
    fn covers(&self, hash: &str) -> bool {
        let group = hash.get(..3).and_then(|digits| u16::from_str_radix(digits, 16).ok());
        group.is_none_or(|group| (self.part.from..self.end()).contains(&group))
    }
}

pub async fn health(engine: &Engine, asked: LocationRequest) -> Result<LocationHealth> {
    let engine = engine.clone();
    blocking(move || {
        let store = store_at(&engine, &asked.path)?;
        let known = engine.0.records.of(store.id());
        let rules = rule_of(&engine, &asked.path).rule != RetentionKind::KeepAll;
        Ok(LocationHealth {
            last_verified: known.last(),
            covered: known.covered(crate::now()),
            damaged: known.damaged.iter().filter(|damaged| !is_back(&store, damaged)).cloned().collect(),
            paused: if rules { known.paused } else { Vec::new() },
        })
    })
    .await
}

/// Whether content that was put aside or missing is there again: whoever stored it anew has hashed it.
fn is_back(store: &Store, damaged: &DamagedContent) -> bool {
    let mut hash = [0; 32];
    !damaged.in_place && hex::decode_to_slice(&damaged.hash, &mut hash).is_ok() && store.object(&hash).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(part: Part, rest: Option<Part>, daily: Option<u16>) -> Seen {
        Seen { part, rest, bytes: true, daily, damaged: Vec::new() }
    }

    #[test]
    fn every_part_gets_its_turn_one_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let records = Records::open(folder.path());
        let mut turns = Vec::new();
        for day in 0..i64::from(PARTS) {
            let now = crate::now() + (day + 1) * DAY;
            let (number, part) = records.of("S").due(now).unwrap();
            records.change("S", |known| known.looked(number, now)).unwrap();
            assert_eq!(records.of("S").due(now + DAY / 2), None);
            assert_eq!(part, Part::slice(u64::from(number), PARTS));
            turns.push(number);
        }
        assert_eq!(turns, (0..PARTS).collect::<Vec<_>>());
        assert_eq!(Records::open(folder.path()).of("S"), records.of("S"), "it survives");
        let now = crate::now() + i64::from(PARTS) * DAY;
        assert_eq!((records.of("S").covered(now), records.of("S").covered(now + 2 * COUNTS)), (1.0, 0.0));
    }

    #[test]
    fn a_part_that_was_cut_short_is_gone_on_with() {
        let folder = tempfile::tempdir().unwrap();
        let records = Records::open(folder.path());
        let part = Part::slice(0, PARTS);
        let rest = Part { from: 50, to: part.to };
        records.looked("S", &seen(part, Some(rest), Some(0))).unwrap();
        assert_eq!(records.of("S").due(crate::now()), Some((0, rest)));
        records.looked("S", &seen(rest, None, Some(0))).unwrap();
        assert_eq!(records.of("S").due(crate::now()), None);
        assert!(records.of("S").last().is_some());
    }

    #[test]
    fn what_was_looked_at_again_replaces_what_was_known_of_it() {
        let folder = tempfile::tempdir().unwrap();
        let records = Records::open(folder.path());
        let damaged = |hash: &str| DamagedContent { hash: hash.into(), ..DamagedContent::default() };
        let all = Seen { damaged: vec![damaged("001"), damaged("fff")], ..seen(Part::ALL, None, None) };
        records.looked("S", &all).unwrap();
        assert_eq!((records.of("S").damaged.len(), records.of("S").covered(crate::now())), (2, 1.0));
        records.looked("S", &Seen { bytes: false, ..seen(Part::slice(0, 2), None, None) }).unwrap();
        assert_eq!(records.of("S").damaged, [damaged("fff")]);
    }
}
