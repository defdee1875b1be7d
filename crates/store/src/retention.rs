//! Which versions a rule would give up, and which it may never.

use std::collections::{BTreeMap, BTreeSet};

use time::OffsetDateTime;

use crate::holdings::{Holdings, Place};
use crate::{Result, Store, VersionHead, space};

const HOUR: i64 = 60 * 60 * 1000;
const DAY: i64 = 24 * HOUR;
/// So many of the newest are never given up by a rule.
const LAST: usize = 3;

/// What to keep. All versions are kept for `all`, then the last of each day, of each week, of each month; days, weeks
/// (from Monday) and months are those of UTC. The limits then take the oldest of what is left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// How long every version is kept, in milliseconds.
    pub all: i64,
    /// Until what age one version a day is kept, in milliseconds.
    pub daily: i64,
    /// Until what age one version a week is kept, in milliseconds; later one a month.
    pub weekly: i64,
    /// At most that many versions.
    pub max_count: Option<u64>,
    /// At most that many bytes of content that only versions of this device hold.
    pub max_bytes: Option<u64>,
    /// The bytes that shall stay free on the volume.
    pub free_floor: Option<u64>,
    /// The number of the newest version whose shrinking a person found to be right.
    pub shrink_accepted: Option<u64>,
}

impl Default for Retention {
    /// All for 24 hours, daily for 30 days, weekly for a year, no limit.
    fn default() -> Retention {
        let (max_count, max_bytes, free_floor, shrink_accepted) = (None, None, None, None);
        Retention { all: DAY, daily: 30 * DAY, weekly: 365 * DAY, max_count, max_bytes, free_floor, shrink_accepted }
    }
}

/// What a rule looks at in a version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Facts {
    pub seq: u64,
    /// Unix milliseconds.
    pub made: i64,
    pub files: u64,
    /// Whether the device confirmed that the backup had come to its end.
    pub complete: bool,
    pub pinned: bool,
    pub imported: bool,
    /// The very device, as its serial number tells it; empty when unknown.
    pub device: String,
    /// The first number of the system's version; empty when unknown.
    pub system: String,
}

impl Facts {
    /// What the notes of a version tell; see `docs/store-format.md` for their keys.
    pub fn of(head: &VersionHead, pinned: bool) -> Facts {
        let note = |key: &str| head.notes.get(key).map(String::as_str).unwrap_or_default();
        Facts {
            seq: head.seq,
            made: head.made,
            files: head.files,
            complete: note("unconfirmed") != "true",
            pinned,
            imported: note("origin") == "imported",
            device: note("serial").to_owned(),
            system: note("system").split('.').next().unwrap_or_default().to_owned(),
        }
    }
}

/// Why a version stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeptBecause {
    /// The newest that is complete.
    Newest,
    /// A person pinned it.
    Pinned,
    /// It was imported.
    Imported,
    /// The last before the device was another one.
    BeforeDeviceChange,
    /// The last before a major update of the system.
    BeforeSystemUpdate,
    /// One of the last three.
    LastThree,
    /// Younger than the time for which all are kept.
    Recent,
    /// The last of its day.
    Daily,
    /// The last of its week.
    Weekly,
    /// The last of its month.
    Monthly,
    /// It would go, but many files vanished lately.
    Paused,
}

/// More than a fifth of the files went from one version to the next, and did not come back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shrink {
    pub from: u64,
    pub to: u64,
    pub files_before: u64,
    pub files_after: u64,
}

/// What a rule comes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// Oldest first. Empty while paused.
    pub remove: Vec<VersionHead>,
    /// Oldest first.
    pub keep: Vec<(VersionHead, KeptBecause)>,
    /// What giving up all of `remove` frees once a clean-up has been, in bytes.
    pub frees: u64,
    /// Why nothing is removed for now.
    pub paused: Option<Shrink>,
}

