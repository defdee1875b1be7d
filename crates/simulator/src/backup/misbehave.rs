//! The faults of a session that come before its files.

use super::host::{Host, empty};
use super::{Ended, GENERIC, Step};
use crate::device::Device;
use crate::faults::HUGE_LENGTH;
use crate::{Faults, Lists, LongList, UploadPart};
use plist::{Dictionary, Value};
use std::time::Duration;
use wire::devicelink::{self as dl, block, block_header};

/// What a purge asks for without a need.
const PURGE: u64 = 2 << 30;
/// How long a host may wait for bytes that never come before the phone leaves it.
const NEVER_COMES: Duration = Duration::from_secs(30);

pub(super) async fn misbehave(device: &Device, host: &mut Host) -> Step<()> {
    let udid = &device.persona.udid;
    if host.faults.purge {
        host.ask(vec!["DLMessagePurgeDiskSpace".into(), PURGE.into(), Value::from(4)]).await?;
    }
    if host.faults.unknown_message
        && host.ask(vec!["DLMessageNobodyKnows".into(), empty()]).await?.code == dl::status::OK
    {
        return Err(Ended::failed(GENERIC, "the host claims to know an unknown message"));
    }
    for wild in host.faults.wild_paths.clone() {
        read_and_make(host, &wild).await?;
    }
    if host.faults.hostile_paths {
        for wild in Faults::hostile_paths(udid) {
            read_and_make(host, &wild).await?;
            write_and_move(host, udid, &wild).await?;
        }
    }
    if let Some(list) = host.faults.long_list {
        long_list(host, udid, list).await?;
    }
    match host.faults.huge_upload {
        Some(part) => huge_upload(host, udid, part).await,
        None => Ok(()),
    }
}

/// A path that a host must neither read nor make.
async fn read_and_make(host: &mut Host, wild: &str) -> Step<()> {
    // No path at all is the end of a list of files.
    let asked = if wild.is_empty() { Vec::new() } else { vec![wild.to_string()] };
    let sent = host.download(&asked, 0.0, &mut |_, _| {}).await?;
    let made = host.make_folder(wild).await?;
    if sent.iter().any(Result::is_ok) || made.code == dl::status::OK {
        return Err(Ended::failed(GENERIC, format!("the host serves {wild:?}")));
    }
    Ok(())
}

/// A path that a host must not write either; what it answers is its own affair, what is on its disk afterwards is not.
async fn write_and_move(host: &mut Host, udid: &str, wild: &str) -> Step<()> {
    let (own, progress) = (format!("{udid}/Info.plist"), || Value::Real(0.0));
    let list = host.ask(vec!["DLContentsOfDirectory".into(), wild.into(), empty()]).await?;
    if list.code == dl::status::OK && list.payload.as_dictionary().is_some_and(|names| !names.is_empty()) {
        return Err(Ended::failed(GENERIC, format!("the host lists {wild:?}")));
    }
    for (from, to) in [(own.as_str(), wild), (wild, &format!("{udid}/taken"))] {
        let moves: Dictionary = [(from.to_string(), Value::from(to))].into_iter().collect();
        host.ask(vec!["DLMessageMoveItems".into(), moves.into(), empty(), progress(), 0.into()]).await?;
        host.ask(vec!["DLMessageCopyItem".into(), from.into(), to.into(), empty(), progress(), 0.into()]).await?;
    }
    let removed = Value::Array(vec![wild.into()]);
    host.ask(vec!["DLMessageRemoveItems".into(), removed, empty(), progress(), 0.into()]).await?;
    if wild.is_empty() {
        // An upload to no path is the end of a batch.
        return Ok(());
    }
    begin_upload(host).await?;
    host.write(&file(wild, b"escaped")).await?;
    end_upload(host).await
}

async fn begin_upload(host: &mut Host) -> Step<()> {
    host.send(vec!["DLMessageUploadFiles".into(), empty(), Value::Real(0.0), 0.into()]).await
}

async fn end_upload(host: &mut Host) -> Step<()> {
    host.write(&[0; 4]).await?;
    host.flush().await?;
    host.status().await.map(drop)
}

/// A whole file of an upload.
fn file(path: &str, content: &[u8]) -> Vec<u8> {
    let text = |text: &str| [&(text.len() as u32).to_be_bytes()[..], text.as_bytes()].concat();
    let mut bytes = [text("/.b/1/hostile"), text(path)].concat();
    if !content.is_empty() {
        bytes.extend_from_slice(&block_header(block::DATA, content.len()));
        bytes.extend_from_slice(content);
    }
    bytes.extend_from_slice(&block_header(block::SUCCESS, 0));
    bytes
}

async fn long_list(host: &mut Host, udid: &str, list: LongList) -> Step<()> {
    let from = |number| format!("{udid}/Snapshot/ff/{number:040x}");
    let to = |number| Value::from(format!("{udid}/ff/{number:040x}"));
    let progress = || Value::Real(0.0);
    match list.of {
        Lists::Moves => {
            let moves: Dictionary = (0..list.items).map(|number| (from(number), to(number))).collect();
            host.ask(vec!["DLMessageMoveItems".into(), moves.into(), empty(), progress(), 0.into()]).await?;
        }
        Lists::Removes => {
            let paths = Value::Array((0..list.items).map(to).collect());
            host.ask(vec!["DLMessageRemoveItems".into(), paths, empty(), progress(), 0.into()]).await?;
        }
        Lists::Downloads => {
            let paths: Vec<String> = (0..list.items).map(from).collect();
            host.download(&paths, 0.0, &mut |_, _| {}).await?;
        }
        Lists::Uploads => {
            begin_upload(host).await?;
            for number in 0..list.items {
                host.write(&file(&from(number), b"")).await?;
            }
            end_upload(host).await?;
        }
    }
    Ok(())
}

async fn huge_upload(host: &mut Host, udid: &str, part: UploadPart) -> Step<()> {
    begin_upload(host).await?;
    let whole = file(&format!("{udid}/Snapshot/ff/{:040x}", 0), b"");
    // The device path comes first; the end of the file is its last block.
    let kept = if part == UploadPart::Path { 0 } else { whole.len() - block_header(block::SUCCESS, 0).len() };
    host.write(&whole[..kept]).await?;
    host.write(&HUGE_LENGTH).await?;
    host.write(&[block::DATA; 64]).await?;
    host.flush().await?;
    let _ = tokio::time::timeout(NEVER_COMES, host.left()).await;
    Err(Ended::Gone)
}
