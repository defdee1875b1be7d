use std::io::Write;

use super::*;

fn write(overlay: &mut Overlay, path: &str, bytes: &[u8]) -> Entry {
    let mut writer = overlay.create(path).unwrap();
    writer.write_all(bytes).unwrap();
    overlay.finish_file(writer).unwrap()
}

/// Every file below the store, with its bytes.
fn on_disk(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut all = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else {
                all.insert(entry.clone(), std::fs::read(entry).unwrap());
            }
        }
    }
    all
}

#[test]
fn a_device_writes_to_a_version_and_the_store_stays_as_it_was() {
    let place = Place::new();
    let inline = vec!["Status".to_owned()];
    let mut session = place.begin(Base::Empty);
    for (path, bytes) in [("Status", b"finished".as_slice()), ("ab/1", b"one"), ("ab/2", b"two"), ("keep", b"kept")] {
        put(&mut session, path, bytes);
    }
    session.commit(Commit { inline, inline_max: 99, ..commit() }).unwrap();
    let version = place.store.version(UDID, 1).unwrap();
    let before = on_disk(&place.folder.path().join("Heirloom"));
    let scratch = place.folder.path().join("scratch");

    let mut overlay = place.store.overlay(&version, &scratch).unwrap();
    let entry = write(&mut overlay, "Status", b"restoring");
    assert_eq!(
        (entry.size, entry.kind, entry.hash),
        (9, EntryKind::File, Some(*blake3::hash(b"restoring").as_bytes()))
    );
    write(&mut overlay, "notes/a", b"restoring");
    overlay.rename("ab/1", "moved/1").unwrap();
    overlay.copy("notes", "again").unwrap();
    overlay.remove("keep").unwrap();
    overlay.make_folder("empty").unwrap();
    // Given up half-way: the older content stays.
    let mut writer = overlay.create("ab/2").unwrap();
    writer.write_all(b"no").unwrap();
    writer.abort();

    let read = |path: &str| read_all(overlay.open(path).unwrap());
    assert_eq!(read("Status").unwrap(), b"restoring");
    assert_eq!(read("again/a").unwrap(), b"restoring");
    assert_eq!(read("moved/1").unwrap(), b"one");
    assert_eq!(read("ab/2").unwrap(), b"two");
    assert_eq!((read("keep"), read("ab/1"), read("empty")), (None, None, None));
    assert_eq!(overlay.get("ab").unwrap().kind, EntryKind::Folder);
    let names: Vec<_> = overlay.list("").into_iter().map(|entry| entry.path).collect();
    assert_eq!(names, ["Status", "ab", "again", "empty", "moved", "notes"]);
    assert_eq!(overlay.head().seq, 1);
    assert!(overlay.free_space().unwrap() > 0);
    assert!(matches!(overlay.create("Status/x"), Err(Error::NotAFolder { .. })));
    assert!(matches!(overlay.create("../x"), Err(Error::BadPath { .. })));
    assert!(matches!(overlay.rename("nothing", "x"), Err(Error::NotFound { .. })));

    assert_eq!(on_disk(&place.folder.path().join("Heirloom")), before);
    assert_eq!(contents(&version)["Status"], b"finished");
    drop(overlay);
    assert_eq!(std::fs::read_dir(&scratch).unwrap().count(), 0);
}

#[test]
fn content_written_twice_or_over_is_what_was_written_last() {
    let place = Place::new();
    place.version(&[("a", b"base")]);
    let version = place.store.version(UDID, 1).unwrap();
    let mut overlay = place.store.overlay(&version, &place.folder.path().join("scratch")).unwrap();
    for number in 0..50u32 {
        write(&mut overlay, "a", &number.to_le_bytes());
        write(&mut overlay, "b", b"same");
    }
    assert_eq!(read_all(overlay.open("a").unwrap()).unwrap(), 49u32.to_le_bytes());
    assert_eq!(read_all(overlay.open("b").unwrap()).unwrap(), b"same");
    // The very bytes the version has, written again, are those that were written.
    write(&mut overlay, "a", b"base");
    assert_eq!(read_all(overlay.open("a").unwrap()).unwrap(), b"base");
    fn is_send<T: Send>(_: &T) {}
    is_send(&overlay);
}

#[test]
fn damaged_content_of_the_version_is_told_as_such() {
    let place = Place::new();
    place.version(&[("a", b"base")]);
    let version = place.store.version(UDID, 1).unwrap();
    std::fs::remove_file(place.object(b"base")).unwrap();
    let overlay = place.store.overlay(&version, &place.folder.path().join("scratch")).unwrap();
    assert!(matches!(overlay.open("a"), Err(Error::ObjectDamaged { .. })));
}
