//! The power is cut: a disk records all that is written while versions are made, thinned and cleaned up. Then it is put
//! together again as a cut may leave it: all that was flushed, and of the rest, sector by sector, any part. Needs root,
//! FUSE, a loop device and the programs that make file systems; says so and passes where one of them is missing.

use std::path::Path;

use super::disk::{Content, Disk, Event, apply};
use super::history::Dice;
use super::kill::{check_versions, make_two};
use super::volume::{FileSystem, Volume, run};
use super::*;
use crate::fault::for_tests::LEAVE;

/// How many cuts in a run that may not take its time.
const SAMPLE: usize = 8;

/// A cut between two flushes.
struct Cut {
    /// Events of which all reached the disk.
    flushed: usize,
    /// Events that had happened.
    until: usize,
    /// Of a thousand writes between, how many reached the disk.
    per_mille: usize,
}

/// What a disk saw.
struct Recording {
    disk: Disk,
    before: Content,
    events: Vec<Event>,
    dice: Dice,
}

impl Recording {
    fn of(
        kind: FileSystem,
        prepare: impl FnOnce(&Path),
        work: impl FnOnce(&Path, &mut dyn FnMut(usize)),
    ) -> Option<Recording> {
        let mut disk = Disk::make(kind)?;
        prepare(&disk.place());
        let before = disk.begin();
        work(&disk.place(), &mut |versions| disk.promise(versions));
        let events = disk.end();
        Some(Recording { disk, before, events, dice: Dice(0x9E37_79B9_7F4A_7C15) })
    }

    /// Every time between two flushes: whole, with nothing of it, and in parts. A sample of them, evenly, unless all
    /// are wanted.
    fn cuts(&mut self) -> Vec<Cut> {
        let flushes = self.events.iter().enumerate().filter(|(_, event)| matches!(event, Event::Flush));
        let mut ends: Vec<usize> = flushes.map(|(index, _)| index).collect();
        ends.push(self.events.len());
        let (mut cuts, mut flushed) = (Vec::new(), 0);
        for until in ends {
            for per_mille in [100, 500, 500, 900, 950, 1000] {
                let until = flushed + self.dice.roll(until - flushed + 1);
                cuts.push(Cut { flushed, until, per_mille });
            }
            // Last, and so in every sample: all is promised, and nothing more than was flushed is there.
            for per_mille in [1000, 0] {
                cuts.push(Cut { flushed, until, per_mille });
            }
            flushed = until;
        }
        if full() {
            return cuts;
        }
        let all = cuts.len();
        let chosen = |index: &usize| index * SAMPLE / all != (index + 1) * SAMPLE / all;
        cuts.into_iter().enumerate().filter(|(index, _)| chosen(index)).map(|(_, cut)| cut).collect()
    }

    /// What the cut leaves, and how many versions were promised before.
    fn after(&mut self, cut: &Cut) -> (Content, usize) {
        let (mut content, mut promised) = (self.before.clone(), 0);
        for (index, event) in self.events[..cut.until].iter().enumerate() {
            if let Event::Promise(versions) = event {
                promised = *versions;
            }
            if index < cut.flushed || self.dice.roll(1000) < cut.per_mille {
                apply(&mut content, event);
            }
        }
        (content, promised)
    }

    /// Shows each cut to `look`, with the versions promised before it; returns how many there were.
    fn cut(mut self, mut look: impl FnMut(&Path, usize, u64)) -> usize {
        let cuts = self.cuts();
        for (number, cut) in (1..).zip(&cuts) {
            let (content, promised) = self.after(cut);
            self.disk.with(content, |place| look(place, promised, number));
        }
        cuts.len()
    }
}

/// What the kernel does by itself after a while.
fn write_back(place: &Path) {
    assert!(run("sync", &["-f", place.to_str().unwrap()]));
}

/// Two versions are made, from nothing, and more is found to work after each cut.
fn cut_while_committing(kind: FileSystem) {
    let Some(recording) = Recording::of(kind, |_| (), make_two) else { return };
    let mut seen = [0; 3];
    let cuts = recording.cut(|place, promised, cut| {
        let store = Store::create_or_open(place).unwrap();
        let found = check_versions(&store, cut);
        assert!(found >= promised, "{kind:?}, cut {cut}: {promised} promised, {found} found");
        seen[found] += 1;
        let sessions = place.join("sessions");
        store.recover(&sessions).unwrap();
        let mut session = store.begin(UDID, &sessions, Base::Resume).unwrap();
        put(&mut session, "next", b"next");
        let head = session.commit(commit()).unwrap();
        let version = Store::open(place).unwrap().version(UDID, head.seq).unwrap();
        assert!(verify(&version).damaged.is_empty(), "{kind:?}, cut {cut}");
        assert_eq!(contents(&version)["next"], b"next");
    });
    println!("{kind:?}, committing: {cuts} cuts, 0 violations; 0, 1, 2 versions found: {seen:?}");
    assert!(seen.iter().all(|count| *count > 0), "{seen:?}");
}

