//! Bit rot in objects, deltas and records, alone and together: bits flip, files are cut short, change places or vanish. What a
//! check names is exactly what cannot be read as it was stored; all else still can.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::delta::{PATH, back_up, database};
use super::history::Dice;
use super::reclaim::go_on;
use super::*;

const OTHER: &str = "OTHER-DEVICE";
const VERSIONS: u64 = 6;

type Files = BTreeMap<(String, u64, String), Vec<u8>>;

/// Two devices: one with a large file that changes a little each time, one that shares some content with it.
fn prepare(place: &Place) -> Files {
    let mut files = Files::new();
    for version in 1..=VERSIONS {
        back_up(&place.store, &place.sessions, version);
        files.insert((UDID.into(), version, PATH.into()), database(version));
        files.insert((UDID.into(), version, "other".into()), version.to_string().into_bytes());
    }
    for version in 1..=3u64 {
        let mut session = place.store.begin(OTHER, &place.sessions, Base::Empty).unwrap();
        for (path, bytes) in [("shared", version.to_string().into_bytes()), ("own", vec![version as u8; 700])] {
            put(&mut session, path, &bytes);
            files.insert((OTHER.into(), version, path.into()), bytes);
        }
        session.commit(commit()).unwrap();
    }
    files
}

/// Every file of a kind, in a fixed order.
fn victims(place: &Place, ending: Option<&str>) -> Vec<PathBuf> {
    let layout = &place.store.0.layout;
    let folders = match ending {
        Some("ver") => vec![layout.versions(UDID), layout.versions(OTHER)],
        _ => place.store.object_folders().unwrap(),
    };
    let names = folders
        .iter()
        .flat_map(|folder| crate::store::names_in(folder).unwrap().into_iter().map(|name| folder.join(name)));
    let mut all: Vec<PathBuf> = names.filter(|path| path.extension().and_then(|end| end.to_str()) == ending).collect();
    all.sort();
    all
}

fn replace(path: &Path, bytes: &[u8]) {
    std::fs::remove_file(path).unwrap();
    std::fs::write(path, bytes).unwrap();
}

/// Damages a file of a kind; returns what was done, and the record that is gone without a trace.
fn damage(place: &Place, dice: &mut Dice, ending: Option<&str>) -> (String, Option<PathBuf>) {
    let all = victims(place, ending);
    if all.is_empty() {
        return ("nothing is left".into(), None);
    }
    let (path, other) = (&all[dice.roll(all.len())], &all[dice.roll(all.len())]);
    let good = std::fs::read(path).unwrap();
    let what = match dice.roll(4) {
        0 | 1 if good.is_empty() => "empty already".into(),
        0 => {
            let (at, bit) = (dice.roll(good.len()), dice.roll(8));
            let mut bytes = good;
            bytes[at] ^= 1 << bit;
            replace(path, &bytes);
            format!("bit {bit} of byte {at} flipped")
        }
        1 => {
            let length = dice.roll(good.len());
            replace(path, &good[..length]);
            format!("cut to {length}")
        }
        2 => {
            let bytes = std::fs::read(other).unwrap();
            replace(path, &bytes);
            if path != other {
                replace(other, &good);
            }
            format!("swapped with {}", other.display())
        }
        _ => {
            std::fs::remove_file(path).unwrap();
            "deleted".into()
        }
    };
    let vanished = (what == "deleted" && ending == Some("ver")).then(|| path.clone());
    (format!("{}: {what}", path.display()), vanished)
}

#[derive(Debug, Default, PartialEq)]
struct Lost {
    /// Versions that cannot be loaded.
    records: BTreeSet<(String, u64)>,
    /// Files of the others that do not read as they were stored.
    contents: BTreeSet<(String, u64, String)>,
}

fn lost(place: &Place, files: &Files) -> Lost {
    let store = place.reopen();
    let mut lost = Lost::default();
    for ((udid, seq, path), bytes) in files {
        let Ok(version) = store.version(udid, *seq) else {
            lost.records.insert((udid.clone(), *seq));
            continue;
        };
        let mut read = Vec::new();
        let whole = version.open(path).ok().flatten().is_some_and(|mut file| file.read_to_end(&mut read).is_ok());
        if !whole || read != *bytes {
            lost.contents.insert((udid.clone(), *seq, path.clone()));
        }
    }
    lost
}

fn named(record: &Path) -> (String, u64) {
    let name = record.file_name().unwrap().to_str().unwrap();
    let device = record.ancestors().nth(2).unwrap().file_name().unwrap();
    (device.to_str().unwrap().into(), crate::layout::record_seq(name).unwrap())
}

fn rot(seed: u64) -> usize {
    let (place, mut dice) = (Place::new(), Dice((seed + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15)));
    let files = prepare(&place);
    assert_eq!(lost(&place, &files), Lost::default());
    let (mut done, mut vanished) = (Vec::new(), BTreeSet::new());
    for _ in 0..1 + dice.roll(3) {
        let ending = [None, Some("delta"), Some("ver")][dice.roll(3)];
        let (what, gone) = damage(&place, &mut dice, ending);
        done.push(what);
        vanished.extend(gone.map(|path| named(&path)));
    }
    let before = lost(&place, &files);
    let found = place.reopen().verify(Depth::Bytes, Part::ALL, &mut go_on).unwrap();
    let touched = found.damaged.iter().flat_map(|one| &one.touches);
    let told: BTreeSet<_> = touched.map(|file| (file.udid.clone(), file.seq, file.path.clone())).collect();
    assert_eq!(told, before.contents, "seed {seed}: {done:#?}");
    let told = found.records.iter().map(|(udid, record)| {
        let name = record.file.rsplit('/').next().unwrap();
        (udid.clone(), crate::layout::record_seq(name).unwrap())
    });
    let told: BTreeSet<_> = told.collect();
    // Of a record that is gone nothing tells, but for the gap in the numbers.
    let expected: BTreeSet<_> = before.records.iter().filter(|record| !vanished.contains(*record)).cloned().collect();
    assert_eq!(told, expected, "seed {seed}: {done:#?}");
    assert_eq!(lost(&place, &files), before, "seed {seed}: the check itself did harm: {done:#?}");
    done.len()
}

#[test]
fn rot_anywhere_is_named_exactly_and_the_rest_reads_as_it_was() {
    let seeds = if full() { 600 } else { 10 };
    let damages: usize = (0..seeds).map(rot).sum();
    println!("{seeds} stores, {damages} damages, 0 wrongly named, 0 lost besides");
}
