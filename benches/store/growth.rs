//! What a version costs as a phone grows and as versions pile up. Files of a few bytes: the store itself is seen, not the disk.

use crate::ours::{UDID, put};
use crate::tree::name;
use crate::{ours, tree};
use std::io;
use std::path::Path;
use std::time::Duration;
use store::{Base, Commit, Session, Store};

/// Changes of each version.
const CHANGES: u64 = 200;

fn put_number(session: &mut Session, number: u64, generation: u64) -> io::Result<()> {
    let bytes = [number.to_le_bytes(), generation.to_le_bytes()].concat();
    put(session, &name(number), &mut &bytes[..], &mut [0; 64])
}

/// A store with one version of so many files.
fn first(location: &Path, files: u64) -> io::Result<Store> {
    std::fs::create_dir_all(location)?;
    let store = Store::create_or_open(location)?;
    let mut session = store.begin(UDID, &location.join("sessions"), Base::Newest)?;
    (0..files).try_for_each(|number| put_number(&mut session, number, 0))?;
    session.commit(Commit::default())?;
    Ok(store)
}

/// User and system time of this process so far.
fn cpu() -> Duration {
    // SAFETY: plain data of the right type, filled by the call.
    let usage = unsafe {
        let mut usage = std::mem::zeroed::<libc::rusage>();
        libc::getrusage(libc::RUSAGE_SELF, &mut usage);
        usage
    };
    let time = |value: libc::timeval| Duration::new(value.tv_sec.max(0) as u64, value.tv_usec.max(0) as u32 * 1000);
    time(usage.ru_utime) + time(usage.ru_stime)
}

/// A version with so many changes: CPU time and time by the clock, from opening the store to the durable record.
fn change(location: &Path, files: u64, changes: u64, generation: u64) -> io::Result<(Duration, Duration)> {
    let (started, before) = (std::time::Instant::now(), cpu());
    let store = Store::open(location)?;
    let mut session = store.begin(UDID, &location.join("sessions"), Base::Newest)?;
    for number in 0..changes {
        put_number(&mut session, number * (files / changes), generation)?;
    }
    session.commit(Commit::default())?;
    Ok((cpu() - before, started.elapsed()))
}

/// The same changes on phones of growing size.
pub fn growth(folder: &Path, sizes: &[u64]) -> io::Result<()> {
    println!("{CHANGES} files changed, and one in fifty, by the size of the phone:");
    for files in sizes {
        let location = folder.join("growth");
        drop(first(&location, *files)?);
        let (mut few, mut share) = (Vec::new(), Vec::new());
        for turn in 1..=3 {
            few.push(change(&location, *files, CHANGES, turn)?);
            share.push(change(&location, *files, files / 50, turn + 10)?);
        }
        let middle = |mut all: Vec<(Duration, Duration)>| {
            all.sort();
            (all[1].0.as_secs_f64(), all[1].1.as_secs_f64())
        };
        let ((few_cpu, few_wall), (cpu, wall)) = (middle(few), middle(share));
        println!(
            "  {files:>7} files: {CHANGES} changed {few_cpu:.3} s CPU, {few_wall:.3} s; {} changed {cpu:.3} s CPU, {wall:.3} s",
            files / 50
        );
        std::fs::remove_dir_all(&location)?;
    }
    Ok(())
}

/// Many versions of a large phone, each with some changes.
pub fn many_versions(folder: &Path, files: u64, versions: u64) -> io::Result<()> {
    let location = folder.join("many");
    drop(first(&location, files)?);
    for generation in 2..versions {
        change(&location, files, CHANGES, generation)?;
    }
    let (cpu, wall) = change(&location, files, files / 50, versions)?;
    let taken = tree::space(&location.join("Heirloom/devices"))? as f64 / 1e9;
    println!("{versions} versions of {files} files, {taken:.2} GB of records:");
    println!("  2 % changed: {:.2} s CPU, {:.2} s (goal 10 s)", cpu.as_secs_f64(), wall.as_secs_f64());
    for (what, step, goal) in
        [("list", "list", "1 s"), ("look at all", "scan", "2 minutes"), ("clean up", "reclaim", "1 minute")]
    {
        let took = ours(step, &[&location])?;
        println!(
            "  {what}: {:.2} s CPU, {:.2} s (goal {goal}), {} MB of memory",
            took.cpu.as_secs_f64(),
            took.wall.as_secs_f64(),
            took.memory / 1_000_000
        );
    }
    std::fs::remove_dir_all(&location)
}