#[test]
fn a_power_cut_while_committing_loses_no_version_on_ext4() {
    cut_while_committing(FileSystem::Ext4);
}

#[test]
fn a_power_cut_while_committing_loses_no_version_on_xfs() {
    cut_while_committing(FileSystem::Xfs);
}

#[test]
fn a_power_cut_while_committing_loses_no_version_on_btrfs() {
    cut_while_committing(FileSystem::Btrfs);
}

#[test]
fn a_power_cut_during_a_clean_up_loses_nothing() {
    for kind in FileSystem::ALL {
        let work = |place: &Path, _: &mut dyn FnMut(usize)| {
            kill_clean_up::clean_up(place);
            write_back(place);
        };
        let Some(recording) = Recording::of(kind, kill_clean_up::prepare, work) else { continue };
        let mut gone = 0;
        let cuts = recording.cut(|place, _, cut| gone += u32::from(kill_clean_up::check_after(place, cut)));
        println!("{kind:?}, cleaning up: {cuts} cuts, 0 violations; after {gone} the expired version was gone");
        assert!(gone > 0);
    }
}

#[test]
fn a_power_cut_during_thinning_loses_nothing() {
    for kind in FileSystem::ALL {
        let work = |place: &Path, _: &mut dyn FnMut(usize)| {
            delta::third(place);
            write_back(place);
        };
        let Some(recording) = Recording::of(kind, delta::prepare, work) else { continue };
        let mut thinned = 0;
        let cuts = recording.cut(|place, _, cut| thinned += u32::from(delta::check_after(place, cut)));
        println!("{kind:?}, thinning: {cuts} cuts, 0 violations; after {thinned} the older copy was a delta");
        assert!(thinned > 0);
    }
}

/// The tests of the tests: cuts after which a version is damaged, or not there although it was promised, when these
/// steps are left out.
fn violations_without(steps: &'static [&'static str]) {
    for kind in FileSystem::ALL {
        let work = |place: &Path, promised: &mut dyn FnMut(usize)| {
            LEAVE.set(steps);
            make_two(place, promised);
            LEAVE.set(&[]);
        };
        let Some(recording) = Recording::of(kind, |_| (), work) else { continue };
        let mut violations = 0;
        let cuts = recording.cut(|place, promised, _| {
            let versions = Store::open(place).map_or(Vec::new(), |store| {
                let heads = store.versions(UDID).unwrap().versions;
                heads.iter().map(|head| store.version(UDID, head.seq).unwrap()).collect()
            });
            let damaged = versions.iter().any(|version| !verify(version).damaged.is_empty());
            violations += u32::from(damaged || versions.len() < promised);
        });
        println!("{kind:?} without {steps:?}: {cuts} cuts, {violations} violations");
        assert!(violations > 0, "{kind:?} without {steps:?}");
    }
}

#[test]
fn with_the_record_durable_before_the_content_a_power_cut_does_damage() {
    violations_without(&["barrier"]);
}

#[test]
fn without_any_flush_a_power_cut_does_damage() {
    violations_without(&["barrier", "record flush"]);
}

#[test]
fn a_read_only_volume_with_leftovers_is_recovered_and_browsed() {
    let Some(volume) = Volume::make(FileSystem::Ext4, FileSystem::Ext4.size()) else { return };
    let (place, sessions) = (volume.place(), volume.sessions());
    let store = Store::create_or_open(&place).unwrap();
    let mut session = store.begin(UDID, &sessions, Base::Newest).unwrap();
    put(&mut session, "a", b"1");
    session.commit(commit()).unwrap();
    let part = store.0.layout.parts().join("7c0e0c7e-92bd-4f0c-9d0d-2f7f63f7a9a1-0.part");
    std::fs::write(&part, b"left").unwrap();
    assert!(volume.remount("ro"));
    let store = Store::open(&place).unwrap();
    assert_eq!(store.recover(&sessions).unwrap(), []);
    assert!(part.exists(), "the volume is read-only");
    assert_eq!(contents(&store.version(UDID, 1).unwrap())["a"], b"1");
}