impl Store {
    /// Which versions of a device the rule would give up at `now`, Unix milliseconds. Nothing is changed.
    ///
    /// Reads every record of the store, as content may be shared with any other version. Fails with
    /// [`crate::Error::KeyNeeded`] where a sealed one cannot be opened: what a rule must not take may be in it.
    pub fn plan(&self, udid: &str, rule: &Retention, now: i64) -> Result<Plan> {
        self.check_opened(udid)?;
        let pinned = self.pinned(udid)?;
        let heads = self.versions(udid)?.versions;
        let facts: Vec<Facts> = heads.iter().map(|head| Facts::of(head, pinned.contains(&head.seq))).collect();
        let holdings = Holdings::of(self)?;
        let records = || holdings.records.iter().enumerate();
        // What is expired already goes anyway, and must not be counted to this rule.
        let going: BTreeSet<usize> =
            records().filter(|(_, file)| file.place == Place::Expired).map(|(index, _)| index).collect();
        let before = holdings.only(&going);
        let frees = |gone: &BTreeSet<u64>| {
            let ours = |file: &crate::holdings::RecordFile| {
                file.place == Place::Versions && file.udid == udid && gone.contains(&file.seq)
            };
            let also = records().filter(|(_, file)| ours(file)).map(|(index, _)| index);
            holdings.only(&going.iter().copied().chain(also).collect()) - before
        };
        let free = space::free(self.0.layout.root())?;
        let (kept, paused) = plan(&facts, rule, now, free, &frees);
        let mut plan = Plan { remove: Vec::new(), keep: Vec::new(), frees: 0, paused };
        for (head, because) in heads.into_iter().zip(kept) {
            match because {
                Some(because) => plan.keep.push((head, because)),
                None => plan.remove.push(head),
            }
        }
        plan.frees = frees(&plan.remove.iter().map(|head| head.seq).collect());
        Ok(plan)
    }
}

/// Why each version stays, or `None` where it goes. `all` by rising number; `frees` tells what is free without some of
/// them, `free` what is free now, both in bytes.
pub(crate) fn plan(
    all: &[Facts],
    rule: &Retention,
    now: i64,
    free: u64,
    frees: &dyn Fn(&BTreeSet<u64>) -> u64,
) -> (Vec<Option<KeptBecause>>, Option<Shrink>) {
    // By the time of the backup: what was imported late may be the oldest.
    let mut order: Vec<usize> = (0..all.len()).collect();
    order.sort_by_key(|index| (all[*index].made, all[*index].seq));
    let protected = protected(all, &order);
    let mut kept = thinned(all, &order, rule, now);
    for (kept, protected) in kept.iter_mut().zip(&protected) {
        *kept = protected.or(*kept);
    }
    limit(all, &order, &protected, &mut kept, rule, free, frees);
    let shrink = shrink(all, &order, rule.shrink_accepted);
    if shrink.is_some() {
        kept.iter_mut().for_each(|kept| *kept = kept.or(Some(KeptBecause::Paused)));
    }
    (kept, shrink)
}

/// What no rule may take.
fn protected(all: &[Facts], order: &[usize]) -> Vec<Option<KeptBecause>> {
    let mut kept = vec![None; all.len()];
    let mut keep = |index: usize, because| kept[index] = kept[index].or(Some(because));
    if let Some(newest) = (0..all.len()).rev().find(|index| all[*index].complete).or(all.len().checked_sub(1)) {
        keep(newest, KeptBecause::Newest);
    }
    for (index, facts) in all.iter().enumerate() {
        if facts.pinned {
            keep(index, KeptBecause::Pinned);
        }
        if facts.imported {
            keep(index, KeptBecause::Imported);
        }
    }
    let differ = |a: &str, b: &str| !a.is_empty() && !b.is_empty() && a != b;
    for pair in order.windows(2) {
        let (before, after) = (&all[pair[0]], &all[pair[1]]);
        if differ(&before.device, &after.device) {
            keep(pair[0], KeptBecause::BeforeDeviceChange);
        }
        if differ(&before.system, &after.system) {
            keep(pair[0], KeptBecause::BeforeSystemUpdate);
        }
    }
    (all.len().saturating_sub(LAST)..all.len()).for_each(|index| keep(index, KeptBecause::LastThree));
    kept
}

