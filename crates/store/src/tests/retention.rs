use std::collections::BTreeSet;

use super::*;
use crate::retention::plan;

const HOUR: i64 = 3_600_000;
const DAY: i64 = 24 * HOUR;
/// A Sunday, 2026-11-22 21:49 UTC.
const NOW: i64 = 1_795_384_175_000;

fn facts(seq: u64, age: i64) -> Facts {
    Facts {
        seq,
        made: NOW - age,
        files: 1000,
        complete: true,
        device: "S".into(),
        system: "17".into(),
        ..Facts::default()
    }
}

/// As many versions as `ages`, oldest first; each holds ten bytes alone.
fn aged(ages: &[i64]) -> Vec<Facts> {
    ages.iter().zip(1..).map(|(age, seq)| facts(seq, *age)).collect()
}

fn ten_each(gone: &BTreeSet<u64>) -> u64 {
    gone.len() as u64 * 10
}

/// The numbers of the versions that go.
fn goes(all: &[Facts], rule: &Retention) -> Vec<u64> {
    let (kept, paused) = plan(all, rule, NOW, 100, &ten_each);
    assert_eq!(paused, None);
    all.iter().zip(kept).filter(|(_, kept)| kept.is_none()).map(|(facts, _)| facts.seq).collect()
}

fn why(all: &[Facts], seq: u64) -> Option<KeptBecause> {
    let (kept, _) = plan(all, &Retention::default(), NOW, 100, &ten_each);
    all.iter().zip(kept).find(|(facts, _)| facts.seq == seq).unwrap().1
}

#[test]
fn all_of_a_day_then_one_a_day_a_week_a_month() {
    // Every six hours for three years.
    let all = aged(&(0..3 * 365 * 4).rev().map(|step| step * 6 * HOUR).collect::<Vec<_>>());
    let gone: BTreeSet<u64> = goes(&all, &Retention::default()).into_iter().collect();
    let left = all.iter().filter(|facts| !gone.contains(&facts.seq));
    let ages: Vec<i64> = left.map(|facts| (NOW - facts.made) / HOUR).collect();
    let within = |from: i64, to: i64| ages.iter().filter(|age| **age >= from * 24 && **age < to * 24).count();
    assert_eq!(within(0, 1), 4, "all of the last day");
    assert_eq!(within(1, 30), 29, "one a day");
    assert!((46..=49).contains(&within(30, 365)), "one a week: {}", within(30, 365));
    assert!((23..=25).contains(&within(365, 1095)), "one a month: {}", within(365, 1095));
    // What is left stays as time passes by an hour: thinning what was thinned takes nothing twice.
    let left: Vec<Facts> = all.into_iter().filter(|facts| !gone.contains(&facts.seq)).collect();
    assert_eq!(goes(&left, &Retention::default()), [0; 0]);
}

#[test]
fn days_and_weeks_end_at_midnight_and_on_sunday() {
    // 21:49 two days ago, 00:49 the same day, 23:49 the day before that.
    let mut all = aged(&[2 * DAY + 22 * HOUR, 2 * DAY + 21 * HOUR, 2 * DAY]);
    all.extend([facts(4, 2), facts(5, 1), facts(6, 0)]);
    assert_eq!(goes(&all, &Retention::default()), [2]);
    // Sunday 98 days ago and the Monday after it are two weeks; the Saturday before it is the same one.
    let mut all = aged(&[99 * DAY, 98 * DAY, 97 * DAY]);
    all.extend([facts(4, 2), facts(5, 1), facts(6, 0)]);
    assert_eq!(goes(&all, &Retention::default()), [1]);
}

#[test]
fn what_no_rule_may_take() {
    let days: Vec<i64> = (0..12).rev().map(|step| 40 * DAY + step * HOUR).collect();
    let hard = Retention { all: 0, daily: 0, weekly: 0, max_count: Some(0), ..Retention::default() };
    assert_eq!(goes(&aged(&days), &hard), (1..=9).collect::<Vec<_>>(), "the last three stay");

    let mut all = aged(&days);
    all[0].pinned = true;
    all[1].imported = true;
    all[2].device = "other".into();
    all[4].system = "16".into();
    assert_eq!(goes(&all, &hard), [6, 7, 8, 9]);
    assert_eq!(why(&all, 1), Some(KeptBecause::Pinned));
    assert_eq!(why(&all, 2), Some(KeptBecause::Imported));
    assert_eq!(why(&all, 3), Some(KeptBecause::BeforeDeviceChange));
    assert_eq!(why(&all, 4), Some(KeptBecause::BeforeSystemUpdate));
    assert_eq!(why(&all, 5), Some(KeptBecause::BeforeSystemUpdate));

    let mut all = aged(&days);
    all.iter_mut().skip(4).for_each(|facts| facts.complete = false);
    assert_eq!(why(&all, 4), Some(KeptBecause::Newest), "the newest that is complete");
    assert_eq!(goes(&all, &hard), [1, 2, 3, 5, 6, 7, 8, 9]);

    for count in 0..=3 {
        assert_eq!(goes(&aged(&days[..count]), &hard), [0; 0], "{count}");
    }
}

#[test]
fn a_complete_version_stands_for_its_day() {
    let mut all = aged(&[5 * DAY + 2 * HOUR, 5 * DAY + HOUR, 3, 2, 1, 0]);
    all[1].complete = false;
    assert_eq!(goes(&all, &Retention::default()), [2]);
}

