//! Write-ahead logs that are the same on every computer.
//!
//! SQLite puts random salts into a log's header and sums over them in every frame, so two logs of the same rows differ
//! ("WAL File Format" in SQLite's documentation). Here the salts follow from the seed.

use std::io;
use std::path::Path;

const HEADER: usize = 32;
const FRAME: usize = 24;
/// The first four bytes of a log whose sums are over big-endian words; one less for little-endian.
const BIG_ENDIAN: u32 = 0x377f_0683;

/// Gives the log at `path` the salts of `seed`; a database that has no log is left alone.
pub(crate) fn settle(path: &Path, seed: u64) -> io::Result<()> {
    let mut log = match std::fs::read(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        read => read?,
    };
    if log.len() < HEADER {
        return Ok(());
    }
    let magic = word(&log, 0);
    if magic & !1 != BIG_ENDIAN & !1 {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not a write-ahead log"));
    }
    let (big, page, older) = (magic == BIG_ENDIAN, word(&log, 8) as usize, log[16..24].to_vec());
    let salts = seed.to_be_bytes();
    log[16..24].copy_from_slice(&salts);
    let mut sums = summed([0, 0], &log[..24], big);
    put(&mut log[24..32], sums);
    // Frames of an older round, with other salts, count for nothing.
    for frame in log[HEADER..].chunks_exact_mut(FRAME + page).take_while(|frame| frame[8..16] == older) {
        frame[8..16].copy_from_slice(&salts);
        sums = summed(summed(sums, &frame[..8], big), &frame[FRAME..], big);
        put(&mut frame[16..24], sums);
    }
    std::fs::write(path, log)
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]])
}

fn put(place: &mut [u8], [first, second]: [u32; 2]) {
    place[..4].copy_from_slice(&first.to_be_bytes());
    place[4..].copy_from_slice(&second.to_be_bytes());
}

/// Goes on with a pair of sums over pairs of words.
fn summed([mut first, mut second]: [u32; 2], bytes: &[u8], big: bool) -> [u32; 2] {
    for pair in bytes.chunks_exact(8) {
        let read = |at| if big { word(pair, at) } else { word(pair, at).swap_bytes() };
        first = first.wrapping_add(read(0)).wrapping_add(second);
        second = second.wrapping_add(read(4)).wrapping_add(first);
    }
    [first, second]
}

#[cfg(test)]
mod tests {
    use crate::contents::database::{self, Wal};
    use rusqlite::Connection;

    #[test]
    fn two_logs_of_the_same_rows_are_the_same_and_sqlite_reads_them() {
        let folder = tempfile::tempdir().unwrap();
        let [one, two] = ["one.db", "two.db"].map(|name| {
            let path = folder.path().join(name);
            let insert = |db: &Connection| db.execute_batch("INSERT INTO words VALUES ('kept'), ('in the log')");
            database::create(&path, "CREATE TABLE words (word TEXT)", Wal::Kept, 7, |_| Ok(()), insert).unwrap();
            database::change(&path, Wal::Kept, 7, |db| db.execute_batch("INSERT INTO words VALUES ('later')")).unwrap();
            path
        });
        let log = |path: &std::path::Path| std::fs::read(path.with_extension("db-wal")).unwrap();
        assert!(log(&one).len() > 4096 && log(&one) == log(&two));
        assert_eq!(std::fs::read(&one).unwrap(), std::fs::read(&two).unwrap());
        let count = |path| {
            Connection::open(path).unwrap().query_row("SELECT count(*) FROM words", [], |row| row.get::<_, i64>(0))
        };
        assert_eq!(count(&one).unwrap(), 3);
        std::fs::remove_file(two.with_extension("db-wal")).unwrap();
        assert_eq!(count(&two).unwrap(), 2, "the last row was in the log");
    }
}
