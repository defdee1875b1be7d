//! What lands on the disk.

use std::time::{Duration, UNIX_EPOCH};

use super::*;
use crate::Error;

fn exported() -> TestBackup {
    let rows = [
        asset(1, "IMG_0001.JPG", &[("ZKINDSUBTYPE", "2")]),
        asset(
            2,
            "IMG_0001.JPG",
            &[("ZDIRECTORY", "'DCIM/101APPLE'"), ("ZKINDSUBTYPE", "2"), ("ZADJUSTMENTSSTATE", "2")],
        ),
        asset(3, "IMG_0003.JPG", &[("ZCLOUDLOCALSTATE", "1")]),
        asset(4, "6A0C.jpeg", &[("ZORIGINALFILENAME", "'Holiday: 1/2.jpg'")]),
        "INSERT INTO ZGENERICALBUM VALUES (3, 2, 'Paris', NULL, 0); INSERT INTO Z_33ASSETS VALUES (3, 4, 1);"
            .to_owned(),
    ];
    with_library(&rows)
        .file(DOMAIN, "Media/DCIM/100APPLE/IMG_0001.JPG", b"first")
        .file(DOMAIN, "Media/DCIM/100APPLE/IMG_0001.MOV", b"first moving")
        .file(DOMAIN, "Media/DCIM/101APPLE/IMG_0001.JPG", b"second")
        .file(DOMAIN, "Media/DCIM/101APPLE/IMG_0001.MOV", b"second moving")
        .file(
            DOMAIN,
            "Media/PhotoData/Mutations/DCIM/101APPLE/IMG_0001/Adjustments/FullSizeRender.heic",
            b"second edited",
        )
        .file(DOMAIN, "Media/DCIM/100APPLE/6A0C.jpeg", b"fourth")
}

#[test]
fn originals_with_all_that_belongs_to_them() {
    let mut reader = open(exported().open());
    let to = tempfile::tempdir().unwrap();
    let mut steps = Vec::new();
    let mut run = |done, total| {
        steps.push((done, total));
        true
    };
    let written = reader.export(&[1, 2, 3, 4], "folder", to.path(), &mut run).unwrap();
    assert_eq!(steps.last(), Some(&(3, 4)));
    assert_eq!(written.main, to.path().join("Photos"));
    assert_eq!(written.items, 3);
    assert_eq!(written.skipped.len(), 1);
    assert_eq!(written.skipped[0].what, "IMG_0003.JPG");
    let read = |name: &str| std::fs::read(written.main.join(name)).unwrap_or_else(|_| panic!("no {name}"));
    assert_eq!(read("IMG_0001.JPG"), b"first");
    assert_eq!(read("IMG_0001.MOV"), b"first moving");
    let mut names: Vec<String> = std::fs::read_dir(&written.main)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != "Exported.txt")
        .collect();
    names.sort();
    assert_eq!(names.len(), 6, "{names:?}");
    let second = names.iter().find(|name| read(name) == b"second").unwrap();
    let stem = second.strip_suffix(".JPG").unwrap();
    assert_eq!(read(&format!("{stem}.MOV")), b"second moving", "the pair stays together");
    assert_eq!(read(&format!("{stem} (edited).heic")), b"second edited");
    assert!(names.iter().any(|name| name.starts_with("Holiday") && read(name) == b"fourth"), "{names:?}");
    let time = written.main.join("IMG_0001.JPG").metadata().unwrap().modified().unwrap();
    assert_eq!(time, UNIX_EPOCH + Duration::from_secs(978_307_200 + DAY as u64 + 1));
}

#[test]
fn cancelling_and_unknown_formats() {
    let mut reader = open(exported().open());
    let to = tempfile::tempdir().unwrap();
    let mut stop = |done: u64, _| done < 1;
    assert!(matches!(reader.export(&[1, 2], "folder", to.path(), &mut stop), Err(Error::Cancelled)));
    assert!(matches!(reader.export(&[1], "pdf", to.path(), &mut |_, _| true), Err(Error::UnknownFormat { .. })));
}

#[test]
fn the_table() {
    let mut reader = open(exported().open());
    let to = tempfile::tempdir().unwrap();
    let written = reader.export(&[4, 3], "json", to.path(), &mut |_, _| true).unwrap();
    let rows: serde_json::Value = serde_json::from_slice(&std::fs::read(&written.main).unwrap()).unwrap();
    assert_eq!(rows.as_array().unwrap().len(), 2);
    assert_eq!(rows[0]["name"], "Holiday: 1/2.jpg");
    assert_eq!(rows[0]["taken_local"], "2026-11-22 01:00:04 +01:00");
    assert_eq!(rows[0]["albums"], "Paris");
    assert_eq!(rows[0]["missing"], serde_json::Value::Null);
    assert_eq!(rows[1]["missing"], "The original is in iCloud Photos, not on the phone.");
    assert_eq!(reader.export(&[1, 2, 3, 4], "csv", to.path(), &mut |_, _| true).unwrap().items, 4);
}
