use super::reclaim::go_on;
use super::*;

fn overwrite(path: &Path, bytes: &[u8]) {
    std::fs::remove_file(path).unwrap();
    std::fs::write(path, bytes).unwrap();
}

fn scrub(store: &Store, depth: Depth) -> Scrubbed {
    store.verify(depth, Part::ALL, &mut go_on).unwrap()
}

fn told(damaged: &DamagedObject) -> Vec<String> {
    damaged.touches.iter().map(|file| format!("{} {} {}", file.udid, file.seq, file.path)).collect()
}

#[test]
fn damage_is_told_by_device_version_and_path_and_mended_by_the_next_backup() {
    let place = Place::new();
    place.version(&[("a", b"rotten"), ("b", b"fine")]);
    place.version(&[("a", b"new"), ("moved", b"rotten"), ("b", b"fine")]);
    let mut other = place.store.begin("OTHER", &place.sessions, Base::Newest).unwrap();
    put(&mut other, "x", b"rotten");
    put(&mut other, "y", b"cut short");
    other.commit(commit()).unwrap();
    let clean = scrub(&place.store, Depth::Bytes);
    assert_eq!((clean.objects, clean.bytes, clean.damaged.len(), clean.rest), (4, 22, 0, None));

    overwrite(&place.object(b"rotten"), b"rottEn");
    overwrite(&place.object(b"cut short"), b"cut");
    let lengths = scrub(&place.reopen(), Depth::Presence);
    assert_eq!(lengths.damaged.len(), 1);
    assert_eq!(told(&lengths.damaged[0]), ["OTHER 1 y"]);
    assert_eq!(lengths.damaged[0].damage, ObjectDamage::WrongLength { expected: 9, found: 3 });
    let found = scrub(&place.reopen(), Depth::Bytes);
    assert_eq!(found.damaged.len(), 2, "the one put aside is missing now: {found:?}");
    let rotten = found.damaged.iter().find(|damaged| damaged.damage == ObjectDamage::WrongBytes).unwrap();
    assert_eq!(told(rotten), [format!("{UDID} 1 a"), format!("{UDID} 2 moved"), "OTHER 1 x".into()]);
    assert_eq!((rotten.put_aside, rotten.touched, rotten.hash), (true, 3, *blake3::hash(b"rotten").as_bytes()));
    let aside = std::fs::read_dir(place.store.0.layout.damaged_objects()).unwrap().count();
    assert_eq!(aside, 2);
    assert!(!place.object(b"rotten").exists());

    // The same content comes again, by a backup and by a person.
    let mut session = place.begin(Base::Newest);
    put(&mut session, "again", b"rotten");
    session.commit(commit()).unwrap();
    let hash = *blake3::hash(b"cut short").as_bytes();
    let refused = place.store.repair(&hash, &mut b"something else".as_slice());
    assert!(matches!(refused, Err(Error::OtherContent { .. })));
    place.store.repair(&hash, &mut b"cut short".as_slice()).unwrap();
    assert_eq!(scrub(&place.reopen(), Depth::Bytes).damaged, []);
    assert_eq!(std::fs::read_dir(place.store.0.layout.parts()).unwrap().count(), 0);
}

#[test]
fn thirty_slices_look_at_everything_once_and_can_be_stopped() {
    let mut ends = vec![0];
    for day in 0..30 {
        let part = Part::slice(20_000 * 30 + day, 30);
        assert_eq!(part.from, *ends.last().unwrap());
        ends.push(part.to);
    }
    assert_eq!(ends.last(), Some(&4096));
    assert_eq!(Part::slice(7, 1), Part::ALL);

    let place = Place::new();
    let contents: Vec<Vec<u8>> = (0..200u32).map(|number| number.to_le_bytes().to_vec()).collect();
    let files: Vec<(String, &[u8])> = contents.iter().map(|bytes| (format!("{bytes:?}"), &bytes[..])).collect();
    place.version(&files.iter().map(|(path, bytes)| (path.as_str(), *bytes)).collect::<Vec<_>>());
    let slices = (0..30).map(|day| place.store.verify(Depth::Bytes, Part::slice(day, 30), &mut go_on).unwrap());
    let counts: Vec<u64> = slices.map(|slice| slice.objects).collect();
    assert_eq!(counts.iter().sum::<u64>(), 200);
    assert!(counts.iter().all(|count| *count < 25));

    let (mut part, mut turns) = (Some(Part::ALL), 0);
    while let Some(next) = part {
        let mut steps = 0;
        let look = &mut |_, _| {
            steps += 1;
            steps < 50
        };
        part = place.store.verify(Depth::Bytes, next, look).unwrap().rest;
        turns += 1;
    }
    assert!((4..=6).contains(&turns), "{turns}");
}

