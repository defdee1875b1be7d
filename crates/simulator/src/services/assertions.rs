//! assertion_agent: a host keeps the phone awake while the connection lasts and the time asked for has not passed (`protocol.md` 2.6).

use crate::device::Device;
use crate::stream::{Raw, dictionary, read_request, text, write_xml};
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::Instant;

/// Longest a host may ask for at once.
const LONGEST: Duration = Duration::from_secs(24 * 3600);

pub(super) async fn serve(device: Arc<Device>, mut stream: Raw) -> io::Result<()> {
    let mut held: Option<(Held<'_>, Instant)> = None;
    loop {
        let until = held.as_ref().map_or_else(|| Instant::now() + LONGEST, |(_, until)| *until);
        let request = {
            let mut reading = pin!(read_request(&mut stream));
            tokio::select! {
                request = &mut reading => request?,
                () = tokio::time::sleep_until(until) => {
                    held = None;
                    reading.await?
                }
            }
        };
        let Some(request) = request else { return Ok(()) };
        let known = text(&request, "AssertionTypeKey").is_some_and(|kind| !kind.is_empty());
        let seconds = request
            .get("AssertionTimeoutKey")
            .and_then(|time| time.as_unsigned_integer().or_else(|| time.as_real().map(|seconds| seconds as u64)));
        let reply = match (text(&request, "CommandKey"), seconds) {
            (Some("CommandCreateAssertion"), Some(seconds)) if known => {
                let until = Instant::now() + Duration::from_secs(seconds).min(LONGEST);
                let count = held.take().map_or_else(|| Held::new(&device.assertions), |(count, _)| count);
                held = Some((count, until));
                dictionary([("Status", "Success".into())])
            }
            _ => dictionary([("Error", "InvalidRequest".into())]),
        };
        write_xml(&mut stream, &reply.into()).await?;
    }
}

/// Counted while it lives.
struct Held<'a>(&'a AtomicU64);

impl<'a> Held<'a> {
    fn new(count: &'a AtomicU64) -> Held<'a> {
        count.fetch_add(1, Ordering::SeqCst);
        Held(count)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}
