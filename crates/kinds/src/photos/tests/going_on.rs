//! An export that was stopped is gone on with.

use std::fs;
use std::path::{Path, PathBuf};

use super::export::{exported, files};
use super::*;
use crate::Error;
use crate::photos::{Export, Folders, Wishes};

fn again(folder: &Path) -> Wishes {
    Wishes { again: Some(folder.to_owned()), ..Wishes::default() }
}

/// Exports the pictures into the folder of an earlier export; how many were written and how many were there.
fn go_on(wishes: Wishes, ids: &[i64]) -> (u64, u64) {
    let mut reader = open(exported().open());
    let mut export = Export::begin(Path::new(""), wishes).unwrap();
    export.write(reader.as_photos().unwrap(), ids, &mut |_, _| true).unwrap();
    let there = export.there();
    (export.finish().unwrap().items, there)
}

/// A whole export, and what is in it.
fn whole(to: &Path) -> (PathBuf, BTreeMap<String, Vec<u8>>) {
    let mut reader = open(exported().open());
    let written = reader.export(&[1, 2, 3, 4], "folder", to, &mut |_, _| true).unwrap();
    let files = files(&written.main);
    (written.main, files)
}

#[test]
fn a_cancelled_export_goes_on_where_it_was_stopped() {
    let to = tempfile::tempdir().unwrap();
    let (_, all) = whole(to.path());
    for stop in 0..24 {
        let mut reader = open(exported().open());
        let mut export = Export::begin(to.path(), Wishes::default()).unwrap();
        let mut steps = 0;
        let mut run = |_, _| {
            steps += 1;
            steps <= stop
        };
        let outcome = export.write(reader.as_photos().unwrap(), &[1, 2, 3, 4], &mut run);
        let root = export.path().to_owned();
        drop(export);
        let left = files(&root);
        assert!(left.iter().all(|(name, bytes)| all.get(name) == Some(bytes)), "only whole files: {:?}", left.keys());
        if outcome.is_ok() {
            assert_eq!(left, all);
            continue;
        }
        assert!(matches!(outcome, Err(Error::Cancelled)));
        go_on(again(&root), &[1, 2, 3, 4]);
        assert_eq!(files(&root), all, "stopped at step {stop}");
        assert_eq!(go_on(again(&root), &[1, 2, 3, 4]), (0, 3), "nothing is left to do");
        assert_eq!(files(&root), all);
    }
}

#[test]
fn what_is_there_is_told_by_its_content() {
    let to = tempfile::tempdir().unwrap();
    let (root, all) = whole(to.path());
    // Moved, renamed, or copied there by hand, it is there all the same.
    fs::create_dir(root.join("mine")).unwrap();
    fs::rename(root.join("IMG_0001.JPG"), root.join("mine/beach.JPG")).unwrap();
    fs::rename(root.join("IMG_0001.MOV"), root.join("mine/beach.MOV")).unwrap();
    assert_eq!(go_on(again(&root), &[1, 2, 4]), (0, 3));
    // Of the same size, with its time, but changed: written again, and the changed one stays.
    let changed = root.join("Holiday_ 1_2.jpg");
    fs::write(&changed, b"FOURTH").unwrap();
    assert_eq!(go_on(again(&root), &[1, 2, 4]), (1, 2));
    assert_eq!(fs::read(root.join("Holiday_ 1_2 (2).jpg")).unwrap(), b"fourth");
    assert_eq!(fs::read(&changed).unwrap(), b"FOURTH");
    // What belongs to a picture goes beside it, under its name.
    fs::remove_file(root.join("mine/beach.MOV")).unwrap();
    assert_eq!(go_on(again(&root), &[1]), (1, 0));
    assert_eq!(fs::read(root.join("mine/beach.MOV")).unwrap(), all["IMG_0001.MOV"]);
}

#[test]
fn a_killed_export_leaves_nothing_in_the_way() {
    let to = tempfile::tempdir().unwrap();
    let (root, all) = whole(to.path());
    // A file half-written, a line of the log half-written, a file whose line was not written.
    fs::write(root.join("IMG_0009.JPG.part"), b"hal").unwrap();
    let log = fs::read_to_string(root.join("Exported.txt")).unwrap();
    assert_eq!(log.lines().filter(|line| line.contains("\tMedia/")).count(), 6);
    let cut: String = log.lines().take(5).map(|line| format!("{line}\n")).collect();
    fs::write(root.join("Exported.txt"), format!("{cut}0123456789abcdef\t12")).unwrap();
    assert_eq!(go_on(again(&root), &[1, 2, 3, 4]), (0, 3));
    assert_eq!(files(&root), all);
    assert!(matches!(Export::begin(to.path(), again(to.path())), Err(Error::NotAnExport { .. })));
    fs::write(to.path().join("Exported.txt"), "Heirloom export 1\nOf: Messages\n\n").unwrap();
    assert!(matches!(Export::begin(to.path(), again(to.path())), Err(Error::NotAnExport { .. })));
}

#[test]
fn every_album_is_whole_and_stays_so() {
    let to = tempfile::tempdir().unwrap();
    let more = "INSERT INTO ZGENERICALBUM VALUES (5, 2, 'paris', NULL, 0), (6, 2, 'Best', NULL, 0);
        INSERT INTO Z_33ASSETS VALUES (6, 1, 1);";
    let rows = [
        asset(1, "IMG_0001.JPG", &[]),
        "INSERT INTO ZGENERICALBUM VALUES (3, 2, 'Paris', NULL, 0); INSERT INTO Z_33ASSETS VALUES (3, 1, 1), (5, 1, 2);"
            .to_owned(),
        more.to_owned(),
    ];
    let backup = || with_library(&rows).file(DOMAIN, "Media/DCIM/100APPLE/IMG_0001.JPG", b"first").open();
    let wishes = Wishes { folders: Folders::Album, ..Wishes::default() };
    let mut export = Export::begin(to.path(), wishes.clone()).unwrap();
    export.write(open(backup()).as_photos().unwrap(), &[1], &mut |_, _| true).unwrap();
    let root = export.finish().unwrap().main;
    // Two albums whose names differ in case only share a folder, for disks that know no case.
    let all: Vec<String> = files(&root).into_keys().collect();
    assert_eq!(all, ["Best/IMG_0001.JPG", "Paris/IMG_0001.JPG"]);
    let mut export = Export::begin(to.path(), Wishes { again: Some(root.clone()), ..wishes }).unwrap();
    export.write(open(backup()).as_photos().unwrap(), &[1], &mut |_, _| true).unwrap();
    assert_eq!((export.there(), export.finish().unwrap().items), (1, 0));
    assert_eq!(files(&root).into_keys().collect::<Vec<_>>(), all);
}
