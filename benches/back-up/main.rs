//! Backing up, against Debian's idevicebackup2 on the same pretend phone in the same run.
//!
//! Goal: at least 1.0 times its speed on big files, 1.5 times on many small ones, hashing and the barrier included;
//! under 200 MB of memory whatever the size. Both write to the same disk, turn about, the median of the runs counts.
//!
//! A version is on the disk when `heirloom` says that it is done; idevicebackup2 leaves its files to the page cache. So its
//! time is told twice: alone, and with the `sync` that makes it as safe.

use benches::{Phone, Took, beside, median, pair, run};
use std::io;
use std::path::Path;
use std::process::Command;

const RUNS: usize = 3;

struct Case {
    name: &'static str,
    files: u64,
    big: &'static [u64],
}

const GB: u64 = 1 << 30;
const CASES: &[Case] = &[
    Case { name: "two files of 1 GiB", files: 0, big: &[GB, GB] },
    Case { name: "20,000 small files", files: 20_000, big: &[] },
];
/// Only our own side, for its memory.
const LARGE: &[Case] = &[
    Case { name: "one file of 6 GiB", files: 0, big: &[6 * GB] },
    Case { name: "500,000 files", files: 500_000, big: &[] },
];

fn main() -> io::Result<()> {
    let space = std::env::var_os("HEIRLOOM_BENCH_FOLDER");
    let folder = match space {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir()?,
    };
    println!(
        "{:<22} {:>10} {:>10} {:>8} {:>8} {:>8} {:>8} {:>8}  memory",
        "full backup, seconds", "heirloom", "ideviceb.2", "x", "+ sync", "x", "cpu", "cpu"
    );
    for case in CASES {
        compare(case, folder.path())?;
    }
    if std::env::args().any(|argument| argument == "--large") {
        for case in LARGE {
            let phone = phone(case, folder.path())?;
            let took = ours(&phone, &folder.path().join("large"))?;
            println!("{:<22} {:>10.1} {:>42} MB", case.name, took.wall.as_secs_f64(), took.memory / 1_000_000);
        }
    }
    Ok(())
}

fn phone(case: &Case, folder: &Path) -> io::Result<Phone> {
    let state = folder.join("phone");
    let _ = std::fs::remove_dir_all(&state);
    let mut arguments = vec!["--scale".into(), "0.01".into(), "--extra-files".into(), case.files.to_string()];
    for size in case.big {
        arguments.extend(["--extra-big".to_string(), size.to_string()]);
    }
    Phone::start(&state, &arguments)
}

fn compare(case: &Case, folder: &Path) -> io::Result<()> {
    let phone = phone(case, folder)?;
    pair(&phone.address)?;
    let (mut own, mut theirs, mut synced) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        own.push(ours(&phone, &folder.join("own"))?);
        let took = peer(&phone, &folder.join("theirs"))?;
        let sync = run(Command::new("sync").arg("--file-system").arg(folder.join("theirs")))?;
        synced.push(Took { wall: took.wall + sync.wall, ..took });
        theirs.push(took);
    }
    let wall = |took: &[Took]| median(took.iter().map(|took| took.wall).collect()).as_secs_f64();
    let cpu = |took: &[Took]| median(took.iter().map(|took| took.cpu).collect()).as_secs_f64();
    let memory = own.iter().map(|took| took.memory).max().unwrap_or(0) / 1_000_000;
    println!(
        "{:<22} {:>10.1} {:>10.1} {:>8.2} {:>8.1} {:>8.2} {:>8.1} {:>8.1}  {memory} MB",
        case.name,
        wall(&own),
        wall(&theirs),
        wall(&theirs) / wall(&own),
        wall(&synced),
        wall(&synced) / wall(&own),
        cpu(&own),
        cpu(&theirs)
    );
    Ok(())
}

fn ours(phone: &Phone, home: &Path) -> io::Result<Took> {
    let _ = std::fs::remove_dir_all(home);
    run(Command::new(beside("heirloom"))
        .args(["--json", "back-up"])
        .env("HEIRLOOM_HOME", home)
        .env("USBMUXD_SOCKET_ADDRESS", &phone.address))
}

fn peer(phone: &Phone, folder: &Path) -> io::Result<Took> {
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder)?;
    run(Command::new("idevicebackup2")
        .args(["backup", "--full"])
        .arg(folder)
        .env("USBMUXD_SOCKET_ADDRESS", &phone.address))
}
