//! What lands on the disk.

use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

use super::*;
use crate::Error;
use crate::photos::{Content, Export, Folders, Wishes};

const RED: [u8; 3] = [200, 20, 20];

pub(super) fn exported() -> TestBackup {
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

/// Paths and contents of the files of an export, without its log.
pub(super) fn files(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for inside in std::fs::read_dir(folder).unwrap() {
            let path = inside.unwrap().path();
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            match path.is_dir() {
                true => folders.push(path),
                false if name == "Exported.txt" => {}
                false => drop(files.insert(name, std::fs::read(path).unwrap())),
            }
        }
    }
    files
}

/// Exports as wished; the names of the files.
fn names(wishes: Wishes) -> Vec<String> {
    let mut reader = open(exported().open());
    let to = tempfile::tempdir().unwrap();
    let mut export = Export::begin(to.path(), wishes).unwrap();
    export.write(reader.as_photos().unwrap(), &[1, 2, 3, 4], &mut |_, _| true).unwrap();
    let written = export.finish().unwrap();
    let files = files(&written.main);
    assert_eq!(files.len() as u64, written.files);
    files.into_keys().collect()
}

#[test]
fn originals_edits_or_both() {
    let wish = |content| Wishes { content, ..Wishes::default() };
    let originals = ["Holiday_ 1_2.jpg", "IMG_0001 (2).JPG", "IMG_0001 (2).MOV", "IMG_0001.JPG", "IMG_0001.MOV"];
    assert_eq!(names(wish(Content::Originals)), originals);
    let edits = ["Holiday_ 1_2.jpg", "IMG_0001 (2).heic", "IMG_0001.JPG", "IMG_0001.MOV"];
    assert_eq!(names(wish(Content::Edits)), edits);
}

#[test]
fn folders_and_names_as_wished() {
    let wish = |folders, names: Option<&str>| Wishes {
        content: Content::Originals,
        folders,
        names: names.map(str::to_owned),
        ..Wishes::default()
    };
    let by_day = names(wish(Folders::Day, Some("{date} {time} {number}")));
    assert_eq!(by_day[0], "2026-11-22/2026-11-22 01-00-01 0001.JPG");
    assert_eq!((by_day.len(), &*by_day[4]), (5, "2026-11-22/2026-11-22 01-00-04 0004.jpg"));
    let by_month = names(wish(Folders::Month, Some("{album} - {name}")));
    assert_eq!(by_month[0], "2026-11/No Album - IMG_0001 (2).JPG");
    assert_eq!(by_month[4], "2026-11/Paris - Holiday_ 1_2.jpg");
    let by_album = names(wish(Folders::Album, None));
    assert_eq!(
        by_album,
        [
            "No Album/IMG_0001 (2).JPG",
            "No Album/IMG_0001 (2).MOV",
            "No Album/IMG_0001.JPG",
            "No Album/IMG_0001.MOV",
            "Paris/Holiday_ 1_2.jpg",
        ]
    );
    // A name for all: each picture keeps one of its own, its video beside it.
    let same = names(wish(Folders::Flat, Some("../x")));
    assert_eq!(same, [".._x (2).JPG", ".._x (2).MOV", ".._x (3).jpg", ".._x.JPG", ".._x.MOV"]);
    let wrong = Export::begin(Path::new("/nowhere"), wish(Folders::Flat, Some("{nonsense}")));
    assert!(matches!(wrong, Err(Error::NamePattern { .. })));
}

