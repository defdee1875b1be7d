//! heartbeat: Marco, and the host must answer Polo; on the network every connection hangs on it (`protocol.md` 2.6).

use crate::device::Device;
use crate::network::Link;
use crate::stream::{Raw, dictionary, read_request, text, write_xml};
use plist::Value;
use std::io;
use std::sync::Arc;
use tokio::time::{sleep, timeout};

pub(super) async fn serve(device: Arc<Device>, mut stream: Raw, link: Link) -> io::Result<()> {
    let interval = device.options.heartbeat;
    let marco = message("Marco", interval.as_secs().max(1));
    loop {
        write_xml(&mut stream, &marco).await?;
        match timeout(2 * interval, read_request(&mut stream)).await {
            Ok(Ok(Some(answer))) if text(&answer, "Command") == Some("Polo") => {}
            _ => return Ok(()),
        }
        let Link::Network(air) = &link else {
            sleep(interval / 2).await;
            continue;
        };
        air.pulse.beat();
        tokio::select! {
            () = sleep(interval / 2) => {}
            () = air.sleepy.cancelled() => return write_xml(&mut stream, &message("SleepyTime", 0)).await,
        }
    }
}

fn message(command: &str, interval: u64) -> Value {
    let mut message = dictionary([("Command", command.into())]);
    if interval > 0 {
        message.insert("Interval".into(), interval.into());
        message.insert("SupportsSleepyTime".into(), true.into());
    }
    message.into()
}