#[test]
fn damaged_records_are_told_wherever_they_lie() {
    let place = Place::new();
    let first = place.version(&[("a", b"1")]);
    place.version(&[("a", b"2")]);
    place.version(&[("a", b"3")]);
    place.store.expire(UDID, 1).unwrap();
    let record = place.store.0.layout.expired(UDID).join(&first.file);
    let good = std::fs::read(&record).unwrap();
    overwrite(&record, &good[1..]);
    let found = scrub(&place.reopen(), Depth::Presence);
    let files: Vec<_> = found.records.iter().map(|(udid, record)| (udid.as_str(), record.file.as_str())).collect();
    assert_eq!(files, [(UDID, format!("expired/{}", first.file).as_str())]);
    overwrite(&record, &good);
    assert_eq!(scrub(&place.reopen(), Depth::Presence).records, []);
}

#[test]
fn what_was_put_aside_and_is_whole_after_all_gets_its_name_back() {
    let place = Place::new();
    place.version(&[("a", b"fine")]);
    let (object, folder) = (place.object(b"fine"), place.store.0.layout.damaged_objects());
    std::fs::create_dir_all(&folder).unwrap();
    let name = object.file_name().unwrap().to_str().unwrap();
    std::fs::rename(&object, folder.join(format!("{name}-1"))).unwrap();
    assert_eq!(scrub(&place.store, Depth::Presence).damaged, []);
    assert!(object.exists());
}

/// Random rot: exactly the files that have it are told, and all others still read as they were.
#[test]
fn random_damage_is_found_exactly() {
    for seed in 0..6u64 {
        let place = Place::new();
        let noise = |name: &str| blake3::derive_key("rot", format!("{seed} {name}").as_bytes());
        let contents: Vec<Vec<u8>> = (0..30).map(|file| noise(&file.to_string())[..8 + file % 20].to_vec()).collect();
        for version in 0..4usize {
            let files: Vec<(String, &[u8])> =
                (0..10).map(|file| (format!("f{file}"), &contents[version * 6 + file][..])).collect();
            place.version(&files.iter().map(|(path, bytes)| (path.as_str(), *bytes)).collect::<Vec<_>>());
        }
        let mut hit = std::collections::BTreeSet::new();
        for turn in 0..4u8 {
            let victim = usize::from(noise(&format!("turn {turn}"))[0]) % 28;
            let (path, good) = (place.object(&contents[victim]), &contents[victim]);
            if !hit.insert(victim) {
                continue;
            }
            match turn {
                0 => std::fs::remove_file(path).unwrap(),
                1 => overwrite(&path, &good[..good.len() - 1]),
                2 => overwrite(&path, &[&good[..3], &[good[3] ^ 8], &good[4..]].concat()),
                _ => overwrite(&path, &vec![0; good.len()]),
            }
        }
        let expected: std::collections::BTreeSet<String> = (0..4usize)
            .flat_map(|version| (0..10usize).map(move |file| (version, file)))
            .filter(|(version, file)| hit.contains(&(version * 6 + file)))
            .map(|(version, file)| format!("{UDID} {} f{file}", version + 1))
            .collect();
        let found = scrub(&place.reopen(), Depth::Bytes);
        assert_eq!(found.damaged.iter().flat_map(told).collect::<std::collections::BTreeSet<_>>(), expected);
        assert_eq!(found.damaged.len(), hit.len());
    }
}
