//! Copying the photos and films off a phone without a backup, against Debian's ifuse and `cp` on the same pretend phone in the same
//! run.
//!
//! Goal: faster than `ifuse` + `cp`. Turn about, the median of the runs counts; ifuse is mounted afresh each time, so that nothing is
//! cached, and mounting is not counted. `cp` leaves its files to the page cache: its time is told alone and with a `sync`.

use benches::{Phone, Took, beside, median, pair, run};
use std::fs::File;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const RUNS: usize = 3;
/// What is put beside the phone's own pictures; what a computer writes stays in the phone's memory, which holds 256 MiB of it.
const FILMS: u64 = 3;
const FILM: u64 = 80 << 20;
const MB: f64 = 1_000_000.0;

fn main() -> io::Result<()> {
    if !Path::new("/dev/fuse").exists() {
        println!("media: left out, there is no /dev/fuse for ifuse");
        return Ok(());
    }
    let folder = match std::env::var_os("HEIRLOOM_BENCH_FOLDER") {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir()?,
    };
    let phone = Phone::start(&folder.path().join("phone"), &["--scale".into(), "1".into()])?;
    pair(&phone.address)?;
    shoot_films(&phone, &folder.path().join("mount"))?;
    let (own_folder, their_folder) = (folder.path().join("own"), folder.path().join("theirs"));
    let (mut own, mut theirs, mut synced) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        own.push(ours(&phone, &folder.path().join("home"), &own_folder)?);
        let (took, sync) = peer(&phone, &folder.path().join("mount"), &their_folder)?;
        synced.push(took.wall + sync);
        theirs.push(took);
    }
    let (copied, expected) = (size(&own_folder)?, size(&their_folder)?);
    if copied != expected {
        return Err(io::Error::other(format!("{copied:?} files and bytes copied, {expected:?} by cp")));
    }
    let memory = own.iter().map(|took| took.memory).max().unwrap_or(0);
    let wall = |took: &[Took]| median(took.iter().map(|took| took.wall).collect()).as_secs_f64();
    let (own, theirs, synced) = (wall(&own), wall(&theirs), median(synced).as_secs_f64());
    println!(
        "copy of {} files, {:.0} MB: heirloom {own:.2} s ({:.0} MB/s, {:.0} MB of memory), ifuse + cp {theirs:.2} s: {:.2} times its \
         speed; with sync {synced:.2} s: {:.2} times",
        copied.0,
        copied.1 as f64 / MB,
        copied.1 as f64 / MB / own,
        memory as f64 / MB,
        theirs / own,
        synced / own
    );
    Ok(())
}

/// Puts big files beside the pictures on the phone.
fn shoot_films(phone: &Phone, at: &Path) -> io::Result<()> {
    let mount = Mount::new(phone, at)?;
    let dcim = mount.folder.join("DCIM");
    let first = std::fs::read_dir(&dcim)?.next().ok_or_else(|| io::Error::other("no pictures"))??.path();
    let mut bytes = vec![0; 1 << 20];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    for number in 0..FILMS {
        let mut film = File::create(first.join(format!("FILM{number:04}.MOV")))?;
        for _ in 0..FILM / bytes.len() as u64 {
            film.write_all(&bytes)?;
        }
    }
    Ok(())
}

fn ours(phone: &Phone, home: &Path, to: &Path) -> io::Result<Took> {
    afresh(to)?;
    run(Command::new(beside("heirloom"))
        .args(["--json", "device", "photos", "DCIM", "--to"])
        .arg(to)
        .env("HEIRLOOM_HOME", home)
        .env("USBMUXD_SOCKET_ADDRESS", &phone.address))
}

/// What `cp` takes, and the `sync` after it.
fn peer(phone: &Phone, mount: &Path, to: &Path) -> io::Result<(Took, Duration)> {
    afresh(to)?;
    let mount = Mount::new(phone, mount)?;
    let took = run(Command::new("cp").arg("-r").arg(mount.folder.join("DCIM")).arg(to))?;
    let sync = run(Command::new("sync").arg("--file-system").arg(to))?;
    Ok((took, sync.wall))
}

fn afresh(folder: &Path) -> io::Result<()> {
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(folder)
}

/// The files below a folder and their bytes; our list of changed names does not count.
fn size(folder: &Path) -> io::Result<(u64, u64)> {
    let (mut files, mut bytes, mut todo) = (0, 0, vec![folder.to_path_buf()]);
    while let Some(here) = todo.pop() {
        for entry in std::fs::read_dir(&here)? {
            let entry = entry?;
            if entry.file_type()?.is_dir() {
                todo.push(entry.path());
            } else if entry.file_name() != "Names.csv" {
                (files, bytes) = (files + 1, bytes + entry.metadata()?.len());
            }
        }
    }
    Ok((files, bytes))
}

/// The phone's media as a folder of this computer, until dropped.
struct Mount {
    folder: PathBuf,
    ifuse: Child,
}

impl Mount {
    fn new(phone: &Phone, at: &Path) -> io::Result<Mount> {
        std::fs::create_dir_all(at)?;
        let ifuse = Command::new("ifuse")
            .arg(at)
            .arg("-f")
            .env("USBMUXD_SOCKET_ADDRESS", &phone.address)
            .stdout(Stdio::null())
            .spawn()?;
        let mut mount = Mount { folder: at.to_path_buf(), ifuse };
        for _ in 0..200 {
            let mounted = std::fs::read_to_string("/proc/self/mounts")?;
            if at.to_str().is_some_and(|at| mounted.contains(at)) {
                return Ok(mount);
            }
            if let Some(ended) = mount.ifuse.try_wait()? {
                return Err(io::Error::other(format!("ifuse: {ended}")));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Err(io::Error::other("ifuse does not mount"))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let _ = Command::new("fusermount").arg("-uz").arg(&self.folder).status();
        let _ = self.ifuse.wait();
    }
}
