//! Speed at a glance: takes in many small files and compares with `cp -r` of the same files on the same volume.
//!
//! `cargo run --release -p store --example ingest -- [FOLDER] [FILES] [BYTES]`

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use store::{Base, Commit, Store};

const UDID: &str = "00008110-001A2B3C4D5E6F70";

fn main() {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);
    let files = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(20_000);
    let bytes = arguments.next().and_then(|text| text.parse().ok()).unwrap_or(6 * 1024);
    let folder = tempfile::tempdir_in(folder).expect("a folder to write to");
    let source = folder.path().join("source");
    make(&source, files, bytes);
    println!("{files} files of {bytes} bytes; each line: the work, then everything flushed to the disk");
    let mut ratios = Vec::new();
    for round in 0..3 {
        let copied = copy(&source, &folder.path().join(format!("copy-{round}")));
        let stored = ingest(&source, &folder.path().join(format!("store-{round}")));
        ratios.push(stored.as_secs_f64() / copied.as_secs_f64());
        println!("cp -r and sync {copied:.2?}, store with commit {stored:.2?}: {:.2}", ratios[round]);
    }
    ratios.sort_by(f64::total_cmp);
    println!("median ratio {:.2}", ratios[1]);
}

fn make(source: &Path, files: u64, bytes: usize) {
    for group in 0..256 {
        std::fs::create_dir_all(source.join(format!("{group:02x}"))).expect("folders");
    }
    let mut content = vec![0; bytes];
    for number in 0..files {
        let mut noise = blake3::Hasher::new().update(&number.to_le_bytes()).finalize_xof();
        noise.fill(&mut content);
        std::fs::write(source.join(name(number)), &content).expect("a file");
    }
    sync();
}

fn name(number: u64) -> String {
    let hash = blake3::hash(&number.to_le_bytes()).to_hex();
    format!("{}/{}", &hash[..2], &hash[..40])
}

fn copy(source: &Path, target: &Path) -> Duration {
    sync();
    let start = Instant::now();
    let status = std::process::Command::new("cp").arg("-r").arg(source).arg(target).status();
    assert!(status.is_ok_and(|status| status.success()), "cp");
    let worked = start.elapsed();
    sync();
    println!("  cp     {worked:.2?}, {:.2?}", start.elapsed());
    start.elapsed()
}

fn ingest(source: &Path, target: &Path) -> Duration {
    std::fs::create_dir(target).expect("a folder");
    let store = Store::create_or_open(target).expect("a store");
    sync();
    let start = Instant::now();
    let mut session = store.begin(UDID, &target.join("sessions"), Base::Newest).expect("a session");
    for group in 0..256 {
        let group = format!("{group:02x}");
        for file in std::fs::read_dir(source.join(&group)).expect("a folder") {
            let file = file.expect("an entry");
            let path = format!("{group}/{}", file.file_name().display());
            let content = std::fs::read(file.path()).expect("a file");
            let mut writer = session.create(&path).expect("a writer");
            writer.write_all(&content).expect("bytes");
            session.finish_file(writer).expect("a whole file");
        }
    }
    let worked = start.elapsed();
    session.commit(Commit::default()).expect("a version");
    println!("  store  {worked:.2?}, {:.2?}", start.elapsed());
    start.elapsed()
}

fn sync() {
    let _ = std::process::Command::new("sync").status();
}
