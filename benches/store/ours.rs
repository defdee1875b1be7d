//! What our side does, each thing in a process of its own: `store ours WHAT LOCATION …`.

use crate::tree::Tree;
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use store::{Base, Commit, Depth, Part, Session, Store};

pub const UDID: &str = "00008110-001A2B3C4D5E6F70";

pub fn work(arguments: &[String]) -> io::Result<()> {
    let Some((what, rest)) = arguments.split_first() else { return Err(io::Error::other("what?")) };
    let location = Path::new(rest.first().ok_or_else(|| io::Error::other("where?"))?);
    let argument = |index: usize| rest.get(index).map_or("", String::as_str);
    match what.as_str() {
        "ingest" => {
            fs::create_dir_all(location)?;
            let paths = Tree::paths(Path::new(argument(1)))?;
            take_in(&Store::create_or_open(location)?, Path::new(argument(1)), &paths)
        }
        "change" => {
            let paths: Vec<String> = fs::read_to_string(argument(2))?.lines().map(str::to_owned).collect();
            take_in(&Store::open(location)?, Path::new(argument(1)), &paths)
        }
        "list" => list(&Store::open(location)?, argument(1)),
        "open" => open(&Store::open(location)?, argument(1)),
        "export" => {
            let store = Store::open(location)?;
            let version = store.version(UDID, 1)?;
            store.export_native(&version, Path::new(argument(1)), &mut |_, _| true)?;
            Ok(())
        }
        "verify" => {
            let found = Store::open(location)?.verify(Depth::Bytes, Part::ALL, &mut |_, _| true)?;
            if found.damaged.is_empty() { Ok(()) } else { Err(io::Error::other("damage was found")) }
        }
        "expire" => Ok(Store::open(location)?.expire(UDID, 1)?),
        "reclaim" => {
            let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as i64;
            let done = Store::open(location)?.reclaim(&location.join("sessions"), now, &mut |_, _| true)?;
            println!("{done:?}");
            Ok(())
        }
        "scan" => {
            let store = Store::open(location)?;
            if !store.verify_records(UDID)?.damaged.is_empty() {
                return Err(io::Error::other("a damaged record"));
            }
            println!("{:?}", store.space()?.objects);
            Ok(())
        }
        other => Err(io::Error::other(format!("unknown: {other}"))),
    }
}

/// A version that has these files of the source, over the newest one.
fn take_in(store: &Store, source: &Path, paths: &[String]) -> io::Result<()> {
    let mut session = store.begin(UDID, &store.location().join("sessions"), Base::Newest)?;
    let mut buffer = vec![0; 32 << 10];
    for path in paths {
        put(&mut session, path, &mut File::open(source.join(path))?, &mut buffer)?;
    }
    session.commit(Commit::default())?;
    Ok(())
}

/// As the phone does: in pieces of 32 KiB at most.
pub fn put(session: &mut Session, path: &str, from: &mut dyn Read, buffer: &mut [u8]) -> io::Result<()> {
    let mut writer = session.create(path)?;
    loop {
        match from.read(buffer)? {
            0 => break,
            count => writer.write_all(&buffer[..count])?,
        }
    }
    session.finish_file(writer)?;
    Ok(())
}

/// The versions, or the files of one.
fn list(store: &Store, seq: &str) -> io::Result<()> {
    match seq.parse() {
        Ok(seq) => println!("{}", store.version(UDID, seq)?.entries().count()),
        Err(_) => println!("{}", store.versions(UDID)?.versions.len()),
    }
    Ok(())
}

fn open(store: &Store, path: &str) -> io::Result<()> {
    let version = store.version(UDID, 1)?;
    let mut file = version.open(path)?.ok_or(io::ErrorKind::NotFound)?;
    io::copy(&mut file, &mut io::sink())?;
    Ok(())
}

/// Makes everything that waits for a clean-up nine days older.
pub fn age(folder: &Path) -> io::Result<()> {
    const NINE_DAYS: u64 = 9 * 86_400;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            age(&path)?;
        } else if path.extension().is_some_and(|end| end == "since") {
            let since: i64 = fs::read_to_string(&path)?.trim().parse().map_err(io::Error::other)?;
            fs::write(&path, (since - NINE_DAYS as i64 * 1000).to_string())?;
        } else {
            File::open(&path)?.set_modified(SystemTime::now() - Duration::from_secs(NINE_DAYS))?;
        }
    }
    Ok(())
}
