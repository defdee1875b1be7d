//! What a host asks of its own backup: `Info` and `List` (`protocol.md` 2.7.2).

use super::host::Host;
use super::restore::{Opened, rows, source_of};
use super::{Ended, INCONSISTENT, Step, broken, verify};
use crate::device::Device;
use plist::{Dictionary, Value};
use std::fmt::Write;
use std::sync::Arc;

/// Lines of a list; a real phone fails on long ones.
const LINES: usize = 100_000;

/// The Info.plist of the backup as text.
pub(super) async fn info(device: &Arc<Device>, host: &mut Host, request: &Dictionary) -> Step<Value> {
    let source = source_of(device, request)?;
    let [info] = verify::plists(host, [format!("{source}/Info.plist")]).await?;
    let info = info.and_then(|bytes| wire::frame::decode(&bytes).ok());
    let info = info.ok_or_else(|| Ended::failed(INCONSISTENT, "Info.plist is not readable"))?;
    let mut text = Vec::new();
    info.to_writer_xml(&mut text).map_err(broken)?;
    Ok(String::from_utf8_lossy(&text).into_owned().into())
}

/// The content files of the backup, a line each: domain, path and bytes with commas between.
pub(super) async fn list(device: &Arc<Device>, host: &mut Host, request: &Dictionary) -> Step<Value> {
    let source = source_of(device, request)?;
    let folder = tempfile::tempdir_in(&device.home).map_err(broken)?;
    let options = request.get("Options").and_then(Value::as_dictionary);
    let password = options.and_then(|options| options.get("Password")?.as_string());
    let opened = Opened::open(device, host, &source, password, folder.path()).await?;
    let write = move || -> Step<String> {
        let (mut text, mut lines) = (String::new(), 0);
        rows(opened.db(), &mut |row| {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{},{},{}", row.domain, row.path, row.size.unwrap_or(0));
            lines += 1;
            lines < LINES
        })?;
        Ok(text)
    };
    Ok(tokio::task::spawn_blocking(write).await.map_err(broken)??.into())
}
