//! Opening an encrypted backup, against OpenSSL's own speed and two readers from PyPI on the same folder.
//!
//! Goals: unlocking in 1.05 times what OpenSSL takes for the same derivation; decryption on one core at 0.8 of `openssl speed`; a
//! list of 500,000 rows 5 times as fast as the fastest reader; the first byte in the middle of a file of 2 GiB in 20 ms; that file
//! decrypted in 50 MB of memory. Needs some 5 GB of space; `--quick` makes do with a tenth of it.
//!
//! The folders are what idevicebackup2 leaves of a pretend phone that hashes its password as often as a real one.

mod ours;
mod pretend;

use benches::{Took, answer, median, run};
use ours::PASSWORD;
use serde_json::Value;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

const RUNS: usize = 3;
const READERS: &[&str] = &["iphone_backup_decrypt", "pyiosbackup"];
const MB: f64 = 1_000_000.0;

/// How much the pretend phones hold.
struct Size {
    files: u64,
    /// The file that is looked into, and the one that the readers decrypt whole, in memory too.
    big: u64,
    whole: u64,
}

const FULL: Size = Size { files: 500_000, big: 2 << 30, whole: 256 << 20 };
const QUICK: Size = Size { files: 20_000, big: 200 << 20, whole: 64 << 20 };

fn main() -> io::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    // The bench runs itself, for the memory of one thing alone.
    if let [only, folder, big] = &arguments[..] {
        return match only.as_str() {
            "decrypt" => ours::decrypt_all(Path::new(folder), big.parse().map_err(io::Error::other)?),
            other => Err(io::Error::other(format!("unknown: {other}"))),
        };
    }
    let size = if arguments.iter().any(|argument| argument == "--quick") { QUICK } else { FULL };
    let folder = match std::env::var_os("HEIRLOOM_BENCH_FOLDER") {
        Some(folder) => tempfile::tempdir_in(folder)?,
        None => tempfile::tempdir()?,
    };
    let Some(python) = std::env::var_os("HEIRLOOM_PEERS").map(|bin| PathBuf::from(bin).join("python")) else {
        return Err(io::Error::other("`cargo xtask bench open` installs the readers this is measured against"));
    };
    let large = pretend::backed_up(&folder.path().join("large"), 0, &[size.big, size.whole])?;
    unlocking(&python, &large)?;
    decrypting(&python, &large, &size)?;
    looking_into(&large, &size)?;
    drop(large);
    listing(&python, &pretend::backed_up(&folder.path().join("many"), size.files, &[])?)
}

fn unlocking(python: &Path, backup: &pretend::BackedUp) -> io::Result<()> {
    let rounds = pretend::rounds();
    let (mut own, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..RUNS {
        own.push(ours::unlock(&backup.folder)?.0);
        let outer_inner = [rounds.outer.to_string(), rounds.inner.to_string()];
        theirs.push(seconds(&peer(python, "openssl", &outer_inner)?.0, "unlock")?);
    }
    let (own, openssl) = (median(own), median(theirs));
    println!(
        "unlock: {:.2} s, OpenSSL's derivation {:.2} s, {:.3} times that (goal 1.05)",
        own.as_secs_f64(),
        openssl.as_secs_f64(),
        ratio(own, openssl)
    );
    Ok(())
}

fn decrypting(python: &Path, backup: &pretend::BackedUp, size: &Size) -> io::Result<()> {
    let keys = ours::unlock(&backup.folder)?.1;
    let opened = ours::open(&backup.folder, &keys)?;
    // Once for the page cache.
    ours::decrypt(&opened, size.whole)?;
    let file = ours::content(&opened, &backup.folder, size.whole)?;
    let (mut own, mut enc, mut speed) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        own.push(ours::decrypt(&opened, size.whole)?);
        enc.push(openssl_enc(&file)?);
        speed.push(openssl_speed()?);
    }
    speed.sort_by(f64::total_cmp);
    let rate = |took| size.whole as f64 / median(took).as_secs_f64();
    let (own, enc, speed) = (rate(own), rate(enc), speed[RUNS / 2]);
    println!(
        "decrypt a file on one core: {:.0} MB/s, {:.2} times openssl enc, {:.2} of openssl speed, which reads no file (goal 0.8)",
        own / MB,
        own / enc,
        own / speed
    );
    let itself = std::env::current_exe()?;
    let alone = run(Command::new(itself).arg("decrypt").arg(&backup.folder).arg(size.big.to_string()))?;
    println!(
        "decrypt {:.0} MB: {:.0} MB of memory at most, key derivation included (goal 50)",
        size.big as f64 / MB,
        alone.memory as f64 / MB
    );
    let (domain, path) = ours::place(&opened, size.whole)?;
    for reader in READERS {
        let asked = [backup.text()?, domain.clone(), path.clone()];
        let (told, took) = peer(python, reader, &asked)?;
        println!(
            "  {reader}: unlock {:.2} s, decrypt {:.0} MB/s, {:.0} MB of memory for {:.0} MB",
            seconds(&told, "unlock")?.as_secs_f64(),
            size.whole as f64 / MB / seconds(&told, "decrypt")?.as_secs_f64(),
            took.memory as f64 / MB,
            size.whole as f64 / MB
        );
    }
    Ok(())
}

