use std::io;

use super::*;

struct Broken;

impl Read for Broken {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("bad sector"))
    }
}

#[test]
fn colliding_and_hostile_names_all_arrive() {
    let parent = tempfile::tempdir().unwrap();
    let mut folder = FolderWriter::create(parent.path(), "Photos: June").unwrap();
    let mut add = |hint: &str, text: &str| {
        let path = folder.add(hint, Some(1_000_000_000_000), &mut text.as_bytes()).unwrap();
        path.to_str().unwrap().replace('\\', "/")
    };
    assert_eq!(add("IMG_1.JPG", "1"), "IMG_1.JPG");
    assert_eq!(add("img_1.jpg", "2"), "img_1 (2).jpg");
    assert_eq!(add("../../../etc/passwd", "3"), "_/_/_/etc/passwd");
    assert_eq!(add("/etc/passwd", "4"), "etc/passwd");
    assert_eq!(add("IMG_1.JPG/inside", "5"), "IMG_1 (3).JPG/inside");
    assert_eq!(add("Names.csv", "6"), "Names (2).csv");
    let written = folder.finish().unwrap();
    assert_eq!((written.items, written.files), (6, 7));
    assert_eq!(written.main, parent.path().join("Photos_ June"));
    assert_eq!(fs::read_to_string(written.main.join("img_1 (2).jpg")).unwrap(), "2");
    let modified = fs::metadata(written.main.join("IMG_1.JPG")).unwrap().modified().unwrap();
    assert_eq!(modified.duration_since(UNIX_EPOCH).unwrap().as_secs(), 1_000_000_000);
    let names = fs::read_to_string(written.main.join(NAMES_FILE)).unwrap();
    assert!(names.contains("\r\nimg_1.jpg,img_1 (2).jpg\r\n"), "{names}");
    assert!(!names.contains("IMG_1.JPG,IMG_1.JPG\r\n"), "{names}");
}

#[test]
fn a_source_that_fails_leaves_no_torso() {
    let parent = tempfile::tempdir().unwrap();
    let mut folder = FolderWriter::create(parent.path(), "Out").unwrap();
    let error = folder.add("a.heic", None, &mut Broken).unwrap_err();
    assert!(matches!(error, Error::Read { .. }), "{error}");
    folder.skip("a.heic", "bad sector");
    let written = folder.finish().unwrap();
    assert_eq!((written.items, written.files, written.skipped.len()), (0, 0, 1));
    assert_eq!(fs::read_dir(written.main).unwrap().count(), 0);
}

#[test]
fn an_existing_folder_is_left_alone() {
    let parent = tempfile::tempdir().unwrap();
    let first = FolderWriter::create(parent.path(), "Out").unwrap().finish().unwrap();
    let second = FolderWriter::create(parent.path(), "Out").unwrap().finish().unwrap();
    assert_eq!(first.main, parent.path().join("Out"));
    assert_eq!(second.main, parent.path().join("Out (2)"));
}
