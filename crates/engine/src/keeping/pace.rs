//! How much of the disk's time a look in the background may take.

use std::time::{Duration, Instant};

/// One part of the time at work, three at rest: who copies a film meanwhile hardly notices.
const REST_FOR_WORK: u32 = 3;
/// Rests of less than this are saved up: many small files are read in one go.
const LEAST: Duration = Duration::from_millis(20);
/// Whoever needs the disk waits no longer than this.
const LONGEST: Duration = Duration::from_millis(250);

/// Work and rest in turn; told to go on after each piece of work.
pub struct Pace {
    since: Instant,
    owed: Duration,
}

impl Pace {
    pub fn new() -> Pace {
        Pace { since: Instant::now(), owed: Duration::ZERO }
    }

    /// Rests for what was done since the last call; ends the rest with `false` as soon as `go_on` says so. Blocking.
    pub fn rest(&mut self, go_on: &dyn Fn() -> bool) -> bool {
        self.owed += self.since.elapsed() * REST_FOR_WORK;
        while self.owed >= LEAST {
            if !go_on() {
                return false;
            }
            let (turn, before) = (self.owed.min(LONGEST), Instant::now());
            std::thread::sleep(turn);
            // A computer that slept, or a busy one, has rested longer.
            self.owed = self.owed.saturating_sub(before.elapsed());
        }
        self.since = Instant::now();
        go_on()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn work_takes_a_quarter_of_the_time() {
        let (mut pace, began, mut worked) = (Pace::new(), Instant::now(), Duration::ZERO);
        for piece in [1, 40, 3, 3, 3, 10] {
            let work = Instant::now();
            std::thread::sleep(Duration::from_millis(piece));
            worked += work.elapsed();
            assert!(pace.rest(&|| true));
        }
        let all = began.elapsed();
        assert!(worked * 4 <= all + LEAST, "{worked:?} of {all:?}");
    }

    #[test]
    fn a_rest_ends_as_soon_as_somebody_needs_the_disk() {
        let mut pace = Pace { since: Instant::now(), owed: Duration::from_secs(3600) };
        let asked = Cell::new(0);
        let go_on = || (asked.set(asked.get() + 1), asked.get() < 3).1;
        assert!(!pace.rest(&go_on));
        assert_eq!(asked.get(), 3);
    }
}
