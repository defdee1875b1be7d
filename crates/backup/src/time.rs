//! Apple's clocks turned into Unix milliseconds (UTC). `None` means "no time": zero, not a number, or out of any range.

/// Seconds from 1970-01-01 to 2001-01-01 (UTC), the start of Apple's clock.
const COCOA_EPOCH: f64 = 978_307_200.0;
/// 4001-01-01, `Date.distantFuture`: Apple's way to write "never".
const DISTANT_FUTURE: f64 = 63_113_904_000.0;
/// 0001-01-01, `Date.distantPast`.
const DISTANT_PAST: f64 = -63_114_076_800.0;

/// Seconds since 2001 to Unix milliseconds.
pub fn cocoa_to_unix_ms(seconds: f64) -> Option<i64> {
    let usable = seconds != 0.0 && seconds > DISTANT_PAST && seconds < DISTANT_FUTURE;
    usable.then(|| ((seconds + COCOA_EPOCH) * 1000.0).round() as i64)
}

/// A time of the Messages database to Unix milliseconds: nanoseconds since 2001 from iOS 11 on, seconds before.
pub fn messages_to_unix_ms(value: i64) -> Option<i64> {
    // 1e11 seconds are 3,170 years; 1e11 nanoseconds are the first 100 seconds of 2001.
    if value.unsigned_abs() < 100_000_000_000 {
        return cocoa_to_unix_ms(value as f64);
    }
    value.div_euclid(1_000_000).checked_add(COCOA_EPOCH as i64 * 1000)
}

/// Unix or Cocoa seconds (or milli-, micro-, nanoseconds), decided by magnitude, to Unix milliseconds.
///
/// 1.2e9 is 2008 in Unix seconds and 2039 in Cocoa seconds, so a column that mixes both is read right until then.
pub fn unix_or_cocoa(value: f64) -> Option<i64> {
    let size = value.abs();
    if !size.is_finite() || size == 0.0 {
        None
    } else if size >= 1e16 {
        unix_or_cocoa(value / 1e9)
    } else if size >= 1e14 {
        unix_or_cocoa(value / 1e6)
    } else if size >= 1e11 {
        unix_or_cocoa(value / 1e3)
    } else if value > 1.2e9 && value < DISTANT_FUTURE {
        Some((value * 1000.0).round() as i64)
    } else {
        cocoa_to_unix_ms(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // 2020-03-28T00:42:31Z = 1585356151
    #[test]
    fn cocoa_seconds() {
        assert_eq!(cocoa_to_unix_ms(607_048_951.589), Some(1_585_356_151_589));
        assert_eq!(cocoa_to_unix_ms(-978_307_200.0 + 1.0), Some(1000));
        for none in [0.0, f64::NAN, f64::INFINITY, DISTANT_FUTURE, -1e300] {
            assert_eq!(cocoa_to_unix_ms(none), None);
        }
    }

    #[test]
    fn message_times_in_both_units() {
        assert_eq!(messages_to_unix_ms(607_048_951), Some(1_585_356_151_000));
        assert_eq!(messages_to_unix_ms(607_048_951_589_000_000), Some(1_585_356_151_589));
        assert_eq!(messages_to_unix_ms(0), None);
        assert!(messages_to_unix_ms(i64::MIN).is_some(), "no overflow");
    }

    #[test]
    fn mixed_columns() {
        assert_eq!(unix_or_cocoa(1_585_356_151.0), Some(1_585_356_151_000));
        assert_eq!(unix_or_cocoa(607_048_951.0), Some(1_585_356_151_000));
        assert_eq!(unix_or_cocoa(1_585_356_151_000.0), Some(1_585_356_151_000));
        assert_eq!(unix_or_cocoa(f64::NAN), None);
    }
}
