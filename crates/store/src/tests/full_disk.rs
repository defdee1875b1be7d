//! The disk is full at one write after another: a small volume has room for a little more each time, from nothing to
//! enough for a whole version.

use std::fs::File;
use std::path::Path;

use super::reclaim::{DAY, age, go_on};
use super::volume::{FileSystem, Volume};
use super::*;
use crate::lease::now;
use crate::space::{BALLAST, make_ballast};

/// Sparse; so large that a store on it gets its reserve.
const SIZE: u64 = 3 << 30;
/// The room grows by so much from try to try, in bytes: a block.
const BLOCK: u64 = 4096;

/// A file that takes all room but so much.
fn fill(place: &Path, room: u64) {
    let filler = File::create(place.join("filler")).unwrap();
    // Blocks of the file system itself come on top: what is left is taken in ever smaller pieces.
    let free = || fs4::available_space(place).unwrap();
    let mut size = 0;
    for piece in [64 << 20, 1 << 20, 64 << 10, BLOCK] {
        while free() >= room + 2 * piece && fs4::FileExt::allocate(&filler, size + piece).is_ok() {
            size += piece;
        }
    }
    while free() > room && fs4::FileExt::allocate(&filler, size + BLOCK).is_ok() {
        size += BLOCK;
    }
}

fn noise(seed: u64, length: usize) -> Vec<u8> {
    let mut bytes = vec![0; length];
    blake3::Hasher::new().update(&seed.to_le_bytes()).finalize_xof().fill(&mut bytes);
    bytes
}

/// What a version of that number holds: small files, and one too large for memory.
fn files(number: u64) -> Vec<(String, Vec<u8>)> {
    let sizes = [3_000, 5_000, 9_000, 20_000, 70_000, 100];
    let file = |(index, size): (u64, usize)| (format!("f{index}"), noise(number * 10 + index, size));
    (0..).zip(sizes).map(file).collect()
}

/// Makes a version of that number.
pub fn back_up(store: &Store, sessions: &Path, number: u64) -> Result<VersionHead> {
    let mut session = store.begin(UDID, sessions, Base::Newest)?;
    for (path, bytes) in files(number) {
        let mut writer = session.create(&path)?;
        // The error is told in full by the end of the file.
        let _ = writer.write_all(&bytes);
        session.finish_file(writer)?;
    }
    session.commit(commit())
}

/// Exactly these versions are there, to their last byte.
pub fn check(store: &Store, numbers: &[u64]) {
    let list = store.versions(UDID).unwrap();
    assert_eq!(list.damaged, []);
    assert_eq!(list.versions.len(), numbers.len());
    for (head, number) in list.versions.iter().zip(numbers) {
        let version = store.version(UDID, head.seq).unwrap();
        assert_eq!(contents(&version), files(*number).into_iter().collect());
    }
}

/// One try with so much room; returns whether it was enough. Afterwards the reserve alone makes room for another version.
fn with_room(room: u64) -> Option<bool> {
    let volume = Volume::make(FileSystem::Ext4, SIZE)?;
    let (place, sessions) = (volume.place(), volume.sessions());
    let store = Store::create_or_open(&place).unwrap();
    for number in 1..=2 {
        back_up(&store, &sessions, number).unwrap();
    }
    store.expire(UDID, 1).unwrap();
    age(&store, 8 * DAY);
    make_ballast(&store.0.layout.ballast());
    assert_eq!(std::fs::metadata(store.0.layout.ballast()).unwrap().len(), BALLAST);
    fill(&place, room);
    let enough = match back_up(&store, &sessions, 3) {
        Ok(_) => true,
        Err(Error::DiskFull { needed, free }) => {
            assert!(needed > 0 || free < BLOCK, "room {room}: {needed} needed, {free} free");
            let told = Error::DiskFull { needed, free }.to_string();
            assert!(told.contains(&format!("{needed} bytes needed")), "{told}");
            false
        }
        Err(error) => panic!("room {room}: {error:?}"),
    };
    let store = Store::open(&place).unwrap();
    check(&store, if enough { &[2, 3] } else { &[2] });
    store.recover(&sessions).unwrap();
    // Nothing was made free: the reserve alone is what a clean-up works with.
    let done = store.reclaim(&sessions, now(), &mut go_on).unwrap();
    assert_eq!(done.versions, 1, "room {room}");
    let begun = store.begin(UDID, &sessions, Base::Newest).unwrap();
    begun.discard().unwrap();
    check(&store, if enough { &[2, 3] } else { &[2] });
    back_up(&store, &sessions, 4).unwrap_or_else(|error| panic!("room {room}: after the clean-up: {error}"));
    check(&store, if enough { &[2, 3, 4] } else { &[2, 4] });
    Some(enough)
}

#[test]
fn a_disk_that_is_full_at_any_write_keeps_its_versions_and_recovers_by_the_reserve() {
    let step = if full() { BLOCK } else { 12 * BLOCK };
    let (mut full_at, mut room) = (0, 0);
    loop {
        match with_room(room) {
            None => return,
            Some(true) => break,
            Some(false) => full_at += 1,
        }
        room += step;
    }
    println!("full at {full_at} sizes, up to {room} bytes of room; 0 violations");
    assert!(full_at >= 3, "{full_at}");
}
