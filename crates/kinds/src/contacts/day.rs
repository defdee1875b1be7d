//! Days of the calendar, with or without a year.

use chrono::{DateTime, Datelike, NaiveDate};

/// The year Apple writes for "no year"; a leap year, so that 29 February has a place.
pub const NO_YEAR: i32 = 1604;

/// A birthday or an anniversary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Day {
    pub year: Option<i32>,
    pub month: u32,
    pub day: u32,
}

impl Day {
    /// Reads what the address book holds: Cocoa seconds (noon UTC of the day) as text, or `2026-11-22`.
    pub fn parse(text: &str) -> Option<Day> {
        let text = text.trim();
        let date = match text.parse::<f64>() {
            Ok(seconds) => DateTime::from_timestamp_millis(backup::time::cocoa_to_unix_ms(seconds)?)?.date_naive(),
            Err(_) => NaiveDate::parse_from_str(text.get(..10)?, "%Y-%m-%d").ok()?,
        };
        let year = (date.year() != NO_YEAR).then_some(date.year());
        Some(Day { year, month: date.month(), day: date.day() })
    }

    /// `2026-11-22`, with [`NO_YEAR`] for an unknown year.
    pub fn with_any_year(&self) -> String {
        format!("{:04}-{:02}-{:02}", self.year.unwrap_or(NO_YEAR), self.month, self.day)
    }
}

impl std::fmt::Display for Day {
    /// `2026-11-22`, or `--11-22` without a year.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.year {
            Some(year) => write!(f, "{year:04}-{:02}-{:02}", self.month, self.day),
            None => write!(f, "--{:02}-{:02}", self.month, self.day),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_ways_of_writing_a_day() {
        // date -u -d '1984-06-01 12:00' +%s = 454939200; minus 978307200
        assert_eq!(Day::parse("-523368000").unwrap().to_string(), "1984-06-01");
        assert_eq!(Day::parse("-523368000.0").unwrap().to_string(), "1984-06-01");
        assert_eq!(Day::parse("1990-04-01").unwrap().to_string(), "1990-04-01");
        // date -u -d '1604-02-29 12:00' +%s = -11544724800; minus 978307200
        let leap = Day::parse("-12523032000").unwrap();
        assert_eq!((leap.to_string().as_str(), leap.with_any_year().as_str()), ("--02-29", "1604-02-29"));
    }

    #[test]
    fn nonsense_is_no_day() {
        for text in ["", "soon", "NaN", "inf", "1e300", "0", "2026-13-40", "ÄÄÄÄÄÄÄÄÄÄ"] {
            assert_eq!(Day::parse(text), None, "{text}");
        }
    }
}
