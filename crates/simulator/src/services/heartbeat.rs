//! heartbeat: Marco, and the host must answer Polo before the interval ends.

use crate::stream::{Raw, dictionary, read_request, text, write_xml};
use std::io;
use std::time::Duration;
use tokio::time::{sleep, timeout};

const INTERVAL: u64 = 10;

pub(super) async fn serve(mut stream: Raw) -> io::Result<()> {
    let marco = dictionary([("Command", "Marco".into()), ("Interval", INTERVAL.into())]).into();
    loop {
        write_xml(&mut stream, &marco).await?;
        match timeout(Duration::from_secs(INTERVAL), read_request(&mut stream)).await {
            Ok(Ok(Some(answer))) if text(&answer, "Command") == Some("Polo") => {}
            _ => return Ok(()),
        }
        sleep(Duration::from_secs(INTERVAL / 2)).await;
    }
}
