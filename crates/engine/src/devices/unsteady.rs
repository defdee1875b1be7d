//! A device that keeps coming and going: a loose cable, a hub without power, a pair record usbmuxd stumbles over
//! (`protocol.md` 3, row 17).

use crate::api::{ApiError, Code};
use std::collections::{BTreeMap, VecDeque};
use std::time::{Duration, Instant};

/// Nobody plugs a device in as often as this ...
const TIMES: usize = 6;
/// ... within this.
const SPAN: Duration = Duration::from_secs(30);

/// When each device came, lately.
#[derive(Default)]
pub struct Arrivals(BTreeMap<String, VecDeque<Instant>>);

impl Arrivals {
    pub fn came(&mut self, udid: &str, now: Instant) {
        self.0.retain(|_, times| times.back().is_some_and(|last| now.duration_since(*last) < SPAN));
        let times = self.0.entry(udid.to_string()).or_default();
        times.push_back(now);
        if times.len() > TIMES {
            times.pop_front();
        }
    }

    /// What to tell of a device that came too often.
    pub fn problem(&self, udid: &str, now: Instant) -> Option<ApiError> {
        let times = self.0.get(udid)?;
        let often = times.len() >= TIMES && now.duration_since(*times.front()?) < SPAN;
        often.then(|| {
            let message = "The device keeps connecting and disconnecting. Try another cable and another USB port, without a hub; \
                           if that does not help, restart the device and this computer.";
            ApiError::new(Code::DeviceUnsteady, message).detail(format!("{} times in {} s", times.len(), SPAN.as_secs()))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_device_that_comes_often_in_a_short_time_is_unsteady() {
        let start = Instant::now();
        let at = |seconds| start + Duration::from_secs(seconds);
        let (mut quick, mut slow) = (Arrivals::default(), Arrivals::default());
        for number in 0..6 {
            assert_eq!(quick.problem("A", at(number)), None);
            quick.came("A", at(number));
            slow.came("A", at(number * 10));
            quick.came("B", at(5));
        }
        assert_eq!(quick.problem("A", at(5)).map(|problem| problem.code), Some(Code::DeviceUnsteady));
        assert_eq!(slow.problem("A", at(50)), None);
        assert_eq!(quick.problem("A", at(31)), None, "it has calmed down");
        assert_eq!(quick.problem("C", at(5)), None);
    }
}
