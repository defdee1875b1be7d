//! Whether some host still answers the heartbeat; the phone ends network connections that nobody keeps alive.

use crate::device::lock;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

pub(crate) struct Pulse {
    interval: Duration,
    state: Mutex<State>,
    /// Open connections each hold one.
    lines: Arc<()>,
}

struct State {
    last: Instant,
    faint: CancellationToken,
}

impl Pulse {
    pub fn new(interval: Duration) -> Pulse {
        let state = State { last: Instant::now(), faint: CancellationToken::new() };
        Pulse { interval, state: Mutex::new(state), lines: Arc::new(()) }
    }

    /// A new connection: hold the first while it lasts, end it with the second.
    pub fn connect(&self) -> (Arc<()>, CancellationToken) {
        let mut state = lock(&self.state);
        if Arc::strong_count(&self.lines) == 1 {
            state.last = Instant::now();
        }
        (self.lines.clone(), state.faint.clone())
    }

    /// A host answered.
    pub fn beat(&self) {
        lock(&self.state).last = Instant::now();
    }

    /// Drops every connection when no answer came for two intervals.
    pub async fn watch(&self) {
        loop {
            tokio::time::sleep(self.interval / 4).await;
            let mut state = lock(&self.state);
            if Arc::strong_count(&self.lines) > 1 && state.last.elapsed() > 2 * self.interval {
                std::mem::take(&mut state.faint).cancel();
                state.last = Instant::now();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn connections_last_as_long_as_hosts_answer() {
        let pulse = Pulse::new(Duration::from_millis(80));
        let (_line, faint) = pulse.connect();
        let started = Instant::now();
        let beats = async {
            for _ in 0..10 {
                tokio::time::sleep(Duration::from_millis(40)).await;
                pulse.beat();
            }
            std::future::pending::<()>().await;
        };
        tokio::select! {
            () = pulse.watch() => {}
            () = beats => {}
            () = faint.cancelled() => {}
        }
        assert!(started.elapsed() >= Duration::from_millis(560), "{:?}", started.elapsed());
        assert!(!pulse.connect().1.is_cancelled(), "the next connection begins anew");
    }
}