fn looking_into(backup: &pretend::BackedUp, size: &Size) -> io::Result<()> {
    let keys = ours::unlock(&backup.folder)?.1;
    let opened = ours::open(&backup.folder, &keys)?;
    let mut times = Vec::new();
    for at in 1..=20 {
        times.push(ours::first_byte(&opened, size.big, size.big / 21 * at)?);
    }
    let worst = times.iter().max().copied().unwrap_or_default();
    println!(
        "first byte in the midst of {:.0} MB: {:.2} ms (median of 20 places), {:.2} ms at worst (goal 20)",
        size.big as f64 / MB,
        median(times).as_secs_f64() * 1000.0,
        worst.as_secs_f64() * 1000.0
    );
    Ok(())
}

fn listing(python: &Path, backup: &pretend::BackedUp) -> io::Result<()> {
    let keys = ours::unlock(&backup.folder)?.1;
    let (mut opening, mut own, mut rows) = (Vec::new(), Vec::new(), 0);
    for _ in 0..RUNS {
        let listed = ours::list(&backup.folder, &keys)?;
        opening.push(listed.opening);
        own.push(listed.listing);
        rows = listed.rows;
    }
    let (opening, own) = (median(opening), median(own));
    println!("list {rows} files: {:.2} s, after {:.2} s for the manifest", own.as_secs_f64(), opening.as_secs_f64());
    for reader in READERS {
        let (told, took) = peer(python, reader, &[backup.text()?, String::new(), String::new()])?;
        if told["rows"].as_u64() != Some(rows) {
            println!("  {reader}: {} files, which is not as many as we list", told["rows"]);
        }
        let (their_opening, theirs) = (seconds(&told, "open")?, seconds(&told, "list")?);
        println!(
            "  {reader}: {:.2} s, {:.1} times ours (goal 5 for the fastest), after {:.2} s; with the manifest {:.1} times ours; {:.0} MB",
            theirs.as_secs_f64(),
            ratio(theirs, own),
            their_opening.as_secs_f64(),
            ratio(their_opening + theirs, opening + own),
            took.memory as f64 / MB
        );
    }
    Ok(())
}

fn ratio(one: Duration, other: Duration) -> f64 {
    one.as_secs_f64() / other.as_secs_f64()
}

fn peer(python: &Path, reader: &str, arguments: &[String]) -> io::Result<(Value, Took)> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("open/peers.py");
    answer(Command::new(python).arg(script).arg(reader).args(arguments), &format!("{PASSWORD}\n"))
}

fn seconds(told: &Value, phase: &str) -> io::Result<Duration> {
    let seconds = told[phase].as_f64().ok_or_else(|| io::Error::other(format!("no {phase} in {told}")))?;
    Ok(Duration::from_secs_f64(seconds))
}

/// What OpenSSL takes to decrypt a file; with any key, the work is the same.
fn openssl_enc(file: &Path) -> io::Result<Duration> {
    let zeros = "00".repeat(32);
    let took = run(Command::new("openssl")
        .args(["enc", "-d", "-aes-256-cbc", "-nopad", "-K", &zeros, "-iv", &zeros[..32], "-out", "/dev/null", "-in"])
        .arg(file))?;
    Ok(took.wall)
}

/// Bytes a second of AES-256-CBC decryption in pieces of 256 KiB, by the clock, on one core.
fn openssl_speed() -> io::Result<f64> {
    let output = Command::new("openssl")
        .args(["speed", "-elapsed", "-mr", "-bytes", "262144", "-seconds", "2", "-evp", "aes-256-cbc", "-decrypt"])
        .output()?;
    // `+F:25:AES-256-CBC:4980473856.00`
    let text = String::from_utf8_lossy(&output.stdout);
    let speed = text.lines().find(|line| line.starts_with("+F:")).and_then(|line| line.rsplit(':').next());
    speed.and_then(|speed| speed.parse().ok()).ok_or_else(|| io::Error::other(format!("openssl speed said {text:?}")))
}
