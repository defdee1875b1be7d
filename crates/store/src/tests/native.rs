use super::reclaim::go_on;
use super::*;

const DATABASE: &[u8] = b"SQLite format 3\0 and the rest of it";

fn version(place: &Place) -> Version {
    let mut session = place.begin(Base::Empty);
    let large = vec![7; 700_000];
    for (path, bytes) in
        [("Info.plist", b"<plist/>".as_slice()), ("Manifest.db", DATABASE), ("ab/1", &large), ("e", b"")]
    {
        put(&mut session, path, bytes);
    }
    session.make_folder("empty/folder").unwrap();
    session.commit(Commit { inline: vec!["Info.plist".into()], inline_max: 99, ..commit() }).unwrap();
    place.store.version(UDID, 1).unwrap()
}

#[test]
fn an_export_holds_every_file_and_shares_nothing_with_the_store() {
    let place = Place::new();
    let version = version(&place);
    let to = place.folder.path().join("native");
    let mut last = (0, 0);
    let done = place
        .store
        .export_native(&version, &to, &mut |done, all| {
            last = (done, all);
            true
        })
        .unwrap();
    assert_eq!((done.files, done.bytes, done.damaged.len(), done.stopped), (4, version.head().bytes, 0, false));
    assert_eq!(last, (version.head().bytes, version.head().bytes));
    for (path, bytes) in contents(&version) {
        assert_eq!(std::fs::read(to.join(&path)).unwrap(), bytes, "{path}");
        let modified = std::fs::metadata(to.join(&path)).unwrap().modified().unwrap();
        let since = modified.duration_since(std::time::UNIX_EPOCH).unwrap().as_millis() as i64;
        assert_eq!(since, version.get(&path).unwrap().modified);
        // Another program writes to it.
        std::fs::write(to.join(&path), b"changed").unwrap();
    }
    assert!(to.join("empty/folder").is_dir());
    assert!(verify(&version).damaged.is_empty());
    assert!(matches!(place.store.export_native(&version, &to, &mut go_on), Err(Error::NotEmpty { .. })));
}

#[test]
fn damaged_content_is_left_out_and_told() {
    let place = Place::new();
    let version = version(&place);
    let (one, two) = (place.object(DATABASE), place.object(b""));
    std::fs::remove_file(&one).unwrap();
    std::fs::write(&one, DATABASE.to_ascii_uppercase()).unwrap();
    std::fs::remove_file(two).unwrap();
    let to = place.folder.path().join("native");
    let done = place.store.export_native(&version, &to, &mut go_on).unwrap();
    let told: Vec<_> = done.damaged.iter().map(|file| (file.path.as_str(), file.damage)).collect();
    assert_eq!(told, [("Manifest.db", ObjectDamage::WrongBytes), ("e", ObjectDamage::Missing)]);
    assert_eq!(done.files, 2);
    assert!(!to.join("Manifest.db").exists() && !to.join("e").exists());
}

#[test]
fn an_export_that_is_told_to_stop_leaves_no_half_file() {
    let place = Place::new();
    let version = version(&place);
    let to = place.folder.path().join("native");
    let done = place.store.export_native(&version, &to, &mut |done, _| done < 300_000).unwrap();
    assert!(done.stopped);
    assert_eq!(done.files, 2);
    assert!(!to.join("ab/1").exists());
}

/// Where the volume can clone, media are cloned and databases are not.
#[test]
#[cfg(target_os = "linux")]
fn files_are_cloned_where_the_volume_can() {
    use super::volume::{FileSystem, Volume, run};
    let kind = FileSystem::Btrfs;
    let Some(volume) = Volume::make(kind, kind.size()) else { return };
    let folder = volume.place();
    let store = Store::create_or_open(&folder).unwrap();
    let mut session = store.begin(UDID, &folder.join("sessions"), Base::Empty).unwrap();
    put(&mut session, "Manifest.db", DATABASE);
    put(&mut session, "media", &vec![5; 600_000]);
    session.commit(commit()).unwrap();
    let version = store.version(UDID, 1).unwrap();
    let done = store.export_native(&version, &folder.join("native"), &mut go_on).unwrap();
    assert_eq!((done.files, done.cloned), (2, 1));
    std::fs::write(folder.join("native/media"), b"changed").unwrap();
    assert!(run("sync", &[]));
    assert!(verify(&version).damaged.is_empty());
}
