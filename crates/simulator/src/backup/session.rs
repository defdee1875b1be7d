//! From hello to goodbye: versions, the one request, the final answer.

use super::host::Host;
use super::{Ended, GENERIC, Step, about, in_summary, password, restore, run};
use crate::LastAnswer;
use crate::device::{Device, lock};
use crate::stream::{Raw, dictionary, text};
use plist::{Dictionary, Value};
use std::io;
use std::sync::Arc;
use std::time::Duration;

/// The host may answer with either number.
const ACCEPTED: [u64; 2] = [300, 400];
const PROTOCOL: f64 = 2.1;
/// How long a restored phone stays before it restarts.
const LAST_WORDS: Duration = Duration::from_secs(1);
const NO_COMMON_VERSION: i64 = 1;

pub(crate) async fn serve(device: Arc<Device>, stream: Raw) -> io::Result<()> {
    let mut host = Host::new(stream, device.session_faults());
    match talk(&device, &mut host).await {
        Err(Ended::Failed { code, text }) => tracing::debug!(code, text, "a backup session did not begin"),
        Ok(()) | Err(Ended::Gone) => {}
    }
    Ok(())
}

async fn talk(device: &Arc<Device>, host: &mut Host) -> Step<()> {
    let version = device.options.system.link_version();
    host.send(vec!["DLMessageVersionExchange".into(), version.into(), Value::from(0)]).await?;
    let Some(Value::Array(answer)) = host.receive().await? else { return Ok(()) };
    let version = answer.get(2).and_then(Value::as_unsigned_integer);
    if answer.get(1).and_then(Value::as_string) != Some("DLVersionsOk")
        || !version.is_some_and(|v| ACCEPTED.contains(&v))
    {
        return Ok(());
    }
    host.send(vec!["DLMessageDeviceReady".into()]).await?;
    while let Some(request) = next_request(host).await? {
        let name = text(&request, "MessageName").unwrap_or_default();
        if name == "Hello" {
            hello(host, &request).await?;
            continue;
        }
        let (result, restarts) = answer_to(device, host, name, &request).await;
        let (code, description, content) = match result {
            Ok(content) => (0, String::new(), content),
            Err(Ended::Failed { code, text }) => (code, format!("{text} (MBErrorDomain/{code})"), None),
            Err(Ended::Gone) => return Err(Ended::Gone),
        };
        if restarts {
            restart(device);
        }
        respond(host, code, &description, content).await?;
    }
    // The last word may still be under way to the host.
    let _ = tokio::time::timeout(Duration::from_secs(5), host.left()).await;
    Ok(())
}

/// The phone restarts once the host had time to hear of it, whether it did or not.
fn restart(device: &Arc<Device>) {
    let device = device.clone();
    tokio::spawn(async move {
        tokio::time::sleep(LAST_WORDS).await;
        device.restart();
    });
}

/// Does what a request asks: the `Content` of the answer, and whether the phone restarts after it.
async fn answer_to(
    device: &Arc<Device>,
    host: &mut Host,
    name: &str,
    request: &Dictionary,
) -> (Step<Option<Value>>, bool) {
    if let Some(code) = host.faults.result {
        return (Err(Ended::failed(code, "as the faults of this session ask")), false);
    }
    if text(request, "TargetIdentifier").is_some_and(|target| target != device.persona.udid) {
        return (Err(Ended::failed(GENERIC, "the target is another device")), false);
    }
    let Some(_busy) = device.busy() else {
        return (Err(Ended::failed(GENERIC, "another backup of this phone is running")), false);
    };
    let nothing = |()| None;
    match name {
        "Backup" => (backup(device, host, request).await.map(nothing), false),
        "ChangePassword" => (password::change(device, host, request).await.map(nothing), false),
        "Restore" => {
            let result = restore::restore(device, host, request).await;
            let restarts = matches!(result, Ok(true));
            (result.map(|_| None), restarts)
        }
        "Info" => (about::info(device, host, request).await.map(Some), false),
        "List" => (about::list(device, host, request).await.map(Some), false),
        _ => (Err(Ended::failed(GENERIC, format!("this phone does not know {name:?}"))), false),
    }
}

/// The next process message; `None` when the host is done.
async fn next_request(host: &mut Host) -> Step<Option<Dictionary>> {
    let Some(Value::Array(items)) = host.receive().await? else { return Ok(None) };
    match items.first().and_then(Value::as_string) {
        Some("DLMessageProcessMessage") => Ok(items.into_iter().nth(1).and_then(Value::into_dictionary)),
        _ => Ok(None),
    }
}

async fn hello(host: &mut Host, request: &Dictionary) -> Step<()> {
    let versions = request.get("SupportedProtocolVersions").and_then(Value::as_array);
    let common =
        versions.into_iter().flatten().any(|version| version.as_real().is_some_and(|v| (2.0..3.0).contains(&v)));
    let mut answer = dictionary([("MessageName", "Response".into())]);
    if common {
        answer.insert("ErrorCode".into(), 0.into());
        answer.insert("ProtocolVersion".into(), Value::Real(PROTOCOL));
    } else {
        answer.insert("ErrorCode".into(), NO_COMMON_VERSION.into());
    }
    host.send(vec!["DLMessageProcessMessage".into(), answer.into()]).await
}

async fn respond(host: &mut Host, code: i64, description: &str, content: Option<Value>) -> Step<()> {
    let mut answer = dictionary([("MessageName", "Response".into()), ("ErrorCode", code.into())]);
    if !description.is_empty() {
        answer.insert("ErrorDescription".into(), description.into());
    }
    if let Some(content) = content {
        answer.insert("Content".into(), content);
    }
    match host.faults.last_answer {
        LastAnswer::Sent => host.send(vec!["DLMessageProcessMessage".into(), answer.into()]).await,
        LastAnswer::Withheld => {
            host.left().await;
            Err(Ended::Gone)
        }
        LastAnswer::Cut => Err(Ended::Gone),
    }
}

/// Runs a backup and keeps its summary.
async fn backup(device: &Arc<Device>, host: &mut Host, request: &Dictionary) -> Step<()> {
    let options = request.get("Options").and_then(Value::as_dictionary);
    let forced = options.and_then(|options| options.get("ForceFullBackup")?.as_boolean()).unwrap_or(false);
    let mut summary = crate::BackupSummary::default();
    let result = run::back_up(device, host, forced, &mut summary).await;
    (summary.code, summary.complaint) = in_summary(&result);
    *lock(&device.last_backup) = Some(summary);
    result
}