/// What the ages leave: the last of each day, week or month, a complete one rather than one that is not.
fn thinned(all: &[Facts], order: &[usize], rule: &Retention, now: i64) -> Vec<Option<KeptBecause>> {
    let last_by = |bucket: fn(i64) -> i64| {
        let mut last: BTreeMap<i64, usize> = BTreeMap::new();
        for index in order.iter().copied() {
            let held = last.entry(bucket(all[index].made)).or_insert(index);
            if all[index].complete || !all[*held].complete {
                *held = index;
            }
        }
        last.into_values().collect::<BTreeSet<usize>>()
    };
    let (days, weeks, months) = (last_by(day), last_by(week), last_by(month));
    let kept = |index: usize| match now.saturating_sub(all[index].made) {
        age if age < rule.all => Some(KeptBecause::Recent),
        age if age < rule.daily => days.contains(&index).then_some(KeptBecause::Daily),
        age if age < rule.weekly => weeks.contains(&index).then_some(KeptBecause::Weekly),
        _ => months.contains(&index).then_some(KeptBecause::Monthly),
    };
    (0..all.len()).map(kept).collect()
}

fn day(made: i64) -> i64 {
    made.div_euclid(DAY)
}

/// The first of January 1970 was a Thursday.
fn week(made: i64) -> i64 {
    (day(made) + 3).div_euclid(7)
}

fn month(made: i64) -> i64 {
    let time = OffsetDateTime::from_unix_timestamp(made.div_euclid(1000)).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    i64::from(time.year()) * 12 + i64::from(u8::from(time.month()))
}

/// Takes the oldest that may go until every limit is met.
fn limit(
    all: &[Facts],
    order: &[usize],
    protected: &[Option<KeptBecause>],
    kept: &mut [Option<KeptBecause>],
    rule: &Retention,
    free: u64,
    frees: &dyn Fn(&BTreeSet<u64>) -> u64,
) {
    let everything = rule.max_bytes.map(|_| frees(&all.iter().map(|facts| facts.seq).collect()));
    for index in order.iter().copied() {
        let gone: BTreeSet<u64> = (0..all.len()).filter(|at| kept[*at].is_none()).map(|at| all[at].seq).collect();
        let too_many = rule.max_count.is_some_and(|most| (all.len() - gone.len()) as u64 > most);
        let by_bytes = rule.max_bytes.is_some() || rule.free_floor.is_some();
        let freed = if by_bytes { frees(&gone) } else { 0 };
        let too_large = rule.max_bytes.zip(everything).is_some_and(|(most, held)| held.saturating_sub(freed) > most);
        let too_full = rule.free_floor.is_some_and(|floor| free.saturating_add(freed) < floor);
        if !(too_many || too_large || too_full) {
            return;
        }
        if protected[index].is_none() {
            kept[index] = None;
        }
    }
}

/// The latest loss of more than a fifth of the files that neither came back nor was accepted.
fn shrink(all: &[Facts], order: &[usize], accepted: Option<u64>) -> Option<Shrink> {
    let fifth_gone = |before: &Facts, after: &Facts| after.files < before.files - before.files / 5;
    order.windows(2).enumerate().rev().find_map(|(at, pair)| {
        let (before, after) = (&all[pair[0]], &all[pair[1]]);
        let back = order[at + 1..].iter().any(|later| !fifth_gone(before, &all[*later]));
        let seen = accepted.is_some_and(|accepted| after.seq <= accepted);
        (fifth_gone(before, after) && !back && !seen && !after.imported).then_some(Shrink {
            from: before.seq,
            to: after.seq,
            files_before: before.files,
            files_after: after.files,
        })
    })
}
