//! notification_proxy: what hosts observe and post.

use crate::device::Device;
use crate::stream::{Raw, dictionary, read_request, text, write_xml};
use std::collections::HashSet;
use std::io;
use std::sync::Arc;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::mpsc;

/// Names one connection may observe.
const OBSERVED_LIMIT: usize = 4096;

pub(super) async fn serve(device: Arc<Device>, stream: Raw) -> io::Result<()> {
    let mut notices = device.notices.subscribe();
    let mut observed = HashSet::new();
    let (mut reader, mut writer) = tokio::io::split(stream);
    // Reading a request cannot be cut short, so it has a task of its own.
    let (sender, mut requests) = mpsc::channel(16);
    let reading = tokio::spawn(async move {
        while let Ok(Some(request)) = read_request(&mut reader).await {
            if sender.send(request).await.is_err() {
                return;
            }
        }
    });
    let _stop = AbortOnDrop(reading.abort_handle());
    loop {
        tokio::select! {
            request = requests.recv() => {
                let Some(request) = request else { return Ok(()) };
                let name = text(&request, "Name").unwrap_or_default();
                match text(&request, "Command") {
                    Some("ObserveNotification") if observed.len() < OBSERVED_LIMIT => {
                        observed.insert(name.to_string());
                    }
                    Some("PostNotification") => device.post(name),
                    Some("Shutdown") => {
                        return write_xml(&mut writer, &dictionary([("Command", "ProxyDeath".into())]).into()).await;
                    }
                    _ => {}
                }
            }
            notice = notices.recv() => match notice {
                Ok(name) if observed.contains(&name) => {
                    let relay = dictionary([("Command", "RelayNotification".into()), ("Name", name.into())]);
                    write_xml(&mut writer, &relay.into()).await?;
                }
                Ok(_) | Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return Ok(()),
            },
        }
    }
}

struct AbortOnDrop(tokio::task::AbortHandle);

impl Drop for AbortOnDrop {
    fn drop(&mut self) {
        self.0.abort();
    }
}
