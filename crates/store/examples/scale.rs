//! A device with very many files: time and memory of every step. No content, so that only the store itself is seen.
//!
//! `cargo run --release -p store --example scale -- [FOLDER] [FILES]`

use std::io::Write;
use std::path::PathBuf;
use std::time::Instant;

use store::{Base, Commit, Store};

const UDID: &str = "00008110-001A2B3C4D5E6F70";

/// Prints how long a step took and the memory in use after it.
fn step<T>(name: &str, work: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = work();
    println!(
        "{name:<44} {:>9.1?}   {} MiB in use, {} MiB at most",
        start.elapsed(),
        status("VmRSS:"),
        status("VmHWM:")
    );
    result
}

/// A figure of `/proc/self/status`, in MiB; 0 where there is none.
fn status(field: &str) -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(field));
    line.and_then(|line| line.split_whitespace().next()?.parse::<u64>().ok()).unwrap_or(0) / 1024
}

fn name(number: u64) -> String {
    let hash = blake3::hash(&number.to_le_bytes()).to_hex();
    format!("{}/{}", &hash[..2], &hash[..40])
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let files: u64 = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(500_000);
    let folder = tempfile::tempdir_in(folder).expect("a folder to write to");
    let sessions = folder.path().join("sessions");
    let store = Store::create_or_open(folder.path()).expect("a store");
    println!("{files} files");
    {
        let mut session = store.begin(UDID, &sessions, Base::Newest).expect("a session");
        step("take in, 1,000 different contents", || {
            for number in 0..files {
                let mut writer = session.create(&format!("Snapshot/{}", name(number))).expect("a writer");
                writer.write_all(&(number % 1000).to_le_bytes()).expect("bytes");
                session.finish_file(writer).expect("a whole file");
            }
        });
        step("move each to its place", || {
            for number in 0..files {
                let name = name(number);
                session.rename(&format!("Snapshot/{name}"), &name).expect("a move");
            }
        });
        step("commit", || session.commit(Commit::default()).expect("a version"));
    }
    {
        let store = Store::open(folder.path()).expect("a store");
        let list = step("list the versions (checks the newest whole)", || store.versions(UDID).expect("versions"));
        println!("  {list:?}");
        let version = step("load the version", || store.version(UDID, 1).expect("a version"));
        step("list a folder", || assert!(version.list("7f").len() as u64 >= files / 600));
    }
    let store = Store::open(folder.path()).expect("a store");
    let mut session = step("begin over it", || store.begin(UDID, &sessions, Base::Newest).expect("a session"));
    step("2 % changed: taken in and moved", || {
        for number in 0..files / 50 {
            let name = name(number * 50);
            let mut writer = session.create(&format!("Snapshot/{name}")).expect("a writer");
            writer.write_all(&(number % 1000 + 500).to_le_bytes()).expect("bytes");
            session.finish_file(writer).expect("a whole file");
            session.rename(&format!("Snapshot/{name}"), &name).expect("a move");
        }
    });
    step("move all of it once more", || {
        for number in 0..files {
            let name = name(number);
            session.rename(&name, &format!("{}x", &name)).expect("a move");
        }
    });
    let head = step("commit", || session.commit(Commit::default()).expect("a version"));
    let record = folder.path().join("Heirloom/devices").join(UDID).join("versions").join(&head.file);
    println!("record: {} bytes", record.metadata().map_or(0, |about| about.len()));
}
