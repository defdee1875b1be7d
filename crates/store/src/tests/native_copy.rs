//! A folder that follows the newest version.

use super::*;

fn go_on(_: u64, _: u64) -> bool {
    true
}

fn on_disk(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let (mut files, mut todo) = (BTreeMap::new(), vec![folder.to_path_buf()]);
    while let Some(here) = todo.pop() {
        for entry in std::fs::read_dir(here).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                files.insert(name, std::fs::read(&path).unwrap());
            }
        }
    }
    files
}

/// Three versions: one file stays, one changes with its size, one goes, one comes.
fn versions(place: &Place) -> [Version; 3] {
    place.version(&[("Manifest.db", b"one"), ("ab/stays", b"same"), ("cd/goes", b"x"), ("ef", b"a file")]);
    place.version(&[("Manifest.db", b"two"), ("ab/stays", b"same"), ("ef/inside", b"a folder now")]);
    place.version(&[("Manifest.db", b"six"), ("ab/stays", b"same"), ("ab/comes", b"new")]);
    [1, 2, 3].map(|seq| place.store.version(UDID, seq).unwrap())
}

#[test]
fn only_what_changed_is_written() {
    let place = Place::new();
    let [one, two, three] = versions(&place);
    let to = place.folder.path().join("copy");
    let update = |version: &Version, earlier: &[Version]| {
        let done = place.store.update_native(version, earlier, &to, &mut go_on).unwrap();
        assert_eq!(on_disk(&to), contents(version));
        (done.written.files, done.kept, done.removed)
    };
    assert_eq!(update(&one, &[]), (4, 0, 0));
    assert_eq!(update(&one, std::slice::from_ref(&one)), (0, 4, 0));
    // The file that became a folder goes, the folder that is gone goes.
    assert_eq!(update(&two, std::slice::from_ref(&one)), (2, 1, 2));
    assert_eq!(update(&three, std::slice::from_ref(&two)), (2, 1, 1));

    // What another program wrote, put there or took away is put right.
    std::fs::write(to.join("ab/stays"), b"SAME").unwrap();
    let later = std::time::SystemTime::now() + std::time::Duration::from_secs(60);
    std::fs::File::options().write(true).open(to.join("ab/stays")).unwrap().set_modified(later).unwrap();
    std::fs::write(to.join("ab/foreign"), b"?").unwrap();
    std::fs::remove_file(to.join("ab/comes")).unwrap();
    assert_eq!(update(&three, std::slice::from_ref(&three)), (2, 1, 1));
    // Of a folder whose content nobody knows nothing stays.
    assert_eq!(update(&three, &[]), (3, 0, 0));
}

#[test]
fn a_cut_update_is_put_right_by_the_next() {
    let place = Place::new();
    let [one, two, three] = versions(&place);
    for cut_after in 1..=one.head().bytes {
        let to = place.folder.path().join(format!("copy-{cut_after}"));
        place.store.update_native(&one, &[], &to, &mut go_on).unwrap();
        let mut until = |done: u64, _: u64| done < cut_after;
        place.store.update_native(&two, std::slice::from_ref(&one), &to, &mut until).unwrap();
        let earlier = [one.clone(), two.clone()];
        let done = place.store.update_native(&three, &earlier, &to, &mut go_on).unwrap();
        assert_eq!(on_disk(&to), contents(&three), "cut after {cut_after}");
        assert_eq!(done.kept, 1, "what was the same in all stays");
    }
}

#[test]
#[cfg(unix)]
fn a_link_in_the_copy_leads_nowhere() {
    let place = Place::new();
    let [one, ..] = versions(&place);
    let (to, outside) = (place.folder.path().join("copy"), place.folder.path().join("outside"));
    std::fs::create_dir_all(&outside).unwrap();
    std::fs::write(outside.join("stays"), b"not ours").unwrap();
    std::fs::create_dir_all(&to).unwrap();
    std::os::unix::fs::symlink(&outside, to.join("ab")).unwrap();
    place.store.update_native(&one, std::slice::from_ref(&one), &to, &mut go_on).unwrap();
    assert_eq!(std::fs::read(outside.join("stays")).unwrap(), b"not ours");
    assert_eq!(on_disk(&to), contents(&one));
}
