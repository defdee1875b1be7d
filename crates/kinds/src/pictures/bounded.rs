//! Decoding that cannot take the app down: in its own thread, with a time limit, large ones one after the other.

use std::sync::mpsc::{RecvTimeoutError, channel};
use std::sync::{Condvar, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use super::{Result, Unreadable};

/// The longest time one picture may take, apart from waiting for its turn.
const LIMIT: Duration = Duration::from_secs(60);
/// Pictures that need up to this much memory, in bytes, are decoded side by side.
const SMALL: u64 = 64 << 20;

static LARGE_ONE_AT_WORK: Mutex<bool> = Mutex::new(false);
static LARGE_ONE_DONE: Condvar = Condvar::new();

/// The right to work on a large picture: memory for only one of them is used at a time.
struct Turn;

impl Turn {
    fn take() -> Result<Turn> {
        let guard = LARGE_ONE_AT_WORK.lock().unwrap_or_else(PoisonError::into_inner);
        let waited = LARGE_ONE_DONE.wait_timeout_while(guard, LIMIT, |at_work| *at_work);
        let (mut at_work, timeout) = waited.unwrap_or_else(PoisonError::into_inner);
        if timeout.timed_out() {
            return Err(Unreadable::TooSlow);
        }
        *at_work = true;
        Ok(Turn)
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        *LARGE_ONE_AT_WORK.lock().unwrap_or_else(PoisonError::into_inner) = false;
        LARGE_ONE_DONE.notify_one();
    }
}

/// Runs `work`, which needs about that many bytes.
///
/// A panic in it is [`Unreadable::Damaged`]. After a minute the caller gets [`Unreadable::TooSlow`]; the thread cannot be
/// stopped, ends by itself (its input is limited) and until then keeps further large pictures waiting.
pub fn run<T: Send + 'static>(memory: u64, work: impl FnOnce() -> Result<T> + Send + 'static) -> Result<T> {
    let turn = if memory > SMALL { Some(Turn::take()?) } else { None };
    let (done, result) = channel();
    thread::Builder::new().name("picture".into()).spawn(move || {
        let _turn = turn;
        let _ = done.send(work());
    })?;
    match result.recv_timeout(LIMIT) {
        Ok(result) => result,
        Err(RecvTimeoutError::Timeout) => Err(Unreadable::TooSlow),
        Err(RecvTimeoutError::Disconnected) => Err(Unreadable::Damaged("it cannot be decoded".into())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_a_reason_and_gives_the_turn_back() {
        let panicked = run::<()>(SMALL + 1, || panic!("a bug in a decoder (expected in this test)"));
        assert!(matches!(panicked, Err(Unreadable::Damaged(_))));
        assert_eq!(run(SMALL + 1, || Ok(7)).unwrap(), 7);
    }
}
