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

#[test]
fn a_staged_folder_has_its_name_only_when_whole() {
    let parent = tempfile::tempdir().unwrap();
    fs::create_dir(parent.path().join("Out")).unwrap();
    let mut folder = FolderWriter::staged(parent.path(), "Out").unwrap();
    folder.add("a.txt", None, &mut "a".as_bytes()).unwrap();
    assert!(parent.path().join("Out.part/a.txt").exists());
    let written = folder.finish().unwrap();
    assert_eq!(written.main, parent.path().join("Out (2)"));
    assert_eq!(fs::read_to_string(written.main.join("a.txt")).unwrap(), "a");

    let mut dropped = FolderWriter::staged(parent.path(), "Gone").unwrap();
    dropped.add("deep/a.txt", None, &mut "a".as_bytes()).unwrap();
    let mut half = dropped.begin("half.txt").unwrap();
    half.put(b"half").unwrap();
    drop((half, dropped));
    let mut left: Vec<_> = fs::read_dir(parent.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["Out", "Out (2)"]);
}

#[test]
fn every_file_is_in_the_list_of_hashes() {
    let parent = tempfile::tempdir().unwrap();
    let mut folder = FolderWriter::staged(parent.path(), "Out").unwrap().hashed().unwrap();
    let mut text = folder.begin("Ada.txt").unwrap();
    text.put(b"ab").unwrap();
    text.put(b"c").unwrap();
    assert_eq!((text.path(), text.bytes()), (Path::new("Ada.txt"), 3));
    assert_eq!(folder.end(text).unwrap(), Path::new("Ada.txt"));
    folder.add("files/ADA: 1.bin", None, &mut "abc".as_bytes()).unwrap();
    folder.add("SHA256SUMS", None, &mut "".as_bytes()).unwrap();
    let written = folder.finish().unwrap();
    // The SHA-256 of "abc" and of nothing, from FIPS 180-2 and RFC 6234.
    let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let none = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let list = fs::read_to_string(written.main.join(SUMS_FILE)).unwrap();
    let lines: Vec<&str> = list.lines().collect();
    assert_eq!(
        lines[..3],
        [format!("{abc}  Ada.txt"), format!("{abc}  files/ADA_ 1.bin"), format!("{none}  SHA256SUMS (2)")]
    );
    assert!(lines[3].ends_with("  Names.csv") && lines.len() == 4, "{list}");
    assert_eq!((written.files, written.items), (5, 2));
    let sizes: u64 = ["Ada.txt", "files/ADA_ 1.bin", "SHA256SUMS (2)", "Names.csv", SUMS_FILE]
        .iter()
        .map(|name| fs::metadata(written.main.join(name)).unwrap().len())
        .sum();
    assert_eq!(written.bytes, sizes);
}