#[test]
fn an_old_backup_imported_late_changes_nothing_for_the_others() {
    let mut all = aged(&[3, 2, 1, 0]);
    all.push(Facts { imported: true, device: "S".into(), system: "12".into(), ..facts(5, 900 * DAY) });
    all.push(facts(6, 0));
    assert_eq!(why(&all, 1), Some(KeptBecause::Recent), "not before an update");
    assert_eq!(why(&all, 5), Some(KeptBecause::Imported));
}

#[test]
fn limits_take_the_oldest_first() {
    let all = aged(&(0..8).rev().map(|step| step * HOUR).collect::<Vec<_>>());
    let rule = Retention::default();
    assert_eq!(goes(&all, &rule), [0; 0]);
    assert_eq!(goes(&all, &Retention { max_count: Some(5), ..rule.clone() }), [1, 2, 3]);
    assert_eq!(goes(&all, &Retention { max_bytes: Some(61), ..rule.clone() }), [1, 2]);
    assert_eq!(goes(&all, &Retention { max_bytes: Some(80), ..rule.clone() }), [0; 0]);
    assert_eq!(goes(&all, &Retention { free_floor: Some(101), ..rule.clone() }), [1]);
    assert_eq!(goes(&all, &Retention { free_floor: Some(10_000), ..rule }), [1, 2, 3, 4, 5], "not the last three");
}

#[test]
fn a_shrink_of_more_than_a_fifth_pauses_until_it_is_over_or_accepted() {
    let rule = Retention { max_count: Some(4), ..Retention::default() };
    let mut all = aged(&(0..8).rev().map(|step| step * HOUR).collect::<Vec<_>>());
    all[5].files = 800;
    assert_eq!(goes(&all, &rule), [1, 2, 3, 4], "a fifth is not more than a fifth");
    all.iter_mut().skip(5).for_each(|facts| facts.files = 799);
    let (kept, paused) = plan(&all, &rule, NOW, 100, &ten_each);
    assert_eq!(paused, Some(Shrink { from: 5, to: 6, files_before: 1000, files_after: 799 }));
    assert_eq!(kept[0], Some(KeptBecause::Paused));
    assert!(kept.iter().all(Option::is_some));
    assert_eq!(goes(&all, &Retention { shrink_accepted: Some(6), ..rule.clone() }), [1, 2, 3, 4]);
    all[7].files = 900;
    assert_eq!(goes(&all, &rule), [1, 2, 3, 4], "they came back");
}

#[test]
fn a_plan_tells_what_it_frees_and_spares_the_pinned() {
    let place = Place::new();
    let day = |day: i64| Commit { made: NOW - day * DAY, ..commit() };
    for (age, bytes) in [(400, "aaaa"), (399, "bbbbb"), (398, "cccccc"), (3, "3"), (2, "2"), (1, "1")] {
        let mut session = place.begin(Base::Empty);
        put(&mut session, "own", bytes.as_bytes());
        put(&mut session, "shared", b"shared by all");
        session.commit(day(age)).unwrap();
    }
    let rule = Retention::default();
    let plan = place.store.plan(UDID, &rule, NOW).unwrap();
    assert_eq!(plan.remove.iter().map(|head| head.seq).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((plan.frees, plan.keep.len(), plan.paused), (9, 4, None));
    place.store.pin(UDID, 1, true).unwrap();
    let plan = place.store.plan(UDID, &rule, NOW).unwrap();
    assert_eq!((plan.remove.len(), plan.frees), (1, 5));
    assert_eq!(plan.keep[0].1, KeptBecause::Pinned);
    let space = place.store.space().unwrap();
    assert_eq!(space.objects_bytes, 4 + 5 + 6 + 3 + 13);
    assert_eq!((space.objects, space.unnamed_bytes), (7, 0));
    assert_eq!(space.by_version[1], (UDID.to_owned(), 2, 5));
}

#[test]
fn an_expired_version_is_brought_back_as_it_was() {
    let place = Place::new();
    place.version(&[("a", b"1")]);
    place.version(&[("a", b"2")]);
    place.store.pin(UDID, 1, true).unwrap();
    assert!(matches!(place.store.expire(UDID, 1), Err(Error::Pinned { seq: 1, .. })));
    place.store.pin(UDID, 1, true).unwrap();
    assert_eq!(place.store.pinned(UDID).unwrap(), [1].into());
    place.store.pin(UDID, 1, false).unwrap();
    assert_eq!(place.store.pinned(UDID).unwrap(), [].into());

    place.store.expire(UDID, 2).unwrap();
    assert!(matches!(place.store.expire(UDID, 2), Err(Error::NoVersion { seq: 2, .. })));
    assert!(matches!(place.store.version(UDID, 2), Err(Error::NoVersion { .. })));
    let expired = place.store.expired(UDID).unwrap();
    assert_eq!((expired.len(), expired[0].head.seq), (1, 2));
    assert!((crate::lease::now() - expired[0].since) < 60_000);
    // Its number stays its own.
    assert_eq!(place.version(&[("a", b"3")]).seq, 3);
    place.store.bring_back(UDID, 2).unwrap();
    assert!(matches!(place.store.bring_back(UDID, 2), Err(Error::NoVersion { .. })));
    assert_eq!(place.store.expired(UDID).unwrap(), []);
    let list = place.reopen().versions(UDID).unwrap();
    assert_eq!(list.versions.iter().map(|head| head.seq).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(contents(&place.store.version(UDID, 2).unwrap())["a"], b"2");
    assert!(matches!(place.store.pin(UDID, 9, true), Err(Error::NoVersion { .. })));
}
