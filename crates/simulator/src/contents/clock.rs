//! Dates without the time of day of the computer: day 0 of every phone is 2026-11-20.

/// Seconds between 1970 and 2001, where Apple's clocks start.
pub(crate) const COCOA: i64 = 978_307_200;
pub(crate) const DAY: i64 = 86_400;
/// 2026-11-20T00:00:00Z.
pub(crate) const DAY_ZERO: i64 = 1_795_132_800;

/// The moment a day's contents are looked at: nine in the evening, UTC.
pub(crate) fn now(day: u32) -> i64 {
    DAY_ZERO + i64::from(day) * DAY + 21 * 3600
}

/// Cocoa seconds of Unix seconds.
pub(crate) fn cocoa(unix: i64) -> f64 {
    (unix - COCOA) as f64
}

/// Cocoa nanoseconds, as Messages keeps them, of Unix milliseconds.
pub(crate) fn nanoseconds(unix_ms: i64) -> i64 {
    (unix_ms - COCOA * 1000) * 1_000_000
}

/// Year, month and day of a count of days since 1970 (proleptic Gregorian).
pub(crate) fn civil(days: i64) -> (i64, i64, i64) {
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, doy - (153 * mp + 2) / 5 + 1)
}

/// Days since 1970 of a date.
pub(crate) fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = year - i64::from(month <= 2);
    let era = year.div_euclid(400);
    let yoe = year.rem_euclid(400);
    let doy = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    era * 146_097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - 719_468
}

/// A time zone with the one daylight saving rule it needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Zone {
    pub name: &'static str,
    /// Hours east of UTC in winter.
    pub hours: i64,
    pub summer: Summer,
}

/// When clocks are an hour ahead.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Summer {
    Never,
    /// Last Sunday of March to last Sunday of October, 01:00 UTC.
    Europe,
}

pub(crate) const UTC: Zone = Zone { name: "UTC", hours: 0, summer: Summer::Never };

impl Zone {
    /// Seconds east of UTC at a moment.
    pub fn offset(&self, unix: i64) -> i64 {
        let (year, _, _) = civil(unix.div_euclid(DAY));
        let last_sunday = |month: i64| {
            let end = days(year, month, 31);
            (end - (end + 4).rem_euclid(7)) * DAY + 3600
        };
        let ahead = match self.summer {
            Summer::Never => false,
            Summer::Europe => unix >= last_sunday(3) && unix < last_sunday(10),
        };
        (self.hours + i64::from(ahead)) * 3600
    }

    /// `2026:11:20 14:03:09` and `+01:00`, as Exif writes them.
    pub fn exif(&self, unix: i64) -> (String, String) {
        let offset = self.offset(unix);
        let local = unix + offset;
        let (year, month, day) = civil(local.div_euclid(DAY));
        let second = local.rem_euclid(DAY);
        let sign = if offset < 0 { '-' } else { '+' };
        (
            format!("{year:04}:{month:02}:{day:02} {:02}:{:02}:{:02}", second / 3600, second / 60 % 60, second % 60),
            format!("{sign}{:02}:{:02}", offset.abs() / 3600, offset.abs() / 60 % 60),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BERLIN: Zone = Zone { name: "Europe/Berlin", hours: 1, summer: Summer::Europe };

    #[test]
    fn dates_turn_into_days_and_back() {
        assert_eq!(days(2026, 11, 20) * DAY, DAY_ZERO);
        for day in [-200_000, -1, 0, 59, 60, 11_016, 20_777] {
            let (y, m, d) = civil(day);
            assert_eq!(days(y, m, d), day);
        }
    }

    #[test]
    fn summer_time_starts_and_ends_on_the_last_sundays() {
        // 2024-03-31 and 2024-10-27, 01:00 UTC.
        assert_eq!(BERLIN.offset(1_711_846_799), 3600);
        assert_eq!(BERLIN.offset(1_711_846_800), 7200);
        assert_eq!(BERLIN.offset(1_729_990_799), 7200);
        assert_eq!(BERLIN.offset(1_729_990_800), 3600);
        assert_eq!(BERLIN.exif(1_721_034_000), ("2024:07:15 11:00:00".into(), "+02:00".into()));
    }
}
