use crate::certificates::Certificates;
use crate::lockdown::Lockdown;
use crate::record::PairRecord;
use crate::{Attached, Connection, Error, Result, Usbmux};
use plist::Value;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use wire::lockdown::Failure;
use zeroize::Zeroizing;

/// What a person has to do on the phone before pairing goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairStep {
    /// Tap "Trust" (and enter the passcode).
    WaitingForTrust,
    /// Unlock the phone.
    WaitingForUnlock,
}

/// How often the phone is asked again while a person decides (`protocol.md` 2.2.1).
const POLL: Duration = Duration::from_secs(1);

/// Makes the phone trust this computer; returns at once when it already does. Waits for the person without a limit.
///
/// Errors that call for the person: [`Error::TrustRefused`], [`Error::Managed`], [`Error::PairingNeedsCable`] over the
/// network unless the stored record works, and [`Error::WrongDevice`], after which the record is still what it was.
pub async fn pair(
    mux: &Usbmux,
    who: &Attached,
    mut on: impl FnMut(PairStep) + Send,
    cancel: CancellationToken,
) -> Result<()> {
    unless(&cancel, pair_until_trusted(mux, who, &mut on)).await
}

/// Forgets the stored pair record, then pairs: for a phone that was erased or restored since. Only ever on a person's word.
///
/// [`Error::PairingNeedsCable`] over the network; the record is kept then. Otherwise like [`pair`].
pub async fn pair_anew(
    mux: &Usbmux,
    who: &Attached,
    mut on: impl FnMut(PairStep) + Send,
    cancel: CancellationToken,
) -> Result<()> {
    unless(&cancel, async {
        over_cable(who)?;
        mux.delete_pair_record(&who.udid).await?;
        pair_until_trusted(mux, who, &mut on).await
    })
    .await
}

async fn unless(cancel: &CancellationToken, work: impl Future<Output = Result<()>>) -> Result<()> {
    tokio::select! {
        biased;
        () = cancel.cancelled() => Err(Error::Cancelled),
        result = work => result,
    }
}

/// Over the network anyone can answer in the phone's name; a cable shows which phone is meant.
fn over_cable(who: &Attached) -> Result<()> {
    match who.connection {
        Connection::Usb => Ok(()),
        Connection::Network => Err(Error::PairingNeedsCable),
    }
}

async fn pair_until_trusted(mux: &Usbmux, who: &Attached, on: &mut (impl FnMut(PairStep) + Send)) -> Result<()> {
    let mut step = Steps { told: None, on };
    // A record that works is kept, whoever made it: usbmuxd on Linux pairs by itself (`protocol.md` 2.1.5).
    while let Some(stored) = mux.read_pair_record(&who.udid).await? {
        match session(mux, who, &stored).await {
            Ok(()) => return Ok(()),
            Err(Error::Locked) => step.tell(PairStep::WaitingForUnlock),
            Err(Error::TrustForgotten | Error::TrustExpired | Error::PairRecord { .. }) => break,
            Err(error) => return Err(error),
        }
        tokio::time::sleep(POLL).await;
    }
    over_cable(who)?;
    let mut lockdown = Lockdown::open(mux, who).await?;
    let mut record = new_record(mux, &mut lockdown).await?;
    loop {
        match lockdown.pair(&record).await {
            Ok(mut reply) => {
                record.escrow_bag = reply.remove("EscrowBag").and_then(Value::into_data).map(Zeroizing::new);
                mux.save_pair_record(who, record.to_stored()?).await?;
                // Only a session that starts is trust.
                return lockdown.start_session(Arc::new(record)).await;
            }
            Err(Error::Locked) => step.tell(PairStep::WaitingForUnlock),
            Err(Error::Lockdown { failure: Failure::PairingDialogResponsePending, .. }) => {
                step.tell(PairStep::WaitingForTrust);
            }
            // lockdown closes idle connections; who pulled the cable shows in the next line.
            Err(Error::Disconnected) => lockdown = Lockdown::open(mux, who).await?,
            Err(error) => return Err(error),
        }
        tokio::time::sleep(POLL).await;
        if let Some(stored) = mux.read_pair_record(&who.udid).await?
            && session(mux, who, &stored).await.is_ok()
        {
            return Ok(());
        }
    }
}

/// Makes the phone forget this computer and removes the pair record. A phone that already forgot is fine.
pub async fn unpair(mux: &Usbmux, who: &Attached) -> Result<()> {
    if let Some(stored) = mux.read_pair_record(&who.udid).await? {
        // A damaged record only has to go.
        if let Ok(record) = PairRecord::read(&stored) {
            forget(mux, who, Arc::new(record)).await?;
        }
        mux.delete_pair_record(&who.udid).await?;
    }
    Ok(())
}

async fn forget(mux: &Usbmux, who: &Attached, record: Arc<PairRecord>) -> Result<()> {
    let mut lockdown = Lockdown::open(mux, who).await?;
    match lockdown.start_session(record.clone()).await {
        Ok(()) => lockdown.unpair(&record).await,
        Err(Error::TrustForgotten) => Ok(()),
        Err(error) => Err(error),
    }
}

async fn session(mux: &Usbmux, who: &Attached, stored: &[u8]) -> Result<()> {
    let record = Arc::new(PairRecord::read(stored)?);
    let mut lockdown = Lockdown::open(mux, who).await?;
    lockdown.start_session(record).await?;
    // TLS 1.3 tells of a certificate the phone refuses with the first answer only.
    lockdown.value(None, Some("DeviceName")).await?;
    lockdown.close().await;
    Ok(())
}

async fn new_record(mux: &Usbmux, lockdown: &mut Lockdown) -> Result<PairRecord> {
    let key = lockdown.value(None, Some("DevicePublicKey")).await?.and_then(Value::into_data);
    let key = key.ok_or(Error::PairRecord { field: "DevicePublicKey" })?;
    let wifi = lockdown.value(None, Some("WiFiAddress")).await?.and_then(Value::into_string);
    let buid = mux.read_buid().await?;
    // Making two RSA keys takes up to a second of CPU.
    let made = tokio::task::spawn_blocking(move || Certificates::generate(&key)).await;
    let made = made.map_err(|_| Error::Key(rsa::Error::Internal))??;
    Ok(PairRecord::new(made, buid, wifi))
}

/// Tells each change once.
struct Steps<'a, F> {
    told: Option<PairStep>,
    on: &'a mut F,
}

impl<F: FnMut(PairStep)> Steps<'_, F> {
    fn tell(&mut self, step: PairStep) {
        if self.told.replace(step) != Some(step) {
            (self.on)(step);
        }
    }
}

#[cfg(test)]
mod tests;
