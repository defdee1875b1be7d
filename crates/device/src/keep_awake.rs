use crate::heartbeat::Heartbeat;
use crate::lockdown::Lockdown;
use crate::stream::{Plists, dictionary, within};
use crate::{Error, Result};
use plist::Value;
use std::time::Duration;
use tokio_util::task::AbortOnDropHandle;
use wire::lockdown::service;

/// How long the phone stays awake on one request, and after what time it is asked again (`protocol.md` 2.6).
const AWAKE: Duration = Duration::from_secs(1200);
const RENEW: Duration = Duration::from_secs(600);
const PATIENCE: Duration = Duration::from_secs(30);
const DOING: &str = "keeping the device awake";

/// Keeps a phone on the network awake and connected for as long as it lives; over a cable there is nothing to do.
pub(crate) struct KeepAwake {
    _heartbeat: Option<Heartbeat>,
    _asking: Option<AbortOnDropHandle<()>>,
}

impl KeepAwake {
    /// Without a heartbeat nothing lasts, so that is an error. A phone that refuses to stay awake is not: on a charger
    /// it does so by itself.
    pub(crate) async fn hold(lockdown: &mut Lockdown) -> Result<KeepAwake> {
        let heartbeat = Heartbeat::over_network(lockdown).await?;
        let asking = match &heartbeat {
            None => None,
            Some(_) => match asking(lockdown).await {
                Ok(asking) => Some(asking),
                Err(error @ (Error::Disconnected | Error::NotAttached { .. })) => return Err(error),
                Err(error) => {
                    tracing::warn!(%error, "the device may fall asleep");
                    None
                }
            },
        };
        Ok(KeepAwake { _heartbeat: heartbeat, _asking: asking })
    }
}

async fn asking(lockdown: &mut Lockdown) -> Result<AbortOnDropHandle<()>> {
    stay_awake(Plists { socket: lockdown.start_service(service::ASSERTION, false).await? }).await
}

/// Asks now, and again for as long as the handle lives.
async fn stay_awake(mut agent: Plists) -> Result<AbortOnDropHandle<()>> {
    ask(&mut agent).await?;
    // The connection has to stay: with it the phone's promise ends.
    Ok(AbortOnDropHandle::new(tokio::spawn(async move {
        loop {
            tokio::time::sleep(RENEW).await;
            if let Err(error) = ask(&mut agent).await {
                tracing::warn!(%error, "the device may fall asleep");
                return;
            }
        }
    })))
}

async fn ask(agent: &mut Plists) -> Result<()> {
    let request = dictionary([
        ("CommandKey", "CommandCreateAssertion".into()),
        ("AssertionTypeKey", "AMDPowerAssertionTypeWirelessSync".into()),
        ("AssertionNameKey", "Heirloom".into()),
        ("AssertionTimeoutKey", AWAKE.as_secs().into()),
    ]);
    within(PATIENCE, DOING, async {
        agent.send(&Value::Dictionary(request), DOING).await?;
        let answer = agent.receive(DOING).await?;
        match answer.as_dictionary().and_then(|answer| answer.get("Error")).and_then(Value::as_string) {
            Some(reason) => Err(crate::apps::refused("to stay awake", reason)),
            None => Ok(()),
        }
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::time::Instant;

    #[tokio::test(start_paused = true)]
    async fn the_phone_is_asked_again_before_it_sleeps() {
        let (near, far) = tokio::io::duplex(1 << 16);
        let mut phone = Plists { socket: far };
        let started = Instant::now();
        let staying = tokio::spawn(stay_awake(Plists { socket: Box::new(near) }));
        for times in 0..3 {
            let asked = phone.receive("testing").await.unwrap().into_dictionary().unwrap();
            assert_eq!(asked.get("AssertionTimeoutKey").unwrap().as_unsigned_integer(), Some(1200));
            assert_eq!(asked.get("CommandKey").unwrap().as_string(), Some("CommandCreateAssertion"));
            assert_eq!(started.elapsed().as_secs() / 600, times);
            phone.send(&Value::Dictionary(dictionary([])), "testing").await.unwrap();
        }
        drop(staying.await.unwrap().unwrap());
        assert!(matches!(phone.receive("testing").await, Err(Error::Disconnected)));
    }

    #[tokio::test]
    async fn a_phone_may_refuse() {
        let (near, far) = tokio::io::duplex(1 << 16);
        let mut phone = Plists { socket: far };
        let staying = tokio::spawn(stay_awake(Plists { socket: Box::new(near) }));
        phone.receive("testing").await.unwrap();
        phone.send(&Value::Dictionary(dictionary([("Error", "No".into())])), "testing").await.unwrap();
        assert!(matches!(staying.await.unwrap(), Err(Error::Service { .. })));
    }
}