#[test]
fn sidecars_say_what_is_known() {
    let rows = [
        asset(1, "IMG_0001.JPG", &[("ZFAVORITE", "1"), ("ZTITLE", "'<b>&\"'"), ("ZLATITUDE", "52.4907"), ("ZLONGITUDE", "-13.4256")]),
        "INSERT INTO ZGENERICALBUM VALUES (2, 4000, 'Trips', NULL, 0), (3, 2, 'A|B/C', 2, 0); INSERT INTO Z_33ASSETS VALUES (3, 1, 1);".to_owned(),
    ];
    let backup = with_library(&rows).file(DOMAIN, "Media/DCIM/100APPLE/IMG_0001.JPG", b"first");
    let mut reader = open(backup.open());
    let to = tempfile::tempdir().unwrap();
    let mut export = Export::begin(to.path(), Wishes { sidecars: true, ..Wishes::default() }).unwrap();
    export.write(reader.as_photos().unwrap(), &[1], &mut |_, _| true).unwrap();
    let files = files(&export.finish().unwrap().main);
    let xmp = String::from_utf8(files["IMG_0001.JPG.xmp"].clone()).unwrap();
    for part in [
        "<rdf:li xml:lang=\"x-default\">&lt;b&gt;&amp;&quot;</rdf:li>",
        "<rdf:li>Albums|Trips|A_B/C</rdf:li>",
        "<rdf:li>Albums/Trips/A|B_C</rdf:li>",
        "<xmp:Rating>5</xmp:Rating>",
        "<exif:DateTimeOriginal>2026-11-22T01:00:01+01:00</exif:DateTimeOriginal>",
        "<exif:GPSLatitude>52,29.442000N</exif:GPSLatitude>",
        "<exif:GPSLongitude>13,25.536000W</exif:GPSLongitude>",
        "<xmpMM:PreservedFileName>IMG_0001.JPG</xmpMM:PreservedFileName>",
    ] {
        assert!(xmp.contains(part), "{part} is not in {xmp}");
    }
    assert!(!xmp.contains("dc:subject") && !xmp.contains("PersonInImage"), "{xmp}");
}

#[test]
fn heic_pictures_become_jpegs_with_all_they_hold() {
    let heic = std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/../simulator/assets/heic-1.heic")).unwrap();
    let rows = [
        asset(1, "IMG_0001.HEIC", &[("ZKINDSUBTYPE", "2")]),
        asset(2, "IMG_0002.HEIC", &[]),
        asset(3, "IMG_0003.JPG", &[]),
    ];
    let backup = with_library(&rows)
        .file(DOMAIN, "Media/DCIM/100APPLE/IMG_0001.HEIC", &heic)
        .file(DOMAIN, "Media/DCIM/100APPLE/IMG_0001.MOV", b"moving")
        .file(DOMAIN, "Media/DCIM/100APPLE/IMG_0002.HEIC", &heic[..heic.len() / 2])
        .file(DOMAIN, "Media/DCIM/100APPLE/IMG_0003.JPG", &jpeg(30, 20, RED));
    let mut reader = open(backup.open());
    let to = tempfile::tempdir().unwrap();
    let mut export = Export::begin(to.path(), Wishes { jpeg: Some(90), ..Wishes::default() }).unwrap();
    export.write(reader.as_photos().unwrap(), &[1, 2, 3], &mut |_, _| true).unwrap();
    let written = export.finish().unwrap();
    let files = files(&written.main);
    let names: Vec<&str> = files.keys().map(String::as_str).collect();
    assert_eq!(names, ["IMG_0001.MOV", "IMG_0001.jpg", "IMG_0002.HEIC", "IMG_0003.JPG"]);
    assert_eq!(files["IMG_0002.HEIC"], &heic[..heic.len() / 2], "what cannot be made a JPEG stays as it is");
    assert_eq!(files["IMG_0003.JPG"], jpeg(30, 20, RED));
    assert_eq!((written.skipped.len(), &*written.skipped[0].what), (1, "IMG_0002.HEIC"));
    let made = image::load_from_memory(&files["IMG_0001.jpg"]).unwrap();
    assert_eq!((made.width(), made.height()), (1008, 756));
    let exif = |bytes: &[u8]| {
        let exif = exif::Reader::new().read_from_container(&mut Cursor::new(bytes)).unwrap();
        let fields = exif.fields().map(|field| (field.tag, field.display_value().to_string()));
        fields.collect::<Vec<_>>()
    };
    assert_eq!(exif(&files["IMG_0001.jpg"]), exif(&heic));
    let time = written.main.join("IMG_0001.jpg").metadata().unwrap().modified().unwrap();
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
